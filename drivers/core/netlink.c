// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "vigil".
 *
 * It exists in the initial network namespace only. Whatever changes something
 * needs CAP_SYS_ADMIN in the initial user namespace, of the process and of who
 * opened the socket. The specification's admin-perm makes generic netlink ask
 * for CAP_NET_ADMIN first, which alone is not enough: containers have it.
 *
 * Requests run in parallel and take no lock here. A component that a request
 * found stays registered until the request is done with it.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/capability.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include <compat/netlink.h>

#include "core.h"
#include "guard.h"
#include "machine.h"
#include "message.h"
#include "netlink_gen.h"

/* Where a dump goes on, in struct netlink_callback. */
struct dump_position {
	unsigned long next_id;
	u32 class;		/* only this one; 0: all */
	bool attention;		/* only those that ask for it */
	bool started;
};

static_assert(sizeof(struct dump_position) <=
	      sizeof_field(struct netlink_callback, ctx));

static struct dump_position *dump_position(struct netlink_callback *cb)
{
	return (struct dump_position *)cb->ctx;
}

int vigil_nl_need_admin(const struct sk_buff *skb,
			struct netlink_ext_ack *extack)
{
	if (netlink_capable(skb, CAP_SYS_ADMIN))
		return 0;
	NL_SET_ERR_MSG(extack, "needs CAP_SYS_ADMIN on the host");
	return -EPERM;
}

/* Who changes something is an administrator, and the kernel lets itself be changed. */
int vigil_nl_may_change(const struct sk_buff *skb,
			struct netlink_ext_ack *extack)
{
	int err = vigil_nl_need_admin(skb, extack);

	if (err)
		return err;
	if (vigil_is_locked_down()) {
		NL_SET_ERR_MSG(extack, "guard lockdown: the kernel is locked down");
		return -EPERM;
	}
	return 0;
}

/* Netlink lets the last of several win; an administrator meant one of them. */
int vigil_nl_refuse_doubled(const struct nlattr *head, int len,
			    struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	u32 seen = 0;
	int rem;

	nla_for_each_attr(attr, head, len, rem) {
		int type = nla_type(attr);

		if (type >= BITS_PER_TYPE(seen) || (seen & BIT(type))) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "attribute given twice");
			return -EINVAL;
		}
		seen |= BIT(type);
	}
	return 0;
}

int vigil_nl_check_attrs(struct genl_info *info)
{
	return vigil_nl_refuse_doubled(nlmsg_attrdata(info->nlhdr, GENL_HDRLEN),
				       nlmsg_attrlen(info->nlhdr, GENL_HDRLEN),
				       info->extack);
}

struct vigil_component *vigil_nl_find_component(struct genl_info *info,
						const struct nlattr *name,
						const struct nlattr *id)
{
	struct vigil_component *component;

	if (!name == !id) {
		GENL_SET_ERR_MSG(info, "say which component, once");
		return ERR_PTR(-EINVAL);
	}

	component = name ? vigil_component_get_by_name(nla_data(name)) :
			   vigil_component_get(nla_get_u32(id));
	if (!component) {
		NL_SET_ERR_MSG_ATTR(info->extack, name ?: id,
				    "no such component");
		return ERR_PTR(-ENODEV);
	}
	return component;
}

struct sk_buff *vigil_nl_start_reply(struct genl_info *info, size_t size,
				     void **header)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*header = genlmsg_put_reply(skb, info, &vigil_netlink_family, 0,
				    info->genlhdr->cmd);
	if (!*header) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

int vigil_nl_finish_reply(struct sk_buff *skb, struct genl_info *info,
			  void *header, int err)
{
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

static int reply_component(struct genl_info *info,
			   struct vigil_component *component)
{
	struct sk_buff *skb;
	void *header;

	skb = vigil_nl_start_reply(info, vigil_message_size(&component->desc), &header);
	if (!skb)
		return -ENOMEM;
	return vigil_nl_finish_reply(skb, info, header,
				     vigil_put_component(skb, component));
}

int vigil_nl_component_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vigil_component *component;
	int err;

	err = vigil_nl_check_attrs(info);
	if (err)
		return err;
	if (info->attrs[VIGIL_A_COMPONENT_CLASS] ||
	    info->attrs[VIGIL_A_COMPONENT_ATTENTION]) {
		GENL_SET_ERR_MSG(info, "class and attention are for dumps");
		return -EINVAL;
	}

	component = vigil_nl_find_component(info, info->attrs[VIGIL_A_COMPONENT_NAME],
					    info->attrs[VIGIL_A_COMPONENT_ID]);
	if (IS_ERR(component))
		return PTR_ERR(component);

	err = reply_component(info, component);
	vigil_component_put(component);
	return err;
}

static int start_component_dump(struct netlink_callback *cb,
				struct dump_position *pos)
{
	struct nlattr *attrs[VIGIL_A_COMPONENT_ATTENTION + 1];
	int err;

	err = genlmsg_parse(cb->nlh, &vigil_netlink_family, attrs,
			    VIGIL_A_COMPONENT_ATTENTION,
			    vigil_component_get_nl_policy, cb->extack);
	if (err)
		return err;

	if (attrs[VIGIL_A_COMPONENT_ID] || attrs[VIGIL_A_COMPONENT_NAME]) {
		NL_SET_ERR_MSG(cb->extack, "a dump is of all or of a class");
		return -EINVAL;
	}
	err = vigil_nl_refuse_doubled(nlmsg_attrdata(cb->nlh, GENL_HDRLEN),
				      nlmsg_attrlen(cb->nlh, GENL_HDRLEN),
				      cb->extack);
	if (err)
		return err;

	if (attrs[VIGIL_A_COMPONENT_CLASS])
		pos->class = nla_get_u32(attrs[VIGIL_A_COMPONENT_CLASS]);
	pos->attention = attrs[VIGIL_A_COMPONENT_ATTENTION];
	pos->started = true;
	return 0;
}

void *vigil_nl_start_entry(struct sk_buff *skb, struct netlink_callback *cb,
			   u8 cmd)
{
	void *header;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &vigil_netlink_family,
			     NLM_F_MULTI, cmd);
	if (header)
		genl_dump_check_consistent(cb, header);
	return header;
}

int vigil_nl_finish_entry(struct sk_buff *skb, void *header, int err)
{
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	return err;
}

static bool is_wanted(struct vigil_component *component, const void *data)
{
	const struct dump_position *pos = data;

	return (!pos->class || component->desc.class == pos->class) &&
	       (!pos->attention || vigil_component_asks_attention(component));
}

static int dump_component(struct sk_buff *skb, struct netlink_callback *cb,
			  struct vigil_component *component)
{
	void *header;

	header = vigil_nl_start_entry(skb, cb, VIGIL_CMD_COMPONENT_GET);
	if (!header)
		return -EMSGSIZE;
	return vigil_nl_finish_entry(skb, header,
				     vigil_put_component(skb, component));
}

/* Goes on when there is something to send and more to come. */
int vigil_nl_dump_result(struct sk_buff *skb, int err)
{
	return err == -EMSGSIZE && skb->len ? skb->len : err;
}

int vigil_nl_component_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	struct dump_position *pos = dump_position(cb);
	struct vigil_component *component;
	int err = 0;

	if (!pos->started)
		err = start_component_dump(cb, pos);

	while (!err) {
		/* For each, so that no change hides between two messages. */
		cb->seq = vigil_registry_generation();
		component = vigil_component_get_next(&pos->next_id, is_wanted, pos);
		if (!component)
			break;
		err = dump_component(skb, cb, component);
		vigil_component_put(component);
		if (!err)
			pos->next_id++;
	}
	return vigil_nl_dump_result(skb, err);
}

static int find_policy(const struct vigil_component_desc *desc,
		       const char *name)
{
	unsigned int i;

	for (i = 0; i < desc->nr_policies; i++)
		if (!strcmp(desc->policies[i].name, name))
			return i;
	return -ENOENT;
}

static int set_policy(struct genl_info *info, struct vigil_component *component)
{
	struct nlattr *nest = info->attrs[VIGIL_A_COMPONENT_POLICY];
	struct nlattr *attrs[VIGIL_A_VALUE_PAD + 1];
	int index, err;

	err = nla_parse_nested(attrs, VIGIL_A_VALUE_PAD, nest,
			       vigil_value_nl_policy, info->extack) ?:
	      vigil_nl_refuse_doubled(nla_data(nest), nla_len(nest),
				      info->extack);
	if (err)
		return err;
	if (!attrs[VIGIL_A_VALUE_NAME] || !attrs[VIGIL_A_VALUE_VALUE] ||
	    attrs[VIGIL_A_VALUE_MINIMUM] || attrs[VIGIL_A_VALUE_MAXIMUM]) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "give the policy's name and value");
		return -EINVAL;
	}

	index = find_policy(&component->desc,
			    nla_data(attrs[VIGIL_A_VALUE_NAME]));
	if (index < 0) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[VIGIL_A_VALUE_NAME],
				    "the component has no such policy");
		return index;
	}
	return vigil_policy_set(component, index,
				nla_get_u64(attrs[VIGIL_A_VALUE_VALUE]),
				info->extack);
}

int vigil_nl_policy_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vigil_component *component;
	int err;

	err = vigil_nl_may_change(skb, info->extack) ?:
	      vigil_nl_check_attrs(info);
	if (err)
		return err;
	if (!info->attrs[VIGIL_A_COMPONENT_POLICY]) {
		GENL_SET_ERR_MSG(info, "give the policy");
		return -EINVAL;
	}

	component = vigil_nl_find_component(info, info->attrs[VIGIL_A_COMPONENT_NAME],
					    NULL);
	if (IS_ERR(component))
		return PTR_ERR(component);

	err = set_policy(info, component);
	if (!err)
		err = reply_component(info, component);
	vigil_component_put(component);
	return err;
}

/* The generator has these only where the family is its own. */
static const struct genl_multicast_group multicast_groups[] = {
	[VIGIL_NLGRP_EVENTS] = { .name = VIGIL_MCGRP_EVENTS },
};

struct genl_family vigil_netlink_family __ro_after_init = {
	.name		= VIGIL_FAMILY_NAME,
	.version	= VIGIL_FAMILY_VERSION,
	.netnsok	= false,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= vigil_nl_ops,
	.n_ops		= ARRAY_SIZE(vigil_nl_ops),
	.mcgrps		= multicast_groups,
	.n_mcgrps	= ARRAY_SIZE(multicast_groups),
};

bool vigil_netlink_has_listeners(void)
{
	return genl_has_listeners(&vigil_netlink_family, &init_net,
				  VIGIL_NLGRP_EVENTS);
}

/* A listener who lags loses the message and is told by ENOBUFS. */
void vigil_netlink_multicast(struct sk_buff *skb)
{
	genlmsg_multicast(&vigil_netlink_family, skb, 0, VIGIL_NLGRP_EVENTS,
			  GFP_KERNEL);
	vigil_machine_count(VIGIL_STAT_MESSAGES);
}

/* A message could not even be made: the same for all listeners. */
void vigil_netlink_lost(void)
{
	genl_set_err(&vigil_netlink_family, &init_net, 0, VIGIL_NLGRP_EVENTS,
		     -ENOBUFS);
	vigil_machine_count(VIGIL_STAT_MESSAGES_LOST);
}

int vigil_netlink_init(void)
{
	return genl_register_family(&vigil_netlink_family);
}

void vigil_netlink_exit(void)
{
	genl_unregister_family(&vigil_netlink_family);
}
