// SPDX-License-Identifier: GPL-2.0
/*
 * Components: one for the memory of each NUMA node, its counts and its health.
 *
 * What happens is counted here first and told to the core at the end of a pass
 * over many errors, so that a storm is one event of each kind and node.
 *
 * Health follows from facts that all have a way out:
 *
 *	failing	 the budget of page frames is used up by errors, or there were
 *		 UNCORRECTED_FAILING uncorrected errors within the window
 *	degraded there was one, or page frames are out of use because of errors,
 *		 or a failing frame could not be taken out of use
 *	healthy	 none of it
 *
 * Advice is "replace" when failing; "drain" when the kernel could not handle an
 * error, or could not vacate a failing frame, within the window; "watch" when
 * degraded otherwise. Page frames that were isolated by command say nothing
 * about health. Hysteresis is for a model that judges more than this.
 */
#define pr_fmt(fmt) "vigil_memory: " fmt

#include <linux/err.h>
#include <linux/memory.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/topology.h>

#include "dimm.h"
#include "memory.h"

/* mcelog's default: 2 corrected errors in 24 hours. */
#define CE_THRESHOLD_EVENTS	2
#define WINDOW_S		(24 * 3600)
#define WINDOW_MAX_S		(VIGIL_DECAY_WINDOW_MAX_MS / MSEC_PER_SEC)

/* 4 MiB of 4 KiB pages: many bad rows, and nothing to a server. */
#define OFFLINE_MAX_PAGES	1024
#define OFFLINE_MAX_PAGES_MAX	32768

/* Many bad rows in one hour are something else than bad rows. */
#define OFFLINE_MAX_PAGES_HOUR	128
/* A machine that lost a tenth of a node is not the one that was bought. */
#define REMAINING_MIN_PERMILLE	900

/* With that many uncorrected errors it is not one bad cell. */
#define UNCORRECTED_FAILING	4

/* By number, up to nr_node_ids; constant after init. */
static struct vigil_memory_node *nodes;

static void scan_work_fn(struct work_struct *work);
static DECLARE_WORK(scan_work, scan_work_fn);

static const struct vigil_counter_desc counters[] = {
	[COUNTER_CORRECTED]	   = { .name = "corrected_errors" },
	[COUNTER_UNCORRECTED]	   = { .name = "uncorrected_errors" },
	[COUNTER_DROPPED]	   = { .name = "errors_dropped" },
	[COUNTER_WITHOUT_ADDRESS]  = { .name = "errors_without_address" },
	[COUNTER_COLLECTED]	   = { .name = "errors_collected_external" },
	[COUNTER_UE_RECOVERED]	   = { .name = "failures_recovered" },
	[COUNTER_UE_DELAYED]	   = { .name = "failures_delayed" },
	[COUNTER_UE_FAILED]	   = { .name = "failures_failed" },
	[COUNTER_UE_IGNORED]	   = { .name = "failures_ignored" },
	[COUNTER_OFFLINED]	   = { .name = "pages_offlined" },
	[COUNTER_OFFLINE_FAILED]   = { .name = "pages_offline_failed" },
	[COUNTER_OFFLINE_DEFERRED] = { .name = "pages_offline_deferred" },
	[COUNTER_RELEASED]	   = { .name = "pages_released" },
	[COUNTER_EXTERNAL]	   = { .name = "pages_external" },
	[COUNTER_EVICTIONS]	   = { .name = "page_counts_evicted" },
};

static_assert(ARRAY_SIZE(counters) == COUNTERS_MAX);

/* Counters that are also events. */
static const enum vigil_event_kind event_kinds[COUNTERS_MAX] = {
	[COUNTER_CORRECTED]	 = VIGIL_EVENT_KIND_CORRECTED_ERROR,
	[COUNTER_UNCORRECTED]	 = VIGIL_EVENT_KIND_UNCORRECTED_ERROR,
	[COUNTER_OFFLINED]	 = VIGIL_EVENT_KIND_PAGE_OFFLINED,
	[COUNTER_OFFLINE_FAILED] = VIGIL_EVENT_KIND_PAGE_OFFLINE_FAILED,
	[COUNTER_RELEASED]	 = VIGIL_EVENT_KIND_PAGE_RELEASED,
	[COUNTER_EXTERNAL]	 = VIGIL_EVENT_KIND_PAGE_EXTERNAL,
};

/* Health depends on policies. */
static int policy_changed(void)
{
	vigil_memory_watch(0);
	return 0;
}

static u64 get_threshold_events(struct vigil_component *component, void *priv)
{
	struct vigil_memory_node *node = priv;

	return READ_ONCE(node->threshold_events);
}

static int set_threshold_events(struct vigil_component *component, void *priv,
				u64 value)
{
	struct vigil_memory_node *node = priv;

	WRITE_ONCE(node->threshold_events, value);
	return policy_changed();
}

static u64 get_window_s(struct vigil_component *component, void *priv)
{
	struct vigil_memory_node *node = priv;

	return READ_ONCE(node->window_s);
}

static int set_window_s(struct vigil_component *component, void *priv, u64 value)
{
	struct vigil_memory_node *node = priv;

	WRITE_ONCE(node->window_s, value);
	return policy_changed();
}

static u64 get_uncorrected_window_s(struct vigil_component *component,
				    void *priv)
{
	struct vigil_memory_node *node = priv;

	return READ_ONCE(node->uncorrected_window_s);
}

static int set_uncorrected_window_s(struct vigil_component *component,
				    void *priv, u64 value)
{
	struct vigil_memory_node *node = priv;

	WRITE_ONCE(node->uncorrected_window_s, value);
	return policy_changed();
}

static u64 get_max_pages(struct vigil_component *component, void *priv)
{
	struct vigil_memory_node *node = priv;

	return READ_ONCE(node->max_pages);
}

static int set_max_pages(struct vigil_component *component, void *priv, u64 value)
{
	struct vigil_memory_node *node = priv;

	WRITE_ONCE(node->max_pages, value);
	return policy_changed();
}

static u64 get_max_pages_hour(struct vigil_component *component, void *priv)
{
	struct vigil_memory_node *node = priv;

	return READ_ONCE(node->max_pages_hour);
}

static int set_max_pages_hour(struct vigil_component *component, void *priv,
			      u64 value)
{
	struct vigil_memory_node *node = priv;

	WRITE_ONCE(node->max_pages_hour, value);
	return 0;
}

static u64 get_remaining_min(struct vigil_component *component, void *priv)
{
	struct vigil_memory_node *node = priv;

	return READ_ONCE(node->remaining_min_permille);
}

static int set_remaining_min(struct vigil_component *component, void *priv,
			     u64 value)
{
	struct vigil_memory_node *node = priv;

	WRITE_ONCE(node->remaining_min_permille, value);
	return 0;
}

static const struct vigil_policy_desc policies[] = {
	{
		.name = "page_ce_threshold_events",
		.minimum = 0,
		.maximum = VIGIL_DECAY_EVENTS_MAX,
		.get = get_threshold_events,
		.set = set_threshold_events,
	},
	{
		.name = "page_ce_window_seconds",
		.minimum = 1,
		.maximum = WINDOW_MAX_S,
		.get = get_window_s,
		.set = set_window_s,
	},
	{
		.name = "uncorrected_window_seconds",
		.minimum = 1,
		.maximum = WINDOW_MAX_S,
		.get = get_uncorrected_window_s,
		.set = set_uncorrected_window_s,
	},
	{
		.name = "page_offline_max_pages",
		.minimum = 0,
		.maximum = OFFLINE_MAX_PAGES_MAX,
		.get = get_max_pages,
		.set = set_max_pages,
	},
	{
		.name = "page_offline_max_pages_hour",
		.minimum = 0,
		.maximum = OFFLINE_MAX_PAGES_MAX,
		.get = get_max_pages_hour,
		.set = set_max_pages_hour,
	},
	{
		.name = "remaining_min_permille",
		.minimum = 0,
		.maximum = 1000,
		.get = get_remaining_min,
		.set = set_remaining_min,
	},
};

static const struct vigil_component_ops node_ops = {
	.check = vigil_memory_check,
	.survey = vigil_memory_survey,
	.execute = vigil_memory_execute,
	.frame = vigil_memory_tell_frame,
	.next_frame = vigil_memory_tell_next_frame,
};

struct vigil_memory_node *vigil_memory_node(int nid)
{
	return &nodes[nid];
}

/* The node to blame for what a CPU reported without an address. */
int vigil_memory_nid_of_cpu(unsigned int cpu)
{
	int nid = NUMA_NO_NODE;

	if (cpu < nr_cpu_ids && cpu_possible(cpu))
		nid = cpu_to_mem(cpu);
	if (nid < 0 || nid >= nr_node_ids || !node_state(nid, N_MEMORY))
		nid = first_memory_node;
	return nid;
}

void vigil_memory_count(int nid, enum vigil_memory_counter counter, u32 n)
{
	lockdep_assert_held(&vigil_memory_lock);

	nodes[nid].untold[counter] += n;
}

static u64 uncorrected_window_ms(const struct vigil_memory_node *node)
{
	return READ_ONCE(node->uncorrected_window_s) * MSEC_PER_SEC;
}

/* There were uncorrected errors. */
void vigil_memory_uncorrected(int nid, u32 n, u64 now_ms)
{
	struct vigil_memory_node *node = &nodes[nid];

	vigil_memory_count(nid, COUNTER_UNCORRECTED, n);
	vigil_decay_add(&node->uncorrected, n, now_ms,
			uncorrected_window_ms(node));
}

/* The kernel could not handle an uncorrected error. */
void vigil_memory_unhandled(int nid, u64 now_ms)
{
	lockdep_assert_held(&vigil_memory_lock);

	nodes[nid].unhandled_ms = now_ms;
}

/* A failing page frame could not be taken out of use. */
void vigil_memory_stuck(int nid, u64 now_ms)
{
	lockdep_assert_held(&vigil_memory_lock);

	nodes[nid].stuck_ms = now_ms;
}

/* A page frame came out of use, or went back: see frame.c. */
void vigil_memory_account(const struct vigil_frame *frame, int delta)
{
	struct vigil_memory_node *node = &nodes[frame->nid];

	lockdep_assert_held(&vigil_memory_lock);

	node->nr_frames[frame->state] += delta;
	if (frame->by_errors && frame->state != VIGIL_FRAME_PENDING)
		node->nr_by_errors += delta;
	vigil_memory_dimm_account(frame, delta);
	if (node->component)
		vigil_component_details_changed(node->component);
}

/* Page frames that Vigil has taken out of use, or is about to. */
u32 vigil_memory_nr_ours(const struct vigil_memory_node *node)
{
	return node->nr_frames[VIGIL_FRAME_PENDING] +
	       node->nr_frames[VIGIL_FRAME_HELD] +
	       node->nr_frames[VIGIL_FRAME_OFFLINED];
}

/* Page frames of the node that are out of use, whoever took them. */
u32 vigil_memory_nr_out(const struct vigil_memory_node *node)
{
	return vigil_memory_nr_ours(node) + node->nr_frames[VIGIL_FRAME_EXTERNAL];
}

/* May Vigil take one more page frame of this node out of use? */
bool vigil_memory_budget_left(int nid)
{
	lockdep_assert_held(&vigil_memory_lock);

	return vigil_memory_nr_ours(&nodes[nid]) < READ_ONCE(nodes[nid].max_pages);
}

static bool recent(u64 then_ms, u64 now_ms, u64 window_ms)
{
	return then_ms && now_ms < then_ms + window_ms;
}

static void judge_health(const struct vigil_memory_node *node, u64 now_ms,
			 struct vigil_memory_facts *facts)
{
	u64 window_ms = uncorrected_window_ms(node);
	u32 uncorrected_q16 = vigil_decay_read(&node->uncorrected, now_ms,
					       window_ms);

	facts->health = VIGIL_HEALTH_DEGRADED;
	facts->advice = VIGIL_ADVICE_WATCH;
	if (node->nr_by_errors && !vigil_memory_budget_left(node->nid)) {
		facts->health = VIGIL_HEALTH_FAILING;
		facts->advice = VIGIL_ADVICE_REPLACE;
		facts->reason = "budget of page frames is used up";
	} else if (uncorrected_q16 > (UNCORRECTED_FAILING - 1) << 16) {
		facts->health = VIGIL_HEALTH_FAILING;
		facts->advice = VIGIL_ADVICE_REPLACE;
		facts->reason = "many uncorrected errors";
	} else if (recent(node->unhandled_ms, now_ms, window_ms)) {
		facts->advice = VIGIL_ADVICE_DRAIN;
		facts->reason = "uncorrected error that the kernel could not handle";
	} else if (recent(node->stuck_ms, now_ms, window_ms)) {
		facts->advice = VIGIL_ADVICE_DRAIN;
		facts->reason = "failing page frame that can't be vacated";
	} else if (uncorrected_q16) {
		facts->reason = "uncorrected error";
	} else if (node->nr_by_errors) {
		facts->reason = "page frames out of use because of errors";
	} else {
		facts->health = VIGIL_HEALTH_HEALTHY;
		facts->advice = VIGIL_ADVICE_NONE;
		facts->reason = "no errors that matter";
	}
}

static void judge_isolation(const struct vigil_memory_node *node,
			    struct vigil_memory_facts *facts)
{
	facts->isolation = VIGIL_ISOLATION_PARTIAL;
	if (node->nr_frames[VIGIL_FRAME_EXTERNAL]) {
		facts->owner = VIGIL_OWNER_EXTERNAL;
	} else if (node->nr_frames[VIGIL_FRAME_HELD] ||
		   node->nr_frames[VIGIL_FRAME_OFFLINED]) {
		facts->owner = VIGIL_OWNER_VIGIL;
	} else if (node->nr_frames[VIGIL_FRAME_PENDING]) {
		facts->isolation = VIGIL_ISOLATION_PENDING;
		facts->owner = VIGIL_OWNER_VIGIL;
	} else {
		facts->isolation = VIGIL_ISOLATION_NONE;
		facts->owner = VIGIL_OWNER_NONE;
	}
}

/* The core tells listeners about every call that differs from the last. */
static void tell_facts(struct vigil_memory_node *node, const char *reason)
{
	struct vigil_memory_facts facts, *told = &node->told;

	judge_health(node, vigil_memory_now_ms(), &facts);
	judge_isolation(node, &facts);
	reason = reason ?: facts.reason;

	if (facts.isolation != told->isolation || facts.owner != told->owner)
		vigil_component_set_isolation(node->component, facts.isolation,
					      facts.owner, reason);
	if (facts.advice != told->advice)
		vigil_component_set_advice(node->component, facts.advice,
					   facts.reason);
	if (facts.health != told->health)
		vigil_component_set_health(node->component, facts.health,
					   facts.reason);
	*told = facts;
}

static void tell_counts(struct vigil_memory_node *node)
{
	enum vigil_memory_counter i;

	for (i = 0; i < COUNTERS_MAX; i++) {
		u32 n = node->untold[i];

		if (!n)
			continue;
		node->untold[i] = 0;
		vigil_component_count(node->component, i, n);
		if (event_kinds[i])
			vigil_component_event(node->component, event_kinds[i],
					      n);
	}
}

/* Tell the core what changed on any node; @reason, if not NULL, is why. */
void vigil_memory_tell(const char *reason)
{
	int nid;

	lockdep_assert_held(&vigil_memory_lock);

	for (nid = 0; nid < nr_node_ids; nid++) {
		if (!nodes[nid].component)
			continue;
		tell_counts(&nodes[nid]);
		tell_facts(&nodes[nid], reason);
	}
}

static int add_component(struct vigil_memory_node *node)
{
	struct vigil_component_desc desc = {
		.class = VIGIL_CLASS_MEMORY,
		.instance = node->instance,
		.owner = THIS_MODULE,
		.verbs = BIT(VIGIL_VERB_ISOLATE) | BIT(VIGIL_VERB_RELEASE),
		.ops = &node_ops,
		.counters = counters,
		.nr_counters = ARRAY_SIZE(counters),
		.guards = BIT(VIGIL_GUARD_NODE_MEMORY),
		.policies = policies,
		.nr_policies = ARRAY_SIZE(policies),
		.priv = node,
	};
	struct vigil_component *component = vigil_component_register(&desc);

	if (IS_ERR(component))
		return PTR_ERR(component);

	mutex_lock(&vigil_memory_lock);
	node->component = component;
	memset(&node->told, 0, sizeof(node->told));
	vigil_memory_tell(NULL);
	mutex_unlock(&vigil_memory_lock);
	return 0;
}

/* Waits for operations, which take vigil_memory_lock: so not under it. */
static void remove_component(struct vigil_memory_node *node)
{
	struct vigil_component *component;

	mutex_lock(&vigil_memory_lock);
	component = node->component;
	node->component = NULL;
	mutex_unlock(&vigil_memory_lock);

	if (component)
		vigil_component_unregister(component);
}

/* Components for nodes that have memory, and only for them. */
static int scan_nodes(void)
{
	int nid, err;

	for (nid = 0; nid < nr_node_ids; nid++) {
		struct vigil_memory_node *node = &nodes[nid];
		bool present = node->component;

		if (present == node_state(nid, N_MEMORY))
			continue;
		if (present) {
			remove_component(node);
			continue;
		}
		err = add_component(node);
		if (err)
			return err;
	}
	return 0;
}

static void scan_work_fn(struct work_struct *work)
{
	int err = scan_nodes();

	if (err)
		pr_warn("can't add the memory of a node: %d\n", err);
	vigil_memory_dimms_scan();
}

/* Look for nodes and memory modules that have no component yet. Any context. */
void vigil_memory_scan(void)
{
	schedule_work(&scan_work);
}

/* Runs inside memory hotplug's locks: leave the work to somebody else. */
static int memory_changed(struct notifier_block *block, unsigned long action,
			  void *data)
{
	if (action == MEM_ONLINE || action == MEM_OFFLINE) {
		vigil_memory_scan();
		vigil_memory_watch(0);
	}
	return NOTIFY_OK;
}

static struct notifier_block memory_block = {
	.notifier_call = memory_changed,
};

static void remove_components(void)
{
	int nid;

	for (nid = 0; nid < nr_node_ids; nid++)
		remove_component(&nodes[nid]);
}

/* Afterwards, also if it failed, there is vigil_memory_nodes_exit() to call. */
int vigil_memory_nodes_init(void)
{
	int nid, err;

	nodes = kcalloc(nr_node_ids, sizeof(*nodes), GFP_KERNEL);
	if (!nodes)
		return -ENOMEM;

	for (nid = 0; nid < nr_node_ids; nid++) {
		struct vigil_memory_node *node = &nodes[nid];

		node->nid = nid;
		snprintf(node->instance, sizeof(node->instance), "%d", nid);
		node->threshold_events = CE_THRESHOLD_EVENTS;
		node->window_s = WINDOW_S;
		node->uncorrected_window_s = WINDOW_S;
		node->max_pages = OFFLINE_MAX_PAGES;
		node->max_pages_hour = OFFLINE_MAX_PAGES_HOUR;
		node->remaining_min_permille = REMAINING_MIN_PERMILLE;
	}

	err = scan_nodes();
	if (err)
		goto remove_components;
	err = register_memory_notifier(&memory_block);
	if (err)
		goto remove_components;
	return 0;

remove_components:
	remove_components();
	return err;
}

/* Afterwards no operation runs and none comes; the nodes themselves stay. */
void vigil_memory_nodes_stop(void)
{
	unregister_memory_notifier(&memory_block);
	cancel_work_sync(&scan_work);
	vigil_memory_dimms_stop();
	remove_components();
}

void vigil_memory_nodes_exit(void)
{
	kfree(nodes);
}
