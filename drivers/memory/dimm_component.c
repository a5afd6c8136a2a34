// SPDX-License-Identifier: GPL-2.0
/*
 * How a memory module shows in Vigil: counters, policies, features and cells of
 * its component. What they say is found out in dimm.c.
 *
 * The callbacks run with no lock of the core held and take vigil_memory_lock.
 */
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>

#include "cell.h"
#include "dimm.h"
#include "memory.h"
#include "risk.h"

#define DWELL_MAX_S	(30 * 24 * 3600)
#define MAX_PAGES_MAX	32768

/* Numbers of the last six hours go down again; 0 is also "not known". */
static u64 read_number(void *priv, enum vigil_feature feature)
{
	struct vigil_memory_dimm *dimm = priv;
	s32 number;

	mutex_lock(&vigil_memory_lock);
	vigil_memory_dimm_judge(dimm);
	number = dimm->features.value[VIGIL_WINDOW_6H][feature];
	mutex_unlock(&vigil_memory_lock);
	return max(number, 0);
}

static u64 read_cells(struct vigil_component *component, void *priv)
{
	return read_number(priv, VIGIL_FEATURE_ALL_LOGS);
}

static u64 read_errors(struct vigil_component *component, void *priv)
{
	return read_number(priv, VIGIL_FEATURE_ALL_COUNT);
}

static u64 read_storms(struct vigil_component *component, void *priv)
{
	return read_number(priv, VIGIL_FEATURE_STORMS);
}

static u64 read_fault_mode(struct vigil_component *component, void *priv)
{
	struct vigil_memory_dimm *dimm = priv;
	enum vigil_fault_mode mode;

	mutex_lock(&vigil_memory_lock);
	vigil_memory_dimm_judge(dimm);
	mode = dimm->features.mode;
	mutex_unlock(&vigil_memory_lock);
	return mode;
}

static u64 read_pages(struct vigil_component *component, void *priv)
{
	struct vigil_memory_dimm *dimm = priv;
	u32 nr;

	mutex_lock(&vigil_memory_lock);
	nr = dimm->nr_frames;
	mutex_unlock(&vigil_memory_lock);
	return nr;
}

static u64 read_history_bytes(struct vigil_component *component, void *priv)
{
	struct vigil_memory_dimm *dimm = priv;
	size_t bytes;

	mutex_lock(&vigil_memory_lock);
	bytes = vigil_memory_dimm_bytes(dimm);
	mutex_unlock(&vigil_memory_lock);
	return bytes;
}

static u64 read_resolution(struct vigil_component *component, void *priv)
{
	struct vigil_memory_dimm *dimm = priv;
	u32 resolution_s;

	mutex_lock(&vigil_memory_lock);
	resolution_s = dimm->history.resolution_s;
	mutex_unlock(&vigil_memory_lock);
	return resolution_s;
}

static const struct vigil_counter_desc counters[] = {
	[DIMM_COUNTER_CORRECTED]	= { .name = "corrected_errors" },
	[DIMM_COUNTER_UNCORRECTED]	= { .name = "uncorrected_errors" },
	[DIMM_COUNTER_WITHOUT_CELL]	= { .name = "errors_without_cell" },
	[DIMM_COUNTER_FORGOTTEN]	= { .name = "errors_forgotten" },
	[DIMM_COUNTER_ROWS_NOT_ISOLATED] = { .name = "rows_not_isolated" },
	{ .name = "cells_6h", .read = read_cells },
	{ .name = "errors_6h", .read = read_errors },
	{ .name = "storms_6h", .read = read_storms },
	{ .name = "fault_mode_6h", .read = read_fault_mode },
	{ .name = "pages_out_of_use", .read = read_pages },
	{ .name = "history_bytes", .read = read_history_bytes },
	{ .name = "history_resolution_seconds", .read = read_resolution },
};

/* Health depends on policies. */
static int set_policy(u32 *policy, u64 value)
{
	WRITE_ONCE(*policy, value);
	vigil_memory_watch(0);
	return 0;
}

static u64 get_watch_cells(struct vigil_component *component, void *priv)
{
	struct vigil_memory_dimm *dimm = priv;

	return READ_ONCE(dimm->policy.watch_cells);
}

static int set_watch_cells(struct vigil_component *component, void *priv, u64 value)
{
	struct vigil_memory_dimm *dimm = priv;

	return set_policy(&dimm->policy.watch_cells, value);
}

static u64 get_bad_cells(struct vigil_component *component, void *priv)
{
	struct vigil_memory_dimm *dimm = priv;

	return READ_ONCE(dimm->policy.bad_cells);
}

static int set_bad_cells(struct vigil_component *component, void *priv, u64 value)
{
	struct vigil_memory_dimm *dimm = priv;

	return set_policy(&dimm->policy.bad_cells, value);
}

static u64 get_bad_storms(struct vigil_component *component, void *priv)
{
	struct vigil_memory_dimm *dimm = priv;

	return READ_ONCE(dimm->policy.bad_storms);
}

static int set_bad_storms(struct vigil_component *component, void *priv, u64 value)
{
	struct vigil_memory_dimm *dimm = priv;

	return set_policy(&dimm->policy.bad_storms, value);
}

static u64 get_dwell_s(struct vigil_component *component, void *priv)
{
	struct vigil_memory_dimm *dimm = priv;

	return READ_ONCE(dimm->policy.dwell_s);
}

static int set_dwell_s(struct vigil_component *component, void *priv, u64 value)
{
	struct vigil_memory_dimm *dimm = priv;

	return set_policy(&dimm->policy.dwell_s, value);
}

static u64 get_line_events(struct vigil_component *component, void *priv)
{
	struct vigil_memory_dimm *dimm = priv;

	return READ_ONCE(dimm->line_events);
}

static int set_line_events(struct vigil_component *component, void *priv,
			   u64 value)
{
	struct vigil_memory_dimm *dimm = priv;

	return set_policy(&dimm->line_events, value);
}

static u64 get_row_isolate(struct vigil_component *component, void *priv)
{
	struct vigil_memory_dimm *dimm = priv;

	return READ_ONCE(dimm->row_isolate);
}

static int set_row_isolate(struct vigil_component *component, void *priv,
			   u64 value)
{
	struct vigil_memory_dimm *dimm = priv;

	return set_policy(&dimm->row_isolate, value);
}

static u64 get_max_pages(struct vigil_component *component, void *priv)
{
	struct vigil_memory_dimm *dimm = priv;

	return READ_ONCE(dimm->max_pages);
}

static int set_max_pages(struct vigil_component *component, void *priv,
			 u64 value)
{
	struct vigil_memory_dimm *dimm = priv;

	return set_policy(&dimm->max_pages, value);
}

static const struct vigil_policy_desc policies[] = {
	{
		.name = "watch_cells",
		.maximum = VIGIL_HISTORY_SLOTS_MAX,
		.get = get_watch_cells,
		.set = set_watch_cells,
	},
	{
		.name = "failing_cells",
		.maximum = VIGIL_HISTORY_SLOTS_MAX,
		.get = get_bad_cells,
		.set = set_bad_cells,
	},
	{
		.name = "failing_storms",
		.maximum = VIGIL_HISTORY_SLOTS_MAX,
		.get = get_bad_storms,
		.set = set_bad_storms,
	},
	{
		.name = "dwell_seconds",
		.maximum = DWELL_MAX_S,
		.get = get_dwell_s,
		.set = set_dwell_s,
	},
	{
		.name = "line_page_events",
		.maximum = VIGIL_DECAY_EVENTS_MAX,
		.get = get_line_events,
		.set = set_line_events,
	},
	{
		.name = "row_isolate",
		.maximum = 1,
		.get = get_row_isolate,
		.set = set_row_isolate,
	},
	{
		.name = "page_offline_max_pages",
		.maximum = MAX_PAGES_MAX,
		.get = get_max_pages,
		.set = set_max_pages,
	},
};

static int tell_feature(struct vigil_component *component, void *priv,
			unsigned int index, struct vigil_feature_info *out)
{
	struct vigil_memory_dimm *dimm = priv;
	struct vigil_risk_number number;

	if (index >= VIGIL_RISK_FEATURES)
		return -ENOENT;

	mutex_lock(&vigil_memory_lock);
	vigil_memory_dimm_judge(dimm);
	vigil_memory_risk_number(dimm, index, &number);
	mutex_unlock(&vigil_memory_lock);
	*out = (struct vigil_feature_info) {
		.name = number.name,
		.window_s = number.window_s,
		.known = number.value != VIGIL_FEATURE_MISSING,
		.value = number.value,
		.predicted = number.predicted,
		.contribution_q16 = number.contribution_q24 >> 8,
	};
	return 0;
}

/* A cell's first sighting from a position on, if there is one. */
static const struct vigil_sighting *
find_first_locked(const struct vigil_history *history, u32 *position)
{
	const struct vigil_sighting *sighting;

	/* Positions wrap; 0 is where a dump begins. */
	if (*position - history->tail > vigil_history_len(history))
		*position = history->tail;
	for (; *position != history->head; (*position)++) {
		sighting = vigil_history_at(history, *position);
		if (sighting->first)
			return sighting;
	}
	return NULL;
}

static void describe_place(const struct vigil_cell *cell,
			   struct vigil_cell_info *out)
{
	u32 device = cell->device & VIGIL_CELL_DEVICE_MASK;

	*out = (struct vigil_cell_info) {
		.rank = VIGIL_CELL_NOT_KNOWN,
		.device = VIGIL_CELL_NOT_KNOWN,
		.bank = VIGIL_CELL_NOT_KNOWN,
		.row = VIGIL_CELL_NOT_KNOWN,
		.column = VIGIL_CELL_NOT_KNOWN,
		.has_parity = cell->has_parity,
		.parity = cell->parity,
	};
	if (cell->device != VIGIL_CELL_NO_DEVICE)
		out->rank = cell->device >> VIGIL_CELL_DEVICE_BITS;
	if (device != VIGIL_CELL_DEVICE_MASK)
		out->device = device;
	/* Otherwise row and column hide an address. */
	if (cell->located) {
		out->bank = cell->bank;
		out->row = cell->row;
		out->column = cell->column;
	}
}

static int tell_cell(struct vigil_component *component, void *priv,
		     u32 *position, struct vigil_cell_info *out)
{
	struct vigil_memory_dimm *dimm = priv;
	const struct vigil_sighting *sighting;
	int err = -ENOENT;

	mutex_lock(&vigil_memory_lock);
	sighting = find_first_locked(&dimm->history, position);
	if (sighting) {
		describe_place(&sighting->cell, out);
		out->count = sighting->total;
		out->age_s = dimm->history.now_s - sighting->time_s;
		out->scrub = sighting->scrub;
		err = 0;
	}
	mutex_unlock(&vigil_memory_lock);
	return err;
}

static const struct vigil_component_ops dimm_ops = {
	.feature = tell_feature,
	.cell = tell_cell,
};

/**
 * vigil_memory_dimm_register() - Register the component of a memory module.
 * @dimm: the memory module
 * @parent: component of its node, or NULL
 *
 * Context: Process context, without vigil_memory_lock.
 * Return: the component or ERR_PTR() of a negative errno.
 */
struct vigil_component *
vigil_memory_dimm_register(struct vigil_memory_dimm *dimm,
			   struct vigil_component *parent)
{
	struct vigil_component_desc desc = {
		.class = VIGIL_CLASS_DIMM,
		.instance = dimm->instance,
		.label = dimm->label,
		.owner = THIS_MODULE,
		.parent = parent,
		.ops = &dimm_ops,
		.counters = counters,
		.nr_counters = ARRAY_SIZE(counters),
		.policies = policies,
		.nr_policies = ARRAY_SIZE(policies),
		.priv = dimm,
	};

	return vigil_component_register(&desc);
}
