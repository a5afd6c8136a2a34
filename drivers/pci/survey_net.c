// SPDX-License-Identifier: GPL-2.0
/*
 * Network devices on a function, and default routes that go through them.
 *
 * Routes are asked for as drivers that offload them do: a notifier is told the
 * first of each prefix when it registers; those behind it are looked at, too. A
 * default route counts, in use or standing by, wherever it is
 * (any table, any network namespace), with one or several next hops, through the
 * device itself or through something on top of it, a bond or a VLAN say.
 *
 * The notifier runs under RCU and only notes names.
 */
#include <linux/kernel.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/fib_notifier.h>
#include <net/ip6_fib.h>
#include <net/ip_fib.h>
#include <net/net_namespace.h>
#include <net/nexthop.h>

#include "pci.h"

/* Namespaces that are looked into; one function is hardly in more. */
#define NAMESPACES_MAX	16

struct route_scan {
	struct notifier_block nb;
	struct device *top;
	char via_v4[IFNAMSIZ];	/* "": no such route */
	char via_v6[IFNAMSIZ];
};

struct namespaces {
	struct net *nets[NAMESPACES_MAX];
	unsigned int nr;
	bool too_many;
};

static int is_below(struct net_device *dev, struct netdev_nested_priv *priv)
{
	return dev->dev.parent && vigil_pci_below(dev->dev.parent, priv->data);
}

/* Is the network device on the function, or stacked on one that is? */
static bool uses(struct net_device *dev, struct device *top)
{
	struct netdev_nested_priv priv = { .data = top };

	return is_below(dev, &priv) ||
	       netdev_walk_all_lower_dev_rcu(dev, is_below, &priv);
}

static void note(struct route_scan *scan, struct net_device *dev, char *via)
{
	if (dev && !via[0] && uses(dev, scan->top))
		strscpy(via, dev->name, IFNAMSIZ);
}

static void look_at_v4(struct route_scan *scan,
		       const struct fib_entry_notifier_info *entry)
{
	struct fib_nh_common *hop;
	int i;

	if (entry->dst_len || entry->type != RTN_UNICAST)
		return;
	for (i = 0; i < fib_info_num_path(entry->fi); i++) {
		/* A group of next hops may shrink meanwhile. */
		hop = fib_info_nhc(entry->fi, i);
		if (hop)
			note(scan, hop->nhc_dev, scan->via_v4);
	}
}

static int look_at_nh6(struct fib6_nh *nh, void *data)
{
	struct route_scan *scan = data;

	note(scan, nh->fib_nh_dev, scan->via_v6);
	return 0;
}

/* Told is the first of a prefix; siblings and other routers are behind it. */
static void look_at_v6(struct route_scan *scan,
		       const struct fib6_entry_notifier_info *entry)
{
	struct fib6_info *route = entry->rt;

	if (route->fib6_dst.plen)
		return;
	for (; route; route = rcu_dereference(route->fib6_next)) {
		if (route->fib6_type != RTN_UNICAST)
			continue;
		if (route->nh)
			nexthop_for_each_fib6_nh(route->nh, look_at_nh6, scan);
		else
			look_at_nh6(route->fib6_nh, scan);
	}
}

/* Context: Atomic, under RCU. */
static int look_at_route(struct notifier_block *nb, unsigned long event,
			 void *data)
{
	struct route_scan *scan = container_of(nb, struct route_scan, nb);
	struct fib_notifier_info *info = data;

	if (event != FIB_EVENT_ENTRY_REPLACE && event != FIB_EVENT_ENTRY_ADD &&
	    event != FIB_EVENT_ENTRY_APPEND)
		return NOTIFY_DONE;
	if (info->family == AF_INET)
		look_at_v4(scan, data);
	else if (IS_ENABLED(CONFIG_IPV6) && info->family == AF_INET6)
		look_at_v6(scan, data);
	return NOTIFY_DONE;
}

/*
 * Of one prefix IPv4 tells the first route only; one behind it is in use when the
 * first is for another TOS, or its link is down.
 */
static void look_behind_v4(struct route_scan *scan, struct net *net)
{
	struct net_device *dev;

	rcu_read_lock();
	for_each_netdev_rcu(net, dev) {
		struct flowi4 flow = {
			.flowi4_oif = dev->ifindex,
			.daddr = htonl(0xf0000001),	/* no other route fits */
		};
		struct fib_result result = { };

		if (!uses(dev, scan->top) ||
		    fib_lookup(net, &flow, &result, FIB_LOOKUP_IGNORE_LINKSTATE))
			continue;
		if (!result.prefixlen && result.type == RTN_UNICAST)
			note(scan, dev, scan->via_v4);
	}
	rcu_read_unlock();
}

static void survey_routes(struct vigil_pci_survey *survey, struct net *net)
{
	struct route_scan scan = {
		.nb.notifier_call = look_at_route,
		.top = &survey->pdev->dev,
	};
	int err = register_fib_notifier(net, &scan.nb, NULL, NULL);

	if (err) {
		vigil_pci_found(survey, VIGIL_GUARD_DEFAULT_ROUTE,
				"routes can't be read: error %d", err);
		return;
	}
	unregister_fib_notifier(net, &scan.nb);
	look_behind_v4(&scan, net);
	if (scan.via_v4[0])
		vigil_pci_found(survey, VIGIL_GUARD_DEFAULT_ROUTE,
				"the default route of IPv4 goes through %s",
				scan.via_v4);
	if (scan.via_v6[0])
		vigil_pci_found(survey, VIGIL_GUARD_DEFAULT_ROUTE,
				"the default route of IPv6 goes through %s",
				scan.via_v6);
}

static bool has_user_rcu(struct net *net, struct device *top)
{
	struct net_device *dev;

	for_each_netdev_rcu(net, dev)
		if (uses(dev, top))
			return true;
	return false;
}

/* With a reference on each. */
static void find_namespaces(struct namespaces *found, struct device *top)
{
	struct net *net;

	rcu_read_lock();
	for_each_net_rcu(net) {
		if (!has_user_rcu(net, top))
			continue;
		if (found->nr == NAMESPACES_MAX) {
			found->too_many = true;
			break;
		}
		if (maybe_get_net(net))
			found->nets[found->nr++] = net;
	}
	rcu_read_unlock();
}

static void survey_interfaces(struct vigil_pci_survey *survey,
			      struct net *net)
{
	struct net_device *dev;

	rtnl_lock();
	for_each_netdev(net, dev)
		if (dev->dev.parent &&
		    vigil_pci_below(dev->dev.parent, &survey->pdev->dev))
			vigil_pci_found(survey, VIGIL_GUARD_NONE,
					"network device %s is %s", dev->name,
					dev->flags & IFF_UP ? "up" : "down");
	rtnl_unlock();
}

/**
 * vigil_pci_survey_net() - Tell what networks would lose.
 * @survey: the function, and where to tell
 *
 * Context: Process context, may sleep; takes and releases the rtnl.
 */
void vigil_pci_survey_net(struct vigil_pci_survey *survey)
{
	struct namespaces found = { };

	find_namespaces(&found, &survey->pdev->dev);
	if (found.too_many)
		vigil_pci_found(survey, VIGIL_GUARD_DEFAULT_ROUTE,
				"it is in too many network namespaces to look into");
	while (found.nr) {
		struct net *net = found.nets[--found.nr];

		survey_interfaces(survey, net);
		survey_routes(survey, net);
		put_net(net);
	}
}
