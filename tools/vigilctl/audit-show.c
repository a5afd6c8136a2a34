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
	return show_name(record, VIGIL_A_AUDIT_ACTION);
}

/* What came of page frames that were to go out of use. */
static const char *frame_result(unsigned int step)
{
	switch (step) {
	case VIGIL_AUDIT_STEP_DECIDED:
		return "to go out of use";
	case VIGIL_AUDIT_STEP_DONE:
		return "out of use";
	case VIGIL_AUDIT_STEP_FAILED:
		return "could not be taken out of use";
	}
	return NULL;
}

/* What came of it. */
static const char *result(const struct vigil_record *record)
{
	unsigned int action = vigil_record_uint(record, VIGIL_A_AUDIT_ACTION);
	unsigned int step = vigil_record_uint(record, VIGIL_A_AUDIT_STEP);

	if (action <= VIGIL_AUDIT_ACTION_OFFLINE_ROW && frame_result(step))
		return frame_result(step);
	switch (step) {
	case VIGIL_AUDIT_STEP_DECIDED:
		return "decided";
	case VIGIL_AUDIT_STEP_DONE:
		return action == VIGIL_AUDIT_ACTION_VERDICT ? "changed" : "done";
	case VIGIL_AUDIT_STEP_FAILED:
		return "failed";
	case VIGIL_AUDIT_STEP_HELD_BACK:
		return "held back by a limit";
	case VIGIL_AUDIT_STEP_UNSUPPORTED:
		return "can't be isolated";
	case VIGIL_AUDIT_STEP_REFUSED:
		return "refused";
	case VIGIL_AUDIT_STEP_TIMEOUT:
		return "not known by the deadline";
	}
	return "?";
}

/* What was decided and what came of it, in some words, maybe with the address. */
void audit_words(const struct vigil_record *record, bool address, char *text,
		 size_t room)
{
	char place[NUMBER_TEXT] = "";

	if (address && vigil_record_has(record, VIGIL_A_AUDIT_ADDRESS))
		snprintf(place, sizeof(place), " 0x%" PRIx64,
			 vigil_record_uint(record, VIGIL_A_AUDIT_ADDRESS));
	snprintf(text, room, "%s%s %s", subject(record), place,
		 result(record));
}

static void add_before_after(FILE *file, const struct vigil_record *record,
			     const char *what, unsigned int before)
{
	unsigned int after = before + 1;

	if (!vigil_record_has(record, before) ||
	    !vigil_record_has(record, after) ||
	    vigil_record_uint(record, before) ==
	    vigil_record_uint(record, after))
		return;
	fprintf(file, ", %s %s, now %s", what, show_name(record, before),
		show_name(record, after));
}

static void add_overrides(FILE *file, const struct vigil_record *record)
{
	unsigned int attribute = VIGIL_A_AUDIT_OVERRIDE;
	uint64_t bits = vigil_record_uint(record, attribute);

	if (!bits)
		return;
	fputs(", overridden:", file);
	for (unsigned int bit = 0; bit < 32; bit++) {
		const char *name = vigil_record_flag_name(record, attribute,
							  bit);

		if (bits & (UINT32_C(1) << bit))
			fprintf(file, " %s", name ? name : "?");
	}
}

/*
 * Who asked, which guard spoke and what is different now; the text is to be freed,
 * and empty when there is nothing to say.
 */
char *audit_context(const struct vigil_record *record)
{
	char *text = NULL;
	size_t size;
	FILE *file = need(open_memstream(&text, &size));

	if (vigil_record_has(record, VIGIL_A_AUDIT_UID))
		fprintf(file, ", by uid %" PRIu64 ", %s[%" PRIu64 "]",
			vigil_record_uint(record, VIGIL_A_AUDIT_UID),
			show_string(record, VIGIL_A_AUDIT_COMM),
			vigil_record_uint(record, VIGIL_A_AUDIT_PID));
	if (vigil_record_has(record, VIGIL_A_AUDIT_OWNER))
		fprintf(file, ", for %s",
			show_string(record, VIGIL_A_AUDIT_OWNER));
	if (vigil_record_has(record, VIGIL_A_AUDIT_OPERATION))
		fprintf(file, ", operation %" PRIu64,
			vigil_record_uint(record, VIGIL_A_AUDIT_OPERATION));
	if (vigil_record_uint(record, VIGIL_A_AUDIT_GUARD))
		fprintf(file, ", guard %s",
			show_name(record, VIGIL_A_AUDIT_GUARD));
	add_overrides(file, record);
	add_before_after(file, record, "health was",
			 VIGIL_A_AUDIT_HEALTH_BEFORE);
	add_before_after(file, record, "isolation was",
			 VIGIL_A_AUDIT_ISOLATION_BEFORE);
	fclose(file);
	if (*text)
		memmove(text, text + 2, strlen(text) - 1);
	return text;
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
	char age[NUMBER_TEXT], words[AUDIT_WORDS], *context;

	audit_words(record, true, words, sizeof(words));
	show_line(file, "  %s ago, %s: %s: %s",
		  duration_format(vigil_record_uint(record, VIGIL_A_AUDIT_AGE_SECONDS),
				  age),
		  show_string(record, VIGIL_A_AUDIT_COMPONENT), words,
		  show_string(record, VIGIL_A_AUDIT_REASON));
	context = audit_context(record);
	if (*context)
		show_line(file, "    %s", context);
	free(context);
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
