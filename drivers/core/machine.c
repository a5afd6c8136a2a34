// SPDX-License-Identifier: GPL-2.0
/*
 * machine-0: what all components amount to, and how much may be out of use.
 *
 * Each class has a tally that every change of facts moves, so that guards and the
 * machine's health cost nothing to ask for. What counts of a component is its
 * health, but for one that is isolated: that has been dealt with, and makes the
 * machine degraded and no worse. The machine is as well as the worst of all;
 * its reason names, class by class, how many are how ill and the first of them.
 * That takes a walk through the components and is done a little later, ten times
 * a second at most, and only when something counts differently.
 *
 * The statistics of the core are the counters of this component, and the limits
 * on how much of a class may be isolated its policies.
 *
 * Locks: none of its own. Tallies are protected by vigil_notify_lock().
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "core.h"
#include "machine.h"

#define SUM_UP_DELAY_MS		100

/* The last hour, in minutes. */
#define NR_MINUTES		60

/* A quarter of a class may be out of use, one component always. */
#define SHARE_PERMILLE		250
/* As many as one looks into in an hour. */
#define PER_HOUR		8
#define PER_HOUR_MAX		1000000

/**
 * struct tally - What the components of a class amount to.
 * @nr: how many there are
 * @nr_out: how many of them are isolated or pending
 * @nr_health: how many count as each health
 * @nr_advice: how many advise what, that are not isolated
 * @minute: minute of the latest entry of @isolations, since boot
 * @isolations: isolations through Vigil in each minute of the last hour
 *
 * Protected by vigil_notify_lock().
 */
struct tally {
	unsigned int nr;
	unsigned int nr_out;
	unsigned int nr_health[VIGIL_HEALTH_MAX + 1];
	unsigned int nr_advice[VIGIL_ADVICE_MAX + 1];
	u64 minute;
	unsigned int isolations[NR_MINUTES];
};

static void sum_up(struct work_struct *work);

static struct {
	struct vigil_component *component;	/* READ_ONCE(), WRITE_ONCE() */
	struct tally tallies[VIGIL_CLASS_MAX + 1];	/* vigil_notify_lock() */
	u64 share_max_permille;		/* READ_ONCE(), WRITE_ONCE() */
	u64 per_hour_max;		/* READ_ONCE(), WRITE_ONCE() */
} machine = {
	.share_max_permille = SHARE_PERMILLE,
	.per_hour_max = PER_HOUR,
};

static DECLARE_DELAYED_WORK(sum_up_work, sum_up);

/**
 * struct ill - The worst of a class, on the way to a reason.
 * @health: how ill
 * @nr_ill: how many are
 * @nr: of how many
 * @name: the first of them
 */
struct ill {
	enum vigil_health health;
	unsigned int nr_ill;
	unsigned int nr;
	char name[VIGIL_NAME_MAX + 1];
};

/* What one sum needs; there is one at a time. */
static struct {
	struct ill ill[VIGIL_CLASS_MAX + 1];
	enum vigil_health health;
	enum vigil_advice advice;
	char reason[VIGIL_REASON_MAX + 1];
} sum;

/* The health that counts for the machine. */
static enum vigil_health weigh(const struct vigil_facts *facts)
{
	return facts->isolation == VIGIL_ISOLATION_ISOLATED ?
	       VIGIL_HEALTH_DEGRADED : facts->health;
}

static bool is_out(const struct vigil_facts *facts)
{
	return facts->isolation == VIGIL_ISOLATION_ISOLATED ||
	       facts->isolation == VIGIL_ISOLATION_PENDING;
}

static void tally_one(struct tally *tally, const struct vigil_facts *facts,
		      int n)
{
	tally->nr += n;
	tally->nr_health[weigh(facts)] += n;
	if (is_out(facts))
		tally->nr_out += n;
	if (facts->isolation != VIGIL_ISOLATION_ISOLATED)
		tally->nr_advice[facts->advice] += n;
}

/**
 * vigil_machine_account_locked() - Facts of a component change.
 * @component: the component
 * @before: what they were, NULL for one that is new
 * @after: what they are, NULL for one that goes
 *
 * Context: Under vigil_notify_lock().
 */
void vigil_machine_account_locked(struct vigil_component *component,
				  const struct vigil_facts *before,
				  const struct vigil_facts *after)
{
	struct tally *tally = &machine.tallies[component->desc.class];

	vigil_notify_assert_held();

	if (component->desc.class == VIGIL_CLASS_MACHINE)
		return;
	/* It can be used a moment before it is announced. */
	if (!before)
		component->accounted = true;
	else if (!component->accounted)
		return;
	if (before)
		tally_one(tally, before, -1);
	if (after)
		tally_one(tally, after, 1);
	if (READ_ONCE(machine.component))
		queue_delayed_work(vigil_timers, &sum_up_work,
				   msecs_to_jiffies(SUM_UP_DELAY_MS));
}

/* Forget what is older than an hour. */
static void pass_time_locked(struct tally *tally)
{
	u64 minute = div_u64(ktime_get_boottime_seconds(), 60);
	u64 passed = min_t(u64, minute - tally->minute, NR_MINUTES);

	vigil_notify_assert_held();

	while (passed--)
		tally->isolations[(minute - passed) % NR_MINUTES] = 0;
	tally->minute = minute;
}

/**
 * vigil_machine_isolated() - A component has been isolated through Vigil.
 * @component: the component
 *
 * Context: Process context, may sleep.
 */
void vigil_machine_isolated(struct vigil_component *component)
{
	struct tally *tally = &machine.tallies[component->desc.class];

	vigil_notify_lock();
	pass_time_locked(tally);
	tally->isolations[tally->minute % NR_MINUTES]++;
	vigil_notify_unlock();
}

/**
 * vigil_machine_class_use() - How much of a component's class is out of use.
 * @component: the component, which does not count itself
 * @use: filled
 *
 * Context: Process context, may sleep.
 */
void vigil_machine_class_use(struct vigil_component *component,
			     struct vigil_class_use *use)
{
	struct tally *tally = &machine.tallies[component->desc.class];
	u64 share = READ_ONCE(machine.share_max_permille);
	unsigned int i;

	memset(use, 0, sizeof(*use));
	vigil_notify_lock();
	pass_time_locked(tally);
	use->nr = tally->nr;
	use->nr_isolated = tally->nr_out -
			   (component->accounted && is_out(&component->facts));
	for (i = 0; i < NR_MINUTES; i++)
		use->nr_last_hour += tally->isolations[i];
	vigil_notify_unlock();

	if (share)
		use->nr_isolated_max = max_t(u64, 1, use->nr * share / 1000);
	use->nr_last_hour_max = READ_ONCE(machine.per_hour_max);
}

static void find_worst(struct ill *ill, const struct tally *tally)
{
	enum vigil_health health;

	memset(ill, 0, sizeof(*ill));
	ill->nr = tally->nr;
	for (health = VIGIL_HEALTH_MAX; health > VIGIL_HEALTH_UNKNOWN; health--)
		if (tally->nr_health[health])
			break;
	ill->health = health;
	ill->nr_ill = tally->nr_health[health];
}

static enum vigil_advice worst_advice(const struct tally *tally)
{
	enum vigil_advice advice;

	for (advice = VIGIL_ADVICE_MAX; advice > VIGIL_ADVICE_NONE; advice--)
		if (tally->nr_advice[advice])
			break;
	/* One part is to be taken out of use, not the whole machine. */
	return advice == VIGIL_ADVICE_ISOLATE ? VIGIL_ADVICE_WATCH : advice;
}

/* Returns how many classes have somebody to be named. */
static unsigned int judge(void)
{
	unsigned int class, nr_to_name = 0;

	sum.health = VIGIL_HEALTH_UNKNOWN;
	sum.advice = VIGIL_ADVICE_NONE;
	vigil_notify_lock();
	for (class = VIGIL_CLASS_MEMORY; class <= VIGIL_CLASS_MAX; class++) {
		const struct tally *tally = &machine.tallies[class];
		struct ill *ill = &sum.ill[class];

		find_worst(ill, tally);
		sum.health = max(sum.health, ill->health);
		sum.advice = max(sum.advice, worst_advice(tally));
		nr_to_name += ill->health > VIGIL_HEALTH_HEALTHY;
	}
	vigil_notify_unlock();
	return nr_to_name;
}

static void name_ill(unsigned int nr_to_name)
{
	struct vigil_component *component;
	struct vigil_facts facts;
	unsigned long id = 0;
	struct ill *ill;

	while (nr_to_name && (component = vigil_component_get_next(&id, NULL, NULL))) {
		vigil_component_facts(component, &facts);
		ill = &sum.ill[component->desc.class];
		if (component->desc.class != VIGIL_CLASS_MACHINE &&
		    ill->health > VIGIL_HEALTH_HEALTHY && !ill->name[0] &&
		    weigh(&facts) == ill->health) {
			strscpy(ill->name, dev_name(&component->dev),
				sizeof(ill->name));
			nr_to_name--;
		}
		vigil_component_put(component);
		id++;
		cond_resched();
	}
}

static size_t tell_class(size_t len, unsigned int class)
{
	const struct ill *ill = &sum.ill[class];

	return len + scnprintf(sum.reason + len, sizeof(sum.reason) - len,
			       "%s%u of %u %s %s: %s", len ? "; " : "",
			       ill->nr_ill, ill->nr, vigil_class_names[class],
			       vigil_health_names[ill->health], ill->name);
}

/* The worst first; what does not fit is cut off at its end. */
static void tell_reason(void)
{
	enum vigil_health health;
	unsigned int class;
	size_t len = 0;

	for (health = VIGIL_HEALTH_MAX; health > VIGIL_HEALTH_HEALTHY; health--)
		for (class = VIGIL_CLASS_MEMORY; class <= VIGIL_CLASS_MAX;
		     class++)
			if (sum.ill[class].health == health)
				len = tell_class(len, class);
	if (!len)
		strscpy(sum.reason, sum.health == VIGIL_HEALTH_UNKNOWN ?
			"nobody has judged any component" :
			"nothing is known to be wrong", sizeof(sum.reason));
}

static void sum_up(struct work_struct *work)
{
	struct vigil_report report = { .reason = sum.reason };

	name_ill(judge());
	tell_reason();
	report.health = sum.health;
	report.advice = sum.advice;
	vigil_component_report(machine.component, &report);
}

/* Count for the core's statistics. Any context. */
void vigil_machine_count(enum vigil_statistic statistic)
{
	struct vigil_component *component = READ_ONCE(machine.component);

	if (component)
		vigil_component_count(component, statistic, 1);
}

static const struct vigil_counter_desc statistics[] = {
	[VIGIL_STAT_DONE]		= { .name = "operations_done" },
	[VIGIL_STAT_FAILED]		= { .name = "operations_failed" },
	[VIGIL_STAT_TIMEOUT]		= { .name = "operations_timeout" },
	[VIGIL_STAT_REFUSED]		= { .name = "operations_refused" },
	[VIGIL_STAT_GUARDED]		= { .name = "guard_refusals" },
	[VIGIL_STAT_OVERRIDDEN]		= { .name = "guard_overrides" },
	[VIGIL_STAT_DRY_RUNS]		= { .name = "dry_runs" },
	[VIGIL_STAT_MESSAGES]		= { .name = "messages" },
	[VIGIL_STAT_MESSAGES_LOST]	= { .name = "messages_lost" },
	[VIGIL_STAT_AUDITED]		= { .name = "audit_records" },
	[VIGIL_STAT_AGENTS_LOST]	= { .name = "agents_lost" },
};

static_assert(ARRAY_SIZE(statistics) == VIGIL_NR_STATISTICS);

static u64 get_share(struct vigil_component *component, void *priv)
{
	return READ_ONCE(machine.share_max_permille);
}

static int set_share(struct vigil_component *component, void *priv, u64 value)
{
	WRITE_ONCE(machine.share_max_permille, value);
	return 0;
}

static u64 get_per_hour(struct vigil_component *component, void *priv)
{
	return READ_ONCE(machine.per_hour_max);
}

static int set_per_hour(struct vigil_component *component, void *priv,
			u64 value)
{
	WRITE_ONCE(machine.per_hour_max, value);
	return 0;
}

static const struct vigil_policy_desc policies[] = {
	{
		.name = "isolated_share_max_permille",
		.maximum = 1000,
		.get = get_share,
		.set = set_share,
	}, {
		.name = "isolations_per_hour_max",
		.maximum = PER_HOUR_MAX,
		.get = get_per_hour,
		.set = set_per_hour,
	},
};

int vigil_machine_init(void)
{
	const struct vigil_component_desc desc = {
		.class = VIGIL_CLASS_MACHINE,
		.instance = "0",
		.owner = THIS_MODULE,
		.counters = statistics,
		.nr_counters = ARRAY_SIZE(statistics),
		.policies = policies,
		.nr_policies = ARRAY_SIZE(policies),
	};
	struct vigil_component *component = vigil_component_register(&desc);

	if (IS_ERR(component))
		return PTR_ERR(component);
	WRITE_ONCE(machine.component, component);
	queue_delayed_work(vigil_timers, &sum_up_work, 0);
	return 0;
}

/* No other component is left, so nothing counts and nothing is accounted. */
void vigil_machine_exit(void)
{
	struct vigil_component *component = machine.component;

	cancel_delayed_work_sync(&sum_up_work);
	WRITE_ONCE(machine.component, NULL);
	vigil_component_unregister(component);
}
