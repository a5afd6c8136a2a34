// SPDX-License-Identifier: GPL-2.0
/*
 * Inodes and dentries: what stands for a file of the source.
 *
 * An inode is one generation of a file: the source's inode together with its
 * size, mtime and ctime when it was looked up. A path is looked up again each
 * time it is walked; when the source is not what it was, the walk finds a new
 * inode, while those who have the old one mapped keep its bytes.
 *
 * A generation nobody can reach any more goes away with its last user. One
 * that can still be reached stays: an inode with pages is never reclaimed.
 */
#include <linux/file.h>
#include <linux/fs_stack.h>
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/slab.h>

#include <compat/idmap.h>

#include "generation.h"
#include "weightfs.h"

static struct kmem_cache *weightfs_inode_cache;

static void weightfs_inode_init_once(void *object)
{
	struct weightfs_inode *wi = object;

	inode_init_once(&wi->vfs_inode);
}

int weightfs_inode_init_cache(void)
{
	weightfs_inode_cache =
		kmem_cache_create("weightfs_inode", sizeof(struct weightfs_inode), 0,
				  SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT,
				  weightfs_inode_init_once);
	return weightfs_inode_cache ? 0 : -ENOMEM;
}

void weightfs_inode_exit_cache(void)
{
	rcu_barrier();	/* inodes are freed after a grace period */
	kmem_cache_destroy(weightfs_inode_cache);
}

struct inode *weightfs_alloc_inode(struct super_block *sb)
{
	struct weightfs_inode *wi;

	wi = alloc_inode_sb(sb, weightfs_inode_cache, GFP_KERNEL);
	if (!wi)
		return NULL;
	wi->lower = NULL;
	wi->size = 0;
	wi->source = NULL;
	wi->chunks = NULL;
	wi->crc = NULL;
	spin_lock_init(&wi->lock);
	mutex_init(&wi->source_lock);
	mutex_init(&wi->verify_lock);
	wi->verified = 0;
	mutex_init(&wi->replica_lock);
	wi->replicas = NULL;
	wi->home = NULL;
	wi->nid = NUMA_NO_NODE;
	wi->held = false;
	INIT_LIST_HEAD(&wi->in_files);
	INIT_LIST_HEAD(&wi->in_preloads);
	atomic_long_set(&wi->heals, 0);
	atomic_set(&wi->building, 0);
	atomic_long_set(&wi->pages, 0);
	atomic_set(&wi->pins, 0);
	wi->used_at = 0;
	wi->reserved_bytes = 0;
	wi->scrubbed_at = 0;
	return &wi->vfs_inode;
}

void weightfs_free_inode(struct inode *inode)
{
	kmem_cache_free(weightfs_inode_cache, weightfs_inode(inode));
}

void weightfs_evict_inode(struct inode *inode)
{
	struct weightfs_inode *wi = weightfs_inode(inode);

	weightfs_replicas_free(wi);
	weightfs_chunks_stop(wi);
	truncate_inode_pages_final(&inode->i_data);
	weightfs_chunks_free(wi);
	clear_inode(inode);
	if (wi->source)
		fput(wi->source);
	dput(wi->lower);
}

static int weightfs_inode_test(struct inode *inode, void *data)
{
	struct dentry *lower = data;

	return weightfs_generation_current(weightfs_inode(inode), d_inode(lower));
}

static int weightfs_inode_set(struct inode *inode, void *data)
{
	struct weightfs_inode *wi = weightfs_inode(inode);
	struct dentry *lower = data;

	wi->lower = dget(lower);
	weightfs_generation_set(wi, d_inode(lower));
	return 0;
}

static int weightfs_no_open(struct inode *inode, struct file *file)
{
	return -ENXIO;
}

/* A fifo or a socket here would not be the one of the source. */
static const struct file_operations weightfs_special_fops = {
	.owner	= THIS_MODULE,
	.open	= weightfs_no_open,
};

static const struct inode_operations weightfs_special_iops = {
	.permission	= weightfs_permission,
	.getattr	= weightfs_getattr,
};

static const char *weightfs_get_link(struct dentry *dentry, struct inode *inode,
				     struct delayed_call *done)
{
	if (!dentry)
		return ERR_PTR(-ECHILD);
	return vfs_get_link(weightfs_inode(inode)->lower, done);
}

static const struct inode_operations weightfs_symlink_iops = {
	.get_link	= weightfs_get_link,
	.permission	= weightfs_permission,
	.getattr	= weightfs_getattr,
};

static void weightfs_init_regular(struct inode *inode)
{
	struct address_space *mapping = inode->i_mapping;

	inode->i_op = &weightfs_file_iops;
	inode->i_fop = &weightfs_file_fops;
	mapping->a_ops = &weightfs_aops;
	mapping_set_gfp_mask(mapping, GFP_HIGHUSER);
	mapping_set_large_folios(mapping);
	mapping_set_unevictable(mapping);
}

static void weightfs_init_inode(struct inode *inode, struct inode *lower)
{
	fsstack_copy_attr_all(inode, lower);
	fsstack_copy_inode_size(inode, lower);
	inode->i_ino = lower->i_ino;
	/* Weights have no business being set-user-ID; getattr tells the truth. */
	inode->i_mode &= ~(S_ISUID | S_ISGID);
	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		i_size_write(inode, weightfs_inode(inode)->size);
		weightfs_init_regular(inode);
		break;
	case S_IFDIR:
		inode->i_op = &weightfs_dir_iops;
		inode->i_fop = &weightfs_dir_fops;
		break;
	case S_IFLNK:
		inode->i_op = &weightfs_symlink_iops;
		break;
	default:
		inode->i_op = &weightfs_special_iops;
		inode->i_fop = &weightfs_special_fops;
	}
}

/**
 * weightfs_inode_copy() - Make a new inode stand for the same generation.
 * @inode: a new inode of the same filesystem
 * @home: a regular file
 *
 * Context: Process context.
 */
void weightfs_inode_copy(struct inode *inode, struct inode *home)
{
	struct weightfs_inode *from = weightfs_inode(home);
	struct weightfs_inode *to = weightfs_inode(inode);

	to->lower = dget(from->lower);
	to->lower_inode = from->lower_inode;
	to->size = from->size;
	to->mtime = from->mtime;
	to->ctime = from->ctime;
	weightfs_init_inode(inode, home);
}

/**
 * weightfs_iget() - Get the inode for something in the source.
 * @sb: our superblock
 * @lower: positive dentry in the source
 *
 * Context: Process context, may sleep.
 * Return: an inode with a reference for the caller, or ERR_PTR(-ENOMEM).
 */
struct inode *weightfs_iget(struct super_block *sb, struct dentry *lower)
{
	struct inode *inode;

	inode = iget5_locked(sb, (unsigned long)d_inode(lower),
			     weightfs_inode_test, weightfs_inode_set, lower);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	if (inode->i_state & I_NEW) {
		weightfs_init_inode(inode, d_inode(lower));
		unlock_new_inode(inode);
	}
	return inode;
}

/*
 * Looks the name up again. That notices what was removed, renamed or replaced,
 * and lets a network filesystem ask its server.
 */
static int weightfs_d_revalidate(struct dentry *dentry, unsigned int flags)
{
	struct weightfs_mount *wm = weightfs_mount(dentry->d_sb);
	struct dentry *held = weightfs_lower(dentry);
	struct dentry *parent, *now;
	struct name_snapshot name;
	int valid = 0;

	if (flags & LOOKUP_RCU)
		return -ECHILD;
	if (!held || d_really_is_negative(dentry))
		return 0;
	parent = dget_parent(dentry);
	take_dentry_name_snapshot(&name, dentry);
	now = lookup_one_positive_unlocked(mnt_idmap(wm->lower_mnt),
					   name.name.name,
					   weightfs_lower(parent),
					   name.name.len);
	if (!IS_ERR(now)) {
		valid = now == held &&
			weightfs_generation_current(weightfs_inode(d_inode(dentry)),
						    d_inode(now));
		dput(now);
	} else if (PTR_ERR(now) != -ENOENT) {
		valid = PTR_ERR(now);
	}
	release_dentry_name_snapshot(&name);
	dput(parent);
	if (!valid && S_ISREG(d_inode(dentry)->i_mode)) {
		remove_inode_hash(d_inode(dentry));
		weightfs_let_go(weightfs_inode(d_inode(dentry)));
	}
	return valid;
}

static void weightfs_d_release(struct dentry *dentry)
{
	dput(weightfs_lower(dentry));
}

const struct dentry_operations weightfs_dentry_ops = {
	.d_revalidate	= weightfs_d_revalidate,
	.d_release	= weightfs_d_release,
};
