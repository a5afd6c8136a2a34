// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of a component in detail: features and cells.
 *
 * The kernel asks the component's provider for one after the other. What it
 * tells may be from either side of a change, and asking again would not change
 * that: a dump is read once.
 */
#include "handle.h"

static int dump(struct vigil *vigil, uint8_t command, const char *component,
		struct vigil_list **list)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, vigil->family,
						   command, NLM_F_DUMP);
	/* the attribute has this number in the set of cells too */
	int err = vigil_request_string(vigil, nlh, VIGIL_A_FEATURE_COMPONENT,
				       component, VIGIL_NAME_MAX);

	*list = NULL;
	return err ? err : vigil_request_list(vigil, nlh, list);
}

_Static_assert((int)VIGIL_A_FEATURE_COMPONENT == (int)VIGIL_A_CELL_COMPONENT,
	       "the component's name is another attribute of a cell");

int vigil_feature_dump(struct vigil *vigil, const char *component,
		       struct vigil_list **list)
{
	return dump(vigil, VIGIL_CMD_FEATURE_GET, component, list);
}

int vigil_cell_dump(struct vigil *vigil, const char *component,
		    struct vigil_list **list)
{
	return dump(vigil, VIGIL_CMD_CELL_GET, component, list);
}
