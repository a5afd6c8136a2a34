// SPDX-License-Identifier: GPL-2.0
/*
 * Tracepoints by their name: not all are exported, and a kernel may lack one.
 */
#include <linux/string.h>

#include "sources.h"

struct search {
	const char *name;
	struct tracepoint *found;
};

static void look_at(struct tracepoint *tp, void *priv)
{
	struct search *search = priv;

	if (!strcmp(tp->name, search->name))
		search->found = tp;
}

/* A tracepoint of the kernel itself, or NULL. */
struct tracepoint *vigil_memory_find_tracepoint(const char *name)
{
	struct search search = { .name = name };

	for_each_kernel_tracepoint(look_at, &search);
	return search.found;
}
