// SPDX-License-Identifier: GPL-2.0
/*
 * Disks on a function, and who uses them.
 *
 * A disk or partition is on a function when it is below it, or when it is a
 * namespace of an NVMe subsystem that a controller below it belongs to (with
 * multipath, that is any drive with two ports, the disk is below the subsystem,
 * not below the controller), or when it is a volume (dm, md) with one of those
 * in it. The last two relations are not exported to modules other than through
 * sysfs, so they are looked up there, by path, as user space would. Where sysfs
 * isn't to be seen, that is reason enough to refuse.
 *
 * A device that somebody holds exclusively, and is no volume's, is used by a
 * file system that does not say so (btrfs), or by a program.
 *
 * Not seen: mounts on top of loop devices, network block devices, iSCSI.
 */
#include <linux/blkdev.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/list.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <compat/block.h>

#include "pci.h"

/* Volumes on volumes: so many times. */
#define STACKED_MAX	8

#define PATH_SIZE	160

/* A device that is on the function, with a reference. */
struct member {
	struct list_head node;
	struct device *dev;
	bool in_volume;		/* another member is made of it */
};

struct disks {
	struct vigil_pci_survey *survey;
	struct device *first;		/* a block device below it, or NULL */
	struct list_head members;
	struct list_head controllers;	/* of NVMe, below it */
	struct list_head todo;		/* find_below(): devices not looked at */
	bool added;
	int err;
};

static bool exists(const char *name)
{
	struct path path;

	if (kern_path(name, LOOKUP_FOLLOW, &path))
		return false;
	path_put(&path);
	return true;
}

static bool is_block(struct device *dev)
{
	return dev->class && !strcmp(dev->class->name, "block");
}

static int keep(struct list_head *list, struct device *dev)
{
	struct member *member = kzalloc(sizeof(*member), GFP_KERNEL);

	if (!member)
		return -ENOMEM;
	member->dev = get_device(dev);
	list_add_tail(&member->node, list);
	return 0;
}

static void drop(struct member *member)
{
	list_del(&member->node);
	put_device(member->dev);
	kfree(member);
}

static void drop_all(struct list_head *list)
{
	struct member *member, *next;

	list_for_each_entry_safe(member, next, list, node)
		drop(member);
}

static struct member *find_member(struct disks *disks, struct device *dev)
{
	struct member *member;

	list_for_each_entry(member, &disks->members, node)
		if (member->dev == dev)
			return member;
	return NULL;
}

static int look_at_child(struct device *dev, void *data)
{
	struct disks *disks = data;

	disks->err = keep(&disks->todo, dev);
	if (disks->err)
		return disks->err;
	if (is_block(dev)) {
		if (!disks->first)
			disks->first = get_device(dev);
		if (!(dev_to_disk(dev)->flags & GENHD_FL_HIDDEN) &&
		    !find_member(disks, dev))
			disks->err = keep(&disks->members, dev);
	} else if (dev->class && !strcmp(dev->class->name, "nvme")) {
		disks->err = keep(&disks->controllers, dev);
	}
	return disks->err;
}

/* All functions, since a virtual one is beside its physical function. */
static int start_below(struct disks *disks)
{
	struct pci_dev *pdev = NULL;
	int err;

	for_each_pci_dev(pdev) {
		if (!vigil_pci_below(&pdev->dev, &disks->survey->pdev->dev))
			continue;
		err = keep(&disks->todo, &pdev->dev);
		if (err) {
			pci_dev_put(pdev);
			return err;
		}
	}
	return 0;
}

/*
 * From the top down, each with a reference: a device that somebody takes away
 * meanwhile has none on its parent any more. The class of block devices is not
 * exported: the first one found tells it.
 */
static void find_below(struct disks *disks)
{
	struct member *member;

	disks->err = start_below(disks);
	while (!disks->err && !list_empty(&disks->todo)) {
		member = list_first_entry(&disks->todo, struct member, node);
		device_for_each_child(member->dev, disks, look_at_child);
		drop(member);
	}
	drop_all(&disks->todo);
}

/* Is the disk that of a subsystem which has a controller below the function? */
static bool shares_subsystem(struct disks *disks, struct device *dev)
{
	struct member *member;
	char name[PATH_SIZE];

	list_for_each_entry(member, &disks->controllers, node) {
		snprintf(name, sizeof(name), "/sys/class/block/%s/device/%s",
			 dev_name(dev), dev_name(member->dev));
		if (exists(name))
			return true;
	}
	return false;
}

/* Is the disk a volume that is made of one that was found before? */
static bool is_volume(struct disks *disks, struct device *dev)
{
	struct member *member;
	char name[PATH_SIZE];
	bool found = false;

	list_for_each_entry(member, &disks->members, node) {
		snprintf(name, sizeof(name), "/sys/class/block/%s/holders/%s",
			 dev_name(member->dev), dev_name(dev));
		if (exists(name)) {
			member->in_volume = true;
			found = true;
		}
	}
	return found;
}

static int add_if_on(struct device *dev, void *data)
{
	struct disks *disks = data;

	if (find_member(disks, dev) ||
	    (dev_to_disk(dev)->flags & GENHD_FL_HIDDEN))
		return 0;
	/* Who has a reference on a member can't mistake another for it. */
	if (!shares_subsystem(disks, dev) && !find_member(disks, dev->parent) &&
	    !is_volume(disks, dev))
		return 0;
	disks->added = true;
	disks->err = keep(&disks->members, dev);
	return disks->err;
}

static void find_members(struct disks *disks)
{
	unsigned int i;

	for (i = 0; i < STACKED_MAX; i++) {
		disks->added = false;
		class_for_each_device(disks->first->class, NULL, disks,
				      add_if_on);
		if (!disks->added || disks->err)
			return;
	}
}

/* Who holds a partition holds its disk, too, which says nothing more. */
static bool is_held(struct disks *disks, struct member *member)
{
	struct member *other;

	if (!READ_ONCE(dev_to_bdev(member->dev)->bd_holders))
		return false;
	list_for_each_entry(other, &disks->members, node)
		if (other->dev->parent == member->dev &&
		    READ_ONCE(dev_to_bdev(other->dev)->bd_holders))
			return false;
	return true;
}

static void survey_use(struct disks *disks, struct member *member)
{
	struct vigil_pci_survey *survey = disks->survey;
	struct block_device *bdev = dev_to_bdev(member->dev);
	const char *name = dev_name(member->dev);

	if (IS_SWAPFILE(compat_bdev_inode(bdev)))
		vigil_pci_found(survey, VIGIL_GUARD_SWAP,
				"%s is swap space", name);
	else if (compat_bdev_mounted(bdev))
		vigil_pci_found(survey, VIGIL_GUARD_MOUNTED,
				"a mounted file system is on %s", name);
	else if (!member->in_volume && is_held(disks, member))
		vigil_pci_found(survey, VIGIL_GUARD_MOUNTED,
				"%s is held by a file system or a program",
				name);
	else if (atomic_read(&bdev->bd_openers))
		vigil_pci_found(survey, VIGIL_GUARD_NONE, "%s is open%s", name,
				member->in_volume ? ", it is in a volume" : "");
	else
		vigil_pci_found(survey, VIGIL_GUARD_NONE, "%s is idle", name);
}

/* Those without which the machine does not run or does not boot. */
static const char *const root_paths[] = { "/", "/boot", "/boot/efi", "/usr" };

static bool is_backed_by(const struct super_block *sb, struct device *dev)
{
	/* btrfs has no s_bdev, but the name of a device of it. */
	return sb->s_bdev ? sb->s_bdev->bd_dev == dev->devt :
			    !strcmp(sb->s_id, dev_name(dev));
}

static void survey_root(struct disks *disks)
{
	struct member *member;
	struct path path;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(root_paths); i++) {
		if (kern_path(root_paths[i], LOOKUP_FOLLOW, &path))
			continue;
		list_for_each_entry(member, &disks->members, node)
			if (is_backed_by(path.dentry->d_sb, member->dev))
				vigil_pci_found(disks->survey,
						VIGIL_GUARD_ROOT_DEVICE,
						"%s is on %s", root_paths[i],
						dev_name(member->dev));
		path_put(&path);
	}
}

struct block_survey {
	struct work_struct work;
	struct vigil_pci_survey *survey;
};

static void survey_disks(struct work_struct *work)
{
	struct vigil_pci_survey *survey =
		container_of(work, struct block_survey, work)->survey;
	struct disks disks = {
		.survey = survey,
		.members = LIST_HEAD_INIT(disks.members),
		.controllers = LIST_HEAD_INIT(disks.controllers),
		.todo = LIST_HEAD_INIT(disks.todo),
	};
	struct member *member;

	find_below(&disks);
	if (disks.first && !exists("/sys/class/block"))
		vigil_pci_found(survey, VIGIL_GUARD_MOUNTED,
				"nobody can see what is on its disks: /sys is not mounted");
	if (disks.first)
		find_members(&disks);
	if (disks.err < 0)
		vigil_pci_found(survey, VIGIL_GUARD_MOUNTED,
				"its disks can't be listed: error %d",
				disks.err);
	survey_root(&disks);
	list_for_each_entry(member, &disks.members, node)
		survey_use(&disks, member);
	drop_all(&disks.members);
	drop_all(&disks.controllers);
	put_device(disks.first);
}

/**
 * vigil_pci_survey_block() - Tell which disks would be lost, and who uses them.
 * @survey: the function, and where to tell
 *
 * Looks from a kernel thread, whose root is the machine's: whoever asks may have
 * another one.
 *
 * Context: Process context, may sleep, no lock held.
 */
void vigil_pci_survey_block(struct vigil_pci_survey *survey)
{
	struct block_survey block = { .survey = survey };

	INIT_WORK_ONSTACK(&block.work, survey_disks);
	queue_work(system_unbound_wq, &block.work);
	flush_work(&block.work);
	destroy_work_on_stack(&block.work);
}
