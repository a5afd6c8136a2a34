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

#include "detail.h"

/**
 * enum vigil_record_source - Who reported an error.
 * @VIGIL_RECORD_MCE: the machine-check decode chain (x86)
 * @VIGIL_RECORD_MEMORY_FAILURE: the kernel's memory_failure()
 * @VIGIL_RECORD_EDAC: a driver of a memory controller
 * @VIGIL_RECORD_GHES: the firmware (ACPI's generic hardware error source)
 * @VIGIL_RECORD_ARM: the firmware, about a processor (Arm)
 */
enum vigil_record_source {
	VIGIL_RECORD_MCE,
	VIGIL_RECORD_MEMORY_FAILURE,
	VIGIL_RECORD_EDAC,
	VIGIL_RECORD_GHES,
	VIGIL_RECORD_ARM,

	/* private: */
	VIGIL_RECORD_SOURCES
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
#define VIGIL_RECORD_DIMM		0x08	/* mc and layers are valid */

/**
 * struct vigil_record - One error, as its source saw it.
 * @time_ns: vigil_memory_clock_ns()
 * @address: physical address in bytes, if VIGIL_RECORD_ADDRESS
 * @status: the source's own status word, for later analysis
 * @cpu: CPU that reported it
 * @count: how many errors the source says it stands for; 0: to be ignored
 * @source: enum vigil_record_source
 * @outcome: enum vigil_record_outcome
 * @flags: VIGIL_RECORD_... bits
 * @mc: number of the memory controller, if VIGIL_RECORD_DIMM
 * @layers: place of the memory module below it, -1 where a layer is not used
 * @message: how the driver's name for such errors begins; not terminated
 */
struct vigil_record {
	u64 time_ns;
	u64 address;
	u64 status;
	u32 cpu;
	u32 count;
	u8 source;
	u8 outcome;
	u16 flags;
	u8 mc;
	s8 layers[3];
	char message[VIGIL_DETAIL_START_BYTES];
};

static_assert(sizeof(struct vigil_record) == 48);

/* A power of two. What a machine check can leave behind at once is less. */
#define VIGIL_RING_SLOTS	512U

/* Room for the text of an error, which lies in the slots after its record. */
#define VIGIL_RING_TEXT_SLOTS	6U
#define VIGIL_RING_TEXT_BYTES	(VIGIL_RING_TEXT_SLOTS * 64)
#define VIGIL_RING_SLOTS_WITH_TEXT	(1 + VIGIL_RING_TEXT_SLOTS)

/* Addresses whose latest records others may join. */
#define VIGIL_RING_RECENT_BITS	6

/**
 * struct vigil_ring_slot - Place for one record, or for a part of its text.
 * @state: (position + 1) << 32 | reports when the record of that position is
 *	complete; anything else when it is not. Written with release and by
 *	cmpxchg, read with acquire.
 * @position: which record this is; the producer's that reserved the slot
 * @nr_slots: how many it takes; the producer's
 * @record: the record; the producer's until @state is set, then the consumer's
 */
struct vigil_ring_slot {
	u64 state;
	u32 position;
	u32 nr_slots;
	struct vigil_record record;
};

static_assert(sizeof(struct vigil_ring_slot) == 64);

/**
 * struct vigil_ring_recent - The latest record of an address.
 * @address: what it says
 * @position: where it is, or was
 */
struct vigil_ring_recent {
	u64 address;
	u32 position;
};

/**
 * struct vigil_ring - Records of one CPU.
 * @head: position of the next record to be reserved; producers, by cmpxchg
 * @dropped: records lost because the ring was full; producers
 * @tail: position of the next record to be read; written by the consumer
 * @recent: latest records by hash of their address; producers
 * @slots: record of position p is in slot p modulo VIGIL_RING_SLOTS; its text
 *	follows and does not wrap
 *
 * All zeroes is an empty ring.
 */
struct vigil_ring {
	u32 head;
	atomic_t dropped;
	u32 tail;
	struct vigil_ring_recent recent[1 << VIGIL_RING_RECENT_BITS];
	struct vigil_ring_slot slots[VIGIL_RING_SLOTS + VIGIL_RING_TEXT_SLOTS];
};

/**
 * struct vigil_ring_taken - What was taken out of a ring.
 * @record: the record, with the count of all reports that joined it
 * @has_text: @text is valid
 * @text: NUL terminated
 */
struct vigil_ring_taken {
	struct vigil_record record;
	bool has_text;
	char text[VIGIL_RING_TEXT_BYTES];
};

struct vigil_ring_slot *vigil_ring_reserve(struct vigil_ring *ring,
					   u32 nr_slots);
bool vigil_ring_commit(struct vigil_ring *ring, struct vigil_ring_slot *slot);
bool vigil_ring_put(struct vigil_ring *ring, const struct vigil_record *record);
bool vigil_ring_get(struct vigil_ring *ring, struct vigil_ring_taken *taken);
u32 vigil_ring_dropped(const struct vigil_ring *ring);

/* Where the text of a slot goes that was reserved with it: NUL terminated. */
static inline char *vigil_ring_text(struct vigil_ring_slot *slot)
{
	return (char *)(slot + 1);
}

#endif /* VIGIL_MEMORY_RING_H */
