/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many pages came within the last minute: arithmetic only, no clock and no
 * locks, so that every corner can be tested.
 *
 * A ring of slots of some seconds each. What happened in a slot is forgotten as
 * a whole, so the window is between 55 and 60 seconds long.
 */
#ifndef VIGIL_HUGEPOOL_RATE_H
#define VIGIL_HUGEPOOL_RATE_H

#include <linux/types.h>

#define HUGEPOOL_RATE_SLOT_SECONDS 5u
#define HUGEPOOL_RATE_SLOTS (60u / HUGEPOOL_RATE_SLOT_SECONDS)

/**
 * struct hugepool_rate - Pages of the last minute.
 * @newest_slot: number of the slot that is being counted in, since time 0
 * @pages: what came in each of the last slots, at their number modulo their
 *	count
 */
struct hugepool_rate {
	u64 newest_slot;
	unsigned long pages[HUGEPOOL_RATE_SLOTS];
};

/* Forget what is too old. Time that goes back is taken for no time at all. */
static inline void hugepool_rate_advance(struct hugepool_rate *rate,
					 u64 now_seconds)
{
	u64 now_slot = now_seconds / HUGEPOOL_RATE_SLOT_SECONDS;
	unsigned int i;

	for (i = 0; i < HUGEPOOL_RATE_SLOTS && rate->newest_slot < now_slot; i++)
		rate->pages[++rate->newest_slot % HUGEPOOL_RATE_SLOTS] = 0;
	if (rate->newest_slot < now_slot)
		rate->newest_slot = now_slot;
}

static inline void hugepool_rate_add(struct hugepool_rate *rate,
				     u64 now_seconds, unsigned long pages)
{
	hugepool_rate_advance(rate, now_seconds);
	rate->pages[rate->newest_slot % HUGEPOOL_RATE_SLOTS] += pages;
}

static inline unsigned long hugepool_rate_sum(struct hugepool_rate *rate,
					      u64 now_seconds)
{
	unsigned long sum_pages = 0;
	unsigned int i;

	hugepool_rate_advance(rate, now_seconds);
	for (i = 0; i < HUGEPOOL_RATE_SLOTS; i++)
		sum_pages += rate->pages[i];
	return sum_pages;
}

#endif /* VIGIL_HUGEPOOL_RATE_H */
