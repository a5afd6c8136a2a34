/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where in a memory module errors were, as a picture.
 *
 * A line of it, a lane, is a bank of a rank; rows lie side by side. What errs in
 * the same place but in another device, or in other bits, is one spot.
 */
#ifndef VIGILCTL_HEATMAP_H
#define VIGILCTL_HEATMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct heat_cell - A cell that had errors.
 * @placed: bank, row and column are known
 * @has_rank: @rank is known
 * @has_device: @device is known
 * @rank: rank of the memory module, else 0
 * @device: DRAM device of the rank, else 0
 * @bank: bank, else 0
 * @row: row, else 0
 * @column: column, else 0
 * @errors: how many
 * @age_s: how long ago the first of them happened
 */
struct heat_cell {
	bool placed;
	bool has_rank;
	bool has_device;
	uint32_t rank;
	uint32_t device;
	uint32_t bank;
	uint32_t row;
	uint32_t column;
	uint64_t errors;
	uint64_t age_s;
};

/**
 * struct heat_lane - A bank with errors.
 * @cell: one of its cells: rank and bank
 * @errors: how many
 */
struct heat_lane {
	const struct heat_cell *cell;
	uint64_t errors;
};

/**
 * struct heat_spot - A row and column of a bank.
 * @cell: one of its cells: rank, device, bank, row and column
 * @lane: number of its lane
 * @nr_cells: cells that are here, those of other devices or bits
 * @errors: of all of them
 * @age_s: how long ago the first of them happened
 */
struct heat_spot {
	const struct heat_cell *cell;
	size_t lane;
	size_t nr_cells;
	uint64_t errors;
	uint64_t age_s;
};

/**
 * struct heat_device - A DRAM device, or those that are not known.
 * @cell: one of its cells: rank and device
 * @placed: some of its cells have a place
 * @errors: of all of its cells
 */
struct heat_device {
	const struct heat_cell *cell;
	bool placed;
	uint64_t errors;
};

/**
 * struct heatmap - All that a picture shows.
 * @cells: the cells, sorted by place
 * @lanes: sorted by rank and bank
 * @spots: sorted by lane, row and column
 * @devices: sorted by rank and device
 * @nr_cells: number of cells
 * @nr_lanes: number of lanes
 * @nr_spots: number of spots
 * @nr_devices: number of devices
 * @nr_ranks: number of ranks that have lanes; one of them may be "not known"
 * @nr_drawn: number of devices with cells in lanes; ditto
 * @nr_unplaced: cells without a place
 * @unplaced_errors: errors of those
 * @errors: errors of all cells
 * @oldest_s: greatest age
 * @newest_s: least age
 * @min_row: least row
 * @max_row: greatest row
 * @max_column: greatest column
 */
struct heatmap {
	struct heat_cell *cells;
	struct heat_lane *lanes;
	struct heat_spot *spots;
	struct heat_device *devices;
	size_t nr_cells;
	size_t nr_lanes;
	size_t nr_spots;
	size_t nr_devices;
	size_t nr_ranks;
	size_t nr_drawn;
	size_t nr_unplaced;
	uint64_t unplaced_errors;
	uint64_t errors;
	uint64_t oldest_s;
	uint64_t newest_s;
	uint32_t min_row;
	uint32_t max_row;
	uint32_t max_column;
};

/**
 * struct heat_range - How rows are put into bins.
 * @first_row: first row of the first bin, a multiple of @rows
 * @rows: rows in a bin, a power of two
 * @nr_bins: number of bins
 */
struct heat_range {
	uint64_t first_row;
	uint64_t rows;
	size_t nr_bins;
};

/**
 * struct heat_style - How text looks.
 * @columns: width of the terminal
 * @utf8: it has block characters
 * @colour: it has colours
 */
struct heat_style {
	size_t columns;
	bool utf8;
	bool colour;
};

/* heatmap.c */
void heatmap_init(struct heatmap *map, const struct heat_cell *cells,
		  size_t nr_cells);
void heatmap_free(struct heatmap *map);
struct heat_range heatmap_range(const struct heatmap *map, size_t max_bins);
uint64_t *heatmap_bin(const struct heatmap *map,
		      const struct heat_range *range);
unsigned int heat_shift(uint64_t most, unsigned int levels);
unsigned int heat_level(uint64_t errors, unsigned int shift);
uint64_t heat_level_least(unsigned int level, unsigned int shift);

/* heatmap-text.c */
void heatmap_print(const struct heatmap *map, const struct heat_style *style,
		   FILE *file);

/* heatmap-svg.c */
void heatmap_svg_inside(const struct heatmap *map, const char *title,
			const char *subtitle, FILE *file);
void heatmap_svg(const struct heatmap *map, const char *title,
		 const char *subtitle, FILE *file);

#endif /* VIGILCTL_HEATMAP_H */
