/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decisions, for people and as JSON.
 */
#ifndef VIGILCTL_AUDIT_H
#define VIGILCTL_AUDIT_H

#include <stdio.h>

#include "show.h"

void audit_print(const struct vigil_list *list, size_t max, FILE *file);
struct json_object *audit_json(const struct vigil_list *list);

#endif /* VIGILCTL_AUDIT_H */
