/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Components on the screen, for every sub-command that shows some.
 */
#ifndef VIGILCTL_SHOW_H
#define VIGILCTL_SHOW_H

#include <stdio.h>

#include "json.h"
#include "select.h"
#include "table.h"

/* number_format(), size_format() */
typedef const char *(*format_fn)(uint64_t value, char *text);

void show_component(const struct vigil_record *component, FILE *file);
void show_fields(const struct vigil_record *record, FILE *file);
void show_components(const struct selection *selection, FILE *file);
struct json_object *show_json_add(struct json_object *array,
				  const struct vigil_record *component);
void show_json_print(const struct session *session, struct json_object *array,
		     bool torn);
void show_warn_torn(const struct session *session,
		    const struct vigil_list *list);
const char *show_name(const struct vigil_record *record,
		      unsigned int attribute);
const char *show_string(const struct vigil_record *record,
			unsigned int attribute);
void show_line(FILE *file, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void show_add_risk(struct table *table, const struct vigil_record *component);
void show_add_number(struct table *table,
		     const struct vigil_record *component, const char *name,
		     format_fn format);

#endif /* VIGILCTL_SHOW_H */
