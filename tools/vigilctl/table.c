// SPDX-License-Identifier: GPL-2.0
/*
 * Aligned tables for people. The widths are known only when all cells are, so
 * a table is collected first and printed as a whole.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "text.h"

#define GAP "  "

/* The last column keeps so many columns of the terminal in any case. */
#define LAST_LEAST 12

struct table {
	const char *const *titles;
	size_t columns;
	size_t *width;		/* of each column */
	char **cell;		/* row by row, the titles are the first row */
	size_t cells;
	size_t room;		/* columns of the terminal, 0 if they do not matter */
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

/* What does not fit in so many columns is cut off at the end of a line. */
void table_fit(struct table *table, size_t columns)
{
	table->room = columns;
}

static size_t last_column_room(const struct table *table)
{
	size_t taken = 0;

	for (size_t i = 0; i + 1 < table->columns; i++)
		taken += table->width[i] + strlen(GAP);
	return table->room > taken + LAST_LEAST ? table->room - taken :
						  LAST_LEAST;
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

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->cells; i++)
		free(table->cell[i]);
	free(table->cell);
	free(table->width);
	free(table);
}

/* Prints the table and frees it. */
void table_print(struct table *table, FILE *file)
{
	size_t room = last_column_room(table);

	for (size_t i = 0; i < table->cells; i++) {
		if (table->room && (i + 1) % table->columns == 0)
			text_cut(table->cell[i], room);
		print_cell(table, i, file);
	}
	table_free(table);
}
