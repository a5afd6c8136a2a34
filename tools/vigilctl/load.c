// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl weights preload and evict: advice to the kernel about files, and
 * what came of it. The kernel loads in the background whether this program
 * waits or not.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "progress.h"
#include "weights.h"

#define POLL_MIN_MS 50
#define POLL_MAX_MS 400

/* Waits, unless the user wants to end. */
static bool wait_or_end(int signals, int pause_ms)
{
	struct pollfd fd = { .fd = signals, .events = POLLIN };

	return poll(&fd, 1, pause_ms) > 0;
}

static void sum_up(const struct weights_files *files, struct progress *progress)
{
	progress->size_bytes = 0;
	progress->loaded_bytes = 0;
	for (size_t i = 0; i < files->count; i++) {
		progress->size_bytes += files->files[i].status.size_bytes;
		progress->loaded_bytes += files->files[i].status.loaded_bytes;
	}
}

/* Looks at the files that are being loaded; *@loading says if there are any. */
static enum status look(const struct session *session,
			struct weights_files *files, bool *loading)
{
	enum status status = STATUS_OK;

	*loading = false;
	for (size_t i = 0; i < files->count && status == STATUS_OK; i++) {
		struct weights_file *file = &files->files[i];

		if (!file->status.loading)
			continue;
		status = weights_status(session, file);
		*loading |= file->status.loading;
	}
	return status;
}

static enum status fail_pending(const struct progress *progress,
				const char *why)
{
	char loaded[NUMBER_TEXT], size[NUMBER_TEXT];

	progress_clear(progress->session);
	return fail(progress->session, STATUS_PENDING,
		    "%s at %s of %s; the kernel goes on loading", why,
		    size_format(progress->loaded_bytes, loaded),
		    size_format(progress->size_bytes, size));
}

static enum status wait_loaded(const struct session *session,
			       struct weights_files *files,
			       struct progress *progress)
{
	int64_t deadline_ms = progress->start_ms +
			      (int64_t)session->options.timeout_s * 1000;
	int signals = session_catch_signals(), pause_ms = POLL_MIN_MS;
	bool loading;

	for (;;) {
		enum status status = look(session, files, &loading);

		if (status != STATUS_OK)
			return status;
		sum_up(files, progress);
		progress_show(progress);
		if (!loading)
			break;
		if (option_given(session, OPTION_TIMEOUT) &&
		    progress_now_ms() >= deadline_ms)
			return fail_pending(progress, "out of time");
		if (wait_or_end(signals, pause_ms))
			return fail_pending(progress, "interrupted");
		if (pause_ms < POLL_MAX_MS)
			pause_ms *= 2;
	}
	progress_clear(session);
	return STATUS_OK;
}

static enum status check_loaded(const struct session *session,
				const struct weights_file *file)
{
	const struct weightfs_status *status = &file->status;
	char loaded[NUMBER_TEXT], size[NUMBER_TEXT];

	if (status->loaded_bytes >= status->size_bytes)
		return STATUS_OK;
	return fail(session, STATUS_REFUSED, "%s: loaded %s of %s: %s",
		    file->path, size_format(status->loaded_bytes, loaded),
		    size_format(status->size_bytes, size),
		    status->error ? strerror(status->error) :
				    "let go of meanwhile");
}

static void print_loaded(const struct weights_files *files,
			 const struct progress *progress, bool waited)
{
	char size[NUMBER_TEXT];

	if (option_given(progress->session, OPTION_JSON))
		json_print_line(weights_document(files));
	else
		printf("%s %zu file%s, %s\n", waited ? "loaded" : "loading",
		       files->count, files->count == 1 ? "" : "s",
		       size_format(progress->size_bytes, size));
}

static enum status load(const struct session *session,
			struct weights_files *files)
{
	struct progress progress = { .session = session };
	bool wait = !option_given(session, OPTION_NO_WAIT);
	enum status status = STATUS_OK;

	sum_up(files, &progress);
	progress.start_ms = progress_now_ms();
	progress.start_bytes = progress.loaded_bytes;
	for (size_t i = 0; i < files->count && status == STATUS_OK; i++)
		status = weights_advise(session, &files->files[i],
					POSIX_FADV_WILLNEED);
	if (status == STATUS_OK && wait)
		status = wait_loaded(session, files, &progress);
	for (size_t i = 0; i < files->count && status == STATUS_OK && wait; i++)
		status = check_loaded(session, &files->files[i]);
	if (status == STATUS_OK)
		print_loaded(files, &progress, wait);
	return status;
}

enum status weights_preload(struct session *session, char **operands)
{
	struct weights_files files;
	enum status status;

	status = weights_find(session, operands, &files);
	if (status == STATUS_OK)
		status = load(session, &files);
	weights_free(&files);
	return status;
}

/* Bytes that stay cost the user memory, so they are a failure. */
static enum status report_evicted(const struct session *session,
				  const struct weights_files *files,
				  uint64_t before_bytes)
{
	char freed[NUMBER_TEXT], kept[NUMBER_TEXT], why[128] = "";
	struct json_object *document;
	enum status status = STATUS_OK;
	struct progress after;

	sum_up(files, &after);
	if (after.loaded_bytes) {
		status = STATUS_REFUSED;
		snprintf(why, sizeof(why), "%s stay: mapped, pinned, or somebody else's",
			 size_format(after.loaded_bytes, kept));
	}
	if (option_given(session, OPTION_JSON)) {
		document = weights_document(files);
		if (status != STATUS_OK)
			json_add_error(document, status, why);
		json_print(session, document);
		return status;
	}
	printf("let go of %s\n",
	       size_format(before_bytes - after.loaded_bytes, freed));
	return status == STATUS_OK ? status : fail(session, status, "%s", why);
}

static enum status evict(const struct session *session,
			 struct weights_files *files)
{
	enum status status = STATUS_OK;
	struct progress before;

	sum_up(files, &before);
	for (size_t i = 0; i < files->count && status == STATUS_OK; i++)
		status = weights_advise(session, &files->files[i],
					POSIX_FADV_DONTNEED);
	if (status != STATUS_OK)
		return status;
	return report_evicted(session, files, before.loaded_bytes);
}

enum status weights_evict(struct session *session, char **operands)
{
	struct weights_files files;
	enum status status = weights_find(session, operands, &files);

	if (status == STATUS_OK)
		status = evict(session, &files);
	weights_free(&files);
	return status;
}
