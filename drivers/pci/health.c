// SPDX-License-Identifier: GPL-2.0
/*
 * Health of functions: collects the signs, judge.h weighs them.
 *
 * Every sign has a way out. Rates slide out of their window; a fatal error is
 * forgotten when the function has been quiet for policy quiet_s, or after a
 * recovery that was verified; an absent function is back when it answers.
 */
#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "pci.h"

/**
 * vigil_pci_now_s() - Now, for what is remembered of functions.
 *
 * Context: Any.
 * Return: seconds since boot.
 */
u64 vigil_pci_now_s(void)
{
	return ktime_get_boottime_seconds();
}

static void forget_old_locked(struct vigil_pci_function *function, u64 now_s)
{
	lockdep_assert_held(&function->lock);

	if (function->fatal && now_s - function->last_error_s >=
	    vigil_pci_policy(function, VIGIL_PCI_QUIET_S))
		function->fatal = false;
}

static void collect_locked(struct vigil_pci_function *function,
			   struct vigil_pci_signs *signs)
{
	u32 window_s = vigil_pci_policy(function, VIGIL_PCI_WINDOW_S);
	u64 now_s = vigil_pci_now_s();

	lockdep_assert_held(&function->lock);

	forget_old_locked(function, now_s);
	*signs = (struct vigil_pci_signs) {
		.unplugged = function->unplugged,
		.absent = function->absent_polls > 1,
		.driverless = function->driverless,
		.gave_up = function->gave_up,
		.fatal = function->fatal,
		.nonfatal = vigil_pci_rate_sum(&function->nonfatal, now_s,
					       window_s),
		.corrected = vigil_pci_rate_sum(&function->corrected, now_s,
						window_s),
		.corrected_max = vigil_pci_policy(function,
						  VIGIL_PCI_CORRECTED_MAX),
		.link = function->link,
	};
	signs->link.expected_lanes =
		vigil_pci_policy(function, VIGIL_PCI_LANES_EXPECTED);
	signs->link.judge_speed =
		vigil_pci_policy(function, VIGIL_PCI_JUDGE_SPEED);
}

/**
 * vigil_pci_rejudge_locked() - Come to a verdict, and tell it if it is new.
 * @function: the function
 *
 * Context: function->lock held; takes notify.lock of the core, may sleep.
 */
void vigil_pci_rejudge_locked(struct vigil_pci_function *function)
{
	struct vigil_pci_verdict verdict;
	struct vigil_pci_signs signs;

	lockdep_assert_held(&function->lock);

	collect_locked(function, &signs);
	vigil_pci_judge(&signs, &verdict);
	if (verdict.link_degraded && !function->link_degraded)
		vigil_component_count(function->component,
				      VIGIL_PCI_LINK_DEGRADATIONS, 1);
	function->link_degraded = verdict.link_degraded;
	function->health = verdict.health;

	/* The reason is the isolation's as long as there is one. */
	if (vigil_component_isolation(function->component) ==
	    VIGIL_ISOLATION_NONE || verdict.health != VIGIL_HEALTH_HEALTHY) {
		vigil_component_set_health(function->component, verdict.health,
					   verdict.reason);
		vigil_component_set_advice(function->component, verdict.advice,
					   verdict.reason);
	}
	vigil_pci_auto_consider_locked(function);
}

/**
 * vigil_pci_forgive_locked() - Forget what was before a verified recovery.
 * @function: the function
 *
 * Context: function->lock held.
 */
void vigil_pci_forgive_locked(struct vigil_pci_function *function)
{
	lockdep_assert_held(&function->lock);

	function->fatal = false;
	function->gave_up = false;
	function->driverless = false;
	function->absent_polls = 0;
	memset(&function->corrected, 0, sizeof(function->corrected));
	memset(&function->nonfatal, 0, sizeof(function->nonfatal));
}

static void take_errors(struct vigil_pci_function *function, u32 *errors)
{
	unsigned int i;

	for (i = 0; i < VIGIL_PCI_NR_SEVERITIES; i++)
		errors[i] = atomic_xchg(&function->new_errors[i], 0);
}

/* Some tenths of a second after the first of them, so that a storm is one. */
static void judge_errors(struct work_struct *work)
{
	struct vigil_pci_function *function =
		container_of(to_delayed_work(work), struct vigil_pci_function,
			     errors);
	u32 window_s = vigil_pci_policy(function, VIGIL_PCI_WINDOW_S);
	u32 errors[VIGIL_PCI_NR_SEVERITIES];
	u64 now_s = vigil_pci_now_s();
	u32 uncorrected;

	take_errors(function, errors);
	uncorrected = errors[VIGIL_PCI_NONFATAL] + errors[VIGIL_PCI_FATAL];
	mutex_lock(&function->lock);
	function->last_error_s = now_s;
	vigil_pci_rate_add(&function->corrected, now_s, window_s,
			   errors[VIGIL_PCI_CORRECTABLE]);
	vigil_pci_rate_add(&function->nonfatal, now_s, window_s,
			   errors[VIGIL_PCI_NONFATAL]);
	if (errors[VIGIL_PCI_FATAL])
		function->fatal = true;
	vigil_pci_rejudge_locked(function);
	mutex_unlock(&function->lock);

	if (errors[VIGIL_PCI_CORRECTABLE])
		vigil_component_event(function->component,
				      VIGIL_EVENT_KIND_CORRECTED_ERROR,
				      errors[VIGIL_PCI_CORRECTABLE]);
	if (uncorrected)
		vigil_component_event(function->component,
				      VIGIL_EVENT_KIND_UNCORRECTED_ERROR,
				      uncorrected);
}

/**
 * vigil_pci_health_init() - Prepare a new function.
 * @function: the function
 *
 * Context: Any, before anybody else can see it.
 */
void vigil_pci_health_init(struct vigil_pci_function *function)
{
	INIT_DELAYED_WORK(&function->errors, judge_errors);
}
