// SPDX-License-Identifier: GPL-2.0
/*
 * Operations: one way for every verb, whoever asks.
 *
 *	validate -> check -> survey -> queue -> survey -> execute -> notify
 *
 * This file has what comes after a request was accepted (submit.c): the queue, the
 * deed, deadlines and history. Operations on one component run one after the other
 * in the order of their acceptance, because a component has one work item; those of
 * different components run side by side. The queue of a component is short: who
 * gets -EBUSY asks later, and nobody fills memory.
 *
 * An operation ends once: with what its execution says, or when its deadline
 * passes. A deed that is under way then goes on, since hotplug and resets can't be
 * stopped, and what comes of it shows in the component's facts. The latest
 * operations that ended are kept to be asked for, those that are pending always.
 *
 * Locks: operations.lock, inside vigil_notify_lock(). No callback is called
 * under either.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include <trace/events/vigil.h>

#include "core.h"
#include "guard.h"
#include "machine.h"

/* Operations of one component that may be pending. */
#define NR_PENDING_MAX	8

/* Operations that ended and are kept. */
#define NR_ENDED_MAX	256

static struct {
	/* lock protects all of it, queues of components and state of operations */
	struct mutex lock;
	struct xarray ids;	/* number to operation */
	struct list_head ended;	/* oldest first */
	unsigned int nr_ended;
	u64 last_id;
	/* generation changes with what a dump shows; readers: READ_ONCE() */
	unsigned int generation;
} operations = {
	.lock = __MUTEX_INITIALIZER(operations.lock),
	.ids = XARRAY_INIT(operations.ids, 0),
	.ended = LIST_HEAD_INIT(operations.ended),
	.generation = 1,
};

static void run_operation(struct work_struct *work);
static void pass_deadline(struct work_struct *work);

void vigil_operations_init(struct vigil_component *component)
{
	INIT_LIST_HEAD(&component->queue);
	INIT_WORK(&component->work, run_operation);
}

unsigned int vigil_operations_generation(void)
{
	return READ_ONCE(operations.generation);
}

static void touch_generation_locked(void)
{
	lockdep_assert_held(&operations.lock);

	/* Netlink takes 0 for "not said". */
	WRITE_ONCE(operations.generation, (operations.generation + 1) ?: 1);
}

static void free_operation(struct kref *ref)
{
	struct vigil_operation *operation =
		container_of(ref, struct vigil_operation, ref);

	vigil_survey_put(operation->survey);
	kfree(operation);
}

void vigil_operation_put(struct vigil_operation *operation)
{
	kref_put(&operation->ref, free_operation);
}

/* The operation with number @id, to be put again, or NULL. */
struct vigil_operation *vigil_operation_get(u64 id)
{
	struct vigil_operation *operation;

	mutex_lock(&operations.lock);
	operation = xa_load(&operations.ids, id);
	if (operation)
		kref_get(&operation->ref);
	mutex_unlock(&operations.lock);
	return operation;
}

/* The first operation from number *@id on, to be put again; updates *@id. */
struct vigil_operation *vigil_operation_get_next(unsigned long *id)
{
	struct vigil_operation *operation;

	mutex_lock(&operations.lock);
	operation = xa_find(&operations.ids, id, ULONG_MAX, XA_PRESENT);
	if (operation)
		kref_get(&operation->ref);
	mutex_unlock(&operations.lock);
	return operation;
}

/* What came of an operation up to now. */
void vigil_operation_outcome(struct vigil_operation *operation,
			     struct vigil_outcome *outcome, u64 *seq)
{
	mutex_lock(&operations.lock);
	*outcome = operation->outcome;
	*seq = operation->seq;
	mutex_unlock(&operations.lock);
}

/* What it would hit, as last seen; to be put again, or NULL. */
struct vigil_survey *vigil_operation_survey(struct vigil_operation *operation)
{
	struct vigil_survey *survey;

	mutex_lock(&operations.lock);
	survey = operation->survey;
	if (survey)
		kref_get(&survey->ref);
	mutex_unlock(&operations.lock);
	return survey;
}

static void set_survey(struct vigil_operation *operation,
		       struct vigil_survey *survey)
{
	mutex_lock(&operations.lock);
	swap(operation->survey, survey);
	mutex_unlock(&operations.lock);
	vigil_survey_put(survey);
}

/* Not numbered yet, with one reference; or NULL. */
struct vigil_operation *
vigil_operation_create(struct vigil_component *component,
		       const struct vigil_request *request)
{
	struct vigil_operation *operation;

	operation = kzalloc(sizeof(*operation), GFP_KERNEL);
	if (!operation)
		return NULL;

	kref_init(&operation->ref);
	INIT_LIST_HEAD(&operation->node);
	INIT_DELAYED_WORK(&operation->deadline, pass_deadline);
	init_completion(&operation->ended);
	operation->component = component;
	operation->provider = component->desc.owner;
	operation->request = *request;
	operation->request.reason = operation->reason;
	operation->request.owner = operation->owner;
	strscpy(operation->reason, request->reason, sizeof(operation->reason));
	strscpy(operation->owner, request->owner, sizeof(operation->owner));
	strscpy(operation->name, dev_name(&component->dev),
		sizeof(operation->name));
	if (!request->by_policy)
		vigil_asker_set(&operation->asker);
	return operation;
}

/* Give it a number and a reference for the table. */
static int number_operation_locked(struct vigil_operation *operation)
{
	int err;

	lockdep_assert_held(&operations.lock);

	operation->id = operations.last_id + 1;
	operation->seq = vigil_seq();
	err = xa_insert(&operations.ids, operation->id, operation, GFP_KERNEL);
	if (err)
		return err;

	operations.last_id = operation->id;
	kref_get(&operation->ref);
	touch_generation_locked();
	return 0;
}

/* Keep an operation that ended, and let go of the oldest. */
static void keep_ended_locked(struct vigil_operation *operation)
{
	struct vigil_operation *oldest;

	lockdep_assert_held(&operations.lock);

	list_add_tail(&operation->node, &operations.ended);
	touch_generation_locked();
	if (operations.nr_ended < NR_ENDED_MAX) {
		operations.nr_ended++;
		return;
	}

	oldest = list_first_entry(&operations.ended, struct vigil_operation,
				  node);
	list_del_init(&oldest->node);
	xa_erase(&operations.ids, oldest->id);
	vigil_operation_put(oldest);
}

/* The provider has spoken; don't let it contradict itself. */
static void tidy_outcome(struct vigil_outcome *outcome)
{
	outcome->message[VIGIL_REASON_MAX] = '\0';

	switch (outcome->state) {
	case VIGIL_OP_STATE_DONE:
		outcome->error = 0;
		break;
	case VIGIL_OP_STATE_FAILED:
		if (outcome->error >= 0 || outcome->error < -MAX_ERRNO)
			outcome->error = -EIO;
		break;
	default:
		outcome->state = VIGIL_OP_STATE_TIMEOUT;
		outcome->error = 0;
	}
}

static void count_outcome(enum vigil_op_state state)
{
	vigil_machine_count(state == VIGIL_OP_STATE_DONE ? VIGIL_STAT_DONE :
			    state == VIGIL_OP_STATE_FAILED ? VIGIL_STAT_FAILED :
							    VIGIL_STAT_TIMEOUT);
}

/* Final, and told, unless it has ended before. Both locks are held. */
static bool conclude_locked(struct vigil_operation *operation,
			    const struct vigil_outcome *outcome)
{
	vigil_notify_assert_held();
	lockdep_assert_held(&operations.lock);

	if (operation->concluded)
		return false;
	operation->concluded = true;
	operation->outcome = *outcome;
	operation->seq = vigil_seq_next_locked();
	keep_ended_locked(operation);
	return true;
}

static void tell_end(struct vigil_operation *operation,
		     const struct vigil_outcome *outcome)
{
	count_outcome(outcome->state);
	trace_vigil_operation(operation->name, operation->id,
			      operation->request.verb, outcome->state,
			      outcome->error);
	vigil_notify_operation(operation);
}

/* Its execution has ended, or will not begin. Uses up the reference of the queue. */
static void finish_operation(struct vigil_operation *operation)
{
	if (cancel_delayed_work(&operation->deadline))
		vigil_operation_put(operation);
	module_put(operation->provider);
	vigil_operation_put(operation);
}

/* @before and @after are the facts, NULL if nothing was tried. */
static void end_operation(struct vigil_operation *operation,
			  struct vigil_outcome *outcome,
			  const struct vigil_facts *before,
			  const struct vigil_facts *after)
{
	bool ends;

	tidy_outcome(outcome);

	vigil_notify_lock();
	mutex_lock(&operations.lock);
	operation->component->nr_pending--;
	ends = conclude_locked(operation, outcome);
	mutex_unlock(&operations.lock);
	if (ends)
		tell_end(operation, outcome);
	vigil_notify_unlock();

	vigil_audit_operation(operation, outcome, before, after);
	complete_all(&operation->ended);
	finish_operation(operation);
}

/* Take it out of the queue if it waits there. */
static bool unqueue_locked(struct vigil_operation *operation)
{
	lockdep_assert_held(&operations.lock);

	if (operation->concluded || list_empty(&operation->node))
		return false;
	/* Whoever takes the component away empties the queue first. */
	list_del_init(&operation->node);
	operation->component->nr_pending--;
	return true;
}

static void pass_deadline(struct work_struct *work)
{
	struct vigil_operation *operation =
		container_of(work, struct vigil_operation, deadline.work);
	struct vigil_outcome outcome = { .state = VIGIL_OP_STATE_TIMEOUT };
	bool queued, ends;

	vigil_notify_lock();
	mutex_lock(&operations.lock);
	queued = unqueue_locked(operation);
	strscpy(outcome.message, queued ?
		"the deadline passed before its turn came; nothing was done" :
		"the deadline passed; the component shows what comes of it",
		sizeof(outcome.message));
	ends = conclude_locked(operation, &outcome);
	mutex_unlock(&operations.lock);
	if (ends)
		tell_end(operation, &outcome);
	vigil_notify_unlock();

	if (ends) {
		vigil_audit_operation(operation, &outcome, NULL, NULL);
		complete_all(&operation->ended);
	}
	if (queued)
		finish_operation(operation);
	vigil_operation_put(operation);
}

/* The next operation in line, with the reference of the queue, or NULL. */
static struct vigil_operation *
take_operation(struct vigil_component *component)
{
	struct vigil_operation *operation;

	mutex_lock(&operations.lock);
	operation = list_first_entry_or_null(&component->queue,
					     struct vigil_operation, node);
	if (operation)
		list_del_init(&operation->node);
	mutex_unlock(&operations.lock);
	return operation;
}

/* Whether a guard has come to refuse what it let pass. */
static bool guards_refuse(struct vigil_operation *operation,
			  struct vigil_outcome *outcome)
{
	struct vigil_survey *survey = vigil_survey_create(&operation->request);
	bool refused;

	if (!survey) {
		vigil_refuse(outcome, -ENOMEM, "out of memory");
		return true;
	}
	vigil_survey_ask(survey, operation->component, &operation->request);
	refused = vigil_survey_refuses(survey, outcome);
	if (refused)
		vigil_machine_count(VIGIL_STAT_GUARDED);
	set_survey(operation, survey);
	return refused;
}

static void carry_out(struct vigil_operation *operation)
{
	struct vigil_component *component = operation->component;
	const struct vigil_component_desc *desc = &component->desc;
	const struct vigil_request *request = &operation->request;
	struct vigil_outcome outcome = { .state = VIGIL_OP_STATE_PENDING };
	struct vigil_facts before, after;

	vigil_component_begin(component, operation, &before);
	if (!guards_refuse(operation, &outcome))
		desc->ops->execute(component, desc->priv, request, &outcome);
	vigil_component_end(component, &before, &after);

	if (request->verb == VIGIL_VERB_ISOLATE &&
	    before.isolation != VIGIL_ISOLATION_ISOLATED &&
	    after.isolation == VIGIL_ISOLATION_ISOLATED)
		vigil_machine_isolated(component);
	end_operation(operation, &outcome, &before, &after);
}

static void run_operation(struct work_struct *work)
{
	struct vigil_component *component =
		container_of(work, struct vigil_component, work);
	struct vigil_operation *operation = take_operation(component);

	if (!operation)
		return;
	carry_out(operation);
	/* One at a time, so that others get a worker in between. */
	queue_work(vigil_workqueue, work);
}

/* Returns with nothing pending and nothing to come. */
void vigil_operations_stop(struct vigil_component *component)
{
	struct vigil_operation *operation;

	mutex_lock(&operations.lock);
	component->dying = true;
	mutex_unlock(&operations.lock);

	while ((operation = take_operation(component))) {
		struct vigil_outcome outcome = {
			.state = VIGIL_OP_STATE_FAILED,
			.error = -ENODEV,
			.message = "the component went away",
		};

		end_operation(operation, &outcome, NULL, NULL);
	}
	cancel_work_sync(&component->work);
}

/* A dry run has ended before it is seen. */
int vigil_operation_record(struct vigil_operation *operation,
			   struct vigil_outcome *out)
{
	int err;

	out->state = VIGIL_OP_STATE_DONE;
	out->error = 0;
	if (!out->message[0])
		strscpy(out->message, "nothing speaks against it",
			sizeof(out->message));

	mutex_lock(&operations.lock);
	operation->outcome = *out;
	operation->concluded = true;
	err = number_operation_locked(operation);
	if (!err)
		keep_ended_locked(operation);
	mutex_unlock(&operations.lock);

	complete_all(&operation->ended);
	return err;
}

static int enqueue_locked(struct vigil_operation *operation,
			  struct vigil_outcome *out)
{
	struct vigil_component *component = operation->component;
	int err;

	lockdep_assert_held(&operations.lock);

	if (component->dying)
		return vigil_refuse(out, -ENODEV, "the component goes away");
	if (component->nr_pending >= NR_PENDING_MAX)
		return vigil_refuse(out, -EBUSY,
				    "too many operations are pending");
	if (!try_module_get(operation->provider))
		return vigil_refuse(out, -ENODEV,
				    "the provider is being unloaded");

	err = number_operation_locked(operation);
	if (err) {
		module_put(operation->provider);
		return vigil_refuse(out, err, "out of memory");
	}

	/* One for the queue, one for the deadline. */
	kref_get(&operation->ref);
	kref_get(&operation->ref);
	list_add_tail(&operation->node, &component->queue);
	component->nr_pending++;
	queue_delayed_work(vigil_timers, &operation->deadline,
			   msecs_to_jiffies(operation->request.timeout_ms));
	/* Under the lock, so not after vigil_operations_stop(). */
	queue_work(vigil_workqueue, &component->work);
	return 0;
}

int vigil_operation_enqueue(struct vigil_operation *operation,
			    struct vigil_outcome *out)
{
	int err;

	mutex_lock(&operations.lock);
	err = enqueue_locked(operation, out);
	mutex_unlock(&operations.lock);
	return err;
}

/* No component is left, so nothing is pending. */
void vigil_operations_exit(void)
{
	struct vigil_operation *operation, *next;

	/* Deadlines that could not be cancelled, because they had come. */
	flush_workqueue(vigil_timers);
	list_for_each_entry_safe(operation, next, &operations.ended, node)
		vigil_operation_put(operation);
	xa_destroy(&operations.ids);
}
