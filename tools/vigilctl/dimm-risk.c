// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl dimm explain: which numbers moved the risk that a model gives.
 *
 * The kernel tells for each number by how much it moved the log odds. One unit
 * makes an uncorrected error 2.7 times as likely, and 0.7 twice as likely.
 */
#include <stdlib.h>
#include <string.h>

#include "dimm.h"
#include "number.h"
#include "text.h"

/* In the text; most of the rest moves next to nothing. */
#define NR_SHOWN 6

/* Log odds of 1, and a ratio of 1, as the kernel counts them. */
#define ONE_Q16 65536.0
#define RATIO_ONE 256.0

/* What the names of features mean; a digit may follow. */
static const char *const meanings[][2] = {
	{ "all_ce_log_num_1h_per_6h", "of the cells, those of the last hour" },
	{ "all_ce_count_per_log_15m", "errors for each cell, 15 min" },
	{ "all_ce_count_per_log_1h", "errors for each cell, 1 h" },
	{ "all_ce_count_per_log_6h", "errors for each cell, 6 h" },
	{ "read_ce_count_per_count_1h", "of the errors, those of cells that a read found, 1 h" },
	{ "fault_row_num_per_log_1h", "rows with several columns for each cell, 1 h" },
	{ "fault_row_num_per_log_6h", "rows with several columns for each cell, 6 h" },
	{ "error_bit_count_per_log_6h", "wrong bits for each cell, 6 h" },
	{ "error_bit_count_per_dq_6h", "wrong bits for each wrong data line, 6 h" },
	{ "dq_count=1_per_log_6h", "of the cells, those with 1 wrong data line, 6 h" },
	{ "dq_count=2_per_log_6h", "of the cells, those with 2 wrong data lines, 6 h" },
	{ "burst_count=2_per_log_6h", "of the cells, those with 2 wrong beats, 6 h" },
	{ "read_ce_log_num", "cells that a read found" },
	{ "scrub_ce_log_num", "cells that the scrubber found" },
	{ "all_ce_log_num", "cells with errors" },
	{ "read_ce_count", "errors of cells that a read found" },
	{ "scrub_ce_count", "errors of cells that the scrubber found" },
	{ "all_ce_count", "errors" },
	{ "log_happen_frequency", "time for each cell" },
	{ "ce_storm_count", "storms" },
	{ "fault_mode_others", "several devices are at fault" },
	{ "fault_mode_device", "one device is at fault, in several banks" },
	{ "fault_mode_bank", "one bank is at fault" },
	{ "fault_mode_row", "one row is at fault" },
	{ "fault_mode_column", "one column is at fault" },
	{ "fault_mode_cell", "one cell is at fault" },
	{ "fault_row_num", "rows with errors in several columns" },
	{ "fault_column_num", "columns with errors in several rows" },
	{ "error_bit_count", "wrong bits" },
	{ "error_dq_count", "wrong data lines" },
	{ "error_burst_count", "wrong beats" },
	{ "max_dq_interval", "distance of wrong data lines" },
	{ "max_burst_interval", "distance of wrong beats" },
	{ "dq_count=", "cells with as many wrong data lines" },
	{ "burst_count=", "cells with as many wrong beats" },
};

static const char *meaning(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		if (!strncmp(name, meanings[i][0], strlen(meanings[i][0])))
			return meanings[i][1];
	return name;
}

static int64_t contribution(const struct vigil_record *feature)
{
	return vigil_record_int(feature, VIGIL_A_FEATURE_CONTRIBUTION);
}

/* The strongest first, whichever way. */
static int compare(const void *a, const void *b)
{
	int64_t x = llabs(contribution(*(const struct vigil_record *const *)a));
	int64_t y = llabs(contribution(*(const struct vigil_record *const *)b));

	return (y > x) - (y < x);
}

/* Features that a model was given, to be freed; @nr is set to their number. */
static const struct vigil_record **sorted(const struct vigil_list *features,
					  size_t *nr)
{
	size_t size = vigil_list_size(features);
	const struct vigil_record **list = need(calloc(size + 1, sizeof(*list)));

	*nr = 0;
	for (size_t i = 0; i < size; i++) {
		const struct vigil_record *one = vigil_list_at(features, i);

		if (contribution(one))
			list[(*nr)++] = one;
	}
	qsort(list, *nr, sizeof(*list), compare);
	return list;
}

/* A ratio has no window, its meaning says which. */
static const char *window_of(const struct vigil_record *feature, char *text)
{
	unsigned int minutes = vigil_record_uint(feature,
			VIGIL_A_FEATURE_WINDOW_SECONDS) / 60;

	if (minutes % 60)
		snprintf(text, NUMBER_TEXT, ", %u min", minutes);
	else
		snprintf(text, NUMBER_TEXT, ", %u h", minutes / 60);
	return minutes ? text : "";
}

static const char *value_of(const struct vigil_record *feature, char *text)
{
	uint64_t value = vigil_record_uint(feature, VIGIL_A_FEATURE_VALUE);

	if (!vigil_record_has(feature, VIGIL_A_FEATURE_VALUE))
		return "not known";
	if (vigil_record_has(feature, VIGIL_A_FEATURE_WINDOW_SECONDS))
		return number_format(value, text);
	snprintf(text, NUMBER_TEXT, "%.2f", value / RATIO_ONE);
	return text;
}

static void print_feature(const struct vigil_record *feature, FILE *file)
{
	const char *name = show_string(feature, VIGIL_A_FEATURE_NAME);
	char value[NUMBER_TEXT], window[NUMBER_TEXT];

	show_line(file, "  %+6.2f  %s%s: %s (%s)",
		  contribution(feature) / ONE_Q16, meaning(name),
		  window_of(feature, window), value_of(feature, value), name);
}

/**
 * dimm_risk_text() - Say which numbers moved the risk.
 * @features: what the history amounts to
 * @file: where to
 */
void dimm_risk_text(const struct vigil_list *features, FILE *file)
{
	size_t nr;
	const struct vigil_record **list = sorted(features, &nr);
	int64_t rest = 0;

	if (nr)
		fputs("\nWhat moved the risk, in log odds (0.7 is twice as likely, -0.7 half):\n",
		      file);
	for (size_t i = 0; i < nr; i++) {
		if (i < NR_SHOWN)
			print_feature(list[i], file);
		else
			rest += contribution(list[i]);
	}
	if (nr > NR_SHOWN)
		fprintf(file, "  %+6.2f  %zu others together\n",
			rest / ONE_Q16, nr - NR_SHOWN);
	free(list);
}

/**
 * dimm_risk_json() - The same for programs.
 * @features: what the history amounts to
 *
 * Return: an array of the features that moved the risk, the strongest first.
 */
struct json_object *dimm_risk_json(const struct vigil_list *features)
{
	struct json_object *array = json_object_new_array();
	size_t nr;
	const struct vigil_record **list = sorted(features, &nr);

	for (size_t i = 0; i < nr; i++)
		json_object_array_add(array, json_record(list[i]));
	free(list);
	return array;
}
