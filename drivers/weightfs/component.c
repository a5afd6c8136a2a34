// SPDX-License-Identifier: GPL-2.0
/*
 * What Vigil shows of a mount: the component "weights-<major>:<minor>", named
 * after the device number that stat() gives for everything in the mount.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/vigil/component.h>

#include "weightfs.h"

static u64 read_files(struct vigil_component *component, void *priv)
{
	struct weightfs_mount *wm = priv;

	return READ_ONCE(wm->nr_files);
}

static u64 huge_bytes(struct weightfs_mount *wm)
{
	return atomic_long_read(&wm->huge_chunks) * WEIGHTFS_CHUNK_BYTES;
}

static u64 small_bytes(struct weightfs_mount *wm)
{
	return (u64)atomic_long_read(&wm->small_pages) << PAGE_SHIFT;
}

/**
 * weightfs_loaded_bytes() - How much a mount has in memory.
 * @wm: the mount
 *
 * Context: Any.
 * Return: bytes, whole pages.
 */
u64 weightfs_loaded_bytes(struct weightfs_mount *wm)
{
	return huge_bytes(wm) + small_bytes(wm);
}

static u64 read_loaded_bytes(struct vigil_component *component, void *priv)
{
	return weightfs_loaded_bytes(priv);
}

static u64 read_queued_bytes(struct vigil_component *component, void *priv)
{
	struct vigil_progress progress = weightfs_preload_progress(priv);

	return progress.total_bytes - progress.done_bytes;
}

static u64 read_load_done_bytes(struct vigil_component *component, void *priv)
{
	return weightfs_preload_progress(priv).done_bytes;
}

static u64 read_load_total_bytes(struct vigil_component *component, void *priv)
{
	return weightfs_preload_progress(priv).total_bytes;
}

static u64 read_load_bytes_per_second(struct vigil_component *component,
				      void *priv)
{
	return weightfs_preload_progress(priv).bytes_per_second;
}

static u64 read_huge_bytes(struct vigil_component *component, void *priv)
{
	return huge_bytes(priv);
}

static u64 read_small_bytes(struct vigil_component *component, void *priv)
{
	return small_bytes(priv);
}

static bool chunk_mapped_huge(const struct weightfs_chunk *chunk)
{
	struct address_space *mapping = chunk->wi->vfs_inode.i_mapping;
	pgoff_t index = weightfs_chunk_start(weightfs_chunk_nr(chunk));
	struct folio *folio;
	bool mapped = false;

	rcu_read_lock();
	folio = xa_load(&mapping->i_pages, index);
	if (folio && !xa_is_value(folio) && folio_test_large(folio))
		mapped = folio_entire_mapcount(folio) > 0;
	rcu_read_unlock();
	return mapped;
}

/* Looks at every chunk: meant for people, not to be polled in a loop. */
static u64 read_mapped_huge_bytes(struct vigil_component *component, void *priv)
{
	struct weightfs_mount *wm = priv;
	unsigned long nr, mapped = 0;
	struct weightfs_inode *wi;

	mutex_lock(&wm->lock);
	list_for_each_entry(wi, &wm->files, in_files) {
		for (nr = 0; nr < weightfs_file_chunks(wi->size); nr++)
			if (READ_ONCE(wi->chunks[nr].state) == WEIGHTFS_HUGE)
				mapped += chunk_mapped_huge(&wi->chunks[nr]);
		cond_resched();
	}
	mutex_unlock(&wm->lock);
	return mapped * WEIGHTFS_CHUNK_BYTES;
}

static const struct vigil_counter_desc weightfs_counters[] = {
	[WEIGHTFS_LOADED_CHUNKS]	= { .name = "loaded_chunks" },
	[WEIGHTFS_LOAD_ERRORS]		= { .name = "load_errors" },
	[WEIGHTFS_HEALS]		= { .name = "heals" },
	[WEIGHTFS_HEAL_FAILURES]	= { .name = "heal_failures" },
	[WEIGHTFS_MOVES]		= { .name = "moves" },
	[WEIGHTFS_SPLITS]		= { .name = "splits" },
	[WEIGHTFS_EVICTIONS]		= { .name = "evictions" },
	[WEIGHTFS_SCRUBBED_BYTES]	= { .name = "scrubbed_bytes" },
	[WEIGHTFS_CORRUPTIONS]		= { .name = "corruptions" },
	[WEIGHTFS_HELD_ERRORS]		= { .name = "held_errors" },
	[WEIGHTFS_VERIFY_FAILURES]	= { .name = "verify_failures" },
	{ .name = "files",		.read = read_files },
	{ .name = "loaded_bytes",	.read = read_loaded_bytes },
	{ .name = "huge_bytes",		.read = read_huge_bytes },
	{ .name = "small_bytes",	.read = read_small_bytes },
	{ .name = "queued_bytes",	.read = read_queued_bytes },
	{ .name = "load_done_bytes",	.read = read_load_done_bytes },
	{ .name = "load_total_bytes",	.read = read_load_total_bytes },
	{ .name = "load_bytes_per_second", .read = read_load_bytes_per_second },
	{ .name = "mapped_huge_bytes",	.read = read_mapped_huge_bytes },
};

#define WEIGHTFS_GET_OPTION(option)					\
static u64 get_##option(struct vigil_component *component, void *priv)	\
{									\
	struct weightfs_mount *wm = priv;				\
									\
	return READ_ONCE(wm->options.option);				\
}

WEIGHTFS_GET_OPTION(scrub_mib_per_s)
WEIGHTFS_GET_OPTION(budget_bytes)
WEIGHTFS_GET_OPTION(user_budget_bytes)

/* They rule what is loaded from now on; nothing goes because of them alone. */
#define WEIGHTFS_SET_OPTION(option)					\
static int set_##option(struct vigil_component *component, void *priv,	\
			u64 value)					\
{									\
	struct weightfs_mount *wm = priv;				\
									\
	WRITE_ONCE(wm->options.option, value);				\
	return 0;							\
}

WEIGHTFS_SET_OPTION(budget_bytes)
WEIGHTFS_SET_OPTION(user_budget_bytes)

static int set_scrub_mib_per_s(struct vigil_component *component, void *priv,
			       u64 value)
{
	weightfs_scrub_set_rate(priv, value);
	return 0;
}

static const struct vigil_policy_desc weightfs_policies[] = {
	{
		.name = "scrub_mib_per_s",
		.maximum = WEIGHTFS_SCRUB_MAX,
		.get = get_scrub_mib_per_s,
		.set = set_scrub_mib_per_s,
	},
	{
		.name = "budget_bytes",
		.maximum = WEIGHTFS_BUDGET_MAX,
		.get = get_budget_bytes,
		.set = set_budget_bytes,
	},
	{
		.name = "user_budget_bytes",
		.maximum = WEIGHTFS_BUDGET_MAX,
		.get = get_user_budget_bytes,
		.set = set_user_budget_bytes,
	},
};

/**
 * weightfs_component_register() - Show a mount.
 * @wm: the mount
 *
 * Context: Process context, sleeps.
 * Return: 0 or a negative errno.
 */
int weightfs_component_register(struct weightfs_mount *wm)
{
	char instance[32];
	struct vigil_component_desc desc = {
		.class		= VIGIL_CLASS_WEIGHTS,
		.instance	= instance,
		.owner		= THIS_MODULE,
		.counters	= weightfs_counters,
		.nr_counters	= ARRAY_SIZE(weightfs_counters),
		.policies	= weightfs_policies,
		.nr_policies	= ARRAY_SIZE(weightfs_policies),
		.priv		= wm,
	};

	snprintf(instance, sizeof(instance), "%u:%u", MAJOR(wm->sb->s_dev),
		 MINOR(wm->sb->s_dev));
	wm->component = vigil_component_register(&desc);
	if (IS_ERR(wm->component)) {
		int err = PTR_ERR(wm->component);

		wm->component = NULL;
		return err;
	}
	vigil_component_set_health(wm->component, VIGIL_HEALTH_HEALTHY, "mounted");
	return 0;
}

/**
 * weightfs_component_unregister() - Stop showing a mount.
 * @wm: the mount, possibly never registered
 *
 * Context: Process context, sleeps.
 */
void weightfs_component_unregister(struct weightfs_mount *wm)
{
	if (wm->component)
		vigil_component_unregister(wm->component);
}

static void tell(struct weightfs_mount *wm, enum weightfs_counter counter, u64 n)
{
	switch (counter) {
	case WEIGHTFS_HEALS:
		vigil_component_event(wm->component,
				      VIGIL_EVENT_KIND_WEIGHTS_HEALED, n);
		if (!READ_ONCE(wm->held_error))
			vigil_component_set_health(wm->component,
						   VIGIL_HEALTH_HEALTHY,
						   "lost pages were read again");
		break;
	case WEIGHTFS_MOVES:
		vigil_component_event(wm->component,
				      VIGIL_EVENT_KIND_WEIGHTS_MOVED, n);
		break;
	case WEIGHTFS_HELD_ERRORS:
		WRITE_ONCE(wm->held_error, true);
		vigil_component_event(wm->component,
				      VIGIL_EVENT_KIND_WEIGHTS_HELD, n);
		vigil_component_set_health(wm->component, VIGIL_HEALTH_DEGRADED,
					   "a device or a pipe holds memory that failed");
		break;
	case WEIGHTFS_VERIFY_FAILURES:
		vigil_component_event(wm->component,
				      VIGIL_EVENT_KIND_WEIGHTS_REFUSED, n);
		break;
	case WEIGHTFS_CORRUPTIONS:
		vigil_component_event(wm->component,
				      VIGIL_EVENT_KIND_WEIGHTS_CORRUPT, n);
		break;
	case WEIGHTFS_HEAL_FAILURES:
		vigil_component_event(wm->component,
				      VIGIL_EVENT_KIND_WEIGHTS_LOST, n);
		vigil_component_set_health(wm->component, VIGIL_HEALTH_FAILING,
					   "a lost page could not be read again");
		break;
	default:
		break;
	}
}

/**
 * weightfs_count() - Count something, and tell those who listen.
 * @wm: the mount
 * @counter: what
 * @n: how often; nothing happens when 0
 *
 * Context: Process context, sleeps.
 */
void weightfs_count(struct weightfs_mount *wm, enum weightfs_counter counter,
		    u64 n)
{
	if (!n)
		return;
	vigil_component_count(wm->component, counter, n);
	tell(wm, counter, n);
}
