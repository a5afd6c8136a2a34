// SPDX-License-Identifier: GPL-2.0
/*
 * A PCI Express function that reads as no hardware here does, for tests.
 *
 * While it is loaded, configuration reads of one function pass through here, the
 * way the kernel's aer_inject has them: the bus gets other operations. Parameters
 * that can be written while it is loaded say what is read instead:
 *
 *	lanes=N			width of the link now
 *	lanes_capable=N		width that the function can do
 *	absent=1		everything reads as ones, as if it were gone
 *
 * 0 leaves the hardware's answer alone. Writes always go to the hardware. Not
 * together with aer_inject on the same bus: who came last has to leave first.
 */
#define pr_fmt(fmt) "vigil_sim_pci: " fmt

#include <linux/bitfield.h>
#include <linux/module.h>
#include <linux/pci.h>

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "The function, as in /sys/bus/pci/devices");

static unsigned int lanes;
module_param(lanes, uint, 0644);
MODULE_PARM_DESC(lanes, "Width of its link");

static unsigned int lanes_capable;
module_param(lanes_capable, uint, 0644);
MODULE_PARM_DESC(lanes_capable, "Width that it can do");

static bool absent;
module_param(absent, bool, 0644);
MODULE_PARM_DESC(absent, "It does not answer");

/* Constant while loaded. The bus has a reference. */
static struct pci_bus *bus;
static unsigned int devfn;
static int pcie_cap;
static struct pci_ops *hardware_ops, sim_ops;

static u32 change(u32 value, int offset)
{
	unsigned int now = READ_ONCE(lanes), most = READ_ONCE(lanes_capable);

	if (offset == PCI_EXP_LNKSTA && now) {
		value &= ~PCI_EXP_LNKSTA_NLW;
		value |= FIELD_PREP(PCI_EXP_LNKSTA_NLW, now);
	}
	if (offset == PCI_EXP_LNKCAP && most) {
		value &= ~PCI_EXP_LNKCAP_MLW;
		value |= FIELD_PREP(PCI_EXP_LNKCAP_MLW, most);
	}
	return value;
}

static int sim_read(struct pci_bus *from, unsigned int which, int where,
		    int size, u32 *value)
{
	int err;

	if (from == bus && which == devfn && READ_ONCE(absent)) {
		*value = ~0;
		return PCIBIOS_SUCCESSFUL;
	}
	err = hardware_ops->read(from, which, where, size, value);
	if (!err && from == bus && which == devfn)
		*value = change(*value, where - pcie_cap);
	return err;
}

static int __init sim_init(void)
{
	unsigned int domain, number, slot, function;
	struct pci_dev *pdev;

	if (!device || sscanf(device, "%x:%x:%x.%x", &domain, &number, &slot,
			      &function) != 4)
		return -EINVAL;
	pdev = pci_get_domain_bus_and_slot(domain, number,
					   PCI_DEVFN(slot, function));
	if (!pdev)
		return -ENODEV;

	bus = pdev->bus;
	get_device(&bus->dev);
	devfn = pdev->devfn;
	pcie_cap = pci_pcie_cap(pdev);
	pci_dev_put(pdev);
	/* A function without the capability has nothing at its registers. */
	if (!pcie_cap)
		pcie_cap = -PCI_CFG_SPACE_EXP_SIZE;

	hardware_ops = bus->ops;
	sim_ops = *hardware_ops;
	sim_ops.read = sim_read;
	pci_bus_set_ops(bus, &sim_ops);
	return 0;
}
module_init(sim_init);

static void __exit sim_exit(void)
{
	pci_bus_set_ops(bus, hardware_ops);
	/* Reads are under a spinlock: who began one before is done. */
	synchronize_rcu();
	put_device(&bus->dev);
}
module_exit(sim_exit);

MODULE_DESCRIPTION("Simulated answers of a PCI function, for tests");
MODULE_LICENSE("GPL");
