/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When automatic recovery may try again: a burst at once, then not before the
 * burst is over, and never again after too many without quiet in between.
 */
#ifndef VIGIL_PCI_ATTEMPTS_H
#define VIGIL_PCI_ATTEMPTS_H

#include <linux/types.h>

#define VIGIL_PCI_BURST_MAX	16

/**
 * struct vigil_pci_attempts - The attempts that there were.
 * @at_s: when the last ones were, as a ring
 * @total: how many since it was quiet; the next is at_s[total % BURST_MAX]
 */
struct vigil_pci_attempts {
	u64 at_s[VIGIL_PCI_BURST_MAX];
	u32 total;
};

/**
 * struct vigil_pci_allowance - How many attempts are allowed.
 * @burst: so many, at most VIGIL_PCI_BURST_MAX
 * @burst_s: within this time
 * @give_up: and so many in all
 */
struct vigil_pci_allowance {
	u32 burst;
	u32 burst_s;
	u32 give_up;
};

static inline bool vigil_pci_gave_up(const struct vigil_pci_attempts *attempts,
				     u32 give_up)
{
	return attempts->total >= give_up;
}

/**
 * vigil_pci_attempt_delay() - How long the next attempt has to wait.
 * @attempts: the attempts that there were
 * @now_s: now, any clock that does not go back
 * @allowance: what is allowed
 *
 * Context: Any; the caller serialises.
 * Return: seconds, 0 for none.
 */
static inline u64
vigil_pci_attempt_delay(const struct vigil_pci_attempts *attempts, u64 now_s,
			const struct vigil_pci_allowance *allowance)
{
	u64 free_s;

	if (attempts->total < allowance->burst)
		return 0;
	/* The one that has to be out of the burst's time. */
	free_s = attempts->at_s[(attempts->total - allowance->burst) %
				VIGIL_PCI_BURST_MAX] + allowance->burst_s;
	return free_s > now_s ? free_s - now_s : 0;
}

static inline void vigil_pci_attempt_note(struct vigil_pci_attempts *attempts,
					  u64 now_s)
{
	attempts->at_s[attempts->total % VIGIL_PCI_BURST_MAX] = now_s;
	attempts->total++;
}

#endif /* VIGIL_PCI_ATTEMPTS_H */
