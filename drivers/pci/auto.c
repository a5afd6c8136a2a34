// SPDX-License-Identifier: GPL-2.0
/*
 * Automatic recovery: what failed is recovered without being asked.
 *
 * Off by default (policy auto_recover). When a function has failed, and still
 * has after grace_ms, in which the kernel's own recovery may be faster, a recover
 * is requested as a policy, which overrides no guard. At most burst of them
 * happen within burst_s, and after give_up of them without quiet_s of health in
 * between there are no more, and the advice is to replace the function.
 *
 * The work is not on vigil_pci_wq: it waits for an operation, which takes long.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "pci.h"

static struct vigil_pci_allowance
allowance_of(const struct vigil_pci_function *function)
{
	struct vigil_pci_allowance allowance = {
		.burst = vigil_pci_policy(function, VIGIL_PCI_BURST),
		.burst_s = vigil_pci_policy(function, VIGIL_PCI_BURST_S),
		.give_up = vigil_pci_policy(function, VIGIL_PCI_GIVE_UP),
	};

	return allowance;
}

static bool is_wanted_locked(struct vigil_pci_function *function)
{
	lockdep_assert_held(&function->lock);

	return vigil_pci_policy(function, VIGIL_PCI_AUTO_RECOVER) &&
	       function->health == VIGIL_HEALTH_FAILED && !function->stopped &&
	       !function->busy && !function->gave_up &&
	       vigil_component_isolation(function->component) ==
	       VIGIL_ISOLATION_NONE;
}

static void forget_old_locked(struct vigil_pci_function *function)
{
	struct vigil_pci_attempts *attempts = &function->attempts;
	u64 last_s;

	lockdep_assert_held(&function->lock);

	if (!attempts->total || function->health == VIGIL_HEALTH_FAILED)
		return;
	last_s = max(function->last_error_s,
		     attempts->at_s[(attempts->total - 1) %
				    VIGIL_PCI_BURST_MAX]);
	if (vigil_pci_now_s() - last_s >=
	    vigil_pci_policy(function, VIGIL_PCI_QUIET_S)) {
		memset(attempts, 0, sizeof(*attempts));
		function->gave_up = false;
	}
}

static void wait_locked(struct vigil_pci_function *function,
			unsigned long delay)
{
	lockdep_assert_held(&function->lock);

	function->waiting = true;
	mod_delayed_work(system_unbound_wq, &function->recovery, delay);
}

static unsigned long grace_of(const struct vigil_pci_function *function)
{
	return msecs_to_jiffies(vigil_pci_policy(function,
						 VIGIL_PCI_GRACE_MS));
}

/**
 * vigil_pci_auto_consider_locked() - Whether a function is to be recovered.
 * @function: the function, just judged
 *
 * Context: function->lock held.
 */
void vigil_pci_auto_consider_locked(struct vigil_pci_function *function)
{
	lockdep_assert_held(&function->lock);

	forget_old_locked(function);
	if (!is_wanted_locked(function)) {
		/* If it is running it finds out for itself. */
		cancel_delayed_work(&function->recovery);
		function->waiting = false;
	} else if (!function->waiting) {
		wait_locked(function, grace_of(function));
	}
}

/**
 * vigil_pci_auto_policy_changed() - Have what waits look at the policies again.
 * @function: the function
 *
 * Context: Process context, no lock of the function held.
 */
void vigil_pci_auto_policy_changed(struct vigil_pci_function *function)
{
	mutex_lock(&function->lock);
	if (function->waiting && !function->stopped)
		wait_locked(function, grace_of(function));
	mutex_unlock(&function->lock);
}

/* Says whether to go on; waits or gives up otherwise. */
static bool may_try_locked(struct vigil_pci_function *function)
{
	struct vigil_pci_allowance allowance = allowance_of(function);
	u64 now_s = vigil_pci_now_s(), delay_s;

	lockdep_assert_held(&function->lock);

	function->waiting = false;
	if (!is_wanted_locked(function))
		return false;
	if (vigil_pci_gave_up(&function->attempts, allowance.give_up)) {
		function->gave_up = true;
		vigil_pci_rejudge_locked(function);
		return false;
	}
	delay_s = vigil_pci_attempt_delay(&function->attempts, now_s,
					  &allowance);
	if (delay_s) {
		wait_locked(function, delay_s * HZ);
		return false;
	}
	vigil_pci_attempt_note(&function->attempts, now_s);
	return true;
}

static void recover(struct work_struct *work)
{
	struct vigil_pci_function *function =
		container_of(to_delayed_work(work), struct vigil_pci_function,
			     recovery);
	struct vigil_request request = {
		.verb = VIGIL_VERB_RECOVER,
		.by_policy = true,
		.reason = "automatic recovery",
	};
	struct vigil_outcome outcome;
	bool go;

	mutex_lock(&function->lock);
	go = may_try_locked(function);
	mutex_unlock(&function->lock);
	if (!go)
		return;

	/* The audit ring and the counters have what comes of it. */
	(void)vigil_component_request(function->component, &request, &outcome);

	mutex_lock(&function->lock);
	vigil_pci_auto_consider_locked(function);
	mutex_unlock(&function->lock);
}

/**
 * vigil_pci_auto_init() - Prepare a new function.
 * @function: the function
 *
 * Context: Any, before anybody else can see it.
 */
void vigil_pci_auto_init(struct vigil_pci_function *function)
{
	INIT_DELAYED_WORK(&function->recovery, recover);
}
