// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: page frames that are out of use. For the administrator only, since
 * physical addresses are.
 *
 * A dump asks the providers for one frame after the other, in the order of the
 * components and then of addresses, with no lock in between. A frame that is
 * taken below the one that was told last is not in it, and the dump is marked
 * as torn.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <net/genetlink.h>

#include "core.h"
#include "message.h"
#include "netlink_gen.h"

/* Upper bound. */
#define FRAME_MESSAGE_SIZE	(128 + 2 * VIGIL_NAME_MAX)

/* Where a dump goes on, in struct netlink_callback. */
struct frame_position {
	unsigned long id;	/* of the component */
	u64 address;		/* where its next frame is looked for */
	bool one;		/* of this component only */
	bool started;
};

static_assert(sizeof(struct frame_position) <=
	      sizeof_field(struct netlink_callback, ctx));

static int put_frame(struct sk_buff *skb, struct vigil_component *component,
		     const struct vigil_frame_info *frame)
{
	if (nla_put_string(skb, VIGIL_A_FRAME_COMPONENT,
			   dev_name(&component->dev)) ||
	    nla_put_u64_64bit(skb, VIGIL_A_FRAME_ADDRESS, frame->address,
			      VIGIL_A_FRAME_PAD) ||
	    nla_put_u32(skb, VIGIL_A_FRAME_STATE, frame->state))
		return -EMSGSIZE;
	if (frame->by_errors && nla_put_flag(skb, VIGIL_A_FRAME_ERRORS))
		return -EMSGSIZE;
	if (*frame->dimm &&
	    nla_put_string(skb, VIGIL_A_FRAME_DIMM, frame->dimm))
		return -EMSGSIZE;
	return 0;
}

static bool has_frames(const struct vigil_component *component)
{
	return component->desc.ops && component->desc.ops->frame;
}

static int find_frame(struct genl_info *info,
		      struct vigil_component *component,
		      struct vigil_frame_info *frame)
{
	u64 address = nla_get_u64(info->attrs[VIGIL_A_FRAME_ADDRESS]);
	const struct vigil_component_desc *desc = &component->desc;
	int err = -EOPNOTSUPP;

	if (has_frames(component))
		err = desc->ops->frame(component, desc->priv, address, frame);

	if (err == -EOPNOTSUPP)
		GENL_SET_ERR_MSG(info, "the component has no page frames");
	else if (err == -ENOENT)
		GENL_SET_ERR_MSG(info, "the page frame is in use");
	else if (err == -ENXIO)
		GENL_SET_ERR_MSG(info, "no memory is online at this address");
	else if (err == -EINVAL)
		GENL_SET_ERR_MSG(info, "the address belongs to another component");
	return err;
}

static int reply_frame(struct genl_info *info,
		       struct vigil_component *component)
{
	struct vigil_frame_info frame;
	struct sk_buff *skb;
	void *header;
	int err;

	err = find_frame(info, component, &frame);
	if (err)
		return err;
	skb = vigil_nl_start_reply(info, FRAME_MESSAGE_SIZE, &header);
	if (!skb)
		return -ENOMEM;
	return vigil_nl_finish_reply(skb, info, header,
				     put_frame(skb, component, &frame));
}

int vigil_nl_frame_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vigil_component *component;
	int err;

	err = vigil_nl_need_admin(skb, info->extack) ?:
	      vigil_nl_check_attrs(info);
	if (err)
		return err;
	if (!info->attrs[VIGIL_A_FRAME_ADDRESS]) {
		GENL_SET_ERR_MSG(info, "give the address of the page frame");
		return -EINVAL;
	}

	component = vigil_nl_find_component(info,
					    info->attrs[VIGIL_A_FRAME_COMPONENT],
					    NULL);
	if (IS_ERR(component))
		return PTR_ERR(component);
	err = reply_frame(info, component);
	vigil_component_put(component);
	return err;
}

static int choose_component(struct netlink_callback *cb,
			    struct frame_position *position,
			    const struct nlattr *name)
{
	struct vigil_component *component;
	int err = 0;

	component = vigil_component_get_by_name(nla_data(name));
	if (!component) {
		NL_SET_ERR_MSG(cb->extack, "no such component");
		return -ENODEV;
	}
	if (!has_frames(component)) {
		NL_SET_ERR_MSG(cb->extack, "the component has no page frames");
		err = -EOPNOTSUPP;
	}
	position->id = component->id;
	position->one = true;
	vigil_component_put(component);
	return err;
}

static int start_dump(struct netlink_callback *cb,
		      struct frame_position *position)
{
	struct nlattr *attrs[VIGIL_A_FRAME_COMPONENT + 1];
	int err;

	err = vigil_nl_need_admin(cb->skb, cb->extack) ?:
	      genlmsg_parse(cb->nlh, &vigil_netlink_family, attrs,
			    VIGIL_A_FRAME_COMPONENT, vigil_frame_get_nl_policy,
			    cb->extack) ?:
	      vigil_nl_refuse_doubled(nlmsg_attrdata(cb->nlh, GENL_HDRLEN),
				      nlmsg_attrlen(cb->nlh, GENL_HDRLEN),
				      cb->extack);
	if (!err && attrs[VIGIL_A_FRAME_COMPONENT])
		err = choose_component(cb, position,
				       attrs[VIGIL_A_FRAME_COMPONENT]);
	position->started = !err;
	return err;
}

/* The component whose frames are told next, to be put again, or NULL. */
static struct vigil_component *next_component(struct frame_position *position)
{
	unsigned long id = position->id;
	struct vigil_component *component;

	if (position->one)
		return vigil_component_get(id);

	component = vigil_component_get_next(&id, NULL, NULL);
	if (id != position->id)
		position->address = 0;
	position->id = id;
	return component;
}

static int dump_frame(struct sk_buff *skb, struct netlink_callback *cb,
		      struct vigil_component *component,
		      struct frame_position *position)
{
	const struct vigil_component_desc *desc = &component->desc;
	struct vigil_frame_info frame;
	void *header;
	int err;

	cb->seq = vigil_details_generation(position->one ? component : NULL);
	err = desc->ops->next_frame(component, desc->priv, &position->address,
				    &frame);
	if (err)
		return err;
	header = vigil_nl_start_entry(skb, cb, VIGIL_CMD_FRAME_GET);
	if (!header)
		return -EMSGSIZE;
	return vigil_nl_finish_entry(skb, header,
				     put_frame(skb, component, &frame));
}

/* What is left of a component; 0 when that was all of it. */
static int dump_component(struct sk_buff *skb, struct netlink_callback *cb,
			  struct vigil_component *component,
			  struct frame_position *position)
{
	int err = has_frames(component) ? 0 : -ENOENT;

	while (!err) {
		err = dump_frame(skb, cb, component, position);
		if (!err)
			position->address++;
	}
	return err == -ENOENT ? 0 : err;
}

int vigil_nl_frame_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct frame_position *position = (void *)cb->ctx;
	struct vigil_component *component;
	int err = 0;

	if (!position->started)
		err = start_dump(cb, position);

	while (!err) {
		component = next_component(position);
		if (!component)
			break;
		err = dump_component(skb, cb, component, position);
		vigil_component_put(component);
		if (err || position->one)
			break;
		position->id++;
		position->address = 0;
	}
	return vigil_nl_dump_result(skb, err);
}
