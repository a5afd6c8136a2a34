// SPDX-License-Identifier: GPL-2.0
/*
 * Who reports memory errors: started, stopped, counted, shown.
 *
 * A source that this kernel does not have is shown as absent. Its file starts
 * it and says what came of that; counts come from the drain.
 */
#define pr_fmt(fmt) "vigil_memory: " fmt

#include <linux/math64.h>
#include <linux/time64.h>

#include "sources.h"
#include "memory.h"

/**
 * struct memory_source - A source and what it did.
 * @shown: how it shows in Vigil
 * @events: errors it reported; vigil_memory_lock
 * @dropped: those for which there was no room; vigil_memory_lock
 * @last_ns: when it reported last, or 0; vigil_memory_lock
 */
struct memory_source {
	struct vigil_source shown;
	u64 events;
	u64 dropped;
	u64 last_ns;
};

static void read_source(struct vigil_source *source,
			struct vigil_source_info *info);

/* In the order of starting: an error is known before what became of it. */
static struct memory_source sources[VIGIL_RECORD_SOURCES] = {
	[VIGIL_RECORD_MCE] = { .shown = {
		.name = "mce",
		.start = VIGIL_IF(IS_ENABLED(CONFIG_X86_MCE), vigil_memory_mce_start),
		.stop = VIGIL_IF(IS_ENABLED(CONFIG_X86_MCE), vigil_memory_mce_stop),
		.read = read_source,
	} },
	[VIGIL_RECORD_MEMORY_FAILURE] = { .shown = {
		.name = "memory_failure_event",
		.start = VIGIL_IF(IS_ENABLED(CONFIG_TRACEPOINTS), vigil_memory_mf_start),
		.stop = VIGIL_IF(IS_ENABLED(CONFIG_TRACEPOINTS), vigil_memory_mf_stop),
		.read = read_source,
	} },
	[VIGIL_RECORD_EDAC] = { .shown = {
		.name = "mc_event",
		.start = VIGIL_IF(IS_ENABLED(CONFIG_RAS), vigil_memory_edac_start),
		.stop = VIGIL_IF(IS_ENABLED(CONFIG_RAS), vigil_memory_edac_stop),
		.read = read_source,
	} },
	[VIGIL_RECORD_GHES] = { .shown = {
		.name = "ghes",
		.start = VIGIL_IF(IS_ENABLED(CONFIG_ACPI_APEI_GHES), vigil_memory_ghes_start),
		.stop = VIGIL_IF(IS_ENABLED(CONFIG_ACPI_APEI_GHES), vigil_memory_ghes_stop),
		.read = read_source,
	} },
	[VIGIL_RECORD_ARM] = { .shown = {
		.name = "arm_event",
		.start = VIGIL_IF(IS_ENABLED(CONFIG_RAS), vigil_memory_arm_start),
		.stop = VIGIL_IF(IS_ENABLED(CONFIG_RAS), vigil_memory_arm_stop),
		.read = read_source,
	} },
};

static void read_source(struct vigil_source *shown,
			struct vigil_source_info *info)
{
	struct memory_source *source = container_of(shown, struct memory_source,
						    shown);
	u64 now_ns = vigil_memory_clock_ns();

	mutex_lock(&vigil_memory_lock);
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
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(sources); i++)
		err = vigil_source_start(&sources[i].shown);
	return err;
}

/* Afterwards nothing is recorded any more. */
void vigil_memory_sources_stop(void)
{
	unsigned int i = ARRAY_SIZE(sources);

	while (i--)
		vigil_source_stop(&sources[i].shown);
}
