/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sources: whoever reports errors to Vigil, and whether it speaks.
 *
 * A machine without errors and one whose errors nobody reports look the same,
 * unless it can be seen who is listened to and when he spoke last.
 */
#ifndef _LINUX_VIGIL_SOURCE_H
#define _LINUX_VIGIL_SOURCE_H

#include <linux/device.h>
#include <linux/list.h>
#include <linux/types.h>
#include <uapi/linux/vigil.h>

/**
 * struct vigil_source_info - What is known of a source now.
 * @state: whether it is listened to; the core fills it in
 * @events: errors that it reported
 * @dropped: those of them that were counted only, for want of room
 * @spoke: it has reported something, @quiet_s seconds ago
 * @quiet_s: time since its last report
 */
struct vigil_source_info {
	enum vigil_source_state state;
	u64 events;
	u64 dropped;
	bool spoke;
	u64 quiet_s;
};

/**
 * struct vigil_source - Somebody who reports errors.
 * @name: its name in sysfs and netlink; constant
 * @start: start to listen; returns 0, -ENOENT when there is nothing to listen
 *	to, another negative errno; NULL when this kernel has no such thing
 * @stop: stop; when it returns nothing is reported any more
 * @read: tell what is known. Process context, may sleep; called with the lock
 *	of the list of sources held, so it must not register or unregister one.
 * @state: what came of @start; constant until @stop
 * @dev: for the core; NULL unless it is shown
 * @list: for the core
 */
struct vigil_source {
	const char *name;
	int (*start)(void);
	void (*stop)(void);
	void (*read)(struct vigil_source *source,
		     struct vigil_source_info *info);
	enum vigil_source_state state;
	struct device *dev;
	struct list_head list;
};

/* For start and stop, which may be missing from a kernel without an option. */
#define VIGIL_IF(available, function)	((available) ? (function) : NULL)

int vigil_source_start(struct vigil_source *source);
void vigil_source_stop(struct vigil_source *source);

#endif /* _LINUX_VIGIL_SOURCE_H */
