// SPDX-License-Identifier: GPL-2.0
/*
 * Decisions and what led to them.
 */
#include "handle.h"

int vigil_audit_dump(struct vigil *vigil, const char *component, uint64_t from,
		     struct vigil_list **list)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, vigil->family,
						   VIGIL_CMD_AUDIT_GET,
						   NLM_F_DUMP);
	int err = 0;

	*list = NULL;
	if (component)
		err = vigil_request_string(vigil, nlh, VIGIL_A_AUDIT_COMPONENT,
					   component, VIGIL_NAME_MAX);
	if (from)
		mnl_attr_put_u64(nlh, VIGIL_A_AUDIT_ID, from);
	return err ? err : vigil_request_list(vigil, nlh, list);
}
