// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl source: who reports errors, and whether he speaks.
 */
#include "number.h"
#include "show.h"

static void add_uint(struct table *table, const struct vigil_record *source,
		     unsigned int attribute, format_fn format)
{
	char text[NUMBER_TEXT];

	if (vigil_record_has(source, attribute))
		table_add(table, format(vigil_record_uint(source, attribute),
					text));
	else
		table_add(table, NULL);
}

static void print_table(const struct vigil_list *list)
{
	static const char *const titles[] = {
		"NAME", "STATE", ">ERRORS", ">COUNTED ONLY", ">QUIET FOR",
	};
	struct table *table = table_new(titles, ARRAY_SIZE(titles));
	const struct vigil_record *source;

	for (size_t i = 0; (source = vigil_list_at(list, i)); i++) {
		table_add(table, show_string(source, VIGIL_A_SOURCE_NAME));
		table_add(table, show_name(source, VIGIL_A_SOURCE_STATE));
		add_uint(table, source, VIGIL_A_SOURCE_EVENTS, number_format);
		add_uint(table, source, VIGIL_A_SOURCE_DROPPED, number_format);
		add_uint(table, source, VIGIL_A_SOURCE_QUIET_SECONDS,
			 duration_format);
	}
	table_print(table, stdout);
}

static void print_json(const struct session *session,
		       const struct vigil_list *list)
{
	struct json_object *document = json_document();
	struct json_object *array = json_object_new_array();
	const struct vigil_record *source;

	for (size_t i = 0; (source = vigil_list_at(list, i)); i++)
		json_object_array_add(array, json_record(source));
	json_object_object_add(document, "sources", array);
	json_object_object_add(document, "torn",
			       json_object_new_boolean(vigil_list_torn(list)));
	json_print(session, document);
}

enum status source_show(struct session *session, char **operands)
{
	enum status status = session_connect(session);
	struct vigil_list *list;
	int err;

	(void)operands;
	if (status != STATUS_OK)
		return status;
	err = vigil_source_dump(session->vigil, &list);
	if (err)
		return fail_kernel(session, err, NULL);
	if (option_given(session, OPTION_JSON))
		print_json(session, list);
	else
		print_table(list);
	vigil_list_free(list);
	return STATUS_OK;
}
