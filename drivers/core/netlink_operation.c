// SPDX-License-Identifier: GPL-2.0
/*
 * Verbs and operations over netlink.
 *
 * A reply to a verb, and to an administrator who asks for one operation, has all
 * findings of its guards: they name processes and mounts. A dump and a
 * notification have not, so that they fit any buffer.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/capability.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include <compat/netlink.h>

#include "core.h"
#include "guard.h"
#include "message.h"
#include "netlink_gen.h"

static int parse_reason(struct genl_info *info, struct vigil_request *request)
{
	struct nlattr *reason = info->attrs[VIGIL_A_OPERATION_REASON];

	request->reason = VIGIL_REASON_NONE;
	if (!reason)
		return 0;
	if (!vigil_reason_valid(nla_data(reason))) {
		NL_SET_ERR_MSG_ATTR(info->extack, reason,
				    "a reason is one line of text");
		return -EINVAL;
	}
	if (*(const char *)nla_data(reason))
		request->reason = nla_data(reason);
	return 0;
}

static int parse_owner(struct genl_info *info, struct vigil_request *request)
{
	struct nlattr *owner = info->attrs[VIGIL_A_OPERATION_OWNER];

	if (!owner)
		return 0;
	request->owner = nla_data(owner);
	if (!strcmp(request->owner, VIGIL_OWNER_NAME_POLICY)) {
		NL_SET_ERR_MSG_ATTR(info->extack, owner,
				    "policy is Vigil itself; override the guard owner");
		return -EINVAL;
	}
	return 0;
}

static u32 u32_or_0(const struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

static int parse_request(struct genl_info *info, enum vigil_verb verb,
			 struct vigil_request *request)
{
	struct nlattr *address = info->attrs[VIGIL_A_OPERATION_ADDRESS];

	*request = (struct vigil_request) {
		.verb = verb,
		.method = u32_or_0(info->attrs[VIGIL_A_OPERATION_METHOD]),
		.has_address = address,
		.dry_run = info->attrs[VIGIL_A_OPERATION_DRY_RUN],
		.address = address ? nla_get_u64(address) : 0,
		.overrides = u32_or_0(info->attrs[VIGIL_A_OPERATION_OVERRIDE]),
		.timeout_ms = u32_or_0(info->attrs[VIGIL_A_OPERATION_TIMEOUT_MS]),
	};
	return parse_reason(info, request) ?: parse_owner(info, request);
}

static int submit(struct genl_info *info, struct vigil_component *component,
		  enum vigil_verb verb, struct vigil_operation **operation)
{
	struct vigil_request request;
	struct vigil_outcome outcome;
	int err;

	err = parse_request(info, verb, &request);
	if (err)
		return err;

	err = vigil_operation_submit(component, &request, &outcome, operation);
	if (err)
		NL_SET_ERR_MSG_FMT(info->extack, "%.*s",
				   NETLINK_MAX_FMTMSG_LEN - 1, outcome.message);
	return err;
}

static int reply_submitted(struct genl_info *info,
			   struct vigil_component *component,
			   enum vigil_verb verb)
{
	struct vigil_operation *operation;
	struct sk_buff *skb;
	void *header;
	int err;

	/* First, so that an operation is not accepted and then denied. */
	skb = vigil_nl_start_reply(info, VIGIL_FINDINGS_SIZE, &header);
	if (!skb)
		return -ENOMEM;

	err = submit(info, component, verb, &operation);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	err = vigil_put_operation(skb, operation, true) ?:
	      vigil_put_findings(skb, operation);
	vigil_operation_put(operation);
	return vigil_nl_finish_reply(skb, info, header, err);
}

static int do_verb(struct sk_buff *skb, struct genl_info *info,
		   enum vigil_verb verb)
{
	struct vigil_component *component;
	int err;

	err = vigil_nl_may_change(skb, info->extack) ?:
	      vigil_nl_check_attrs(info);
	if (err)
		return err;

	component = vigil_nl_find_component(info,
					    info->attrs[VIGIL_A_OPERATION_COMPONENT],
					    NULL);
	if (IS_ERR(component))
		return PTR_ERR(component);

	err = reply_submitted(info, component, verb);
	vigil_component_put(component);
	return err;
}

int vigil_nl_isolate_doit(struct sk_buff *skb, struct genl_info *info)
{
	return do_verb(skb, info, VIGIL_VERB_ISOLATE);
}

int vigil_nl_release_doit(struct sk_buff *skb, struct genl_info *info)
{
	return do_verb(skb, info, VIGIL_VERB_RELEASE);
}

int vigil_nl_recover_doit(struct sk_buff *skb, struct genl_info *info)
{
	return do_verb(skb, info, VIGIL_VERB_RECOVER);
}

int vigil_nl_test_doit(struct sk_buff *skb, struct genl_info *info)
{
	return do_verb(skb, info, VIGIL_VERB_TEST);
}

int vigil_nl_operation_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	bool admin = netlink_capable(skb, CAP_SYS_ADMIN);
	struct nlattr *id = info->attrs[VIGIL_A_OPERATION_ID];
	struct vigil_operation *operation;
	struct sk_buff *reply;
	void *header;
	int err;

	err = vigil_nl_check_attrs(info);
	if (err)
		return err;
	if (!id) {
		GENL_SET_ERR_MSG(info, "give the operation's id");
		return -EINVAL;
	}

	operation = vigil_operation_get(nla_get_u64(id));
	if (!operation) {
		GENL_SET_ERR_MSG(info, "no such operation, or long ended");
		return -ENOENT;
	}

	err = -ENOMEM;
	reply = vigil_nl_start_reply(info, VIGIL_FINDINGS_SIZE, &header);
	if (reply) {
		err = vigil_put_operation(reply, operation, admin);
		/* They name processes and mounts of others. */
		if (!err && admin)
			err = vigil_put_findings(reply, operation);
		err = vigil_nl_finish_reply(reply, info, header, err);
	}
	vigil_operation_put(operation);
	return err;
}

static int dump_operation(struct sk_buff *skb, struct netlink_callback *cb,
			  struct vigil_operation *operation)
{
	bool address = netlink_capable(cb->skb, CAP_SYS_ADMIN);
	void *header;

	header = vigil_nl_start_entry(skb, cb, VIGIL_CMD_OPERATION_GET);
	if (!header)
		return -EMSGSIZE;
	return vigil_nl_finish_entry(skb, header,
				     vigil_put_operation(skb, operation, address));
}

int vigil_nl_operation_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	unsigned long *next_id = (unsigned long *)cb->ctx;
	struct vigil_operation *operation;
	int err = 0;

	if (nlmsg_attrlen(cb->nlh, GENL_HDRLEN)) {
		NL_SET_ERR_MSG(cb->extack, "a dump takes no attributes");
		return -EINVAL;
	}

	while (!err) {
		cb->seq = vigil_operations_generation();
		operation = vigil_operation_get_next(next_id);
		if (!operation)
			break;
		err = dump_operation(skb, cb, operation);
		vigil_operation_put(operation);
		if (!err)
			++*next_id;
	}
	return vigil_nl_dump_result(skb, err);
}
