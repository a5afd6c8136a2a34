/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages such as the kernel sends, for tests of what reads them.
 */
#ifndef VIGIL_UNIT_MESSAGE_H
#define VIGIL_UNIT_MESSAGE_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/vigil.h>

/* The family's number; any will do. */
#define MESSAGE_FAMILY 0x21
#define MESSAGE_BYTES 4096

static inline struct nlmsghdr *message_begin(void *buffer, uint8_t command)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = MESSAGE_FAMILY;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	return nlh;
}

static inline void message_value(struct nlmsghdr *nlh, uint16_t attribute,
				 const char *name, uint64_t value)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attribute);

	mnl_attr_put_strz(nlh, VIGIL_A_VALUE_NAME, name);
	mnl_attr_put_u64(nlh, VIGIL_A_VALUE_VALUE, value);
	mnl_attr_nest_end(nlh, nest);
}

/* A node's memory that has everything that a component can have. */
static inline struct nlmsghdr *message_component(void *buffer)
{
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_COMPONENT_GET);

	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_ID, 3);
	mnl_attr_put_strz(nlh, VIGIL_A_COMPONENT_NAME, "memory-0");
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_CLASS, VIGIL_CLASS_MEMORY);
	mnl_attr_put_u64(nlh, VIGIL_A_COMPONENT_SEQ, UINT64_MAX);
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_HEALTH, VIGIL_HEALTH_DEGRADED);
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_ISOLATION,
			 VIGIL_ISOLATION_PARTIAL);
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_ADVICE, VIGIL_ADVICE_WATCH);
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_RISK_PERMILLE, 250);
	mnl_attr_put_strz(nlh, VIGIL_A_COMPONENT_RISK_MODEL, "forest-1");
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_OWNER, VIGIL_OWNER_VIGIL);
	mnl_attr_put_strz(nlh, VIGIL_A_COMPONENT_REASON,
			  "2 errors in a page \"hot\"\n\033[2J");
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_VERBS,
			 1 << VIGIL_VERB_ISOLATE | 1 << VIGIL_VERB_RELEASE);
	message_value(nlh, VIGIL_A_COMPONENT_COUNTER, "corrected_errors", 12);
	message_value(nlh, VIGIL_A_COMPONENT_COUNTER, "pages_offlined", 1);
	message_value(nlh, VIGIL_A_COMPONENT_POLICY, "page_ce_threshold", 2);
	return nlh;
}

#endif /* VIGIL_UNIT_MESSAGE_H */
