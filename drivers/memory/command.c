// SPDX-License-Identifier: GPL-2.0
/*
 * Isolate and release page frames by command.
 *
 * A frame is held if that works, because it can be released at any time, and
 * soft-offlined otherwise. Commands run on the actions' workqueue, so that no
 * two things happen to a frame at once; the core's thread waits.
 *
 * A request is judged the same way twice: for check, when nothing is done yet,
 * and again before it is carried out.
 */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/vigil/frame.h>

#include "memory.h"

/* How long soft offlining may take before the answer is "not known yet". */
#define DEADLINE_MS	5000
#define POLL_MS		10

/* What judging came to, if not a negative errno. */
#define GO		0
#define NOTHING_TO_DO	1

#define TAKEN_BY_OTHERS	"out of use, taken by somebody else: the kernel after an uncorrected error, RAS_CEC, rasdaemon, an administrator"

/**
 * struct command - A request, on its way through the ordered workqueue.
 * @work: runs it
 * @nid: node of the component
 * @request: what is asked
 * @out: what came of it
 */
struct command {
	struct work_struct work;
	int nid;
	const struct vigil_request *request;
	struct vigil_outcome *out;
};

/* The outcome in words; returns @err. */
static __printf(3, 4) int say(struct vigil_outcome *out, int err,
			      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vscnprintf(out->message, sizeof(out->message), format, args);
	va_end(args);
	out->state = err ? VIGIL_OP_STATE_FAILED : VIGIL_OP_STATE_DONE;
	out->error = err;
	return err;
}

static int judge_isolate_locked(unsigned long pfn, int nid,
				struct vigil_outcome *out)
{
	const char *holder = vigil_memory_immovable(pfn);

	lockdep_assert_held(&vigil_memory_lock);

	switch (vigil_memory_frame(pfn).state) {
	case VIGIL_FRAME_HELD:
	case VIGIL_FRAME_OFFLINED:
		say(out, 0, "already isolated by vigil");
		return NOTHING_TO_DO;
	case VIGIL_FRAME_PENDING:
		return say(out, -EBUSY, "being taken out of use already");
	case VIGIL_FRAME_EXTERNAL:
		return say(out, -EBUSY, TAKEN_BY_OTHERS);
	default:
		break;
	}

	if (vigil_memory_poisoned(pfn))
		return say(out, -EBUSY, TAKEN_BY_OTHERS);
	if (holder)
		return say(out, -EBUSY, "holds %s, which can't be moved",
			   holder);
	if (!vigil_memory_budget_left(nid))
		return say(out, -EDQUOT,
			   "page_offline_max_pages page frames of memory-%d are out of use already",
			   nid);
	return GO;
}

static int judge_release_locked(unsigned long pfn, struct vigil_outcome *out)
{
	lockdep_assert_held(&vigil_memory_lock);

	switch (vigil_memory_frame(pfn).state) {
	case VIGIL_FRAME_HELD:
	case VIGIL_FRAME_OFFLINED:
		return GO;
	case VIGIL_FRAME_PENDING:
		return say(out, -EBUSY, "still being taken out of use");
	case VIGIL_FRAME_EXTERNAL:
		return say(out, -EPERM, TAKEN_BY_OTHERS);
	default:
		break;
	}

	if (vigil_memory_poisoned(pfn))
		return say(out, -EPERM, TAKEN_BY_OTHERS);
	say(out, 0, "not isolated, nothing to do");
	return NOTHING_TO_DO;
}

/* Which page frame of the node is meant? */
static int locate(int nid, const struct vigil_request *request,
		  unsigned long *pfn, struct vigil_outcome *out)
{
	struct page *page;

	if (!request->has_address)
		return say(out, -EOPNOTSUPP,
			   "memory of a node can't be isolated as a whole; give the address of a page frame");

	*pfn = request->address >> PAGE_SHIFT;
	page = pfn_to_online_page(*pfn);
	if (!page)
		return say(out, -ENXIO, "no memory is online at this address");
	if (page_to_nid(page) != nid)
		return say(out, -EINVAL, "the address belongs to memory-%d",
			   page_to_nid(page));
	return 0;
}

static int judge_locked(int nid, const struct vigil_request *request,
			unsigned long pfn, struct vigil_outcome *out)
{
	if (request->verb == VIGIL_VERB_ISOLATE)
		return judge_isolate_locked(pfn, nid, out);
	return judge_release_locked(pfn, out);
}

static const char *undo_in_words(void)
{
	return vigil_memory_can_unpoison() ?
		"can be released until the first uncorrected error" :
		"can't be released before the next boot, because there was an uncorrected error";
}

/* What a request that may go ahead would do. */
static int foretell(const struct vigil_request *request,
		    struct vigil_frame frame, struct vigil_outcome *out)
{
	if (request->verb == VIGIL_VERB_ISOLATE)
		return say(out, 0, "to be held; or else soft-offlined, which %s",
			   undo_in_words());
	if (frame.state == VIGIL_FRAME_OFFLINED && !vigil_memory_can_unpoison())
		return say(out, -EOPNOTSUPP,
			   "soft-offlined: %s", undo_in_words());
	return say(out, 0, "to be given back to the page allocator");
}

/**
 * vigil_memory_check() - Refuse a request that can't work.
 * @component: the component
 * @priv: its node
 * @request: what is asked
 * @out: says why it is refused, or what would happen
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno.
 */
int vigil_memory_check(struct vigil_component *component, void *priv,
		       const struct vigil_request *request,
		       struct vigil_outcome *out)
{
	struct vigil_memory_node *node = priv;
	struct vigil_frame frame;
	unsigned long pfn;
	int err;

	err = locate(node->nid, request, &pfn, out);
	if (err)
		return err;

	mutex_lock(&vigil_memory_lock);
	err = judge_locked(node->nid, request, pfn, out);
	frame = vigil_memory_frame(pfn);
	mutex_unlock(&vigil_memory_lock);

	if (err == GO)
		err = foretell(request, frame, out);
	return err == NOTHING_TO_DO ? 0 : err;
}

/**
 * vigil_memory_survey() - Tell how much memory of a node would be left.
 * @component: the component
 * @priv: its node
 * @request: what is asked
 * @survey: what to tell
 *
 * Only commands are guarded: what errors may take has limits in pages.
 *
 * Context: Process context, may sleep.
 */
void vigil_memory_survey(struct vigil_component *component, void *priv,
			 const struct vigil_request *request,
			 struct vigil_survey *survey)
{
	struct vigil_memory_node *node = priv;
	u64 minimum = READ_ONCE(node->remaining_min_permille);
	u64 present = node_present_pages(node->nid);
	enum vigil_guard guard = VIGIL_GUARD_NONE;
	u64 left;

	if (request->verb != VIGIL_VERB_ISOLATE)
		return;
	mutex_lock(&vigil_memory_lock);
	left = present - min_t(u64, present, vigil_memory_nr_out(node) + 1);
	mutex_unlock(&vigil_memory_lock);

	if (left * 1000 < present * minimum)
		guard = VIGIL_GUARD_NODE_MEMORY;
	vigil_survey_add(survey, guard,
			 "%llu of %llu page frames of memory-%d would be left, policy keeps %llu permille",
			 left, present, node->nid, minimum);
}

/* The frame stays in use. */
static void abandon(struct command *command, unsigned long pfn)
{
	mutex_lock(&vigil_memory_lock);
	vigil_memory_frame_clear(pfn);
	vigil_memory_count(command->nid, COUNTER_OFFLINE_FAILED, 1);
	vigil_memory_tell(NULL);
	mutex_unlock(&vigil_memory_lock);
}

static void taken(struct command *command, unsigned long pfn,
		  enum vigil_memory_frame_state state)
{
	mutex_lock(&vigil_memory_lock);
	vigil_memory_frame_taken(pfn, state);
	vigil_memory_tell(command->request->reason);
	mutex_unlock(&vigil_memory_lock);
}

static bool wait_poisoned(unsigned long pfn)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(DEADLINE_MS);

	while (!vigil_memory_poisoned(pfn)) {
		if (time_after(jiffies, deadline))
			return false;
		msleep(POLL_MS);
	}
	return true;
}

static void soft_offline(struct command *command, unsigned long pfn)
{
	struct vigil_frame frame;

	memory_failure_queue(pfn, MF_SOFT_OFFLINE);
	if (!wait_poisoned(pfn)) {
		mutex_lock(&vigil_memory_lock);
		vigil_memory_expect(pfn, command->nid);
		vigil_memory_tell(NULL);
		mutex_unlock(&vigil_memory_lock);
		say(command->out, 0,
		    "still in use after %u s: pinned, or soft offlining is off (sysctl vm.enable_soft_offline)",
		    DEADLINE_MS / 1000);
		command->out->state = VIGIL_OP_STATE_TIMEOUT;
		return;
	}

	mutex_lock(&vigil_memory_lock);
	frame = vigil_memory_frame(pfn);
	mutex_unlock(&vigil_memory_lock);
	if (frame.state != VIGIL_FRAME_PENDING) {
		say(command->out, -EBUSY, TAKEN_BY_OTHERS);
		return;
	}
	taken(command, pfn, VIGIL_FRAME_OFFLINED);
	say(command->out, 0, "isolated by soft offlining: %s", undo_in_words());
}

static void isolate(struct command *command, unsigned long pfn)
{
	struct vigil_outcome *out = command->out;
	const char *owner = NULL;
	int err;

	mutex_lock(&vigil_memory_lock);
	err = vigil_memory_frame_begin(pfn, command->nid, false);
	if (!err)
		vigil_memory_tell(command->request->reason);
	mutex_unlock(&vigil_memory_lock);
	if (err) {
		say(out, err, "no record of the frame can be made");
		return;
	}

	err = vigil_frame_evacuate(pfn, &owner);
	if (err && err != -ENOENT) {
		abandon(command, pfn);
		say(out, err, "%s could not vacate the frame", owner);
		return;
	}

	if (!vigil_memory_hold(pfn)) {
		taken(command, pfn, VIGIL_FRAME_HELD);
		say(out, 0, "isolated and held; can be released at any time");
	} else if (vigil_memory_kernels(pfn)) {
		abandon(command, pfn);
		say(out, -EBUSY,
		    "holds memory of the kernel, which can't be moved");
	} else {
		soft_offline(command, pfn);
	}
}

static void released(struct command *command, unsigned long pfn)
{
	mutex_lock(&vigil_memory_lock);
	vigil_memory_frame_clear(pfn);
	vigil_memory_count(command->nid, COUNTER_RELEASED, 1);
	vigil_memory_tell(command->request->reason);
	mutex_unlock(&vigil_memory_lock);
	say(command->out, 0, "given back to the page allocator");
}

static void release_held(struct command *command, unsigned long pfn)
{
	bool poisoned = vigil_memory_poisoned(pfn);

	vigil_memory_unhold(pfn);
	if (!poisoned) {
		released(command, pfn);
		return;
	}

	mutex_lock(&vigil_memory_lock);
	vigil_memory_frame_clear(pfn);
	vigil_memory_note_external(pfn, true);
	vigil_memory_tell(NULL);
	mutex_unlock(&vigil_memory_lock);
	say(command->out, -EIO,
	    "an uncorrected error struck the frame while it was held; it stays out of use");
}

static void release_offlined(struct command *command, unsigned long pfn)
{
	int err = vigil_memory_unpoison(pfn);

	if (!err)
		released(command, pfn);
	else if (err == -EOPNOTSUPP)
		say(command->out, err, "soft-offlined: %s", undo_in_words());
	else
		say(command->out, err, "the kernel could not undo soft offlining");
}

static void run_command(struct work_struct *work)
{
	struct command *command = container_of(work, struct command, work);
	const struct vigil_request *request = command->request;
	struct vigil_frame frame;
	unsigned long pfn;
	int err;

	if (locate(command->nid, request, &pfn, command->out))
		return;

	mutex_lock(&vigil_memory_lock);
	err = judge_locked(command->nid, request, pfn, command->out);
	frame = vigil_memory_frame(pfn);
	mutex_unlock(&vigil_memory_lock);
	if (err != GO)
		return;

	if (request->verb == VIGIL_VERB_ISOLATE)
		isolate(command, pfn);
	else if (frame.state == VIGIL_FRAME_HELD)
		release_held(command, pfn);
	else
		release_offlined(command, pfn);
}

/**
 * vigil_memory_execute() - Carry out a request and see what came of it.
 * @component: the component
 * @priv: its node
 * @request: what is asked
 * @out: what came of it
 *
 * Context: Process context, may sleep; takes DEADLINE_MS at most, and what is
 * before it on the actions' workqueue.
 */
void vigil_memory_execute(struct vigil_component *component, void *priv,
			  const struct vigil_request *request,
			  struct vigil_outcome *out)
{
	struct vigil_memory_node *node = priv;
	struct command command = {
		.nid = node->nid,
		.request = request,
		.out = out,
	};

	INIT_WORK_ONSTACK(&command.work, run_command);
	queue_work(vigil_memory_actions, &command.work);
	flush_work(&command.work);
	destroy_work_on_stack(&command.work);
}
