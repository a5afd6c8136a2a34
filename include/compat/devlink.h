/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devlink, for the simulated device that benchmarks put beside the core.
 */
#ifndef _COMPAT_DEVLINK_H
#define _COMPAT_DEVLINK_H

#include <generated/vigil-compat.h>
#include <net/devlink.h>

/* Head of a parameter's set, which uses devlink, id and ctx. */
#ifdef COMPAT_HAS_DEVLINK_PARAM_SET_EXTACK
#define COMPAT_DEVLINK_PARAM_SET(name)					\
	name(struct devlink *devlink, u32 id,				\
	     struct devlink_param_gset_ctx *ctx,			\
	     struct netlink_ext_ack *extack)
#else
#define COMPAT_DEVLINK_PARAM_SET(name)					\
	name(struct devlink *devlink, u32 id,				\
	     struct devlink_param_gset_ctx *ctx)
#endif

static inline void
compat_port_reporter_destroy(struct devlink_health_reporter *reporter)
{
#ifdef COMPAT_HAS_DEVLINK_PORT_HEALTH_REPORTER_DESTROY
	devlink_port_health_reporter_destroy(reporter);
#else
	devlink_health_reporter_destroy(reporter);
#endif
}

#endif /* _COMPAT_DEVLINK_H */
