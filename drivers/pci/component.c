// SPDX-License-Identifier: GPL-2.0
/*
 * How a function shows in Vigil: "pci-<domain>:<bus>:<device>.<function>", its
 * counters and policies.
 *
 * A policy that says when something is looked at, or what is good enough, has
 * the function looked at again at once.
 *
 * Locks: none of its own. The callbacks run with no lock of the core held.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/module.h>

#include "pci.h"

#define DAY_S	86400

static struct vigil_pci_link_signs link_of(struct vigil_pci_function *function)
{
	struct vigil_pci_link_signs link;

	mutex_lock(&function->lock);
	link = function->link;
	mutex_unlock(&function->lock);
	return link;
}

static u64 read_lanes(struct vigil_component *component, void *priv)
{
	return link_of(priv).now.lanes;
}

static u64 read_lanes_capable(struct vigil_component *component, void *priv)
{
	return link_of(priv).capable.lanes;
}

static u64 read_speed(struct vigil_component *component, void *priv)
{
	return link_of(priv).now.speed_mtps;
}

static u64 read_speed_capable(struct vigil_component *component, void *priv)
{
	return link_of(priv).capable.speed_mtps;
}

/* What the kernel believes; the function is not asked, it may be asleep. */
static u64 read_power_state(struct vigil_component *component, void *priv)
{
	struct pci_dev *pdev = vigil_pci_get(priv);
	pci_power_t state = pdev ? pdev->current_state : PCI_UNKNOWN;

	pci_dev_put(pdev);
	return (__force u64)state;
}

static const struct vigil_counter_desc counters[VIGIL_PCI_NR_COUNTERS] = {
	[VIGIL_PCI_RECOVERIES] = { .name = "recoveries" },
	[VIGIL_PCI_RECOVERIES_FAILED] = { .name = "recoveries_failed" },
	[VIGIL_PCI_LINK_DEGRADATIONS] = { .name = "link_degradations" },
	[VIGIL_PCI_LINK_LANES] = {
		.name = "link_lanes", .read = read_lanes,
	},
	[VIGIL_PCI_LINK_LANES_CAPABLE] = {
		.name = "link_lanes_capable", .read = read_lanes_capable,
	},
	[VIGIL_PCI_LINK_SPEED] = {
		.name = "link_speed_mtps", .read = read_speed,
	},
	[VIGIL_PCI_LINK_SPEED_CAPABLE] = {
		.name = "link_speed_mtps_capable", .read = read_speed_capable,
	},
	[VIGIL_PCI_POWER_STATE] = {
		.name = "power_state", .read = read_power_state,
	},
	[VIGIL_PCI_AER_CORRECTABLE] = { .name = "aer_correctable" },
	[VIGIL_PCI_AER_NONFATAL] = { .name = "aer_nonfatal" },
	[VIGIL_PCI_AER_FATAL] = { .name = "aer_fatal" },
};

static void set_policy(struct vigil_pci_function *function,
		       enum vigil_pci_policy policy, u64 value)
{
	WRITE_ONCE(function->policies[policy], value);
	vigil_pci_auto_policy_changed(function);
	vigil_pci_arm(function, &function->poll, 0);
}

#define VIGIL_PCI_GETTER(name, policy)					\
static u64 get_##name(struct vigil_component *component, void *priv)	\
{									\
	return vigil_pci_policy(priv, policy);				\
}

#define VIGIL_PCI_SETTER(name, policy)					\
static int set_##name(struct vigil_component *component, void *priv,	\
		      u64 value)					\
{									\
	set_policy(priv, policy, value);				\
	return 0;							\
}

VIGIL_PCI_GETTER(poll_s, VIGIL_PCI_POLL_S)
VIGIL_PCI_SETTER(poll_s, VIGIL_PCI_POLL_S)
VIGIL_PCI_GETTER(corrected_max, VIGIL_PCI_CORRECTED_MAX)
VIGIL_PCI_SETTER(corrected_max, VIGIL_PCI_CORRECTED_MAX)
VIGIL_PCI_GETTER(window_s, VIGIL_PCI_WINDOW_S)
VIGIL_PCI_SETTER(window_s, VIGIL_PCI_WINDOW_S)
VIGIL_PCI_GETTER(quiet_s, VIGIL_PCI_QUIET_S)
VIGIL_PCI_SETTER(quiet_s, VIGIL_PCI_QUIET_S)
VIGIL_PCI_GETTER(link_lanes_expected, VIGIL_PCI_LANES_EXPECTED)
VIGIL_PCI_SETTER(link_lanes_expected, VIGIL_PCI_LANES_EXPECTED)
VIGIL_PCI_GETTER(link_judge_speed, VIGIL_PCI_JUDGE_SPEED)
VIGIL_PCI_SETTER(link_judge_speed, VIGIL_PCI_JUDGE_SPEED)
VIGIL_PCI_GETTER(isolate_method, VIGIL_PCI_ISOLATE_METHOD)
VIGIL_PCI_SETTER(isolate_method, VIGIL_PCI_ISOLATE_METHOD)
VIGIL_PCI_GETTER(auto_recover, VIGIL_PCI_AUTO_RECOVER)
VIGIL_PCI_SETTER(auto_recover, VIGIL_PCI_AUTO_RECOVER)
VIGIL_PCI_GETTER(grace_ms, VIGIL_PCI_GRACE_MS)
VIGIL_PCI_SETTER(grace_ms, VIGIL_PCI_GRACE_MS)
VIGIL_PCI_GETTER(burst, VIGIL_PCI_BURST)
VIGIL_PCI_SETTER(burst, VIGIL_PCI_BURST)
VIGIL_PCI_GETTER(burst_s, VIGIL_PCI_BURST_S)
VIGIL_PCI_SETTER(burst_s, VIGIL_PCI_BURST_S)
VIGIL_PCI_GETTER(give_up, VIGIL_PCI_GIVE_UP)
VIGIL_PCI_SETTER(give_up, VIGIL_PCI_GIVE_UP)

static const struct vigil_policy_desc policies[VIGIL_PCI_NR_POLICIES] = {
	[VIGIL_PCI_POLL_S] = {
		.name = "poll_s",
		.minimum = 1,
		.maximum = DAY_S,
		.get = get_poll_s,
		.set = set_poll_s,
	},
	[VIGIL_PCI_CORRECTED_MAX] = {
		.name = "corrected_max",
		.maximum = U32_MAX,
		.get = get_corrected_max,
		.set = set_corrected_max,
	},
	[VIGIL_PCI_WINDOW_S] = {
		.name = "window_s",
		.minimum = 1,
		.maximum = 30 * DAY_S,
		.get = get_window_s,
		.set = set_window_s,
	},
	[VIGIL_PCI_QUIET_S] = {
		.name = "quiet_s",
		.minimum = 1,
		.maximum = 30 * DAY_S,
		.get = get_quiet_s,
		.set = set_quiet_s,
	},
	[VIGIL_PCI_LANES_EXPECTED] = {
		.name = "link_lanes_expected",
		.maximum = 32,
		.get = get_link_lanes_expected,
		.set = set_link_lanes_expected,
	},
	[VIGIL_PCI_JUDGE_SPEED] = {
		.name = "link_judge_speed",
		.maximum = 1,
		.get = get_link_judge_speed,
		.set = set_link_judge_speed,
	},
	[VIGIL_PCI_ISOLATE_METHOD] = {
		.name = "isolate_method",
		.minimum = VIGIL_METHOD_UNBIND,
		.maximum = VIGIL_METHOD_REMOVE,
		.get = get_isolate_method,
		.set = set_isolate_method,
	},
	[VIGIL_PCI_AUTO_RECOVER] = {
		.name = "auto_recover",
		.maximum = 1,
		.get = get_auto_recover,
		.set = set_auto_recover,
	},
	[VIGIL_PCI_GRACE_MS] = {
		.name = "grace_ms",
		.maximum = 3600000,
		.get = get_grace_ms,
		.set = set_grace_ms,
	},
	[VIGIL_PCI_BURST] = {
		.name = "burst",
		.minimum = 1,
		.maximum = VIGIL_PCI_BURST_MAX,
		.get = get_burst,
		.set = set_burst,
	},
	[VIGIL_PCI_BURST_S] = {
		.name = "burst_s",
		.minimum = 1,
		.maximum = DAY_S,
		.get = get_burst_s,
		.set = set_burst_s,
	},
	[VIGIL_PCI_GIVE_UP] = {
		.name = "give_up",
		.minimum = 1,
		.maximum = 1000,
		.get = get_give_up,
		.set = set_give_up,
	},
};

static const u32 defaults[VIGIL_PCI_NR_POLICIES] = {
	[VIGIL_PCI_POLL_S] = 30,
	[VIGIL_PCI_CORRECTED_MAX] = 100,
	[VIGIL_PCI_WINDOW_S] = 3600,
	[VIGIL_PCI_QUIET_S] = 3600,
	[VIGIL_PCI_ISOLATE_METHOD] = VIGIL_METHOD_UNBIND,
	[VIGIL_PCI_GRACE_MS] = 5000,
	[VIGIL_PCI_BURST] = 3,
	[VIGIL_PCI_BURST_S] = 3600,
	[VIGIL_PCI_GIVE_UP] = 5,
};

#define FUNCTION_METHODS						\
	(BIT(VIGIL_METHOD_UNBIND) | BIT(VIGIL_METHOD_REMOVE) |		\
	 BIT(VIGIL_METHOD_DRIVER_RESET) |				\
	 BIT(VIGIL_METHOD_FUNCTION_RESET) | BIT(VIGIL_METHOD_REBIND) |	\
	 BIT(VIGIL_METHOD_BUS_RESET) | BIT(VIGIL_METHOD_RESCAN))

/* What is below a port goes on without the port's driver. */
#define PORT_METHODS							\
	(BIT(VIGIL_METHOD_REMOVE) | BIT(VIGIL_METHOD_BUS_RESET) |	\
	 BIT(VIGIL_METHOD_RESCAN))

#define GUARDS								\
	(BIT(VIGIL_GUARD_ROOT_DEVICE) | BIT(VIGIL_GUARD_MOUNTED) |	\
	 BIT(VIGIL_GUARD_SWAP) | BIT(VIGIL_GUARD_DEFAULT_ROUTE) |	\
	 BIT(VIGIL_GUARD_VIRTUAL_FUNCTIONS) | BIT(VIGIL_GUARD_VFIO))

/**
 * vigil_pci_component_register() - Show a function to the world.
 * @function: the function
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno.
 */
int vigil_pci_component_register(struct vigil_pci_function *function)
{
	struct vigil_component_desc desc = {
		.class = VIGIL_CLASS_PCI,
		.instance = function->instance,
		.label = function->label,
		.owner = THIS_MODULE,
		.verbs = BIT(VIGIL_VERB_ISOLATE) | BIT(VIGIL_VERB_RELEASE) |
			 BIT(VIGIL_VERB_RECOVER) | BIT(VIGIL_VERB_TEST),
		.methods = function->is_port ? PORT_METHODS : FUNCTION_METHODS,
		.guards = GUARDS,
		.ops = &vigil_pci_ops,
		.counters = counters,
		.nr_counters = function->has_aer ? VIGIL_PCI_NR_COUNTERS :
						   VIGIL_PCI_NR_PLAIN_COUNTERS,
		.policies = policies,
		.nr_policies = ARRAY_SIZE(policies),
		.priv = function,
	};
	struct vigil_component *component;

	memcpy(function->policies, defaults, sizeof(defaults));
	if (function->is_port)
		function->policies[VIGIL_PCI_ISOLATE_METHOD] =
			VIGIL_METHOD_REMOVE;
	if (function->parent)
		desc.parent = function->parent->component;

	component = vigil_component_register(&desc);
	if (IS_ERR(component))
		return PTR_ERR(component);
	mutex_lock(&function->lock);
	function->component = component;
	vigil_pci_rejudge_locked(function);
	mutex_unlock(&function->lock);
	return 0;
}
