// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vigil.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/vigil.h>

/* Common nested types */
const struct nla_policy vigil_value_nl_policy[VIGIL_A_VALUE_PAD + 1] = {
	[VIGIL_A_VALUE_NAME] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_VALUE_VALUE] = { .type = NLA_U64, },
	[VIGIL_A_VALUE_MINIMUM] = { .type = NLA_U64, },
	[VIGIL_A_VALUE_MAXIMUM] = { .type = NLA_U64, },
};

/* VIGIL_CMD_COMPONENT_GET - do */
const struct nla_policy vigil_component_get_nl_policy[VIGIL_A_COMPONENT_ATTENTION + 1] = {
	[VIGIL_A_COMPONENT_ID] = { .type = NLA_U32, },
	[VIGIL_A_COMPONENT_NAME] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_COMPONENT_CLASS] = NLA_POLICY_RANGE(NLA_U32, 1, 8),
	[VIGIL_A_COMPONENT_ATTENTION] = { .type = NLA_FLAG, },
};

/* VIGIL_CMD_ISOLATE - do */
const struct nla_policy vigil_isolate_nl_policy[VIGIL_A_OPERATION_TIMEOUT_MS + 1] = {
	[VIGIL_A_OPERATION_COMPONENT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_OPERATION_ADDRESS] = { .type = NLA_U64, },
	[VIGIL_A_OPERATION_REASON] = { .type = NLA_NUL_STRING, .len = VIGIL_REASON_MAX, },
	[VIGIL_A_OPERATION_DRY_RUN] = { .type = NLA_FLAG, },
	[VIGIL_A_OPERATION_METHOD] = NLA_POLICY_MAX(NLA_U32, 7),
	[VIGIL_A_OPERATION_OWNER] = { .type = NLA_NUL_STRING, .len = VIGIL_OWNER_NAME_MAX, },
	[VIGIL_A_OPERATION_OVERRIDE] = NLA_POLICY_MASK(NLA_U32, 0x7fff),
	[VIGIL_A_OPERATION_TIMEOUT_MS] = { .type = NLA_U32, },
};

/* VIGIL_CMD_RELEASE - do */
const struct nla_policy vigil_release_nl_policy[VIGIL_A_OPERATION_TIMEOUT_MS + 1] = {
	[VIGIL_A_OPERATION_COMPONENT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_OPERATION_ADDRESS] = { .type = NLA_U64, },
	[VIGIL_A_OPERATION_REASON] = { .type = NLA_NUL_STRING, .len = VIGIL_REASON_MAX, },
	[VIGIL_A_OPERATION_DRY_RUN] = { .type = NLA_FLAG, },
	[VIGIL_A_OPERATION_METHOD] = NLA_POLICY_MAX(NLA_U32, 7),
	[VIGIL_A_OPERATION_OWNER] = { .type = NLA_NUL_STRING, .len = VIGIL_OWNER_NAME_MAX, },
	[VIGIL_A_OPERATION_OVERRIDE] = NLA_POLICY_MASK(NLA_U32, 0x7fff),
	[VIGIL_A_OPERATION_TIMEOUT_MS] = { .type = NLA_U32, },
};

/* VIGIL_CMD_OPERATION_GET - do */
const struct nla_policy vigil_operation_get_nl_policy[VIGIL_A_OPERATION_ID + 1] = {
	[VIGIL_A_OPERATION_ID] = { .type = NLA_U64, },
};

/* VIGIL_CMD_POLICY_SET - do */
const struct nla_policy vigil_policy_set_nl_policy[VIGIL_A_COMPONENT_POLICY + 1] = {
	[VIGIL_A_COMPONENT_NAME] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_COMPONENT_POLICY] = NLA_POLICY_NESTED(vigil_value_nl_policy),
};

/* VIGIL_CMD_FEATURE_GET - do */
const struct nla_policy vigil_feature_get_nl_policy[VIGIL_A_FEATURE_WINDOW_SECONDS + 1] = {
	[VIGIL_A_FEATURE_COMPONENT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_FEATURE_NAME] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_FEATURE_WINDOW_SECONDS] = { .type = NLA_U32, },
};

/* VIGIL_CMD_CELL_GET - do */
const struct nla_policy vigil_cell_get_nl_policy[VIGIL_A_CELL_COMPONENT + 1] = {
	[VIGIL_A_CELL_COMPONENT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
};

/* VIGIL_CMD_SOURCE_GET - do */
const struct nla_policy vigil_source_get_nl_policy[VIGIL_A_SOURCE_NAME + 1] = {
	[VIGIL_A_SOURCE_NAME] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
};

/* VIGIL_CMD_FRAME_GET - do */
const struct nla_policy vigil_frame_get_nl_policy[VIGIL_A_FRAME_ADDRESS + 1] = {
	[VIGIL_A_FRAME_COMPONENT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_FRAME_ADDRESS] = { .type = NLA_U64, },
};

/* VIGIL_CMD_AUDIT_GET - do */
const struct nla_policy vigil_audit_get_nl_policy[VIGIL_A_AUDIT_COMPONENT + 1] = {
	[VIGIL_A_AUDIT_ID] = { .type = NLA_U64, },
	[VIGIL_A_AUDIT_COMPONENT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
};

/* VIGIL_CMD_MODEL_GET - do */
const struct nla_policy vigil_model_get_nl_policy[VIGIL_A_MODEL_SUBJECT + 1] = {
	[VIGIL_A_MODEL_SUBJECT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
};

/* VIGIL_CMD_MODEL_LOAD - do */
const struct nla_policy vigil_model_load_nl_policy[VIGIL_A_MODEL_DATA + 1] = {
	[VIGIL_A_MODEL_SUBJECT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_MODEL_DATA] = { .type = NLA_BINARY, },
};

/* VIGIL_CMD_MODEL_UNLOAD - do */
const struct nla_policy vigil_model_unload_nl_policy[VIGIL_A_MODEL_SUBJECT + 1] = {
	[VIGIL_A_MODEL_SUBJECT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
};

/* VIGIL_CMD_RECOVER - do */
const struct nla_policy vigil_recover_nl_policy[VIGIL_A_OPERATION_TIMEOUT_MS + 1] = {
	[VIGIL_A_OPERATION_COMPONENT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_OPERATION_ADDRESS] = { .type = NLA_U64, },
	[VIGIL_A_OPERATION_REASON] = { .type = NLA_NUL_STRING, .len = VIGIL_REASON_MAX, },
	[VIGIL_A_OPERATION_DRY_RUN] = { .type = NLA_FLAG, },
	[VIGIL_A_OPERATION_METHOD] = NLA_POLICY_MAX(NLA_U32, 7),
	[VIGIL_A_OPERATION_OWNER] = { .type = NLA_NUL_STRING, .len = VIGIL_OWNER_NAME_MAX, },
	[VIGIL_A_OPERATION_OVERRIDE] = NLA_POLICY_MASK(NLA_U32, 0x7fff),
	[VIGIL_A_OPERATION_TIMEOUT_MS] = { .type = NLA_U32, },
};

/* VIGIL_CMD_TEST - do */
const struct nla_policy vigil_test_nl_policy[VIGIL_A_OPERATION_TIMEOUT_MS + 1] = {
	[VIGIL_A_OPERATION_COMPONENT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_OPERATION_ADDRESS] = { .type = NLA_U64, },
	[VIGIL_A_OPERATION_REASON] = { .type = NLA_NUL_STRING, .len = VIGIL_REASON_MAX, },
	[VIGIL_A_OPERATION_DRY_RUN] = { .type = NLA_FLAG, },
	[VIGIL_A_OPERATION_METHOD] = NLA_POLICY_MAX(NLA_U32, 7),
	[VIGIL_A_OPERATION_OWNER] = { .type = NLA_NUL_STRING, .len = VIGIL_OWNER_NAME_MAX, },
	[VIGIL_A_OPERATION_OVERRIDE] = NLA_POLICY_MASK(NLA_U32, 0x7fff),
	[VIGIL_A_OPERATION_TIMEOUT_MS] = { .type = NLA_U32, },
};

/* VIGIL_CMD_AGENT_REGISTER - do */
const struct nla_policy vigil_agent_register_nl_policy[VIGIL_A_AGENT_TTL_MS + 1] = {
	[VIGIL_A_AGENT_NAME] = { .type = NLA_NUL_STRING, .len = VIGIL_OWNER_NAME_MAX, },
	[VIGIL_A_AGENT_TTL_MS] = { .type = NLA_U32, },
};

/* VIGIL_CMD_AGENT_GET - do */
const struct nla_policy vigil_agent_get_nl_policy[VIGIL_A_AGENT_NAME + 1] = {
	[VIGIL_A_AGENT_NAME] = { .type = NLA_NUL_STRING, .len = VIGIL_OWNER_NAME_MAX, },
};

/* VIGIL_CMD_AGENT_ADD - do */
const struct nla_policy vigil_agent_add_nl_policy[VIGIL_A_AGENT_COUNTER + 1] = {
	[VIGIL_A_AGENT_COMPONENT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_AGENT_LABEL] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_AGENT_PARENT_NAME] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_AGENT_VERBS] = { .type = NLA_U32, },
	[VIGIL_A_AGENT_COUNTER] = NLA_POLICY_NESTED(vigil_value_nl_policy),
};

/* VIGIL_CMD_AGENT_REMOVE - do */
const struct nla_policy vigil_agent_remove_nl_policy[VIGIL_A_AGENT_COMPONENT + 1] = {
	[VIGIL_A_AGENT_COMPONENT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
};

/* VIGIL_CMD_AGENT_REPORT - do */
const struct nla_policy vigil_agent_report_nl_policy[VIGIL_A_AGENT_REASON + 1] = {
	[VIGIL_A_AGENT_COMPONENT] = { .type = NLA_NUL_STRING, .len = VIGIL_NAME_MAX, },
	[VIGIL_A_AGENT_HEALTH] = NLA_POLICY_MAX(NLA_U32, 4),
	[VIGIL_A_AGENT_ADVICE] = NLA_POLICY_MAX(NLA_U32, 4),
	[VIGIL_A_AGENT_ISOLATION] = NLA_POLICY_MAX(NLA_U32, 3),
	[VIGIL_A_AGENT_RISK_PERMILLE] = { .type = NLA_U32, },
	[VIGIL_A_AGENT_RISK_MODEL] = { .type = NLA_NUL_STRING, },
	[VIGIL_A_AGENT_REASON] = { .type = NLA_NUL_STRING, .len = VIGIL_REASON_MAX, },
	[VIGIL_A_AGENT_COUNTER] = NLA_POLICY_NESTED(vigil_value_nl_policy),
};

/* VIGIL_CMD_AGENT_ANSWER - do */
const struct nla_policy vigil_agent_answer_nl_policy[VIGIL_A_AGENT_MESSAGE + 1] = {
	[VIGIL_A_AGENT_REQUEST] = { .type = NLA_U64, },
	[VIGIL_A_AGENT_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[VIGIL_A_AGENT_MESSAGE] = { .type = NLA_NUL_STRING, .len = VIGIL_REASON_MAX, },
};

/* Ops table for vigil */
const struct genl_ops vigil_nl_ops[21] = {
	{
		.cmd		= VIGIL_CMD_COMPONENT_GET,
		.doit		= vigil_nl_component_get_doit,
		.dumpit		= vigil_nl_component_get_dumpit,
		.policy		= vigil_component_get_nl_policy,
		.maxattr	= VIGIL_A_COMPONENT_ATTENTION,
	},
	{
		.cmd		= VIGIL_CMD_ISOLATE,
		.doit		= vigil_nl_isolate_doit,
		.policy		= vigil_isolate_nl_policy,
		.maxattr	= VIGIL_A_OPERATION_TIMEOUT_MS,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= VIGIL_CMD_RELEASE,
		.doit		= vigil_nl_release_doit,
		.policy		= vigil_release_nl_policy,
		.maxattr	= VIGIL_A_OPERATION_TIMEOUT_MS,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= VIGIL_CMD_OPERATION_GET,
		.doit		= vigil_nl_operation_get_doit,
		.dumpit		= vigil_nl_operation_get_dumpit,
		.policy		= vigil_operation_get_nl_policy,
		.maxattr	= VIGIL_A_OPERATION_ID,
	},
	{
		.cmd		= VIGIL_CMD_POLICY_SET,
		.doit		= vigil_nl_policy_set_doit,
		.policy		= vigil_policy_set_nl_policy,
		.maxattr	= VIGIL_A_COMPONENT_POLICY,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= VIGIL_CMD_FEATURE_GET,
		.doit		= vigil_nl_feature_get_doit,
		.dumpit		= vigil_nl_feature_get_dumpit,
		.policy		= vigil_feature_get_nl_policy,
		.maxattr	= VIGIL_A_FEATURE_WINDOW_SECONDS,
	},
	{
		.cmd		= VIGIL_CMD_CELL_GET,
		.doit		= vigil_nl_cell_get_doit,
		.dumpit		= vigil_nl_cell_get_dumpit,
		.policy		= vigil_cell_get_nl_policy,
		.maxattr	= VIGIL_A_CELL_COMPONENT,
	},
	{
		.cmd		= VIGIL_CMD_SOURCE_GET,
		.doit		= vigil_nl_source_get_doit,
		.dumpit		= vigil_nl_source_get_dumpit,
		.policy		= vigil_source_get_nl_policy,
		.maxattr	= VIGIL_A_SOURCE_NAME,
	},
	{
		.cmd		= VIGIL_CMD_FRAME_GET,
		.doit		= vigil_nl_frame_get_doit,
		.dumpit		= vigil_nl_frame_get_dumpit,
		.policy		= vigil_frame_get_nl_policy,
		.maxattr	= VIGIL_A_FRAME_ADDRESS,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= VIGIL_CMD_AUDIT_GET,
		.doit		= vigil_nl_audit_get_doit,
		.dumpit		= vigil_nl_audit_get_dumpit,
		.policy		= vigil_audit_get_nl_policy,
		.maxattr	= VIGIL_A_AUDIT_COMPONENT,
	},
	{
		.cmd		= VIGIL_CMD_MODEL_GET,
		.doit		= vigil_nl_model_get_doit,
		.dumpit		= vigil_nl_model_get_dumpit,
		.policy		= vigil_model_get_nl_policy,
		.maxattr	= VIGIL_A_MODEL_SUBJECT,
	},
	{
		.cmd		= VIGIL_CMD_MODEL_LOAD,
		.doit		= vigil_nl_model_load_doit,
		.policy		= vigil_model_load_nl_policy,
		.maxattr	= VIGIL_A_MODEL_DATA,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= VIGIL_CMD_MODEL_UNLOAD,
		.doit		= vigil_nl_model_unload_doit,
		.policy		= vigil_model_unload_nl_policy,
		.maxattr	= VIGIL_A_MODEL_SUBJECT,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= VIGIL_CMD_RECOVER,
		.doit		= vigil_nl_recover_doit,
		.policy		= vigil_recover_nl_policy,
		.maxattr	= VIGIL_A_OPERATION_TIMEOUT_MS,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= VIGIL_CMD_TEST,
		.doit		= vigil_nl_test_doit,
		.policy		= vigil_test_nl_policy,
		.maxattr	= VIGIL_A_OPERATION_TIMEOUT_MS,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= VIGIL_CMD_AGENT_REGISTER,
		.doit		= vigil_nl_agent_register_doit,
		.policy		= vigil_agent_register_nl_policy,
		.maxattr	= VIGIL_A_AGENT_TTL_MS,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= VIGIL_CMD_AGENT_GET,
		.doit		= vigil_nl_agent_get_doit,
		.dumpit		= vigil_nl_agent_get_dumpit,
		.policy		= vigil_agent_get_nl_policy,
		.maxattr	= VIGIL_A_AGENT_NAME,
	},
	{
		.cmd		= VIGIL_CMD_AGENT_ADD,
		.doit		= vigil_nl_agent_add_doit,
		.policy		= vigil_agent_add_nl_policy,
		.maxattr	= VIGIL_A_AGENT_COUNTER,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= VIGIL_CMD_AGENT_REMOVE,
		.doit		= vigil_nl_agent_remove_doit,
		.policy		= vigil_agent_remove_nl_policy,
		.maxattr	= VIGIL_A_AGENT_COMPONENT,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= VIGIL_CMD_AGENT_REPORT,
		.doit		= vigil_nl_agent_report_doit,
		.policy		= vigil_agent_report_nl_policy,
		.maxattr	= VIGIL_A_AGENT_REASON,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= VIGIL_CMD_AGENT_ANSWER,
		.doit		= vigil_nl_agent_answer_doit,
		.policy		= vigil_agent_answer_nl_policy,
		.maxattr	= VIGIL_A_AGENT_MESSAGE,
		.flags		= GENL_ADMIN_PERM,
	},
};

static const struct genl_multicast_group vigil_nl_mcgrps[] = {
	[VIGIL_NLGRP_EVENTS] = { "events", },
};
