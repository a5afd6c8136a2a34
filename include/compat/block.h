/* SPDX-License-Identifier: GPL-2.0 */
/* Who uses a block device. */
#ifndef _VIGIL_COMPAT_BLOCK_H
#define _VIGIL_COMPAT_BLOCK_H

#include <generated/vigil-compat.h>
#include <linux/blkdev.h>
#include <linux/fs.h>

static inline struct inode *compat_bdev_inode(struct block_device *bdev)
{
#ifdef COMPAT_HAS_BD_MAPPING
	return bdev->bd_mapping->host;
#else
	return bdev->bd_inode;
#endif
}

/* Does a file system, or a log of one, hold it? Some hold it as a program does,
 * btrfs for one.
 */
static inline bool compat_bdev_mounted(struct block_device *bdev)
{
#ifdef COMPAT_HAS_FS_HOLDER_OPS
	bool mounted;

	mutex_lock(&bdev->bd_holder_lock);
	mounted = bdev->bd_holder && bdev->bd_holder_ops == &fs_holder_ops;
	mutex_unlock(&bdev->bd_holder_lock);
	return mounted;
#else
	return READ_ONCE(bdev->bd_super);
#endif
}

#endif /* _VIGIL_COMPAT_BLOCK_H */
