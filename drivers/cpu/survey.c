// SPDX-License-Identifier: GPL-2.0
/*
 * What the isolation of a CPU would hit, and what speaks against it.
 *
 * A CPU counts as one that is left only when it is online and nobody is about to
 * take it offline. The core has made all that is being isolated pending before it
 * asks for the last time: of two requests for the last two CPUs each counts the
 * other's as gone, so at most one goes through.
 *
 * The kernel moves tasks that may run nowhere else to other CPUs, and forgets what
 * they were bound to. Whoever bound them should know. Kernel threads are left out:
 * they are made for such moves.
 */
#include <linux/cpumask.h>
#include <linux/ctype.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/isolation.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/tick.h>
#include <linux/topology.h>

#include "cpu.h"

/* The others are counted. */
#define NR_TASKS_TOLD	8U

/* CPUs that would be left. */
static void find_left(struct cpumask *left, unsigned int number)
{
	unsigned int other;

	cpumask_clear(left);
	mutex_lock(&vigil_cpu_lock);
	for_each_online_cpu(other) {
		struct vigil_component *component = vigil_cpus[other].component;

		if (other != number && component &&
		    vigil_component_isolation(component) == VIGIL_ISOLATION_NONE)
			cpumask_set_cpu(other, left);
	}
	mutex_unlock(&vigil_cpu_lock);
}

static bool node_left(const struct cpumask *left, int nid)
{
	unsigned int other;

	for_each_cpu(other, left)
		if (cpu_to_node(other) == nid)
			return true;
	return false;
}

static void ask_guards(unsigned int number, const struct cpumask *left,
		       struct vigil_survey *survey)
{
	int nid = cpu_to_node(number);

	if (cpumask_empty(left))
		vigil_survey_add(survey, VIGIL_GUARD_LAST_CPU,
				 "no CPU would be left that may be used");
	else if (!cpumask_intersects(left,
				     housekeeping_cpumask(HK_TYPE_DOMAIN)))
		vigil_survey_add(survey, VIGIL_GUARD_LAST_CPU,
				 "only CPUs would be left that the scheduler must not use by itself (isolcpus)");
	else if (nid != NUMA_NO_NODE && !node_left(left, nid))
		vigil_survey_add(survey, VIGIL_GUARD_LAST_CPU_OF_NODE,
				 "no CPU of node %d would be left that may be used",
				 nid);
}

static void tell_role(unsigned int number, const struct cpumask *left,
		      struct vigil_survey *survey)
{
	unsigned int sibling;

	if (!housekeeping_test_cpu(number, HK_TYPE_DOMAIN))
		vigil_survey_add(survey, VIGIL_GUARD_NONE,
				 "CPU %u is set aside for tasks that are put there (isolcpus)",
				 number);
	if (tick_nohz_full_cpu(number))
		vigil_survey_add(survey, VIGIL_GUARD_NONE,
				 "CPU %u runs without a tick (nohz_full)",
				 number);
	for_each_cpu_and(sibling, topology_sibling_cpumask(number), left)
		vigil_survey_add(survey, VIGIL_GUARD_NONE,
				 "CPU %u is in the same core, shares its caches, and stays in use",
				 sibling);
}

/* A thread that no other CPU may run, or NULL. */
static struct task_struct *find_bound(struct task_struct *process,
				      unsigned int number,
				      const struct cpumask *left)
{
	struct task_struct *thread;

	for_each_thread(process, thread)
		if (cpumask_test_cpu(number, &thread->cpus_mask) &&
		    !cpumask_intersects(&thread->cpus_mask, left))
			return thread;
	return NULL;
}

/* Its name is its own to choose, and may change while it is read. */
static void tell_task(struct task_struct *process, struct task_struct *thread,
		      unsigned int number, struct vigil_survey *survey)
{
	char comm[TASK_COMM_LEN];
	char *c;

	strscpy(comm, thread->comm, sizeof(comm));
	for (c = comm; *c; c++)
		if (!isprint(*c))
			*c = '?';
	vigil_survey_add(survey, VIGIL_GUARD_NONE,
			 "process %d (%s) may run on no CPU but %u, and would be moved",
			 task_tgid_nr(process), comm, number);
}

static void tell_tasks(unsigned int number, const struct cpumask *left,
		       struct vigil_survey *survey)
{
	struct task_struct *process, *thread;
	unsigned int nr = 0;

	rcu_read_lock();
	for_each_process(process) {
		if (process->flags & PF_KTHREAD)
			continue;
		thread = find_bound(process, number, left);
		if (thread && nr++ < NR_TASKS_TOLD)
			tell_task(process, thread, number, survey);
	}
	rcu_read_unlock();

	if (nr > NR_TASKS_TOLD)
		vigil_survey_add(survey, VIGIL_GUARD_NONE,
				 "and %u more processes that may run on no CPU but %u",
				 nr - NR_TASKS_TOLD, number);
}

/**
 * vigil_cpu_survey() - Tell what an isolation of a CPU would hit.
 * @component: the CPU's
 * @priv: the CPU
 * @request: what is asked for
 * @survey: where to tell it
 *
 * Context: Process context, may sleep; takes vigil_cpu_lock.
 */
void vigil_cpu_survey(struct vigil_component *component, void *priv,
		      const struct vigil_request *request,
		      struct vigil_survey *survey)
{
	const struct vigil_cpu *cpu = priv;
	cpumask_var_t left;

	if (request->verb != VIGIL_VERB_ISOLATE || !cpu_online(cpu->number))
		return;
	if (!alloc_cpumask_var(&left, GFP_KERNEL)) {
		vigil_survey_add(survey, VIGIL_GUARD_LAST_CPU,
				 "no memory to count the CPUs that would be left");
		return;
	}
	find_left(left, cpu->number);
	ask_guards(cpu->number, left, survey);
	tell_role(cpu->number, left, survey);
	/* With none left all are bound. */
	if (!cpumask_empty(left))
		tell_tasks(cpu->number, left, survey);
	free_cpumask_var(left);
}
