// SPDX-License-Identifier: GPL-2.0
/*
 * Which functions there are.
 *
 * The bus tells when functions and drivers come and go, in contexts that hold
 * the kernel's locks. So its notifier only queues one work, which compares the
 * list of functions with what the kernel has and makes the difference good:
 *
 *	new in the kernel		a component, after one for each port above
 *	gone, Vigil removed it		the component stays, to be released
 *	gone, orderly			the component goes
 *	gone, the link was lost		the component stays, failed, until it is back
 *	found in its place again	the component gets the new pci_dev
 *	driver gone or come		isolation "external", or none
 *
 * Functions that a verb is at work on, or that are below one, are left alone;
 * the verb queues the work when it ends. Virtual functions have no component of
 * their own, they stand and fall with their physical function.
 *
 * Locks: the list belongs to the work, and to those who have stopped it.
 * function->lock as pci.h says. Finding a function by its place is by RCU.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "pci.h"

static LIST_HEAD(functions);		/* vigil_pci_wq, or its end */
static DEFINE_XARRAY(by_place);		/* the same, for those who look by RCU */

static void reconcile(struct work_struct *work);
static DECLARE_WORK(reconcile_work, reconcile);

/**
 * vigil_pci_reconcile() - Have the list of functions made true, soon.
 *
 * Context: Any.
 */
void vigil_pci_reconcile(void)
{
	queue_work(vigil_pci_wq, &reconcile_work);
}

/**
 * vigil_pci_find_rcu() - The function at a place.
 * @key: vigil_pci_key() of it
 *
 * Context: Under rcu_read_lock(); the function and its component are valid as
 *	long as that is held.
 * Return: the function, or NULL.
 */
struct vigil_pci_function *vigil_pci_find_rcu(unsigned long key)
{
	return xa_load(&by_place, key);
}

/**
 * vigil_pci_arm() - Have one of a function's works run.
 * @function: the function
 * @work: the work
 * @delay: jiffies to wait; replaces what was set before
 *
 * Context: Process context, no lock of the function held.
 */
void vigil_pci_arm(struct vigil_pci_function *function,
		   struct delayed_work *work, unsigned long delay)
{
	mutex_lock(&function->lock);
	if (!function->stopped)
		mod_delayed_work(vigil_pci_wq, work, delay);
	mutex_unlock(&function->lock);
}

/**
 * vigil_pci_get() - The pci_dev of a function now.
 * @function: the function
 *
 * Context: Process context; takes and releases function->lock.
 * Return: it, to be put with pci_dev_put(), or NULL.
 */
struct pci_dev *vigil_pci_get(struct vigil_pci_function *function)
{
	struct pci_dev *pdev;

	mutex_lock(&function->lock);
	pdev = pci_dev_get(function->pdev);
	mutex_unlock(&function->lock);
	return pdev;
}

/**
 * vigil_pci_lookup() - What the kernel has at a function's place now.
 * @function: the function
 *
 * Context: Process context.
 * Return: a pci_dev, to be put with pci_dev_put(), or NULL.
 */
struct pci_dev *vigil_pci_lookup(struct vigil_pci_function *function)
{
	return pci_get_domain_bus_and_slot(function->domain, function->bus,
					   function->devfn);
}

static u32 ids_of(const struct pci_dev *pdev)
{
	return (u32)pdev->vendor << 16 | pdev->device;
}

/**
 * vigil_pci_adopt_locked() - Take what is at a function's place for it.
 * @function: the function
 * @pdev: what is there, or NULL
 *
 * Context: function->lock held. Takes a reference of its own.
 */
void vigil_pci_adopt_locked(struct vigil_pci_function *function,
			    struct pci_dev *pdev)
{
	struct pci_dev *old = function->pdev;

	lockdep_assert_held(&function->lock);

	/* In this order: they may be the same. */
	function->pdev = pci_dev_get(pdev);
	pci_dev_put(old);
	function->bound = pdev && vigil_pci_bound(pdev);
	if (function->bound)
		function->wants_driver = true;
	if (pdev) {
		function->unplugged = false;
		function->removed = false;
		function->absent_polls = 0;
	}
}

static void free_function(struct vigil_pci_function *function)
{
	pci_dev_put(function->pdev);
	mutex_destroy(&function->lock);
	kfree(function);
}

/* When it returns, nothing looks at the function. */
static void forget(struct vigil_pci_function *function)
{
	xa_erase(&by_place, function->key);
	/* aer.c has found it before, or does not. */
	synchronize_rcu();

	mutex_lock(&function->lock);
	function->stopped = true;
	mutex_unlock(&function->lock);
	/* A recovery waits for an operation, so the component must be there. */
	cancel_delayed_work_sync(&function->recovery);
	cancel_delayed_work_sync(&function->errors);
	cancel_delayed_work_sync(&function->poll);

	vigil_component_unregister(function->component);
	list_del(&function->node);
	if (function->parent)
		function->parent->nr_children--;
	free_function(function);
}

static void describe(struct vigil_pci_function *function, struct pci_dev *pdev)
{
	function->domain = pci_domain_nr(pdev->bus);
	function->bus = pdev->bus->number;
	function->devfn = pdev->devfn;
	function->key = vigil_pci_key(function->domain, function->bus,
				      function->devfn);
	function->ids = ids_of(pdev);
	function->is_port = pci_is_bridge(pdev);
	function->has_aer = vigil_pci_aer_armed() &&
			    pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_ERR);
	strscpy(function->instance, pci_name(pdev),
		sizeof(function->instance));
	/* Of a function without a driver the string is the name of the bus. */
	scnprintf(function->label, sizeof(function->label), "%04x:%04x %s",
		  pdev->vendor, pdev->device, dev_driver_string(&pdev->dev));
}

static struct vigil_pci_function *create(struct pci_dev *pdev,
					 struct vigil_pci_function *parent)
{
	struct vigil_pci_function *function;

	function = kzalloc(sizeof(*function), GFP_KERNEL);
	if (!function)
		return NULL;

	mutex_init(&function->lock);
	function->parent = parent;
	describe(function, pdev);
	vigil_pci_health_init(function);
	vigil_pci_link_init(function);
	vigil_pci_auto_init(function);
	mutex_lock(&function->lock);
	vigil_pci_adopt_locked(function, pdev);
	mutex_unlock(&function->lock);
	return function;
}

static struct vigil_pci_function *add(struct pci_dev *pdev,
				      struct vigil_pci_function *parent)
{
	struct vigil_pci_function *function = create(pdev, parent);
	int err;

	if (!function)
		return NULL;
	err = vigil_pci_component_register(function);
	if (err)
		goto free;
	list_add_tail(&function->node, &functions);
	if (parent)
		parent->nr_children++;
	err = xa_insert(&by_place, function->key, function, GFP_KERNEL);
	if (err) {
		forget(function);
		goto warn;
	}
	vigil_pci_arm(function, &function->poll, 0);
	return function;

free:
	free_function(function);
warn:
	pci_warn(pdev, "vigil: not watched: %d\n", err);
	return NULL;
}

/* The function of @pdev, made if there is none. */
static struct vigil_pci_function *
find_or_add(struct pci_dev *pdev, struct vigil_pci_function *parent)
{
	struct vigil_pci_function *function;

	function = xa_load(&by_place,
			   vigil_pci_key(pci_domain_nr(pdev->bus),
					 pdev->bus->number, pdev->devfn));
	return function ?: add(pdev, parent);
}

#define PORTS_MAX	32	/* above one function; there are a few */

static void watch(struct pci_dev *pdev)
{
	struct pci_dev *chain[PORTS_MAX];
	struct vigil_pci_function *parent = NULL;
	unsigned int nr = 0;

	/* The port's pci_dev is there as long as that of what is below it. */
	for (; pdev && nr < PORTS_MAX; pdev = pci_upstream_bridge(pdev))
		chain[nr++] = pdev;
	while (nr--) {
		parent = find_or_add(chain[nr], parent);
		if (!parent)
			return;
	}
}

static void watch_new(void)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev)
		if (!pdev->is_virtfn &&
		    vigil_pci_class_wanted(pdev->class >> 16))
			watch(pdev);
}

/* A verb is at work on the function or on a port above it. */
static bool busy(struct vigil_pci_function *function)
{
	bool is_busy = false;

	for (; function && !is_busy; function = function->parent) {
		mutex_lock(&function->lock);
		is_busy = function->busy;
		mutex_unlock(&function->lock);
	}
	return is_busy;
}

/* The kernel has nothing there; says whether the component is to go, too. */
static bool is_gone_locked(struct vigil_pci_function *function)
{
	lockdep_assert_held(&function->lock);

	if (function->removed || function->unplugged)
		return false;
	if (!function->pdev ||
	    function->pdev->error_state != pci_channel_io_perm_failure)
		return true;

	function->unplugged = true;
	pci_dev_put(function->pdev);
	function->pdev = NULL;
	function->bound = false;
	vigil_component_set_isolation(function->component,
				      VIGIL_ISOLATION_ISOLATED,
				      VIGIL_OWNER_EXTERNAL,
				      "unplugged without warning");
	vigil_pci_rejudge_locked(function);
	return false;
}

/* It is there; somebody else may have brought it back, or moved its driver. */
static void follow_locked(struct vigil_pci_function *function,
			  struct pci_dev *pdev)
{
	bool was_there = function->pdev, was_bound = function->bound;

	lockdep_assert_held(&function->lock);

	vigil_pci_adopt_locked(function, pdev);
	if (function->bound)
		function->driverless = false;
	if (was_bound && !function->bound && was_there) {
		vigil_component_set_isolation(function->component,
					      VIGIL_ISOLATION_ISOLATED,
					      VIGIL_OWNER_EXTERNAL,
					      "its driver was taken off");
	} else if (!was_there || (function->bound && !was_bound)) {
		vigil_component_set_isolation(function->component,
					      VIGIL_ISOLATION_NONE,
					      VIGIL_OWNER_NONE,
					      was_there ? "a driver took it" :
							  "it is back");
	}
	vigil_pci_rejudge_locked(function);
}

static void reconcile_one(struct vigil_pci_function *function)
{
	struct pci_dev *pdev = NULL;
	bool gone = false;

	if (busy(function->parent))
		return;

	mutex_lock(&function->lock);
	if (function->busy)
		goto unlock;
	/* Under the lock: what was there before a verb may not be after it. */
	pdev = vigil_pci_lookup(function);
	if (pdev && ids_of(pdev) != function->ids)
		gone = true;	/* something else has its place */
	else if (pdev && (pdev != function->pdev ||
			  vigil_pci_bound(pdev) != function->bound))
		follow_locked(function, pdev);
	else if (!pdev)
		gone = is_gone_locked(function);
	if (gone && function->nr_children) {
		/* Those below it stay, to be released or found again. */
		vigil_pci_adopt_locked(function, NULL);
		gone = false;
	}
unlock:
	mutex_unlock(&function->lock);
	if (gone)
		forget(function);
	pci_dev_put(pdev);
}

static void reconcile(struct work_struct *work)
{
	struct vigil_pci_function *function, *previous;

	/* Children first, so that a parent outlives them. */
	list_for_each_entry_safe_reverse(function, previous, &functions, node)
		reconcile_one(function);
	watch_new();
}

/* Context: Whoever changes the bus, with locks of the kernel. */
static int bus_changed(struct notifier_block *nb, unsigned long action,
		       void *data)
{
	switch (action) {
	case BUS_NOTIFY_ADD_DEVICE:
	case BUS_NOTIFY_REMOVED_DEVICE:
	case BUS_NOTIFY_BOUND_DRIVER:
	case BUS_NOTIFY_DRIVER_NOT_BOUND:
	case BUS_NOTIFY_UNBOUND_DRIVER:
		vigil_pci_reconcile();
	}
	return NOTIFY_DONE;
}

static struct notifier_block bus_notifier = {
	.notifier_call = bus_changed,
};

/**
 * vigil_pci_functions_start() - Watch the functions that are there and to come.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno.
 */
int vigil_pci_functions_start(void)
{
	int err = bus_register_notifier(&pci_bus_type, &bus_notifier);

	if (err)
		return err;
	vigil_pci_reconcile();
	flush_work(&reconcile_work);
	return 0;
}

/**
 * vigil_pci_functions_stop() - Forget all functions.
 *
 * Context: Process context, may sleep; vigil_pci_wq still there.
 */
void vigil_pci_functions_stop(void)
{
	struct vigil_pci_function *function, *previous;

	bus_unregister_notifier(&pci_bus_type, &bus_notifier);
	cancel_work_sync(&reconcile_work);
	list_for_each_entry_safe_reverse(function, previous, &functions, node)
		forget(function);
	xa_destroy(&by_place);
}
