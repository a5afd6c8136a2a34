// SPDX-License-Identifier: GPL-2.0
/*
 * A ring of error records: many nested producers, one consumer, no lock.
 *
 * Errors arrive in any context, up to a machine check that interrupts another
 * producer on the same CPU half way through its record. A producer therefore
 * reserves slots by moving the head with one compare-and-exchange, fills them,
 * and then says that they are complete. A producer that was interrupted leaves
 * an incomplete record behind for a while; the consumer stops in front of it
 * and is called again by that producer, which always kicks it after commit.
 *
 * Corrected errors come in storms that say the same again and again. One that
 * equals the latest record of its address, to the second, only adds to its count,
 * as long as the consumer has not taken it; what was reserved for it is given back.
 *
 * Time is bounded: a compare-and-exchange fails only when somebody else's
 * succeeded, and after RESERVE_TRIES of that the record counts as dropped, or
 * stands for itself.
 *
 * The barriers and their partners:
 *   A  commit sets slot->state with release    / get reads it with acquire:
 *      a complete slot's record is visible.
 *   B  get sets ring->tail with release        / reserve reads it with acquire:
 *      a slot is not overwritten before it has been read.
 *   C  the compare-and-exchange on ring->head is fully ordered / itself:
 *      two producers never own the same position.
 *   D  join changes slot->state by compare-and-exchange / get takes it by
 *      exchange: a report is in the count that is taken, or did not join.
 *
 * Positions wrap at 2^32. The consumer clears the state of all slots that it
 * gives back, so neither an old state nor old text is taken for a new record.
 */

#ifdef __KERNEL__
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <vdso/time64.h>
#endif

#include "ring.h"

#define RESERVE_TRIES	16

/**
 * vigil_ring_reserve() - Get a slot to fill in.
 * @ring: the ring of this CPU
 * @nr_slots: 1, or VIGIL_RING_SLOTS_WITH_TEXT for VIGIL_RING_TEXT_BYTES at
 *	vigil_ring_text()
 *
 * Context: Any, NMI and machine check included. The caller can't migrate to
 *	another CPU before it calls vigil_ring_commit().
 * Return: the slot, or NULL when the ring is full; the loss has been counted.
 */
struct vigil_ring_slot *vigil_ring_reserve(struct vigil_ring *ring,
					   u32 nr_slots)
{
	u32 used, position = READ_ONCE(ring->head);
	struct vigil_ring_slot *slot;
	int tries;

	for (tries = 0; tries < RESERVE_TRIES; tries++) {
		/* B: what the consumer read from the slots comes first. */
		used = position - smp_load_acquire(&ring->tail);
		if (used > VIGIL_RING_SLOTS - nr_slots)
			break;
		/* C: reloads position on failure. */
		if (try_cmpxchg(&ring->head, &position, position + nr_slots)) {
			slot = &ring->slots[position % VIGIL_RING_SLOTS];
			slot->position = position;
			slot->nr_slots = nr_slots;
			return slot;
		}
	}
	atomic_inc(&ring->dropped);
	return NULL;
}

#define EACH_BYTE(n)	(~0ULL / 0xff * (n))

/* Word by word: what is compared is as long as a storm. */
static bool same_text(const __le64 *a, const __le64 *b)
{
	u64 word, other, nul;
	unsigned int i;

	for (i = 0; i < VIGIL_RING_TEXT_BYTES / sizeof(*a); i++) {
		word = le64_to_cpu(a[i]);
		other = le64_to_cpu(b[i]);
		nul = (word - EACH_BYTE(1)) & ~word & EACH_BYTE(0x80);
		/* What is behind a NUL does not count. */
		if (nul)
			return !((word ^ other) & (nul ^ (nul - 1)));
		if (word != other)
			return false;
	}
	return true;
}

static bool same_report(const struct vigil_ring_slot *a,
			const struct vigil_ring_slot *b)
{
	const struct vigil_record *x = &a->record, *y = &b->record;

	/* Cheap and likely to differ first; the text last. */
	return x->address == y->address && x->status == y->status &&
	       x->time_ns - y->time_ns < NSEC_PER_SEC &&
	       a->nr_slots == b->nr_slots &&
	       !memcmp(&x->cpu, &y->cpu,
		       sizeof(*x) - offsetof(struct vigil_record, cpu)) &&
	       (a->nr_slots == 1 ||
		same_text((const __le64 *)(a + 1), (const __le64 *)(b + 1)));
}

/* Give back what was reserved, unless somebody has reserved what follows. */
static bool give_back(struct vigil_ring *ring, struct vigil_ring_slot *slot)
{
	u32 i, head = slot->position + slot->nr_slots;

	/* Nobody has looked at these: the first one was never complete. */
	for (i = 1; i < slot->nr_slots; i++)
		slot[i].state = 0;
	return try_cmpxchg(&ring->head, &head, slot->position);
}

/* Add a filled slot to the count of a record, if it says the same. */
static noinline bool join(struct vigil_ring *ring,
			  struct vigil_ring_slot *slot, u32 position)
{
	struct vigil_ring_slot *other;
	u64 state;

	other = &ring->slots[position % VIGIL_RING_SLOTS];
	/* A: its record is visible. */
	state = smp_load_acquire(&other->state);
	if (other == slot || state >> 32 != position + 1 || !(u32)state ||
	    slot->record.flags & VIGIL_RECORD_UNCORRECTED ||
	    !same_report(slot, other))
		return false;

	/* D: fails when the consumer has taken it. */
	return (u32)state != U32_MAX &&
	       try_cmpxchg(&other->state, &state, state + 1);
}

/**
 * vigil_ring_commit() - Hand a filled slot to the consumer.
 * @ring: the ring
 * @slot: what vigil_ring_reserve() returned
 *
 * Context: Any, as for vigil_ring_reserve(). Kick the consumer afterwards.
 * Return: true if there is a new record, false if one has a higher count now.
 */
bool vigil_ring_commit(struct vigil_ring *ring, struct vigil_ring_slot *slot)
{
	u64 address = slot->record.address;
	struct vigil_ring_recent *recent;

	recent = &ring->recent[hash_64(address, VIGIL_RING_RECENT_BITS)];
	/* A hint, which nearly always says no; join() makes sure. */
	if (READ_ONCE(recent->address) == address &&
	    join(ring, slot, READ_ONCE(recent->position))) {
		if (give_back(ring, slot))
			return false;
		/* It has to be taken, as nothing. */
		slot->record.count = 0;
	}
	/* A */
	smp_store_release(&slot->state, (u64)(slot->position + 1) << 32 | 1);
	WRITE_ONCE(recent->address, address);
	WRITE_ONCE(recent->position, slot->position);
	return true;
}

/**
 * vigil_ring_put() - Add a record without text.
 * @ring: the ring of this CPU
 * @record: what to add
 *
 * Context: Any, with preemption off.
 * Return: false when the ring was full; the loss has been counted.
 */
bool vigil_ring_put(struct vigil_ring *ring, const struct vigil_record *record)
{
	struct vigil_ring_slot *slot = vigil_ring_reserve(ring, 1);

	if (!slot)
		return false;
	slot->record = *record;
	vigil_ring_commit(ring, slot);
	return true;
}

/**
 * vigil_ring_get() - Take the oldest record.
 * @ring: a ring of any CPU
 * @taken: where to put it
 *
 * Context: Any, one caller at a time for each ring.
 * Return: false when there is none, or the oldest is not complete yet.
 */
bool vigil_ring_get(struct vigil_ring *ring, struct vigil_ring_taken *taken)
{
	u32 i, nr_slots, reports, position = ring->tail;
	struct vigil_ring_slot *slot;
	u64 state;

	slot = &ring->slots[position % VIGIL_RING_SLOTS];
	/* A */
	state = smp_load_acquire(&slot->state);
	if (state >> 32 != position + 1 || !(u32)state)
		return false;

	taken->record = slot->record;
	nr_slots = slot->nr_slots;
	taken->has_text = nr_slots > 1;
	if (taken->has_text) {
		memcpy(taken->text, vigil_ring_text(slot), sizeof(taken->text));
		taken->text[sizeof(taken->text) - 1] = '\0';
	}
	/* D */
	reports = xchg(&slot->state, 0);
	taken->record.count = min_t(u64, (u64)taken->record.count * reports,
				    U32_MAX);

	for (i = 1; i < nr_slots; i++)
		slot[i].state = 0;
	/* B */
	smp_store_release(&ring->tail, position + nr_slots);
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
	return atomic_read(&ring->dropped);
}
