// SPDX-License-Identifier: GPL-2.0
/*
 * How far something that takes long has come: a bar on a terminal; of a load,
 * lines of JSON with --json; and nothing elsewhere.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "number.h"
#include "progress.h"

#define BAR_WIDTH 30
#define CLEAR_LINE "\r\033[K"

int64_t progress_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static bool has_bar(const struct session *session)
{
	return !option_given(session, OPTION_JSON) && isatty(STDERR_FILENO);
}

static void draw_bar(uint64_t done, uint64_t total, const char *text)
{
	static const char bar[] = "##############################";
	int filled = total ? (double)done / total * BAR_WIDTH : BAR_WIDTH;

	_Static_assert(sizeof(bar) == BAR_WIDTH + 1, "the bar has BAR_WIDTH");
	fprintf(stderr, CLEAR_LINE "[%-*.*s] %s", BAR_WIDTH, filled, bar, text);
}

static void show_bar(const struct progress *progress, uint64_t rate)
{
	char text[PROGRESS_TEXT];

	draw_bar(progress->loaded_bytes, progress->size_bytes,
		 progress_format(progress->loaded_bytes, progress->size_bytes,
				 rate, text));
}

static void show_json(const struct progress *progress, uint64_t rate)
{
	struct json_object *line = json_document();

	json_add_string(line, "type", "progress");
	json_add_uint(line, "size-bytes", progress->size_bytes);
	json_add_uint(line, "loaded-bytes", progress->loaded_bytes);
	json_add_uint(line, "bytes-per-second", rate);
	json_print_line(line);
}

void progress_show(const struct progress *progress)
{
	int64_t elapsed_ms = progress_now_ms() - progress->start_ms;
	uint64_t rate = 0;

	if (elapsed_ms > 0 && progress->loaded_bytes > progress->start_bytes)
		rate = (progress->loaded_bytes - progress->start_bytes) *
		       1000.0 / elapsed_ms;
	if (option_given(progress->session, OPTION_JSON))
		show_json(progress, rate);
	else if (has_bar(progress->session))
		show_bar(progress, rate);
}

/* The same for what is counted; only a bar. */
void progress_count(const struct session *session, uint64_t done,
		    uint64_t total)
{
	char text[PROGRESS_TEXT];

	if (!has_bar(session))
		return;
	snprintf(text, sizeof(text), "%" PRIu64 " of %" PRIu64, done, total);
	draw_bar(done, total, text);
}

/* Takes the bar away, so that the outcome can be said. */
void progress_clear(const struct session *session)
{
	if (has_bar(session))
		fputs(CLEAR_LINE, stderr);
}
