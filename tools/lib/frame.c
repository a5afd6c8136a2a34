// SPDX-License-Identifier: GPL-2.0
/*
 * Page frames that are out of use.
 *
 * The kernel looks for one after the other, and each is told as it is at that
 * moment: a dump is read once.
 */
#include "handle.h"

int vigil_frame_get(struct vigil *vigil, const char *component,
		    uint64_t address, struct vigil_record **frame)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, vigil->family,
						   VIGIL_CMD_FRAME_GET, 0);
	int err = vigil_request_string(vigil, nlh, VIGIL_A_FRAME_COMPONENT,
				       component, VIGIL_NAME_MAX);

	*frame = NULL;
	if (err)
		return err;
	mnl_attr_put_u64(nlh, VIGIL_A_FRAME_ADDRESS, address);
	return vigil_request_record(vigil, nlh, frame);
}

int vigil_frame_dump(struct vigil *vigil, const char *component,
		     struct vigil_list **list)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, vigil->family,
						   VIGIL_CMD_FRAME_GET,
						   NLM_F_DUMP);
	int err = 0;

	*list = NULL;
	if (component)
		err = vigil_request_string(vigil, nlh, VIGIL_A_FRAME_COMPONENT,
					   component, VIGIL_NAME_MAX);
	return err ? err : vigil_request_list(vigil, nlh, list);
}
