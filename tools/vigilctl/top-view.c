// SPDX-License-Identifier: GPL-2.0
/*
 * What top shows: which components, in which order, and where the cursor is. It
 * stays on the component that it is on when others come or go.
 */
#include <string.h>

#include "show.h"
#include "top.h"

/* Keeps the cursor on a component, and the component on the screen. */
static void settle(struct top_view *view)
{
	size_t last = view->shown.size ? view->shown.size - 1 : 0;

	if (view->cursor > last)
		view->cursor = last;
	if (view->first > view->cursor)
		view->first = view->cursor;
	if (view->cursor >= view->first + view->page)
		view->first = view->cursor + 1 - view->page;
	/* no empty lines below while there are components above */
	if (view->first + view->page > view->shown.size)
		view->first = view->shown.size > view->page ?
			      view->shown.size - view->page : 0;
}

static void choose(struct top_view *view)
{
	select_free(&view->shown);
	select_all(&view->shown, view->list);
	if (view->attention)
		select_only(&view->shown, select_attention, NULL);
	if (view->of_class)
		select_only(&view->shown, select_class, &view->of_class);
	select_sort(&view->shown, view->order, view->reverse);
	settle(view);
}

static void find_cursor(struct top_view *view, const char *name)
{
	for (size_t i = 0; i < view->shown.size; i++)
		if (!strcmp(show_string(view->shown.at[i],
					VIGIL_A_COMPONENT_NAME), name))
			view->cursor = i;
	settle(view);
}

/* Shows other components from now on; the list belongs to the view. */
void top_view_set(struct top_view *view, struct vigil_list *list)
{
	char name[NAME_ROOM] = "";

	if (view->cursor < view->shown.size)
		snprintf(name, sizeof(name), "%s",
			 show_string(view->shown.at[view->cursor],
				     VIGIL_A_COMPONENT_NAME));
	machine_free(&view->machine);
	vigil_list_free(view->list);
	view->list = list;
	machine_init(&view->machine, list);
	choose(view);
	find_cursor(view, name);
}

void top_view_free(struct top_view *view)
{
	select_free(&view->shown);
	machine_free(&view->machine);
	vigil_list_free(view->list);
}

void top_view_resize(struct top_view *view, size_t lines)
{
	view->page = lines > TOP_HEAD ? lines - TOP_HEAD : 1;
	settle(view);
}

static void move(struct top_view *view, enum top_key key)
{
	size_t page = view->page;

	if (key == TOP_UP && view->cursor)
		view->cursor--;
	else if (key == TOP_DOWN)
		view->cursor++;
	else if (key == TOP_PAGE_UP)
		view->cursor -= view->cursor < page ? view->cursor : page;
	else if (key == TOP_PAGE_DOWN)
		view->cursor += page;
	else if (key == TOP_HOME)
		view->cursor = 0;
	else if (key == TOP_END)
		view->cursor = view->shown.size;
	settle(view);
}

void top_view_key(struct top_view *view, enum top_key key)
{
	switch (key) {
	case TOP_QUIT:
		view->quit = true;
		break;
	case TOP_ATTENTION:
		view->attention = !view->attention;
		choose(view);
		break;
	case TOP_SORT:
		view->order = (view->order + 1) % NR_ORDERS;
		choose(view);
		break;
	case TOP_REVERSE:
		view->reverse = !view->reverse;
		choose(view);
		break;
	default:
		move(view, key);
	}
}
