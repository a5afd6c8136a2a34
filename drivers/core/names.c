// SPDX-License-Identifier: GPL-2.0
/*
 * Names of what the uapi numbers, as sysfs and uevents show them. They are the
 * specification's; an assertion fails when it has grown.
 */
#include <linux/build_bug.h>

#include "core.h"

const char * const vigil_class_names[] = {
	[VIGIL_CLASS_MEMORY]	= "memory",
	[VIGIL_CLASS_DIMM]	= "dimm",
	[VIGIL_CLASS_CPU]	= "cpu",
	[VIGIL_CLASS_PCI]	= "pci",
	[VIGIL_CLASS_HUGEPOOL]	= "hugepool",
	[VIGIL_CLASS_WEIGHTS]	= "weights",
	[VIGIL_CLASS_AGENT]	= "agent",
	[VIGIL_CLASS_MACHINE]	= "machine",
};

static_assert(ARRAY_SIZE(vigil_class_names) == VIGIL_CLASS_MAX + 1);

const char * const vigil_health_names[] = {
	[VIGIL_HEALTH_UNKNOWN]	= "unknown",
	[VIGIL_HEALTH_HEALTHY]	= "healthy",
	[VIGIL_HEALTH_DEGRADED]	= "degraded",
	[VIGIL_HEALTH_FAILING]	= "failing",
	[VIGIL_HEALTH_FAILED]	= "failed",
};

static_assert(ARRAY_SIZE(vigil_health_names) == VIGIL_HEALTH_MAX + 1);

const char * const vigil_isolation_names[] = {
	[VIGIL_ISOLATION_NONE]		= "none",
	[VIGIL_ISOLATION_PENDING]	= "pending",
	[VIGIL_ISOLATION_ISOLATED]	= "isolated",
	[VIGIL_ISOLATION_PARTIAL]	= "partial",
};

static_assert(ARRAY_SIZE(vigil_isolation_names) == VIGIL_ISOLATION_MAX + 1);

const char * const vigil_advice_names[] = {
	[VIGIL_ADVICE_NONE]	= "none",
	[VIGIL_ADVICE_WATCH]	= "watch",
	[VIGIL_ADVICE_ISOLATE]	= "isolate",
	[VIGIL_ADVICE_DRAIN]	= "drain",
	[VIGIL_ADVICE_REPLACE]	= "replace",
};

static_assert(ARRAY_SIZE(vigil_advice_names) == VIGIL_ADVICE_MAX + 1);

const char * const vigil_owner_names[] = {
	[VIGIL_OWNER_NONE]	= "none",
	[VIGIL_OWNER_VIGIL]	= "vigil",
	[VIGIL_OWNER_EXTERNAL]	= "external",
};

static_assert(ARRAY_SIZE(vigil_owner_names) == VIGIL_OWNER_MAX + 1);

const char * const vigil_verb_names[] = {
	[VIGIL_VERB_ISOLATE]	= "isolate",
	[VIGIL_VERB_RELEASE]	= "release",
	[VIGIL_VERB_RECOVER]	= "recover",
	[VIGIL_VERB_TEST]	= "test",
};

static_assert(ARRAY_SIZE(vigil_verb_names) == VIGIL_VERB_MAX + 1);
