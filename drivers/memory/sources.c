// SPDX-License-Identifier: GPL-2.0
/*
 * Who reports memory errors: started, stopped, counted, shown.
 *
 * A source that this kernel does not have is shown as absent. Its file starts
 * it and says what came of that; counts come from the drain.
 */
#define pr_fmt(fmt) "vigil_memory: " fmt

#include <linux/math64.h>
#include <linux/printk.h>
#include <linux/time64.h>

#include "sources.h"
#include "memory.h"

/**
 * struct memory_source - A source and what it did.
 * @shown: how it shows in Vigil
 * @start: start to listen; returns 0, -ENOENT when there is nothing to listen
 *	to, another negative errno; NULL when this kernel has no such thing
 * @stop: stop; when it returns nothing is reported any more
 * @state: what came of @start; constant after it
 * @registered: @shown is; init and exit only
 * @events: errors it reported; vigil_memory_lock
 * @dropped: those for which there was no room; vigil_memory_lock
 * @last_ns: when it reported last, or 0; vigil_memory_lock
 */
struct memory_source {
	struct vigil_source shown;
	int (*start)(void);
	void (*stop)(void);
	enum vigil_source_state state;
	bool registered;
	u64 events;
	u64 dropped;
	u64 last_ns;
};

static void read_source(struct vigil_source *source,
			struct vigil_source_info *info);

#define IF(available, function)	((available) ? (function) : NULL)

/* In the order of starting: an error is known before what became of it. */
static struct memory_source sources[VIGIL_RECORD_SOURCES] = {
	[VIGIL_RECORD_MCE] = {
		.shown = { .name = "mce", .read = read_source },
		.start = IF(IS_ENABLED(CONFIG_X86_MCE), vigil_memory_mce_start),
		.stop = IF(IS_ENABLED(CONFIG_X86_MCE), vigil_memory_mce_stop),
	},
	[VIGIL_RECORD_MEMORY_FAILURE] = {
		.shown = { .name = "memory_failure_event", .read = read_source },
		.start = IF(IS_ENABLED(CONFIG_TRACEPOINTS), vigil_memory_mf_start),
		.stop = IF(IS_ENABLED(CONFIG_TRACEPOINTS), vigil_memory_mf_stop),
	},
	[VIGIL_RECORD_EDAC] = {
		.shown = { .name = "mc_event", .read = read_source },
		.start = IF(IS_ENABLED(CONFIG_RAS), vigil_memory_edac_start),
		.stop = IF(IS_ENABLED(CONFIG_RAS), vigil_memory_edac_stop),
	},
	[VIGIL_RECORD_GHES] = {
		.shown = { .name = "ghes", .read = read_source },
		.start = IF(IS_ENABLED(CONFIG_ACPI_APEI_GHES), vigil_memory_ghes_start),
		.stop = IF(IS_ENABLED(CONFIG_ACPI_APEI_GHES), vigil_memory_ghes_stop),
	},
	[VIGIL_RECORD_ARM] = {
		.shown = { .name = "arm_event", .read = read_source },
		.start = IF(IS_ENABLED(CONFIG_RAS), vigil_memory_arm_start),
		.stop = IF(IS_ENABLED(CONFIG_RAS), vigil_memory_arm_stop),
	},
};

static void read_source(struct vigil_source *shown,
			struct vigil_source_info *info)
{
	struct memory_source *source = container_of(shown, struct memory_source,
						    shown);
	u64 now_ns = vigil_memory_clock_ns();

	mutex_lock(&vigil_memory_lock);
	info->state = source->state;
	info->events = source->events;
	info->dropped = source->dropped;
	info->spoke = source->last_ns;
	if (info->spoke && now_ns > source->last_ns)
		info->quiet_s = div_u64(now_ns - source->last_ns, NSEC_PER_SEC);
	mutex_unlock(&vigil_memory_lock);
}

/**
 * vigil_memory_source_count() - Errors of a source have arrived.
 * @record: the errors
 * @dropped: there was no room for them
 *
 * Context: Process context, under vigil_memory_lock.
 */
void vigil_memory_source_count(const struct vigil_record *record, bool dropped)
{
	struct memory_source *source = &sources[record->source];

	lockdep_assert_held(&vigil_memory_lock);

	source->events += record->count;
	if (dropped)
		source->dropped += record->count;
	source->last_ns = record->time_ns;
}

static enum vigil_source_state start(struct memory_source *source)
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
 * vigil_memory_sources_start() - Listen to every source that there is.
 *
 * Context: Process context. Errors are recorded from now on.
 * Return: 0 or a negative errno, when sources can't be shown; call
 * vigil_memory_sources_stop() then too. One that can't be listened to is no
 * error: the others still speak, and it can be seen.
 */
int vigil_memory_sources_start(void)
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
void vigil_memory_sources_stop(void)
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
