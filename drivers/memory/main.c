// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload the memory part.
 *
 * Sources start last and stop first; what they feed goes in the direction of
 * the flow: rings, drain, components, actions.
 */
#define pr_fmt(fmt) "vigil_memory: " fmt

#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/vigil/memory.h>

#include "dimm.h"
#include "memory.h"
#include "risk.h"
#include "sources.h"

#define TRACKED_PAGES		4096
#define TRACKED_PAGES_MIN	256U
#define TRACKED_PAGES_MAX	1048576U

static unsigned int tracked_pages = TRACKED_PAGES;
module_param(tracked_pages, uint, 0444);
MODULE_PARM_DESC(tracked_pages,
		 "page frames that corrected errors are counted for, 24 bytes each (256 to 1048576, default 4096)");

/* Protects the books; memory.h says which. */
DEFINE_MUTEX(vigil_memory_lock);
struct workqueue_struct *vigil_memory_actions;

u64 vigil_memory_driven_ns;	/* READ_ONCE(), WRITE_ONCE() */

/**
 * vigil_memory_set_clock() - Drive the time of errors, for tests.
 * @now_ns: the time from now on, or 0 for the real one
 *
 * Windows, decay and verdicts go by this time. Pauses and deadlines of actions
 * do not.
 *
 * Context: Any.
 */
void vigil_memory_set_clock(u64 now_ns)
{
	WRITE_ONCE(vigil_memory_driven_ns, now_ns);
}
EXPORT_SYMBOL_GPL(vigil_memory_set_clock);

static int __init vigil_memory_init(void)
{
	int err;

	tracked_pages = clamp(tracked_pages, TRACKED_PAGES_MIN,
			      TRACKED_PAGES_MAX);
	tracked_pages = roundup_pow_of_two(tracked_pages);

	err = vigil_memory_actions_init();
	if (err)
		return err;
	err = vigil_memory_drain_init(tracked_pages);
	if (err)
		goto actions_exit;
	err = vigil_memory_dimms_init();
	if (err)
		goto drain_exit;
	err = vigil_memory_nodes_init();
	if (err)
		goto nodes_exit;
	err = vigil_memory_risk_init();
	if (err)
		goto stop_sources;
	err = vigil_memory_sources_start();
	if (err)
		goto stop_sources;

	vigil_memory_scan();
	vigil_memory_watch(0);
	return 0;

stop_sources:
	vigil_memory_sources_stop();
	vigil_memory_risk_exit();
	vigil_memory_drain_stop();
	vigil_memory_nodes_stop();
nodes_exit:
	/* The actions look at nodes and counts until they have ended. */
	vigil_memory_actions_exit();
	vigil_memory_frames_exit();
	vigil_memory_nodes_exit();
	vigil_memory_dimms_exit();
	vigil_memory_drain_exit();
	return err;

drain_exit:
	vigil_memory_drain_exit();
actions_exit:
	vigil_memory_actions_exit();
	return err;
}

static void __exit vigil_memory_exit(void)
{
	vigil_memory_sources_stop();
	vigil_memory_risk_exit();
	vigil_memory_drain_stop();
	vigil_memory_nodes_stop();
	vigil_memory_actions_exit();
	vigil_memory_frames_exit();
	vigil_memory_nodes_exit();
	vigil_memory_dimms_exit();
	vigil_memory_drain_exit();
}

module_init(vigil_memory_init);
module_exit(vigil_memory_exit);

MODULE_DESCRIPTION("Memory errors: counted, judged, and failing page frames isolated");
MODULE_AUTHOR("Vigil maintainers");
MODULE_LICENSE("GPL");
