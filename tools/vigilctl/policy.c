// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl policy: the numbers by which components are judged and limited.
 */
#include <inttypes.h>

#include "number.h"
#include "show.h"

static const char *const titles[] = {
	"COMPONENT", "POLICY", ">VALUE", ">MINIMUM", ">MAXIMUM",
};

static void add_value(struct table *table, const struct vigil_record *policy,
		      unsigned int attribute)
{
	char text[NUMBER_TEXT];

	if (vigil_record_has(policy, attribute))
		table_add(table,
			  number_format(vigil_record_uint(policy, attribute),
					text));
	else
		table_add(table, NULL);
}

static void add_policies(struct table *table,
			 const struct vigil_record *component)
{
	unsigned int attribute = VIGIL_A_COMPONENT_POLICY;
	const struct vigil_record *one = NULL;

	while ((one = vigil_record_nested(component, attribute, one))) {
		table_add(table,
			  show_string(component, VIGIL_A_COMPONENT_NAME));
		table_add(table, show_string(one, VIGIL_A_VALUE_NAME));
		add_value(table, one, VIGIL_A_VALUE_VALUE);
		add_value(table, one, VIGIL_A_VALUE_MINIMUM);
		add_value(table, one, VIGIL_A_VALUE_MAXIMUM);
	}
}

/* A component's policies and nothing else of it. */
static void add_json(struct json_object *array,
		     const struct vigil_record *component)
{
	struct json_object *all = json_record(component);
	struct json_object *one = json_object_new_object(), *policies;

	json_add_string(one, "name",
			show_string(component, VIGIL_A_COMPONENT_NAME));
	if (json_object_object_get_ex(all, "policy", &policies))
		json_object_object_add(one, "policy",
				       json_object_get(policies));
	else
		json_object_object_add(one, "policy", json_object_new_array());
	json_object_array_add(array, one);
	json_object_put(all);
}

static enum status show_one(struct session *session, const char *name)
{
	struct json_object *array = json_object_new_array();
	struct vigil_record *component;
	struct table *table;
	int err = vigil_component_get(session->vigil, name, &component);

	if (err) {
		json_object_put(array);
		return fail_kernel(session, err, name);
	}
	if (option_given(session, OPTION_JSON)) {
		add_json(array, component);
		show_json_print(session, array, false);
	} else {
		table = table_new(titles, ARRAY_SIZE(titles));
		add_policies(table, component);
		table_print(table, stdout);
		json_object_put(array);
	}
	vigil_record_free(component);
	return STATUS_OK;
}

static void print_all(const struct session *session,
		      const struct vigil_list *list)
{
	struct json_object *array = json_object_new_array();
	struct table *table = table_new(titles, ARRAY_SIZE(titles));
	const struct vigil_record *one;

	for (size_t i = 0; (one = vigil_list_at(list, i)); i++) {
		if (!vigil_record_has(one, VIGIL_A_COMPONENT_POLICY))
			continue;
		add_json(array, one);
		add_policies(table, one);
	}
	if (option_given(session, OPTION_JSON)) {
		show_json_print(session, array, vigil_list_torn(list));
		table_free(table);
	} else {
		table_print(table, stdout);
		json_object_put(array);
	}
}

enum status policy_show(struct session *session, char **operands)
{
	enum status status;
	struct vigil_list *list;
	int err;

	if (*operands && option_given(session, OPTION_CLASS))
		return fail(session, STATUS_USAGE,
			    "either a name or --class, not both");
	status = session_connect(session);
	if (status != STATUS_OK)
		return status;
	if (*operands)
		return show_one(session, *operands);
	err = vigil_component_dump(session->vigil, session->options.class,
				   &list);
	if (err)
		return fail_kernel(session, err, NULL);
	show_warn_torn(session, list);
	print_all(session, list);
	vigil_list_free(list);
	return STATUS_OK;
}

enum status policy_set(struct session *session, char **operands)
{
	struct vigil_record *after;
	struct json_object *array;
	enum status status;
	uint64_t value, now = 0;
	int err;

	if (!number_parse(operands[2], &value))
		return fail(session, STATUS_USAGE, "\"%s\" is not a number",
			    operands[2]);
	status = session_connect(session);
	if (status != STATUS_OK)
		return status;
	err = vigil_policy_set(session->vigil, operands[0], operands[1], value,
			       &after);
	if (err)
		return fail_kernel(session, err, operands[0]);
	vigil_component_number(after, operands[1], &now);
	if (option_given(session, OPTION_JSON)) {
		array = json_object_new_array();
		add_json(array, after);
		show_json_print(session, array, false);
	} else {
		show_line(stdout, "%s: %s is %" PRIu64, operands[0],
			  operands[1], now);
	}
	vigil_record_free(after);
	return STATUS_OK;
}
