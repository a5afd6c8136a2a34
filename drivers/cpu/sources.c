// SPDX-License-Identifier: GPL-2.0
/*
 * Who reports errors of CPUs: started, stopped, counted, shown.
 *
 * A source that this kernel does not have is shown as absent. Its file starts
 * it and says what came of that. Names are not those of vigil_memory, which
 * listens to the same for other errors.
 */
#define pr_fmt(fmt) "vigil_cpu: " fmt

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/vigil/source.h>

#include "cpu.h"
#include "sources.h"

/**
 * struct cpu_source - A source and what it did.
 * @shown: how it shows in Vigil
 * @events: errors it reported
 * @last_jiffies: when it reported last, or 0; READ_ONCE() and WRITE_ONCE()
 */
struct cpu_source {
	struct vigil_source shown;
	atomic64_t events;
	u64 last_jiffies;
};

static void read_source(struct vigil_source *source,
			struct vigil_source_info *info);

static struct cpu_source sources[VIGIL_CPU_SOURCES] = {
	[VIGIL_CPU_SOURCE_MCE] = { .shown = {
		.name = "mce-cpu",
		.start = VIGIL_IF(IS_ENABLED(CONFIG_X86_MCE), vigil_cpu_mce_start),
		.stop = VIGIL_IF(IS_ENABLED(CONFIG_X86_MCE), vigil_cpu_mce_stop),
		.read = read_source,
	} },
	[VIGIL_CPU_SOURCE_ARM] = { .shown = {
		.name = "arm_event-cpu",
		.start = VIGIL_IF(IS_ENABLED(CONFIG_RAS), vigil_cpu_arm_start),
		.stop = VIGIL_IF(IS_ENABLED(CONFIG_RAS), vigil_cpu_arm_stop),
		.read = read_source,
	} },
};

static void read_source(struct vigil_source *shown,
			struct vigil_source_info *info)
{
	struct cpu_source *source = container_of(shown, struct cpu_source,
						 shown);
	u64 last = READ_ONCE(source->last_jiffies);

	info->events = atomic64_read(&source->events);
	info->dropped = 0;
	info->spoke = last;
	if (last)
		info->quiet_s = div_u64(jiffies64_to_msecs(get_jiffies_64() -
							   last),
					MSEC_PER_SEC);
}

/**
 * vigil_cpu_report() - Take an error from a source.
 * @source: who reports it
 * @number: CPU that it is of
 * @error: what it is
 *
 * Context: Any, machine check included. Takes no lock.
 */
void vigil_cpu_report(enum vigil_cpu_source source, unsigned int number,
		      const struct vigil_cpu_error *error)
{
	atomic64_add(error->count, &sources[source].events);
	WRITE_ONCE(sources[source].last_jiffies, get_jiffies_64());
	vigil_cpu_record(number, error);
}

/**
 * vigil_cpu_sources_start() - Listen to every source that there is.
 *
 * Context: Process context. Errors are recorded from now on.
 * Return: 0 or a negative errno, when sources can't be shown; call
 * vigil_cpu_sources_stop() then too. One that can't be listened to is no error:
 * that can be seen.
 */
int vigil_cpu_sources_start(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(sources); i++)
		err = vigil_source_start(&sources[i].shown);
	return err;
}

/* Afterwards nothing is recorded any more. */
void vigil_cpu_sources_stop(void)
{
	unsigned int i = ARRAY_SIZE(sources);

	while (i--)
		vigil_source_stop(&sources[i].shown);
}
