// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of records.
 */
#include <errno.h>
#include <stdlib.h>

#include "list.h"

struct vigil_list {
	struct vigil_record **records;
	size_t size;
	size_t room;		/* in records */
	bool torn;
};

struct vigil_list *vigil_list_new(void)
{
	return calloc(1, sizeof(struct vigil_list));
}

/* The record belongs to the list if this returns 0. */
int vigil_list_add(struct vigil_list *list, struct vigil_record *record)
{
	size_t room = list->room ? list->room * 2 : 16;
	struct vigil_record **records = list->records;

	if (list->size == list->room) {
		records = reallocarray(records, room, sizeof(*records));
		if (!records)
			return -ENOMEM;
		list->records = records;
		list->room = room;
	}
	records[list->size++] = record;
	return 0;
}

void vigil_list_set_torn(struct vigil_list *list)
{
	list->torn = true;
}

size_t vigil_list_size(const struct vigil_list *list)
{
	return list->size;
}

const struct vigil_record *vigil_list_at(const struct vigil_list *list,
					 size_t index)
{
	return index < list->size ? list->records[index] : NULL;
}

bool vigil_list_torn(const struct vigil_list *list)
{
	return list->torn;
}

void vigil_list_free(struct vigil_list *list)
{
	if (!list)
		return;
	for (size_t i = 0; i < list->size; i++)
		vigil_record_free(list->records[i]);
	free(list->records);
	free(list);
}
