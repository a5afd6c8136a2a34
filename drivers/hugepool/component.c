// SPDX-License-Identifier: GPL-2.0
/*
 * How a reserve shows in Vigil: one component per node, "hugepool-<nid>".
 *
 * Health follows the shortfall with a delay on the way down (a fill that makes
 * progress is not a fault) and none on the way up. It is reported from the fill
 * work only, and only when it changes, so listeners get two messages for a
 * shortage however long it lasts; counters/shortfall_pages has the live number.
 *
 * Locks: none of its own. The callbacks run with no lock of the core held.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "hugepool.h"
#include "plan.h"

/* A fill that gets nothing for this long has a shortage worth reporting. */
#define SHORTAGE_JIFFIES (5 * HZ)

#define HUGEPOOL_COUNTER(field)						\
static u64 read_##field(struct vigil_component *component, void *priv)	\
{									\
	struct hugepool_stat stat;					\
									\
	hugepool_read(priv, &stat);					\
	return stat.field;						\
}

HUGEPOOL_COUNTER(free_pages)
HUGEPOOL_COUNTER(shortfall_pages)
HUGEPOOL_COUNTER(shortfall_seconds)
HUGEPOOL_COUNTER(fill_pages_per_minute)
HUGEPOOL_COUNTER(used_pages)
HUGEPOOL_COUNTER(quarantined_pages)
HUGEPOOL_COUNTER(pages_filled)
HUGEPOOL_COUNTER(pages_taken)
HUGEPOOL_COUNTER(poisoned_pages)
HUGEPOOL_COUNTER(pages_evacuated)
HUGEPOOL_COUNTER(pages_vacated)
HUGEPOOL_COUNTER(pages_given_back)
HUGEPOOL_COUNTER(fill_failures)

static u64 read_page_size_bytes(struct vigil_component *component, void *priv)
{
	return HPAGE_PMD_SIZE;
}

static const struct vigil_counter_desc hugepool_counters[] = {
	{ .name = "page_size_bytes", .read = read_page_size_bytes },
	{ .name = "free_pages", .read = read_free_pages },
	{ .name = "used_pages", .read = read_used_pages },
	{ .name = "shortfall_pages", .read = read_shortfall_pages },
	{ .name = "shortfall_seconds", .read = read_shortfall_seconds },
	{ .name = "quarantined_pages", .read = read_quarantined_pages },
	{ .name = "fill_pages_per_minute", .read = read_fill_pages_per_minute },
	{ .name = "pages_filled", .read = read_pages_filled },
	{ .name = "fill_failures", .read = read_fill_failures },
	{ .name = "pages_taken", .read = read_pages_taken },
	{ .name = "poisoned_pages", .read = read_poisoned_pages },
	{ .name = "pages_evacuated", .read = read_pages_evacuated },
	{ .name = "pages_vacated", .read = read_pages_vacated },
	{ .name = "pages_given_back", .read = read_pages_given_back },
};

static u64 get_target_pages(struct vigil_component *component, void *priv)
{
	struct hugepool_stat stat;

	hugepool_read(priv, &stat);
	return stat.target_pages;
}

static int set_target_pages(struct vigil_component *component, void *priv,
			    u64 value)
{
	int err = hugepool_set_target(priv, value);

	if (!err)
		hugepool_kick(priv);
	return err;
}

static u64 get_spare_pages(struct vigil_component *component, void *priv)
{
	struct hugepool_stat stat;

	hugepool_read(priv, &stat);
	return stat.spare_pages;
}

static int set_spare_pages(struct vigil_component *component, void *priv,
			   u64 value)
{
	int err = hugepool_set_spare(priv, value);

	if (!err)
		hugepool_kick(priv);
	return err;
}

static u64 get_give_back(struct vigil_component *component, void *priv)
{
	struct hugepool *pool = priv;

	return READ_ONCE(pool->give_back);
}

static int set_give_back(struct vigil_component *component, void *priv,
			 u64 value)
{
	struct hugepool *pool = priv;

	WRITE_ONCE(pool->give_back, value);
	return 0;
}

static void describe_policies(struct hugepool *pool)
{
	unsigned long max_pages = hugepool_node_max_pages(pool->nid);

	pool->policies[HUGEPOOL_TARGET_PAGES] = (struct vigil_policy_desc) {
		.name = "target_pages",
		.maximum = max_pages,
		.get = get_target_pages,
		.set = set_target_pages,
	};
	pool->policies[HUGEPOOL_SPARE_PAGES] = (struct vigil_policy_desc) {
		.name = "spare_pages",
		.maximum = max_pages,
		.get = get_spare_pages,
		.set = set_spare_pages,
	};
	pool->policies[HUGEPOOL_GIVE_BACK] = (struct vigil_policy_desc) {
		.name = "give_back",
		.maximum = 1,
		.get = get_give_back,
		.set = set_give_back,
	};
}

static void report_degraded(struct hugepool *pool,
			    struct vigil_component *component,
			    unsigned long shortfall)
{
	char reason[VIGIL_REASON_MAX + 1];
	struct hugepool_stat stat;

	hugepool_read(pool, &stat);
	scnprintf(reason, sizeof(reason), "short by %lu of %lu huge pages",
		  shortfall, stat.target_pages + stat.spare_pages);
	vigil_component_set_health(component, VIGIL_HEALTH_DEGRADED, reason);
	vigil_component_set_advice(component, VIGIL_ADVICE_WATCH, reason);
}

static void report_healthy(struct vigil_component *component)
{
	static const char reason[] = "no huge page is missing";

	vigil_component_set_health(component, VIGIL_HEALTH_HEALTHY, reason);
	vigil_component_set_advice(component, VIGIL_ADVICE_NONE, reason);
}

/**
 * hugepool_component_judge() - Report the health of a reserve if it changed.
 * @pool: reserve
 *
 * Context: The fill work, may sleep, no lock held.
 */
void hugepool_component_judge(struct hugepool *pool)
{
	/* Pairs with the release in hugepool_component_register(). */
	struct vigil_component *component = smp_load_acquire(&pool->component);
	unsigned long shortfall = hugepool_shortfall(pool);

	if (!component)
		return;
	if (pool->degraded && !shortfall) {
		pool->degraded = false;
		report_healthy(component);
	} else if (!pool->degraded && shortfall &&
		   time_after(jiffies, pool->gained_at + SHORTAGE_JIFFIES)) {
		pool->degraded = true;
		report_degraded(pool, component, shortfall);
	}
}

/**
 * hugepool_component_register() - Show a reserve and let its target be set.
 * @pool: reserve
 *
 * The target may be set, and the fill run, before this returns.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno.
 */
int hugepool_component_register(struct hugepool *pool)
{
	struct vigil_component_desc desc = {
		.class = VIGIL_CLASS_HUGEPOOL,
		.instance = pool->instance,
		.owner = THIS_MODULE,
		.counters = hugepool_counters,
		.nr_counters = ARRAY_SIZE(hugepool_counters),
		.policies = pool->policies,
		.nr_policies = ARRAY_SIZE(pool->policies),
		.priv = pool,
	};
	struct vigil_component *component;

	scnprintf(pool->instance, sizeof(pool->instance), "%d", pool->nid);
	describe_policies(pool);
	component = vigil_component_register(&desc);
	if (IS_ERR(component))
		return PTR_ERR(component);

	report_healthy(component);
	/* Pairs with the acquire in hugepool_component_judge(). */
	smp_store_release(&pool->component, component);
	return 0;
}

/**
 * hugepool_component_unregister() - The reverse.
 * @pool: reserve whose fill was cancelled
 *
 * Context: Process context, may sleep.
 */
void hugepool_component_unregister(struct hugepool *pool)
{
	vigil_component_unregister(pool->component);
	pool->component = NULL;
}
