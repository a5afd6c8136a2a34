/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What fits into memory, and which file goes first when something does not:
 * decisions only, no state and no locks. keep.c gathers what they go by.
 */
#ifndef _WEIGHTFS_BUDGET_H
#define _WEIGHTFS_BUDGET_H

#include <linux/time64.h>
#include <linux/types.h>
#include <linux/uidgid.h>

/**
 * struct weightfs_budget - A limit, and what there is of it.
 * @limit_bytes: how much may be in memory, 0 for no limit
 * @held_bytes: how much is, or is about to be
 */
struct weightfs_budget {
	u64 limit_bytes;
	u64 held_bytes;
};

/* A limit that was lowered may be far below what is held. */
static inline bool weightfs_budget_fits(const struct weightfs_budget *budget,
					u64 bytes)
{
	return !budget->limit_bytes ||
	       (bytes <= budget->limit_bytes &&
		budget->held_bytes <= budget->limit_bytes - bytes);
}

/* Whose file has to go before a chunk fits. */
enum weightfs_room {
	WEIGHTFS_ROOM,			/* nobody's */
	WEIGHTFS_ROOM_OF_USER,		/* one of the same user */
	WEIGHTFS_ROOM_OF_ANYBODY,	/* anybody's */
};

/* The user's budget first: other users' files are no use to it. */
static inline enum weightfs_room
weightfs_room(const struct weightfs_budget *mount,
	      const struct weightfs_budget *user, u64 bytes)
{
	if (!weightfs_budget_fits(user, bytes))
		return WEIGHTFS_ROOM_OF_USER;
	if (!weightfs_budget_fits(mount, bytes))
		return WEIGHTFS_ROOM_OF_ANYBODY;
	return WEIGHTFS_ROOM;
}

/**
 * struct weightfs_use - What decides whether a file goes, and when.
 * @user: who opened it first
 * @used_at: when it was last opened or closed, seconds since boot
 * @pages: in memory
 * @pinned: was asked to be kept
 * @building: some of it is being loaded
 * @mapped: a process has it mapped
 */
struct weightfs_use {
	kuid_t user;
	time64_t used_at;
	unsigned long pages;
	bool pinned;
	bool building;
	bool mapped;
};

static inline bool weightfs_may_go(const struct weightfs_use *use)
{
	return use->pages && !use->pinned && !use->building && !use->mapped;
}

/*
 * Does a file go rather than @other, which may be NULL for none? Only one of
 * @user does, or of anybody when that is NULL; of two that were used in the same
 * second @other does.
 */
static inline bool weightfs_goes_before(const struct weightfs_use *use,
					const struct weightfs_use *other,
					const kuid_t *user)
{
	if (!weightfs_may_go(use) || (user && !uid_eq(use->user, *user)))
		return false;
	return !other || use->used_at < other->used_at;
}

#endif /* _WEIGHTFS_BUDGET_H */
