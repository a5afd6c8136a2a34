// SPDX-License-Identifier: GPL-2.0
/*
 * What netlink messages contain.
 *
 * A reply shows everything about a component. A notification leaves out what
 * only the provider's callbacks know (see component.c): policies, except for
 * the one that was set, and counters that are read through a callback.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <net/genetlink.h>

#include "core.h"
#include "guard.h"
#include "message.h"

static size_t value_size(const char *name)
{
	return nla_total_size(0) + nla_total_size(strlen(name ?: "") + 1) +
	       3 * nla_total_size_64bit(sizeof(u64));
}

static size_t facts_size(void)
{
	return 11 * nla_total_size(sizeof(u32)) +
	       nla_total_size_64bit(sizeof(u64)) +
	       3 * nla_total_size(VIGIL_NAME_MAX + 1) +
	       2 * nla_total_size(VIGIL_OWNER_NAME_MAX + 1) +
	       nla_total_size(VIGIL_MODEL_MAX + 1) +
	       nla_total_size(VIGIL_REASON_MAX + 1);
}

/* Bytes that a message about such a component takes at most. */
size_t vigil_message_size(const struct vigil_component_desc *desc)
{
	size_t size = GENL_HDRLEN + facts_size();
	unsigned int i;

	for (i = 0; i < desc->nr_counters && size <= NLMSG_DEFAULT_SIZE; i++)
		size += value_size(desc->counters[i].name);
	for (i = 0; i < desc->nr_policies && size <= NLMSG_DEFAULT_SIZE; i++)
		size += value_size(desc->policies[i].name);
	return size;
}

static int put_risk(struct sk_buff *skb, const struct vigil_facts *facts)
{
	if (!vigil_risk_known(facts))
		return 0;

	return nla_put_u32(skb, VIGIL_A_COMPONENT_RISK_PERMILLE,
			   facts->risk_permille) ?:
	       nla_put_string(skb, VIGIL_A_COMPONENT_RISK_MODEL,
			      facts->risk_model);
}

static int put_capabilities(struct sk_buff *skb,
			    const struct vigil_component *component)
{
	u32 guards = vigil_component_guards(component);

	if (component->desc.methods &&
	    nla_put_u32(skb, VIGIL_A_COMPONENT_METHODS, component->desc.methods))
		return -EMSGSIZE;
	if (guards && nla_put_u32(skb, VIGIL_A_COMPONENT_GUARDS, guards))
		return -EMSGSIZE;
	return 0;
}

static int put_identity(struct sk_buff *skb,
			const struct vigil_component *component)
{
	const struct vigil_component_desc *desc = &component->desc;

	if (nla_put_u32(skb, VIGIL_A_COMPONENT_ID, component->id) ||
	    nla_put_string(skb, VIGIL_A_COMPONENT_NAME,
			   dev_name(&component->dev)) ||
	    nla_put_u32(skb, VIGIL_A_COMPONENT_CLASS, desc->class) ||
	    nla_put_u32(skb, VIGIL_A_COMPONENT_VERBS, desc->verbs))
		return -EMSGSIZE;
	if (component->parent_id &&
	    (nla_put_u32(skb, VIGIL_A_COMPONENT_PARENT, component->parent_id) ||
	     nla_put_string(skb, VIGIL_A_COMPONENT_PARENT_NAME,
			    component->parent_name)))
		return -EMSGSIZE;
	if (component->label[0] &&
	    nla_put_string(skb, VIGIL_A_COMPONENT_LABEL, component->label))
		return -EMSGSIZE;
	if (desc->agent &&
	    nla_put_string(skb, VIGIL_A_COMPONENT_AGENT, desc->agent))
		return -EMSGSIZE;
	return put_capabilities(skb, component);
}

static int put_facts(struct sk_buff *skb, const struct vigil_facts *facts)
{
	if (nla_put_u64_64bit(skb, VIGIL_A_COMPONENT_SEQ, facts->seq,
			      VIGIL_A_COMPONENT_PAD) ||
	    nla_put_u32(skb, VIGIL_A_COMPONENT_HEALTH, facts->health) ||
	    nla_put_u32(skb, VIGIL_A_COMPONENT_ISOLATION, facts->isolation) ||
	    nla_put_u32(skb, VIGIL_A_COMPONENT_ADVICE, facts->advice) ||
	    put_risk(skb, facts) ||
	    nla_put_u32(skb, VIGIL_A_COMPONENT_OWNER, facts->owner) ||
	    nla_put_string(skb, VIGIL_A_COMPONENT_REASON, facts->reason))
		return -EMSGSIZE;
	if (facts->isolated_by[0] &&
	    nla_put_string(skb, VIGIL_A_COMPONENT_ISOLATED_BY,
			   facts->isolated_by))
		return -EMSGSIZE;
	return 0;
}

static int put_counter(struct sk_buff *skb, const char *name, u64 value)
{
	struct nlattr *nest = nla_nest_start(skb, VIGIL_A_COMPONENT_COUNTER);

	if (!nest || nla_put_string(skb, VIGIL_A_VALUE_NAME, name) ||
	    nla_put_u64_64bit(skb, VIGIL_A_VALUE_VALUE, value,
			      VIGIL_A_VALUE_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_policy(struct sk_buff *skb,
		      const struct vigil_policy_desc *policy, u64 value)
{
	struct nlattr *nest = nla_nest_start(skb, VIGIL_A_COMPONENT_POLICY);

	if (!nest || nla_put_string(skb, VIGIL_A_VALUE_NAME, policy->name) ||
	    nla_put_u64_64bit(skb, VIGIL_A_VALUE_VALUE, value,
			      VIGIL_A_VALUE_PAD) ||
	    nla_put_u64_64bit(skb, VIGIL_A_VALUE_MINIMUM, policy->minimum,
			      VIGIL_A_VALUE_PAD) ||
	    nla_put_u64_64bit(skb, VIGIL_A_VALUE_MAXIMUM, policy->maximum,
			      VIGIL_A_VALUE_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_own_counters(struct sk_buff *skb,
			    struct vigil_component *component)
{
	const struct vigil_component_desc *desc = &component->desc;
	unsigned int i;
	int err;

	for (i = 0; i < desc->nr_counters; i++) {
		if (desc->counters[i].read)
			continue;
		err = put_counter(skb, desc->counters[i].name,
				  atomic64_read(&component->counters[i]));
		if (err)
			return err;
	}
	return 0;
}

static int put_values(struct sk_buff *skb, struct vigil_component *component)
{
	const struct vigil_component_desc *desc = &component->desc;
	unsigned int i;
	int err;

	for (i = 0; i < desc->nr_counters; i++) {
		err = put_counter(skb, desc->counters[i].name,
				  vigil_component_counter(component, i));
		if (err)
			return err;
	}
	for (i = 0; i < desc->nr_policies; i++) {
		err = put_policy(skb, &desc->policies[i],
				 desc->policies[i].get(component, desc->priv));
		if (err)
			return err;
	}
	return 0;
}

/* Everything about a component, in a reply. Calls the provider. */
int vigil_put_component(struct sk_buff *skb, struct vigil_component *component)
{
	struct vigil_facts facts;

	vigil_component_facts(component, &facts);
	return put_identity(skb, component) ?: put_facts(skb, &facts) ?:
	       put_values(skb, component);
}

static int put_manner(struct sk_buff *skb, const struct vigil_request *request)
{
	if (nla_put_string(skb, VIGIL_A_OPERATION_OWNER, request->owner) ||
	    nla_put_u32(skb, VIGIL_A_OPERATION_TIMEOUT_MS, request->timeout_ms))
		return -EMSGSIZE;
	if (request->method != VIGIL_METHOD_DEFAULT &&
	    nla_put_u32(skb, VIGIL_A_OPERATION_METHOD, request->method))
		return -EMSGSIZE;
	if (request->overrides &&
	    nla_put_u32(skb, VIGIL_A_OPERATION_OVERRIDE, request->overrides))
		return -EMSGSIZE;
	return 0;
}

static int put_finding(struct sk_buff *skb, const struct vigil_finding *finding)
{
	struct nlattr *nest = nla_nest_start(skb, VIGIL_A_OPERATION_FINDING);

	if (!nest ||
	    nla_put_u32(skb, VIGIL_A_FINDING_GUARD, finding->guard) ||
	    nla_put_string(skb, VIGIL_A_FINDING_TEXT, finding->text))
		return -EMSGSIZE;
	if (finding->blocks && nla_put_flag(skb, VIGIL_A_FINDING_BLOCKS))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_dropped(struct sk_buff *skb, unsigned int nr_dropped)
{
	struct vigil_finding finding = { .guard = VIGIL_GUARD_NONE };

	if (!nr_dropped)
		return 0;
	snprintf(finding.text, sizeof(finding.text), "and %u more", nr_dropped);
	return put_finding(skb, &finding);
}

/* What an operation would hit, or hit. */
int vigil_put_findings(struct sk_buff *skb, struct vigil_operation *operation)
{
	struct vigil_survey *survey = vigil_operation_survey(operation);
	unsigned int i;
	int err = 0;

	if (!survey)
		return 0;
	for (i = 0; i < survey->nr && !err; i++)
		err = put_finding(skb, &survey->findings[i]);
	if (!err)
		err = put_dropped(skb, survey->nr_dropped);
	vigil_survey_put(survey);
	return err;
}

/* An operation; @address says whether the receiver may know the address. */
int vigil_put_operation(struct sk_buff *skb, struct vigil_operation *operation,
			bool address)
{
	const struct vigil_request *request = &operation->request;
	struct vigil_outcome outcome;
	u64 seq;

	vigil_operation_outcome(operation, &outcome, &seq);

	if (nla_put_u64_64bit(skb, VIGIL_A_OPERATION_ID, operation->id,
			      VIGIL_A_OPERATION_PAD) ||
	    nla_put_string(skb, VIGIL_A_OPERATION_COMPONENT, operation->name) ||
	    nla_put_u32(skb, VIGIL_A_OPERATION_VERB, request->verb) ||
	    nla_put_string(skb, VIGIL_A_OPERATION_REASON, operation->reason) ||
	    nla_put_u32(skb, VIGIL_A_OPERATION_STATE, outcome.state) ||
	    nla_put_u64_64bit(skb, VIGIL_A_OPERATION_SEQ, seq,
			      VIGIL_A_OPERATION_PAD))
		return -EMSGSIZE;
	if (address && request->has_address &&
	    nla_put_u64_64bit(skb, VIGIL_A_OPERATION_ADDRESS, request->address,
			      VIGIL_A_OPERATION_PAD))
		return -EMSGSIZE;
	if (put_manner(skb, request))
		return -EMSGSIZE;
	if (request->dry_run && nla_put_flag(skb, VIGIL_A_OPERATION_DRY_RUN))
		return -EMSGSIZE;
	if (outcome.error &&
	    nla_put_u32(skb, VIGIL_A_OPERATION_ERRNO, -outcome.error))
		return -EMSGSIZE;
	if (outcome.message[0] &&
	    nla_put_string(skb, VIGIL_A_OPERATION_MESSAGE, outcome.message))
		return -EMSGSIZE;
	return 0;
}

/* A message for everybody, or NULL when there is nobody or no memory. */
struct sk_buff *vigil_start_notification(size_t size, u8 cmd, void **header)
{
	struct sk_buff *skb;

	vigil_notify_assert_held();

	if (!vigil_netlink_has_listeners())
		return NULL;

	skb = genlmsg_new(size, GFP_KERNEL);
	if (!skb) {
		vigil_netlink_lost();
		return NULL;
	}
	*header = genlmsg_put(skb, 0, 0, &vigil_netlink_family, 0, cmd);
	if (!*header) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

void vigil_finish_notification(struct sk_buff *skb, void *header, int err)
{
	if (err) {
		nlmsg_free(skb);
		vigil_netlink_lost();
		return;
	}
	genlmsg_end(skb, header);
	vigil_netlink_multicast(skb);
}

/* Facts changed, or the component came or went. */
void vigil_notify_component(struct vigil_component *component,
			    const struct vigil_facts *facts, u8 cmd)
{
	struct sk_buff *skb;
	void *header;
	int err;

	skb = vigil_start_notification(vigil_message_size(&component->desc), cmd,
				       &header);
	if (!skb)
		return;

	err = put_identity(skb, component) ?: put_facts(skb, facts) ?:
	      put_own_counters(skb, component);
	vigil_finish_notification(skb, header, err);
}

void vigil_notify_policy(struct vigil_component *component,
			 const struct vigil_facts *facts, unsigned int index,
			 u64 value)
{
	const struct vigil_policy_desc *policy =
		&component->desc.policies[index];
	struct sk_buff *skb;
	void *header;
	int err;

	skb = vigil_start_notification(vigil_message_size(&component->desc),
				       VIGIL_CMD_COMPONENT_NTF, &header);
	if (!skb)
		return;

	err = put_identity(skb, component) ?: put_facts(skb, facts) ?:
	      put_own_counters(skb, component) ?:
	      put_policy(skb, policy, value);
	vigil_finish_notification(skb, header, err);
}

void vigil_notify_operation(struct vigil_operation *operation)
{
	struct sk_buff *skb;
	void *header;

	skb = vigil_start_notification(VIGIL_OPERATION_SIZE, VIGIL_CMD_OPERATION_NTF,
				       &header);
	if (!skb)
		return;

	vigil_finish_notification(skb, header,
				  vigil_put_operation(skb, operation, false));
}

static int put_progress(struct sk_buff *skb,
			const struct vigil_progress *progress)
{
	if (nla_put_u64_64bit(skb, VIGIL_A_EVENT_DONE_BYTES,
			      progress->done_bytes, VIGIL_A_EVENT_PAD) ||
	    nla_put_u64_64bit(skb, VIGIL_A_EVENT_TOTAL_BYTES,
			      progress->total_bytes, VIGIL_A_EVENT_PAD) ||
	    nla_put_u64_64bit(skb, VIGIL_A_EVENT_BYTES_PER_SECOND,
			      progress->bytes_per_second, VIGIL_A_EVENT_PAD))
		return -EMSGSIZE;
	return 0;
}

void vigil_notify_event(struct vigil_component *component, u64 seq,
			enum vigil_event_kind kind, u64 count,
			const struct vigil_progress *progress)
{
	struct sk_buff *skb;
	void *header;
	int err = 0;

	skb = vigil_start_notification(VIGIL_EVENT_SIZE, VIGIL_CMD_EVENT_NTF,
				       &header);
	if (!skb)
		return;

	if (nla_put_u64_64bit(skb, VIGIL_A_EVENT_SEQ, seq, VIGIL_A_EVENT_PAD) ||
	    nla_put_u32(skb, VIGIL_A_EVENT_KIND, kind) ||
	    nla_put_string(skb, VIGIL_A_EVENT_COMPONENT,
			   dev_name(&component->dev)) ||
	    nla_put_u64_64bit(skb, VIGIL_A_EVENT_COUNT, count,
			      VIGIL_A_EVENT_PAD))
		err = -EMSGSIZE;
	if (!err && progress)
		err = put_progress(skb, progress);
	vigil_finish_notification(skb, header, err);
}
