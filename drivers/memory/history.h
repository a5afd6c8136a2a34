/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a memory module did in the last six hours, in bounded memory.
 *
 * Pure: time is an argument. Builds in user space too, where
 * tools/testing/unit tests it.
 */
#ifndef VIGIL_MEMORY_HISTORY_H
#define VIGIL_MEMORY_HISTORY_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/types.h>
#else
#include "kernel_shim.h"
#endif

/* What is older is forgotten: the longest window of features.h. */
#define VIGIL_HISTORY_SECONDS	(6U * 3600)

/* Powers of two. More than that a module of the field data never needed. */
#define VIGIL_HISTORY_SLOTS_MIN	64U
#define VIGIL_HISTORY_SLOTS_MAX	2048U

/* "Not known" in a cell. */
#define VIGIL_CELL_NO_DEVICE	0xff

/**
 * struct vigil_cell - Where in a memory module, and which of its bits.
 * @row: row; or, if not @located, the lower bits of the page frame's number
 * @parity: wrong bits of a burst, 8 beats of 4 DQs, the most significant bit
 *	first and beat by beat, if @has_parity
 * @column: column; or, if not @located, the offset in the frame / 8
 * @device: rank << 5 | device of the rank, or VIGIL_CELL_NO_DEVICE
 * @bank: bank, with its group in the upper bits
 * @located: row, column and bank are known, not only the address
 * @has_parity: the wrong bits are known
 *
 * Cells are the same when all of their bytes are.
 */
struct vigil_cell {
	u32 row;
	u32 parity;
	u16 column;
	u8 device;
	u8 bank:6;
	u8 located:1;
	u8 has_parity:1;
};

static_assert(sizeof(struct vigil_cell) == 12);

/**
 * struct vigil_sighting - Errors of one cell at one time.
 * @cell: the cell
 * @time_s: when the first of them happened
 * @count: how many
 * @total: of the cell, all of them; valid in its first sighting
 * @next: the cell's next sighting
 * @last: the cell's last sighting; valid in its first one
 * @chain: first sighting of another cell with the same hash; valid in a first
 *	one
 * @first: this is the oldest sighting of its cell
 * @scrub: the first of the errors was found by the patrol scrubber
 *
 * Links are indices of slots, VIGIL_HISTORY_NONE at the end.
 */
struct vigil_sighting {
	struct vigil_cell cell;
	u32 time_s;
	u32 count;
	u32 total;
	u16 next;
	u16 last;
	u16 chain;
	bool first;
	bool scrub;
};

static_assert(sizeof(struct vigil_sighting) == 32);

#define VIGIL_HISTORY_NONE	0xffff

/**
 * struct vigil_history - Sightings of the last VIGIL_HISTORY_SECONDS.
 * @slots: a ring of @nr_slots sightings in the order of time
 * @buckets: first slot of each of @nr_slots chains
 * @nr_slots: a power of two
 * @head: position of the next sighting; its slot is position modulo @nr_slots
 * @tail: position of the oldest sighting
 * @nr_cells: distinct cells
 * @resolution_s: errors of a cell not further apart are one sighting; 0 while
 *	the history is exact
 * @forgotten: errors that had to be given up before their time, for others
 * @now_s: the latest time that was given
 */
struct vigil_history {
	struct vigil_sighting *slots;
	u16 *buckets;
	u32 nr_slots;
	u32 head;
	u32 tail;
	u32 nr_cells;
	u32 resolution_s;
	u32 now_s;
	u64 forgotten;
};

size_t vigil_history_bytes(u32 nr_slots);
void vigil_history_init(struct vigil_history *history, void *memory,
			u32 nr_slots);
void vigil_history_move(struct vigil_history *history, void *memory,
			u32 nr_slots);
void vigil_history_expire(struct vigil_history *history, u32 now_s);
void vigil_history_add(struct vigil_history *history,
		       const struct vigil_cell *cell, u32 now_s, u32 count,
		       bool scrub);

/**
 * struct vigil_neighbours - Other cells beside one that erred.
 * @row: cells in the same row of its device and bank
 * @column: cells in the same column of it
 */
struct vigil_neighbours {
	u32 row;
	u32 column;
};

void vigil_history_neighbours(const struct vigil_history *history,
			      const struct vigil_cell *cell,
			      struct vigil_neighbours *neighbours);

/* Sightings held. */
static inline u32 vigil_history_len(const struct vigil_history *history)
{
	return history->head - history->tail;
}

/* The next sighting of a new time needs a larger history to be kept exactly. */
static inline bool vigil_history_full(const struct vigil_history *history)
{
	return vigil_history_len(history) == history->nr_slots;
}

/* The sighting at a position from tail to head - 1. */
static inline const struct vigil_sighting *
vigil_history_at(const struct vigil_history *history, u32 position)
{
	return &history->slots[position & (history->nr_slots - 1)];
}

#endif /* VIGIL_MEMORY_HISTORY_H */
