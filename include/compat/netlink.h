/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refusals that are put together at run time.
 */
#ifndef _COMPAT_NETLINK_H
#define _COMPAT_NETLINK_H

#include <generated/vigil-compat.h>
#include <linux/atomic.h>
#include <linux/netlink.h>

#ifndef COMPAT_HAS_NL_SET_ERR_MSG_FMT
#define NETLINK_MAX_FMTMSG_LEN	80
#define COMPAT_ERR_MSG_SLOTS	64

/*
 * The message is read when the handler has returned, and such a kernel has no
 * place for it. It is spoiled when this many refusals of others come between.
 */
static inline char *compat_err_msg_slot(void)
{
	static char slots[COMPAT_ERR_MSG_SLOTS][NETLINK_MAX_FMTMSG_LEN];
	static atomic_t next;

	return slots[(u32)atomic_inc_return(&next) % COMPAT_ERR_MSG_SLOTS];
}

#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) do {			\
	struct netlink_ext_ack *__extack = (extack);			\
									\
	if (__extack) {							\
		char *__slot = compat_err_msg_slot();			\
									\
		snprintf(__slot, NETLINK_MAX_FMTMSG_LEN, fmt, ##args);	\
		__extack->_msg = __slot;				\
	}								\
} while (0)
#endif

#endif /* _COMPAT_NETLINK_H */
