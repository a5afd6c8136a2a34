// SPDX-License-Identifier: GPL-2.0
/*
 * Where in a memory module errors were, for a terminal.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "heatmap.h"
#include "number.h"
#include "vigilctl.h"

/* Bins between the marks below the map; a row's number is shorter. */
#define MARK_BINS 16

/* Room for "rank 4294967295 bank 4294967295". */
#define LABEL_TEXT 48

/* Frame, and the number of errors behind it. */
#define MARGIN 12

static const char *const ascii_shades[] = {
	" ", ".", ":", "-", "=", "+", "*", "#", "%", "@",
};

static const char *const utf8_shades[] = { " ", "░", "▒", "▓", "█" };

/* Of 256, from yellow to dark red. */
static const unsigned char colours[] = { 220, 214, 208, 202, 196, 160, 124 };

/**
 * struct canvas - What the parts of a drawing share.
 * @map: what is drawn
 * @style: how
 * @file: where
 * @range: bins
 * @shades: characters by level
 * @levels: the highest level
 * @shift: of the levels
 * @label_width: characters before the frame
 */
struct canvas {
	const struct heatmap *map;
	const struct heat_style *style;
	FILE *file;
	struct heat_range range;
	const char *const *shades;
	unsigned int levels;
	unsigned int shift;
	int label_width;
};

static const char *format_label(const struct canvas *canvas,
				const struct heat_lane *lane, char *text)
{
	if (canvas->map->nr_ranks < 2)
		snprintf(text, LABEL_TEXT, "bank %2" PRIu32, lane->cell->bank);
	else if (lane->cell->has_rank)
		snprintf(text, LABEL_TEXT, "rank %" PRIu32 " bank %2" PRIu32,
			 lane->cell->rank, lane->cell->bank);
	else
		snprintf(text, LABEL_TEXT, "rank ? bank %2" PRIu32,
			 lane->cell->bank);
	return text;
}

static void find_label_width(struct canvas *canvas)
{
	char text[LABEL_TEXT];

	for (size_t i = 0; i < canvas->map->nr_lanes; i++) {
		int width = strlen(format_label(canvas, &canvas->map->lanes[i],
						text));

		if (width > canvas->label_width)
			canvas->label_width = width;
	}
}

static void print_shade(const struct canvas *canvas, unsigned int level)
{
	const char *shade = canvas->shades[level];

	if (!level || !canvas->style->colour)
		fputs(shade, canvas->file);
	else
		fprintf(canvas->file, "\033[38;5;%dm%s\033[0m",
			colours[(level - 1) * ARRAY_SIZE(colours) /
				canvas->levels], shade);
}

static const char *frame(const struct canvas *canvas)
{
	return canvas->style->utf8 ? "│" : "|";
}

static void print_lane(const struct canvas *canvas,
		       const struct heat_lane *lane, const uint64_t *errors)
{
	char text[LABEL_TEXT];

	fprintf(canvas->file, "  %-*s %s", canvas->label_width,
		format_label(canvas, lane, text), frame(canvas));
	for (size_t i = 0; i < canvas->range.nr_bins; i++)
		print_shade(canvas, heat_level(errors[i], canvas->shift));
	fprintf(canvas->file, "%s %" PRIu64 "\n", frame(canvas), lane->errors);
}

/* The lower edge, with marks, and below it the rows where they are. */
static void print_axis(const struct canvas *canvas)
{
	const struct heat_range *range = &canvas->range;
	bool utf8 = canvas->style->utf8;
	size_t i;

	fprintf(canvas->file, "  %*s %s", canvas->label_width, "",
		utf8 ? "└" : "+");
	for (i = 0; i < range->nr_bins; i++)
		if (i % MARK_BINS)
			fputs(utf8 ? "─" : "-", canvas->file);
		else
			fputs(utf8 ? "┬" : "+", canvas->file);
	fprintf(canvas->file, "%s\n  %*s  ", utf8 ? "┘" : "+",
		canvas->label_width, "row");
	for (i = 0; i < range->nr_bins; i += MARK_BINS) {
		char row[NUMBER_TEXT];

		snprintf(row, sizeof(row), "0x%" PRIx64,
			 range->first_row + i * range->rows);
		if (i + MARK_BINS < range->nr_bins)
			fprintf(canvas->file, "%-*s", MARK_BINS, row);
		else
			fprintf(canvas->file, "%s\n", row);
	}
}

static void print_shades(const struct canvas *canvas, uint64_t most)
{
	unsigned int last = heat_level(most, canvas->shift);

	fprintf(canvas->file, "  errors:");
	for (unsigned int level = 1; level <= last; level++) {
		uint64_t from = heat_level_least(level, canvas->shift);
		uint64_t to = level < last ?
			      heat_level_least(level + 1, canvas->shift) - 1 :
			      most;

		fputs("  ", canvas->file);
		print_shade(canvas, level);
		fprintf(canvas->file, from < to ? " %" PRIu64 "-%" PRIu64 :
						  " %" PRIu64, from, to);
	}
	fputc('\n', canvas->file);
}

static void print_map(struct canvas *canvas)
{
	const struct heatmap *map = canvas->map;
	const struct heat_range *range = &canvas->range;
	uint64_t *errors, most = 0;

	errors = heatmap_bin(map, range);
	for (size_t i = 0; i < map->nr_lanes * range->nr_bins; i++)
		if (errors[i] > most)
			most = errors[i];
	canvas->shift = heat_shift(most, canvas->levels);

	for (size_t i = 0; i < map->nr_lanes; i++)
		print_lane(canvas, &map->lanes[i], errors + i * range->nr_bins);
	print_axis(canvas);
	fprintf(canvas->file,
		"  rows 0x%" PRIx64 " to 0x%" PRIx64 ", %" PRIu64 " in a character\n",
		range->first_row,
		range->first_row + range->nr_bins * range->rows - 1,
		range->rows);
	print_shades(canvas, most);
	free(errors);
}

static void print_device(const struct heat_device *device, bool first,
			 FILE *file)
{
	const struct heat_cell *cell = device->cell;

	fputs(first ? "  " : ", ", file);
	if (cell->has_rank)
		fprintf(file, "rank %" PRIu32 " ", cell->rank);
	if (cell->has_device)
		fprintf(file, "device %" PRIu32, cell->device);
	else
		fputs("device not known", file);
	fprintf(file, ": %" PRIu64, device->errors);
}

static void print_notes(const struct heatmap *map, FILE *file)
{
	char errors[NUMBER_TEXT], cells[NUMBER_TEXT];
	char oldest[NUMBER_TEXT], newest[NUMBER_TEXT];

	fputs("  errors by device:", file);
	for (size_t i = 0; i < map->nr_devices; i++)
		print_device(&map->devices[i], !i, file);
	fputc('\n', file);
	if (map->nr_ranks > 1)
		fprintf(file, "  %zu ranks, each with lines of its own\n",
			map->nr_ranks);
	if (map->nr_drawn > map->nr_ranks)
		fprintf(file, "  %zu devices; those of a rank share its lines\n",
			map->nr_drawn);
	if (map->nr_unplaced)
		fprintf(file, "  not in the map: %s of %s whose place is not known\n",
			count_format(map->unplaced_errors, "error", errors),
			count_format(map->nr_unplaced, "cell", cells));
	fprintf(file, "  first error of the oldest cell %s ago, of the newest %s ago\n",
		duration_format(map->oldest_s, oldest),
		duration_format(map->newest_s, newest));
}

void heatmap_print(const struct heatmap *map, const struct heat_style *style,
		   FILE *file)
{
	struct canvas canvas = {
		.map = map,
		.style = style,
		.file = file,
		.shades = style->utf8 ? utf8_shades : ascii_shades,
		.levels = (style->utf8 ? ARRAY_SIZE(utf8_shades) :
					 ARRAY_SIZE(ascii_shades)) - 1,
	};
	char errors[NUMBER_TEXT], cells[NUMBER_TEXT];
	size_t taken;

	if (!map->nr_cells) {
		fputs("no corrected errors in the last 6 hours\n", file);
		return;
	}
	fprintf(file, "corrected in the last 6 hours: %s in %s\n",
		count_format(map->errors, "error", errors),
		count_format(map->nr_cells, "cell", cells));
	if (map->nr_spots) {
		find_label_width(&canvas);
		taken = canvas.label_width + MARGIN;
		canvas.range = heatmap_range(map, style->columns > taken + 1 ?
						  style->columns - taken : 1);
		print_map(&canvas);
	}
	print_notes(map, file);
}
