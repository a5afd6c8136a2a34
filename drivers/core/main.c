// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload the core.
 *
 * Providers use symbols of this module, so that none is left when it goes, and
 * with them every component has been unregistered. What can outlive a
 * component's registration is its device's memory; registry.c waits for it.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/module.h>

#include "core.h"
#include "machine.h"

#define CREATE_TRACE_POINTS
#include <trace/events/vigil.h>

/* Executes operations, which wait for hardware and for agents. Unbound: they sleep. */
struct workqueue_struct *vigil_workqueue;
/* Deadlines, risks that expire, sums: short, and not to be held up by those. */
struct workqueue_struct *vigil_timers;

static int set_wait_ms(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 1, 3600 * MSEC_PER_SEC);
}

static const struct kernel_param_ops wait_ms_ops = {
	.set = set_wait_ms,
	.get = param_get_uint,
};

module_param_cb(sysfs_wait_ms, &wait_ms_ops, &vigil_sysfs_wait_ms, 0644);
MODULE_PARM_DESC(sysfs_wait_ms,
		 "How long a write to isolate or release waits for the outcome, 1 to 3600000 (default 30000)");

static int __init vigil_init(void)
{
	int err;

	vigil_workqueue = alloc_workqueue("vigil", WQ_UNBOUND, WQ_MAX_ACTIVE);
	if (!vigil_workqueue)
		return -ENOMEM;
	vigil_timers = alloc_workqueue("vigil_timers", WQ_UNBOUND, 0);
	err = -ENOMEM;
	if (!vigil_timers)
		goto destroy_workqueue;

	err = vigil_registry_init();
	if (err)
		goto destroy_timers;

	err = class_register(&vigil_device_class);
	if (err)
		goto registry_exit;

	err = class_register(&vigil_source_class);
	if (err)
		goto unregister_class;

	err = class_register(&vigil_model_class);
	if (err)
		goto unregister_source_class;

	err = vigil_audit_init();
	if (err)
		goto unregister_model_class;

	err = vigil_machine_init();
	if (err)
		goto audit_exit;

	err = vigil_agent_init();
	if (err)
		goto machine_exit;

	err = vigil_netlink_init();
	if (err)
		goto agent_exit;

	return 0;

agent_exit:
	vigil_agent_exit();
machine_exit:
	vigil_machine_exit();
audit_exit:
	vigil_audit_exit();
unregister_model_class:
	class_unregister(&vigil_model_class);
unregister_source_class:
	class_unregister(&vigil_source_class);
unregister_class:
	class_unregister(&vigil_device_class);
registry_exit:
	vigil_registry_exit();
destroy_timers:
	destroy_workqueue(vigil_timers);
destroy_workqueue:
	destroy_workqueue(vigil_workqueue);
	return err;
}

static void __exit vigil_exit(void)
{
	/* While there are listeners who are told. */
	vigil_agent_exit();
	vigil_netlink_exit();
	vigil_machine_exit();
	vigil_component_exit();
	vigil_registry_exit();
	vigil_operations_exit();
	vigil_frame_exit();
	vigil_audit_exit();
	class_unregister(&vigil_model_class);
	class_unregister(&vigil_source_class);
	class_unregister(&vigil_device_class);
	destroy_workqueue(vigil_timers);
	destroy_workqueue(vigil_workqueue);
}

module_init(vigil_init);
module_exit(vigil_exit);

MODULE_DESCRIPTION("Health and isolation of a server's components");
MODULE_AUTHOR("Vigil maintainers");
MODULE_LICENSE("GPL");
