// SPDX-License-Identifier: GPL-2.0
/*
 * Memory modules that EDAC knows, from its devices: edac/mc/mc<n>/dimm<n>.
 *
 * The driver of a memory controller may come and go at any time. EDAC says
 * nothing about it, so this is done when the module is loaded and when somebody
 * reports an error of a memory module that is not known.
 */
#include <linux/device.h>
#include <linux/edac.h>
#include <linux/nodemask.h>
#include <linux/string.h>

#include "dimm.h"
#include "memory.h"

static int nid_of(const struct mem_ctl_info *mci)
{
	int nid = mci->pdev ? dev_to_node(mci->pdev) : NUMA_NO_NODE;

	if (nid < 0 || nid >= nr_node_ids || !node_state(nid, N_MEMORY))
		nid = first_memory_node;
	return nid;
}

/* Beside memory modules there are csrows; both may be called "rank". */
static bool is_dimm(struct device *dev)
{
	return strstarts(dev_name(dev), "dimm") ||
	       strstarts(dev_name(dev), "rank");
}

static int see_dimm(struct device *dev, void *priv)
{
	const struct dimm_info *info = dev_get_drvdata(dev);
	struct vigil_memory_dimm *dimm;
	s8 layers[3] = { -1, -1, -1 };
	unsigned int i;

	if (!is_dimm(dev) || !info || !info->mci || !info->nr_pages)
		return 0;
	for (i = 0; i < min(info->mci->n_layers, 3U); i++)
		layers[i] = info->location[i];

	mutex_lock(&vigil_memory_lock);
	dimm = vigil_memory_dimm_get(info->mci->mc_idx, layers,
				     nid_of(info->mci));
	if (dimm && !dimm->component)
		strscpy(dimm->label, info->label, sizeof(dimm->label));
	mutex_unlock(&vigil_memory_lock);
	return 0;
}

static int see_controller(struct device *dev, void *priv)
{
	return device_for_each_child(dev, NULL, see_dimm);
}

/* Make known what EDAC knows. Process context, without vigil_memory_lock. */
void vigil_memory_edac_scan(void)
{
	struct device *controllers;

	controllers = bus_find_device_by_name(edac_get_sysfs_subsys(), NULL,
					      "mc");
	if (!controllers)
		return;
	device_for_each_child(controllers, NULL, see_controller);
	put_device(controllers);
}
