// SPDX-License-Identifier: GPL-2.0
/*
 * The reset of a bus: of all functions below a port at once.
 *
 * pci_reset_bus() walks the functions of the bus time and again and holds nothing
 * that would keep them there, so it can't be had while somebody else may remove one.
 * Here the functions are collected, and their locks tried, while
 * pci_lock_rescan_remove() is held: so nobody is in the middle of a removal, and
 * whoever begins one afterwards waits for the lock of its function before he takes it
 * off the bus. During the reset that lock of the kernel is not held: pciehp takes it
 * inside its own, which the reset of a slot takes.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pci_hotplug.h>
#include <linux/pm_runtime.h>

#include "pci.h"

/* Locks are tried: somebody may hold one of the functions. */
#define BUS_TRIES	10
#define BUS_RETRY_MS	100

/* So is a driver's: one that hangs must not take netlink with it. */
#define DRIVER_TRIES	10
#define DRIVER_RETRY_MS	20

/* Behind a port that was reset itself: PCIe 5.0, 6.6.1; the kernel waits as long. */
#define LINK_MS		100
#define READY		(60 * HZ)
#define READY_POLL_MS	20

static bool lock_driver(struct pci_dev *pdev)
{
	int tries;

	for (tries = 0; tries < DRIVER_TRIES; tries++) {
		if (device_trylock(&pdev->dev))
			return true;
		msleep(DRIVER_RETRY_MS);
	}
	return false;
}

static const struct pci_error_handlers *handlers_of(struct pci_dev *pdev)
{
	struct pci_driver *driver = pci_dev_driver(pdev);

	return driver ? driver->err_handler : NULL;
}

/* A driver that is called before and after a reset, or none. */
static bool survives_reset_locked(struct pci_dev *pdev)
{
	const struct pci_error_handlers *handlers = handlers_of(pdev);

	return !pci_dev_driver(pdev) ||
	       (handlers && handlers->reset_prepare && handlers->reset_done);
}

/**
 * vigil_pci_survives_reset() - Can a function be reset under its driver?
 * @pdev: the function
 *
 * Context: Process context, sleeps for 200 ms at most.
 * Return: whether it has no driver, or one that is told of a reset and is not busy.
 */
bool vigil_pci_survives_reset(struct pci_dev *pdev)
{
	bool survives;

	if (!lock_driver(pdev))
		return false;
	survives = survives_reset_locked(pdev);
	device_unlock(&pdev->dev);
	return survives;
}

/* The port whose bus is reset: itself, or the one above. */
static struct pci_dev *port_of(struct pci_dev *pdev)
{
	if (pci_is_bridge(pdev))
		return pdev;
	return pci_is_root_bus(pdev->bus) ? NULL : pci_upstream_bridge(pdev);
}

/* Is there any function on the bus below @port? */
static bool is_populated(struct pci_dev *port)
{
	struct pci_dev *other = NULL;

	for_each_pci_dev(other)
		if (other->bus == port->subordinate) {
			pci_dev_put(other);
			return true;
		}
	return false;
}

/* A function below @port, other than @pdev, that a reset would break. */
static bool others_suffer(struct pci_dev *port, struct pci_dev *pdev)
{
	struct pci_dev *other = NULL;

	for_each_pci_dev(other)
		if (other != pdev && !pci_is_bridge(other) &&
		    vigil_pci_below(&other->dev, &port->dev) &&
		    !vigil_pci_survives_reset(other)) {
			pci_dev_put(other);
			return true;
		}
	return false;
}

/**
 * vigil_pci_bus_obstacle() - Why a bus can't be reset.
 * @pdev: a port, or a function on the bus, or NULL
 *
 * Context: Process context, may sleep.
 * Return: the reason in words, or NULL when it can be tried.
 */
const char *vigil_pci_bus_obstacle(struct pci_dev *pdev)
{
	struct pci_dev *port;

	if (!pdev)
		return "it is gone";
	port = port_of(pdev);
	if (!port)
		return "its bus is the root bus";
	if (!is_populated(port))
		return "nothing is on the bus";
	if (others_suffer(port, pdev))
		return "other functions on the bus are in use";
	return NULL;
}

static bool trylock_function(struct pci_dev *pdev)
{
	if (!device_trylock(&pdev->dev))
		return false;
	if (pci_cfg_access_trylock(pdev))
		return true;
	device_unlock(&pdev->dev);
	return false;
}

static void unlock_functions(struct vigil_pci_subtree *tree, unsigned int nr)
{
	while (nr--) {
		pci_cfg_access_unlock(tree->pdevs[nr]);
		device_unlock(&tree->pdevs[nr]->dev);
	}
}

static int trylock_functions(struct vigil_pci_subtree *tree)
{
	unsigned int i;

	for (i = 0; i < tree->nr; i++)
		if (!trylock_function(tree->pdevs[i])) {
			unlock_functions(tree, i);
			return -EAGAIN;
		}
	return 0;
}

/* The first of @tree is the port, which is not reset. */
static int check_functions(struct vigil_pci_subtree *tree)
{
	unsigned int i;

	if (tree->nr < 2)
		return -ENODEV;
	for (i = 0; i < tree->nr; i++) {
		if (tree->pdevs[i]->dev_flags & PCI_DEV_FLAGS_NO_BUS_RESET)
			return -ENOTTY;
		if (i && !pci_is_bridge(tree->pdevs[i]) &&
		    !survives_reset_locked(tree->pdevs[i]))
			return -EBUSY;
	}
	return 0;
}

static int lock_functions(struct vigil_pci_subtree *tree)
{
	int err = trylock_functions(tree);

	if (err)
		return err;
	err = check_functions(tree);
	if (err)
		unlock_functions(tree, tree->nr);
	return err;
}

/* All below @port, locked, or an error. */
static struct vigil_pci_subtree *try_hold(struct pci_dev *port)
{
	struct vigil_pci_subtree *tree = NULL;
	int err = -ENODEV;

	pci_lock_rescan_remove();
	if (device_is_registered(&port->dev)) {
		tree = vigil_pci_subtree_get(port);
		err = tree ? lock_functions(tree) : -ENOMEM;
	}
	pci_unlock_rescan_remove();
	if (!err)
		return tree;
	vigil_pci_subtree_put(tree);
	return ERR_PTR(err);
}

static struct vigil_pci_subtree *hold(struct pci_dev *port)
{
	struct vigil_pci_subtree *tree;
	int tries = BUS_TRIES;

	for (;;) {
		tree = try_hold(port);
		if (tree != ERR_PTR(-EAGAIN) || !--tries)
			return tree;
		msleep(BUS_RETRY_MS);
	}
}

static void let_go(struct vigil_pci_subtree *tree)
{
	unlock_functions(tree, tree->nr);
	vigil_pci_subtree_put(tree);
}

/* As the kernel does it: awake, remembered, and deaf to interrupts. */
static void prepare(struct pci_dev *pdev)
{
	const struct pci_error_handlers *handlers = handlers_of(pdev);

	if (handlers && handlers->reset_prepare)
		handlers->reset_prepare(pdev);
	pci_set_power_state(pdev, PCI_D0);
	pci_save_state(pdev);
	pci_write_config_word(pdev, PCI_COMMAND, PCI_COMMAND_INTX_DISABLE);
}

static void restore(struct pci_dev *pdev)
{
	const struct pci_error_handlers *handlers = handlers_of(pdev);

	pci_restore_state(pdev);
	if (handlers && handlers->reset_done)
		handlers->reset_done(pdev);
}

static void await(struct pci_dev *pdev, unsigned long deadline)
{
	while (!pci_device_is_present(pdev) && time_before(jiffies, deadline))
		msleep(READY_POLL_MS);
}

/*
 * Each after the port above it, which has to work before it can be reached. What is
 * right on the bus has been waited for.
 */
static void restore_functions(struct vigil_pci_subtree *tree)
{
	struct pci_bus *bus = tree->pdevs[0]->subordinate;
	unsigned long deadline = jiffies + READY;
	unsigned int i;

	for (i = 1; i < tree->nr; i++) {
		if (tree->pdevs[i]->bus != bus)
			await(tree->pdevs[i], deadline);
		restore(tree->pdevs[i]);
		if (tree->pdevs[i]->subordinate)
			msleep(LINK_MS);
	}
}

/* A slot has to know that its link goes down on purpose. */
static int reset_slot(struct hotplug_slot *hotplug)
{
	int err;

	if (!try_module_get(hotplug->owner))
		return -ENOTTY;
	err = hotplug->ops->reset_slot(hotplug, PCI_RESET_DO_RESET);
	module_put(hotplug->owner);
	return err;
}

static int reset_below(struct vigil_pci_subtree *tree)
{
	struct pci_slot *slot = tree->pdevs[1]->slot;
	struct hotplug_slot *hotplug = slot ? slot->hotplug : NULL;

	if (hotplug && hotplug->ops->reset_slot)
		return reset_slot(hotplug);
	return pci_bridge_secondary_bus_reset(tree->pdevs[0]);
}

static int reset_held(struct vigil_pci_subtree *tree)
{
	unsigned int i;
	int err;

	for (i = 1; i < tree->nr; i++)
		prepare(tree->pdevs[i]);
	err = reset_below(tree);
	restore_functions(tree);
	return err;
}

static int reset_bus_of(struct pci_dev *pdev)
{
	struct pci_dev *port = port_of(pdev);
	struct vigil_pci_subtree *tree;
	int err;

	if (!port)
		return -ENOTTY;
	pm_runtime_get_sync(&port->dev);
	tree = hold(port);
	err = PTR_ERR_OR_ZERO(tree);
	if (!err) {
		err = reset_held(tree);
		let_go(tree);
	}
	pm_runtime_put(&port->dev);
	return err;
}

/**
 * vigil_pci_reset_bus() - Reset the bus of a function, or that below a port.
 * @function: the function or port
 *
 * Context: Process context, may sleep for a minute, no lock held.
 * Return: 0, -ENODEV when the function is gone, or nothing on the bus, -EAGAIN when
 * somebody holds a function of the bus, -EBUSY when a driver there is not told of
 * resets or another's turn does not end, -ENOTTY when the bus can't be reset or does
 * not come back.
 */
int vigil_pci_reset_bus(struct vigil_pci_function *function)
{
	struct pci_dev *pdev;
	int err = vigil_pci_take_turn();

	if (err)
		return err;
	pdev = vigil_pci_get(function);
	err = pdev ? reset_bus_of(pdev) : -ENODEV;
	vigil_pci_end_turn();
	pci_dev_put(pdev);
	return err;
}
