/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many errors there were within a window that ends now, in constant memory.
 *
 * Time is cut into windows. What the last whole one had counts with the share
 * of it that the sliding window still covers, so a burst is forgotten little by
 * little after one window, and wholly after two.
 */
#ifndef VIGIL_PCI_RATE_H
#define VIGIL_PCI_RATE_H

#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/types.h>

/**
 * struct vigil_pci_rate - Errors of this window and of the one before.
 * @window: number of this window since time began
 * @current_errors: errors in it
 * @previous_errors: errors in the one before
 */
struct vigil_pci_rate {
	u64 window;
	u32 current_errors;
	u32 previous_errors;
};

static inline void vigil_pci_rate_turn(struct vigil_pci_rate *rate, u64 window)
{
	if (window == rate->window)
		return;
	rate->previous_errors = window == rate->window + 1 ?
				rate->current_errors : 0;
	rate->current_errors = 0;
	rate->window = window;
}

/**
 * vigil_pci_rate_add() - Count errors that happened now.
 * @rate: where to count
 * @now_s: now, any clock that does not go back
 * @window_s: length of the window, not 0
 * @errors: how many
 *
 * Context: Any; the caller serialises.
 */
static inline void vigil_pci_rate_add(struct vigil_pci_rate *rate, u64 now_s,
				      u32 window_s, u32 errors)
{
	vigil_pci_rate_turn(rate, div_u64(now_s, window_s));
	rate->current_errors += min(errors, U32_MAX - rate->current_errors);
}

/**
 * vigil_pci_rate_sum() - How many there were within the last window.
 * @rate: where they were counted
 * @now_s: now
 * @window_s: length of the window, not 0
 *
 * Context: Any; the caller serialises.
 * Return: the number, rounded up.
 */
static inline u64 vigil_pci_rate_sum(struct vigil_pci_rate *rate, u64 now_s,
				     u32 window_s)
{
	u32 passed_s;

	vigil_pci_rate_turn(rate, div_u64_rem(now_s, window_s, &passed_s));
	return rate->current_errors +
	       div_u64((u64)rate->previous_errors * (window_s - passed_s) +
		       window_s - 1, window_s);
}

#endif /* VIGIL_PCI_RATE_H */
