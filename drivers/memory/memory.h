/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of vigil_memory.ko share.
 *
 * Two threads of work and one lock:
 *
 *   - the drain (drain.c) empties the rings, counts, and decides that a page
 *     frame has to go;
 *   - the actions (action.c, command.c), an ordered workqueue, take frames out of use and
 *     give them back, one at a time, and look for what others did.
 *
 * Both keep their books under vigil_memory_lock, which is held for arithmetic
 * and for telling the core, never across evacuation, migration or a wait.
 * The core's locks are inside it.
 */
#ifndef VIGIL_MEMORY_H
#define VIGIL_MEMORY_H

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/vigil/component.h>
#include <linux/workqueue.h>

#include "decay.h"
#include "ring.h"

/**
 * enum vigil_memory_frame_state - How a page frame came out of use.
 * @VIGIL_FRAME_NONE: it is in use, as far as is known
 * @VIGIL_FRAME_PENDING: asked for, not seen to have happened
 * @VIGIL_FRAME_HELD: allocated by Vigil, so that nobody else has it
 * @VIGIL_FRAME_OFFLINED: soft-offlined by Vigil
 * @VIGIL_FRAME_EXTERNAL: poisoned by somebody else
 */
enum vigil_memory_frame_state {
	VIGIL_FRAME_NONE,
	VIGIL_FRAME_PENDING = VIGIL_FRAME_STATE_PENDING,
	VIGIL_FRAME_HELD = VIGIL_FRAME_STATE_HELD,
	VIGIL_FRAME_OFFLINED = VIGIL_FRAME_STATE_OFFLINED,
	VIGIL_FRAME_EXTERNAL = VIGIL_FRAME_STATE_EXTERNAL,

	/* private: */
	VIGIL_FRAME_STATES
};

/**
 * struct vigil_frame - What is known about a page frame out of use.
 * @state: how it came out of use
 * @by_errors: because of errors, not because somebody commanded it
 * @nid: its node
 * @dimm: number of the memory module that had errors there, 0 if not known
 */
struct vigil_frame {
	enum vigil_memory_frame_state state;
	bool by_errors;
	int nid;
	u16 dimm;
};

/* Counters of a component, in the order of their table in node.c. */
enum vigil_memory_counter {
	COUNTER_CORRECTED,
	COUNTER_UNCORRECTED,
	COUNTER_DROPPED,
	COUNTER_WITHOUT_ADDRESS,
	COUNTER_COLLECTED,
	COUNTER_UE_RECOVERED,
	COUNTER_UE_DELAYED,
	COUNTER_UE_FAILED,
	COUNTER_UE_IGNORED,
	COUNTER_OFFLINED,
	COUNTER_OFFLINE_FAILED,
	COUNTER_OFFLINE_DEFERRED,
	COUNTER_RELEASED,
	COUNTER_EXTERNAL,
	COUNTER_EVICTIONS,

	COUNTERS_MAX
};

/**
 * struct vigil_memory_facts - The facts of a node's component.
 * @health: how well the memory works
 * @advice: what to do about it
 * @isolation: whether page frames are out of use
 * @owner: who took them
 * @reason: why health is what it is
 */
struct vigil_memory_facts {
	enum vigil_health health;
	enum vigil_advice advice;
	enum vigil_isolation isolation;
	enum vigil_owner owner;
	const char *reason;
};

/**
 * struct vigil_memory_node - The memory of one NUMA node.
 * @nid: the node; constant
 * @instance: name of the component within its class; constant
 * @component: how it shows in Vigil, NULL while the node has no memory;
 *	vigil_memory_lock
 * @threshold_events: policy; READ_ONCE() and WRITE_ONCE()
 * @window_s: policy; READ_ONCE() and WRITE_ONCE()
 * @uncorrected_window_s: policy; READ_ONCE() and WRITE_ONCE()
 * @max_pages: policy; READ_ONCE() and WRITE_ONCE()
 * @max_pages_hour: policy; READ_ONCE() and WRITE_ONCE()
 * @remaining_min_permille: policy; READ_ONCE() and WRITE_ONCE()
 * @hour_start_s: when the first of @hour_pages was decided about;
 *	vigil_memory_lock
 * @hour_pages: page frames taken since then; vigil_memory_lock
 * @held_back: the limit that held back page frames last; vigil_memory_lock
 * @held_back_s: when that was recorded; vigil_memory_lock
 * @nr_frames: page frames in each state; vigil_memory_lock
 * @nr_by_errors: those out of use because of errors; vigil_memory_lock
 * @uncorrected: recent uncorrected errors; vigil_memory_lock
 * @unhandled_ms: when the kernel could not handle an uncorrected error, or 0;
 *	vigil_memory_lock
 * @stuck_ms: when a failing frame could not be taken out of use, or 0;
 *	vigil_memory_lock
 * @untold: counted and not yet told to the core; vigil_memory_lock
 * @told: what the core was told last; vigil_memory_lock
 */
struct vigil_memory_node {
	int nid;
	char instance[12];
	struct vigil_component *component;
	u64 threshold_events;
	u64 window_s;
	u64 uncorrected_window_s;
	u64 max_pages;
	u64 max_pages_hour;
	u64 remaining_min_permille;
	u32 hour_start_s;
	u32 hour_pages;
	const char *held_back;
	u32 held_back_s;
	u32 nr_frames[VIGIL_FRAME_STATES];
	u32 nr_by_errors;
	struct vigil_decay uncorrected;
	u64 unhandled_ms;
	u64 stuck_ms;
	u32 untold[COUNTERS_MAX];
	struct vigil_memory_facts told;
};

/* main.c */

/* Protects the books: what names it as its lock. Inside no other of Vigil's. */
extern struct mutex vigil_memory_lock;

/* Ordered: one action at a time. */
extern struct workqueue_struct *vigil_memory_actions;

extern u64 vigil_memory_driven_ns;	/* time that a test drives, or 0 */

/*
 * The time of errors. Any context, machine check included. To the tick, because
 * a finer one takes as many instructions as the rest of a record.
 */
static inline u64 vigil_memory_clock_ns(void)
{
	return READ_ONCE(vigil_memory_driven_ns) ?:
	       get_jiffies_64() * TICK_NSEC;
}

static inline u64 vigil_memory_now_ms(void)
{
	return div_u64(vigil_memory_clock_ns(), NSEC_PER_MSEC);
}

/* node.c: components, their counts and their health */
int vigil_memory_nodes_init(void);
void vigil_memory_nodes_stop(void);
void vigil_memory_nodes_exit(void);
struct vigil_memory_node *vigil_memory_node(int nid);
int vigil_memory_nid_of_cpu(unsigned int cpu);
void vigil_memory_count(int nid, enum vigil_memory_counter counter, u32 n);
void vigil_memory_uncorrected(int nid, u32 n, u64 now_ms);
void vigil_memory_unhandled(int nid, u64 now_ms);
void vigil_memory_stuck(int nid, u64 now_ms);
void vigil_memory_account(const struct vigil_frame *frame, int delta);
u32 vigil_memory_nr_out(const struct vigil_memory_node *node);
u32 vigil_memory_nr_ours(const struct vigil_memory_node *node);
bool vigil_memory_budget_left(int nid);
void vigil_memory_tell(const char *reason);
void vigil_memory_scan(void);

/* frame.c: page frames out of use */
void vigil_memory_frames_exit(void);
struct vigil_frame vigil_memory_frame(unsigned long pfn);
int vigil_memory_frame_begin(unsigned long pfn, int nid, bool by_errors);
void vigil_memory_frame_taken(unsigned long pfn,
			      enum vigil_memory_frame_state state);
void vigil_memory_frame_clear(unsigned long pfn);
void vigil_memory_frame_erred(unsigned long pfn, u16 dimm);
struct vigil_memory_dimm *vigil_memory_frame_dimm(unsigned long pfn);
int vigil_memory_tell_frame(struct vigil_component *component, void *priv,
			    u64 address, struct vigil_frame_info *out);
int vigil_memory_tell_next_frame(struct vigil_component *component, void *priv,
				 u64 *address, struct vigil_frame_info *out);
void vigil_memory_frames_review(void);
void vigil_memory_note_external(unsigned long pfn, bool failure);
bool vigil_memory_poisoned(unsigned long pfn);
const char *vigil_memory_immovable(unsigned long pfn);
bool vigil_memory_kernels(unsigned long pfn);
int vigil_memory_hold(unsigned long pfn);
void vigil_memory_unhold(unsigned long pfn);
bool vigil_memory_can_unpoison(void);
int vigil_memory_unpoison(unsigned long pfn);

/* drain.c: from records to counts and decisions */
int vigil_memory_drain_init(unsigned int nr_entries);
void vigil_memory_drain_stop(void);
void vigil_memory_drain_exit(void);
void vigil_memory_record(struct vigil_record *record, const char *text);
void vigil_memory_drain_review(void);

/* action.c: failing page frames, and what others did */
int vigil_memory_actions_init(void);
void vigil_memory_actions_exit(void);
void vigil_memory_watch(unsigned int delay_ms);
bool vigil_memory_offline(unsigned long pfn, int nid);
void vigil_memory_expect(unsigned long pfn, int nid);

/* command.c: isolate and release */
int vigil_memory_check(struct vigil_component *component, void *priv,
		       const struct vigil_request *request,
		       struct vigil_outcome *out);
void vigil_memory_survey(struct vigil_component *component, void *priv,
			 const struct vigil_request *request,
			 struct vigil_survey *survey);
void vigil_memory_execute(struct vigil_component *component, void *priv,
			  const struct vigil_request *request,
			  struct vigil_outcome *out);

#endif /* VIGIL_MEMORY_H */
