// SPDX-License-Identifier: GPL-2.0
/*
 * Operations: one way for every verb, whoever asks.
 *
 *	validate -> provider's check -> queue -> provider's execute -> notify
 *
 * A dry run ends after the check. Operations on one component run one after the
 * other in the order of their acceptance, because a component has one work
 * item; those of different components run side by side. The queue of a
 * component is short: who gets -EBUSY asks later, and nobody fills memory.
 *
 * The latest operations that ended are kept to be asked for, those that are
 * pending always. Who asked, and what was before and after, belongs to the
 * audit ring and is not here yet.
 *
 * Locks: operations.lock, inside vigil_notify_lock(). No callback is called
 * under either.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include <trace/events/vigil.h>

#include "core.h"

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
	kfree(container_of(ref, struct vigil_operation, ref));
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

static struct vigil_operation *
create_operation(struct vigil_component *component,
		 const struct vigil_request *request)
{
	struct vigil_operation *operation;

	operation = kzalloc(sizeof(*operation), GFP_KERNEL);
	if (!operation)
		return NULL;

	kref_init(&operation->ref);
	INIT_LIST_HEAD(&operation->node);
	init_completion(&operation->ended);
	operation->component = component;
	operation->request = *request;
	operation->request.reason = operation->reason;
	strscpy(operation->reason, request->reason, sizeof(operation->reason));
	strscpy(operation->name, dev_name(&component->dev),
		sizeof(operation->name));
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

static void end_operation(struct vigil_operation *operation,
			  struct vigil_outcome *outcome)
{
	struct vigil_component *component = operation->component;

	tidy_outcome(outcome);

	vigil_notify_lock();
	mutex_lock(&operations.lock);
	operation->outcome = *outcome;
	operation->seq = vigil_seq_next_locked();
	component->nr_pending--;
	keep_ended_locked(operation);
	mutex_unlock(&operations.lock);

	trace_vigil_operation(operation->name, operation->id,
			      operation->request.verb, outcome->state,
			      outcome->error);
	vigil_notify_operation(operation);
	vigil_notify_unlock();

	module_put(component->desc.owner);
	complete_all(&operation->ended);
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

static void run_operation(struct work_struct *work)
{
	struct vigil_component *component =
		container_of(work, struct vigil_component, work);
	const struct vigil_component_desc *desc = &component->desc;
	struct vigil_outcome outcome = { .state = VIGIL_OP_STATE_PENDING };
	struct vigil_operation *operation;

	operation = take_operation(component);
	if (!operation)
		return;

	desc->ops->execute(component, desc->priv, &operation->request,
			   &outcome);
	end_operation(operation, &outcome);

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

		end_operation(operation, &outcome);
	}
	cancel_work_sync(&component->work);
}

/* Everybody reads it, on terminals and in logs: one line without controls. */
bool vigil_reason_valid(const char *reason)
{
	const char *c;

	for (c = reason; *c; c++)
		if (iscntrl(*c))
			return false;
	return c - reason <= VIGIL_REASON_MAX;
}

static int refuse(struct vigil_outcome *out, int err, const char *message)
{
	out->state = VIGIL_OP_STATE_FAILED;
	out->error = err;
	if (message)
		strscpy(out->message, message, sizeof(out->message));
	return err;
}

static int check_request(struct vigil_component *component,
			 const struct vigil_request *request,
			 struct vigil_outcome *out)
{
	const struct vigil_component_desc *desc = &component->desc;
	int err;

	if (request->verb < VIGIL_VERB_ISOLATE ||
	    request->verb > VIGIL_VERB_MAX ||
	    !(desc->verbs & BIT(request->verb)))
		return refuse(out, -EOPNOTSUPP,
			      "the component does not support that");
	if (request->has_address && desc->class != VIGIL_CLASS_MEMORY)
		return refuse(out, -EINVAL, "only memory takes an address");

	if (desc->ops->check) {
		err = desc->ops->check(component, desc->priv, request, out);
		out->message[VIGIL_REASON_MAX] = '\0';
		if (err)
			return refuse(out, err, out->message[0] ? NULL :
				      "the provider refused");
	}
	return 0;
}

/* A dry run has ended before it is seen. */
static int record_dry_run(struct vigil_operation *operation,
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
		return refuse(out, -ENODEV, "the component goes away");
	if (component->nr_pending >= NR_PENDING_MAX)
		return refuse(out, -EBUSY, "too many operations are pending");
	if (!try_module_get(component->desc.owner))
		return refuse(out, -ENODEV, "the provider is being unloaded");

	err = number_operation_locked(operation);
	if (err) {
		module_put(component->desc.owner);
		return refuse(out, err, "out of memory");
	}

	kref_get(&operation->ref);
	list_add_tail(&operation->node, &component->queue);
	component->nr_pending++;
	/* Under the lock, so not after vigil_operations_stop(). */
	queue_work(vigil_workqueue, &component->work);
	return 0;
}

static int enqueue(struct vigil_operation *operation,
		   struct vigil_outcome *out)
{
	int err;

	mutex_lock(&operations.lock);
	err = enqueue_locked(operation, out);
	mutex_unlock(&operations.lock);
	return err;
}

/**
 * vigil_operation_submit() - Check a request and have it executed.
 * @component: the component, which the caller keeps from being unregistered
 * @request: what to do
 * @out: says why the request was refused, or what a dry run found
 * @operation: set to the operation, to be put again
 *
 * Context: Process context, may sleep; calls the provider's @check.
 * Return: 0 when the operation is pending or, for a dry run, done; or a
 * negative errno.
 */
int vigil_operation_submit(struct vigil_component *component,
			   const struct vigil_request *request,
			   struct vigil_outcome *out,
			   struct vigil_operation **operation)
{
	struct vigil_operation *new;
	int err;

	memset(out, 0, sizeof(*out));
	err = check_request(component, request, out);
	if (err)
		return err;

	new = create_operation(component, request);
	if (!new)
		return refuse(out, -ENOMEM, "out of memory");

	if (request->dry_run)
		err = record_dry_run(new, out);
	else
		err = enqueue(new, out);
	if (err) {
		vigil_operation_put(new);
		return err;
	}
	*operation = new;
	return 0;
}

/**
 * vigil_component_request() - Have a verb carried out and wait for it.
 * @component: the component
 * @request: what to do
 * @out: what came of it, or why it was refused
 *
 * Takes the same way as a command of an administrator, but checks no
 * capability.
 *
 * Context: Process context, may sleep as long as @execute does. Not from
 * @execute of the same component. The caller keeps the component registered.
 * Return: 0 when @out holds an outcome, or a negative errno when the request
 * was refused.
 */
int vigil_component_request(struct vigil_component *component,
			    const struct vigil_request *request,
			    struct vigil_outcome *out)
{
	struct vigil_operation *operation;
	u64 seq;
	int err;

	err = vigil_operation_submit(component, request, out, &operation);
	if (err)
		return err;

	wait_for_completion(&operation->ended);
	vigil_operation_outcome(operation, out, &seq);
	vigil_operation_put(operation);
	return 0;
}
EXPORT_SYMBOL_GPL(vigil_component_request);

/* No component is left, so nothing is pending. */
void vigil_operations_exit(void)
{
	struct vigil_operation *operation, *next;

	list_for_each_entry_safe(operation, next, &operations.ended, node)
		vigil_operation_put(operation);
	xa_destroy(&operations.ids);
}
