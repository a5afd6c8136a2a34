/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vigil.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_VIGIL_GEN_H
#define _LINUX_VIGIL_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/vigil.h>

/* Common nested types */
extern const struct nla_policy vigil_value_nl_policy[VIGIL_A_VALUE_PAD + 1];

extern const struct nla_policy vigil_component_get_nl_policy[VIGIL_A_COMPONENT_ATTENTION + 1];

extern const struct nla_policy vigil_isolate_nl_policy[VIGIL_A_OPERATION_TIMEOUT_MS + 1];

extern const struct nla_policy vigil_release_nl_policy[VIGIL_A_OPERATION_TIMEOUT_MS + 1];

extern const struct nla_policy vigil_operation_get_nl_policy[VIGIL_A_OPERATION_ID + 1];

extern const struct nla_policy vigil_policy_set_nl_policy[VIGIL_A_COMPONENT_POLICY + 1];

extern const struct nla_policy vigil_feature_get_nl_policy[VIGIL_A_FEATURE_WINDOW_SECONDS + 1];

extern const struct nla_policy vigil_cell_get_nl_policy[VIGIL_A_CELL_COMPONENT + 1];

extern const struct nla_policy vigil_source_get_nl_policy[VIGIL_A_SOURCE_NAME + 1];

extern const struct nla_policy vigil_frame_get_nl_policy[VIGIL_A_FRAME_ADDRESS + 1];

extern const struct nla_policy vigil_audit_get_nl_policy[VIGIL_A_AUDIT_COMPONENT + 1];

extern const struct nla_policy vigil_model_get_nl_policy[VIGIL_A_MODEL_SUBJECT + 1];

extern const struct nla_policy vigil_model_load_nl_policy[VIGIL_A_MODEL_DATA + 1];

extern const struct nla_policy vigil_model_unload_nl_policy[VIGIL_A_MODEL_SUBJECT + 1];

extern const struct nla_policy vigil_recover_nl_policy[VIGIL_A_OPERATION_TIMEOUT_MS + 1];

extern const struct nla_policy vigil_test_nl_policy[VIGIL_A_OPERATION_TIMEOUT_MS + 1];

extern const struct nla_policy vigil_agent_register_nl_policy[VIGIL_A_AGENT_TTL_MS + 1];

extern const struct nla_policy vigil_agent_get_nl_policy[VIGIL_A_AGENT_NAME + 1];

extern const struct nla_policy vigil_agent_add_nl_policy[VIGIL_A_AGENT_COUNTER + 1];

extern const struct nla_policy vigil_agent_remove_nl_policy[VIGIL_A_AGENT_COMPONENT + 1];

extern const struct nla_policy vigil_agent_report_nl_policy[VIGIL_A_AGENT_REASON + 1];

extern const struct nla_policy vigil_agent_answer_nl_policy[VIGIL_A_AGENT_MESSAGE + 1];

/* Ops table for vigil */
extern const struct genl_ops vigil_nl_ops[21];

int vigil_nl_component_get_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_component_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int vigil_nl_isolate_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_release_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_operation_get_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_operation_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int vigil_nl_policy_set_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_feature_get_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_feature_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int vigil_nl_cell_get_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_cell_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vigil_nl_source_get_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_source_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int vigil_nl_frame_get_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_frame_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vigil_nl_audit_get_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_audit_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vigil_nl_model_get_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_model_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vigil_nl_model_load_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_model_unload_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_recover_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_test_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_agent_register_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_agent_get_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_agent_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vigil_nl_agent_add_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_agent_remove_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_agent_report_doit(struct sk_buff *skb, struct genl_info *info);
int vigil_nl_agent_answer_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	VIGIL_NLGRP_EVENTS,
};

#endif /* _LINUX_VIGIL_GEN_H */
