// SPDX-License-Identifier: GPL-2.0
/*
 * Decisions and the numbers that led to them, for people and as JSON.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "number.h"
#include "text.h"

#define LINE_WIDTH 76

/* What it is about. */
static const char *subject(const struct vigil_record *record)
{
	switch (vigil_record_uint(record, VIGIL_A_AUDIT_ACTION)) {
	case VIGIL_AUDIT_ACTION_OFFLINE_PAGE:
		return "page frame";
	case VIGIL_AUDIT_ACTION_OFFLINE_ROW:
		return "row of page frame";
	case VIGIL_AUDIT_ACTION_VERDICT:
		return "health";
	}
	return "something unknown";
}

/* What came of it. */
static const char *result(const struct vigil_record *record)
{
	bool verdict = vigil_record_uint(record, VIGIL_A_AUDIT_ACTION) ==
		       VIGIL_AUDIT_ACTION_VERDICT;

	switch (vigil_record_uint(record, VIGIL_A_AUDIT_STEP)) {
	case VIGIL_AUDIT_STEP_DECIDED:
		return "to go out of use";
	case VIGIL_AUDIT_STEP_DONE:
		return verdict ? "changed" : "out of use";
	case VIGIL_AUDIT_STEP_FAILED:
		return "could not be taken out of use";
	case VIGIL_AUDIT_STEP_HELD_BACK:
		return "held back by a limit";
	case VIGIL_AUDIT_STEP_UNSUPPORTED:
		return "can't be isolated";
	}
	return "?";
}

/* As many in a line as fit. */
static void print_numbers(const struct vigil_record *record, FILE *file)
{
	const struct vigil_record *number = NULL;
	char text[NUMBER_TEXT], *name;
	size_t column = 0;

	while ((number = vigil_record_nested(record, VIGIL_A_AUDIT_NUMBER,
					     number))) {
		number_format(vigil_record_uint(number, VIGIL_A_VALUE_VALUE),
			      text);
		name = text_clean(show_string(number, VIGIL_A_VALUE_NAME));
		if (column + strlen(name) + strlen(text) > LINE_WIDTH) {
			fputs(",\n", file);
			column = 0;
		}
		column += fprintf(file, "%s%s %s", column ? ", " : "    ",
				  name, text);
		free(name);
	}
	if (column)
		fputc('\n', file);
}

static void print_record(const struct vigil_record *record, FILE *file)
{
	char age[NUMBER_TEXT], place[NUMBER_TEXT] = "";

	if (vigil_record_has(record, VIGIL_A_AUDIT_ADDRESS))
		snprintf(place, sizeof(place), " 0x%" PRIx64,
			 vigil_record_uint(record, VIGIL_A_AUDIT_ADDRESS));
	show_line(file, "  %s ago, %s: %s%s %s: %s",
		  duration_format(vigil_record_uint(record, VIGIL_A_AUDIT_AGE_SECONDS),
				  age),
		  show_string(record, VIGIL_A_AUDIT_COMPONENT), subject(record),
		  place, result(record),
		  show_string(record, VIGIL_A_AUDIT_REASON));
	print_numbers(record, file);
}

/* The latest of them first, @max at most. */
void audit_print(const struct vigil_list *list, size_t max, FILE *file)
{
	size_t size = vigil_list_size(list);

	for (size_t i = size; i > 0 && size - i < max; i--)
		print_record(vigil_list_at(list, i - 1), file);
	if (size > max)
		fprintf(file, "  (and %zu before that)\n", size - max);
}

/* All of them, the oldest first. */
struct json_object *audit_json(const struct vigil_list *list)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < vigil_list_size(list); i++)
		json_object_array_add(array,
				      json_record(vigil_list_at(list, i)));
	return array;
}
