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

#include "memory.h"

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

static void stop_sources(void)
{
	if (IS_ENABLED(CONFIG_TRACEPOINTS))
		vigil_memory_mf_stop();
	if (IS_ENABLED(CONFIG_X86_MCE))
		vigil_memory_mce_stop();
}

static int start_sources(void)
{
	if (IS_ENABLED(CONFIG_X86_MCE))
		vigil_memory_mce_start();
	if (IS_ENABLED(CONFIG_TRACEPOINTS))
		return vigil_memory_mf_start();
	return 0;
}

static int __init vigil_memory_init(void)
{
	int err;

	tracked_pages = clamp(tracked_pages, TRACKED_PAGES_MIN,
			      TRACKED_PAGES_MAX);
	tracked_pages = roundup_pow_of_two(tracked_pages);

	err = vigil_memory_actions_init();
	if (err)
		return err;
	err = vigil_memory_history_init(tracked_pages);
	if (err)
		goto actions_exit;
	err = vigil_memory_nodes_init();
	if (err)
		goto nodes_exit;
	err = start_sources();
	if (err)
		goto stop_sources;

	vigil_memory_watch(0);
	return 0;

stop_sources:
	stop_sources();
	vigil_memory_history_stop();
	vigil_memory_nodes_stop();
nodes_exit:
	/* The actions look at nodes and counts until they have ended. */
	vigil_memory_actions_exit();
	vigil_memory_frames_exit();
	vigil_memory_nodes_exit();
	vigil_memory_history_exit();
	return err;

actions_exit:
	vigil_memory_actions_exit();
	return err;
}

static void __exit vigil_memory_exit(void)
{
	stop_sources();
	vigil_memory_history_stop();
	vigil_memory_nodes_stop();
	vigil_memory_actions_exit();
	vigil_memory_frames_exit();
	vigil_memory_nodes_exit();
	vigil_memory_history_exit();
}

module_init(vigil_memory_init);
module_exit(vigil_memory_exit);

MODULE_DESCRIPTION("Memory errors: counted, judged, and failing page frames isolated");
MODULE_AUTHOR("Vigil maintainers");
MODULE_LICENSE("GPL");
