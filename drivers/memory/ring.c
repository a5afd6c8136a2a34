// SPDX-License-Identifier: GPL-2.0
/*
 * A ring of error records: many nested producers, one consumer, no lock.
 *
 * Errors arrive in any context, up to a machine check that interrupts another
 * producer on the same CPU half way through its record. A producer therefore
 * reserves a slot by moving the head with one compare-and-exchange, fills it,
 * and then says that it is complete. A producer that was interrupted leaves
 * an incomplete slot behind for a while; the consumer stops in front of it and
 * is called again by that producer, which always kicks it after commit.
 *
 * Time is bounded: the compare-and-exchange fails only when another producer
 * succeeded, and after RESERVE_TRIES of that the record counts as dropped.
 *
 * The three barriers and their partners:
 *   A  commit sets slot->turn with release     / get reads it with acquire:
 *      a complete slot's record is visible.
 *   B  get sets ring->tail with release        / reserve reads it with acquire:
 *      a slot is not overwritten before it has been read.
 *   C  the compare-and-exchange on ring->head is fully ordered / itself:
 *      two producers never own the same position.
 *
 * Turns and positions wrap at 2^32. A slot's stale turn is VIGIL_RING_SLOTS
 * positions old at least, so it can't be taken for the current one.
 */

#ifdef __KERNEL__
#include <linux/atomic.h>
#endif

#include "ring.h"

#define RESERVE_TRIES	16

static void count_dropped(struct vigil_ring *ring)
{
	u32 old = READ_ONCE(ring->dropped);
	int tries;

	for (tries = 0; tries < RESERVE_TRIES; tries++)
		if (try_cmpxchg(&ring->dropped, &old, old + 1))
			return;
}

/**
 * vigil_ring_reserve() - Get a slot to fill in.
 * @ring: the ring of this CPU
 *
 * Context: Any, NMI and machine check included. The caller can't migrate to
 *	another CPU before it calls vigil_ring_commit().
 * Return: the slot, or NULL when the ring is full; the loss has been counted.
 */
struct vigil_ring_slot *vigil_ring_reserve(struct vigil_ring *ring)
{
	u32 position = READ_ONCE(ring->head);
	struct vigil_ring_slot *slot;
	int tries;

	for (tries = 0; tries < RESERVE_TRIES; tries++) {
		/* B: what the consumer read from the slot comes first. */
		if (position - smp_load_acquire(&ring->tail) >= VIGIL_RING_SLOTS)
			break;
		/* C: reloads position on failure. */
		if (try_cmpxchg(&ring->head, &position, position + 1)) {
			slot = &ring->slots[position % VIGIL_RING_SLOTS];
			slot->position = position;
			return slot;
		}
	}
	count_dropped(ring);
	return NULL;
}

/**
 * vigil_ring_commit() - Hand a filled slot to the consumer.
 * @slot: what vigil_ring_reserve() returned
 *
 * Context: Any, as for vigil_ring_reserve(). Kick the consumer afterwards.
 */
void vigil_ring_commit(struct vigil_ring_slot *slot)
{
	/* A */
	smp_store_release(&slot->turn, slot->position + 1);
}

/**
 * vigil_ring_put() - Add a record.
 * @ring: the ring of this CPU
 * @record: what to add
 *
 * Context: Any, with preemption off.
 * Return: false when the ring was full; the loss has been counted.
 */
bool vigil_ring_put(struct vigil_ring *ring, const struct vigil_record *record)
{
	struct vigil_ring_slot *slot = vigil_ring_reserve(ring);

	if (!slot)
		return false;
	slot->record = *record;
	vigil_ring_commit(slot);
	return true;
}

/**
 * vigil_ring_get() - Take the oldest record.
 * @ring: a ring of any CPU
 * @record: where to put it
 *
 * Context: Any, one caller at a time for each ring.
 * Return: false when there is none, or the oldest is not complete yet.
 */
bool vigil_ring_get(struct vigil_ring *ring, struct vigil_record *record)
{
	struct vigil_ring_slot *slot;
	u32 position = ring->tail;

	slot = &ring->slots[position % VIGIL_RING_SLOTS];
	/* A */
	if (smp_load_acquire(&slot->turn) != position + 1)
		return false;
	*record = slot->record;
	/* B */
	smp_store_release(&ring->tail, position + 1);
	return true;
}

/**
 * vigil_ring_dropped() - Number of records lost so far.
 * @ring: a ring of any CPU
 *
 * Context: Any.
 * Return: the number, which wraps at 2^32.
 */
u32 vigil_ring_dropped(const struct vigil_ring *ring)
{
	return READ_ONCE(ring->dropped);
}
