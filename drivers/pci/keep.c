// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that Vigil removed, kept in memory for a while.
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

/**
 * struct vigil_pci_kept - What one removal takes, with references.
 * @node: in the list of what is kept; keep_lock
 * @until: when it is let go, jiffies
 * @nr: valid ones of @pdevs
 * @max: those that there is room for
 * @pdevs: the functions
 */
struct vigil_pci_kept {
	struct list_head node;
	unsigned long until;
	unsigned int nr;
	unsigned int max;
	struct pci_dev *pdevs[];
};

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

static void put_kept(struct vigil_pci_kept *kept)
{
	while (kept->nr)
		pci_dev_put(kept->pdevs[--kept->nr]);
	kfree(kept);
}

static struct vigil_pci_kept *take_oldest(bool all)
{
	struct vigil_pci_kept *kept;

	mutex_lock(&keep_lock);
	kept = list_first_entry_or_null(&kept_list, struct vigil_pci_kept, node);
	if (kept && !all && time_before(jiffies, kept->until)) {
		queue_delayed_work(system_unbound_wq, &let_go_work,
				   kept->until - jiffies);
		kept = NULL;
	}
	if (kept)
		list_del(&kept->node);
	mutex_unlock(&keep_lock);
	return kept;
}

static void let_go(struct work_struct *work)
{
	struct vigil_pci_kept *kept;

	let_others_pass();
	while ((kept = take_oldest(false)))
		put_kept(kept);
}

static int count_one(struct pci_dev *pdev, void *data)
{
	(*(unsigned int *)data)++;
	return 0;
}

static int keep_one(struct pci_dev *pdev, void *data)
{
	struct vigil_pci_kept *kept = data;

	if (kept->nr < kept->max)
		kept->pdevs[kept->nr++] = pci_dev_get(pdev);
	return 0;
}

/**
 * vigil_pci_keep() - Get references on a function and all below it.
 * @pdev: the function
 *
 * Context: Process context, with pci_lock_rescan_remove() held.
 * Return: what vigil_pci_keep_awhile() takes, or NULL without memory.
 */
struct vigil_pci_kept *vigil_pci_keep(struct pci_dev *pdev)
{
	struct vigil_pci_kept *kept;
	unsigned int nr = 1;

	if (pdev->subordinate)
		pci_walk_bus(pdev->subordinate, count_one, &nr);
	kept = kzalloc(struct_size(kept, pdevs, nr), GFP_KERNEL);
	if (!kept)
		return NULL;
	kept->max = nr;
	keep_one(pdev, kept);
	if (pdev->subordinate)
		pci_walk_bus(pdev->subordinate, keep_one, kept);
	return kept;
}

/**
 * vigil_pci_keep_awhile() - Put references, later.
 * @kept: what vigil_pci_keep() returned
 *
 * Context: Process context, may sleep.
 */
void vigil_pci_keep_awhile(struct vigil_pci_kept *kept)
{
	if (!kept)
		return;
	kept->until = jiffies + KEEP;
	mutex_lock(&keep_lock);
	list_add_tail(&kept->node, &kept_list);
	mutex_unlock(&keep_lock);
	queue_delayed_work(system_unbound_wq, &let_go_work, KEEP);
}

/* The module goes; nothing is removed any more. */
void vigil_pci_keep_exit(void)
{
	struct vigil_pci_kept *kept;

	cancel_delayed_work_sync(&let_go_work);
	if (!list_empty(&kept_list))
		let_others_pass();
	while ((kept = take_oldest(true)))
		put_kept(kept);
}
