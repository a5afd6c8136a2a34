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

enum {
	WEIGHTFS_OPT_SOURCE,
	WEIGHTFS_OPT_PLACEMENT,
	WEIGHTFS_OPT_BUDGET,
	WEIGHTFS_OPT_USER_BUDGET,
	WEIGHTFS_OPT_SCRUB,
	WEIGHTFS_OPT_VERIFY,
	WEIGHTFS_OPT_CORRUPT,
};

static const struct fs_parameter_spec weightfs_parameters[] = {
	fsparam_string("source", WEIGHTFS_OPT_SOURCE),
	fsparam_string("placement", WEIGHTFS_OPT_PLACEMENT),
	fsparam_string("budget", WEIGHTFS_OPT_BUDGET),
	fsparam_string("user_budget", WEIGHTFS_OPT_USER_BUDGET),
	fsparam_u32("scrub", WEIGHTFS_OPT_SCRUB),
	fsparam_string("verify", WEIGHTFS_OPT_VERIFY),
	fsparam_string("corrupt", WEIGHTFS_OPT_CORRUPT),
	{}
};

/**
 * struct weightfs_context - A mount in the making, or a change of one.
 * @options: what was chosen
 * @path: the source
 */
struct weightfs_context {
	struct weightfs_options options;
	struct path path;
};

static int parse_bind(struct fs_context *fc, struct weightfs_options *options,
		      const char *node)
{
	unsigned int nid;

	if (kstrtouint(node, 10, &nid) || nid >= MAX_NUMNODES ||
	    !node_state(nid, N_MEMORY))
		return invalf(fc, "weightfs: placement=bind:%s: no node with memory",
			      node);
	options->placement = WEIGHTFS_PLACE_BIND;
	options->bind_nid = nid;
	return 0;
}

static int parse_placement(struct fs_context *fc,
			   struct weightfs_options *options, const char *value)
{
	static const char bind[] = "bind:";

	if (!strncmp(value, bind, strlen(bind)))
		return parse_bind(fc, options, value + strlen(bind));
	if (!strcmp(value, "local"))
		options->placement = WEIGHTFS_PLACE_LOCAL;
	else if (!strcmp(value, "interleave"))
		options->placement = WEIGHTFS_PLACE_INTERLEAVE;
	else if (!strcmp(value, "replicate"))
		options->placement = WEIGHTFS_PLACE_REPLICATE;
	else
		return invalf(fc,
			      "weightfs: placement=%s: none of local, bind:<node>, interleave, replicate",
			      value);
	return 0;
}

/* Bytes, possibly with K, M, G or T. */
static int parse_bytes(struct fs_context *fc, const char *key, const char *value,
		       u64 *bytes)
{
	char *end;
	u64 parsed = memparse(value, &end);

	if (!*value || *end || parsed > WEIGHTFS_BUDGET_MAX)
		return invalf(fc, "weightfs: %s=%s: not a size up to %llu TiB",
			      key, value, WEIGHTFS_BUDGET_MAX >> 40);
	*bytes = parsed;
	return 0;
}

static int parse_scrub(struct fs_context *fc, struct weightfs_options *options,
		       u32 mib_per_s)
{
	if (mib_per_s > WEIGHTFS_SCRUB_MAX)
		return invalf(fc, "weightfs: scrub=%u: at most %u MiB per second",
			      mib_per_s, WEIGHTFS_SCRUB_MAX);
	options->scrub_mib_per_s = mib_per_s;
	return 0;
}

static int parse_verify(struct fs_context *fc, struct weightfs_options *options,
			const char *value)
{
	if (strcmp(value, "sha256") && strcmp(value, "none"))
		return invalf(fc, "weightfs: verify=%s: sha256 or none", value);
	options->verify = !strcmp(value, "sha256");
	return 0;
}

static int parse_corrupt(struct fs_context *fc, struct weightfs_options *options,
			 const char *value)
{
	if (strcmp(value, "serve") && strcmp(value, "fail"))
		return invalf(fc, "weightfs: corrupt=%s: serve or fail", value);
	options->fail_corrupt = !strcmp(value, "fail");
	return 0;
}

static int weightfs_parse_param(struct fs_context *fc,
				struct fs_parameter *param)
{
	struct weightfs_context *context = fc->fs_private;
	struct weightfs_options *options = &context->options;
	struct fs_parse_result result;
	int opt = fs_parse(fc, weightfs_parameters, param, &result);

	switch (opt) {
	case WEIGHTFS_OPT_SOURCE:
		/* mount(8) says it twice, first with its device: the last wins. */
		kfree(fc->source);
		fc->source = param->string;
		param->string = NULL;
		return 0;
	case WEIGHTFS_OPT_PLACEMENT:
		return parse_placement(fc, options, param->string);
	case WEIGHTFS_OPT_BUDGET:
		return parse_bytes(fc, param->key, param->string,
				   &options->budget_bytes);
	case WEIGHTFS_OPT_USER_BUDGET:
		return parse_bytes(fc, param->key, param->string,
				   &options->user_budget_bytes);
	case WEIGHTFS_OPT_SCRUB:
		return parse_scrub(fc, options, result.uint_32);
	case WEIGHTFS_OPT_VERIFY:
		return parse_verify(fc, options, param->string);
	case WEIGHTFS_OPT_CORRUPT:
		return parse_corrupt(fc, options, param->string);
	default:
		return opt;
	}
}

static int weightfs_show_options(struct seq_file *seq, struct dentry *root)
{
	struct weightfs_options *options = &weightfs_mount(root->d_sb)->options;
	u64 user_budget = READ_ONCE(options->user_budget_bytes);
	u64 budget = READ_ONCE(options->budget_bytes);

	switch (READ_ONCE(options->placement)) {
	case WEIGHTFS_PLACE_BIND:
		seq_printf(seq, ",placement=bind:%d", READ_ONCE(options->bind_nid));
		break;
	case WEIGHTFS_PLACE_INTERLEAVE:
		seq_puts(seq, ",placement=interleave");
		break;
	case WEIGHTFS_PLACE_REPLICATE:
		seq_puts(seq, ",placement=replicate");
		break;
	default:
		seq_puts(seq, ",placement=local");
	}
	if (budget)
		seq_printf(seq, ",budget=%llu", budget);
	if (user_budget)
		seq_printf(seq, ",user_budget=%llu", user_budget);
	seq_printf(seq, ",scrub=%llu", READ_ONCE(options->scrub_mib_per_s));
	if (READ_ONCE(options->verify))
		seq_puts(seq, ",verify=sha256");
	if (READ_ONCE(options->fail_corrupt))
		seq_puts(seq, ",corrupt=fail");
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

	/* Nothing can be written here, however much room the source has. */
	buf->f_type = WEIGHTFS_SUPER_MAGIC;
	buf->f_fsid = u64_to_fsid(huge_encode_dev(dentry->d_sb->s_dev));
	buf->f_bfree = 0;
	buf->f_bavail = 0;
	buf->f_ffree = 0;
	return err;
}

static const struct super_operations weightfs_super_ops = {
	.alloc_inode	= weightfs_alloc_inode,
	.free_inode	= weightfs_free_inode,
	.evict_inode	= weightfs_evict_inode,
	.statfs		= weightfs_statfs,
	.show_options	= weightfs_show_options,
};

static void weightfs_mount_free(struct weightfs_mount *wm)
{
	if (wm->wq)
		destroy_workqueue(wm->wq);
	/* A private clone counts as in a namespace, so mntput() would never free it. */
	if (wm->lower_mnt)
		kern_unmount(wm->lower_mnt);
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
	spin_lock_init(&wm->preload_lock);
	INIT_LIST_HEAD(&wm->preloads);
	INIT_DELAYED_WORK(&wm->tell_work, weightfs_preload_tell);
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
	struct weightfs_context *context = fc->fs_private;
	const struct path *path = &context->path;
	struct weightfs_mount *wm;
	int err;

	err = weightfs_check_source(fc, path);
	if (err)
		return err;
	wm = weightfs_mount_alloc(sb);
	if (!wm)
		return -ENOMEM;
	sb->s_fs_info = wm;
	wm->options = context->options;
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
	weightfs_scrub_set_rate(wm, wm->options.scrub_mib_per_s);
	return 0;
}

static int weightfs_get_tree(struct fs_context *fc)
{
	struct weightfs_context *context = fc->fs_private;
	int err;

	if (!fc->source || !strcmp(fc->source, "none")) {
		errorf(fc, "weightfs: no source given, use -o source=DIRECTORY");
		return -EINVAL;
	}
	err = kern_path(fc->source, LOOKUP_FOLLOW | LOOKUP_DIRECTORY,
			&context->path);
	if (err) {
		errorf(fc, "weightfs: source %s: error %d", fc->source, err);
		return err;
	}
	fc->sb_flags |= SB_RDONLY;
	err = get_tree_nodev(fc, weightfs_fill_super);
	path_put(&context->path);
	return err;
}

/* The source stays what it is; the rest holds for what is loaded from now on. */
static int weightfs_reconfigure(struct fs_context *fc)
{
	struct weightfs_mount *wm = weightfs_mount(fc->root->d_sb);
	struct weightfs_context *context = fc->fs_private;
	struct weightfs_options *options = &context->options;

	fc->sb_flags |= SB_RDONLY;
	WRITE_ONCE(wm->options.bind_nid, options->bind_nid);
	WRITE_ONCE(wm->options.placement, options->placement);
	WRITE_ONCE(wm->options.budget_bytes, options->budget_bytes);
	WRITE_ONCE(wm->options.user_budget_bytes, options->user_budget_bytes);
	WRITE_ONCE(wm->options.verify, options->verify);
	WRITE_ONCE(wm->options.fail_corrupt, options->fail_corrupt);
	weightfs_scrub_set_rate(wm, options->scrub_mib_per_s);
	return 0;
}

static void weightfs_free_context(struct fs_context *fc)
{
	kfree(fc->fs_private);
}

static const struct fs_context_operations weightfs_context_ops = {
	.free		= weightfs_free_context,
	.parse_param	= weightfs_parse_param,
	.get_tree	= weightfs_get_tree,
	.reconfigure	= weightfs_reconfigure,
};

static int weightfs_init_fs_context(struct fs_context *fc)
{
	struct weightfs_context *context = kzalloc(sizeof(*context), GFP_KERNEL);

	if (!context)
		return -ENOMEM;
	if (fc->purpose == FS_CONTEXT_FOR_RECONFIGURE)
		context->options = weightfs_mount(fc->root->d_sb)->options;
	else
		context->options.scrub_mib_per_s = WEIGHTFS_SCRUB_DEFAULT;
	fc->fs_private = context;
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

	if (wm)
		weightfs_unpin_all(wm);
	kill_anon_super(sb);
	if (!wm)
		return;
	cancel_delayed_work_sync(&wm->mend_work);
	cancel_delayed_work_sync(&wm->tell_work);
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
