// SPDX-License-Identifier: GPL-2.0
/*
 * Where in a memory module errors were, as a picture for a browser: scalable
 * vector graphics that need nothing else. Within a bank, columns go down.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "heatmap.h"
#include "number.h"
#include "text.h"
#include "vigilctl.h"

/* In pixels of a browser that does not scale. */
#define WIDTH 1000
#define LEFT 120
#define RIGHT 70
#define TOP 84
#define PLOT_WIDTH (WIDTH - LEFT - RIGHT)
#define PLOT_HEIGHT 480
#define LANE_MIN 16
#define LANE_MAX 120
#define LANE_GAP 3
#define LANE_LABELLED 44	/* with numbers of columns, if so high */
#define RECT_MIN 5.0
#define RECT_MAX 14.0
#define NOTE_HEIGHT 20
#define FOOT 156

/* Rows side by side; more would not be told apart. */
#define BINS 256
#define MARKS_MAX 10

/* From few errors to many. */
static const char *const colours[] = {
	"#fecc5c", "#feab49", "#fd8d3c", "#fc4e2a", "#e31a1c", "#b10026",
	"#67001f",
};

/**
 * struct picture - What the parts of a drawing share.
 * @map: what is drawn
 * @file: where
 * @range: rows
 * @nr_columns: columns of a row, a power of two
 * @lane_height: of a lane, in pixels, with the gap below it
 * @bottom: lower edge of the last lane, in pixels
 * @most: errors of the worst spot
 * @shift: of the levels
 */
struct picture {
	const struct heatmap *map;
	FILE *file;
	struct heat_range range;
	uint64_t nr_columns;
	unsigned int lane_height;
	unsigned int bottom;
	uint64_t most;
	unsigned int shift;
};

/* Text from elsewhere; what XML can't hold is a question mark. */
static void put_text(FILE *file, const char *string)
{
	char *clean = text_clean(string);

	for (const unsigned char *s = (unsigned char *)clean; *s; s++) {
		if (*s == '&') {
			fputs("&amp;", file);
		} else if (*s == '<') {
			fputs("&lt;", file);
		} else if (*s == '>') {
			fputs("&gt;", file);
		} else if (*s == 0xef && s[1] == 0xbf && s[2] >= 0xbe) {
			fputc('?', file);	/* U+FFFE, U+FFFF */
			s += 2;
		} else {
			fputc(*s, file);
		}
	}
	free(clean);
}

static void put_heading(const struct picture *picture, const char *title,
			const char *subtitle)
{
	FILE *file = picture->file;

	fputs("  <title>", file);
	put_text(file, title);
	fprintf(file, "</title>\n"
		"  <rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n"
		"  <text x=\"24\" y=\"34\" font-size=\"20\" font-weight=\"bold\">");
	put_text(file, title);
	fputs("</text>\n  <text x=\"24\" y=\"58\" fill=\"#555555\">", file);
	put_text(file, subtitle);
	fputs("</text>\n", file);
}

static unsigned int lane_top(const struct picture *picture, size_t lane)
{
	return TOP + lane * picture->lane_height;
}

static void put_lane(const struct picture *picture, size_t nr)
{
	const struct heat_cell *cell = picture->map->lanes[nr].cell;
	unsigned int top = lane_top(picture, nr);
	unsigned int height = picture->lane_height - LANE_GAP;
	FILE *file = picture->file;

	fprintf(file, "  <rect x=\"%d\" y=\"%u\" width=\"%d\" height=\"%u\" fill=\"#f0f2f5\"/>\n"
		"  <text x=\"%d\" y=\"%u\" text-anchor=\"end\">",
		LEFT, top, PLOT_WIDTH, height, LEFT - 10,
		top + height / 2 + 4);
	if (picture->map->nr_ranks > 1 && cell->has_rank)
		fprintf(file, "rank %" PRIu32 " ", cell->rank);
	else if (picture->map->nr_ranks > 1)
		fputs("rank ? ", file);
	fprintf(file, "bank %" PRIu32 "</text>\n", cell->bank);
	if (picture->lane_height < LANE_LABELLED)
		return;
	fputs("  <g font-size=\"10\" fill=\"#777777\">\n", file);
	fprintf(file, "    <text x=\"%d\" y=\"%u\">0x0</text>\n",
		WIDTH - RIGHT + 6, top + 10);
	fprintf(file, "    <text x=\"%d\" y=\"%u\">0x%" PRIx64 "</text>\n",
		WIDTH - RIGHT + 6, top + height - 2, picture->nr_columns - 1);
	fputs("  </g>\n", file);
}

static double x_of(const struct picture *picture, uint64_t row)
{
	const struct heat_range *range = &picture->range;

	return LEFT + (double)(row - range->first_row) /
	       (range->rows * range->nr_bins) * PLOT_WIDTH;
}

static void put_mark(const struct picture *picture, uint64_t row)
{
	double x = x_of(picture, row);

	fprintf(picture->file, "    <path d=\"M%.1f %d V%u\" stroke=\"#d0d4da\"/>\n",
		x, TOP, picture->bottom + 4);
	fprintf(picture->file, "    <text x=\"%.1f\" y=\"%u\">0x%" PRIx64 "</text>\n",
		x, picture->bottom + 18, row);
}

/* Marks are at multiples of a power of two. */
static void put_axes(const struct picture *picture)
{
	uint64_t first = picture->range.first_row, step = 1, row;
	uint64_t rows = picture->range.rows * picture->range.nr_bins;

	while (rows / step > MARKS_MAX)
		step *= 2;
	fputs("  <g id=\"axes\" text-anchor=\"middle\" font-size=\"11\">\n",
	      picture->file);
	for (row = (first + step - 1) / step * step; row <= first + rows;
	     row += step)
		put_mark(picture, row);
	fprintf(picture->file, "    <text x=\"%d\" y=\"%u\" font-size=\"13\">row</text>\n",
		LEFT + PLOT_WIDTH / 2, picture->bottom + 38);
	fprintf(picture->file, "    <text transform=\"translate(%d %u) rotate(90)\"",
		WIDTH - 20, (TOP + picture->bottom) / 2);
	fputs(" font-size=\"13\">column</text>\n", picture->file);
	fputs("  </g>\n", picture->file);
}

/* The whole of the palette, however many levels there are. */
static const char *colour_of(const struct picture *picture, unsigned int level)
{
	unsigned int last = heat_level(picture->most, picture->shift);

	if (level < 2)
		return colours[0];
	return colours[(level - 1) * (ARRAY_SIZE(colours) - 1) / (last - 1)];
}

/* What the mouse finds out about a spot. */
static void put_tooltip(const struct picture *picture,
			const struct heat_spot *spot)
{
	const struct heat_cell *cell = spot->cell;
	FILE *file = picture->file;
	char age[NUMBER_TEXT], errors[NUMBER_TEXT];

	fputs("<title>", file);
	if (cell->has_rank)
		fprintf(file, "rank %" PRIu32 ", ", cell->rank);
	if (spot->nr_cells == 1 && cell->has_device)
		fprintf(file, "device %" PRIu32 ", ", cell->device);
	fprintf(file, "bank %" PRIu32 ", row 0x%" PRIx32 ", column 0x%" PRIx32
		": %s, the first %s ago",
		cell->bank, cell->row, cell->column,
		count_format(spot->errors, "error", errors),
		duration_format(spot->age_s, age));
	if (spot->nr_cells > 1)
		fprintf(file, ", of %zu devices or sets of bits",
			spot->nr_cells);
	fputs("</title>", file);
}

static double rect_width(const struct picture *picture)
{
	double width = (double)PLOT_WIDTH /
		       (picture->range.rows * picture->range.nr_bins);

	if (width < RECT_MIN)
		return RECT_MIN;
	return width < RECT_MAX ? width : RECT_MAX;
}

static void put_spot(const struct picture *picture,
		     const struct heat_spot *spot)
{
	unsigned int level = heat_level(spot->errors, picture->shift);
	double room = picture->lane_height - LANE_GAP - RECT_MIN;
	double y = lane_top(picture, spot->lane) +
		   room * spot->cell->column / picture->nr_columns;
	double x = x_of(picture, spot->cell->row);
	double width = rect_width(picture);

	if (x > LEFT + PLOT_WIDTH - width)
		x = LEFT + PLOT_WIDTH - width;
	fprintf(picture->file, "    <rect x=\"%.1f\" y=\"%.1f\"", x, y);
	fprintf(picture->file, " width=\"%.1f\" height=\"%.1f\" fill=\"%s\">",
		width, RECT_MIN, colour_of(picture, level));
	put_tooltip(picture, spot);
	fputs("</rect>\n", picture->file);
}

/* Those with more errors later, so that nothing hides them. */
static void put_spots(const struct picture *picture)
{
	fputs("  <g id=\"cells\" stroke=\"#00000040\" stroke-width=\"0.5\">\n",
	      picture->file);
	for (unsigned int level = 0; level <= ARRAY_SIZE(colours); level++)
		for (size_t i = 0; i < picture->map->nr_spots; i++) {
			const struct heat_spot *spot = &picture->map->spots[i];

			if (heat_level(spot->errors, picture->shift) == level)
				put_spot(picture, spot);
		}
	fputs("  </g>\n", picture->file);
}

static void put_legend(const struct picture *picture, unsigned int y)
{
	unsigned int last = heat_level(picture->most, picture->shift);
	FILE *file = picture->file;

	fprintf(file, "  <g id=\"legend\">\n    <text x=\"%d\" y=\"%u\">errors</text>\n",
		LEFT, y);
	for (unsigned int level = 1; level <= last; level++) {
		unsigned int x = LEFT + 60 + (level - 1) * 105;
		uint64_t from = heat_level_least(level, picture->shift);
		uint64_t to = level < last ?
			      heat_level_least(level + 1, picture->shift) - 1 :
			      picture->most;

		fprintf(file, "    <rect x=\"%u\" y=\"%u\" width=\"14\" height=\"14\"",
			x, y - 12);
		fprintf(file, " fill=\"%s\"/>\n", colour_of(picture, level));
		fprintf(file, "    <text x=\"%u\" y=\"%u\">%" PRIu64,
			x + 20, y, from);
		if (from < to)
			fprintf(file, "-%" PRIu64, to);
		fputs("</text>\n", file);
	}
	fputs("  </g>\n", file);
}

static void begin_note(const struct picture *picture, unsigned int *y)
{
	fprintf(picture->file, "  <text x=\"%d\" y=\"%u\" fill=\"#555555\">",
		LEFT, *y);
	*y += NOTE_HEIGHT;
}

static void put_notes(const struct picture *picture, unsigned int y)
{
	const struct heatmap *map = picture->map;
	char errors[NUMBER_TEXT], cells[NUMBER_TEXT];
	char oldest[NUMBER_TEXT], newest[NUMBER_TEXT];
	FILE *file = picture->file;

	begin_note(picture, &y);
	if (!map->nr_cells) {
		fputs("No corrected errors in the last 6 hours.</text>\n", file);
		return;
	}
	fprintf(file, "Corrected in the last 6 hours: %s in %s, ",
		count_format(map->errors, "error", errors),
		count_format(map->nr_cells, "cell", cells));
	fprintf(file, "whose first errors were %s to %s ago.</text>\n",
		duration_format(map->oldest_s, oldest),
		duration_format(map->newest_s, newest));
	if (map->nr_unplaced) {
		begin_note(picture, &y);
		fprintf(file, "Not shown: %s of %s whose place is not known.</text>\n",
			count_format(map->unplaced_errors, "error", errors),
			count_format(map->nr_unplaced, "cell", cells));
	}
	if (map->nr_drawn > map->nr_ranks) {
		begin_note(picture, &y);
		fprintf(file, "Of %zu devices, those of a rank share its lanes.</text>\n",
			map->nr_drawn);
	}
}

static void plan(struct picture *picture)
{
	const struct heatmap *map = picture->map;
	size_t nr_lanes = map->nr_lanes ? map->nr_lanes : 1;

	picture->range = heatmap_range(map, BINS);
	picture->nr_columns = 16;
	while (picture->nr_columns <= map->max_column)
		picture->nr_columns *= 2;
	picture->lane_height = PLOT_HEIGHT / nr_lanes;
	if (picture->lane_height < LANE_MIN)
		picture->lane_height = LANE_MIN;
	if (picture->lane_height > LANE_MAX)
		picture->lane_height = LANE_MAX;
	picture->bottom = lane_top(picture, map->nr_lanes);
	for (size_t i = 0; i < map->nr_spots; i++)
		if (map->spots[i].errors > picture->most)
			picture->most = map->spots[i].errors;
	picture->shift = heat_shift(picture->most, ARRAY_SIZE(colours));
}

/* One that stands in a page of hypertext. */
void heatmap_svg_inside(const struct heatmap *map, const char *title,
			const char *subtitle, FILE *file)
{
	struct picture picture = { .map = map, .file = file };
	unsigned int height;

	plan(&picture);
	height = picture.bottom + FOOT;
	fprintf(file,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%d\" height=\"%u\" viewBox=\"0 0 %d %u\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222222\">\n",
		WIDTH, height, WIDTH, height);
	put_heading(&picture, title, subtitle);
	if (map->nr_spots) {
		for (size_t i = 0; i < map->nr_lanes; i++)
			put_lane(&picture, i);
		put_axes(&picture);
		put_spots(&picture);
		put_legend(&picture, picture.bottom + 64);
	}
	put_notes(&picture, picture.bottom + 92);
	fputs("</svg>\n", file);
}

void heatmap_svg(const struct heatmap *map, const char *title,
		 const char *subtitle, FILE *file)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", file);
	heatmap_svg_inside(map, title, subtitle, file);
}
