// SPDX-License-Identifier: GPL-2.0
/*
 * vigil_pci: health and isolation of PCI functions.
 *
 * This file loads and unloads the module. There is a component for each function
 * of the base classes that a parameter names, and for each port above one, as
 * long as the function is there; see function.c.
 *
 * Unloading leaves everything as it is: what was isolated stays isolated, and
 * /sys/bus/pci (drivers_probe, rescan) gives it back.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "classes.h"
#include "pci.h"

/* Storage, network, display, co-processors, accelerators. */
static char *classes = "0x01,0x02,0x03,0x0b,0x12";
module_param(classes, charp, 0444);
MODULE_PARM_DESC(classes,
		 "Base classes of functions to watch (default 0x01,0x02,0x03,0x0b,0x12)");

static DECLARE_BITMAP(wanted_classes, VIGIL_PCI_CLASSES);	/* constant after load */

/*
 * Reconciles, polls and judges, one after the other: what only they touch needs
 * no lock. Automatic recovery, which takes long, runs elsewhere.
 */
struct workqueue_struct *vigil_pci_wq;

/**
 * vigil_pci_class_wanted() - Whether functions of a base class are watched.
 * @base_class: upper byte of the class code
 *
 * Context: Any.
 * Return: true if they are.
 */
bool vigil_pci_class_wanted(u8 base_class)
{
	return test_bit(base_class, wanted_classes);
}

static int __init vigil_pci_init(void)
{
	int err;

	err = vigil_pci_parse_classes(classes, wanted_classes);
	if (err) {
		pr_err("classes: not a list of bytes: '%s'\n", classes);
		return err;
	}

	vigil_pci_wq = alloc_ordered_workqueue("vigil_pci", 0);
	if (!vigil_pci_wq)
		return -ENOMEM;

	err = vigil_pci_aer_start();
	if (err)
		goto destroy_wq;
	err = vigil_pci_functions_start();
	if (err)
		goto stop_aer;
	return 0;

stop_aer:
	vigil_pci_aer_stop();
destroy_wq:
	destroy_workqueue(vigil_pci_wq);
	return err;
}
module_init(vigil_pci_init);

static void __exit vigil_pci_exit(void)
{
	/* No error finds a function that is going away. */
	vigil_pci_aer_stop();
	vigil_pci_functions_stop();
	vigil_pci_keep_exit();
	destroy_workqueue(vigil_pci_wq);
}
module_exit(vigil_pci_exit);

MODULE_DESCRIPTION("Vigil: health and isolation of PCI functions");
MODULE_LICENSE("GPL");
