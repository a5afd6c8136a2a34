// SPDX-License-Identifier: GPL-2.0
/* A devlink parameter's set explains what it refuses (v6.10). */
#include <net/devlink.h>

extern int probe_set(struct devlink *devlink, u32 id,
		     struct devlink_param_gset_ctx *ctx,
		     struct netlink_ext_ack *extack);

const struct devlink_param probe_param = {
	.set = probe_set,
};
