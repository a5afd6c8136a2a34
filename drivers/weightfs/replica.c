// SPDX-License-Identifier: GPL-2.0
/*
 * placement=replicate: each node has its own copy of a file behind the same path.
 *
 * A copy is an inode of its own with its own page cache, which no path leads to.
 * The inode that paths lead to, the home, is the copy of the first node and
 * holds the others. A file that is opened gets the mapping of the node where the
 * opener runs, as the block devices do it with theirs; all that is done through
 * the file, and through maps of it, is done to that copy.
 *
 * An inode without pages may be reclaimed, and the copies would go with their
 * home. So a home that has copies holds itself until it is out of date or the
 * filesystem goes.
 */
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/slab.h>
#include <linux/topology.h>

#include "weightfs.h"

static struct inode *make_replica(struct weightfs_inode *home, int nid)
{
	struct inode *inode = new_inode(home->vfs_inode.i_sb);
	struct weightfs_inode *wi;

	if (!inode)
		return NULL;
	weightfs_inode_copy(inode, &home->vfs_inode);
	wi = weightfs_inode(inode);
	wi->home = home;
	wi->nid = nid;
	if (weightfs_chunks_init(wi)) {
		iput(inode);
		return NULL;
	}
	return inode;
}

static struct inode *replica_locked(struct weightfs_inode *home, int nid)
{
	struct inode *inode;

	lockdep_assert_held(&home->replica_lock);

	if (!home->replicas) {
		struct inode **replicas = kcalloc(nr_node_ids, sizeof(*replicas),
						  GFP_KERNEL);

		/* Pairs with weightfs_each_copy(). */
		smp_store_release(&home->replicas, replicas);
		if (!replicas)
			return NULL;
	}
	inode = home->replicas[nid];
	if (!inode) {
		inode = make_replica(home, nid);
		/* Pairs with weightfs_each_copy(). */
		smp_store_release(&home->replicas[nid], inode);
		if (inode)
			weightfs_hold(home);
	}
	return inode;
}

/**
 * weightfs_replica() - The copy of a file for the node that the caller runs on.
 * @home: the file, with chunks
 *
 * Context: Process context, sleeps. Takes and releases the home's replica_lock.
 * Return: the copy, which lives as long as the home, or the home when there is
 * one copy for all nodes or no memory for another.
 */
struct weightfs_inode *weightfs_replica(struct weightfs_inode *home)
{
	struct weightfs_mount *wm = weightfs_mount(home->vfs_inode.i_sb);
	int nid = numa_mem_id();
	struct inode *inode;

	if (!home->chunks ||
	    !weightfs_needs_copy(READ_ONCE(wm->options.placement), nid,
				 &node_states[N_MEMORY]))
		return home;
	guard(mutex)(&home->replica_lock);
	inode = replica_locked(home, nid);
	return inode ? weightfs_inode(inode) : home;
}

/**
 * weightfs_each_copy() - Do something with all copies of a file.
 * @wi: any of them, held by the caller
 * @function: what to do
 * @arg: handed to @function
 *
 * Context: What @function needs.
 */
void weightfs_each_copy(struct weightfs_inode *wi,
			void (*function)(struct weightfs_inode *wi, void *arg),
			void *arg)
{
	struct weightfs_inode *home = wi->home ?: wi;
	struct inode **replicas, *inode;
	int nid;

	function(home, arg);
	/* Pairs with replica_locked(). */
	replicas = smp_load_acquire(&home->replicas);
	for (nid = 0; replicas && nid < nr_node_ids; nid++) {
		/* Pairs with replica_locked(). */
		inode = smp_load_acquire(&replicas[nid]);
		if (inode)
			function(weightfs_inode(inode), arg);
	}
}

/**
 * weightfs_replicas_free() - Let the copies go with their home.
 * @home: a file that nobody can reach any more
 *
 * Context: Process context, sleeps.
 */
void weightfs_replicas_free(struct weightfs_inode *home)
{
	int nid;

	for (nid = 0; home->replicas && nid < nr_node_ids; nid++)
		iput(home->replicas[nid]);
	kfree(home->replicas);
	home->replicas = NULL;
}
