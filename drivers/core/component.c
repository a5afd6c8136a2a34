// SPDX-License-Identifier: GPL-2.0
/*
 * The facts of components, and telling the world when they change.
 *
 * There is one sequence number for the whole machine. It is assigned, and the
 * message that carries it is sent, under one mutex, so that messages leave in
 * its order and without a hole: a listener who sees one has lost a message. A
 * message that can't be allocated leaves a hole on purpose.
 *
 * A mutex, because multicast allocates. Nothing of a provider is called under
 * it: providers report changes with their own locks held.
 *
 * Counters only count. A change of one is not a change of facts and tells
 * nobody, or a storm of errors would become a storm of messages.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <kunit/visibility.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include <compat/netlink.h>
#include <trace/events/vigil.h>

#include "core.h"
#include "machine.h"

static struct {
	/* lock protects all below, the facts of components, and the order of
	 * messages; outermost
	 */
	struct mutex lock;
	u64 seq;		/* readers: READ_ONCE() */
	u64 risk_check_ns;	/* when risk_work runs, boot time; 0: idle */
} notify = {
	.lock = __MUTEX_INITIALIZER(notify.lock),
};

/* With the page frames of all components, see vigil_component_details_changed(). */
static atomic_t frame_changes = ATOMIC_INIT(0);

static void expire_risks(struct work_struct *work);
static DECLARE_DELAYED_WORK(risk_work, expire_risks);

void vigil_notify_lock(void)
{
	mutex_lock(&notify.lock);
}

void vigil_notify_unlock(void)
{
	mutex_unlock(&notify.lock);
}

void vigil_notify_assert_held(void)
{
	lockdep_assert_held(&notify.lock);
}

/* The latest sequence number; what it numbers may still be on its way. */
u64 vigil_seq(void)
{
	return READ_ONCE(notify.seq);
}
EXPORT_SYMBOL_IF_KUNIT(vigil_seq);

u64 vigil_seq_next_locked(void)
{
	lockdep_assert_held(&notify.lock);

	WRITE_ONCE(notify.seq, notify.seq + 1);
	return notify.seq;
}

/* A copy of the facts that belong together. */
void vigil_component_facts(struct vigil_component *component,
			   struct vigil_facts *facts)
{
	spin_lock(&component->facts_lock);
	*facts = component->facts;
	spin_unlock(&component->facts_lock);
}
EXPORT_SYMBOL_IF_KUNIT(vigil_component_facts);

/* A risk that expired is unknown, whether or not risk_work has run. */
bool vigil_risk_known(const struct vigil_facts *facts)
{
	return facts->risk_expires_ns &&
	       ktime_get_boottime_ns() < facts->risk_expires_ns;
}
EXPORT_SYMBOL_IF_KUNIT(vigil_risk_known);

/* What somebody should look at; nobody but an agent has to keep on talking. */
bool vigil_component_asks_attention(struct vigil_component *component)
{
	const struct vigil_facts *facts = &component->facts;
	bool asks;

	spin_lock(&component->facts_lock);
	asks = facts->health > VIGIL_HEALTH_HEALTHY ||
	       facts->isolation != VIGIL_ISOLATION_NONE ||
	       facts->advice != VIGIL_ADVICE_NONE ||
	       (facts->health == VIGIL_HEALTH_UNKNOWN &&
		component->desc.class == VIGIL_CLASS_AGENT);
	spin_unlock(&component->facts_lock);
	return asks;
}

static bool facts_differ(const struct vigil_facts *a,
			 const struct vigil_facts *b)
{
	return a->health != b->health || a->isolation != b->isolation ||
	       a->advice != b->advice || a->owner != b->owner ||
	       a->risk_permille != b->risk_permille ||
	       !a->risk_expires_ns != !b->risk_expires_ns ||
	       strcmp(a->isolated_by, b->isolated_by) ||
	       strcmp(a->risk_model, b->risk_model) ||
	       strcmp(a->reason, b->reason);
}

/* For udev, which can't read netlink; hence only what an operator acts on. */
static void send_uevent_locked(struct vigil_component *component)
{
	const struct vigil_facts *facts = &component->facts;
	char health[32], isolation[32], seq[32];
	char *envp[4];

	snprintf(health, sizeof(health), "VIGIL_HEALTH=%s",
		 vigil_health_names[facts->health]);
	snprintf(isolation, sizeof(isolation), "VIGIL_ISOLATION=%s",
		 vigil_isolation_names[facts->isolation]);
	snprintf(seq, sizeof(seq), "VIGIL_SEQ=%llu", facts->seq);

	envp[0] = health;
	envp[1] = isolation;
	envp[2] = seq;
	envp[3] = NULL;
	kobject_uevent_env(&component->dev.kobj, KOBJ_CHANGE, envp);
}

static void store_facts_locked(struct vigil_component *component,
			       const struct vigil_facts *facts)
{
	lockdep_assert_held(&notify.lock);

	spin_lock(&component->facts_lock);
	component->facts = *facts;
	spin_unlock(&component->facts_lock);
}

/* Make @facts the facts, and tell everybody if that changes something. */
static void change_locked(struct vigil_component *component,
			  struct vigil_facts *facts)
{
	const struct vigil_facts *old = &component->facts;
	bool uevent = old->health != facts->health ||
		      old->isolation != facts->isolation;

	if (!facts_differ(old, facts)) {
		store_facts_locked(component, facts);
		return;
	}

	vigil_machine_account_locked(component, old, facts);
	facts->seq = vigil_seq_next_locked();
	store_facts_locked(component, facts);
	trace_vigil_component_change(dev_name(&component->dev), facts);
	vigil_notify_component(component, facts, VIGIL_CMD_COMPONENT_NTF);
	if (uevent)
		send_uevent_locked(component);
}

static void set_reason(struct vigil_facts *facts, const char *reason)
{
	strscpy(facts->reason, reason ?: "", sizeof(facts->reason));
}

/**
 * vigil_component_set_health() - Say how well a component works.
 * @component: the component
 * @health: what is now true
 * @reason: why, for people; cut at VIGIL_REASON_MAX bytes
 *
 * Tells listeners, unless health and reason are what they were.
 *
 * Context: Process context, may sleep and allocate, so not from reclaim. The
 * caller may hold its own locks; its callbacks are not called.
 */
void vigil_component_set_health(struct vigil_component *component,
				enum vigil_health health, const char *reason)
{
	struct vigil_facts facts;

	if (WARN_ON_ONCE(health > VIGIL_HEALTH_MAX))
		return;

	vigil_notify_lock();
	facts = component->facts;
	facts.health = health;
	set_reason(&facts, reason);
	change_locked(component, &facts);
	vigil_notify_unlock();
}
EXPORT_SYMBOL_GPL(vigil_component_set_health);

/**
 * vigil_component_set_advice() - Say what an operator should do.
 * @component: the component
 * @advice: what is now advised
 * @reason: why, for people; cut at VIGIL_REASON_MAX bytes
 *
 * Tells listeners, unless advice and reason are what they were.
 *
 * Context: As vigil_component_set_health().
 */
void vigil_component_set_advice(struct vigil_component *component,
				enum vigil_advice advice, const char *reason)
{
	struct vigil_facts facts;

	if (WARN_ON_ONCE(advice > VIGIL_ADVICE_MAX))
		return;

	vigil_notify_lock();
	facts = component->facts;
	facts.advice = advice;
	set_reason(&facts, reason);
	change_locked(component, &facts);
	vigil_notify_unlock();
}
EXPORT_SYMBOL_GPL(vigil_component_set_advice);

/*
 * Who isolated it: on whose behalf the operation runs that does so now; he who
 * did before, if it only went further; or else a policy of the provider.
 */
static void set_isolated_by(struct vigil_component *component,
			    struct vigil_facts *facts)
{
	const char *by = VIGIL_OWNER_NAME_POLICY;

	if (facts->owner != VIGIL_OWNER_VIGIL ||
	    facts->isolation == VIGIL_ISOLATION_NONE ||
	    facts->isolation == VIGIL_ISOLATION_PARTIAL) {
		facts->isolated_by[0] = '\0';
		return;
	}
	if (facts->isolated_by[0])
		return;
	if (component->acting)
		by = component->acting->request.owner;
	strscpy(facts->isolated_by, by, sizeof(facts->isolated_by));
}

/**
 * vigil_component_set_isolation() - Say how far a component is out of use.
 * @component: the component
 * @isolation: what is now true
 * @owner: who isolated it, or VIGIL_OWNER_NONE
 * @reason: why, for people; cut at VIGIL_REASON_MAX bytes
 *
 * Tells listeners, unless all of it is what it was.
 *
 * Context: As vigil_component_set_health().
 */
void vigil_component_set_isolation(struct vigil_component *component,
				   enum vigil_isolation isolation,
				   enum vigil_owner owner, const char *reason)
{
	struct vigil_facts facts;

	if (WARN_ON_ONCE(isolation > VIGIL_ISOLATION_MAX ||
			 owner > VIGIL_OWNER_MAX))
		return;

	vigil_notify_lock();
	facts = component->facts;
	facts.isolation = isolation;
	facts.owner = owner;
	set_isolated_by(component, &facts);
	set_reason(&facts, reason);
	change_locked(component, &facts);
	vigil_notify_unlock();
}
EXPORT_SYMBOL_GPL(vigil_component_set_isolation);

/**
 * vigil_component_isolation() - How far a component is out of use.
 * @component: the component
 *
 * Context: Any but hard interrupt. The caller's locks may be held.
 * Return: what was last set, or VIGIL_ISOLATION_PENDING from right before
 * @execute isolates or releases it.
 */
enum vigil_isolation
vigil_component_isolation(struct vigil_component *component)
{
	struct vigil_facts facts;

	vigil_component_facts(component, &facts);
	return facts.isolation;
}
EXPORT_SYMBOL_GPL(vigil_component_isolation);

/* Whether the isolation of all of a component is about to change. */
static bool makes_pending(const struct vigil_component *component,
			  const struct vigil_request *request)
{
	enum vigil_isolation isolation = component->facts.isolation;

	if (request->has_address)
		return false;
	return request->verb == VIGIL_VERB_ISOLATE ?
	       isolation != VIGIL_ISOLATION_ISOLATED :
	       request->verb == VIGIL_VERB_RELEASE &&
	       isolation != VIGIL_ISOLATION_NONE;
}

/**
 * vigil_component_begin() - An operation begins.
 * @component: the component
 * @operation: the operation
 * @before: set to what the facts were
 *
 * What is about to be isolated or released is pending from now on, for guards of
 * others to see.
 *
 * Context: Process context, may sleep.
 */
void vigil_component_begin(struct vigil_component *component,
			   const struct vigil_operation *operation,
			   struct vigil_facts *before)
{
	struct vigil_facts facts;

	vigil_notify_lock();
	*before = component->facts;
	component->acting = operation;
	if (makes_pending(component, &operation->request)) {
		facts = component->facts;
		facts.isolation = VIGIL_ISOLATION_PENDING;
		set_reason(&facts, operation->request.reason);
		change_locked(component, &facts);
	}
	vigil_notify_unlock();
}

/**
 * vigil_component_end() - An operation has ended.
 * @component: the component
 * @before: what vigil_component_begin() said
 * @after: set to what the facts are
 *
 * Puts isolation back if the provider has not said what it is now.
 *
 * Context: Process context, may sleep.
 */
void vigil_component_end(struct vigil_component *component,
			 const struct vigil_facts *before,
			 struct vigil_facts *after)
{
	struct vigil_facts facts;

	vigil_notify_lock();
	facts = component->facts;
	if (facts.isolation == VIGIL_ISOLATION_PENDING &&
	    before->isolation != VIGIL_ISOLATION_PENDING) {
		facts.isolation = before->isolation;
		/* Unless somebody had something to say meanwhile. */
		if (!strcmp(facts.reason, component->acting->request.reason))
			set_reason(&facts, before->reason);
		change_locked(component, &facts);
	}
	component->acting = NULL;
	*after = component->facts;
	vigil_notify_unlock();
}

/* Have risk_work run when the first of all risks expires. */
static void expect_expiry_locked(u64 expires_ns)
{
	u64 now_ns = ktime_get_boottime_ns();
	u64 delay_ns = expires_ns > now_ns ? expires_ns - now_ns : 0;

	lockdep_assert_held(&notify.lock);

	if (notify.risk_check_ns && notify.risk_check_ns <= expires_ns)
		return;
	notify.risk_check_ns = expires_ns;
	mod_delayed_work(vigil_timers, &risk_work,
			 nsecs_to_jiffies(delay_ns) + 1);
}

static void forget_risk(struct vigil_facts *facts)
{
	facts->risk_permille = 0;
	facts->risk_expires_ns = 0;
	facts->risk_model[0] = '\0';
}

static void set_risk_locked(struct vigil_facts *facts, u32 permille,
			    const char *model, u32 ttl_ms)
{
	forget_risk(facts);
	if (!ttl_ms)
		return;
	facts->risk_permille = min_t(u32, permille, 1000);
	facts->risk_expires_ns = ktime_get_boottime_ns() +
				 (u64)ttl_ms * NSEC_PER_MSEC;
	strscpy(facts->risk_model, model ?: "", sizeof(facts->risk_model));
	expect_expiry_locked(facts->risk_expires_ns);
}

static void expire_risk(struct vigil_component *component)
{
	struct vigil_facts facts;

	vigil_notify_lock();
	facts = component->facts;
	if (vigil_risk_known(&facts)) {
		expect_expiry_locked(facts.risk_expires_ns);
	} else if (facts.risk_expires_ns) {
		forget_risk(&facts);
		change_locked(component, &facts);
	}
	vigil_notify_unlock();
}

static void expire_risks(struct work_struct *work)
{
	struct vigil_component *component;
	unsigned long id = 0;

	vigil_notify_lock();
	notify.risk_check_ns = 0;
	vigil_notify_unlock();

	while ((component = vigil_component_get_next(&id, NULL, NULL))) {
		expire_risk(component);
		vigil_component_put(component);
		id++;
		cond_resched();
	}
}

/**
 * vigil_component_set_risk() - Say how likely an uncorrectable failure is.
 * @component: the component
 * @permille: chance of a failure; more than 1000 counts as 1000
 * @model: the model that says so; cut at VIGIL_MODEL_MAX bytes
 * @ttl_ms: how long it is true; then the risk is unknown, and listeners are
 *	told. 0 makes it unknown now.
 *
 * Saying the same again only makes it last longer.
 *
 * Context: As vigil_component_set_health().
 */
void vigil_component_set_risk(struct vigil_component *component, u32 permille,
			      const char *model, u32 ttl_ms)
{
	struct vigil_facts facts;

	vigil_notify_lock();
	facts = component->facts;
	set_risk_locked(&facts, permille, model, ttl_ms);
	change_locked(component, &facts);
	vigil_notify_unlock();
}
EXPORT_SYMBOL_GPL(vigil_component_set_risk);

/* Health, advice and risk at once, in one notification. Context: as the above. */
void vigil_component_report(struct vigil_component *component,
			    const struct vigil_report *report)
{
	struct vigil_facts facts;

	vigil_notify_lock();
	facts = component->facts;
	facts.health = report->health;
	facts.advice = report->advice;
	set_risk_locked(&facts, report->risk_permille, report->risk_model,
			report->risk_ttl_ms);
	set_reason(&facts, report->reason);
	change_locked(component, &facts);
	vigil_notify_unlock();
}

/**
 * vigil_component_risk() - What a model says of a component.
 * @component: the component
 *
 * Context: Any but hard interrupt. The caller's locks may be held.
 * Return: chance of an uncorrectable failure per mille, 0 when no model has
 * spoken or what it said has expired.
 */
u32 vigil_component_risk(struct vigil_component *component)
{
	struct vigil_facts facts;

	vigil_component_facts(component, &facts);
	return vigil_risk_known(&facts) ? facts.risk_permille : 0;
}
EXPORT_SYMBOL_GPL(vigil_component_risk);

/**
 * vigil_component_count() - Add to one of the core's counters of a component.
 * @component: the component
 * @counter: index in the table of counters
 * @n: what to add
 *
 * Context: Any context, NMI included.
 */
void vigil_component_count(struct vigil_component *component,
			   unsigned int counter, u64 n)
{
	if (counter < component->desc.nr_counters)
		atomic64_add(n, &component->counters[counter]);
}
EXPORT_SYMBOL_GPL(vigil_component_count);

/**
 * vigil_component_counter() - The value of a counter, as user space sees it.
 * @component: the component
 * @counter: index in the table of counters
 *
 * Context: Any context for the core's counters; process context for those with
 * a @read callback, which is called.
 * Return: the value, 0 when there is no such counter.
 */
u64 vigil_component_counter(struct vigil_component *component,
			    unsigned int counter)
{
	const struct vigil_component_desc *desc = &component->desc;

	if (counter >= desc->nr_counters)
		return 0;
	if (desc->counters[counter].read)
		return desc->counters[counter].read(component, desc->priv);
	return atomic64_read(&component->counters[counter]);
}
EXPORT_SYMBOL_GPL(vigil_component_counter);

/**
 * vigil_component_details_changed() - Mark dumps that are under way as torn.
 * @component: one whose features, cells or page frames tell something else now
 *
 * Context: Any context, NMI included.
 */
void vigil_component_details_changed(struct vigil_component *component)
{
	atomic_inc(&component->detail_changes);
	if (component->desc.ops && component->desc.ops->next_frame)
		atomic_inc(&frame_changes);
}
EXPORT_SYMBOL_GPL(vigil_component_details_changed);

/*
 * Changes with the details of @component; or if that is NULL with the page
 * frames of any, and with which there are. Never 0, which netlink takes for
 * "not said".
 */
unsigned int vigil_details_generation(struct vigil_component *component)
{
	unsigned int changes = component ?
		atomic_read(&component->detail_changes) + 1 :
		atomic_read(&frame_changes) + vigil_registry_generation();

	return changes ?: 1;
}

static void send_event(struct vigil_component *component,
		       enum vigil_event_kind kind, u64 count,
		       const struct vigil_progress *progress)
{
	u64 seq;

	vigil_notify_lock();
	seq = vigil_seq_next_locked();
	trace_vigil_event(dev_name(&component->dev), seq, kind, count);
	vigil_notify_event(component, seq, kind, count, progress);
	vigil_notify_unlock();
}

/**
 * vigil_component_event() - Tell listeners that something happened.
 * @component: what it happened to
 * @kind: what happened
 * @count: how many times since the last event of this kind. A provider that
 *	sees a storm sends few events with large counts.
 *
 * Context: As vigil_component_set_health().
 */
void vigil_component_event(struct vigil_component *component,
			   enum vigil_event_kind kind, u64 count)
{
	send_event(component, kind, count, NULL);
}
EXPORT_SYMBOL_GPL(vigil_component_event);

/**
 * vigil_component_progress() - Tell listeners how far something has come.
 * @component: what is at work
 * @kind: what it does
 * @progress: how far it is. A provider tells it about once a second.
 *
 * Context: As vigil_component_set_health().
 */
void vigil_component_progress(struct vigil_component *component,
			      enum vigil_event_kind kind,
			      const struct vigil_progress *progress)
{
	send_event(component, kind, 1, progress);
}
EXPORT_SYMBOL_GPL(vigil_component_progress);

/**
 * vigil_component_name() - The name of a component in sysfs and netlink.
 * @component: the component
 *
 * Context: Any context.
 * Return: the name, valid until the component is unregistered.
 */
const char *vigil_component_name(const struct vigil_component *component)
{
	return dev_name(&component->dev);
}
EXPORT_SYMBOL_GPL(vigil_component_name);

/* Tell listeners that a component came or went. */
void vigil_component_announce(struct vigil_component *component, u8 cmd)
{
	bool came = cmd == VIGIL_CMD_COMPONENT_ADD_NTF;
	struct vigil_facts facts;

	vigil_notify_lock();
	facts = component->facts;
	vigil_machine_account_locked(component, came ? NULL : &facts,
				     came ? &facts : NULL);
	facts.seq = vigil_seq_next_locked();
	store_facts_locked(component, &facts);
	trace_vigil_component_change(dev_name(&component->dev), &facts);
	vigil_notify_component(component, &facts, cmd);
	vigil_notify_unlock();
}

static void announce_policy(struct vigil_component *component,
			    unsigned int index, u64 value)
{
	struct vigil_facts facts;

	vigil_notify_lock();
	facts = component->facts;
	facts.seq = vigil_seq_next_locked();
	store_facts_locked(component, &facts);
	vigil_notify_policy(component, &facts, index, value);
	vigil_notify_unlock();
}

/* The caller keeps the component from being unregistered. */
int vigil_policy_set(struct vigil_component *component, unsigned int index,
		     u64 value, struct netlink_ext_ack *extack)
{
	const struct vigil_policy_desc *policy =
		&component->desc.policies[index];
	void *priv = component->desc.priv;
	u64 before;
	int err;

	if (value < policy->minimum || value > policy->maximum) {
		NL_SET_ERR_MSG_FMT(extack, "%s accepts %llu to %llu",
				   policy->name, policy->minimum,
				   policy->maximum);
		return -ERANGE;
	}
	before = policy->get(component, priv);
	if (value == before)
		return 0;

	err = policy->set(component, priv, value);
	if (err) {
		NL_SET_ERR_MSG_FMT(extack, "the provider refused %s",
				   policy->name);
		return err;
	}

	vigil_audit_policy(component, policy->name, before, value);
	announce_policy(component, index, value);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(vigil_policy_set);

void vigil_component_exit(void)
{
	cancel_delayed_work_sync(&risk_work);
}
