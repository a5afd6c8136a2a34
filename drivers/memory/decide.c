// SPDX-License-Identifier: GPL-2.0
/*
 * Whether page frames with corrected errors are taken out of use.
 *
 * A frame goes when its count reaches the threshold of its node. Two things
 * lower that: a risk that a model gives its memory module, in proportion; and
 * errors in several other cells of the same row or column, because then the
 * next cell of it that errs is no accident.
 *
 * With a row at fault, and where the policy allows, all frames of it go that an
 * address provider can name. Without a provider nobody knows them.
 *
 * Limits hold for each memory module, each node, and each hour of a node; what
 * they hold back asks again with its next errors. Every decision is recorded with
 * the numbers that led to it.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/vigil/address.h>
#include <linux/vigil/audit.h>

#include "cell.h"
#include "decide.h"
#include "dimm.h"
#include "memory.h"

/* With that many other cells it is the row, or column, that is at fault. */
#define LINE_OTHERS	2

/* 1 MiB; a row has 8 KiB on a module, interleaved with its neighbours. */
#define ROW_FRAMES_MAX	256

#define HOUR_S		3600

/* Of what a limit holds back, one in that time is recorded. */
#define HELD_BACK_QUIET_S	60

static struct {
	const struct vigil_address_provider *provider;	/* vigil_memory_lock */
	unsigned long pfns[ROW_FRAMES_MAX];		/* vigil_memory_lock */
} decide;

/**
 * vigil_address_provider_register() - Offer to name the frames of rows.
 * @provider: stays valid until it is unregistered
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EBUSY when there is one.
 */
int vigil_address_provider_register(const struct vigil_address_provider *provider)
{
	int err = -EBUSY;

	mutex_lock(&vigil_memory_lock);
	if (!decide.provider) {
		decide.provider = provider;
		err = 0;
	}
	mutex_unlock(&vigil_memory_lock);
	return err;
}
EXPORT_SYMBOL_GPL(vigil_address_provider_register);

/**
 * vigil_address_provider_unregister() - Take back an offer.
 * @provider: what was registered; not called any more afterwards
 *
 * Context: Process context, may sleep.
 */
void vigil_address_provider_unregister(const struct vigil_address_provider *provider)
{
	mutex_lock(&vigil_memory_lock);
	if (decide.provider == provider)
		decide.provider = NULL;
	mutex_unlock(&vigil_memory_lock);
}
EXPORT_SYMBOL_GPL(vigil_address_provider_unregister);

/**
 * struct numbers - What led to a decision.
 * @list: the numbers
 * @nr: how many they are
 */
struct numbers {
	struct vigil_audit_number list[VIGIL_AUDIT_NUMBERS];
	unsigned int nr;
};

static void add(struct numbers *numbers, const char *name, u64 value)
{
	numbers->list[numbers->nr++] = (struct vigil_audit_number) {
		.name = name,
		.value = value,
	};
}

static void add_dimm(struct numbers *numbers,
		     const struct vigil_memory_dimm *dimm)
{
	const s32 *value = dimm->features.value[VIGIL_WINDOW_6H];

	add(numbers, "cells_6h", max(value[VIGIL_FEATURE_ALL_LOGS], 0));
	add(numbers, "errors_6h", max(value[VIGIL_FEATURE_ALL_COUNT], 0));
	add(numbers, "storms_6h", max(value[VIGIL_FEATURE_STORMS], 0));
	add(numbers, "fault_mode_6h", dimm->features.mode);
	add(numbers, "risk_permille", vigil_memory_dimm_risk(dimm));
}

static struct vigil_component *
component_of(const struct vigil_memory_dimm *dimm, int nid)
{
	return dimm && dimm->component ? dimm->component :
					 vigil_memory_node(nid)->component;
}

/**
 * vigil_memory_audit_verdict() - Record what a memory module is thought to be.
 * @dimm: the memory module, which has a component
 * @reason: why
 *
 * Context: Process context, under vigil_memory_lock.
 */
void vigil_memory_audit_verdict(const struct vigil_memory_dimm *dimm,
				const char *reason)
{
	struct numbers numbers = { .nr = 0 };
	struct vigil_audit audit = {
		.action = VIGIL_AUDIT_ACTION_VERDICT,
		.step = VIGIL_AUDIT_STEP_DONE,
		.reason = reason,
		.numbers = numbers.list,
	};

	add_dimm(&numbers, dimm);
	audit.nr_numbers = numbers.nr;
	vigil_component_audit(dimm->component, &audit);
}

/**
 * vigil_memory_audit_frame() - Record what came of a decision.
 * @pfn: the page frame
 * @nid: its node
 * @step: what came of it
 * @reason: in words
 *
 * Context: Process context, under vigil_memory_lock.
 */
void vigil_memory_audit_frame(unsigned long pfn, int nid,
			      enum vigil_audit_step step, const char *reason)
{
	struct vigil_memory_dimm *dimm = vigil_memory_frame_dimm(pfn);
	struct vigil_component *component = component_of(dimm, nid);
	struct vigil_audit audit = {
		.action = VIGIL_AUDIT_ACTION_OFFLINE_PAGE,
		.step = step,
		.has_address = true,
		.address = PFN_PHYS(pfn),
		.reason = reason,
	};

	if (component)
		vigil_component_audit(component, &audit);
}

/* How many frames are out of use, and how many may be. */
static void add_limits(struct numbers *numbers,
		       const struct vigil_suspect *suspect)
{
	struct vigil_memory_node *node = vigil_memory_node(suspect->nid);

	if (suspect->dimm)
		add(numbers, "module_pages", suspect->dimm->nr_frames);
	add(numbers, "node_pages", vigil_memory_nr_ours(node));
	add(numbers, "node_pages_hour", node->hour_pages);
}

static void audit_suspect(const struct vigil_suspect *suspect,
			  enum vigil_audit_step step, u32 threshold,
			  const char *reason)
{
	struct vigil_component *component = component_of(suspect->dimm,
							 suspect->nid);
	struct numbers numbers = { .nr = 0 };
	struct vigil_audit audit = {
		.action = VIGIL_AUDIT_ACTION_OFFLINE_PAGE,
		.step = step,
		.has_address = true,
		.address = PFN_PHYS(suspect->pfn),
		.reason = reason,
		.numbers = numbers.list,
	};

	if (!component)
		return;
	if (suspect->count)
		add(&numbers, "page_errors",
		    DIV_ROUND_UP_ULL(suspect->count->level_q16, 1 << 16));
	add(&numbers, "threshold", threshold);
	if (suspect->dimm) {
		vigil_memory_dimm_judge(suspect->dimm);
		add_dimm(&numbers, suspect->dimm);
	}
	add_limits(&numbers, suspect);
	audit.nr_numbers = numbers.nr;
	vigil_component_audit(component, &audit);
}

/* The hour in which frames are counted begins with the first of them. */
static u32 *hour_pages(struct vigil_memory_node *node, u32 now_s)
{
	if (now_s - node->hour_start_s >= HOUR_S) {
		node->hour_start_s = now_s;
		node->hour_pages = 0;
	}
	return &node->hour_pages;
}

/* What speaks against taking one more frame, or NULL. */
static const char *limit_reached(const struct vigil_suspect *suspect)
{
	struct vigil_memory_node *node = vigil_memory_node(suspect->nid);
	const struct vigil_memory_dimm *dimm = suspect->dimm;

	if (!vigil_memory_budget_left(suspect->nid))
		return "page_offline_max_pages of the node are out of use";
	if (dimm && vigil_memory_dimm_used_up(dimm))
		return "page_offline_max_pages of the memory module are out of use";
	if (*hour_pages(node, suspect->now_s) >=
	    READ_ONCE(node->max_pages_hour))
		return "page_offline_max_pages_hour of the node were taken in this hour";
	return NULL;
}

/* In a storm most of it is the same again. */
static void hold_back(const struct vigil_suspect *suspect, u32 threshold,
		      const char *reason)
{
	struct vigil_memory_node *node = vigil_memory_node(suspect->nid);

	vigil_memory_count(suspect->nid, COUNTER_OFFLINE_DEFERRED, 1);
	if (node->held_back == reason &&
	    suspect->now_s - node->held_back_s < HELD_BACK_QUIET_S)
		return;
	node->held_back = reason;
	node->held_back_s = suspect->now_s;
	audit_suspect(suspect, VIGIL_AUDIT_STEP_HELD_BACK, threshold, reason);
}

/* Hand a frame to those who take it, if no limit is in the way. */
static bool take(const struct vigil_suspect *suspect, u32 threshold,
		 const char *why)
{
	struct vigil_memory_node *node = vigil_memory_node(suspect->nid);
	const char *limit = limit_reached(suspect);

	if (!limit && !vigil_memory_offline(suspect->pfn, suspect->nid))
		limit = "too many page frames are being taken out of use now";
	if (limit) {
		hold_back(suspect, threshold, limit);
		return false;
	}
	++*hour_pages(node, suspect->now_s);
	audit_suspect(suspect, VIGIL_AUDIT_STEP_DECIDED, threshold, why);
	return true;
}

/* Which part of the module, besides the cell, has errors in other cells too? */
static enum vigil_fault_mode faulty_line(const struct vigil_suspect *suspect)
{
	struct vigil_neighbours neighbours;

	if (!suspect->dimm || !suspect->cell->located)
		return VIGIL_FAULT_NONE;
	vigil_history_neighbours(&suspect->dimm->history, suspect->cell,
				 &neighbours);
	if (neighbours.row >= LINE_OTHERS)
		return VIGIL_FAULT_ROW;
	if (neighbours.column >= LINE_OTHERS)
		return VIGIL_FAULT_COLUMN;
	return VIGIL_FAULT_NONE;
}

/* From how many errors on the frame goes, and why; 0 is never. */
static u32 threshold_of(const struct vigil_suspect *suspect, const char **why)
{
	u32 events = READ_ONCE(vigil_memory_node(suspect->nid)->threshold_events);
	enum vigil_fault_mode line = faulty_line(suspect);
	u32 line_events = 0;

	*why = "as many corrected errors as the threshold";
	if (line != VIGIL_FAULT_NONE)
		line_events = READ_ONCE(suspect->dimm->line_events);
	if (line_events && line_events < events) {
		events = line_events;
		*why = line == VIGIL_FAULT_ROW ?
		       "the row of the cell errs in other cells too" :
		       "the column of the cell errs in other cells too";
	}
	return events;
}

/*
 * A model lowers the threshold: its risk in proportion, its alarm to half of it
 * at least.
 */
static u32 foreseen_threshold(struct vigil_memory_dimm *dimm, u32 events)
{
	u32 risk, lowered;

	vigil_memory_dimm_judge_paced(dimm);
	risk = vigil_memory_dimm_risk(dimm);
	lowered = DIV_ROUND_UP(events * (1000 - risk), 1000);
	if (risk && dimm->prediction.alarm)
		lowered = min(lowered, events / 2);
	return max(lowered, 1U);
}

static void audit_row(const struct vigil_suspect *suspect,
		      enum vigil_audit_step step, u32 nr_frames,
		      const char *reason)
{
	struct numbers numbers = { .nr = 0 };
	struct vigil_audit audit = {
		.action = VIGIL_AUDIT_ACTION_OFFLINE_ROW,
		.step = step,
		.has_address = true,
		.address = PFN_PHYS(suspect->pfn),
		.reason = reason,
		.numbers = numbers.list,
	};

	if (!suspect->dimm->component)
		return;
	vigil_memory_dimm_judge(suspect->dimm);
	add(&numbers, "row", suspect->cell->row);
	add(&numbers, "bank", suspect->cell->bank);
	add(&numbers, "row_pages", nr_frames);
	add_dimm(&numbers, suspect->dimm);
	add_limits(&numbers, suspect);
	audit.nr_numbers = numbers.nr;
	vigil_component_audit(suspect->dimm->component, &audit);
}

/* Ask for the frames of the row: their number, or a negative errno. */
static int find_row_frames(const struct vigil_suspect *suspect)
{
	const struct vigil_memory_dimm *dimm = suspect->dimm;
	struct vigil_dram_row row = {
		.mc = dimm->mc,
		.rank = suspect->cell->device >> VIGIL_CELL_DEVICE_BITS,
		.bank = suspect->cell->bank,
		.row = suspect->cell->row,
	};
	int nr;

	if (!decide.provider)
		return -EOPNOTSUPP;
	memcpy(row.layers, dimm->layers, sizeof(row.layers));
	nr = decide.provider->row_frames(&row, decide.pfns, ROW_FRAMES_MAX);
	return min(nr, ROW_FRAMES_MAX);
}

/* Is the frame one to be taken, or what is there to say of it? */
static bool is_in_use(unsigned long pfn)
{
	return pfn_to_online_page(pfn) && !vigil_memory_poisoned(pfn) &&
	       vigil_memory_frame(pfn).state == VIGIL_FRAME_NONE;
}

/* Take the frames of the row; NULL, or what held back the rest. */
static const char *take_row_frames(const struct vigil_suspect *suspect, int nr)
{
	struct vigil_suspect frame = *suspect;
	const char *limit = NULL;
	int i;

	for (i = 0; i < nr && !limit; i++) {
		frame.pfn = decide.pfns[i];
		if (!is_in_use(frame.pfn))
			continue;
		vigil_memory_frame_erred(frame.pfn, suspect->dimm->number);
		frame.nid = page_to_nid(pfn_to_page(frame.pfn));
		limit = limit_reached(&frame);
		if (limit)
			break;
		if (vigil_memory_offline(frame.pfn, frame.nid))
			++*hour_pages(vigil_memory_node(frame.nid),
				      frame.now_s);
		else
			limit = "too many page frames are being taken out of use now";
	}
	return limit;
}

/* A row is decided about once; the latest ones are remembered. */
static bool is_decided(struct vigil_memory_dimm *dimm, u64 row)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dimm->decided_rows); i++)
		if (dimm->decided_rows[i] == row)
			return true;
	return false;
}

static void set_decided(struct vigil_memory_dimm *dimm, u64 row)
{
	dimm->decided_rows[dimm->nr_decided_rows++ %
			   ARRAY_SIZE(dimm->decided_rows)] = row;
}

/*
 * Not as many errors as it takes; but with what a model says? Seven of ten
 * alarms are false, so the frames go one at a time.
 */
static bool decide_foreseen(const struct vigil_suspect *suspect, u32 events)
{
	struct vigil_memory_dimm *dimm = suspect->dimm;
	u32 threshold;

	if (!dimm || events < 2)
		return false;
	threshold = foreseen_threshold(dimm, events);
	if (!vigil_decay_reached(suspect->count, threshold))
		return false;
	if (vigil_memory_frame(dimm->foreseen_pfn).state ==
	    VIGIL_FRAME_PENDING) {
		hold_back(suspect, threshold,
			  "one page frame at a time when only a model says so");
		return false;
	}
	if (!take(suspect, threshold,
		  "a model's risk of the memory module lowers the threshold"))
		return false;
	dimm->foreseen_pfn = suspect->pfn;
	return true;
}

/**
 * vigil_memory_decide_page() - A page frame in use had corrected errors.
 * @suspect: the frame, and what is known about it
 *
 * Context: Process context, under vigil_memory_lock.
 * Return: true when it is to be taken out of use, and its count to begin anew.
 */
bool vigil_memory_decide_page(const struct vigil_suspect *suspect)
{
	const char *why;
	u32 threshold = threshold_of(suspect, &why);

	if (vigil_decay_reached(suspect->count, threshold))
		return take(suspect, threshold, why);
	return decide_foreseen(suspect, threshold);
}

/**
 * vigil_memory_decide_row() - A row had a corrected error.
 * @suspect: the page frame, in use or not, and what is known about it
 *
 * Context: Process context, under vigil_memory_lock.
 */
void vigil_memory_decide_row(const struct vigil_suspect *suspect)
{
	struct vigil_memory_dimm *dimm = suspect->dimm;
	/* Never 0. */
	u64 row = 1ULL << 63 | (u64)suspect->cell->device << 40 |
		  (u64)suspect->cell->bank << 32 | suspect->cell->row;
	const char *limit;
	int nr;

	if (!dimm || !READ_ONCE(dimm->row_isolate) || is_decided(dimm, row) ||
	    faulty_line(suspect) != VIGIL_FAULT_ROW)
		return;
	nr = find_row_frames(suspect);
	if (nr < 0) {
		dimm->row_unsupported_s = suspect->now_s;
		dimm->untold[DIMM_COUNTER_ROWS_NOT_ISOLATED]++;
		audit_row(suspect, VIGIL_AUDIT_STEP_UNSUPPORTED, 0,
			  "nobody knows the page frames of the row; replace the memory module");
		set_decided(dimm, row);
		return;
	}
	limit = take_row_frames(suspect, nr);
	if (limit) {
		hold_back(suspect, 0, limit);
		return;
	}
	audit_row(suspect, VIGIL_AUDIT_STEP_DECIDED, nr,
		  "the row errs in several cells");
	set_decided(dimm, row);
}
