// SPDX-License-Identifier: GPL-2.0
/*
 * Directories, permissions and attributes: those of the source.
 *
 * Who may see what is decided by the source, with the credentials of the
 * caller: its mode bits, its ACLs and its security modules are asked, never a
 * copy of them.
 */
#include <linux/cred.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/namei.h>

#include <compat/idmap.h>
#include "weightfs.h"

int weightfs_permission(struct mnt_idmap *idmap, struct inode *inode, int mask)
{
	struct weightfs_mount *wm = weightfs_mount(inode->i_sb);

	/* In RCU walk nothing keeps the source's dentry, nor its inode. */
	if (mask & MAY_NOT_BLOCK)
		return -ECHILD;
	return inode_permission(mnt_idmap(wm->lower_mnt),
				d_inode(weightfs_inode(inode)->lower), mask);
}

/* A file that is open shows the generation it was opened as. */
int weightfs_getattr(struct mnt_idmap *idmap, const struct path *path,
		     struct kstat *stat, u32 request_mask, unsigned int flags)
{
	struct weightfs_inode *wi = weightfs_inode(d_inode(path->dentry));
	struct path lower = {
		.mnt = weightfs_mount(path->dentry->d_sb)->lower_mnt,
		.dentry = wi->lower,
	};
	int err = vfs_getattr(&lower, stat, request_mask,
			      flags & AT_STATX_SYNC_TYPE);

	if (err)
		return err;
	stat->dev = path->dentry->d_sb->s_dev;
	if (S_ISREG(stat->mode)) {
		stat->size = wi->size;
		stat->mtime = wi->mtime;
		stat->ctime = wi->ctime;
	}
	return 0;
}

static struct dentry *weightfs_lookup(struct inode *dir, struct dentry *dentry,
				      unsigned int flags)
{
	struct weightfs_mount *wm = weightfs_mount(dentry->d_sb);
	struct inode *inode = NULL;
	struct dentry *lower;

	lower = lookup_one_positive_unlocked(mnt_idmap(wm->lower_mnt),
					     dentry->d_name.name,
					     weightfs_inode(dir)->lower,
					     dentry->d_name.len);
	if (IS_ERR(lower) && PTR_ERR(lower) != -ENOENT)
		return lower;
	if (!IS_ERR(lower)) {
		inode = weightfs_iget(dentry->d_sb, lower);
		if (IS_ERR(inode)) {
			dput(lower);
			return ERR_CAST(inode);
		}
		dentry->d_fsdata = lower;
	}
	return d_splice_alias(inode, dentry);
}

const struct inode_operations weightfs_dir_iops = {
	.lookup		= weightfs_lookup,
	.permission	= weightfs_permission,
	.getattr	= weightfs_getattr,
};

static int weightfs_dir_open(struct inode *inode, struct file *file)
{
	struct path lower = {
		.mnt = weightfs_mount(inode->i_sb)->lower_mnt,
		.dentry = weightfs_inode(inode)->lower,
	};
	struct file *opened;

	opened = dentry_open(&lower, O_RDONLY | O_DIRECTORY | O_LARGEFILE,
			     current_cred());
	if (IS_ERR(opened))
		return PTR_ERR(opened);
	file->private_data = opened;
	return 0;
}

static int weightfs_dir_release(struct inode *inode, struct file *file)
{
	fput(file->private_data);
	return 0;
}

static int weightfs_dir_iterate(struct file *file, struct dir_context *ctx)
{
	struct file *lower = file->private_data;

	lower->f_pos = ctx->pos;
	return iterate_dir(lower, ctx);
}

static loff_t weightfs_dir_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t pos = vfs_llseek(file->private_data, offset, whence);

	if (pos >= 0)
		file->f_pos = pos;
	return pos;
}

const struct file_operations weightfs_dir_fops = {
	.owner		= THIS_MODULE,
	.open		= weightfs_dir_open,
	.release	= weightfs_dir_release,
	.iterate_shared	= weightfs_dir_iterate,
	.llseek		= weightfs_dir_llseek,
	.read		= generic_read_dir,
};
