/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vigil_cpu: errors of CPUs, and CPUs out of use.
 *
 * Locks: vigil_cpu_lock protects the books. Never held across hotplug. Outside
 * of the core's locks and of what the kernel takes to walk tasks.
 *
 * Everything that happens by itself does so in work items of one ordered
 * workqueue: components come and go, errors are counted and judged, a policy asks
 * for an isolation. So these never overlap.
 */
#ifndef VIGIL_CPU_H
#define VIGIL_CPU_H

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/vigil/component.h>
#include <linux/workqueue.h>

#include "error.h"
#include "judge.h"

/* Counters; those of parts in the order of enum vigil_cpu_part, throttles last. */
enum vigil_cpu_counter {
	COUNTER_CORRECTED,
	COUNTER_UNCORRECTED,
	COUNTER_POISON,
	COUNTER_PARTS,
	COUNTER_THROTTLES = COUNTER_PARTS + VIGIL_CPU_PARTS,

	COUNTERS_MAX
};

/**
 * struct vigil_cpu_policy - What an administrator says; READ_ONCE(), WRITE_ONCE().
 * @corrected_errors: see struct vigil_cpu_limits
 * @corrected_window_s: see there
 * @storm_errors: see there
 * @failing_window_s: see there
 * @isolate_on_failing: take it out of use when it is failing
 */
struct vigil_cpu_policy {
	u32 corrected_errors;
	u32 corrected_window_s;
	u32 storm_errors;
	u32 failing_window_s;
	bool isolate_on_failing;
};

/**
 * struct vigil_cpu - A possible CPU.
 * @number: the kernel's
 * @instance: the same, in words
 * @component: how it shows in Vigil, NULL while the kernel has no device of it;
 *	written by the workqueue, init and exit under vigil_cpu_lock
 * @owner: who took it out of use; vigil_cpu_lock
 * @busy: an operation moves it, and says what came of it; vigil_cpu_lock
 * @judge: how well it is; vigil_cpu_lock
 * @asked: a policy has had its say, because it is failing; vigil_cpu_lock
 * @wanted: that is to be done; vigil_cpu_lock
 * @policy: see there
 * @throttles: how often it was too hot, as the kernel said last; READ_ONCE(),
 *	WRITE_ONCE()
 * @errors: those that were reported and not yet counted
 * @yellow: one of them was yellow
 */
struct vigil_cpu {
	unsigned int number;
	char instance[12];
	struct vigil_component *component;
	enum vigil_owner owner;
	bool busy;
	struct vigil_cpu_judge judge;
	bool asked;
	bool wanted;
	struct vigil_cpu_policy policy;
	u64 throttles;
	atomic_t errors[VIGIL_CPU_SEVERITIES][VIGIL_CPU_PARTS];
	atomic_t yellow;
};

/* main.c */

/* Protects the books: what names it as its lock. Inside no other of Vigil's. */
extern struct mutex vigil_cpu_lock;

/* Ordered. */
extern struct workqueue_struct *vigil_cpu_work;

/* By number, up to nr_cpu_ids; there from before the first source to the end. */
extern struct vigil_cpu *vigil_cpus;

/* Set, once, when the module goes: whatever runs by itself ends at once. */
extern bool vigil_cpu_stopping;

static inline u64 vigil_cpu_now_ms(void)
{
	return ktime_to_ms(ktime_get_boottime());
}

/* component.c: what Vigil shows */
int vigil_cpu_component_register(struct vigil_cpu *cpu);
void vigil_cpu_component_unregister(struct vigil_cpu *cpu);
bool vigil_cpu_can_offline(const struct vigil_cpu *cpu);

/* record.c: errors, from any context to counts */
void vigil_cpu_record(unsigned int number, const struct vigil_cpu_error *error);
void vigil_cpu_count(struct vigil_cpu *cpu, struct vigil_cpu_news *news);
void vigil_cpu_records_stop(void);

/* health.c: how well CPUs are, and what follows */
void vigil_cpu_judge_soon(void);
void vigil_cpu_pardon(struct vigil_cpu *cpu, struct vigil_component *component,
		      const char *reason);
void vigil_cpu_health_stop(void);

/* hotplug.c: CPUs that come, go, and are taken by others */
int vigil_cpu_hotplug_start(void);
void vigil_cpu_hotplug_stop(void);
void vigil_cpu_look_around(void);
void vigil_cpu_set_owner(struct vigil_cpu *cpu,
			 struct vigil_component *component,
			 enum vigil_owner owner, const char *reason);

/* command.c: isolate and release */
int vigil_cpu_check(struct vigil_component *component, void *priv,
		    const struct vigil_request *request,
		    struct vigil_outcome *out);
void vigil_cpu_execute(struct vigil_component *component, void *priv,
		       const struct vigil_request *request,
		       struct vigil_outcome *out);

/* survey.c: what an isolation would hit */
void vigil_cpu_survey(struct vigil_component *component, void *priv,
		      const struct vigil_request *request,
		      struct vigil_survey *survey);

/* thermal_x86.c: where the kernel counts it */
#ifdef CONFIG_X86_THERMAL_VECTOR
bool vigil_cpu_counts_throttles(void);
u64 vigil_cpu_throttles(unsigned int number);
#else
static inline bool vigil_cpu_counts_throttles(void)
{
	return false;
}

static inline u64 vigil_cpu_throttles(unsigned int number)
{
	return 0;
}
#endif

#endif /* VIGIL_CPU_H */
