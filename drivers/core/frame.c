// SPDX-License-Identifier: GPL-2.0
/*
 * Owners of page frames, asked before a frame is taken out of use.
 *
 * There are few owners (weightfs, the pool), so a list is walked. The lock is a
 * rwsem because an owner copies megabytes while it is asked. It is taken with
 * no other lock of the core held; an owner's locks are inside it.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/export.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vigil/frame.h>

#include "core.h"

/*
 * A name that was handed out by vigil_frame_evacuate(). It stays when its owner
 * goes, because the caller holds no lock while it prints it.
 */
struct frame_owner_name {
	struct list_head list;
	char name[];
};

static DECLARE_RWSEM(owners_lock);	/* protects owners and names */
static LIST_HEAD(owners);
static LIST_HEAD(names);

static const char *name_of_locked(const struct vigil_frame_owner *owner)
{
	struct frame_owner_name *known;

	lockdep_assert_held(&owners_lock);

	list_for_each_entry(known, &names, list)
		if (!strcmp(known->name, owner->name))
			return known->name;
	return "unnamed";
}

static void remember_name_locked(const struct vigil_frame_owner *owner)
{
	size_t size = strlen(owner->name) + 1;
	struct frame_owner_name *known;

	lockdep_assert_held_write(&owners_lock);

	list_for_each_entry(known, &names, list)
		if (!strcmp(known->name, owner->name))
			return;

	known = kmalloc(struct_size(known, name, size), GFP_KERNEL);
	if (!known)
		return;
	memcpy(known->name, owner->name, size);
	list_add(&known->list, &names);
}

/**
 * vigil_frame_owner_register() - Be asked before a page frame is taken away.
 * @owner: description that stays valid until it is unregistered
 *
 * Context: Process context, may sleep. Waits for evacuations that run.
 */
void vigil_frame_owner_register(struct vigil_frame_owner *owner)
{
	down_write(&owners_lock);
	remember_name_locked(owner);
	list_add_tail(&owner->list, &owners);
	up_write(&owners_lock);
}
EXPORT_SYMBOL_GPL(vigil_frame_owner_register);

/**
 * vigil_frame_owner_unregister() - Not be asked any more.
 * @owner: what vigil_frame_owner_register() was given
 *
 * When it returns, @owner->evacuate does not run and will not.
 *
 * Context: Process context, may sleep. Waits for evacuations that run; must not
 * be called from one.
 */
void vigil_frame_owner_unregister(struct vigil_frame_owner *owner)
{
	down_write(&owners_lock);
	list_del(&owner->list);
	up_write(&owners_lock);
}
EXPORT_SYMBOL_GPL(vigil_frame_owner_unregister);

/**
 * vigil_frame_evacuate() - Have the owner of a page frame vacate it.
 * @pfn: the page frame
 * @owner_name: set to the name of the owner, or NULL when nobody owns the
 *	frame; the string stays valid. May be NULL.
 *
 * Context: Process context, may sleep; not from an owner's @evacuate.
 * Return: 0 when the frame went back to the page allocator, -ENOENT when nobody
 * owns it, another negative errno from an owner that could not vacate it.
 */
int vigil_frame_evacuate(unsigned long pfn, const char **owner_name)
{
	struct vigil_frame_owner *owner;
	const char *name = NULL;
	int err = -ENOENT;

	down_read(&owners_lock);
	list_for_each_entry(owner, &owners, list) {
		err = owner->evacuate(owner, pfn);
		if (err != -ENOENT) {
			name = name_of_locked(owner);
			break;
		}
	}
	up_read(&owners_lock);

	if (owner_name)
		*owner_name = name;
	return err;
}
EXPORT_SYMBOL_GPL(vigil_frame_evacuate);

/* Nobody is left who could have got a name. */
void vigil_frame_exit(void)
{
	struct frame_owner_name *known, *next;

	list_for_each_entry_safe(known, next, &names, list)
		kfree(known);
}
