// SPDX-License-Identifier: GPL-2.0
/*
 * How often a CPU was slowed down because it was too hot.
 *
 * The kernel counts that from thermal interrupts, and tells it in one place only:
 * the attribute thermal_throttle/core_throttle_count of the CPU's device. Its
 * function is asked here as a read of the file would ask it. To look at the CPU's
 * own status from time to time would cost each CPU an interrupt every time, and
 * race with the kernel for the bits that it clears.
 *
 * Attributes come and go with CPU hotplug, so cpus_read_lock() keeps what was found.
 */
#include <linux/cpu.h>
#include <linux/device.h>
#include <linux/gfp.h>
#include <linux/kernfs.h>
#include <linux/kstrtox.h>
#include <linux/string.h>

#include "cpu.h"

static struct kernfs_node *find_file(const struct device *dev)
{
	struct kernfs_node *group, *file = NULL;

	if (!dev || !dev->kobj.sd)
		return NULL;
	group = kernfs_find_and_get(dev->kobj.sd, "thermal_throttle");
	if (group)
		file = kernfs_find_and_get(group, "core_throttle_count");
	kernfs_put(group);
	return file;
}

static ssize_t show(struct device *dev, char *page)
{
	struct kernfs_node *file = find_file(dev);
	struct device_attribute *attribute;
	ssize_t len;

	if (!file)
		return -ENOENT;
	attribute = container_of((struct attribute *)file->priv,
				 struct device_attribute, attr);
	len = attribute->show(dev, attribute, page);
	kernfs_put(file);
	return len;
}

/**
 * vigil_cpu_counts_throttles() - Does this kernel count how often CPUs throttle?
 *
 * It does where the processor tells, Intel's for example, once it is online.
 *
 * Context: Process context; takes cpus_read_lock().
 * Return: true if so.
 */
bool vigil_cpu_counts_throttles(void)
{
	struct kernfs_node *file;
	bool found;

	cpus_read_lock();
	file = find_file(get_cpu_device(cpumask_first(cpu_online_mask)));
	found = file;
	kernfs_put(file);
	cpus_read_unlock();
	return found;
}

/**
 * vigil_cpu_throttles() - How often a CPU was slowed down since it came up.
 * @number: the CPU
 *
 * Context: Process context, may sleep; takes cpus_read_lock().
 * Return: the number; 0 when it can't be asked.
 */
u64 vigil_cpu_throttles(unsigned int number)
{
	char *page = (char *)__get_free_page(GFP_KERNEL);
	struct device *dev;
	ssize_t len = 0;
	u64 count = 0;

	if (!page)
		return 0;
	cpus_read_lock();
	dev = get_cpu_device(number);
	if (dev)
		len = show(dev, page);
	cpus_read_unlock();
	if (len > 0 && kstrtou64(strim(page), 10, &count))
		count = 0;
	free_page((unsigned long)page);
	return count;
}
