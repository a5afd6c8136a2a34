// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on the screen: one in a line, what it would hit, a table of many.
 */
#include <errno.h>

#include "number.h"
#include "operation.h"

static bool is_blocked(const struct vigil_record *operation)
{
	const struct vigil_record *finding = NULL;
	unsigned int attribute = VIGIL_A_OPERATION_FINDING;

	while ((finding = vigil_record_nested(operation, attribute, finding)))
		if (vigil_record_has(finding, VIGIL_A_FINDING_BLOCKS))
			return true;
	return false;
}

/* What the exit status says of an operation. */
enum status operation_status(const struct vigil_record *operation)
{
	if (is_blocked(operation))
		return STATUS_GUARD;
	switch (vigil_record_uint(operation, VIGIL_A_OPERATION_STATE)) {
	case VIGIL_OP_STATE_DONE:
		return STATUS_OK;
	case VIGIL_OP_STATE_FAILED:
		return vigil_record_uint(operation, VIGIL_A_OPERATION_ERRNO) ==
		       EACCES ? STATUS_GUARD : STATUS_REFUSED;
	default:
		return STATUS_PENDING;
	}
}

void operation_line(const struct vigil_record *operation, FILE *file)
{
	bool dry_run = vigil_record_has(operation, VIGIL_A_OPERATION_DRY_RUN);
	unsigned int method = vigil_record_uint(operation,
						VIGIL_A_OPERATION_METHOD);

	show_line(file, "%s: %s%s%s%s %s: %s",
		  show_string(operation, VIGIL_A_OPERATION_COMPONENT),
		  show_name(operation, VIGIL_A_OPERATION_VERB),
		  method ? " by " : "",
		  method ? show_name(operation, VIGIL_A_OPERATION_METHOD) : "",
		  dry_run ? " (dry run)" : "",
		  show_name(operation, VIGIL_A_OPERATION_STATE),
		  show_string(operation, VIGIL_A_OPERATION_MESSAGE));
}

static const char *effect(const struct vigil_record *finding)
{
	if (vigil_record_has(finding, VIGIL_A_FINDING_BLOCKS))
		return "refuses";
	if (vigil_record_uint(finding, VIGIL_A_FINDING_GUARD) ==
	    VIGIL_GUARD_NONE)
		return "tells";
	return "is overridden";
}

/* What the operation would hit, and what speaks against it. */
void operation_findings(const struct vigil_record *operation, FILE *file)
{
	static const char *const titles[] = { "GUARD", "", "WHAT WOULD BE HIT" };
	unsigned int attribute = VIGIL_A_OPERATION_FINDING;
	const struct vigil_record *finding = NULL;
	struct table *table;

	if (!vigil_record_nested(operation, attribute, NULL))
		return;
	table = table_new(titles, ARRAY_SIZE(titles));
	while ((finding = vigil_record_nested(operation, attribute, finding))) {
		bool none = vigil_record_uint(finding, VIGIL_A_FINDING_GUARD) ==
			    VIGIL_GUARD_NONE;

		table_add(table, none ? NULL :
				 show_name(finding, VIGIL_A_FINDING_GUARD));
		table_add(table, effect(finding));
		table_add(table, show_string(finding, VIGIL_A_FINDING_TEXT));
	}
	table_print(table, file);
}

/* The latest first. */
void operation_table(const struct vigil_list *list, FILE *file)
{
	static const char *const titles[] = {
		">ID", "COMPONENT", "VERB", "METHOD", "STATE", "OWNER",
		"REASON", "MESSAGE",
	};
	struct table *table = table_new(titles, ARRAY_SIZE(titles));
	const struct vigil_record *one;
	char id[NUMBER_TEXT];

	for (size_t i = vigil_list_size(list); i > 0; i--) {
		one = vigil_list_at(list, i - 1);
		table_add(table,
			  number_format(vigil_record_uint(one, VIGIL_A_OPERATION_ID),
					id));
		table_add(table, show_string(one, VIGIL_A_OPERATION_COMPONENT));
		table_add(table, show_name(one, VIGIL_A_OPERATION_VERB));
		table_add(table, show_name(one, VIGIL_A_OPERATION_METHOD));
		table_add(table, show_name(one, VIGIL_A_OPERATION_STATE));
		table_add(table, show_string(one, VIGIL_A_OPERATION_OWNER));
		table_add(table, show_string(one, VIGIL_A_OPERATION_REASON));
		table_add(table, show_string(one, VIGIL_A_OPERATION_MESSAGE));
	}
	table_print(table, file);
}
