/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Aligned tables for people.
 */
#ifndef VIGILCTL_TABLE_H
#define VIGILCTL_TABLE_H

#include <stddef.h>
#include <stdio.h>

/* Titles that begin with TABLE_RIGHT head a column that is aligned right. */
#define TABLE_RIGHT ">"

struct table;

struct table *table_new(const char *const *titles, size_t columns);
void table_add(struct table *table, const char *cell);
void table_fit(struct table *table, size_t columns);
void table_free(struct table *table);
void table_print(struct table *table, FILE *file);

#endif /* VIGILCTL_TABLE_H */
