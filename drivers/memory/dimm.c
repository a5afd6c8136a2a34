// SPDX-License-Identifier: GPL-2.0
/*
 * Memory modules: their histories and their health.
 *
 * Memory modules become known when EDAC has them (edac.c), or when somebody
 * reports an error of one. They stay known until this module is unloaded,
 * NR_DIMMS at most; errors of more are counted for their node only.
 *
 * A history costs nothing before the first error, then vigil_history_bytes() of
 * VIGIL_HISTORY_SLOTS_MIN, and twice that whenever it is full, as long as all of
 * them together stay within HISTORY_BUDGET_BYTES. It shrinks again when most of
 * it has expired.
 *
 * Components are registered by the work item that does so for nodes, without
 * the lock.
 */
#define pr_fmt(fmt) "vigil_memory: " fmt

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "cell.h"
#include "decide.h"
#include "detail.h"
#include "dimm.h"
#include "memory.h"
#include "risk.h"

#define NR_DIMMS		512U

/* 32 KiB for each of 128 memory modules, but who errs more may have more. */
#define HISTORY_BUDGET_BYTES	(4UL << 20)

/*
 * Of the modules in the field data (Documentation/design/memory.rst) with two
 * distinct cells in six hours 3 in 100 failed within a week, with 64 or a storm
 * 10 and 14; of all 1.
 */
#define WATCH_CELLS		2
#define BAD_CELLS		64
#define BAD_STORMS		1
#define DWELL_S			3600

/* For that long what can't be helped makes a memory module one to replace. */
#define EVENT_WINDOW_S		(24 * 3600)

/*
 * With a row or column at fault, the first error of a frame in it is enough. At
 * most 1 MiB of a module goes.
 */
#define LINE_EVENTS		1
#define MAX_PAGES		256

/* Judging again takes so long; who asks for numbers has it done at once. */
#define JUDGE_PAUSE_MS		250

static void judge_work_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(judge_work, judge_work_fn);

static struct {
	struct xarray by_place;		/* place_of(); vigil_memory_lock */
	struct vigil_memory_dimm *by_number[NR_DIMMS];	/* vigil_memory_lock */
	unsigned int nr;		/* vigil_memory_lock */
	size_t history_bytes;		/* vigil_memory_lock */
	struct vigil_features_scratch *scratch;	/* vigil_memory_lock */
} dimms = {
	.by_place = XARRAY_INIT(dimms.by_place, 0),
};

/* Counters that are also events. */
static const enum vigil_event_kind event_kinds[DIMM_COUNTERS] = {
	[DIMM_COUNTER_CORRECTED]	= VIGIL_EVENT_KIND_CORRECTED_ERROR,
	[DIMM_COUNTER_UNCORRECTED]	= VIGIL_EVENT_KIND_UNCORRECTED_ERROR,
};

static const char *const mode_names[] = {
	[VIGIL_FAULT_NONE]	= "place unknown",
	[VIGIL_FAULT_CELL]	= "one cell",
	[VIGIL_FAULT_COLUMN]	= "one column",
	[VIGIL_FAULT_ROW]	= "one row",
	[VIGIL_FAULT_BANK]	= "one bank",
	[VIGIL_FAULT_DEVICE]	= "one device",
	[VIGIL_FAULT_SEVERAL]	= "several devices",
};

/* The key of a place in the table of memory modules. */
static unsigned long place_of(u8 mc, const s8 *layers)
{
	return (unsigned long)mc << 24 | (u8)layers[0] << 16 |
	       (u8)layers[1] << 8 | (u8)layers[2];
}

static void name_dimm(struct vigil_memory_dimm *dimm)
{
	char *name = dimm->instance;
	size_t size = sizeof(dimm->instance);
	int i, len;

	len = scnprintf(name, size, "mc%u", dimm->mc);
	for (i = 0; i < ARRAY_SIZE(dimm->layers) && dimm->layers[i] >= 0; i++)
		len += scnprintf(name + len, size - len, ".%d",
				 dimm->layers[i]);
}

/* By number from 0 on; they only get more. */
static struct vigil_memory_dimm *dimm_at(unsigned int i)
{
	return i < dimms.nr ? dimms.by_number[i] : NULL;
}

/**
 * vigil_memory_dimm_get() - Find a memory module, or make it known.
 * @mc: number of its memory controller
 * @layers: its place below it
 * @nid: its node, as far as is known
 *
 * Context: Process context, under vigil_memory_lock.
 * Return: the memory module, or NULL when there are too many, or no memory.
 */
struct vigil_memory_dimm *vigil_memory_dimm_get(u8 mc, const s8 *layers,
						int nid)
{
	unsigned long place = place_of(mc, layers);
	struct vigil_memory_dimm *dimm = xa_load(&dimms.by_place, place);

	lockdep_assert_held(&vigil_memory_lock);

	if (dimm || dimms.nr == NR_DIMMS)
		return dimm;

	dimm = kzalloc(sizeof(*dimm), GFP_KERNEL);
	if (!dimm)
		return NULL;
	dimm->mc = mc;
	memcpy(dimm->layers, layers, sizeof(dimm->layers));
	dimm->nid = nid;
	dimm->policy = (struct vigil_judge_policy) {
		.watch_cells = WATCH_CELLS,
		.bad_cells = BAD_CELLS,
		.bad_storms = BAD_STORMS,
		.dwell_s = DWELL_S,
	};
	dimm->line_events = LINE_EVENTS;
	dimm->max_pages = MAX_PAGES;
	name_dimm(dimm);
	if (xa_err(xa_store(&dimms.by_place, place, dimm, GFP_KERNEL))) {
		kfree(dimm);
		return NULL;
	}
	dimms.by_number[dimms.nr++] = dimm;
	dimm->number = dimms.nr;
	vigil_memory_scan();
	return dimm;
}

/**
 * vigil_memory_dimm_bytes() - How much memory a module's history takes.
 * @dimm: the memory module
 *
 * Context: Process context, under vigil_memory_lock.
 * Return: whole pages, in bytes.
 */
size_t vigil_memory_dimm_bytes(const struct vigil_memory_dimm *dimm)
{
	if (!dimm->memory)
		return 0;
	return PAGE_ALIGN(vigil_history_bytes(dimm->history.nr_slots));
}

/* Give a history as much memory, if there is so much. */
static bool resize(struct vigil_memory_dimm *dimm, u32 nr_slots)
{
	size_t bytes = PAGE_ALIGN(vigil_history_bytes(nr_slots));
	size_t old_bytes = vigil_memory_dimm_bytes(dimm);
	void *memory;

	if (dimms.history_bytes - old_bytes + bytes > HISTORY_BUDGET_BYTES)
		return false;
	/* kmalloc() would round up to a power of two, and find it more rarely. */
	memory = bytes > PAGE_SIZE ? vmalloc(bytes) :
				     kmalloc(bytes, GFP_KERNEL);
	if (!memory)
		return false;

	if (dimm->memory)
		vigil_history_move(&dimm->history, memory, nr_slots);
	else
		vigil_history_init(&dimm->history, memory, nr_slots);
	kvfree(dimm->memory);
	dimm->memory = memory;
	dimms.history_bytes += bytes - old_bytes;
	return true;
}

/* Give memory back that a quiet memory module does not need. */
static void shrink(struct vigil_memory_dimm *dimm)
{
	u32 nr_slots = dimm->history.nr_slots, len;

	len = vigil_history_len(&dimm->history);
	while (nr_slots > VIGIL_HISTORY_SLOTS_MIN && len <= nr_slots / 8)
		nr_slots /= 2;
	if (nr_slots < dimm->history.nr_slots)
		resize(dimm, nr_slots);
}

/* The length of a text, without the word in which it may have been cut. */
static size_t whole_words(const char *text)
{
	size_t len = strlen(text);

	if (len < VIGIL_RING_TEXT_BYTES - 1)
		return len;
	while (len && text[len - 1] != ' ')
		len--;
	return len;
}

/* Where in the memory module; false when only that is known. */
static bool cell_of(const struct vigil_record *record, const char *text,
		    struct vigil_cell *cell)
{
	struct vigil_location location = { 0 };

	if (text)
		vigil_detail_parse(text, whole_words(text), &location);
	return vigil_cell_from(cell, &location, record);
}

static void remember(struct vigil_memory_dimm *dimm,
		     const struct vigil_cell *cell,
		     const struct vigil_record *record)
{
	struct vigil_history *history = &dimm->history;
	u32 now_s = div_u64(record->time_ns, NSEC_PER_SEC);

	if (!dimm->memory && !resize(dimm, VIGIL_HISTORY_SLOTS_MIN))
		return;
	vigil_history_expire(history, now_s);
	if (vigil_history_full(history) &&
	    history->nr_slots < VIGIL_HISTORY_SLOTS_MAX)
		resize(dimm, 2 * history->nr_slots);
	vigil_history_add(history, cell, now_s, record->count,
			  vigil_detail_is_scrub(record->message));
	dimm->untold[DIMM_COUNTER_FORGOTTEN] +=
		history->forgotten - dimm->forgotten;
	dimm->forgotten = history->forgotten;
}

/**
 * vigil_memory_dimm_take() - Count errors for a memory module.
 * @record: the errors, with VIGIL_RECORD_DIMM
 * @text: what the driver says about them, or NULL
 * @nid: their node, as far as is known
 * @cell: set to the cell, all zeroes if that is not known
 *
 * Context: Process context, under vigil_memory_lock.
 * Return: the memory module, or NULL when there are too many.
 */
struct vigil_memory_dimm *
vigil_memory_dimm_take(const struct vigil_record *record, const char *text,
		       int nid, struct vigil_cell *cell)
{
	struct vigil_memory_dimm *dimm;

	memset(cell, 0, sizeof(*cell));
	dimm = vigil_memory_dimm_get(record->mc, record->layers, nid);
	if (!dimm)
		return NULL;

	dimm->changed = true;
	if (dimm->component)
		vigil_component_details_changed(dimm->component);
	if (record->flags & VIGIL_RECORD_UNCORRECTED) {
		dimm->untold[DIMM_COUNTER_UNCORRECTED] += record->count;
		dimm->uncorrected_s = div_u64(record->time_ns, NSEC_PER_SEC);
		return dimm;
	}
	dimm->untold[DIMM_COUNTER_CORRECTED] += record->count;
	if (cell_of(record, text, cell))
		remember(dimm, cell, record);
	else
		dimm->untold[DIMM_COUNTER_WITHOUT_CELL] += record->count;
	return dimm;
}

/**
 * vigil_memory_dimm_by_number() - Find a memory module.
 * @number: its number, or 0
 *
 * Context: Process context, under vigil_memory_lock.
 * Return: the memory module, or NULL.
 */
struct vigil_memory_dimm *vigil_memory_dimm_by_number(u16 number)
{
	lockdep_assert_held(&vigil_memory_lock);

	return number && number <= dimms.nr ? dimms.by_number[number - 1] :
					      NULL;
}

/**
 * vigil_memory_dimm_name() - Name the component of a memory module.
 * @number: number of the memory module, or 0
 *
 * Context: Process context, under vigil_memory_lock.
 * Return: its name, valid as long as the lock is held; "" if there is none.
 */
const char *vigil_memory_dimm_name(u16 number)
{
	struct vigil_memory_dimm *dimm = vigil_memory_dimm_by_number(number);

	return dimm && dimm->component ? vigil_component_name(dimm->component) :
					 "";
}

/* What a model says of it, in per mille; 0 without one. */
u32 vigil_memory_dimm_risk(const struct vigil_memory_dimm *dimm)
{
	return dimm->component ? vigil_component_risk(dimm->component) : 0;
}

/* A page frame came out of use, or went back: see frame.c. */
void vigil_memory_dimm_account(const struct vigil_frame *frame, int delta)
{
	struct vigil_memory_dimm *dimm;

	dimm = vigil_memory_dimm_by_number(frame->dimm);
	if (!dimm || !frame->by_errors || frame->state == VIGIL_FRAME_EXTERNAL)
		return;
	dimm->nr_frames += delta;
	dimm->changed = true;
}

/* Are as many page frames out of use as may be? */
bool vigil_memory_dimm_used_up(const struct vigil_memory_dimm *dimm)
{
	return dimm->nr_frames >= READ_ONCE(dimm->max_pages);
}

/* Has it happened, and not long ago? */
static bool is_recent(u32 then_s, u32 now_s)
{
	return then_s && now_s - then_s < EVENT_WINDOW_S;
}

static void judge(struct vigil_memory_dimm *dimm, u32 now_s)
{
	struct vigil_judge_risk risk;

	if (dimm->memory) {
		vigil_history_expire(&dimm->history, now_s);
		vigil_features_compute(&dimm->history, dimms.scratch,
				       &dimm->features);
		shrink(dimm);
	}
	vigil_memory_risk_predict(dimm);
	risk = (struct vigil_judge_risk) {
		.permille = dimm->prediction.risk_permille,
		.alarm_permille = dimm->prediction.alarm_permille,
		.alarm = dimm->prediction.alarm,
	};
	vigil_judge_update(&dimm->judge, &dimm->policy, &dimm->features,
			   &risk, now_s);
	dimm->changed = false;
}

static void tell_counts(struct vigil_memory_dimm *dimm)
{
	enum vigil_dimm_counter i;

	for (i = 0; i < DIMM_COUNTERS; i++) {
		u32 n = dimm->untold[i];

		if (!n)
			continue;
		dimm->untold[i] = 0;
		vigil_component_count(dimm->component, i, n);
		if (event_kinds[i])
			vigil_component_event(dimm->component, event_kinds[i],
					      n);
	}
}

static const char *health_of(const struct vigil_memory_dimm *dimm, u32 now_s,
			     enum vigil_health *health,
			     enum vigil_advice *advice)
{
	*health = VIGIL_HEALTH_FAILING;
	*advice = VIGIL_ADVICE_REPLACE;
	if (is_recent(dimm->uncorrected_s, now_s))
		return "uncorrected error";
	if (dimm->prediction.alarm)
		return "a model foresees an uncorrected error";
	if (dimm->judge.verdict == VIGIL_VERDICT_BAD)
		return "corrected errors like before a failure";
	if (dimm->nr_frames && vigil_memory_dimm_used_up(dimm))
		return "as many page frames out of use as may be";
	if (is_recent(dimm->row_unsupported_s, now_s))
		return "a row is at fault that can't be isolated";

	*health = VIGIL_HEALTH_DEGRADED;
	*advice = VIGIL_ADVICE_WATCH;
	if (dimm->judge.verdict == VIGIL_VERDICT_WATCH)
		return "corrected errors in several cells";

	*health = VIGIL_HEALTH_HEALTHY;
	*advice = VIGIL_ADVICE_NONE;
	return "no errors that matter";
}

/* Listeners hear when the verdict changes, not of each cell. */
static void tell(struct vigil_memory_dimm *dimm, u32 now_s)
{
	const s32 *value = dimm->features.value[VIGIL_WINDOW_6H];
	enum vigil_fault_mode mode = dimm->features.mode;
	char reason[VIGIL_REASON_MAX + 1];
	enum vigil_health health;
	enum vigil_advice advice;
	const char *why;

	why = health_of(dimm, now_s, &health, &advice);
	tell_counts(dimm);
	if (why == dimm->told.why && mode == dimm->told.mode)
		return;

	if (value[VIGIL_FEATURE_ALL_LOGS])
		scnprintf(reason, sizeof(reason),
			  "%s: in 6 hours errors %d, cells %d (%s), storms %d",
			  why, value[VIGIL_FEATURE_ALL_COUNT],
			  value[VIGIL_FEATURE_ALL_LOGS], mode_names[mode],
			  value[VIGIL_FEATURE_STORMS]);
	else
		strscpy(reason, why, sizeof(reason));
	vigil_component_set_advice(dimm->component, advice, reason);
	vigil_component_set_health(dimm->component, health, reason);
	if (dimm->told.why ? why != dimm->told.why :
			     health != VIGIL_HEALTH_HEALTHY)
		vigil_memory_audit_verdict(dimm, reason);
	dimm->told.why = why;
	dimm->told.mode = mode;
}

static u32 now_s(void)
{
	return div_u64(vigil_memory_clock_ns(), NSEC_PER_SEC);
}

/**
 * vigil_memory_dimm_judge() - Judge a memory module, if there is reason to.
 * @dimm: the memory module
 *
 * Context: Process context, under vigil_memory_lock.
 */
void vigil_memory_dimm_judge(struct vigil_memory_dimm *dimm)
{
	lockdep_assert_held(&vigil_memory_lock);

	if (!dimm->changed)
		return;
	judge(dimm, now_s());
	dimm->judged = jiffies;
	if (!dimm->component)
		return;
	vigil_component_details_changed(dimm->component);
	tell(dimm, now_s());
}

/**
 * vigil_memory_dimm_judge_paced() - Judge a memory module, but not too often.
 * @dimm: the memory module
 *
 * It takes 200,000 instructions when the history is full.
 *
 * Context: Process context, under vigil_memory_lock.
 * Return: false when it has to be done later.
 */
bool vigil_memory_dimm_judge_paced(struct vigil_memory_dimm *dimm)
{
	const unsigned long pause = msecs_to_jiffies(JUDGE_PAUSE_MS);

	if (dimm->changed &&
	    time_in_range(jiffies, dimm->judged, dimm->judged + pause))
		return false;
	vigil_memory_dimm_judge(dimm);
	return true;
}

/**
 * vigil_memory_dimms_judge() - Judge the memory modules that had errors.
 *
 * In a storm each of them now and then. Counts are told at once.
 *
 * Context: Process context, under vigil_memory_lock.
 */
void vigil_memory_dimms_judge(void)
{
	struct vigil_memory_dimm *dimm;
	bool later = false;
	unsigned int i;

	lockdep_assert_held(&vigil_memory_lock);

	for (i = 0; (dimm = dimm_at(i)); i++) {
		if (vigil_memory_dimm_judge_paced(dimm))
			continue;
		later = true;
		if (dimm->component)
			tell_counts(dimm);
	}
	if (later)
		queue_delayed_work(system_unbound_wq, &judge_work,
				   msecs_to_jiffies(JUDGE_PAUSE_MS));
}

static void judge_work_fn(struct work_struct *work)
{
	mutex_lock(&vigil_memory_lock);
	vigil_memory_dimms_judge();
	mutex_unlock(&vigil_memory_lock);
}

/* Judge them all: time heals. */
void vigil_memory_dimms_review(void)
{
	struct vigil_memory_dimm *dimm;
	unsigned int i;

	lockdep_assert_held(&vigil_memory_lock);

	for (i = 0; (dimm = dimm_at(i)); i++)
		dimm->changed |= dimm->memory || dimm->uncorrected_s;
	vigil_memory_dimms_judge();
}

/* A memory module that has no component yet. */
static struct vigil_memory_dimm *next_unregistered_locked(void)
{
	struct vigil_memory_dimm *dimm;
	unsigned int i;

	lockdep_assert_held(&vigil_memory_lock);

	for (i = 0; (dimm = dimm_at(i)); i++)
		if (!dimm->component && !dimm->refused)
			return dimm;
	return NULL;
}

static void add_component(struct vigil_memory_dimm *dimm,
			  struct vigil_component *parent)
{
	struct vigil_component *component;

	component = vigil_memory_dimm_register(dimm, parent);
	mutex_lock(&vigil_memory_lock);
	if (IS_ERR(component)) {
		pr_warn("can't add memory module %s: %ld\n", dimm->instance,
			PTR_ERR(component));
		dimm->refused = true;
	} else {
		dimm->component = component;
		dimm->changed = true;
		vigil_memory_dimms_judge();
	}
	mutex_unlock(&vigil_memory_lock);
}

/**
 * vigil_memory_dimms_scan() - Find memory modules and register components.
 *
 * Context: Process context, without vigil_memory_lock; one caller at a time,
 * who also serialises with the components of nodes.
 */
void vigil_memory_dimms_scan(void)
{
	struct vigil_component *parent;
	struct vigil_memory_dimm *dimm;

	if (IS_REACHABLE(CONFIG_EDAC))
		vigil_memory_edac_scan();

	for (;;) {
		mutex_lock(&vigil_memory_lock);
		dimm = next_unregistered_locked();
		if (dimm)
			parent = vigil_memory_node(dimm->nid)->component;
		mutex_unlock(&vigil_memory_lock);
		if (!dimm)
			return;
		add_component(dimm, parent);
	}
}

int vigil_memory_dimms_init(void)
{
	dimms.scratch = kvzalloc(sizeof(*dimms.scratch), GFP_KERNEL);
	return dimms.scratch ? 0 : -ENOMEM;
}

/* After the last scan: afterwards no callback of a component runs. */
void vigil_memory_dimms_stop(void)
{
	struct vigil_component *component;
	struct vigil_memory_dimm *dimm;
	unsigned int i;

	for (i = 0; (dimm = dimm_at(i)); i++) {
		mutex_lock(&vigil_memory_lock);
		component = dimm->component;
		dimm->component = NULL;
		mutex_unlock(&vigil_memory_lock);

		if (component)
			vigil_component_unregister(component);
	}
}

void vigil_memory_dimms_exit(void)
{
	struct vigil_memory_dimm *dimm;
	unsigned int i;

	cancel_delayed_work_sync(&judge_work);
	for (i = 0; (dimm = dimm_at(i)); i++) {
		kvfree(dimm->memory);
		kfree(dimm);
	}
	xa_destroy(&dimms.by_place);
	kvfree(dimms.scratch);
}
