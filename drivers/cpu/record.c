// SPDX-License-Identifier: GPL-2.0
/*
 * Errors of CPUs, from any context to counts.
 *
 * All that matters of an error is which CPU it is of, where in it, and how bad.
 * So a source adds to one of a few numbers of that CPU and kicks an irq_work,
 * which is the one thing that may be kicked from a machine check; nothing is
 * allocated, nothing can be full, nothing is lost. The rest happens in process
 * context.
 *
 * No kick is lost either: both the irq_work and the work item stop to be pending,
 * with a full barrier, before their function looks at the numbers, and
 * irq_work_queue() is one after they were written.
 */
#include <linux/cpumask.h>
#include <linux/irq_work.h>
#include <linux/string.h>

#include "cpu.h"

static void kick_fn(struct irq_work *work)
{
	vigil_cpu_judge_soon();
}

static struct irq_work kick = IRQ_WORK_INIT(kick_fn);

/**
 * vigil_cpu_record() - Take an error from a source.
 * @number: CPU that it is of
 * @error: what it is
 *
 * Context: Any, machine check included. Takes no lock.
 */
void vigil_cpu_record(unsigned int number, const struct vigil_cpu_error *error)
{
	struct vigil_cpu *cpu;

	if (number >= nr_cpu_ids)
		return;
	cpu = &vigil_cpus[number];
	if (error->yellow)
		atomic_set(&cpu->yellow, 1);
	atomic_add(error->count, &cpu->errors[error->severity][error->part]);
	irq_work_queue(&kick);
}

/* Nothing is recorded any more; afterwards nothing is kicked. */
void vigil_cpu_records_stop(void)
{
	irq_work_sync(&kick);
}

static u32 take(struct vigil_cpu *cpu, enum vigil_cpu_severity severity,
		enum vigil_cpu_part part)
{
	return atomic_xchg(&cpu->errors[severity][part], 0);
}

static void count_part(struct vigil_cpu *cpu, enum vigil_cpu_part part,
		       struct vigil_cpu_news *news)
{
	u32 corrected = take(cpu, VIGIL_CPU_CORRECTED, part);
	u32 uncorrected = take(cpu, VIGIL_CPU_UNCORRECTED, part);
	u32 poison = take(cpu, VIGIL_CPU_POISON, part);

	vigil_component_count(cpu->component, COUNTER_CORRECTED, corrected);
	vigil_component_count(cpu->component, COUNTER_UNCORRECTED, uncorrected);
	vigil_component_count(cpu->component, COUNTER_POISON, poison);
	vigil_component_count(cpu->component, COUNTER_PARTS + part,
			      (u64)corrected + uncorrected);
	news->corrected += corrected;
	news->uncorrected += uncorrected;
}

/**
 * vigil_cpu_count() - Count the errors that were recorded.
 * @cpu: a CPU that has a component
 * @news: what there was
 *
 * Context: The workqueue, under vigil_cpu_lock.
 */
void vigil_cpu_count(struct vigil_cpu *cpu, struct vigil_cpu_news *news)
{
	unsigned int part;

	lockdep_assert_held(&vigil_cpu_lock);

	memset(news, 0, sizeof(*news));
	news->yellow = atomic_xchg(&cpu->yellow, 0);
	for (part = 0; part < VIGIL_CPU_PARTS; part++)
		count_part(cpu, part, news);
	if (news->corrected)
		vigil_component_event(cpu->component,
				      VIGIL_EVENT_KIND_CORRECTED_ERROR,
				      news->corrected);
	if (news->uncorrected)
		vigil_component_event(cpu->component,
				      VIGIL_EVENT_KIND_UNCORRECTED_ERROR,
				      news->uncorrected);
}
