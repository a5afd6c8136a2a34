// SPDX-License-Identifier: GPL-2.0
/*
 * Sources: who reports errors.
 */
#include "handle.h"

int vigil_source_dump(struct vigil *vigil, struct vigil_list **list)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, vigil->family,
						   VIGIL_CMD_SOURCE_GET,
						   NLM_F_DUMP);

	return vigil_request_list(vigil, nlh, list);
}
