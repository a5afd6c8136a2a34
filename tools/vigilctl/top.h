/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What top shows; no terminal here.
 */
#ifndef VIGILCTL_TOP_H
#define VIGILCTL_TOP_H

#include "machine.h"

/* Lines above the components. */
#define TOP_HEAD 4

/**
 * enum top_key - What the user wants.
 * @TOP_NOTHING: nothing that is known
 * @TOP_QUIT: to end
 * @TOP_ATTENTION: all components, or those that need a look
 * @TOP_SORT: the next order
 * @TOP_REVERSE: the order the other way round
 * @TOP_UP: one up
 * @TOP_DOWN: one down
 * @TOP_PAGE_UP: a page up
 * @TOP_PAGE_DOWN: a page down
 * @TOP_HOME: the first
 * @TOP_END: the last
 */
enum top_key {
	TOP_NOTHING,
	TOP_QUIT,
	TOP_ATTENTION,
	TOP_SORT,
	TOP_REVERSE,
	TOP_UP,
	TOP_DOWN,
	TOP_PAGE_UP,
	TOP_PAGE_DOWN,
	TOP_HOME,
	TOP_END,
};

/**
 * struct top_view - What is seen.
 * @list: all components
 * @machine: they, summed up
 * @shown: those that are shown, in their order
 * @order: what they are sorted by
 * @reverse: the other way round
 * @attention: only those that need a look
 * @of_class: only those of this VIGIL_CLASS_..., 0 for all
 * @quit: the user has had enough
 * @first: number of the first one on the screen
 * @cursor: number of the one that is marked
 * @page: how many fit on the screen
 */
struct top_view {
	struct vigil_list *list;
	struct machine machine;
	struct selection shown;
	enum order order;
	bool reverse;
	bool attention;
	bool quit;
	unsigned int of_class;
	size_t first;
	size_t cursor;
	size_t page;
};

void top_view_set(struct top_view *view, struct vigil_list *list);
void top_view_free(struct top_view *view);
void top_view_resize(struct top_view *view, size_t lines);
void top_view_key(struct top_view *view, enum top_key key);

#endif /* VIGILCTL_TOP_H */
