/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page frames that are about to be taken out of use, and their owners.
 *
 * Before a frame is soft-offlined its owner may move what it holds: weightfs
 * copies the chunk into a fresh huge page, the huge-page pool takes the page
 * out of its reserve. Without an owner the kernel's own migration does it.
 */
#ifndef _LINUX_VIGIL_FRAME_H
#define _LINUX_VIGIL_FRAME_H

#include <linux/list.h>
#include <linux/types.h>

struct module;

/**
 * struct vigil_frame_owner - Somebody who holds page frames that it can vacate.
 * @name: for messages
 * @owner: module of @evacuate
 * @evacuate: vacate the frame if it is held here. Process context, may sleep;
 *	called under the read side of the list of owners, so it must not
 *	register or unregister an owner. Returns 0 when the frame was held here
 *	and has been given back to the page allocator, -ENOENT when it is not
 *	held here, another negative errno when it is and could not be vacated.
 * @list: for the core
 */
struct vigil_frame_owner {
	const char *name;
	struct module *owner;
	int (*evacuate)(struct vigil_frame_owner *self, unsigned long pfn);
	struct list_head list;
};

void vigil_frame_owner_register(struct vigil_frame_owner *owner);
void vigil_frame_owner_unregister(struct vigil_frame_owner *owner);
int vigil_frame_evacuate(unsigned long pfn, const char **owner_name);

#endif /* _LINUX_VIGIL_FRAME_H */
