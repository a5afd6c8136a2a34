// SPDX-License-Identifier: GPL-2.0
/*
 * Where in a memory module errors were: sorting cells into banks, and rows into
 * bins. Pure; heatmap-text.c and heatmap-svg.c draw.
 *
 * Shades are powers of two, or of a higher power when there are many errors: a
 * cell that erred a thousand times must not hide those that erred once.
 */
#include <stdlib.h>
#include <string.h>

#include "heatmap.h"
#include "text.h"

/* A map of one row has so many bins, for a person to see that it is one. */
#define BINS_MIN 32

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_ranks(const struct heat_cell *a, const struct heat_cell *b)
{
	int order = compare(a->has_rank, b->has_rank);

	return order ? order : compare(a->rank, b->rank);
}

static int compare_lanes(const struct heat_cell *a, const struct heat_cell *b)
{
	int order = compare_ranks(a, b);

	return order ? order : compare(a->bank, b->bank);
}

/* Those without a place come last. */
static int compare_spots(const struct heat_cell *a, const struct heat_cell *b)
{
	int order = compare(b->placed, a->placed);

	if (!order)
		order = compare_lanes(a, b);
	if (!order)
		order = compare(a->row, b->row);
	return order ? order : compare(a->column, b->column);
}

static int compare_devices(const struct heat_cell *a, const struct heat_cell *b)
{
	int order = compare_ranks(a, b);

	if (!order)
		order = compare(a->has_device, b->has_device);
	return order ? order : compare(a->device, b->device);
}

static int by_place(const void *a, const void *b)
{
	int order = compare_spots(a, b);

	return order ? order : compare_devices(a, b);
}

static int by_device(const void *a, const void *b)
{
	const struct heat_device *one = a, *other = b;

	return compare_devices(one->cell, other->cell);
}

/* Adds a cell to the lane and the spot of the one before it, or to new ones. */
static void add_placed(struct heatmap *map, const struct heat_cell *cell)
{
	const struct heat_cell *before = map->nr_spots ? cell - 1 : NULL;
	struct heat_spot *spot;

	if (!before || compare_ranks(before, cell))
		map->nr_ranks++;
	if (!before || compare_lanes(before, cell))
		map->lanes[map->nr_lanes++].cell = cell;
	if (!before || compare_spots(before, cell)) {
		map->spots[map->nr_spots].cell = cell;
		map->spots[map->nr_spots++].lane = map->nr_lanes - 1;
	}
	map->lanes[map->nr_lanes - 1].errors += cell->errors;
	spot = &map->spots[map->nr_spots - 1];
	spot->nr_cells++;
	spot->errors += cell->errors;
	if (cell->age_s > spot->age_s)
		spot->age_s = cell->age_s;

	if (map->nr_spots == 1 || cell->row < map->min_row)
		map->min_row = cell->row;
	if (cell->row > map->max_row)
		map->max_row = cell->row;
	if (cell->column > map->max_column)
		map->max_column = cell->column;
}

static void count_devices(struct heatmap *map)
{
	struct heat_device *devices = map->devices;
	size_t nr = 0;

	for (size_t i = 0; i < map->nr_cells; i++)
		devices[i].cell = &map->cells[i];
	qsort(devices, map->nr_cells, sizeof(*devices), by_device);
	for (size_t i = 0; i < map->nr_cells; i++) {
		const struct heat_cell *cell = devices[i].cell;

		if (!nr || compare_devices(devices[nr - 1].cell, cell))
			devices[nr++] = (struct heat_device) { .cell = cell };
		map->nr_drawn += cell->placed && !devices[nr - 1].placed;
		devices[nr - 1].placed |= cell->placed;
		devices[nr - 1].errors += cell->errors;
	}
	map->nr_devices = nr;
}

static void *allocate(size_t count, size_t size)
{
	return need(calloc(count ? count : 1, size));
}

/* Keeps a copy of the cells. */
void heatmap_init(struct heatmap *map, const struct heat_cell *cells,
		  size_t nr_cells)
{
	*map = (struct heatmap) {
		.cells = allocate(nr_cells, sizeof(*map->cells)),
		.lanes = allocate(nr_cells, sizeof(*map->lanes)),
		.spots = allocate(nr_cells, sizeof(*map->spots)),
		.devices = allocate(nr_cells, sizeof(*map->devices)),
		.nr_cells = nr_cells,
		.newest_s = UINT64_MAX,
	};
	if (nr_cells)
		memcpy(map->cells, cells, nr_cells * sizeof(*cells));
	qsort(map->cells, nr_cells, sizeof(*map->cells), by_place);
	for (size_t i = 0; i < nr_cells; i++) {
		const struct heat_cell *cell = &map->cells[i];

		map->errors += cell->errors;
		if (cell->age_s > map->oldest_s)
			map->oldest_s = cell->age_s;
		if (cell->age_s < map->newest_s)
			map->newest_s = cell->age_s;
		if (cell->placed) {
			add_placed(map, cell);
		} else {
			map->nr_unplaced++;
			map->unplaced_errors += cell->errors;
		}
	}
	count_devices(map);
}

void heatmap_free(struct heatmap *map)
{
	free(map->cells);
	free(map->lanes);
	free(map->spots);
	free(map->devices);
}

/*
 * The rows from the least to the greatest, in @max_bins bins at most; more rows
 * than that, on both sides, when they are few.
 */
struct heat_range heatmap_range(const struct heatmap *map, size_t max_bins)
{
	size_t wanted = max_bins < BINS_MIN ? max_bins : BINS_MIN;
	uint64_t rows = 1, first, nr;

	while (map->max_row / rows - map->min_row / rows + 1 > max_bins)
		rows *= 2;
	first = map->min_row / rows;
	nr = map->max_row / rows - first + 1;
	if (nr < wanted) {
		uint64_t before = (wanted - nr) / 2;

		first -= before < first ? before : first;
		nr = wanted;
	}
	return (struct heat_range) {
		.first_row = first * rows,
		.rows = rows,
		.nr_bins = nr,
	};
}

/* Errors of each bin, lane by lane; to be freed. */
uint64_t *heatmap_bin(const struct heatmap *map, const struct heat_range *range)
{
	uint64_t *errors = allocate(map->nr_lanes * range->nr_bins,
				    sizeof(*errors));

	for (size_t i = 0; i < map->nr_spots; i++) {
		const struct heat_spot *spot = &map->spots[i];
		uint64_t bin = (spot->cell->row - range->first_row) /
			       range->rows;

		errors[spot->lane * range->nr_bins + bin] += spot->errors;
	}
	return errors;
}

static unsigned int log2_of(uint64_t value)
{
	unsigned int log2 = 0;

	while (value >>= 1)
		log2++;
	return log2;
}

/* The least shift with which @most errors are within so many levels. */
unsigned int heat_shift(uint64_t most, unsigned int levels)
{
	return log2_of(most) / levels + 1;
}

/* Level 1 are 1 to 2^shift - 1 errors, level 2 up to 4^shift - 1, and so on. */
unsigned int heat_level(uint64_t errors, unsigned int shift)
{
	return errors ? log2_of(errors) / shift + 1 : 0;
}

/* The least number of errors of a level, which is 1 or more. */
uint64_t heat_level_least(unsigned int level, unsigned int shift)
{
	return (uint64_t)1 << (level - 1) * shift;
}
