// SPDX-License-Identifier: GPL-2.0
/*
 * Components: one for each CPU that the kernel has a device of, "cpu-<number>".
 *
 * Locks: none held here. The core calls with none of its own.
 */
#include <linux/cpu.h>
#include <linux/err.h>
#include <linux/module.h>

#include "cpu.h"

static u64 read_throttles(struct vigil_component *component, void *priv)
{
	struct vigil_cpu *cpu = priv;
	u64 seen = READ_ONCE(cpu->throttles);
	u64 now = vigil_cpu_throttles(cpu->number);

	/* The kernel says nothing of a CPU that is offline. */
	if (now <= seen)
		return seen;
	WRITE_ONCE(cpu->throttles, now);
	return now;
}

/* The last one is not there where the kernel does not count it. */
static const struct vigil_counter_desc counters[] = {
	[COUNTER_CORRECTED] = { .name = "corrected_errors" },
	[COUNTER_UNCORRECTED] = { .name = "uncorrected_errors" },
	[COUNTER_POISON] = { .name = "poison_consumed" },
	[COUNTER_PARTS + VIGIL_CPU_CACHE] = { .name = "cache_errors" },
	[COUNTER_PARTS + VIGIL_CPU_TLB] = { .name = "tlb_errors" },
	[COUNTER_PARTS + VIGIL_CPU_INTERNAL] = { .name = "internal_errors" },
	[COUNTER_PARTS + VIGIL_CPU_BUS] = { .name = "bus_errors" },
	[COUNTER_THROTTLES] = {
		.name = "thermal_throttles",
		.read = read_throttles,
	},
};

static_assert(ARRAY_SIZE(counters) == COUNTERS_MAX);

#define GET_POLICY(field)						\
static u64 get_##field(struct vigil_component *component, void *priv)	\
{									\
	const struct vigil_cpu *cpu = priv;				\
									\
	return READ_ONCE(cpu->policy.field);				\
}

GET_POLICY(corrected_errors)
GET_POLICY(corrected_window_s)
GET_POLICY(storm_errors)
GET_POLICY(failing_window_s)
GET_POLICY(isolate_on_failing)

#define SET_POLICY(field)						\
static int set_##field(struct vigil_component *component, void *priv,	\
		       u64 value)					\
{									\
	struct vigil_cpu *cpu = priv;					\
									\
	WRITE_ONCE(cpu->policy.field, value);				\
	vigil_cpu_judge_soon();						\
	return 0;							\
}

SET_POLICY(corrected_errors)
SET_POLICY(corrected_window_s)
SET_POLICY(storm_errors)
SET_POLICY(failing_window_s)
SET_POLICY(isolate_on_failing)

static const struct vigil_policy_desc policies[] = {
	{
		.name = "corrected_threshold_errors",
		.maximum = U32_MAX,
		.get = get_corrected_errors,
		.set = set_corrected_errors,
	},
	{
		.name = "corrected_window_seconds",
		.minimum = 1,
		.maximum = VIGIL_CPU_WINDOW_MAX_S,
		.get = get_corrected_window_s,
		.set = set_corrected_window_s,
	},
	{
		.name = "storm_threshold_errors",
		.maximum = U32_MAX,
		.get = get_storm_errors,
		.set = set_storm_errors,
	},
	{
		.name = "failing_window_seconds",
		.minimum = 1,
		.maximum = VIGIL_CPU_WINDOW_MAX_S,
		.get = get_failing_window_s,
		.set = set_failing_window_s,
	},
	{
		.name = "isolate_on_failing",
		.maximum = 1,
		.get = get_isolate_on_failing,
		.set = set_isolate_on_failing,
	},
};

#define IF_HOTPLUG(value, other) \
	(IS_ENABLED(CONFIG_HOTPLUG_CPU) ? (value) : (other))

static const struct vigil_component_ops ops = {
	.check = IF_HOTPLUG(vigil_cpu_check, NULL),
	.survey = IF_HOTPLUG(vigil_cpu_survey, NULL),
	.execute = IF_HOTPLUG(vigil_cpu_execute, NULL),
};

/**
 * vigil_cpu_can_offline() - Does the kernel take a CPU out of use at all?
 * @cpu: the CPU
 *
 * Not the one that a machine boots with, where firmware or the kernel need it.
 *
 * Context: Any.
 * Return: true if so.
 */
bool vigil_cpu_can_offline(const struct vigil_cpu *cpu)
{
	const struct device *dev = get_cpu_device(cpu->number);

	return IS_ENABLED(CONFIG_HOTPLUG_CPU) && dev && !dev->offline_disabled;
}

/**
 * vigil_cpu_component_register() - Show a CPU.
 * @cpu: a CPU that is not shown
 *
 * Context: Process context, may sleep; the workqueue, or init before it has work.
 * Return: 0 or a negative errno.
 */
int vigil_cpu_component_register(struct vigil_cpu *cpu)
{
	struct vigil_component_desc desc = {
		.class = VIGIL_CLASS_CPU,
		.instance = cpu->instance,
		.owner = THIS_MODULE,
		.verbs = IF_HOTPLUG(BIT(VIGIL_VERB_ISOLATE) |
				    BIT(VIGIL_VERB_RELEASE), 0),
		.guards = IF_HOTPLUG(BIT(VIGIL_GUARD_LAST_CPU) |
				     BIT(VIGIL_GUARD_LAST_CPU_OF_NODE), 0),
		.ops = &ops,
		.counters = counters,
		.nr_counters = COUNTERS_MAX - !vigil_cpu_counts_throttles(),
		.policies = policies,
		.nr_policies = ARRAY_SIZE(policies),
		.priv = cpu,
	};
	struct vigil_component *component = vigil_component_register(&desc);

	if (IS_ERR(component))
		return PTR_ERR(component);
	mutex_lock(&vigil_cpu_lock);
	cpu->component = component;
	mutex_unlock(&vigil_cpu_lock);
	return 0;
}

/**
 * vigil_cpu_component_unregister() - Show a CPU no longer.
 * @cpu: a CPU; it need not be shown
 *
 * Context: Process context, waits for operations; the workqueue, or exit when it
 * has no more work.
 */
void vigil_cpu_component_unregister(struct vigil_cpu *cpu)
{
	struct vigil_component *component;

	mutex_lock(&vigil_cpu_lock);
	component = cpu->component;
	cpu->component = NULL;
	mutex_unlock(&vigil_cpu_lock);

	/* Operations that run take the lock. */
	if (component)
		vigil_component_unregister(component);
}
