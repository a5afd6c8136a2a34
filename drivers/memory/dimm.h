/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory modules: what the files that deal with them share.
 */
#ifndef VIGIL_MEMORY_DIMM_H
#define VIGIL_MEMORY_DIMM_H

#include <linux/vigil/component.h>
#include <linux/vigil/predict.h>

#include "features.h"
#include "history.h"
#include "judge.h"
#include "ring.h"

struct vigil_frame;

/* Longest label of EDAC, and a NUL. */
#define VIGIL_DIMM_LABEL_BYTES	32

/* Counters of a memory module that the core keeps, in the order of dimm.c. */
enum vigil_dimm_counter {
	DIMM_COUNTER_CORRECTED,
	DIMM_COUNTER_UNCORRECTED,
	DIMM_COUNTER_WITHOUT_CELL,
	DIMM_COUNTER_FORGOTTEN,
	DIMM_COUNTER_ROWS_NOT_ISOLATED,

	DIMM_COUNTERS
};

/**
 * struct vigil_memory_dimm - One memory module.
 * @mc: number of its memory controller; constant
 * @layers: its place below it, -1 where a layer is not used; constant
 * @instance: name of the component within its class; constant
 * @label: what is written beside its slot, or ""; constant once the component is
 *	registered
 * @nid: node of the controller or, if that is not known, of the first error;
 *	constant once the component is registered
 * @number: counts the memory modules from 1 on; constant
 * @component: how it shows in Vigil, or NULL; vigil_memory_lock
 * @refused: the core did not want it; vigil_memory_lock
 * @policy: when it counts as failing; READ_ONCE() and WRITE_ONCE()
 * @line_events: policy; READ_ONCE() and WRITE_ONCE()
 * @row_isolate: policy; READ_ONCE() and WRITE_ONCE()
 * @max_pages: policy; READ_ONCE() and WRITE_ONCE()
 * @nr_frames: page frames that Vigil has taken for its errors, or is about to;
 *	vigil_memory_lock
 * @decided_rows: rows of which all frames were decided about, see decide.c;
 *	vigil_memory_lock
 * @nr_decided_rows: how many there have been; vigil_memory_lock
 * @row_unsupported_s: when a row could not be isolated, or 0;
 *	vigil_memory_lock
 * @memory: of @history, or NULL while there is none; vigil_memory_lock
 * @history: sightings of the last six hours, if @memory; vigil_memory_lock
 * @features: what they amounted to when it was judged; vigil_memory_lock
 * @prediction: what a model said then, all zeroes without one;
 *	vigil_memory_lock
 * @foreseen_pfn: the page frame that went last only because of that, or 0;
 *	vigil_memory_lock
 * @judge: the verdict; vigil_memory_lock
 * @changed: there were errors since then; vigil_memory_lock
 * @judged: when that was, in jiffies; vigil_memory_lock
 * @uncorrected_s: when there was an uncorrected error, or 0; vigil_memory_lock
 * @forgotten: of @history, as far as counted; vigil_memory_lock
 * @untold: counted and not yet told to the core; vigil_memory_lock
 * @told: reason and mode that the core was told last; vigil_memory_lock
 */
struct vigil_memory_dimm {
	u8 mc;
	s8 layers[3];
	char instance[24];
	char label[VIGIL_DIMM_LABEL_BYTES];
	int nid;
	u16 number;
	struct vigil_component *component;
	bool refused;
	struct vigil_judge_policy policy;
	u32 line_events;
	u32 row_isolate;
	u32 max_pages;
	u32 nr_frames;
	u64 decided_rows[8];
	u32 nr_decided_rows;
	u32 row_unsupported_s;
	void *memory;
	struct vigil_history history;
	struct vigil_features features;
	struct vigil_prediction prediction;
	unsigned long foreseen_pfn;
	struct vigil_judge judge;
	bool changed;
	unsigned long judged;
	u32 uncorrected_s;
	u64 forgotten;
	u32 untold[DIMM_COUNTERS];
	struct {
		const char *why;
		enum vigil_fault_mode mode;
	} told;
};

/* dimm.c */
int vigil_memory_dimms_init(void);
void vigil_memory_dimms_scan(void);
void vigil_memory_dimms_stop(void);
void vigil_memory_dimms_exit(void);
struct vigil_memory_dimm *vigil_memory_dimm_get(u8 mc, const s8 *layers,
						int nid);
struct vigil_memory_dimm *
vigil_memory_dimm_take(const struct vigil_record *record, const char *text,
		       int nid, struct vigil_cell *cell);
struct vigil_memory_dimm *vigil_memory_dimm_by_number(u16 number);
const char *vigil_memory_dimm_name(u16 number);
u32 vigil_memory_dimm_risk(const struct vigil_memory_dimm *dimm);
void vigil_memory_dimm_account(const struct vigil_frame *frame, int delta);
bool vigil_memory_dimm_used_up(const struct vigil_memory_dimm *dimm);
void vigil_memory_dimm_judge(struct vigil_memory_dimm *dimm);
bool vigil_memory_dimm_judge_paced(struct vigil_memory_dimm *dimm);
void vigil_memory_dimms_judge(void);
size_t vigil_memory_dimm_bytes(const struct vigil_memory_dimm *dimm);
void vigil_memory_dimms_review(void);

/* dimm_component.c */
struct vigil_component *
vigil_memory_dimm_register(struct vigil_memory_dimm *dimm,
			   struct vigil_component *parent);

/* edac.c: memory modules that EDAC knows */
void vigil_memory_edac_scan(void);

#endif /* VIGIL_MEMORY_DIMM_H */
