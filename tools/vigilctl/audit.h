/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decisions, for people and as JSON.
 */
#ifndef VIGILCTL_AUDIT_H
#define VIGILCTL_AUDIT_H

#include <stdio.h>

#include "show.h"

/* Room for audit_words(). */
#define AUDIT_WORDS 128

void audit_print(const struct vigil_list *list, size_t max, FILE *file);
void audit_words(const struct vigil_record *record, bool address, char *text,
		 size_t room);
char *audit_context(const struct vigil_record *record);

#endif /* VIGILCTL_AUDIT_H */
