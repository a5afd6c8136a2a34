// SPDX-License-Identifier: GPL-2.0
/*
 * Taking a function out of use, and giving it back.
 *
 * unbind takes the driver off; a driver that is loaded later may take the
 * function again, which then shows as not isolated. remove takes the function
 * out of the kernel with all that is below it, until its bus is scanned again.
 * Both are verified, and so is the way back.
 *
 * No lock of Vigil is held around any of it. The kernel's own, that of removing
 * and rescanning and that of the device, are taken by what is called here.
 */
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/pm_runtime.h>
#include <linux/wait.h>

#include "pci.h"

/**
 * vigil_pci_isolate_method() - How a function is to be isolated.
 * @function: the function
 * @request: what was asked for
 *
 * Context: Any.
 * Return: the method, that of the policy if none was asked for.
 */
enum vigil_method vigil_pci_isolate_method(struct vigil_pci_function *function,
					   const struct vigil_request *request)
{
	return request->method ?: vigil_pci_policy(function,
						   VIGIL_PCI_ISOLATE_METHOD);
}

/**
 * vigil_pci_unbind() - Take the driver off a function.
 * @function: the function
 *
 * Context: Process context, may sleep long, no lock held.
 * Return: 0, -ENODEV when there is no function, -EBUSY when it has a driver
 * afterwards.
 */
int vigil_pci_unbind(struct vigil_pci_function *function)
{
	struct pci_dev *pdev = vigil_pci_get(function);
	int err;

	if (!pdev)
		return -ENODEV;
	device_release_driver(&pdev->dev);
	err = vigil_pci_bound(pdev) ? -EBUSY : 0;
	pci_dev_put(pdev);
	return err;
}

/**
 * vigil_pci_bind() - Have a driver take a function, if it ever had one.
 * @function: the function
 *
 * Context: Process context, may sleep long, no lock held.
 * Return: 0, -ENODEV when there is no function, or no driver took it.
 */
int vigil_pci_bind(struct vigil_pci_function *function)
{
	struct pci_dev *pdev = vigil_pci_get(function);
	int err = -ENODEV;

	if (!pdev)
		return err;
	if (vigil_pci_bound(pdev) || !function->wants_driver)
		err = 0;
	else if (device_is_registered(&pdev->dev) &&
		 device_attach(&pdev->dev) >= 0 && vigil_pci_bound(pdev))
		err = 0;
	pci_dev_put(pdev);
	return err;
}

/*
 * One function at a time is removed or looked for, or its bus reset: a function that
 * is looked for during a reset does not answer, and one that is found then loses what
 * it was told. Not a lock: nobody waits for a hung reset longer than this.
 */
#define TURN_MS		30000

static unsigned long turn;	/* bit 0: somebody has it */
static DECLARE_WAIT_QUEUE_HEAD(turn_over);

/* Returns 0, or -EBUSY when somebody has had it for too long. */
int vigil_pci_take_turn(void)
{
	return wait_event_idle_timeout(turn_over,
				       !test_and_set_bit_lock(0, &turn),
				       msecs_to_jiffies(TURN_MS)) ? 0 : -EBUSY;
}

void vigil_pci_end_turn(void)
{
	clear_bit_unlock(0, &turn);
	wake_up(&turn_over);
}

/**
 * vigil_pci_remove() - Take a function, and all below it, out of the kernel.
 * @function: the function
 *
 * Context: Process context, may sleep long, no lock held.
 * Return: 0, -ENODEV when there is no function, -EBUSY when it is still there or
 * another's turn does not end.
 */
int vigil_pci_remove(struct vigil_pci_function *function)
{
	struct vigil_pci_subtree *tree = NULL;
	struct pci_dev *pdev, *left;
	int err = vigil_pci_take_turn();

	if (err)
		return err;
	pdev = vigil_pci_get(function);
	if (!pdev) {
		vigil_pci_end_turn();
		return -ENODEV;
	}

	pci_lock_rescan_remove();
	/* Somebody else may have, and twice is once too often. */
	if (device_is_registered(&pdev->dev)) {
		tree = vigil_pci_subtree_get(pdev);
		pci_stop_and_remove_bus_device(pdev);
	}
	pci_unlock_rescan_remove();
	vigil_pci_keep_awhile(tree);
	pci_dev_put(pdev);
	vigil_pci_end_turn();

	left = vigil_pci_lookup(function);
	err = left ? -EBUSY : 0;
	mutex_lock(&function->lock);
	vigil_pci_adopt_locked(function, left);
	function->removed = !left;
	mutex_unlock(&function->lock);
	pci_dev_put(left);
	return err;
}

/**
 * vigil_pci_rescan() - Look for a function where it was.
 * @function: the function
 *
 * Context: Process context, may sleep long, no lock held.
 * Return: 0, -ENODEV when nothing is there, -ENXIO when something else is, -EBUSY
 * when another's turn does not end.
 */
int vigil_pci_rescan(struct vigil_pci_function *function)
{
	struct pci_dev *pdev;
	struct pci_bus *bus;
	bool same;
	int err;

	err = vigil_pci_take_turn();
	if (err)
		return err;
	pci_lock_rescan_remove();
	bus = pci_find_bus(function->domain, function->bus);
	if (bus) {
		/* With nothing below it a port goes to sleep, and is deaf then. */
		if (bus->self)
			pm_runtime_get_sync(&bus->self->dev);
		pci_rescan_bus(bus);
		if (bus->self)
			pm_runtime_put(&bus->self->dev);
	}
	pci_unlock_rescan_remove();
	vigil_pci_end_turn();

	pdev = vigil_pci_lookup(function);
	if (!pdev)
		return -ENODEV;
	same = ((u32)pdev->vendor << 16 | pdev->device) == function->ids;
	if (same) {
		mutex_lock(&function->lock);
		vigil_pci_adopt_locked(function, pdev);
		mutex_unlock(&function->lock);
	}
	pci_dev_put(pdev);
	return same ? 0 : -ENXIO;
}

/**
 * vigil_pci_isolate() - Take a function out of use, and see that it is.
 * @function: the function, busy
 * @request: what was asked for
 * @out: what came of it
 *
 * Context: Process context, may sleep long, no lock held.
 */
void vigil_pci_isolate(struct vigil_pci_function *function,
		       const struct vigil_request *request,
		       struct vigil_outcome *out)
{
	bool unbind = vigil_pci_isolate_method(function, request) ==
		      VIGIL_METHOD_UNBIND;
	int err;

	/* What is out of the kernel has no driver either. */
	if (function->removed)
		err = 0;
	else
		err = unbind ? vigil_pci_unbind(function) :
			       vigil_pci_remove(function);
	if (err) {
		vigil_pci_answer(out, VIGIL_OP_STATE_FAILED, err,
				 err == -ENODEV ? "the function is gone" :
				 unbind ? "a driver holds it again" :
					  "it is still there");
		return;
	}
	vigil_component_set_isolation(function->component,
				      VIGIL_ISOLATION_ISOLATED,
				      VIGIL_OWNER_VIGIL, request->reason);
	vigil_pci_answer(out, VIGIL_OP_STATE_DONE, 0,
			 unbind ? "its driver was taken off" :
				  "it was removed");
}

/* Is it a function that the kernel knows now? */
static bool is_here(struct vigil_pci_function *function)
{
	struct pci_dev *pdev = vigil_pci_get(function);
	bool here = pdev && device_is_registered(&pdev->dev);

	pci_dev_put(pdev);
	return here;
}

/**
 * vigil_pci_release() - Give a function back, and see that it works.
 * @function: the function, busy
 * @request: what was asked for
 * @out: what came of it
 *
 * Context: Process context, may sleep long, no lock held.
 */
void vigil_pci_release(struct vigil_pci_function *function,
		       const struct vigil_request *request,
		       struct vigil_outcome *out)
{
	char flaw[64];
	int err = 0;

	if (!is_here(function))
		err = vigil_pci_rescan(function);
	if (err) {
		vigil_pci_answer(out, VIGIL_OP_STATE_FAILED, err,
				 err == -ENXIO ? "something else is in its place" :
				 "it is not found on its bus");
		return;
	}
	err = vigil_pci_bind(function);
	if (!err && vigil_pci_verify(function, flaw, sizeof(flaw))) {
		vigil_component_set_isolation(function->component,
					      VIGIL_ISOLATION_NONE,
					      VIGIL_OWNER_NONE,
					      request->reason);
		vigil_pci_answer(out, VIGIL_OP_STATE_DONE, 0, "it is in use");
		return;
	}
	vigil_pci_answer(out, VIGIL_OP_STATE_FAILED, err ?: -EIO, "%s",
			 err ? "no driver took it" : flaw);
}
