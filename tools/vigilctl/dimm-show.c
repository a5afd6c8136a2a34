// SPDX-License-Identifier: GPL-2.0
/*
 * Memory modules on the screen: a table of all, and what the kernel tells of one
 * made into JSON and into a map.
 */
#include <stdlib.h>

#include "dimm.h"
#include "number.h"
#include "text.h"

/* What part of a memory module is at fault, in a word. */
const char *dimm_fault(const struct vigil_record *component)
{
	static const char *const names[] = {
		"-", "cell", "column", "row", "bank", "device", "several",
	};
	uint64_t mode;

	if (!vigil_component_number(component, "fault_mode_6h", &mode))
		return "-";
	return mode < ARRAY_SIZE(names) ? names[mode] : "?";
}

void dimm_table(const struct vigil_list *list, FILE *file)
{
	static const char *const titles[] = {
		"NAME", "LABEL", "HEALTH", "ADVICE", ">ERRORS", ">UNCORRECTED",
		">CELLS", "FAULT", ">STORMS", "REASON",
	};
	struct table *table = table_new(titles, ARRAY_SIZE(titles));

	for (size_t i = 0; i < vigil_list_size(list); i++) {
		const struct vigil_record *one = vigil_list_at(list, i);

		table_add(table, show_string(one, VIGIL_A_COMPONENT_NAME));
		table_add(table, show_string(one, VIGIL_A_COMPONENT_LABEL));
		table_add(table, show_name(one, VIGIL_A_COMPONENT_HEALTH));
		table_add(table, show_name(one, VIGIL_A_COMPONENT_ADVICE));
		show_add_number(table, one, "corrected_errors", number_format);
		show_add_number(table, one, "uncorrected_errors",
				number_format);
		show_add_number(table, one, "cells_6h", number_format);
		table_add(table, dimm_fault(one));
		show_add_number(table, one, "storms_6h", number_format);
		table_add(table, show_string(one, VIGIL_A_COMPONENT_REASON));
	}
	table_print(table, file);
}

/* Features or cells as JSON, without the component's name in each of them. */
struct json_object *dimm_details(const struct vigil_list *list)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < vigil_list_size(list); i++) {
		struct json_object *one = json_record(vigil_list_at(list, i));

		json_object_object_del(one, "component");
		json_object_array_add(array, one);
	}
	return array;
}

static struct heat_cell cell_of(const struct vigil_record *record)
{
	return (struct heat_cell) {
		.placed = vigil_record_has(record, VIGIL_A_CELL_BANK) &&
			  vigil_record_has(record, VIGIL_A_CELL_ROW) &&
			  vigil_record_has(record, VIGIL_A_CELL_COLUMN),
		.has_rank = vigil_record_has(record, VIGIL_A_CELL_RANK),
		.has_device = vigil_record_has(record, VIGIL_A_CELL_DEVICE),
		.rank = vigil_record_uint(record, VIGIL_A_CELL_RANK),
		.device = vigil_record_uint(record, VIGIL_A_CELL_DEVICE),
		.bank = vigil_record_uint(record, VIGIL_A_CELL_BANK),
		.row = vigil_record_uint(record, VIGIL_A_CELL_ROW),
		.column = vigil_record_uint(record, VIGIL_A_CELL_COLUMN),
		.errors = vigil_record_uint(record, VIGIL_A_CELL_COUNT),
		.age_s = vigil_record_uint(record, VIGIL_A_CELL_AGE_SECONDS),
	};
}

/* Makes a map of cells; heatmap_free() frees it. */
void dimm_cells(const struct vigil_list *list, struct heatmap *map)
{
	size_t nr = vigil_list_size(list);
	struct heat_cell *cells = need(calloc(nr + 1, sizeof(*cells)));

	for (size_t i = 0; i < nr; i++)
		cells[i] = cell_of(vigil_list_at(list, i));
	heatmap_init(map, cells, nr);
	free(cells);
}
