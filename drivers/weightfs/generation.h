/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which generation of a source's file an inode stands for. Comparisons only: the
 * source is looked at as it is now, without locks.
 *
 * Whatever may have changed the contents makes a new generation, so a path that is
 * walked finds the latest. What has been loaded is healed from the source as long
 * as the contents can't have changed, also when the file was renamed, was removed
 * or got other permissions: all of that changes the ctime.
 */
#ifndef _WEIGHTFS_GENERATION_H
#define _WEIGHTFS_GENERATION_H

#include <compat/inode_time.h>
#include <linux/time64.h>

#include "weightfs.h"

/* Make @wi stand for what the source has now. */
static inline void weightfs_generation_set(struct weightfs_inode *wi,
					   struct inode *lower)
{
	wi->lower_inode = lower;
	wi->size = i_size_read(lower);
	wi->mtime = inode_get_mtime(lower);
	wi->ctime = inode_get_ctime(lower);
}

/* Does the source's file still have the contents that it had? */
static inline bool weightfs_generation_intact(const struct weightfs_inode *wi,
					      const struct inode *lower)
{
	struct timespec64 mtime = inode_get_mtime(lower);

	return wi->size == i_size_read(lower) &&
	       timespec64_equal(&wi->mtime, &mtime);
}

/* Is this the generation that the source has now? Of what is no file, there is one. */
static inline bool weightfs_generation_current(const struct weightfs_inode *wi,
					       const struct inode *lower)
{
	struct timespec64 ctime = inode_get_ctime(lower);

	if (wi->lower_inode != lower)
		return false;
	return !S_ISREG(lower->i_mode) ||
	       (weightfs_generation_intact(wi, lower) &&
		timespec64_equal(&wi->ctime, &ctime));
}

#endif /* _WEIGHTFS_GENERATION_H */
