// SPDX-License-Identifier: GPL-2.0
/*
 * Taking page frames out of use and giving them back.
 *
 * Everything runs on one ordered workqueue, one thing at a time, with no lock
 * held while pages move:
 *
 *   - frames with too many corrected errors: first the owner is asked to
 *     vacate the frame, then the kernel to soft-offline it. The kernel's queue
 *     for that is short, and it answers nothing. So few are asked for at a time
 *     and each is looked at until it is seen to be poisoned or its deadline has
 *     passed. A failure is tried again after a while, a few times, and then
 *     left alone until the frame fails anew;
 *   - commands: see command.c. One that is not settled at its deadline is
 *     looked at for some time more;
 *   - the watch: notices what others did, and what time has healed.
 */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/vigil/frame.h>

#include "decide.h"
#include "dimm.h"
#include "memory.h"

/* More frames than that are counted as deferred; their next error asks again. */
#define NR_ACTIONS	64

/* The kernel's queue has 16 places on each CPU, which others need too. */
#define NR_SUBMITTED	4

#define POLL_MS		20
#define IDLE_POLL_MS	1000
#define DEADLINE_MS	5000
#define LATE_MS		60000

/* Tries of a frame, and the pause before the second, which then doubles. */
#define NR_TRIES	4
#define PAUSE_MS	15000

/* The watch runs soon after something happened, then less and less often. */
#define WATCH_MIN_MS	500
#define WATCH_MAX_MS	60000

/**
 * struct action - A page frame that is to be taken out of use.
 * @busy: this slot is taken; vigil_memory_lock
 * @submitted: the kernel has been asked; the actions' workqueue
 * @command: left over from a command; constant while @busy
 * @tries: how often it was tried; the actions' workqueue
 * @nid: node of the frame; constant while @busy
 * @pfn: the frame; constant while @busy
 * @due: jiffies of the next try, or of the deadline if @submitted; the actions'
 *	workqueue
 */
struct action {
	bool busy;
	bool submitted;
	bool command;
	u8 tries;
	int nid;
	unsigned long pfn;
	unsigned long due;
};

static void action_work_fn(struct work_struct *work);
static void watch_work_fn(struct work_struct *work);

static struct action actions[NR_ACTIONS];
static DECLARE_DELAYED_WORK(action_work, action_work_fn);
static DECLARE_DELAYED_WORK(watch_work, watch_work_fn);
static unsigned int watch_delay_ms;	/* the watch only */
static atomic_t watch_soon;		/* the watch has been brought forward */

static struct action *free_action_locked(void)
{
	int i;

	lockdep_assert_held(&vigil_memory_lock);

	for (i = 0; i < NR_ACTIONS; i++)
		if (!actions[i].busy)
			return &actions[i];
	return NULL;
}

/**
 * vigil_memory_offline() - Have a failing page frame taken out of use.
 * @pfn: the page frame, in use
 * @nid: its node
 *
 * From now on it is pending and counts for the limits.
 *
 * Context: Process context, under vigil_memory_lock.
 * Return: false when there are too many already, or it can't be recorded.
 */
bool vigil_memory_offline(unsigned long pfn, int nid)
{
	struct action *action = free_action_locked();

	if (!action || vigil_memory_frame_begin(pfn, nid, true))
		return false;
	*action = (struct action) {
		.busy = true,
		.pfn = pfn,
		.nid = nid,
		.due = jiffies,
	};
	mod_delayed_work(vigil_memory_actions, &action_work, 0);
	return true;
}

/* Decisions that errors led to are recorded, with what came of them. */
static void audit(const struct action *action, enum vigil_audit_step step,
		  const char *reason)
{
	if (!action->command)
		vigil_memory_audit_frame(action->pfn, action->nid, step,
					 reason);
}

/* Who was it? Before the first try not us. */
static void take_poisoned_locked(const struct action *action)
{
	lockdep_assert_held(&vigil_memory_lock);

	if (action->tries) {
		vigil_memory_frame_taken(action->pfn, VIGIL_FRAME_OFFLINED);
		audit(action, VIGIL_AUDIT_STEP_DONE,
		      "soft-offlined, seen to be poisoned");
	} else {
		vigil_memory_frame_clear(action->pfn);
		vigil_memory_note_external(action->pfn, false);
		audit(action, VIGIL_AUDIT_STEP_DONE,
		      "somebody else took it first");
	}
}

/* Is it settled, one way or the other? Then the slot is free. */
static bool settle_locked(struct action *action)
{
	struct vigil_frame frame = vigil_memory_frame(action->pfn);

	lockdep_assert_held(&vigil_memory_lock);

	if (frame.state != VIGIL_FRAME_PENDING) {
		audit(action, VIGIL_AUDIT_STEP_DONE,
		      "an uncorrected error or a command came first");
		action->busy = false;
	} else if (vigil_memory_poisoned(action->pfn)) {
		take_poisoned_locked(action);
		action->busy = false;
	}
	return !action->busy;
}

static void try_failed_locked(struct action *action, bool again)
{
	lockdep_assert_held(&vigil_memory_lock);

	if (!action->command)
		vigil_memory_count(action->nid, COUNTER_OFFLINE_FAILED, 1);
	if (again && !action->command && action->tries < NR_TRIES) {
		action->submitted = false;
		action->due = jiffies + msecs_to_jiffies(PAUSE_MS <<
							 (action->tries - 1));
		return;
	}

	if (!action->command)
		vigil_memory_stuck(action->nid, vigil_memory_now_ms());
	audit(action, VIGIL_AUDIT_STEP_FAILED,
	      again ? "could not be vacated, tried four times" :
		      "the kernel's own, or out of reach");
	vigil_memory_frame_clear(action->pfn);
	action->busy = false;
}

/* May it be tried? If not, that is settled. */
static bool begin_locked(struct action *action)
{
	lockdep_assert_held(&vigil_memory_lock);

	action->tries++;
	if (vigil_memory_immovable(action->pfn)) {
		try_failed_locked(action, false);
		return false;
	}
	return true;
}

/* Ask the owner, then the kernel. */
static void try_offline(struct action *action)
{
	int err = vigil_frame_evacuate(action->pfn, NULL);

	if (err && err != -ENOENT) {
		mutex_lock(&vigil_memory_lock);
		try_failed_locked(action, true);
		mutex_unlock(&vigil_memory_lock);
		return;
	}
	memory_failure_queue(action->pfn, MF_SOFT_OFFLINE);
	action->submitted = true;
	action->due = jiffies + msecs_to_jiffies(DEADLINE_MS);
}

/* One look at one slot; @may_submit: the kernel can take one more. */
static void step(struct action *action, bool may_submit)
{
	bool try = false;

	mutex_lock(&vigil_memory_lock);
	if (action->busy && !settle_locked(action) &&
	    time_after_eq(jiffies, action->due)) {
		if (action->submitted)
			try_failed_locked(action, true);
		else if (may_submit)
			try = begin_locked(action);
	}
	mutex_unlock(&vigil_memory_lock);

	if (try)
		try_offline(action);
}

/* Time to the next look at all of them, or 0 when there is none. */
static unsigned int next_look_ms_locked(void)
{
	unsigned int i, next_ms = 0;

	lockdep_assert_held(&vigil_memory_lock);

	for (i = 0; i < NR_ACTIONS; i++) {
		if (!actions[i].busy)
			continue;
		if (actions[i].submitted)
			return POLL_MS;
		next_ms = IDLE_POLL_MS;
	}
	return next_ms;
}

static unsigned int nr_submitted_locked(void)
{
	unsigned int i, n = 0;

	lockdep_assert_held(&vigil_memory_lock);

	for (i = 0; i < NR_ACTIONS; i++)
		n += actions[i].busy && actions[i].submitted;
	return n;
}

static bool may_submit(void)
{
	unsigned int n;

	mutex_lock(&vigil_memory_lock);
	n = nr_submitted_locked();
	mutex_unlock(&vigil_memory_lock);
	return n < NR_SUBMITTED;
}

static void action_work_fn(struct work_struct *work)
{
	unsigned int i, next_ms;

	for (i = 0; i < NR_ACTIONS; i++)
		step(&actions[i], may_submit());

	mutex_lock(&vigil_memory_lock);
	vigil_memory_tell(NULL);
	next_ms = next_look_ms_locked();
	mutex_unlock(&vigil_memory_lock);

	if (next_ms)
		queue_delayed_work(vigil_memory_actions, &action_work,
				   msecs_to_jiffies(next_ms));
}

/**
 * vigil_memory_expect() - Look for some time whether a frame gets poisoned.
 * @pfn: a page frame that is pending, and which the kernel has been asked for
 * @nid: its node
 *
 * Context: Process context, on the actions' workqueue, under vigil_memory_lock.
 */
void vigil_memory_expect(unsigned long pfn, int nid)
{
	struct action *action = free_action_locked();

	if (!action) {
		vigil_memory_frame_clear(pfn);
		return;
	}
	*action = (struct action) {
		.busy = true,
		.submitted = true,
		.command = true,
		.tries = 1,
		.pfn = pfn,
		.nid = nid,
		.due = jiffies + msecs_to_jiffies(LATE_MS),
	};
	queue_delayed_work(vigil_memory_actions, &action_work, 0);
}

/**
 * vigil_memory_watch() - Look soon what others did.
 * @delay_ms: how soon; whoever asks first decides
 *
 * Context: Any but NMI.
 */
void vigil_memory_watch(unsigned int delay_ms)
{
	if (!atomic_xchg(&watch_soon, 1))
		mod_delayed_work(vigil_memory_actions, &watch_work,
				 msecs_to_jiffies(delay_ms));
}

static void watch_work_fn(struct work_struct *work)
{
	if (atomic_xchg(&watch_soon, 0))
		watch_delay_ms = WATCH_MIN_MS;
	else
		watch_delay_ms = min(2 * watch_delay_ms, WATCH_MAX_MS);

	mutex_lock(&vigil_memory_lock);
	vigil_memory_drain_review();
	vigil_memory_dimms_review();
	vigil_memory_frames_review();
	vigil_memory_tell(NULL);
	mutex_unlock(&vigil_memory_lock);

	queue_delayed_work(vigil_memory_actions, &watch_work,
			   msecs_to_jiffies(watch_delay_ms));
}

int vigil_memory_actions_init(void)
{
	vigil_memory_actions = alloc_ordered_workqueue("vigil_memory", 0);
	return vigil_memory_actions ? 0 : -ENOMEM;
}

/* What the kernel was asked for goes on without us. */
void vigil_memory_actions_exit(void)
{
	cancel_delayed_work_sync(&watch_work);
	cancel_delayed_work_sync(&action_work);
	destroy_workqueue(vigil_memory_actions);
}
