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
#endif

#ifndef COMPAT_HAS_INODE_GET_CTIME
static inline struct timespec64 inode_get_ctime(const struct inode *inode)
{
	return inode->i_ctime;
}
#endif

#endif /* _VIGIL_COMPAT_INODE_TIME_H */
