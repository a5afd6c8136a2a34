// SPDX-License-Identifier: GPL-2.0
/*
 * Messages from and to agents.
 *
 * All that an agent says is checked here, as far as that needs no knowledge of
 * its components; what is said is bound to the socket that says it.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/string.h>
#include <net/genetlink.h>

#include <compat/netlink.h>

#include "core.h"
#include "agent.h"
#include "message.h"
#include "netlink_gen.h"

/* Upper bounds. */
#define AGENT_SIZE	(192 + VIGIL_OWNER_NAME_MAX)
#define REQUEST_SIZE	(128 + VIGIL_NAME_MAX + VIGIL_REASON_MAX)

/* As vigil_nl_check_attrs(), but counters may be several. */
static int check_attrs(struct genl_info *info)
{
	const struct nlattr *attr;
	u32 seen = 0;
	int rem;

	nla_for_each_attr(attr, nlmsg_attrdata(info->nlhdr, GENL_HDRLEN),
			  nlmsg_attrlen(info->nlhdr, GENL_HDRLEN), rem) {
		int type = nla_type(attr);

		if (type == VIGIL_A_AGENT_COUNTER)
			continue;
		if (type >= BITS_PER_TYPE(seen) || (seen & BIT(type))) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "attribute given twice");
			return -EINVAL;
		}
		seen |= BIT(type);
	}
	return 0;
}

static int check_speaker(struct sk_buff *skb, struct genl_info *info)
{
	return vigil_nl_may_change(skb, info->extack) ?: check_attrs(info);
}

/* Names, reasons and models are shown on terminals. */
static int check_text(struct genl_info *info, unsigned int type, size_t max)
{
	struct nlattr *attr = info->attrs[type];

	if (!attr || (strlen(nla_data(attr)) <= max &&
		      vigil_reason_valid(nla_data(attr))))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, attr,
			    "a text is one line, and not that long");
	return -EINVAL;
}

static const char *text(struct genl_info *info, unsigned int type)
{
	struct nlattr *attr = info->attrs[type];

	return attr ? nla_data(attr) : "";
}

int vigil_nl_agent_register_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *name = info->attrs[VIGIL_A_AGENT_NAME];
	struct nlattr *ttl = info->attrs[VIGIL_A_AGENT_TTL_MS];
	struct vigil_agent_info agent;
	struct sk_buff *reply;
	void *header;
	int err;

	err = check_speaker(skb, info);
	if (err)
		return err;
	if (!name || !ttl) {
		GENL_SET_ERR_MSG(info, "give the agent's name and ttl-ms");
		return -EINVAL;
	}
	if (!vigil_name_valid(nla_data(name))) {
		NL_SET_ERR_MSG_ATTR(info->extack, name,
				    "a name is of letters, digits and :._-");
		return -EINVAL;
	}
	if (nla_get_u32(ttl) < VIGIL_AGENT_TTL_MIN_MS ||
	    nla_get_u32(ttl) > VIGIL_AGENT_TTL_MAX_MS) {
		NL_SET_ERR_MSG_ATTR(info->extack, ttl,
				    "ttl-ms is 1000 to 3600000");
		return -ERANGE;
	}

	/* First, so that an agent is not accepted and then denied. */
	reply = vigil_nl_start_reply(info, AGENT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	err = vigil_agent_register(info->snd_portid, nla_data(name),
				   nla_get_u32(ttl), info->extack) ?:
	      vigil_agent_find(nla_data(name), &agent) ?:
	      vigil_agent_put(reply, &agent);
	return vigil_nl_finish_reply(reply, info, header, err);
}

/* All about an agent, in a reply. */
int vigil_agent_put(struct sk_buff *skb, const struct vigil_agent_info *agent)
{
	if (nla_put_string(skb, VIGIL_A_AGENT_NAME, agent->name) ||
	    nla_put_u32(skb, VIGIL_A_AGENT_COMPONENTS, agent->nr_members) ||
	    nla_put_u32(skb, VIGIL_A_AGENT_TTL_MS, agent->ttl_ms) ||
	    nla_put_u64_64bit(skb, VIGIL_A_AGENT_SEQ, agent->seq,
			      VIGIL_A_AGENT_PAD))
		return -EMSGSIZE;
	if (agent->pid)
		return nla_put_u32(skb, VIGIL_A_AGENT_PID, agent->pid) ?:
		       (agent->silent ?
				nla_put_flag(skb, VIGIL_A_AGENT_SILENT) : 0);
	return nla_put_flag(skb, VIGIL_A_AGENT_GONE);
}

/* Tell everybody, with a number of its own; under vigil_notify_lock(). */
void vigil_agent_notify(const struct vigil_agent_info *agent)
{
	struct sk_buff *skb;
	void *header;

	skb = vigil_start_notification(AGENT_SIZE, VIGIL_CMD_AGENT_NTF,
				       &header);
	if (skb)
		vigil_finish_notification(skb, header,
					  vigil_agent_put(skb, agent));
}

int vigil_nl_agent_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *name = info->attrs[VIGIL_A_AGENT_NAME];
	struct vigil_agent_info agent;
	struct sk_buff *reply;
	void *header;
	int err;

	err = check_attrs(info);
	if (err)
		return err;
	if (!name) {
		GENL_SET_ERR_MSG(info, "give the agent's name");
		return -EINVAL;
	}
	err = vigil_agent_find(nla_data(name), &agent);
	if (err) {
		NL_SET_ERR_MSG_ATTR(info->extack, name, "no such agent");
		return err;
	}
	reply = vigil_nl_start_reply(info, AGENT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	return vigil_nl_finish_reply(reply, info, header,
				     vigil_agent_put(reply, &agent));
}

static int dump_agent(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct vigil_agent_info *agent)
{
	void *header = vigil_nl_start_entry(skb, cb, VIGIL_CMD_AGENT_GET);

	if (!header)
		return -EMSGSIZE;
	return vigil_nl_finish_entry(skb, header, vigil_agent_put(skb, agent));
}

int vigil_nl_agent_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vigil_agent_info agent;
	int err = 0;

	if (!cb->args[0] && nlmsg_attrlen(cb->nlh, GENL_HDRLEN)) {
		NL_SET_ERR_MSG(cb->extack, "a dump takes no attributes");
		return -EINVAL;
	}
	while (!err) {
		cb->seq = vigil_agents_generation();
		if (vigil_agent_next(cb->args[0], &agent))
			break;
		err = dump_agent(skb, cb, &agent);
		if (!err)
			cb->args[0] = agent.id + 1;
	}
	return vigil_nl_dump_result(skb, err);
}

/* One counter: a name, and in a report how much it has grown. */
static int parse_counter(struct genl_info *info, const struct nlattr *nest,
			 bool report, struct vigil_agent_counter *counter)
{
	struct nlattr *attrs[VIGIL_A_VALUE_PAD + 1];
	int err;

	err = nla_parse_nested(attrs, VIGIL_A_VALUE_PAD, nest,
			       vigil_value_nl_policy, info->extack) ?:
	      vigil_nl_refuse_doubled(nla_data(nest), nla_len(nest),
				      info->extack);
	if (err)
		return err;
	if (!attrs[VIGIL_A_VALUE_NAME] ||
	    report != !!attrs[VIGIL_A_VALUE_VALUE] ||
	    attrs[VIGIL_A_VALUE_MINIMUM] || attrs[VIGIL_A_VALUE_MAXIMUM]) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "a counter has a name, and a value in reports only");
		return -EINVAL;
	}
	counter->name = nla_data(attrs[VIGIL_A_VALUE_NAME]);
	counter->increment = report ? nla_get_u64(attrs[VIGIL_A_VALUE_VALUE]) :
				      0;
	return 0;
}

/* Returns how many there are, or a negative errno. */
static int parse_counters(struct genl_info *info, bool report,
			  struct vigil_agent_counter *counters)
{
	const struct nlattr *attr;
	int n = 0, rem, err;

	nla_for_each_attr(attr, nlmsg_attrdata(info->nlhdr, GENL_HDRLEN),
			  nlmsg_attrlen(info->nlhdr, GENL_HDRLEN), rem) {
		if (nla_type(attr) != VIGIL_A_AGENT_COUNTER)
			continue;
		if (n == VIGIL_AGENT_COUNTERS_MAX) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "more than 16 counters");
			return -E2BIG;
		}
		err = parse_counter(info, attr, report, &counters[n]);
		if (err)
			return err;
		n++;
	}
	return n;
}

static int name_counters(struct genl_info *info, struct vigil_agent_new *new)
{
	struct vigil_agent_counter counters[VIGIL_AGENT_COUNTERS_MAX];
	int i, j, n = parse_counters(info, false, counters);

	for (i = 0; i < n; i++) {
		if (!vigil_name_valid(counters[i].name)) {
			GENL_SET_ERR_MSG(info,
					 "a counter's name is of letters, digits and :._-");
			return -EINVAL;
		}
		for (j = 0; j < i; j++) {
			if (strcmp(counters[i].name, counters[j].name))
				continue;
			GENL_SET_ERR_MSG(info, "a counter is given twice");
			return -EEXIST;
		}
		new->counters[i] = counters[i].name;
	}
	new->nr_counters = max(n, 0);
	return min(n, 0);
}

static int find_name(struct genl_info *info)
{
	struct nlattr *name = info->attrs[VIGIL_A_AGENT_COMPONENT];

	if (name)
		return 0;
	GENL_SET_ERR_MSG(info, "say which component");
	return -EINVAL;
}

int vigil_nl_agent_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	const u32 all_verbs = GENMASK(VIGIL_VERB_MAX, VIGIL_VERB_ISOLATE);
	struct nlattr *verbs = info->attrs[VIGIL_A_AGENT_VERBS];
	struct vigil_agent_new new = {
		.name = text(info, VIGIL_A_AGENT_COMPONENT),
		.label = text(info, VIGIL_A_AGENT_LABEL),
		.parent = text(info, VIGIL_A_AGENT_PARENT_NAME),
		.verbs = verbs ? nla_get_u32(verbs) : 0,
	};
	int err;

	err = check_speaker(skb, info) ?: find_name(info) ?:
	      check_text(info, VIGIL_A_AGENT_LABEL, VIGIL_NAME_MAX) ?:
	      name_counters(info, &new);
	if (err)
		return err;
	if (!vigil_agent_instance(new.name)) {
		GENL_SET_ERR_MSG(info,
				 "the name is \"agent-\" and letters, digits and :._-");
		return -EINVAL;
	}
	if (new.verbs & ~all_verbs) {
		NL_SET_ERR_MSG_ATTR(info->extack, verbs, "no such verb");
		return -EINVAL;
	}
	return vigil_agent_add(info->snd_portid, &new, info->extack);
}

int vigil_nl_agent_remove_doit(struct sk_buff *skb, struct genl_info *info)
{
	return check_speaker(skb, info) ?: find_name(info) ?:
	       vigil_agent_remove(info->snd_portid,
				  text(info, VIGIL_A_AGENT_COMPONENT),
				  info->extack);
}

static int check_report(struct genl_info *info,
			const struct vigil_agent_report *report)
{
	if (report->isolation != VIGIL_ISOLATION_NONE &&
	    report->isolation != VIGIL_ISOLATION_ISOLATED) {
		GENL_SET_ERR_MSG(info, "an agent sees none or isolated");
		return -EINVAL;
	}
	if (report->risk_permille > 1000) {
		GENL_SET_ERR_MSG(info, "risk-permille is 0 to 1000");
		return -ERANGE;
	}
	if (info->attrs[VIGIL_A_AGENT_RISK_MODEL] &&
	    !info->attrs[VIGIL_A_AGENT_RISK_PERMILLE]) {
		GENL_SET_ERR_MSG(info, "risk-model comes with risk-permille");
		return -EINVAL;
	}
	return 0;
}

static u32 number(struct genl_info *info, unsigned int type)
{
	struct nlattr *attr = info->attrs[type];

	return attr ? nla_get_u32(attr) : 0;
}

static int parse_report(struct genl_info *info,
			struct vigil_agent_report *report)
{
	unsigned int type;
	int err;

	*report = (struct vigil_agent_report) {
		.health = number(info, VIGIL_A_AGENT_HEALTH),
		.advice = number(info, VIGIL_A_AGENT_ADVICE),
		.isolation = number(info, VIGIL_A_AGENT_ISOLATION),
		.risk_permille = number(info, VIGIL_A_AGENT_RISK_PERMILLE),
		.risk_model = text(info, VIGIL_A_AGENT_RISK_MODEL),
		.reason = text(info, VIGIL_A_AGENT_REASON),
	};
	for (type = VIGIL_A_AGENT_HEALTH; type <= VIGIL_A_AGENT_REASON; type++)
		if (info->attrs[type])
			report->given |= BIT(type);

	err = check_text(info, VIGIL_A_AGENT_REASON, VIGIL_REASON_MAX) ?:
	      check_text(info, VIGIL_A_AGENT_RISK_MODEL, VIGIL_MODEL_MAX) ?:
	      check_report(info, report);
	if (err)
		return err;
	err = parse_counters(info, true, report->counters);
	if (err < 0)
		return err;
	report->nr_counters = err;
	return 0;
}

int vigil_nl_agent_report_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vigil_agent_report report;
	int err;

	err = check_speaker(skb, info) ?: parse_report(info, &report);
	if (err)
		return err;
	if (info->attrs[VIGIL_A_AGENT_COMPONENT])
		return vigil_agent_report(info->snd_portid,
					  text(info, VIGIL_A_AGENT_COMPONENT),
					  &report, info->extack);
	if (report.given || report.nr_counters) {
		GENL_SET_ERR_MSG(info, "say which component");
		return -EINVAL;
	}
	return vigil_agent_alive(info->snd_portid, info->extack);
}

int vigil_nl_agent_answer_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *request = info->attrs[VIGIL_A_AGENT_REQUEST];
	struct vigil_agent_request answer = {
		.state = number(info, VIGIL_A_AGENT_STATE),
	};
	int err;

	err = check_speaker(skb, info) ?:
	      check_text(info, VIGIL_A_AGENT_MESSAGE, VIGIL_REASON_MAX);
	if (err)
		return err;
	if (!request || (answer.state != VIGIL_OP_STATE_DONE &&
			 answer.state != VIGIL_OP_STATE_FAILED)) {
		GENL_SET_ERR_MSG(info, "give the request, and a state: done or failed");
		return -EINVAL;
	}
	answer.number = nla_get_u64(request);
	strscpy(answer.message, text(info, VIGIL_A_AGENT_MESSAGE),
		sizeof(answer.message));
	return vigil_agent_answer(info->snd_portid, &answer, info->extack);
}

static int put_request(struct sk_buff *skb,
		       const struct vigil_agent_member *member,
		       const struct vigil_request *request, u32 timeout_ms)
{
	if (nla_put_string(skb, VIGIL_A_AGENT_COMPONENT, member->name) ||
	    nla_put_u64_64bit(skb, VIGIL_A_AGENT_REQUEST,
			      member->request.number, VIGIL_A_AGENT_PAD) ||
	    nla_put_u32(skb, VIGIL_A_AGENT_VERB, request->verb) ||
	    nla_put_string(skb, VIGIL_A_AGENT_REASON, request->reason) ||
	    nla_put_u32(skb, VIGIL_A_AGENT_TIMEOUT_MS, timeout_ms))
		return -EMSGSIZE;
	return 0;
}

/* Ask the agent; does not wait for it. -EAGAIN when it does not read. */
int vigil_agent_send_request(const struct vigil_agent_member *member,
			     const struct vigil_request *request,
			     u32 timeout_ms)
{
	struct sk_buff *skb = genlmsg_new(REQUEST_SIZE, GFP_KERNEL);
	void *header;
	int err;

	lockdep_assert_held(&vigil_agents_lock);

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put(skb, 0, 0, &vigil_netlink_family, 0,
			     VIGIL_CMD_AGENT_REQUEST_NTF);
	err = header ? put_request(skb, member, request, timeout_ms) :
		       -EMSGSIZE;
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, header);
	return genlmsg_unicast(&init_net, skb, member->agent->portid);
}
