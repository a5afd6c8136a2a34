// SPDX-License-Identifier: GPL-2.0
/*
 * JSON: the records of libvigil with the names of the netlink spec. A value
 * that the kernel did not send has no key; attributes that may repeat are
 * arrays, as in the spec.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "text.h"

/* grows when a key changes its meaning or goes away, not when one is added */
#define SCHEMA_VERSION 1

struct json_object *json_document(void)
{
	struct json_object *document = json_object_new_object();

	json_add_uint(document, "schema", SCHEMA_VERSION);
	return document;
}

void json_add_string(struct json_object *object, const char *key,
		     const char *string)
{
	char *clean = text_clean(string);

	json_object_object_add(object, key, json_object_new_string(clean));
	free(clean);
}

void json_add_uint(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

/* Which guard the kernel's words, "guard NAME: TEXT", are of; false if of none. */
bool json_guard_name(const char *message, char *guard)
{
	const char *words = strstr(message, "guard ");
	int end = 0;

	if (!words || sscanf(words, "guard %31[a-z-]:%n", guard, &end) < 1 ||
	    !end)
		return false;
	for (unsigned int i = 1; vigil_guard_name(i); i++)
		if (!strcmp(vigil_guard_name(i), guard))
			return true;
	return false;
}

/* What went wrong, beside what else the document says. */
void json_add_error(struct json_object *document, enum status status,
		    const char *message)
{
	static const char *const names[] = {
		[STATUS_USAGE] = "usage",
		[STATUS_REFUSED] = "refused",
		[STATUS_GUARD] = "guard",
		[STATUS_PENDING] = "pending",
		[STATUS_NOT_FOUND] = "not-found",
	};
	struct json_object *error = json_object_new_object();
	char guard[GUARD_ROOM];

	json_add_string(error, "status", names[status]);
	json_add_string(error, "message", message);
	if (status == STATUS_GUARD && json_guard_name(message, guard))
		json_add_string(error, "guard", guard);
	json_object_object_add(document, "error", error);
}

static struct json_object *json_nested(const struct vigil_record *record,
				       unsigned int attribute)
{
	struct json_object *array = json_object_new_array();
	const struct vigil_record *nested = NULL;

	while ((nested = vigil_record_nested(record, attribute, nested)))
		json_object_array_add(array, json_record(nested));
	return array;
}

/* The names of the bits that are set. */
static struct json_object *json_flags(const struct vigil_record *record,
				      unsigned int attribute)
{
	struct json_object *array = json_object_new_array();
	uint64_t left = vigil_record_uint(record, attribute);

	for (unsigned int bit = 0; left; bit++, left >>= 1) {
		const char *name = vigil_record_flag_name(record, attribute, bit);

		if (left & 1)
			json_object_array_add(array, name ?
					      json_object_new_string(name) :
					      json_object_new_int(bit));
	}
	return array;
}

static void add_field(struct json_object *object,
		      const struct vigil_record *record,
		      const struct vigil_field *field)
{
	const char *name = vigil_record_name(record, field->attribute);

	if (field->type == VIGIL_FIELD_STRING)
		json_add_string(object, field->name,
				vigil_record_string(record, field->attribute));
	else if (field->type == VIGIL_FIELD_FLAG)
		json_object_object_add(object, field->name,
				       json_object_new_boolean(1));
	else if (field->type == VIGIL_FIELD_NEST)
		json_object_object_add(object, field->name,
				       json_nested(record, field->attribute));
	else if (field->type == VIGIL_FIELD_FLAGS)
		json_object_object_add(object, field->name,
				       json_flags(record, field->attribute));
	else if (field->type == VIGIL_FIELD_S32)
		json_object_object_add(object, field->name,
				       json_object_new_int64(vigil_record_int(record,
									      field->attribute)));
	else if (name)
		json_add_string(object, field->name, name);
	else
		json_add_uint(object, field->name,
			      vigil_record_uint(record, field->attribute));
}

struct json_object *json_record(const struct vigil_record *record)
{
	struct json_object *object = json_object_new_object();
	struct vigil_field field = { 0 };

	while (vigil_record_next(record, &field))
		add_field(object, record, &field);
	return object;
}

/* All records of a list. */
struct json_object *json_list(const struct vigil_list *list)
{
	struct json_object *array = json_object_new_array();
	const struct vigil_record *one;

	for (size_t i = 0; (one = vigil_list_at(list, i)); i++)
		json_object_array_add(array, json_record(one));
	return array;
}

static void print(struct json_object *document, int flags)
{
	puts(json_object_to_json_string_ext(document,
					    flags |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(stdout);
	json_object_put(document);
}

/* Prints a document the way the user wants it, and frees it. */
void json_print(const struct session *session, struct json_object *document)
{
	print(document, option_given(session, OPTION_PRETTY) ?
			JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED :
			JSON_C_TO_STRING_PLAIN);
}

/* Prints a document in one line, and frees it. */
void json_print_line(struct json_object *document)
{
	print(document, JSON_C_TO_STRING_PLAIN);
}
