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
#define VIGIL_OPERATION_SIZE	(256 + VIGIL_NAME_MAX + 2 * VIGIL_REASON_MAX)
#define VIGIL_EVENT_SIZE	(128 + VIGIL_NAME_MAX)

extern struct genl_family vigil_netlink_family;

/* message.c */
int vigil_put_component(struct sk_buff *skb, struct vigil_component *component);
int vigil_put_operation(struct sk_buff *skb, struct vigil_operation *operation,
			bool address);

/* netlink.c */
bool vigil_netlink_has_listeners(void);
void vigil_netlink_multicast(struct sk_buff *skb);
void vigil_netlink_lost(void);

#endif /* _VIGIL_MESSAGE_H */
