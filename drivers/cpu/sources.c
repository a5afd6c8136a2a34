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
#include <linux/printk.h>
#include <linux/vigil/source.h>

#include "cpu.h"
#include "sources.h"

/**
 * struct cpu_source - A source and what it did.
 * @shown: how it shows in Vigil
 * @start: start to listen; NULL when this kernel has no such thing
 * @stop: stop; when it returns nothing is reported any more
 * @state: what came of @start; constant after it
 * @registered: @shown is; init and exit only
 * @events: errors it reported
 * @last_jiffies: when it reported last, or 0; READ_ONCE() and WRITE_ONCE()
 */
struct cpu_source {
	struct vigil_source shown;
	int (*start)(void);
	void (*stop)(void);
	enum vigil_source_state state;
	bool registered;
	atomic64_t events;
	u64 last_jiffies;
};

static void read_source(struct vigil_source *source,
			struct vigil_source_info *info);

#define IF(available, function)	((available) ? (function) : NULL)

static struct cpu_source sources[VIGIL_CPU_SOURCES] = {
	[VIGIL_CPU_SOURCE_MCE] = {
		.shown = { .name = "mce-cpu", .read = read_source },
		.start = IF(IS_ENABLED(CONFIG_X86_MCE), vigil_cpu_mce_start),
		.stop = IF(IS_ENABLED(CONFIG_X86_MCE), vigil_cpu_mce_stop),
	},
	[VIGIL_CPU_SOURCE_ARM] = {
		.shown = { .name = "arm_event-cpu", .read = read_source },
		.start = IF(IS_ENABLED(CONFIG_RAS), vigil_cpu_arm_start),
		.stop = IF(IS_ENABLED(CONFIG_RAS), vigil_cpu_arm_stop),
	},
};

static void read_source(struct vigil_source *shown,
			struct vigil_source_info *info)
{
	struct cpu_source *source = container_of(shown, struct cpu_source,
						 shown);
	u64 last = READ_ONCE(source->last_jiffies);

	info->state = source->state;
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

static enum vigil_source_state start(const struct cpu_source *source)
{
	int err = source->start ? source->start() : -ENOENT;

	if (err == -ENOENT)
		return VIGIL_SOURCE_STATE_ABSENT;
	if (!err)
		return VIGIL_SOURCE_STATE_ARMED;
	pr_warn("can't listen to %s: %d\n", source->shown.name, err);
	return VIGIL_SOURCE_STATE_FAILED;
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
	int err;

	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		sources[i].state = start(&sources[i]);
		err = vigil_source_register(&sources[i].shown);
		if (err)
			return err;
		sources[i].registered = true;
	}
	return 0;
}

/* Afterwards nothing is recorded any more. */
void vigil_cpu_sources_stop(void)
{
	unsigned int i = ARRAY_SIZE(sources);

	while (i--) {
		if (sources[i].registered)
			vigil_source_unregister(&sources[i].shown);
		sources[i].registered = false;
		if (sources[i].state == VIGIL_SOURCE_STATE_ARMED)
			sources[i].stop();
		sources[i].state = VIGIL_SOURCE_STATE_ABSENT;
	}
}
