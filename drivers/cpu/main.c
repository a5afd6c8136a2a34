// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload the CPU part.
 *
 * Sources start last and stop first. A CPU that is out of use stays so when the
 * module goes: nobody but who isolated it knows whether it may come back. The
 * next time it shows as isolated by somebody else.
 */
#define pr_fmt(fmt) "vigil_cpu: " fmt

#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "cpu.h"
#include "sources.h"

/* Protects the books; cpu.h says which. */
DEFINE_MUTEX(vigil_cpu_lock);
struct workqueue_struct *vigil_cpu_work;
struct vigil_cpu *vigil_cpus;
bool vigil_cpu_stopping;

/* rasdaemon's CPU_CE_THRESHOLD and CPU_ISOLATION_CYCLE: 18 in 24 hours. */
#define CORRECTED_ERRORS	18
#define WINDOW_S		(24 * 3600)

/* The kernel calls 15 corrected errors in a second a storm; a minute of them. */
#define STORM_ERRORS		(15 * VIGIL_CPU_STORM_WINDOW_S)

static void init_cpu(struct vigil_cpu *cpu, unsigned int number)
{
	cpu->number = number;
	scnprintf(cpu->instance, sizeof(cpu->instance), "%u", number);
	cpu->policy = (struct vigil_cpu_policy) {
		.corrected_errors = CORRECTED_ERRORS,
		.corrected_window_s = WINDOW_S,
		.storm_errors = STORM_ERRORS,
		.failing_window_s = WINDOW_S,
	};
}

static int create_books(void)
{
	unsigned int number;

	vigil_cpus = kvcalloc(nr_cpu_ids, sizeof(*vigil_cpus), GFP_KERNEL);
	if (!vigil_cpus)
		return -ENOMEM;
	for (number = 0; number < nr_cpu_ids; number++)
		init_cpu(&vigil_cpus[number], number);

	/* To sleep with the system: CPUs that sleep with it are not isolated. */
	vigil_cpu_work = alloc_ordered_workqueue("vigil_cpu", WQ_FREEZABLE);
	if (!vigil_cpu_work) {
		kvfree(vigil_cpus);
		return -ENOMEM;
	}
	return 0;
}

/* Also of what was never started. */
static void destroy_all(void)
{
	unsigned int number;

	/* Before what runs is waited for: policies may still start it. */
	WRITE_ONCE(vigil_cpu_stopping, true);
	vigil_cpu_sources_stop();
	vigil_cpu_records_stop();
	vigil_cpu_hotplug_stop();
	vigil_cpu_health_stop();
	for (number = 0; number < nr_cpu_ids; number++)
		vigil_cpu_component_unregister(&vigil_cpus[number]);

	/* Operations that ended just now have left a last look around. */
	destroy_workqueue(vigil_cpu_work);
	kvfree(vigil_cpus);
}

static int __init vigil_cpu_init(void)
{
	int err;

	err = create_books();
	if (err)
		return err;

	err = vigil_cpu_hotplug_start();
	if (!err)
		err = vigil_cpu_sources_start();
	if (err)
		destroy_all();
	return err;
}

static void __exit vigil_cpu_exit(void)
{
	destroy_all();
}

module_init(vigil_cpu_init);
module_exit(vigil_cpu_exit);

MODULE_DESCRIPTION("Errors of CPUs: counted, judged; CPUs out of use and back");
MODULE_AUTHOR("Vigil maintainers");
MODULE_LICENSE("GPL");
