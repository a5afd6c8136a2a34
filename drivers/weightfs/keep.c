// SPDX-License-Identifier: GPL-2.0
/*
 * What stays in memory: pins, budgets, and who goes first.
 *
 * A mount may hold weights up to its budget, and each user up to theirs; 0 is no
 * limit. A file belongs to the user who opened it first. When a chunk that is to
 * be loaded does not fit, files go as a whole, the one that was used least
 * recently first, never one that is mapped, pinned or being loaded. If that is
 * not enough, a chunk that somebody waits for is loaded nevertheless - a limit
 * must not become a SIGBUS - and one that is only preloaded is not.
 *
 * The mount's lock protects the list that a victim is picked from. It is not
 * held while the victim goes: that takes locks under which memory is allocated,
 * and memory reclaim takes ours.
 */
#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/limits.h>

#include "budget.h"
#include "weightfs.h"

/**
 * weightfs_file_used() - Note that a file is in use.
 * @wi: the file
 *
 * Context: Any.
 */
void weightfs_file_used(struct weightfs_inode *wi)
{
	WRITE_ONCE(wi->used_at, ktime_get_seconds());
}

static u64 file_bytes(const struct weightfs_inode *wi)
{
	return ((u64)atomic_long_read(&wi->pages) << PAGE_SHIFT) +
	       wi->reserved_bytes;
}

static u64 user_bytes_locked(struct weightfs_mount *wm, kuid_t user)
{
	struct weightfs_inode *wi;
	u64 bytes = 0;

	lockdep_assert_held(&wm->lock);

	list_for_each_entry(wi, &wm->files, in_files)
		if (uid_eq(wi->user, user))
			bytes += file_bytes(wi);
	return bytes;
}

/**
 * weightfs_pins() - How often is a file, with all its copies, pinned?
 * @wi: any copy of the file
 *
 * Context: Any.
 * Return: the number of pins; with none the file may go.
 */
unsigned int weightfs_pins(struct weightfs_inode *wi)
{
	return atomic_read(&(wi->home ?: wi)->pins);
}

static struct weightfs_use file_use(struct weightfs_inode *wi)
{
	return (struct weightfs_use) {
		.user = wi->user,
		.used_at = READ_ONCE(wi->used_at),
		.pages = atomic_long_read(&wi->pages),
		.pinned = weightfs_pins(wi),
		.building = atomic_read(&wi->building),
		.mapped = mapping_mapped(wi->vfs_inode.i_mapping),
	};
}

/* The file of @user, or of anybody when it is NULL, that was used first. */
static struct weightfs_inode *victim_locked(struct weightfs_mount *wm,
					    const struct weightfs_inode *spare,
					    const kuid_t *user)
{
	struct weightfs_inode *wi, *victim = NULL;
	struct weightfs_use use, victim_use;

	lockdep_assert_held(&wm->lock);

	list_for_each_entry(wi, &wm->files, in_files) {
		use = file_use(wi);
		if (wi == spare ||
		    !weightfs_goes_before(&use, victim ? &victim_use : NULL, user))
			continue;
		victim = wi;
		victim_use = use;
	}
	if (victim && !igrab(&victim->vfs_inode))
		return NULL;
	return victim;
}

/* Reserve room if there is; if not, @victim is a file that may go, or NULL. */
static bool has_room(struct weightfs_inode *wi, u64 bytes,
		     struct weightfs_inode **victim)
{
	struct weightfs_mount *wm = weightfs_mount(wi->vfs_inode.i_sb);
	struct weightfs_budget user = {
		.limit_bytes = READ_ONCE(wm->options.user_budget_bytes),
	};
	struct weightfs_budget mount = {
		.limit_bytes = READ_ONCE(wm->options.budget_bytes),
	};

	guard(mutex)(&wm->lock);
	mount.held_bytes = weightfs_loaded_bytes(wm) + wm->reserved_bytes;
	if (user.limit_bytes)
		user.held_bytes = user_bytes_locked(wm, wi->user);
	switch (weightfs_room(&mount, &user, bytes)) {
	case WEIGHTFS_ROOM_OF_USER:
		*victim = victim_locked(wm, wi, &wi->user);
		return false;
	case WEIGHTFS_ROOM_OF_ANYBODY:
		*victim = victim_locked(wm, wi, NULL);
		return false;
	case WEIGHTFS_ROOM:
		break;
	}
	wm->reserved_bytes += bytes;
	wi->reserved_bytes += bytes;
	return true;
}

/**
 * weightfs_make_room() - Reserve room for a chunk in the budgets.
 * @wi: the file that it is for
 * @bytes: of the chunk
 *
 * Several chunks are loaded at once, so each reserves what it is about to take.
 *
 * Context: The work of a chunk, sleeps. Takes and releases the mount's lock.
 * Return: true when room was reserved, which weightfs_room_taken() gives back
 * when the chunk has been loaded, or has not; false when there is none and no
 * file can go.
 */
bool weightfs_make_room(struct weightfs_inode *wi, u64 bytes)
{
	struct weightfs_inode *victim;
	unsigned long evicted;

	while (!has_room(wi, bytes, &victim)) {
		if (!victim)
			return false;
		evicted = weightfs_chunks_evict(victim);
		iput(&victim->vfs_inode);
		if (!evicted)
			return false;
	}
	return true;
}

/**
 * weightfs_room_taken() - The chunk is in memory, or will not be.
 * @wi: the file that it is for
 * @bytes: what weightfs_make_room() was given
 *
 * Context: Process context. Takes and releases the mount's lock.
 */
void weightfs_room_taken(struct weightfs_inode *wi, u64 bytes)
{
	struct weightfs_mount *wm = weightfs_mount(wi->vfs_inode.i_sb);

	guard(mutex)(&wm->lock);
	wm->reserved_bytes -= bytes;
	wi->reserved_bytes -= bytes;
}

/**
 * weightfs_pin() - Keep a file in memory whatever the budgets say.
 * @wi: the file
 *
 * Context: Process context.
 * Return: 0, or -EOVERFLOW when it is pinned too often.
 */
int weightfs_pin(struct weightfs_inode *wi)
{
	/* All copies, by way of the one that paths lead to. */
	struct weightfs_mount *wm = weightfs_mount(wi->vfs_inode.i_sb);

	guard(mutex)(&wm->lock);
	if (atomic_read(&wi->pins) == INT_MAX)
		return -EOVERFLOW;
	if (!atomic_fetch_inc(&wi->pins))
		ihold(&wi->vfs_inode);
	return 0;
}

/**
 * weightfs_unpin() - Take one pin back.
 * @wi: the file, which the caller holds
 *
 * Context: Process context.
 * Return: 0, or -EINVAL when it is not pinned.
 */
int weightfs_unpin(struct weightfs_inode *wi)
{
	struct weightfs_mount *wm = weightfs_mount(wi->vfs_inode.i_sb);

	guard(mutex)(&wm->lock);
	if (!atomic_read(&wi->pins))
		return -EINVAL;
	/* Never the last reference: the caller has one. */
	if (atomic_dec_and_test(&wi->pins))
		iput(&wi->vfs_inode);
	return 0;
}

/**
 * weightfs_hold() - Keep an inode that has no pages of its own.
 * @wi: the file
 *
 * Context: Process context. Takes and releases the mount's lock.
 */
void weightfs_hold(struct weightfs_inode *wi)
{
	struct weightfs_mount *wm = weightfs_mount(wi->vfs_inode.i_sb);

	guard(mutex)(&wm->lock);
	if (!wi->held)
		ihold(&wi->vfs_inode);
	wi->held = true;
}

/**
 * weightfs_let_go() - The reverse of weightfs_hold().
 * @wi: the file, held or not, with another reference of the caller
 *
 * Context: Process context. Takes and releases the mount's lock.
 */
void weightfs_let_go(struct weightfs_inode *wi)
{
	struct weightfs_mount *wm = weightfs_mount(wi->vfs_inode.i_sb);

	guard(mutex)(&wm->lock);
	if (wi->held)
		iput(&wi->vfs_inode);
	wi->held = false;
}

/* Take the references of pins and of weightfs_hold() from some file. */
static struct inode *take_references(struct weightfs_mount *wm, int *nr)
{
	struct weightfs_inode *wi;

	guard(mutex)(&wm->lock);
	list_for_each_entry(wi, &wm->files, in_files) {
		*nr = !!atomic_xchg(&wi->pins, 0) + wi->held;
		wi->held = false;
		if (*nr)
			return &wi->vfs_inode;
	}
	return NULL;
}

/**
 * weightfs_unpin_all() - Hold nothing any more, before the filesystem goes.
 * @wm: the mount, which nobody can reach any more
 *
 * Context: Process context, sleeps. Takes and releases the mount's lock.
 */
void weightfs_unpin_all(struct weightfs_mount *wm)
{
	struct inode *inode;
	int nr;

	while ((inode = take_references(wm, &nr)))
		while (nr--)
			iput(inode);
}
