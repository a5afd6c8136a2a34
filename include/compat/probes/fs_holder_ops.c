// SPDX-License-Identifier: GPL-2.0
/* Holders of block devices say what they are (v6.6). */
#include <linux/blkdev.h>

bool probe(struct block_device *bdev);
bool probe(struct block_device *bdev)
{
	mutex_lock(&bdev->bd_holder_lock);
	return bdev->bd_holder_ops == &fs_holder_ops;
}
