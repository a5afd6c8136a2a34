// SPDX-License-Identifier: GPL-2.0
/*
 * Is the function there, and how wide and fast is its link?
 *
 * Asked every policy poll_s, and only of a function that is awake: reading the
 * configuration space of one that sleeps wakes it, or reads ones. One that does
 * not answer is asked again a second later before it is said to be absent, for
 * it may be in a reset that somebody else began.
 *
 * A link is judged at its lower end, where the function is that suffers; for a
 * port it is only shown.
 */
#include <linux/kernel.h>
#include <linux/pm_runtime.h>

#include "pci.h"

#define ASK_AGAIN	HZ

/* The lower end of a link. */
static bool has_link_above(struct pci_dev *pdev)
{
	if (!pci_is_pcie(pdev))
		return false;

	switch (pci_pcie_type(pdev)) {
	case PCI_EXP_TYPE_ENDPOINT:
	case PCI_EXP_TYPE_LEG_END:
	case PCI_EXP_TYPE_UPSTREAM:
	case PCI_EXP_TYPE_PCI_BRIDGE:
		return pci_upstream_bridge(pdev);
	default:
		return false;
	}
}

static u32 speed_of(enum pci_bus_speed speed)
{
	/* The codes of the link registers, from 1 on, in their order. */
	if (speed < PCIE_SPEED_2_5GT || speed > PCIE_SPEED_64_0GT)
		return 0;
	return vigil_pci_link_of(speed - PCIE_SPEED_2_5GT + 1).speed_mtps;
}

static struct vigil_pci_link capability_of(struct pci_dev *pdev)
{
	enum pcie_link_width lanes = pcie_get_width_cap(pdev);
	struct vigil_pci_link link = {
		.lanes = lanes == PCIE_LNK_WIDTH_UNKNOWN ? 0 : lanes,
		.speed_mtps = speed_of(pcie_get_speed_cap(pdev)),
	};

	return link;
}

static void read_link_locked(struct vigil_pci_function *function,
			     struct pci_dev *pdev)
{
	struct vigil_pci_link_signs *link = &function->link;
	struct vigil_pci_link above, own;
	u16 lnksta;

	lockdep_assert_held(&function->lock);

	if (!has_link_above(pdev) ||
	    pcie_capability_read_word(pdev, PCI_EXP_LNKSTA, &lnksta) ||
	    lnksta == U16_MAX)
		return;

	own = capability_of(pdev);
	above = capability_of(pci_upstream_bridge(pdev));
	link->capable.lanes = min(own.lanes, above.lanes);
	link->capable.speed_mtps = min(own.speed_mtps, above.speed_mtps);
	link->now = vigil_pci_link_of(lnksta);
	if (!function->seen_link) {
		link->first = link->now;
		function->seen_link = true;
	}
}

/**
 * vigil_pci_awake() - Keep a function awake if it is.
 * @pdev: the function
 *
 * Context: Process context, does not sleep.
 * Return: true if its configuration space may be read; then let go of it with
 * pm_runtime_put().
 */
bool vigil_pci_awake(struct pci_dev *pdev)
{
	pm_runtime_get_noresume(&pdev->dev);
	if (pm_runtime_active(&pdev->dev) &&
	    (__force int)pdev->current_state < (__force int)PCI_D3hot)
		return true;
	pm_runtime_put_noidle(&pdev->dev);
	return false;
}

/**
 * vigil_pci_look_locked() - Look whether a function is there, and at its link.
 * @function: the function; not while a verb resets it
 *
 * Context: function->lock held; reads configuration space, does not sleep long.
 */
void vigil_pci_look_locked(struct vigil_pci_function *function)
{
	struct pci_dev *pdev = function->pdev;

	lockdep_assert_held(&function->lock);

	if (!pdev || !vigil_pci_awake(pdev))
		return;
	if (pci_device_is_present(pdev)) {
		function->absent_polls = 0;
		read_link_locked(function, pdev);
	} else {
		function->absent_polls++;
	}
	pm_runtime_put(&pdev->dev);
}

static void poll(struct work_struct *work)
{
	struct vigil_pci_function *function =
		container_of(to_delayed_work(work), struct vigil_pci_function,
			     poll);
	unsigned long delay =
		vigil_pci_policy(function, VIGIL_PCI_POLL_S) * HZ;

	mutex_lock(&function->lock);
	/* A policy may be set before who registers the component has it. */
	if (!function->busy && function->component) {
		vigil_pci_look_locked(function);
		vigil_pci_rejudge_locked(function);
		if (function->absent_polls == 1)
			delay = ASK_AGAIN;
	}
	mutex_unlock(&function->lock);
	vigil_pci_arm(function, &function->poll, delay);
}

/**
 * vigil_pci_link_init() - Prepare a new function.
 * @function: the function
 *
 * Context: Any, before anybody else can see it.
 */
void vigil_pci_link_init(struct vigil_pci_function *function)
{
	INIT_DELAYED_WORK(&function->poll, poll);
}
