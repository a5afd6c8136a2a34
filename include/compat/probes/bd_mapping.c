// SPDX-License-Identifier: GPL-2.0
/* struct block_device has bd_mapping, not bd_inode (v6.10). */
#include <linux/blkdev.h>

struct inode *probe(struct block_device *bdev);
struct inode *probe(struct block_device *bdev)
{
	return bdev->bd_mapping->host;
}
