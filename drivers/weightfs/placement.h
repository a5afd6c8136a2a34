/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which node the pages of a chunk come from: decisions only, no state and no
 * locks, so that machines of every shape can be tested.
 */
#ifndef _WEIGHTFS_PLACEMENT_H
#define _WEIGHTFS_PLACEMENT_H

#include <linux/nodemask.h>

/* Which node the huge page of a chunk comes from. */
enum weightfs_placement {
	WEIGHTFS_PLACE_LOCAL,		/* where the first one to ask runs */
	WEIGHTFS_PLACE_BIND,		/* one node */
	WEIGHTFS_PLACE_INTERLEAVE,	/* one after the other */
	WEIGHTFS_PLACE_REPLICATE,	/* a copy of the file on each */
};

/* The @nr-th of @nodes, of which there is at least one, round and round. */
static inline int weightfs_interleaved_node(unsigned long nr,
					    const nodemask_t *nodes)
{
	unsigned int skip = nr % nodes_weight(*nodes);
	int nid;

	for_each_node_mask(nid, *nodes)
		if (!skip--)
			break;
	return nid;
}

/*
 * The node for chunk @nr of a file that is no copy; see weightfs_needs_copy()
 * for those. @asker_nid is where the first one to ask for the chunk runs, and
 * @nodes are those with memory.
 */
static inline int weightfs_place(enum weightfs_placement placement, int bind_nid,
				 unsigned long nr, int asker_nid,
				 const nodemask_t *nodes)
{
	switch (placement) {
	case WEIGHTFS_PLACE_BIND:
		return bind_nid;
	case WEIGHTFS_PLACE_INTERLEAVE:
		return weightfs_interleaved_node(nr, nodes);
	case WEIGHTFS_PLACE_REPLICATE:
		return first_node(*nodes);
	default:
		return asker_nid;
	}
}

/* Does who runs on node @nid get a copy? On the first node it is the file itself. */
static inline bool weightfs_needs_copy(enum weightfs_placement placement, int nid,
				       const nodemask_t *nodes)
{
	return placement == WEIGHTFS_PLACE_REPLICATE && nid != first_node(*nodes);
}

#endif /* _WEIGHTFS_PLACEMENT_H */
