// SPDX-License-Identifier: GPL-2.0
/* Inode operations take a struct mnt_idmap (v6.3). */
#include <linux/fs.h>
#include <linux/mount.h>

int probe(struct file *file);
int probe(struct file *file)
{
	struct mnt_idmap *idmap = file_mnt_idmap(file);

	return inode_permission(idmap, file_inode(file), MAY_READ) ||
	       inode_permission(&nop_mnt_idmap, file_inode(file), MAY_READ);
}
