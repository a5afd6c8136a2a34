// SPDX-License-Identifier: GPL-2.0
/*
 * Components on the screen, for every sub-command that shows some: a table of
 * many, all that is known about one, and both as JSON.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "show.h"
#include "text.h"

/* The name of an enum's value, for people; newer ones than this have none. */
const char *show_name(const struct vigil_record *record, unsigned int attribute)
{
	const char *name = vigil_record_name(record, attribute);

	if (name)
		return name;
	return vigil_record_has(record, attribute) ? "?" : "-";
}

/* A string, for people. */
const char *show_string(const struct vigil_record *record,
			unsigned int attribute)
{
	const char *string = vigil_record_string(record, attribute);

	return string && *string ? string : "-";
}

/* Adds a cell with a counter or policy of the component. */
void show_add_number(struct table *table, const struct vigil_record *component,
		     const char *name, format_fn format)
{
	char text[NUMBER_TEXT];
	uint64_t value;

	if (vigil_component_number(component, name, &value))
		table_add(table, format(value, text));
	else
		table_add(table, NULL);
}

void show_add_risk(struct table *table, const struct vigil_record *component)
{
	unsigned int attribute = VIGIL_A_COMPONENT_RISK_PERMILLE;
	char text[NUMBER_TEXT];

	if (vigil_record_has(component, attribute))
		table_add(table,
			  number_format(vigil_record_uint(component, attribute),
					text));
	else
		table_add(table, NULL);
}

void show_components(const struct selection *selection, FILE *file)
{
	static const char *const titles[] = {
		"NAME", "HEALTH", "ISOLATION", "ADVICE", ">RISK/1000", "OWNER",
		"REASON",
	};
	struct table *table = table_new(titles, ARRAY_SIZE(titles));

	for (size_t i = 0; i < selection->size; i++) {
		const struct vigil_record *one = selection->at[i];

		table_add(table, show_string(one, VIGIL_A_COMPONENT_NAME));
		table_add(table, show_name(one, VIGIL_A_COMPONENT_HEALTH));
		table_add(table, show_name(one, VIGIL_A_COMPONENT_ISOLATION));
		table_add(table, show_name(one, VIGIL_A_COMPONENT_ADVICE));
		show_add_risk(table, one);
		table_add(table, show_name(one, VIGIL_A_COMPONENT_OWNER));
		table_add(table, show_string(one, VIGIL_A_COMPONENT_REASON));
	}
	table_print(table, file);
}

#define FIELD_FORMAT "  %-26s %s"

static void print_verbs(FILE *file, uint64_t verbs)
{
	const char *name;

	if (!verbs)
		return;
	fprintf(file, "  %-26s", "verbs");
	for (unsigned int i = 1; (name = vigil_verb_name(i)); i++)
		if (verbs & (1U << i))
			fprintf(file, " %s", name);
	fputc('\n', file);
}

/* The names of the bits that are set. */
static void print_flags(FILE *file, const struct vigil_record *record,
			const struct vigil_field *field)
{
	uint64_t left = vigil_record_uint(record, field->attribute);
	const char *name;

	if (!left)
		return;
	fprintf(file, "  %-26s", field->name);
	for (unsigned int bit = 0; left; bit++, left >>= 1) {
		name = vigil_record_flag_name(record, field->attribute, bit);
		if (left & 1)
			fprintf(file, " %s", name ? name : "?");
	}
	fputc('\n', file);
}

static void print_policy(FILE *file, const struct vigil_record *policy,
			 const char *value)
{
	show_line(file, "  %-26s %-10s (%" PRIu64 " to %" PRIu64 ")",
		  show_string(policy, VIGIL_A_VALUE_NAME), value,
		  vigil_record_uint(policy, VIGIL_A_VALUE_MINIMUM),
		  vigil_record_uint(policy, VIGIL_A_VALUE_MAXIMUM));
}

static void print_numbers(FILE *file, const struct vigil_record *component,
			  unsigned int attribute, const char *title)
{
	const struct vigil_record *number = NULL;
	char text[NUMBER_TEXT];

	if (vigil_record_nested(component, attribute, NULL))
		fprintf(file, "%s:\n", title);
	while ((number = vigil_record_nested(component, attribute, number))) {
		number_format(vigil_record_uint(number, VIGIL_A_VALUE_VALUE),
			      text);
		if (vigil_record_has(number, VIGIL_A_VALUE_MAXIMUM))
			print_policy(file, number, text);
		else
			show_line(file, FIELD_FORMAT,
				  show_string(number, VIGIL_A_VALUE_NAME), text);
	}
}

static void print_field(FILE *file, const struct vigil_record *record,
			const struct vigil_field *field)
{
	const char *string = vigil_record_string(record, field->attribute);
	char text[NUMBER_TEXT];

	if (!string)
		string = vigil_record_name(record, field->attribute);
	if (!string && field->type == VIGIL_FIELD_FLAG)
		string = "yes";
	if (!string)
		string = number_format(vigil_record_uint(record,
							 field->attribute),
				       text);
	show_line(file, FIELD_FORMAT, field->name, string);
}

/* Prints the values of a record of any kind, without the records inside. */
void show_fields(const struct vigil_record *record, FILE *file)
{
	bool component = !strcmp(vigil_record_kind(record), "component");
	struct vigil_field field = { 0 };

	while (vigil_record_next(record, &field)) {
		if (field.type == VIGIL_FIELD_FLAGS)
			print_flags(file, record, &field);
		else if (component &&
			 field.attribute == VIGIL_A_COMPONENT_VERBS)
			print_verbs(file, vigil_record_uint(record,
							    field.attribute));
		else if (field.type != VIGIL_FIELD_NEST)
			print_field(file, record, &field);
	}
}

/* Prints all that is known about a component. */
void show_component(const struct vigil_record *component, FILE *file)
{
	show_fields(component, file);
	print_numbers(file, component, VIGIL_A_COMPONENT_COUNTER, "counters");
	print_numbers(file, component, VIGIL_A_COMPONENT_POLICY, "policies");
}

/* Prints a line that may hold strings from elsewhere, fit for a terminal. */
void show_line(FILE *file, const char *format, ...)
{
	char line[1024], *clean;
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	clean = text_clean(line);
	fprintf(file, "%s\n", clean);
	free(clean);
}

/* Adds a component to an array, and returns it so that more can be added. */
struct json_object *show_json_add(struct json_object *array,
				  const struct vigil_record *component)
{
	struct json_object *object = json_record(component);

	json_object_array_add(array, object);
	return object;
}

/* Prints an array of components and frees it. */
void show_json_print(const struct session *session, struct json_object *array,
		     bool torn)
{
	struct json_object *document = json_document();

	json_object_object_add(document, "components", array);
	json_object_object_add(document, "torn", json_object_new_boolean(torn));
	json_print(session, document);
}

/* Nothing in a table can say that it is not complete; in JSON "torn" does. */
void show_warn_torn(const struct session *session,
		    const struct vigil_list *list)
{
	if (vigil_list_torn(list) && !option_given(session, OPTION_JSON))
		fputs("vigilctl: components changed while they were read\n",
		      stderr);
}
