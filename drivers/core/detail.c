// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: what a provider knows of a component in detail, features and cells.
 *
 * A dump asks the provider for one after the other, with no lock in between,
 * and is marked as torn when the provider says that they changed meanwhile.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <net/genetlink.h>

#include "core.h"
#include "message.h"
#include "netlink_gen.h"

/* Upper bounds. */
#define FEATURE_SIZE	(128 + 2 * VIGIL_NAME_MAX)
#define CELL_SIZE	(192 + VIGIL_NAME_MAX)

/* Where a dump goes on, in struct netlink_callback. */
struct detail_position {
	u32 id;			/* of the component */
	u32 next;		/* index of a feature, position of a cell */
	bool started;
};

static_assert(sizeof(struct detail_position) <=
	      sizeof_field(struct netlink_callback, ctx));

static int put_feature(struct sk_buff *skb,
		       struct vigil_component *component,
		       const struct vigil_feature_info *feature)
{
	if (nla_put_string(skb, VIGIL_A_FEATURE_COMPONENT,
			   dev_name(&component->dev)) ||
	    nla_put_string(skb, VIGIL_A_FEATURE_NAME, feature->name))
		return -EMSGSIZE;
	if (feature->window_s &&
	    nla_put_u32(skb, VIGIL_A_FEATURE_WINDOW_SECONDS,
			feature->window_s))
		return -EMSGSIZE;
	if (feature->known &&
	    nla_put_u32(skb, VIGIL_A_FEATURE_VALUE, feature->value))
		return -EMSGSIZE;
	if (feature->predicted &&
	    nla_put_s32(skb, VIGIL_A_FEATURE_CONTRIBUTION,
			feature->contribution_q16))
		return -EMSGSIZE;
	return 0;
}

static int put_place(struct sk_buff *skb, int attribute, u32 value)
{
	if (value == VIGIL_CELL_NOT_KNOWN)
		return 0;
	return nla_put_u32(skb, attribute, value);
}

static int put_cell(struct sk_buff *skb, struct vigil_component *component,
		    const struct vigil_cell_info *cell)
{
	if (nla_put_string(skb, VIGIL_A_CELL_COMPONENT,
			   dev_name(&component->dev)) ||
	    put_place(skb, VIGIL_A_CELL_RANK, cell->rank) ||
	    put_place(skb, VIGIL_A_CELL_DEVICE, cell->device) ||
	    put_place(skb, VIGIL_A_CELL_BANK, cell->bank) ||
	    put_place(skb, VIGIL_A_CELL_ROW, cell->row) ||
	    put_place(skb, VIGIL_A_CELL_COLUMN, cell->column) ||
	    nla_put_u32(skb, VIGIL_A_CELL_COUNT, cell->count) ||
	    nla_put_u32(skb, VIGIL_A_CELL_AGE_SECONDS, cell->age_s))
		return -EMSGSIZE;
	if (cell->has_parity &&
	    nla_put_u32(skb, VIGIL_A_CELL_PARITY, cell->parity))
		return -EMSGSIZE;
	if (cell->scrub && nla_put_flag(skb, VIGIL_A_CELL_SCRUB))
		return -EMSGSIZE;
	return 0;
}

/* The next feature from *@next on; -ENOENT behind the last. */
static int next_feature(struct vigil_component *component, u32 *next,
			struct vigil_feature_info *feature)
{
	const struct vigil_component_desc *desc = &component->desc;

	if (!desc->ops || !desc->ops->feature)
		return -EOPNOTSUPP;
	return desc->ops->feature(component, desc->priv, *next, feature);
}

static int next_cell(struct vigil_component *component, u32 *next,
		     struct vigil_cell_info *cell)
{
	const struct vigil_component_desc *desc = &component->desc;

	if (!desc->ops || !desc->ops->cell)
		return -EOPNOTSUPP;
	return desc->ops->cell(component, desc->priv, next, cell);
}

static bool is_meant(const struct vigil_feature_info *feature,
		     struct genl_info *info)
{
	return !strcmp(feature->name,
		       nla_data(info->attrs[VIGIL_A_FEATURE_NAME])) &&
	       feature->window_s ==
	       nla_get_u32(info->attrs[VIGIL_A_FEATURE_WINDOW_SECONDS]);
}

static int find_feature(struct genl_info *info,
			struct vigil_component *component,
			struct vigil_feature_info *feature)
{
	u32 next = 0;
	int err;

	do {
		err = next_feature(component, &next, feature);
		next++;
	} while (!err && !is_meant(feature, info));

	if (err == -EOPNOTSUPP)
		GENL_SET_ERR_MSG(info, "the component has no features");
	else if (err)
		GENL_SET_ERR_MSG(info, "the component has no such feature");
	return err;
}

static int reply_feature(struct genl_info *info,
			 struct vigil_component *component)
{
	struct vigil_feature_info feature;
	struct sk_buff *skb;
	void *header;
	int err;

	err = find_feature(info, component, &feature);
	if (err)
		return err;
	skb = vigil_nl_start_reply(info, FEATURE_SIZE, &header);
	if (!skb)
		return -ENOMEM;
	return vigil_nl_finish_reply(skb, info, header,
				     put_feature(skb, component, &feature));
}

int vigil_nl_feature_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vigil_component *component;
	int err;

	err = vigil_nl_check_attrs(info);
	if (err)
		return err;
	if (!info->attrs[VIGIL_A_FEATURE_NAME] ||
	    !info->attrs[VIGIL_A_FEATURE_WINDOW_SECONDS]) {
		GENL_SET_ERR_MSG(info, "give the feature's name and window");
		return -EINVAL;
	}

	component = vigil_nl_find_component(info,
					    info->attrs[VIGIL_A_FEATURE_COMPONENT],
					    NULL);
	if (IS_ERR(component))
		return PTR_ERR(component);
	err = reply_feature(info, component);
	vigil_component_put(component);
	return err;
}

/* Cells are told from the oldest to the latest. */
static int find_latest_cell(struct vigil_component *component,
			    struct vigil_cell_info *cell)
{
	struct vigil_cell_info one;
	bool found = false;
	u32 next = 0;
	int err;

	while (!(err = next_cell(component, &next, &one))) {
		*cell = one;
		found = true;
		next++;
	}
	return found ? 0 : err;
}

static int reply_cell(struct genl_info *info,
		      struct vigil_component *component)
{
	struct vigil_cell_info cell;
	struct sk_buff *skb;
	void *header;
	int err;

	err = find_latest_cell(component, &cell);
	if (err == -EOPNOTSUPP)
		GENL_SET_ERR_MSG(info, "the component has no cells");
	else if (err)
		GENL_SET_ERR_MSG(info, "no errors in the last six hours");
	if (err)
		return err;
	skb = vigil_nl_start_reply(info, CELL_SIZE, &header);
	if (!skb)
		return -ENOMEM;
	return vigil_nl_finish_reply(skb, info, header,
				     put_cell(skb, component, &cell));
}

int vigil_nl_cell_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vigil_component *component;
	int err;

	err = vigil_nl_check_attrs(info);
	if (err)
		return err;
	component = vigil_nl_find_component(info,
					    info->attrs[VIGIL_A_CELL_COMPONENT],
					    NULL);
	if (IS_ERR(component))
		return PTR_ERR(component);
	err = reply_cell(info, component);
	vigil_component_put(component);
	return err;
}

/* The component whose details are dumped; attribute 1 in both sets. */
static struct vigil_component *start_dump(struct netlink_callback *cb,
					  struct detail_position *position,
					  const struct nla_policy *policy)
{
	struct nlattr *attrs[VIGIL_A_FEATURE_COMPONENT + 1];
	struct vigil_component *component;
	int err;

	if (position->started) {
		component = vigil_component_get(position->id);
		return component ?: ERR_PTR(-ENODEV);
	}

	err = genlmsg_parse(cb->nlh, &vigil_netlink_family, attrs,
			    VIGIL_A_FEATURE_COMPONENT, policy, cb->extack) ?:
	      vigil_nl_refuse_doubled(nlmsg_attrdata(cb->nlh, GENL_HDRLEN),
				      nlmsg_attrlen(cb->nlh, GENL_HDRLEN),
				      cb->extack);
	if (err)
		return ERR_PTR(err);
	if (!attrs[VIGIL_A_FEATURE_COMPONENT]) {
		NL_SET_ERR_MSG(cb->extack, "say which component");
		return ERR_PTR(-EINVAL);
	}
	component = vigil_component_get_by_name(nla_data(attrs[VIGIL_A_FEATURE_COMPONENT]));
	if (!component) {
		NL_SET_ERR_MSG(cb->extack, "no such component");
		return ERR_PTR(-ENODEV);
	}
	position->id = component->id;
	position->started = true;
	return component;
}

static_assert((int)VIGIL_A_FEATURE_COMPONENT == (int)VIGIL_A_CELL_COMPONENT);

static int dump_feature(struct sk_buff *skb, struct netlink_callback *cb,
			struct vigil_component *component, u32 *next)
{
	struct vigil_feature_info feature;
	void *header;
	int err;

	cb->seq = vigil_details_generation(component);
	err = next_feature(component, next, &feature);
	if (err)
		return err;
	header = vigil_nl_start_entry(skb, cb, VIGIL_CMD_FEATURE_GET);
	if (!header)
		return -EMSGSIZE;
	return vigil_nl_finish_entry(skb, header,
				     put_feature(skb, component, &feature));
}

static int dump_cell(struct sk_buff *skb, struct netlink_callback *cb,
		     struct vigil_component *component, u32 *next)
{
	struct vigil_cell_info cell;
	void *header;
	int err;

	cb->seq = vigil_details_generation(component);
	err = next_cell(component, next, &cell);
	if (err)
		return err;
	header = vigil_nl_start_entry(skb, cb, VIGIL_CMD_CELL_GET);
	if (!header)
		return -EMSGSIZE;
	return vigil_nl_finish_entry(skb, header,
				     put_cell(skb, component, &cell));
}

static int dump_details(struct sk_buff *skb, struct netlink_callback *cb,
			const struct nla_policy *policy,
			int (*dump)(struct sk_buff *skb,
				    struct netlink_callback *cb,
				    struct vigil_component *component,
				    u32 *next))
{
	struct detail_position *position = (void *)cb->ctx;
	struct vigil_component *component;
	int err;

	component = start_dump(cb, position, policy);
	if (IS_ERR(component))
		return PTR_ERR(component);
	do {
		err = dump(skb, cb, component, &position->next);
		if (!err)
			position->next++;
	} while (!err);
	vigil_component_put(component);

	if (err == -EOPNOTSUPP)
		NL_SET_ERR_MSG(cb->extack, "the component has none");
	return vigil_nl_dump_result(skb, err == -ENOENT ? 0 : err);
}

int vigil_nl_feature_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	return dump_details(skb, cb, vigil_feature_get_nl_policy, dump_feature);
}

int vigil_nl_cell_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_details(skb, cb, vigil_cell_get_nl_policy, dump_cell);
}
