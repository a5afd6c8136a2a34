// SPDX-License-Identifier: GPL-2.0
/*
 * Where a memory module had errors: sorting, bins, shades, and both pictures
 * against golden files, which were looked at by a person.
 */
/* unit-sources: tools/vigilctl/heatmap.c tools/vigilctl/heatmap-text.c */
/* unit-sources: tools/vigilctl/heatmap-svg.c tools/vigilctl/number.c */
/* unit-sources: tools/vigilctl/text.c */
#include <stdint.h>
#include <stdlib.h>

#include "heatmap.h"
#include "text.h"
#include "unit.h"

/* A cell with errors whose place is known, in rank 0. */
#define CELL(...) { .placed = true, .has_rank = true, __VA_ARGS__ }

/* A row, a column and single cells, in three banks. */
static const struct heat_cell typical[] = {
	CELL(.bank = 11, .row = 0x2000, .column = 0x3f8, .errors = 1,
	     .age_s = 21000),
	CELL(.bank = 3, .row = 0x1a2b, .column = 0x10, .errors = 40,
	     .age_s = 7),
	CELL(.bank = 3, .row = 0x1a2b, .column = 0x18, .errors = 2,
	     .age_s = 90),
	CELL(.bank = 3, .row = 0x1b00, .column = 0x20, .errors = 3,
	     .age_s = 90),
	CELL(.bank = 12, .row = 0x1a00, .column = 0x3f8, .errors = 9,
	     .age_s = 600),
	CELL(.bank = 12, .row = 0x1c80, .column = 0x3f8, .errors = 900,
	     .age_s = 600),
	CELL(.bank = 12, .row = 0x1f80, .column = 0x3f8, .errors = 130,
	     .age_s = 600),
	{ .errors = 5, .age_s = 1 },
};

/* The same place of two devices, and of another rank. */
static const struct heat_cell shared[] = {
	CELL(.has_device = true, .device = 4, .bank = 1, .row = 7,
	     .column = 9, .errors = 1, .age_s = 3),
	CELL(.has_device = true, .device = 2, .bank = 1, .row = 7,
	     .column = 9, .errors = 2, .age_s = 5),
	CELL(.has_device = true, .device = 2, .rank = 1, .bank = 1, .row = 7,
	     .column = 9, .errors = 4, .age_s = 4),
};

static void sorting(void)
{
	struct heatmap map;

	heatmap_init(&map, typical, ARRAY_SIZE(typical));
	CHECK_INT(map.nr_cells, 8);
	CHECK_INT(map.nr_spots, 7);
	CHECK_INT(map.nr_lanes, 3);
	CHECK_INT(map.nr_ranks, 1);
	CHECK_INT(map.nr_unplaced, 1);
	CHECK_INT(map.unplaced_errors, 5);
	CHECK_INT(map.errors, 1090);
	CHECK_INT(map.lanes[0].cell->bank, 3);
	CHECK_INT(map.lanes[0].errors, 45);
	CHECK_INT(map.lanes[2].cell->bank, 12);
	CHECK_INT(map.min_row, 0x1a00);
	CHECK_INT(map.max_row, 0x2000);
	CHECK_INT(map.max_column, 0x3f8);
	CHECK_INT(map.oldest_s, 21000);
	CHECK_INT(map.newest_s, 1);
	heatmap_free(&map);
}

static void one_place_of_several_devices(void)
{
	struct heatmap map;

	heatmap_init(&map, shared, ARRAY_SIZE(shared));
	CHECK_INT(map.nr_spots, 2);
	CHECK_INT(map.nr_lanes, 2);
	CHECK_INT(map.nr_ranks, 2);
	CHECK_INT(map.nr_devices, 3);
	CHECK_INT(map.nr_drawn, 3);
	CHECK_INT(map.spots[0].nr_cells, 2);
	CHECK_INT(map.spots[0].errors, 3);
	CHECK_INT(map.spots[0].age_s, 5);
	CHECK_INT(map.devices[0].cell->device, 2);
	CHECK_INT(map.devices[0].errors, 2);
	heatmap_free(&map);
}

static void ranges_of_rows(void)
{
	static const struct {
		uint32_t min_row, max_row;
		size_t max_bins;
		uint64_t first_row, rows;
		size_t nr_bins;
	} tests[] = {
		{ 0, 0, 60, 0, 1, 32 },
		{ 100, 100, 60, 85, 1, 32 },
		{ 5, 5, 60, 0, 1, 32 },
		{ 100, 159, 60, 100, 1, 60 },
		{ 100, 160, 60, 100, 2, 32 },
		{ 101, 218, 60, 100, 2, 60 },
		{ 101, 220, 60, 100, 4, 32 },
		{ 7, 7, 1, 7, 1, 1 },
		{ 0, UINT32_MAX, 64, 0, 1 << 26, 64 },
		{ 0, UINT32_MAX, 1, 0, UINT64_C(1) << 32, 1 },
		{ UINT32_MAX, UINT32_MAX, 40, UINT32_MAX - 15, 1, 32 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		struct heatmap map = {
			.min_row = tests[i].min_row,
			.max_row = tests[i].max_row,
		};
		struct heat_range range = heatmap_range(&map,
							tests[i].max_bins);

		CHECK(range.nr_bins <= tests[i].max_bins);
		CHECK(range.first_row <= tests[i].min_row);
		CHECK(range.first_row + range.rows * range.nr_bins >
		      tests[i].max_row);
		CHECK_INT(range.first_row, tests[i].first_row);
		CHECK_INT(range.rows, tests[i].rows);
		CHECK_INT(range.nr_bins, tests[i].nr_bins);
	}
}

static void no_error_is_lost_in_bins(void)
{
	uint64_t *errors, sum = 0;
	struct heat_range range;
	struct heatmap map;

	heatmap_init(&map, typical, ARRAY_SIZE(typical));
	for (size_t bins = 1; bins < 100; bins++) {
		range = heatmap_range(&map, bins);
		errors = heatmap_bin(&map, &range);
		sum = 0;
		for (size_t i = 0; i < map.nr_lanes * range.nr_bins; i++)
			sum += errors[i];
		CHECK_INT(sum, 1085);
		free(errors);
	}
	heatmap_free(&map);
}

static void shades(void)
{
	CHECK_INT(heat_level(0, 1), 0);
	CHECK_INT(heat_level(1, 1), 1);
	CHECK_INT(heat_level(2, 1), 2);
	CHECK_INT(heat_level(3, 1), 2);
	CHECK_INT(heat_level(4, 1), 3);
	CHECK_INT(heat_level(15, 2), 2);
	CHECK_INT(heat_level(16, 2), 3);
	CHECK_INT(heat_level_least(1, 3), 1);
	CHECK_INT(heat_level_least(3, 2), 16);
	for (unsigned int levels = 1; levels < 12; levels++)
		for (unsigned int bit = 0; bit < 64; bit++) {
			uint64_t most = UINT64_MAX >> bit;
			unsigned int shift = heat_shift(most, levels);
			unsigned int level = heat_level(most, shift);

			CHECK(level >= 1 && level <= levels);
			CHECK(heat_level_least(level, shift) <= most);
		}
}

static void no_cells(void)
{
	struct heat_style style = { .columns = 80 };
	struct heatmap map;
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	heatmap_init(&map, NULL, 0);
	heatmap_print(&map, &style, file);
	fclose(file);
	CHECK_STR(got, "no corrected errors in the last 6 hours\n");
	free(got);
	heatmap_free(&map);
}

static void check_golden(const char *got, const char *path)
{
	char *wanted = NULL;
	size_t room = 0;
	FILE *file = fopen(path, "r");

	if (!CHECK(file))
		return;
	CHECK(getdelim(&wanted, &room, 0, file) > 0);
	fclose(file);
	CHECK_STR(got, wanted);
	free(wanted);
}

static void check_text(const struct heat_cell *cells, size_t nr_cells,
		       const struct heat_style *style, const char *path)
{
	struct heatmap map;
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	heatmap_init(&map, cells, nr_cells);
	heatmap_print(&map, style, file);
	fclose(file);
	check_golden(got, path);
	free(got);
	heatmap_free(&map);
}

static void text_maps(void)
{
	static const struct heat_style ascii = { .columns = 80 };
	static const struct heat_style utf8 = { .columns = 60, .utf8 = true };
	static const struct heat_style colour = { .columns = 60,
						  .colour = true };

	check_text(typical, ARRAY_SIZE(typical), &ascii,
		   "golden/heatmap-ascii.txt");
	check_text(typical, ARRAY_SIZE(typical), &utf8,
		   "golden/heatmap-utf8.txt");
	check_text(shared, ARRAY_SIZE(shared), &colour,
		   "golden/heatmap-colour.txt");
}

/* Greatest width of a line, in characters. */
static size_t widest(char *text)
{
	size_t width = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (text_width(line) > width && strncmp(line, "  errors", 8))
			width = text_width(line);
	return width;
}

static void text_fits(void)
{
	struct heatmap map;

	heatmap_init(&map, typical, ARRAY_SIZE(typical));
	for (size_t columns = 70; columns < 300; columns++) {
		struct heat_style style = { .columns = columns, .utf8 = true };
		char *got = NULL;
		size_t size;
		FILE *file = open_memstream(&got, &size);

		heatmap_print(&map, &style, file);
		fclose(file);
		CHECK(widest(got) <= columns);
		free(got);
	}
	heatmap_free(&map);
}

static char *svg_of(const struct heat_cell *cells, size_t nr_cells,
		    const char *title)
{
	struct heatmap map;
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	heatmap_init(&map, cells, nr_cells);
	heatmap_svg(&map, title, "failing: because", file);
	fclose(file);
	heatmap_free(&map);
	return got;
}

static void picture(void)
{
	char *got = svg_of(typical, ARRAY_SIZE(typical),
			   "Memory module dimm-mc0.0.0, SIM");

	check_golden(got, "golden/heatmap.svg");
	free(got);
}

static void svg_of_a_hostile_label(void)
{
	char *got = svg_of(shared, ARRAY_SIZE(shared),
			   "<a> & \"b\" \033[2J\xff\xef\xbf\xbf\xef\xbf\xbd");

	CHECK(strstr(got, "&lt;a&gt; &amp; \"b\" ?[2J???\xef\xbf\xbd<") ||
	      strstr(got, "&lt;a&gt; &amp; \"b\" ?[2J??\xef\xbf\xbd<"));
	CHECK(!strstr(got, "<a>"));
	free(got);
}

static void svg_of_extremes(void)
{
	static const struct heat_cell far[] = {
		CELL(.errors = UINT32_MAX),
		CELL(.row = UINT32_MAX, .column = UINT32_MAX,
		     .bank = UINT32_MAX, .rank = UINT32_MAX, .errors = 1),
	};
	char *got = svg_of(far, ARRAY_SIZE(far), "far");

	CHECK(strstr(got, "row 0xffffffff, column 0xffffffff: 1 error,"));
	CHECK(!strstr(got, "nan") && !strstr(got, "inf"));
	free(got);
	got = svg_of(NULL, 0, "none");
	CHECK(strstr(got, "No corrected errors"));
	free(got);
}

static const struct unit_case cases[] = {
	{ "cells are sorted into banks", sorting },
	{ "one place of several devices", one_place_of_several_devices },
	{ "ranges of rows", ranges_of_rows },
	{ "no error is lost in bins", no_error_is_lost_in_bins },
	{ "shades", shades },
	{ "no cells", no_cells },
	{ "text maps", text_maps },
	{ "text fits the terminal", text_fits },
	{ "SVG", picture },
	{ "SVG of a hostile label", svg_of_a_hostile_label },
	{ "SVG of extremes", svg_of_extremes },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
