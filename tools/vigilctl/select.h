/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Some of the components of a list, in an order.
 */
#ifndef VIGILCTL_SELECT_H
#define VIGILCTL_SELECT_H

#include "vigilctl.h"

/**
 * enum order - What components are sorted by.
 * @ORDER_NAME: name, its numbers as numbers
 * @ORDER_HEALTH: the worst first
 * @ORDER_ISOLATION: what is out of use first
 * @ORDER_RISK: the highest first
 * @ORDER_ERRORS: the most uncorrected ones first, then the most corrected ones
 */
enum order {
	ORDER_NAME,
	ORDER_HEALTH,
	ORDER_ISOLATION,
	ORDER_RISK,
	ORDER_ERRORS,
	/* private: */
	NR_ORDERS,
};

/**
 * struct selection - Some of the components of a list.
 * @at: the components, which belong to the list
 * @size: how many
 */
struct selection {
	const struct vigil_record **at;
	size_t size;
};

/* Whether a component stays in a selection. */
typedef bool (*select_fn)(const struct vigil_record *component,
			  const void *data);

void select_all(struct selection *selection, const struct vigil_list *list);
void select_only(struct selection *selection, select_fn stays,
		 const void *data);
void select_sort(struct selection *selection, enum order order, bool reverse);
void select_free(struct selection *selection);

bool select_attention(const struct vigil_record *component, const void *data);
bool select_class(const struct vigil_record *component, const void *of_class);
bool select_healths(const struct vigil_record *component, const void *bits);

bool order_parse(const char *text, unsigned int *order);
const char *order_name(enum order order);
int name_compare(const char *a, const char *b);

#endif /* VIGILCTL_SELECT_H */
