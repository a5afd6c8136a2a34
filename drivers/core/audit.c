// SPDX-License-Identifier: GPL-2.0
/*
 * The audit ring: the latest decisions and deeds, who asked for them, and what led
 * to them.
 *
 * Records hold copies, so they outlive the component and its module. What somebody
 * asked for goes to the kernel's audit log as well (audit_log.c), which outlives
 * the machine; decisions about page frames don't, there may be thousands.
 *
 * Locks: vigil_audit_lock, inside all others, those of providers too.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include <trace/events/vigil.h>

#include "audit.h"
#include "guard.h"
#include "machine.h"

/* 400 KiB. */
#define NR_RECORDS	512

static struct {
	struct audit_record *records;	/* number n is in place n % NR_RECORDS */
	u64 last_id;		/* of the latest record; the first is 1 */
} ring;

DEFINE_MUTEX(vigil_audit_lock);	/* protects the ring */

int vigil_audit_init(void)
{
	ring.records = kvcalloc(NR_RECORDS, sizeof(*ring.records), GFP_KERNEL);
	return ring.records ? 0 : -ENOMEM;
}

void vigil_audit_exit(void)
{
	kvfree(ring.records);
}

const struct audit_record *vigil_audit_record_locked(u64 id)
{
	lockdep_assert_held(&vigil_audit_lock);

	return &ring.records[id % NR_RECORDS];
}

u64 vigil_audit_last_id_locked(void)
{
	lockdep_assert_held(&vigil_audit_lock);

	return ring.last_id;
}

u64 vigil_audit_oldest_id_locked(void)
{
	lockdep_assert_held(&vigil_audit_lock);

	return ring.last_id < NR_RECORDS ? 1 : ring.last_id - NR_RECORDS + 1;
}

/* Who is asking now. */
void vigil_asker_set(struct vigil_asker *asker)
{
	asker->known = true;
	asker->uid = from_kuid_munged(&init_user_ns, current_uid());
	asker->pid = task_tgid_nr(current);
	get_task_comm(asker->comm, current);
}

/* The next record, empty but for what all have. To be told when it is full. */
static struct audit_record *new_record_locked(const char *component,
					      enum vigil_audit_action action,
					      enum vigil_audit_step step)
{
	struct audit_record *record;

	lockdep_assert_held(&vigil_audit_lock);

	record = &ring.records[++ring.last_id % NR_RECORDS];
	*record = (struct audit_record) {
		.age_base_s = ktime_get_boottime_seconds(),
		.time_s = ktime_get_real_seconds(),
		.seq = vigil_seq(),
		.action = action,
		.step = step,
	};
	strscpy(record->component, component, sizeof(record->component));
	vigil_machine_count(VIGIL_STAT_AUDITED);
	return record;
}

static void add_number(struct audit_record *record, const char *name, u64 value)
{
	struct audit_number *number = &record->numbers[record->nr_numbers++];

	number->value = value;
	strscpy(number->name, name, sizeof(number->name));
}

/**
 * vigil_component_audit() - Record a decision.
 * @component: what it is about
 * @what: the decision; nothing of it is kept
 *
 * The latest 512 records are kept.
 *
 * Context: Process context, may sleep; under any lock of the provider.
 */
void vigil_component_audit(struct vigil_component *component,
			   const struct vigil_audit *what)
{
	unsigned int i, nr = min_t(unsigned int, what->nr_numbers,
				   VIGIL_AUDIT_NUMBERS);
	struct audit_record *record;

	mutex_lock(&vigil_audit_lock);
	record = new_record_locked(dev_name(&component->dev), what->action,
				   what->step);
	record->address = what->address;
	record->has_address = what->has_address;
	strscpy(record->reason, what->reason, sizeof(record->reason));
	for (i = 0; i < nr; i++)
		add_number(record, what->numbers[i].name,
			   what->numbers[i].value);
	trace_vigil_audit(dev_name(&component->dev), ring.last_id, what);
	mutex_unlock(&vigil_audit_lock);
}
EXPORT_SYMBOL_GPL(vigil_component_audit);

static enum vigil_audit_action action_of(enum vigil_verb verb)
{
	switch (verb) {
	case VIGIL_VERB_ISOLATE:
		return VIGIL_AUDIT_ACTION_ISOLATE;
	case VIGIL_VERB_RELEASE:
		return VIGIL_AUDIT_ACTION_RELEASE;
	case VIGIL_VERB_RECOVER:
		return VIGIL_AUDIT_ACTION_RECOVER;
	default:
		return VIGIL_AUDIT_ACTION_TEST;
	}
}

static enum vigil_audit_step step_of(enum vigil_op_state state)
{
	switch (state) {
	case VIGIL_OP_STATE_DONE:
		return VIGIL_AUDIT_STEP_DONE;
	case VIGIL_OP_STATE_FAILED:
		return VIGIL_AUDIT_STEP_FAILED;
	default:
		return VIGIL_AUDIT_STEP_TIMEOUT;
	}
}

static void add_request(struct audit_record *record,
			const struct vigil_request *request)
{
	record->has_address = request->has_address;
	record->address = request->address;
	strscpy(record->owner, request->owner, sizeof(record->owner));
	strscpy(record->reason, request->reason, sizeof(record->reason));
}

static void add_survey(struct audit_record *record,
		       const struct vigil_survey *survey)
{
	if (!survey)
		return;
	record->overridden = survey->spoke & survey->overrides;
	if (survey->blocker >= 0)
		record->guard = survey->findings[survey->blocker].guard;
}

static void add_state(struct audit_state *state, const struct vigil_facts *facts)
{
	if (!facts)
		return;
	state->known = true;
	state->health = facts->health;
	state->isolation = facts->isolation;
}

static void tell_locked(const struct audit_record *record)
{
	const struct vigil_audit told = {
		.action = record->action,
		.step = record->step,
		.reason = record->reason,
	};

	lockdep_assert_held(&vigil_audit_lock);

	trace_vigil_audit(record->component, ring.last_id, &told);
	vigil_audit_log(record);
}

/* What came of an operation; @before and @after may be NULL. */
void vigil_audit_operation(struct vigil_operation *operation,
			   const struct vigil_outcome *outcome,
			   const struct vigil_facts *before,
			   const struct vigil_facts *after)
{
	/* At a deadline it may get a new one at the same time. */
	struct vigil_survey *survey = vigil_operation_survey(operation);
	struct audit_record *record;

	mutex_lock(&vigil_audit_lock);
	record = new_record_locked(operation->name,
				   action_of(operation->request.verb),
				   step_of(outcome->state));
	record->operation = operation->id;
	record->asker = operation->asker;
	add_request(record, &operation->request);
	add_survey(record, survey);
	add_state(&record->before, before);
	add_state(&record->after, after);
	if (outcome->error)
		add_number(record, "errno", -outcome->error);
	tell_locked(record);
	mutex_unlock(&vigil_audit_lock);
	vigil_survey_put(survey);
}

/* A request that did not become an operation. */
void vigil_audit_refusal(struct vigil_component *component,
			 const struct vigil_request *request,
			 const struct vigil_survey *survey,
			 const struct vigil_outcome *outcome)
{
	struct audit_record *record;
	struct vigil_facts facts;

	vigil_component_facts(component, &facts);
	mutex_lock(&vigil_audit_lock);
	record = new_record_locked(dev_name(&component->dev),
				   action_of(request->verb),
				   VIGIL_AUDIT_STEP_REFUSED);
	if (!request->by_policy)
		vigil_asker_set(&record->asker);
	add_request(record, request);
	add_survey(record, survey);
	add_state(&record->before, &facts);
	add_number(record, "errno", -outcome->error);
	tell_locked(record);
	mutex_unlock(&vigil_audit_lock);
}

/* A policy that somebody changed. */
void vigil_audit_policy(struct vigil_component *component, const char *policy,
			u64 before, u64 after)
{
	struct audit_record *record;

	mutex_lock(&vigil_audit_lock);
	record = new_record_locked(dev_name(&component->dev),
				   VIGIL_AUDIT_ACTION_SET_POLICY,
				   VIGIL_AUDIT_STEP_DONE);
	vigil_asker_set(&record->asker);
	strscpy(record->reason, policy, sizeof(record->reason));
	add_number(record, "before", before);
	add_number(record, "after", after);
	tell_locked(record);
	mutex_unlock(&vigil_audit_lock);
}

/* What became of an agent; @speaks says that it is the process that runs. */
void vigil_audit_agent(const char *agent, const char *what, bool speaks)
{
	struct audit_record *record;

	mutex_lock(&vigil_audit_lock);
	record = new_record_locked("machine-0", VIGIL_AUDIT_ACTION_AGENT,
				   VIGIL_AUDIT_STEP_DONE);
	if (speaks)
		vigil_asker_set(&record->asker);
	strscpy(record->owner, agent, sizeof(record->owner));
	snprintf(record->reason, sizeof(record->reason), "agent %s %s", agent,
		 what);
	tell_locked(record);
	mutex_unlock(&vigil_audit_lock);
}
