/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON: the records of libvigil with the names of the netlink spec.
 */
#ifndef VIGILCTL_JSON_H
#define VIGILCTL_JSON_H

#include <json-c/json.h>

#include "vigilctl.h"

/* Room for the name of a guard. */
#define GUARD_ROOM 32

struct json_object *json_document(void);
struct json_object *json_record(const struct vigil_record *record);
struct json_object *json_list(const struct vigil_list *list);
void json_add_string(struct json_object *object, const char *key,
		     const char *string);
void json_add_uint(struct json_object *object, const char *key,
		   uint64_t value);
bool json_guard_name(const char *message, char *guard);
void json_add_error(struct json_object *document, enum status status,
		    const char *message);
void json_print(const struct session *session, struct json_object *document);
void json_print_line(struct json_object *document);

#endif /* VIGILCTL_JSON_H */
