/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A ring of error records that one CPU fills from any context.
 *
 * Pure: builds in user space too, where tools/testing/unit tests it.
 */
#ifndef VIGIL_MEMORY_RING_H
#define VIGIL_MEMORY_RING_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/types.h>
#else
#include "kernel_shim.h"
#endif

/**
 * enum vigil_record_source - Who reported an error.
 * @VIGIL_RECORD_MCE: the machine-check decode chain (x86)
 * @VIGIL_RECORD_MEMORY_FAILURE: the kernel's memory_failure()
 */
enum vigil_record_source {
	VIGIL_RECORD_MCE,
	VIGIL_RECORD_MEMORY_FAILURE,
};

/**
 * enum vigil_record_outcome - What the kernel did about an uncorrected error.
 * @VIGIL_OUTCOME_NONE: nothing reported
 * @VIGIL_OUTCOME_IGNORED: the page can't be handled
 * @VIGIL_OUTCOME_FAILED: handling failed
 * @VIGIL_OUTCOME_DELAYED: will be handled when the page is next used
 * @VIGIL_OUTCOME_RECOVERED: handled
 * @VIGIL_OUTCOME_REPEATED: the page was known to be poisoned
 */
enum vigil_record_outcome {
	VIGIL_OUTCOME_NONE,
	VIGIL_OUTCOME_IGNORED,
	VIGIL_OUTCOME_FAILED,
	VIGIL_OUTCOME_DELAYED,
	VIGIL_OUTCOME_RECOVERED,
	VIGIL_OUTCOME_REPEATED,
};

/* Bits of struct vigil_record.flags. */
#define VIGIL_RECORD_UNCORRECTED	0x01
#define VIGIL_RECORD_ADDRESS		0x02	/* address is valid */
#define VIGIL_RECORD_COLLECTED		0x04	/* RAS_CEC took charge of it */

/**
 * struct vigil_record - One error, as its source saw it.
 * @time_ns: ktime_get_mono_fast_ns()
 * @address: physical address in bytes, if VIGIL_RECORD_ADDRESS
 * @status: the source's own status word, for later analysis
 * @cpu: CPU that reported it
 * @source: enum vigil_record_source
 * @outcome: enum vigil_record_outcome
 * @flags: VIGIL_RECORD_... bits
 */
struct vigil_record {
	u64 time_ns;
	u64 address;
	u64 status;
	u32 cpu;
	u8 source;
	u8 outcome;
	u16 flags;
};

static_assert(sizeof(struct vigil_record) == 32);

/* A power of two. What a machine check can leave behind at once is less. */
#define VIGIL_RING_SLOTS	256U

/**
 * struct vigil_ring_slot - Place for one record.
 * @turn: position + 1 when the record of that position is complete; anything
 *	else when it is not. Written with release, read with acquire.
 * @position: which record this is; the producer's that reserved the slot
 * @record: the record; the producer's until @turn is set, then the consumer's
 */
struct vigil_ring_slot {
	u32 turn;
	u32 position;
	struct vigil_record record;
};

/**
 * struct vigil_ring - Records of one CPU.
 * @head: position of the next record to be reserved; producers, by cmpxchg
 * @dropped: records lost because the ring was full; producers, by cmpxchg
 * @tail: position of the next record to be read; written by the consumer
 * @slots: record of position p is in slot p modulo VIGIL_RING_SLOTS
 *
 * All zeroes is an empty ring.
 */
struct vigil_ring {
	u32 head;
	u32 dropped;
	u32 tail;
	struct vigil_ring_slot slots[VIGIL_RING_SLOTS];
};

struct vigil_ring_slot *vigil_ring_reserve(struct vigil_ring *ring);
void vigil_ring_commit(struct vigil_ring_slot *slot);
bool vigil_ring_put(struct vigil_ring *ring, const struct vigil_record *record);
bool vigil_ring_get(struct vigil_ring *ring, struct vigil_record *record);
u32 vigil_ring_dropped(const struct vigil_ring *ring);

#endif /* VIGIL_MEMORY_RING_H */
