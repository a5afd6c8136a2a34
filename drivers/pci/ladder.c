// SPDX-License-Identifier: GPL-2.0
/*
 * The steps of a recovery, the gentlest first. Each does its deed; whether it
 * helped is for recover.c to find out.
 *
 * Between a driver's own handlers only what is on the function is lost. All other
 * steps take the driver off first: one that has no handlers for a reset would go
 * on with a function that has forgotten everything.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/pm_runtime.h>

#include "pci.h"

/* A reset of one that is dead would wait for it, for a minute. */
static bool answers(struct pci_dev *pdev)
{
	bool present;

	pm_runtime_get_sync(&pdev->dev);
	present = pci_device_is_present(pdev);
	pm_runtime_put(&pdev->dev);
	return present;
}

static const char *driver_reset_obstacle(struct vigil_pci_function *function,
					 struct pci_dev *pdev)
{
	if (!pdev)
		return "it is gone";
	if (function->is_port)
		return "a port has no driver that is told of a reset";
	/* Its reset is theirs, and who has them is not told. */
	if (pci_num_vf(pdev))
		return "it has virtual functions";
	/* Its driver would believe that it is offline still. */
	if (pci_channel_offline(pdev))
		return "the kernel gave it up after an error";
	if (!answers(pdev))
		return "it does not answer";
	if (!vigil_pci_survives_reset(pdev))
		return "its driver has no handlers for a reset, or is busy";
	return NULL;
}

static int driver_reset(struct vigil_pci_function *function)
{
	struct pci_dev *pdev = vigil_pci_get(function);
	int err;

	if (!pdev)
		return -ENODEV;
	err = pci_reset_function(pdev);
	pci_dev_put(pdev);
	return err;
}

static const char *rebind_obstacle(struct vigil_pci_function *function,
				   struct pci_dev *pdev)
{
	if (!pdev)
		return "it is gone";
	if (function->is_port)
		return "what is below a port depends on it";
	return NULL;
}

static const char *function_reset_obstacle(struct vigil_pci_function *function,
					   struct pci_dev *pdev)
{
	const char *text = rebind_obstacle(function, pdev);

	if (!text && !answers(pdev))
		return "it does not answer";
	return text;
}

static int no_reset(struct vigil_pci_function *function)
{
	return 0;
}

/* As the kernel does when its own recovery works; if that failed, nobody does. */
static void thaw(struct vigil_pci_function *function)
{
	struct pci_dev *pdev = vigil_pci_get(function);

	if (pdev)
		cmpxchg(&pdev->error_state, pci_channel_io_frozen,
			pci_channel_io_normal);
	pci_dev_put(pdev);
}

/* Without its driver: that is bound again whatever comes of it. */
static int with_driver_off(struct vigil_pci_function *function,
			   int (*reset)(struct vigil_pci_function *function))
{
	int err = vigil_pci_unbind(function);

	if (err)
		return err;
	err = reset(function);
	if (!err && reset != no_reset)
		thaw(function);
	return vigil_pci_bind(function) ?: err;
}

static int function_reset(struct vigil_pci_function *function)
{
	return with_driver_off(function, driver_reset);
}

static int rebind(struct vigil_pci_function *function)
{
	return with_driver_off(function, no_reset);
}

static const char *bus_reset_obstacle(struct vigil_pci_function *function,
				      struct pci_dev *pdev)
{
	return vigil_pci_bus_obstacle(pdev);
}

static int bus_reset(struct vigil_pci_function *function)
{
	if (function->is_port)
		return vigil_pci_reset_bus(function);
	return with_driver_off(function, vigil_pci_reset_bus);
}

static const char *no_obstacle(struct vigil_pci_function *function,
			       struct pci_dev *pdev)
{
	return NULL;
}

static int remove_and_rescan(struct vigil_pci_function *function)
{
	int err = vigil_pci_remove(function);

	if (err && err != -ENODEV)
		return err;
	return vigil_pci_rescan(function) ?: vigil_pci_bind(function);
}

const struct vigil_pci_step vigil_pci_ladder[] = {
	{ VIGIL_METHOD_DRIVER_RESET, "driver-reset", false,
	  driver_reset_obstacle, driver_reset },
	{ VIGIL_METHOD_FUNCTION_RESET, "function-reset", true,
	  function_reset_obstacle, function_reset },
	{ VIGIL_METHOD_REBIND, "rebind", true, rebind_obstacle, rebind },
	{ VIGIL_METHOD_BUS_RESET, "bus-reset", true, bus_reset_obstacle,
	  bus_reset },
	{ VIGIL_METHOD_RESCAN, "rescan", true, no_obstacle,
	  remove_and_rescan },
};

const unsigned int vigil_pci_nr_steps = ARRAY_SIZE(vigil_pci_ladder);
