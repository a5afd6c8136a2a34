// SPDX-License-Identifier: GPL-2.0
/*
 * The components of agents: what is said of them, and what is asked for them.
 *
 * A verb is carried out by the agent. execute() sends it a request and waits,
 * in a worker of the core's workqueue, until the agent answers, ends, or has had
 * its time. An answer that comes later finds no request; what the agent did
 * nevertheless shows in the isolation that it reports.
 *
 * Locks: vigil_agents_lock, see agent.c.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <kunit/visibility.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include <compat/netlink.h>

#include "core.h"
#include "agent.h"

#define NAME_PREFIX	"agent-"

/* vigil_agents_lock protects both. */
static unsigned int nr_requests;	/* that agents have not answered */
static u64 last_request;

/* Woken when a request has ended, one of any component. */
static DECLARE_WAIT_QUEUE_HEAD(request_ended);

/* The instance in a component's name, or NULL when it is not an agent's. */
const char *vigil_agent_instance(const char *name)
{
	size_t prefix = strlen(NAME_PREFIX);

	if (strncmp(name, NAME_PREFIX, prefix) ||
	    !vigil_name_valid(name + prefix))
		return NULL;
	return name + prefix;
}
EXPORT_SYMBOL_IF_KUNIT(vigil_agent_instance);

/*
 * Whether what an agent sees is news. While a verb is carried out it is not, and
 * what Vigil isolated is not somebody else's.
 */
bool vigil_agent_sees(const struct vigil_facts *facts,
		      enum vigil_isolation isolation)
{
	return facts->isolation != VIGIL_ISOLATION_PENDING &&
	       facts->isolation != isolation;
}
EXPORT_SYMBOL_IF_KUNIT(vigil_agent_sees);

/* Whether a counter can grow so much. */
bool vigil_agent_grow(u64 value, u64 increment)
{
	u64 sum;

	return !check_add_overflow(value, increment, &sum);
}
EXPORT_SYMBOL_IF_KUNIT(vigil_agent_grow);

static int refuse(struct vigil_outcome *out, int err, const char *name,
		  const char *what)
{
	snprintf(out->message, sizeof(out->message), "agent %s %s", name,
		 what);
	return err;
}

static int check_locked(const struct vigil_agent *agent,
			struct vigil_outcome *out)
{
	lockdep_assert_held(&vigil_agents_lock);

	if (!agent->portid)
		return refuse(out, -ENOTCONN, agent->name,
			      "has ended; start it again");
	if (agent->silent)
		return refuse(out, -ENOTCONN, agent->name,
			      "is silent; does it still work?");
	if (nr_requests >= VIGIL_AGENT_REQUESTS_MAX)
		return refuse(out, -EBUSY, agent->name,
			      "has to wait: 64 requests are with agents");
	return 0;
}

static int agent_check(struct vigil_component *component, void *priv,
		       const struct vigil_request *request,
		       struct vigil_outcome *out)
{
	struct vigil_agent_member *member = priv;
	const struct vigil_agent *agent = member->agent;
	int err;

	mutex_lock(&vigil_agents_lock);
	err = check_locked(agent, out);
	mutex_unlock(&vigil_agents_lock);
	if (!err)
		snprintf(out->message, sizeof(out->message),
			 "agent %s would be asked to %s it", agent->name,
			 vigil_verb_names[request->verb]);
	return err;
}

static int begin_request_locked(struct vigil_agent_member *member,
				const struct vigil_request *request,
				u32 timeout_ms, struct vigil_outcome *out)
{
	int err;

	err = check_locked(member->agent, out);
	if (err)
		return err;
	/* Nobody could answer, or end it: the agent is adding or removing it. */
	if (list_empty(&member->node))
		return refuse(out, -ENODEV, member->agent->name,
			      "is adding or removing it now");

	member->request = (struct vigil_agent_request) {
		.number = ++last_request,
		.state = VIGIL_OP_STATE_PENDING,
	};
	err = vigil_agent_send_request(member, request, timeout_ms);
	if (err) {
		member->request.number = 0;
		return refuse(out, err, member->agent->name,
			      err == -EAGAIN ? "does not read its requests" :
					       "can't be asked");
	}
	nr_requests++;
	return 0;
}

static int begin_request(struct vigil_agent_member *member,
			 const struct vigil_request *request, u32 timeout_ms,
			 struct vigil_outcome *out)
{
	int err;

	mutex_lock(&vigil_agents_lock);
	err = begin_request_locked(member, request, timeout_ms, out);
	mutex_unlock(&vigil_agents_lock);
	return err;
}

/* It ends only once; whoever waits for it tidies up. */
void vigil_agent_member_end_request(struct vigil_agent_member *member,
				    enum vigil_op_state state,
				    const char *message)
{
	struct vigil_agent_request *request = &member->request;

	lockdep_assert_held(&vigil_agents_lock);

	if (!request->number || request->state != VIGIL_OP_STATE_PENDING)
		return;
	strscpy(request->message, message, sizeof(request->message));
	WRITE_ONCE(request->state, state);
	wake_up_all(&request_ended);
}

static void set_isolation(struct vigil_agent_member *member,
			  const struct vigil_request *request)
{
	if (request->verb == VIGIL_VERB_ISOLATE)
		vigil_component_set_isolation(member->component,
					      VIGIL_ISOLATION_ISOLATED,
					      VIGIL_OWNER_VIGIL,
					      request->reason);
	if (request->verb == VIGIL_VERB_RELEASE)
		vigil_component_set_isolation(member->component,
					      VIGIL_ISOLATION_NONE,
					      VIGIL_OWNER_NONE,
					      request->reason);
}

static void end_request_locked(struct vigil_agent_member *member,
			       const struct vigil_request *request,
			       u32 timeout_ms, struct vigil_outcome *out)
{
	struct vigil_agent_request *asked = &member->request;

	lockdep_assert_held(&vigil_agents_lock);

	out->state = asked->state;
	switch (asked->state) {
	case VIGIL_OP_STATE_DONE:
		set_isolation(member, request);
		break;
	case VIGIL_OP_STATE_FAILED:
		out->error = -EIO;
		break;
	default:
		out->state = VIGIL_OP_STATE_TIMEOUT;
		snprintf(asked->message, sizeof(asked->message),
			 "agent %s did not answer within %u ms",
			 member->agent->name, timeout_ms);
	}
	strscpy(out->message, asked->message, sizeof(out->message));
	asked->number = 0;
	nr_requests--;
}

static void agent_execute(struct vigil_component *component, void *priv,
			  const struct vigil_request *request,
			  struct vigil_outcome *out)
{
	u32 timeout_ms = min(request->timeout_ms ?: VIGIL_AGENT_TIMEOUT_MS,
			     VIGIL_AGENT_TIMEOUT_MAX_MS);
	struct vigil_agent_member *member = priv;
	int err;

	err = begin_request(member, request, timeout_ms, out);
	if (err) {
		out->state = VIGIL_OP_STATE_FAILED;
		out->error = err;
		return;
	}
	wait_event_idle_timeout(request_ended,
				READ_ONCE(member->request.state) !=
					VIGIL_OP_STATE_PENDING,
				msecs_to_jiffies(timeout_ms));

	mutex_lock(&vigil_agents_lock);
	end_request_locked(member, request, timeout_ms, out);
	mutex_unlock(&vigil_agents_lock);
}

static const struct vigil_component_ops agent_ops = {
	.check = agent_check,
	.execute = agent_execute,
};

void vigil_agent_member_free(struct vigil_agent_member *member)
{
	kfree(member->counter_names);
	kfree(member);
}

static struct vigil_agent_member *
allocate_member(const struct vigil_agent_new *new)
{
	struct vigil_agent_member *member;
	unsigned int i;

	member = kzalloc(struct_size(member, counters, new->nr_counters),
			 GFP_KERNEL);
	if (!member)
		return NULL;
	member->counter_names = kcalloc(new->nr_counters,
					sizeof(*member->counter_names),
					GFP_KERNEL);
	if (!member->counter_names) {
		kfree(member);
		return NULL;
	}
	for (i = 0; i < new->nr_counters; i++) {
		strscpy(member->counter_names[i], new->counters[i],
			sizeof(member->counter_names[i]));
		member->counters[i].name = member->counter_names[i];
	}
	member->nr_counters = new->nr_counters;
	return member;
}

static int register_member(struct vigil_agent_member *member,
			   struct vigil_component *parent,
			   struct netlink_ext_ack *extack)
{
	const struct vigil_component_desc desc = {
		.class = VIGIL_CLASS_AGENT,
		.instance = vigil_agent_instance(member->name),
		.label = member->label[0] ? member->label : NULL,
		.owner = THIS_MODULE,
		.parent = parent,
		.agent = member->agent->name,
		.verbs = member->verbs,
		.ops = &agent_ops,
		.counters = member->nr_counters ? member->counters : NULL,
		.nr_counters = member->nr_counters,
		.priv = member,
	};
	struct vigil_component *component = vigil_component_register(&desc);

	if (PTR_ERR_OR_ZERO(component) == -EEXIST)
		NL_SET_ERR_MSG(extack, "a driver has a component of that name");
	if (IS_ERR(component))
		return PTR_ERR(component);
	member->component = component;
	return 0;
}

/* The parent only has to be there now: the core remembers its number. */
static int register_below(struct vigil_agent_member *member,
			  struct netlink_ext_ack *extack)
{
	struct vigil_component *parent;
	int err;

	if (!member->parent[0])
		return register_member(member, NULL, extack);

	parent = vigil_component_get_by_name(member->parent);
	if (!parent) {
		NL_SET_ERR_MSG(extack, "there is no component of the parent's name");
		return -ENODEV;
	}
	err = register_member(member, parent, extack);
	vigil_component_put(parent);
	return err;
}

/* Make and register a component, whose names have been checked. */
struct vigil_agent_member *
vigil_agent_member_create(struct vigil_agent *agent,
			  const struct vigil_agent_new *new,
			  struct netlink_ext_ack *extack)
{
	struct vigil_agent_member *member = allocate_member(new);
	int err;

	if (!member)
		return ERR_PTR(-ENOMEM);
	member->agent = agent;
	member->verbs = new->verbs;
	strscpy(member->name, new->name, sizeof(member->name));
	strscpy(member->label, new->label, sizeof(member->label));
	strscpy(member->parent, new->parent, sizeof(member->parent));
	INIT_LIST_HEAD(&member->node);

	err = register_below(member, extack);
	if (err) {
		vigil_agent_member_free(member);
		return ERR_PTR(err);
	}
	return member;
}

/* Whether a component is what an agent wants it to be. */
bool vigil_agent_member_is(const struct vigil_agent_member *member,
			   const struct vigil_agent_new *new)
{
	unsigned int i;

	if (strcmp(member->label, new->label) ||
	    strcmp(member->parent, new->parent) ||
	    member->verbs != new->verbs ||
	    member->nr_counters != new->nr_counters)
		return false;
	for (i = 0; i < new->nr_counters; i++)
		if (strcmp(member->counter_names[i], new->counters[i]))
			return false;
	return true;
}

/* The index of a counter, or -ENOENT. */
static int find_counter(const struct vigil_agent_member *member,
			const char *name)
{
	unsigned int i;

	for (i = 0; i < member->nr_counters; i++)
		if (!strcmp(member->counter_names[i], name))
			return i;
	return -ENOENT;
}

/* Before anything of a report is taken: only counters can be wrong by now. */
int vigil_agent_member_check(struct vigil_agent_member *member,
			     const struct vigil_agent_report *report,
			     struct netlink_ext_ack *extack)
{
	const struct vigil_agent_counter *counter;
	u32 seen = 0;
	unsigned int i;
	int index;
	u64 value;

	for (i = 0; i < report->nr_counters; i++) {
		counter = &report->counters[i];
		index = find_counter(member, counter->name);
		if (index < 0) {
			NL_SET_ERR_MSG(extack, "the component has no such counter");
			return index;
		}
		if (seen & BIT(index)) {
			NL_SET_ERR_MSG(extack, "a counter is given twice");
			return -EINVAL;
		}
		seen |= BIT(index);
		value = vigil_component_counter(member->component, index);
		if (!vigil_agent_grow(value, counter->increment)) {
			NL_SET_ERR_MSG(extack, "a counter would overflow");
			return -ERANGE;
		}
	}
	return 0;
}

/* What an agent says now, added to what it said. */
void vigil_agent_merge(struct vigil_agent_word *word, const char *agent,
		       const struct vigil_agent_report *report)
{
	const char *model = agent;

	if (report->given & BIT(VIGIL_A_AGENT_HEALTH))
		word->health = report->health;
	if (report->given & BIT(VIGIL_A_AGENT_ADVICE))
		word->advice = report->advice;
	if (report->given & BIT(VIGIL_A_AGENT_REASON))
		strscpy(word->reason, report->reason, sizeof(word->reason));
	if (report->given & BIT(VIGIL_A_AGENT_RISK_MODEL))
		model = report->risk_model;
	if (report->given & BIT(VIGIL_A_AGENT_RISK_PERMILLE)) {
		word->has_risk = true;
		word->risk_permille = report->risk_permille;
		strscpy(word->risk_model, model, sizeof(word->risk_model));
	}
}
EXPORT_SYMBOL_IF_KUNIT(vigil_agent_merge);

static bool words_differ(const struct vigil_agent_word *a,
			 const struct vigil_agent_word *b)
{
	return a->health != b->health || a->advice != b->advice ||
	       a->has_risk != b->has_risk ||
	       a->risk_permille != b->risk_permille ||
	       strcmp(a->risk_model, b->risk_model) ||
	       strcmp(a->reason, b->reason);
}

static void tell(struct vigil_agent_member *member)
{
	const struct vigil_agent_word *said = &member->said;
	const struct vigil_report report = {
		.health = said->health,
		.advice = said->advice,
		.risk_permille = said->risk_permille,
		.risk_model = said->risk_model,
		.risk_ttl_ms = said->has_risk ? member->agent->ttl_ms : 0,
		.reason = said->reason,
	};

	vigil_component_report(member->component, &report);
}

static void see(struct vigil_agent_member *member,
		enum vigil_isolation isolation)
{
	struct vigil_facts facts;

	vigil_component_facts(member->component, &facts);
	if (member->request.number || !vigil_agent_sees(&facts, isolation))
		return;
	vigil_component_set_isolation(member->component, isolation,
				      isolation == VIGIL_ISOLATION_NONE ?
					      VIGIL_OWNER_NONE :
					      VIGIL_OWNER_EXTERNAL,
				      member->said.reason);
}

/*
 * Take what was said. Who says the same again changes no fact, so that reasons
 * of others, for an isolation say, are not overwritten.
 */
void vigil_agent_member_hear(struct vigil_agent_member *member,
			     const struct vigil_agent_report *report)
{
	struct vigil_agent_word before = member->said;
	unsigned int i;

	lockdep_assert_held(&vigil_agents_lock);

	for (i = 0; i < report->nr_counters; i++)
		vigil_component_count(member->component,
				      find_counter(member,
						   report->counters[i].name),
				      report->counters[i].increment);

	vigil_agent_merge(&member->said, member->agent->name, report);
	if (!member->spoken || words_differ(&before, &member->said))
		tell(member);
	else
		vigil_agent_member_renew(member);
	if (report->given & BIT(VIGIL_A_AGENT_ISOLATION))
		see(member, report->isolation);
}

/* What was said is still true, or again. */
void vigil_agent_member_renew(struct vigil_agent_member *member)
{
	const struct vigil_agent_word *said = &member->said;

	lockdep_assert_held(&vigil_agents_lock);

	if (member->stale)
		tell(member);
	else if (said->has_risk)
		vigil_component_set_risk(member->component, said->risk_permille,
					 said->risk_model,
					 member->agent->ttl_ms);
}

/* Nobody stands for what was said. */
void vigil_agent_member_forget(struct vigil_agent_member *member,
			       const char *reason)
{
	const struct vigil_report report = {
		.health = VIGIL_HEALTH_UNKNOWN,
		.reason = reason,
	};

	lockdep_assert_held(&vigil_agents_lock);

	vigil_component_report(member->component, &report);
}
