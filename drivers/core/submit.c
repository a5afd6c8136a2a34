// SPDX-License-Identifier: GPL-2.0
/*
 * Requests: what is asked for is checked before it becomes an operation.
 *
 * A dry run ends here: it has gone through every check and every guard, and is
 * kept with all that they found. What is refused leaves a record in the audit
 * ring and no operation.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/ctype.h>
#include <linux/string.h>

#include "core.h"
#include "guard.h"
#include "machine.h"

/* Resets and hotplug of a busy machine take seconds. */
#define TIMEOUT_DEFAULT_MS	60000
#define TIMEOUT_MAX_MS		3600000

/* Everybody reads it, on terminals and in logs: one line without controls. */
bool vigil_reason_valid(const char *reason)
{
	const char *c;

	for (c = reason; *c; c++)
		if (iscntrl(*c))
			return false;
	return c - reason <= VIGIL_REASON_MAX;
}

/* As names of components: it is compared, and shown in one word. */
bool vigil_owner_valid(const char *owner)
{
	const char *c;

	for (c = owner; *c; c++)
		if (!isascii(*c) || (!isalnum(*c) && !strchr(":._-@", *c)))
			return false;
	return c != owner && c - owner <= VIGIL_OWNER_NAME_MAX;
}

int vigil_refuse(struct vigil_outcome *out, int err, const char *message)
{
	out->state = VIGIL_OP_STATE_FAILED;
	out->error = err;
	if (message)
		strscpy(out->message, message, sizeof(out->message));
	return err;
}

static int check_capabilities(const struct vigil_component_desc *desc,
			      const struct vigil_request *request,
			      struct vigil_outcome *out)
{
	if (request->verb < VIGIL_VERB_ISOLATE ||
	    request->verb > VIGIL_VERB_MAX ||
	    !(desc->verbs & BIT(request->verb)))
		return vigil_refuse(out, -EOPNOTSUPP,
				    "the component does not support that");
	if (request->method > VIGIL_METHOD_MAX ||
	    (request->method != VIGIL_METHOD_DEFAULT &&
	     !(desc->methods & BIT(request->method))))
		return vigil_refuse(out, -EOPNOTSUPP,
				    "the component does not support that method");
	return 0;
}

static int check_limits(const struct vigil_component_desc *desc,
			const struct vigil_request *request,
			struct vigil_outcome *out)
{
	if (request->has_address && desc->class != VIGIL_CLASS_MEMORY)
		return vigil_refuse(out, -EINVAL,
				    "only memory takes an address");
	if (request->overrides & BIT(VIGIL_GUARD_LOCKDOWN))
		return vigil_refuse(out, -EINVAL,
				    "lockdown can't be overridden");
	if (!vigil_owner_valid(request->owner))
		return vigil_refuse(out, -EINVAL,
				    "an owner is one word of letters, digits and :._-@");
	if (request->timeout_ms > TIMEOUT_MAX_MS)
		return vigil_refuse(out, -ERANGE,
				    "the deadline is more than an hour away");
	return 0;
}

static int ask_provider(struct vigil_component *component,
			const struct vigil_request *request,
			struct vigil_outcome *out)
{
	const struct vigil_component_desc *desc = &component->desc;
	int err;

	if (!desc->ops->check)
		return 0;
	err = desc->ops->check(component, desc->priv, request, out);
	out->message[VIGIL_REASON_MAX] = '\0';
	if (err)
		vigil_refuse(out, err, out->message[0] ? NULL :
			     "the provider refused");
	return err;
}

/* Whether guards let a request pass. A dry run hears them, and goes on. */
static int ask_guards(struct vigil_operation *operation,
		      struct vigil_outcome *out)
{
	const struct vigil_request *request = &operation->request;
	struct vigil_survey *survey = vigil_survey_create(request);

	if (!survey)
		return vigil_refuse(out, -ENOMEM, "out of memory");
	/* Nobody else knows the operation yet. */
	operation->survey = survey;
	vigil_survey_ask(survey, operation->component, request);
	if (!vigil_survey_refuses(survey, out) || request->dry_run)
		return 0;
	vigil_machine_count(VIGIL_STAT_GUARDED);
	return out->error;
}

/* Refused by what looks at the component; said in the audit ring. */
static int check_deed(struct vigil_operation *operation,
		      struct vigil_outcome *out)
{
	struct vigil_component *component = operation->component;
	int err;

	err = ask_provider(component, &operation->request, out) ?:
	      ask_guards(operation, out);
	if (err && !operation->request.dry_run)
		vigil_audit_refusal(component, &operation->request,
				    operation->survey, out);
	return err;
}

/* It may be carried out by now, with a new survey. */
static void count_accepted(struct vigil_operation *operation)
{
	struct vigil_survey *survey = vigil_operation_survey(operation);

	if (operation->request.dry_run)
		vigil_machine_count(VIGIL_STAT_DRY_RUNS);
	else if (survey->spoke & survey->overrides)
		vigil_machine_count(VIGIL_STAT_OVERRIDDEN);
	vigil_survey_put(survey);
}

static void fill_in(struct vigil_request *request)
{
	if (!request->owner)
		request->owner = request->by_policy ? VIGIL_OWNER_NAME_POLICY :
						      VIGIL_OWNER_NAME_ADMIN;
	if (request->by_policy)
		request->overrides = 0;
	if (!request->timeout_ms)
		request->timeout_ms = TIMEOUT_DEFAULT_MS;
}

static int submit(struct vigil_component *component,
		  struct vigil_request *request, struct vigil_outcome *out,
		  struct vigil_operation **operation)
{
	struct vigil_operation *new;
	int err;

	fill_in(request);
	err = check_capabilities(&component->desc, request, out) ?:
	      check_limits(&component->desc, request, out);
	if (err)
		return err;

	new = vigil_operation_create(component, request);
	if (!new)
		return vigil_refuse(out, -ENOMEM, "out of memory");

	err = check_deed(new, out);
	if (!err)
		err = request->dry_run ? vigil_operation_record(new, out) :
					 vigil_operation_enqueue(new, out);
	if (err) {
		vigil_operation_put(new);
		return err;
	}
	count_accepted(new);
	*operation = new;
	return 0;
}

/**
 * vigil_operation_submit() - Check a request and have it executed.
 * @component: the component, which the caller keeps from being unregistered
 * @request: what to do
 * @out: says why the request was refused, or what a dry run found
 * @operation: set to the operation, to be put again
 *
 * Context: Process context, may sleep; calls the provider's @check and @survey.
 * Return: 0 when the operation is pending or, for a dry run, done; or a
 * negative errno: -EACCES when a guard refused.
 */
int vigil_operation_submit(struct vigil_component *component,
			   const struct vigil_request *request,
			   struct vigil_outcome *out,
			   struct vigil_operation **operation)
{
	struct vigil_request filled = *request;
	int err;

	memset(out, 0, sizeof(*out));
	err = submit(component, &filled, out, operation);
	if (err)
		vigil_machine_count(VIGIL_STAT_REFUSED);
	return err;
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
 * Context: Process context, may sleep until the deadline. Not from
 * @execute of the same component. The caller keeps the component registered.
 * Return: 0 when @out holds an outcome, or a negative errno when the request
 * was refused, -EACCES by a guard.
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
