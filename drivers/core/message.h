/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the netlink family and what its messages contain.
 */
#ifndef _VIGIL_MESSAGE_H
#define _VIGIL_MESSAGE_H

#include <net/genetlink.h>
#include <uapi/linux/vigil.h>

struct vigil_component;
struct vigil_operation;

/* Upper bounds; the strings outweigh the rest. */
#define VIGIL_OPERATION_SIZE	(288 + VIGIL_NAME_MAX + VIGIL_OWNER_NAME_MAX + \
				 2 * VIGIL_REASON_MAX)
#define VIGIL_FINDINGS_SIZE	(VIGIL_OPERATION_SIZE +			\
				 (VIGIL_FINDINGS_MAX + 1) * (32 + VIGIL_REASON_MAX))
#define VIGIL_EVENT_SIZE	(128 + VIGIL_NAME_MAX)

extern struct genl_family vigil_netlink_family;

/* message.c */
int vigil_put_component(struct sk_buff *skb, struct vigil_component *component);
int vigil_put_operation(struct sk_buff *skb, struct vigil_operation *operation,
			bool address);
int vigil_put_findings(struct sk_buff *skb, struct vigil_operation *operation);
struct sk_buff *vigil_start_notification(size_t size, u8 cmd, void **header);
void vigil_finish_notification(struct sk_buff *skb, void *header, int err);

/* netlink.c */
bool vigil_netlink_has_listeners(void);
void vigil_netlink_multicast(struct sk_buff *skb);
void vigil_netlink_lost(void);

int vigil_nl_need_admin(const struct sk_buff *skb,
			struct netlink_ext_ack *extack);
int vigil_nl_may_change(const struct sk_buff *skb,
			struct netlink_ext_ack *extack);
int vigil_nl_check_attrs(struct genl_info *info);
struct vigil_component *vigil_nl_find_component(struct genl_info *info,
						const struct nlattr *name,
						const struct nlattr *id);
struct sk_buff *vigil_nl_start_reply(struct genl_info *info, size_t size,
				     void **header);
int vigil_nl_finish_reply(struct sk_buff *skb, struct genl_info *info,
			  void *header, int err);
int vigil_nl_refuse_doubled(const struct nlattr *head, int len,
			    struct netlink_ext_ack *extack);
void *vigil_nl_start_entry(struct sk_buff *skb, struct netlink_callback *cb,
			   u8 cmd);
int vigil_nl_finish_entry(struct sk_buff *skb, void *header, int err);
int vigil_nl_dump_result(struct sk_buff *skb, int err);

#endif /* _VIGIL_MESSAGE_H */
