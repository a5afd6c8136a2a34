/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time stamps of an inode, which were plain members once.
 */
#ifndef _VIGIL_COMPAT_INODE_TIME_H
#define _VIGIL_COMPAT_INODE_TIME_H

#include <generated/vigil-compat.h>
#include <linux/fs.h>

#ifndef COMPAT_HAS_INODE_GET_MTIME
static inline struct timespec64 inode_get_mtime(const struct inode *inode)
{
	return inode->i_mtime;
}

static inline struct timespec64
inode_set_mtime_to_ts(struct inode *inode, struct timespec64 time)
{
	inode->i_mtime = time;
	return time;
}
#endif

#ifndef COMPAT_HAS_INODE_GET_CTIME
static inline struct timespec64 inode_get_ctime(const struct inode *inode)
{
	return inode->i_ctime;
}

static inline struct timespec64
inode_set_ctime_to_ts(struct inode *inode, struct timespec64 time)
{
	inode->i_ctime = time;
	return time;
}
#endif

#endif /* _VIGIL_COMPAT_INODE_TIME_H */
