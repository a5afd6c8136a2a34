// SPDX-License-Identifier: GPL-2.0
/*
 * How well CPUs are, and what follows from it.
 *
 * Errors are counted and CPUs judged (judge.c) in one work item; as long as one
 * of them is not healthy it repeats itself, often enough to see windows pass. A
 * CPU that is out of use is not judged: it has no errors, which says nothing.
 *
 * What a policy asks for goes the way of a command, guards included, from a work
 * item of its own. One that was refused is not repeated before the CPU has been
 * well, or the policy is set again: the advice stays, and the audit ring says why.
 */
#define pr_fmt(fmt) "vigil_cpu: " fmt

#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "cpu.h"

/* How often windows are looked at, in the limits of reason. */
#define LOOK_MIN_S	1U
#define LOOK_MAX_S	3600U

static void judge_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(judge_work, judge_fn);

static void isolate_fn(struct work_struct *work);
static DECLARE_WORK(isolate_work, isolate_fn);

/**
 * vigil_cpu_judge_soon() - Count errors and judge CPUs.
 *
 * Context: Any but NMI; takes locks of the workqueue.
 */
void vigil_cpu_judge_soon(void)
{
	mod_delayed_work(vigil_cpu_work, &judge_work, 0);
}

static struct vigil_cpu_limits limits_of(const struct vigil_cpu *cpu)
{
	const struct vigil_cpu_policy *policy = &cpu->policy;

	return (struct vigil_cpu_limits) {
		.corrected_errors = READ_ONCE(policy->corrected_errors),
		.corrected_window_s = READ_ONCE(policy->corrected_window_s),
		.storm_errors = READ_ONCE(policy->storm_errors),
		.failing_window_s = READ_ONCE(policy->failing_window_s),
	};
}

static void explain(const struct vigil_cpu *cpu, char *reason, size_t bytes)
{
	const struct vigil_cpu_judge *judge = &cpu->judge;

	switch (judge->cause) {
	case VIGIL_CPU_CAUSE_UNCORRECTED:
		strscpy(reason, "had an uncorrected error", bytes);
		return;
	case VIGIL_CPU_CAUSE_YELLOW:
		strscpy(reason, "corrected errors passed the hardware's threshold (yellow)",
			bytes);
		return;
	case VIGIL_CPU_CAUSE_STORM:
		strscpy(reason, "a storm of corrected errors", bytes);
		return;
	case VIGIL_CPU_CAUSE_NONE:
		break;
	}
	if (judge->health == VIGIL_HEALTH_DEGRADED)
		scnprintf(reason, bytes, "%u corrected errors within %u s",
			  judge->recent,
			  READ_ONCE(cpu->policy.corrected_window_s));
	else
		strscpy(reason, "few errors or none", bytes);
}

static enum vigil_advice advice_of(const struct vigil_cpu *cpu)
{
	switch (cpu->judge.health) {
	case VIGIL_HEALTH_FAILING:
		return vigil_cpu_can_offline(cpu) ? VIGIL_ADVICE_ISOLATE :
						    VIGIL_ADVICE_DRAIN;
	case VIGIL_HEALTH_DEGRADED:
		return VIGIL_ADVICE_WATCH;
	default:
		return VIGIL_ADVICE_NONE;
	}
}

static void tell(struct vigil_cpu *cpu)
{
	char reason[VIGIL_REASON_MAX + 1];

	lockdep_assert_held(&vigil_cpu_lock);

	explain(cpu, reason, sizeof(reason));
	vigil_component_set_health(cpu->component, cpu->judge.health, reason);
	vigil_component_set_advice(cpu->component, advice_of(cpu), reason);
}

/* A policy has a say while the CPU is failing and in use. */
static void heed_policy(struct vigil_cpu *cpu)
{
	bool act = READ_ONCE(cpu->policy.isolate_on_failing);

	lockdep_assert_held(&vigil_cpu_lock);

	if (cpu->judge.health != VIGIL_HEALTH_FAILING || !act) {
		cpu->asked = false;
		cpu->wanted = false;
	} else if (!cpu->asked) {
		cpu->asked = true;
		cpu->wanted = true;
		queue_work(vigil_cpu_work, &isolate_work);
	}
}

static void judge_cpu(struct vigil_cpu *cpu)
{
	struct vigil_cpu_limits limits = limits_of(cpu);
	struct vigil_cpu_news news;

	lockdep_assert_held(&vigil_cpu_lock);

	vigil_cpu_count(cpu, &news);
	if (cpu->owner != VIGIL_OWNER_NONE && !news.uncorrected)
		return;
	if (vigil_cpu_judge_update(&cpu->judge, &limits, &news,
				   vigil_cpu_now_ms()))
		tell(cpu);
	heed_policy(cpu);
}

/* When to look at a CPU again that nothing happens to; 0 is never. */
static u32 look_again_s(const struct vigil_cpu *cpu)
{
	struct vigil_cpu_limits limits = limits_of(cpu);

	if (cpu->judge.health == VIGIL_HEALTH_HEALTHY ||
	    cpu->owner != VIGIL_OWNER_NONE)
		return 0;
	return clamp(min(limits.corrected_window_s, limits.failing_window_s) /
		     VIGIL_CPU_SLICES, LOOK_MIN_S, LOOK_MAX_S);
}

static void judge_fn(struct work_struct *work)
{
	u32 again_s, soonest_s = U32_MAX;
	unsigned int number;

	if (READ_ONCE(vigil_cpu_stopping))
		return;
	mutex_lock(&vigil_cpu_lock);
	for_each_possible_cpu(number) {
		struct vigil_cpu *cpu = &vigil_cpus[number];

		if (!cpu->component)
			continue;
		judge_cpu(cpu);
		again_s = look_again_s(cpu);
		if (again_s)
			soonest_s = min(soonest_s, again_s);
	}
	mutex_unlock(&vigil_cpu_lock);

	/* No later than somebody has asked for meanwhile. */
	if (soonest_s != U32_MAX)
		queue_delayed_work(vigil_cpu_work, &judge_work,
				   soonest_s * HZ);
}

/**
 * vigil_cpu_pardon() - Forget why a CPU was not healthy.
 * @cpu: the CPU
 * @component: its component
 * @reason: why, for people
 *
 * Somebody gives it back to work, and answers for it.
 *
 * Context: Process context, under vigil_cpu_lock.
 */
void vigil_cpu_pardon(struct vigil_cpu *cpu, struct vigil_component *component,
		      const char *reason)
{
	lockdep_assert_held(&vigil_cpu_lock);

	memset(&cpu->judge, 0, sizeof(cpu->judge));
	cpu->judge.health = VIGIL_HEALTH_HEALTHY;
	cpu->asked = false;
	cpu->wanted = false;
	vigil_component_set_health(component, VIGIL_HEALTH_HEALTHY, reason);
	vigil_component_set_advice(component, VIGIL_ADVICE_NONE, reason);
}

static bool take_wanted(struct vigil_cpu *cpu, char *reason, size_t bytes)
{
	bool wanted;

	mutex_lock(&vigil_cpu_lock);
	wanted = cpu->wanted && cpu->component &&
		 cpu->owner == VIGIL_OWNER_NONE;
	cpu->wanted = false;
	explain(cpu, reason, bytes);
	mutex_unlock(&vigil_cpu_lock);
	return wanted;
}

/* The component stays: only this workqueue and exit unregister it. */
static void isolate_cpu(struct vigil_cpu *cpu)
{
	char reason[VIGIL_REASON_MAX + 1];
	struct vigil_request request = {
		.verb = VIGIL_VERB_ISOLATE,
		.by_policy = true,
		.reason = reason,
	};
	struct vigil_outcome outcome = { 0 };

	if (!take_wanted(cpu, reason, sizeof(reason)))
		return;
	if (vigil_component_request(cpu->component, &request, &outcome) ||
	    outcome.state != VIGIL_OP_STATE_DONE)
		pr_warn_ratelimited("CPU %u is failing and stays in use: %s\n",
				    cpu->number, outcome.message);
}

static void isolate_fn(struct work_struct *work)
{
	unsigned int number;

	for_each_possible_cpu(number)
		isolate_cpu(&vigil_cpus[number]);
}

/* With vigil_cpu_stopping set: afterwards nothing is judged or isolated. */
void vigil_cpu_health_stop(void)
{
	cancel_delayed_work_sync(&judge_work);
	cancel_work_sync(&isolate_work);
}
