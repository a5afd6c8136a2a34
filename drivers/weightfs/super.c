// SPDX-License-Identifier: GPL-2.0
/*
 * Mounting a directory of model weights.
 *
 *	mount -t weightfs -o source=/data/models none /models
 *
 * The source is reached through a private copy of its mount, with the
 * credentials of the one who mounted: it can't be unmounted or shadowed under
 * us. The filesystem is always read-only and has no devices. What the source
 * has mounted inside itself is not followed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/backing-dev.h>
#include <linux/cred.h>
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include <uapi/linux/weightfs.h>

#include "weightfs.h"

enum { WEIGHTFS_OPT_SOURCE };

static const struct fs_parameter_spec weightfs_parameters[] = {
	fsparam_string("source", WEIGHTFS_OPT_SOURCE),
	{}
};

/* mount(8) says "source" twice, with its device argument first: the last wins. */
static int weightfs_parse_param(struct fs_context *fc,
				struct fs_parameter *param)
{
	struct fs_parse_result result;
	int opt = fs_parse(fc, weightfs_parameters, param, &result);

	if (opt < 0)
		return opt;
	kfree(fc->source);
	fc->source = param->string;
	param->string = NULL;
	return 0;
}

static struct dentry *weightfs_lower_root(struct super_block *sb)
{
	return weightfs_lower(sb->s_root);
}

static int weightfs_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	struct path lower = {
		.mnt = weightfs_mount(dentry->d_sb)->lower_mnt,
		.dentry = weightfs_lower_root(dentry->d_sb),
	};
	int err = vfs_statfs(&lower, buf);

	buf->f_type = WEIGHTFS_SUPER_MAGIC;
	return err;
}

static const struct super_operations weightfs_super_ops = {
	.alloc_inode	= weightfs_alloc_inode,
	.free_inode	= weightfs_free_inode,
	.evict_inode	= weightfs_evict_inode,
	.statfs		= weightfs_statfs,
};

static void weightfs_mount_free(struct weightfs_mount *wm)
{
	if (wm->wq)
		destroy_workqueue(wm->wq);
	if (wm->lower_mnt)
		mntput(wm->lower_mnt);
	put_cred(wm->cred);
	kfree(wm);
}

static struct weightfs_mount *weightfs_mount_alloc(struct super_block *sb)
{
	struct weightfs_mount *wm = kzalloc(sizeof(*wm), GFP_KERNEL);

	if (!wm)
		return NULL;
	wm->sb = sb;
	wm->cred = get_current_cred();
	mutex_init(&wm->lock);
	INIT_LIST_HEAD(&wm->files);
	INIT_DELAYED_WORK(&wm->mend_work, weightfs_mend);
	wm->mend_delay = WEIGHTFS_MEND_MIN;
	INIT_DELAYED_WORK(&wm->scrub_work, weightfs_scrub);
	/* Loading must go on when memory is short: others wait for it. */
	wm->wq = alloc_workqueue("weightfs", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!wm->wq) {
		weightfs_mount_free(wm);
		return NULL;
	}
	return wm;
}

static int weightfs_check_source(struct fs_context *fc, const struct path *path)
{
	struct super_block *lower = path->dentry->d_sb;

	if (lower->s_type == &weightfs_type) {
		errorf(fc, "weightfs: source is on a weightfs already");
		return -ELOOP;
	}
	if (lower->s_stack_depth + 1 > FILESYSTEM_MAX_STACK_DEPTH) {
		errorf(fc, "weightfs: source is stacked too deep");
		return -ELOOP;
	}
	return 0;
}

static int weightfs_set_root(struct super_block *sb, struct dentry *lower)
{
	struct inode *root = weightfs_iget(sb, lower);

	if (IS_ERR(root))
		return PTR_ERR(root);
	sb->s_root = d_make_root(root);
	if (!sb->s_root)
		return -ENOMEM;
	sb->s_root->d_fsdata = dget(lower);
	return 0;
}

/*
 * Pages are dropped without write-back when they are poisoned, but the kernel
 * asks the bdi for the ability before it does so. Read-ahead is ours: the
 * core's would put small pages where a huge one belongs.
 */
static int weightfs_setup_bdi(struct super_block *sb)
{
	int err = super_setup_bdi(sb);

	if (err)
		return err;
	sb->s_bdi->ra_pages = 0;
	sb->s_bdi->io_pages = 0;
	return 0;
}

static int weightfs_fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct path *path = fc->fs_private;
	struct weightfs_mount *wm;
	int err;

	err = weightfs_check_source(fc, path);
	if (err)
		return err;
	wm = weightfs_mount_alloc(sb);
	if (!wm)
		return -ENOMEM;
	sb->s_fs_info = wm;
	wm->lower_mnt = clone_private_mount(path);
	if (IS_ERR(wm->lower_mnt)) {
		err = PTR_ERR(wm->lower_mnt);
		wm->lower_mnt = NULL;
		errorf(fc, "weightfs: the mount of the source can't be cloned");
		return err;
	}

	sb->s_magic = WEIGHTFS_SUPER_MAGIC;
	sb->s_op = &weightfs_super_ops;
	sb->s_d_op = &weightfs_dentry_ops;
	sb->s_flags |= SB_RDONLY | SB_NOATIME;
	sb->s_iflags |= SB_I_NODEV;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_time_gran = 1;
	sb->s_stack_depth = path->dentry->d_sb->s_stack_depth + 1;

	err = weightfs_setup_bdi(sb);
	if (err)
		return err;
	err = weightfs_set_root(sb, path->dentry);
	if (err)
		return err;
	err = weightfs_component_register(wm);
	if (err)
		return err;
	weightfs_scrub_set_rate(wm, WEIGHTFS_SCRUB_DEFAULT);
	return 0;
}

static int weightfs_get_tree(struct fs_context *fc)
{
	struct path path;
	int err;

	if (!fc->source || !strcmp(fc->source, "none")) {
		errorf(fc, "weightfs: no source given, use -o source=DIRECTORY");
		return -EINVAL;
	}
	err = kern_path(fc->source, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);
	if (err) {
		errorf(fc, "weightfs: source %s: error %d", fc->source, err);
		return err;
	}
	fc->sb_flags |= SB_RDONLY;
	fc->fs_private = &path;
	err = get_tree_nodev(fc, weightfs_fill_super);
	fc->fs_private = NULL;
	path_put(&path);
	return err;
}

static int weightfs_reconfigure(struct fs_context *fc)
{
	fc->sb_flags |= SB_RDONLY;
	return 0;
}

static const struct fs_context_operations weightfs_context_ops = {
	.parse_param	= weightfs_parse_param,
	.get_tree	= weightfs_get_tree,
	.reconfigure	= weightfs_reconfigure,
};

static int weightfs_init_fs_context(struct fs_context *fc)
{
	fc->ops = &weightfs_context_ops;
	return 0;
}

/*
 * The VFS evicts the inodes, which ends the work of their chunks; that work may
 * count and may ask for mending until then.
 */
static void weightfs_kill_sb(struct super_block *sb)
{
	struct weightfs_mount *wm = weightfs_mount(sb);

	kill_anon_super(sb);
	if (!wm)
		return;
	cancel_delayed_work_sync(&wm->mend_work);
	/* No policy can be set any more after this. */
	weightfs_component_unregister(wm);
	cancel_delayed_work_sync(&wm->scrub_work);
	weightfs_mount_free(wm);
}

struct file_system_type weightfs_type = {
	.owner			= THIS_MODULE,
	.name			= "weightfs",
	.init_fs_context	= weightfs_init_fs_context,
	.parameters		= weightfs_parameters,
	.kill_sb		= weightfs_kill_sb,
};
MODULE_ALIAS_FS("weightfs");

static int __init weightfs_init(void)
{
	int err = weightfs_inode_init_cache();

	if (err)
		return err;
	err = register_filesystem(&weightfs_type);
	if (err)
		goto exit_cache;
	weightfs_owner_register();
	return 0;

exit_cache:
	weightfs_inode_exit_cache();
	return err;
}

static void __exit weightfs_exit(void)
{
	weightfs_owner_unregister();
	unregister_filesystem(&weightfs_type);
	weightfs_inode_exit_cache();
}

module_init(weightfs_init);
module_exit(weightfs_exit);

MODULE_DESCRIPTION("Model weights in huge pages, healed after memory errors");
MODULE_AUTHOR("The Vigil developers");
MODULE_LICENSE("GPL");
