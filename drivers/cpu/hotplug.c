// SPDX-License-Identifier: GPL-2.0
/*
 * CPUs that come, go, and are taken out of use by others.
 *
 * A component is there as long as the kernel has a device of the CPU: from boot
 * on for most, from hot-add to hot-removal for the others. Who takes a CPU
 * offline past Vigil, through /sys/devices/system/cpu, owns that.
 *
 * Callbacks of hotplug run under the kernel's locks and only queue a look around,
 * which compares what is with what is known. It waits first for the hotplug that is
 * going on, so that it sees what comes of it: the callbacks are called before a CPU
 * comes and after it went. What an operation of ours moves is left alone until that
 * says what came of it.
 *
 * Locks: takes cpus_read_lock() alone, and vigil_cpu_lock without it.
 */
#define pr_fmt(fmt) "vigil_cpu: " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/printk.h>

#include "cpu.h"

static void look_fn(struct work_struct *work);
static DECLARE_WORK(look_work, look_fn);

/* Set and used by start and stop only. */
static int state = -1;
static bool listening;

/* What came of the latest look around; the work's, and start's after it. */
static int look_err;

/**
 * vigil_cpu_look_around() - See which CPUs there are, and which are in use.
 *
 * Context: Any but NMI; takes locks of the workqueue.
 */
void vigil_cpu_look_around(void)
{
	queue_work(vigil_cpu_work, &look_work);
}

static int cpu_moves(unsigned int number)
{
	vigil_cpu_look_around();
	return 0;
}

static int device_changes(struct notifier_block *nb, unsigned long action,
			  void *data)
{
	if (action == BUS_NOTIFY_ADD_DEVICE ||
	    action == BUS_NOTIFY_REMOVED_DEVICE)
		vigil_cpu_look_around();
	return NOTIFY_DONE;
}

static struct notifier_block device_block = {
	.notifier_call = device_changes,
};

/* Components of the CPUs that there are. */
static int follow_device(struct vigil_cpu *cpu)
{
	bool exists = get_cpu_device(cpu->number);

	if (exists && !cpu->component)
		return vigil_cpu_component_register(cpu);
	if (!exists && cpu->component)
		vigil_cpu_component_unregister(cpu);
	return 0;
}

/**
 * vigil_cpu_set_owner() - Say who took a CPU out of use, and so whether it is.
 * @cpu: the CPU
 * @component: its component
 * @owner: who, or VIGIL_OWNER_NONE
 * @reason: why, for people
 *
 * Context: Process context, under vigil_cpu_lock.
 */
void vigil_cpu_set_owner(struct vigil_cpu *cpu,
			 struct vigil_component *component,
			 enum vigil_owner owner, const char *reason)
{
	lockdep_assert_held(&vigil_cpu_lock);

	cpu->owner = owner;
	vigil_component_set_isolation(component,
				      owner == VIGIL_OWNER_NONE ?
				      VIGIL_ISOLATION_NONE :
				      VIGIL_ISOLATION_ISOLATED, owner, reason);
}

/* What is, not what was asked for. */
static void settle(struct vigil_cpu *cpu)
{
	bool online = cpu_online(cpu->number);

	lockdep_assert_held(&vigil_cpu_lock);

	if (!cpu->component || cpu->busy)
		return;
	if (online && cpu->owner != VIGIL_OWNER_NONE) {
		vigil_cpu_judge_resume(&cpu->judge, vigil_cpu_now_ms());
		vigil_cpu_set_owner(cpu, cpu->component, VIGIL_OWNER_NONE,
				    "somebody else brought it online");
	} else if (!online && cpu->owner == VIGIL_OWNER_NONE) {
		vigil_cpu_set_owner(cpu, cpu->component, VIGIL_OWNER_EXTERNAL,
				    "somebody else took it offline");
	}
}

static int look(void)
{
	unsigned int number;
	int err = 0;

	if (READ_ONCE(vigil_cpu_stopping))
		return 0;
	/* What goes on comes to its end. */
	cpus_read_lock();
	cpus_read_unlock();

	for_each_possible_cpu(number)
		err = follow_device(&vigil_cpus[number]) ?: err;

	mutex_lock(&vigil_cpu_lock);
	for_each_possible_cpu(number)
		settle(&vigil_cpus[number]);
	mutex_unlock(&vigil_cpu_lock);

	/* New ones are to be judged. */
	vigil_cpu_judge_soon();
	return err;
}

static void look_fn(struct work_struct *work)
{
	look_err = look();
	if (look_err)
		pr_warn_ratelimited("can't show a CPU: %d\n", look_err);
}

/**
 * vigil_cpu_hotplug_start() - Show the CPUs and follow what happens to them.
 *
 * Context: Process context; init.
 * Return: 0 or a negative errno; call vigil_cpu_hotplug_stop() then too.
 */
int vigil_cpu_hotplug_start(void)
{
	int err = bus_register_notifier(&cpu_subsys, &device_block);

	if (err)
		return err;
	listening = true;

	err = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "vigil_cpu:look",
					cpu_moves, cpu_moves);
	if (err < 0)
		return err;
	state = err;
	/* Not here: a look around that a callback asked for may be running. */
	vigil_cpu_look_around();
	flush_work(&look_work);
	return look_err;
}

/* Afterwards nobody looks around any more, but at the end of an operation. */
void vigil_cpu_hotplug_stop(void)
{
	if (state >= 0)
		cpuhp_remove_state_nocalls(state);
	state = -1;
	if (listening)
		bus_unregister_notifier(&cpu_subsys, &device_block);
	listening = false;
	cancel_work_sync(&look_work);
}
