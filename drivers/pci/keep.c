// SPDX-License-Identifier: GPL-2.0
/*
 * A function and all below it, with references; and those that Vigil removed, which
 * are kept in memory for a while.
 *
 * Who writes to "remove" in sysfs waits for pci_lock_rescan_remove() without a
 * reference. The kernel sees that somebody else has removed the function meanwhile,
 * or a port above it, by looking at it: it has to be there still.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "pci.h"

#define KEEP	(10 * HZ)

/* How often, and how far apart, those who wait are let pass. */
#define PASSES	3
#define PASS_MS	20

static DEFINE_MUTEX(keep_lock);		/* protects the list; innermost */
static LIST_HEAD(kept_list);		/* the oldest first */

static void let_go(struct work_struct *work);
static DECLARE_DELAYED_WORK(let_go_work, let_go);

/*
 * Who has been waiting for the kernel's lock gets it before us. If it is free we
 * may be quicker than somebody who is being woken up; next time he is first.
 */
static void let_others_pass(void)
{
	unsigned int i;

	for (i = 0; i < PASSES; i++) {
		pci_lock_rescan_remove();
		pci_unlock_rescan_remove();
		msleep(PASS_MS);
	}
}

/**
 * vigil_pci_subtree_put() - Put all references of a subtree.
 * @tree: the subtree, or NULL
 *
 * Context: Process context, may sleep.
 */
void vigil_pci_subtree_put(struct vigil_pci_subtree *tree)
{
	if (!tree)
		return;
	while (tree->nr)
		pci_dev_put(tree->pdevs[--tree->nr]);
	kfree(tree);
}

static struct vigil_pci_subtree *take_oldest(bool all)
{
	struct vigil_pci_subtree *tree;

	mutex_lock(&keep_lock);
	tree = list_first_entry_or_null(&kept_list, struct vigil_pci_subtree, node);
	if (tree && !all && time_before(jiffies, tree->until)) {
		queue_delayed_work(system_unbound_wq, &let_go_work,
				   tree->until - jiffies);
		tree = NULL;
	}
	if (tree)
		list_del(&tree->node);
	mutex_unlock(&keep_lock);
	return tree;
}

static void let_go(struct work_struct *work)
{
	struct vigil_pci_subtree *tree;

	let_others_pass();
	while ((tree = take_oldest(false)))
		vigil_pci_subtree_put(tree);
}

static int count_one(struct pci_dev *pdev, void *data)
{
	(*(unsigned int *)data)++;
	return 0;
}

static int get_one(struct pci_dev *pdev, void *data)
{
	struct vigil_pci_subtree *tree = data;

	if (tree->nr < tree->max)
		tree->pdevs[tree->nr++] = pci_dev_get(pdev);
	return 0;
}

/**
 * vigil_pci_subtree_get() - Get references on a function and all below it.
 * @pdev: the function
 *
 * Context: Process context, with pci_lock_rescan_remove() held.
 * Return: the subtree, or NULL without memory.
 */
struct vigil_pci_subtree *vigil_pci_subtree_get(struct pci_dev *pdev)
{
	struct vigil_pci_subtree *tree;
	unsigned int nr = 1;

	if (pdev->subordinate)
		pci_walk_bus(pdev->subordinate, count_one, &nr);
	tree = kzalloc(struct_size(tree, pdevs, nr), GFP_KERNEL);
	if (!tree)
		return NULL;
	tree->max = nr;
	get_one(pdev, tree);
	if (pdev->subordinate)
		pci_walk_bus(pdev->subordinate, get_one, tree);
	return tree;
}

/**
 * vigil_pci_keep_awhile() - Put all references of a subtree, later.
 * @tree: the subtree, or NULL
 *
 * Context: Process context, may sleep.
 */
void vigil_pci_keep_awhile(struct vigil_pci_subtree *tree)
{
	if (!tree)
		return;
	tree->until = jiffies + KEEP;
	mutex_lock(&keep_lock);
	list_add_tail(&tree->node, &kept_list);
	mutex_unlock(&keep_lock);
	queue_delayed_work(system_unbound_wq, &let_go_work, KEEP);
}

/* The module goes; nothing is removed any more. */
void vigil_pci_keep_exit(void)
{
	struct vigil_pci_subtree *tree;

	cancel_delayed_work_sync(&let_go_work);
	if (!list_empty(&kept_list))
		let_others_pass();
	while ((tree = take_oldest(true)))
		vigil_pci_subtree_put(tree);
}
