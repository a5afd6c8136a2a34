/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the bytes of netlink messages to records; no sockets here.
 */
#ifndef VIGIL_RECORD_H
#define VIGIL_RECORD_H

#include <libmnl/libmnl.h>

#include "schema.h"

struct vigil_record *vigil_record_parse(const struct vigil_set *set,
					const void *data, size_t length);
int vigil_message_parse(const struct nlmsghdr *nlh, const char **name,
			struct vigil_record **record);
const char *vigil_extack_parse(const struct nlmsghdr *nlh, int *error);

#endif /* VIGIL_RECORD_H */
