// SPDX-License-Identifier: GPL-2.0
/*
 * Errors of PCI Express functions: tracepoint aer_event, found by name because
 * it is not exported. It is passed both where the kernel handles errors itself
 * and where firmware reports them.
 *
 * The probe counts and queues a work, nothing else. A function whose place has
 * no component only counts as an event of the source.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/aer.h>
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/vigil/source.h>

#include <compat/aer_event.h>

#include "pci.h"

/* How long errors are collected before they are judged. */
#define COLLECT	(HZ / 10)

static struct tracepoint *event;	/* set by start, NULL: there is none */
static atomic64_t nr_events;
static atomic64_t last_event_s;		/* boot time, 0: none yet */

static const struct {
	enum vigil_pci_counter counter;
	enum vigil_pci_severity severity;
} kinds[] = {
	[AER_NONFATAL] = { VIGIL_PCI_AER_NONFATAL, VIGIL_PCI_NONFATAL },
	[AER_FATAL] = { VIGIL_PCI_AER_FATAL, VIGIL_PCI_FATAL },
	[AER_CORRECTABLE] = { VIGIL_PCI_AER_CORRECTABLE,
			      VIGIL_PCI_CORRECTABLE },
};

static void count(struct vigil_pci_function *function, u8 severity)
{
	vigil_component_count(function->component, kinds[severity].counter, 1);
	atomic_inc(&function->new_errors[kinds[severity].severity]);
	/* Not by vigil_pci_arm(), which sleeps: forget() waits for RCU first. */
	queue_delayed_work(vigil_pci_wq, &function->errors, COLLECT);
}

static void probe_event(void *data, const char *name, const u32 status,
			const u8 severity, const u8 tlp_header_valid,
			struct compat_aer_tlp_log *tlp)
{
	struct vigil_pci_function *function;
	unsigned int domain, bus, slot, number;

	atomic64_inc(&nr_events);
	atomic64_set(&last_event_s, vigil_pci_now_s() ?: 1);
	if (severity >= ARRAY_SIZE(kinds) ||
	    sscanf(name, "%x:%x:%x.%x", &domain, &bus, &slot, &number) != 4)
		return;

	rcu_read_lock();
	function = vigil_pci_find_rcu(vigil_pci_key(domain, bus,
						    PCI_DEVFN(slot, number)));
	if (function)
		count(function, severity);
	rcu_read_unlock();
}

static void read_source(struct vigil_source *source,
			struct vigil_source_info *info)
{
	u64 spoke_s = atomic64_read(&last_event_s);

	info->events = atomic64_read(&nr_events);
	info->spoke = spoke_s;
	info->quiet_s = spoke_s ? vigil_pci_now_s() - spoke_s : 0;
}

static void look_at(struct tracepoint *tp, void *priv)
{
	if (!strcmp(tp->name, "aer_event"))
		event = tp;
}

static int start(void)
{
	check_trace_callback_type_aer_event(probe_event);

	for_each_kernel_tracepoint(look_at, NULL);
	return event ? tracepoint_probe_register(event, probe_event, NULL) :
		       -ENOENT;
}

static void stop(void)
{
	tracepoint_probe_unregister(event, probe_event, NULL);
	tracepoint_synchronize_unregister();
}

static struct vigil_source source = {
	.name = "pci-aer",
	.start = start,
	.stop = stop,
	.read = read_source,
};

/**
 * vigil_pci_aer_armed() - Whether errors are listened to.
 *
 * Context: Any, after vigil_pci_aer_start().
 * Return: true if they are.
 */
bool vigil_pci_aer_armed(void)
{
	return source.state == VIGIL_SOURCE_STATE_ARMED;
}

/**
 * vigil_pci_aer_start() - Listen to errors.
 *
 * A kernel without the tracepoint is no error, the source says so.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno.
 */
int vigil_pci_aer_start(void)
{
	return vigil_source_start(&source);
}

/**
 * vigil_pci_aer_stop() - Stop listening.
 *
 * Context: Process context, may sleep. The probe does not run after it.
 */
void vigil_pci_aer_stop(void)
{
	vigil_source_stop(&source);
}
