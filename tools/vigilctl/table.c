// SPDX-License-Identifier: GPL-2.0
/*
 * Aligned tables for people. The widths are known only when all cells are, so
 * a table is collected first and printed as a whole.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "table.h"
#include "text.h"

#define GAP "  "

struct table {
	const char *const *titles;
	size_t columns;
	size_t *width;		/* of each column */
	char **cell;		/* row by row, the titles are the first row */
	size_t cells;
};

/* @titles is used until table_print(), which ends the table. */
struct table *table_new(const char *const *titles, size_t columns)
{
	struct table *table = need(calloc(1, sizeof(*table)));

	table->titles = titles;
	table->columns = columns;
	table->width = need(calloc(columns, sizeof(*table->width)));
	for (size_t i = 0; i < columns; i++)
		table_add(table, titles[i] + (*titles[i] == *TABLE_RIGHT));
	return table;
}

/* Adds the next cell, row by row; NULL is shown as a dash. */
void table_add(struct table *table, const char *cell)
{
	size_t *width = &table->width[table->cells % table->columns];
	char *clean = text_clean(cell ? cell : "-");

	if (text_width(clean) > *width)
		*width = text_width(clean);
	table->cell = need(reallocarray(table->cell, table->cells + 1,
					sizeof(*table->cell)));
	table->cell[table->cells++] = clean;
}

static void print_cell(const struct table *table, size_t i, FILE *file)
{
	size_t column = i % table->columns;
	bool last = column + 1 == table->columns;
	int pad = table->width[column] - text_width(table->cell[i]);

	if (*table->titles[column] == *TABLE_RIGHT)
		fprintf(file, "%*s%s", pad, "", table->cell[i]);
	else
		fprintf(file, "%s%*s", table->cell[i], last ? 0 : pad, "");
	fputs(last ? "\n" : GAP, file);
}

/* Prints the table and frees it. */
void table_print(struct table *table, FILE *file)
{
	for (size_t i = 0; i < table->cells; i++) {
		print_cell(table, i, file);
		free(table->cell[i]);
	}
	free(table->cell);
	free(table->width);
	free(table);
}
