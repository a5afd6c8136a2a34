// SPDX-License-Identifier: GPL-2.0
/*
 * What a memory module did in the last six hours, in bounded memory.
 *
 * What has to be known (features.h) is, for each distinct cell with errors in
 * a window that ends now, when its first error in the window was, and how many
 * there were. The window moves, so the first error of a cell leaves it while
 * others stay: one time for each cell is not enough. What is kept is therefore
 * sightings: a cell, a second, a count. They are a ring in the order of time,
 * and those of a cell are linked; the first of them has the cell's sum, and is
 * found by a hash. Adding and expiring cost the same however much there is.
 *
 * A ring that is full is first replaced by a larger one, if the owner grants
 * it (vigil_history_move()). After that times get coarser: errors of a cell
 * within resolution_s of its last sighting join that. It doubles whenever a
 * full ring consists to a quarter of cells seen again, and is 0 again when the
 * ring has become a quarter full. When there is nothing to join, the oldest
 * sighting is forgotten, and counted. So a cell that errs each second for hours
 * costs a few slots, and is remembered.
 *
 * The caller serialises.
 */

#ifdef __KERNEL__
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/string.h>
#endif

#include "history.h"

/* Sightings that are looked at: a row or column at fault errs often. */
#define NEIGHBOURS_MAX	64U

static_assert(VIGIL_HISTORY_SLOTS_MAX < VIGIL_HISTORY_NONE);

/**
 * vigil_history_bytes() - How much memory a history needs.
 * @nr_slots: how many sightings, a power of two
 *
 * Context: Any.
 * Return: bytes, 34 for each sighting.
 */
size_t vigil_history_bytes(u32 nr_slots)
{
	return nr_slots * (sizeof(struct vigil_sighting) + sizeof(u16));
}

/**
 * vigil_history_init() - Make an empty history.
 * @history: what to initialise
 * @memory: vigil_history_bytes(@nr_slots) bytes, aligned for a u32
 * @nr_slots: a power of two from VIGIL_HISTORY_SLOTS_MIN to
 *	VIGIL_HISTORY_SLOTS_MAX
 *
 * Context: Any.
 */
void vigil_history_init(struct vigil_history *history, void *memory,
			u32 nr_slots)
{
	memset(history, 0, sizeof(*history));
	history->slots = memory;
	history->buckets = (u16 *)&history->slots[nr_slots];
	history->nr_slots = nr_slots;
	memset(history->buckets, 0xff, nr_slots * sizeof(*history->buckets));
}

static u16 slot_of(const struct vigil_history *history, u32 position)
{
	return position & (history->nr_slots - 1);
}

static u16 *bucket_of(const struct vigil_history *history,
		      const struct vigil_cell *cell)
{
	u64 value = (u64)cell->row << 32 | (u32)cell->column << 16 |
		    cell->bank << 8 | cell->device;

	value ^= (u64)cell->parity << 24;
	return &history->buckets[hash_64(value, ilog2(history->nr_slots))];
}

static bool same_cell(const struct vigil_cell *a, const struct vigil_cell *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* The link to a cell's first sighting, or the end of the chain for it. */
static u16 *find(const struct vigil_history *history,
		 const struct vigil_cell *cell)
{
	u16 *link = bucket_of(history, cell);

	while (*link != VIGIL_HISTORY_NONE &&
	       !same_cell(&history->slots[*link].cell, cell))
		link = &history->slots[*link].chain;
	return link;
}

/* Take the oldest sighting out. The cell's next one becomes its first. */
static void drop_oldest(struct vigil_history *history)
{
	u16 slot = slot_of(history, history->tail++);
	struct vigil_sighting *old = &history->slots[slot];
	struct vigil_sighting *heir;
	u16 *link = find(history, &old->cell);

	if (old->next == VIGIL_HISTORY_NONE) {
		*link = old->chain;
		history->nr_cells--;
		return;
	}
	heir = &history->slots[old->next];
	heir->first = true;
	heir->total = old->total - old->count;
	heir->last = old->last;
	heir->chain = old->chain;
	*link = old->next;
}

/**
 * vigil_history_expire() - Forget what is older than VIGIL_HISTORY_SECONDS.
 * @history: the history
 * @now_s: the time; earlier ones than before count as that
 *
 * What happened VIGIL_HISTORY_SECONDS ago is still kept.
 *
 * Context: Any; the caller serialises.
 */
void vigil_history_expire(struct vigil_history *history, u32 now_s)
{
	history->now_s = max(history->now_s, now_s);
	while (vigil_history_len(history) &&
	       history->now_s - vigil_history_at(history, history->tail)->time_s >
	       VIGIL_HISTORY_SECONDS)
		drop_oldest(history);
	if (vigil_history_len(history) < history->nr_slots / 4)
		history->resolution_s = 0;
}

static void count_more(u32 *count, u32 more)
{
	*count += min(more, U32_MAX - *count);
}

/* Does it go into the cell's last sighting? Then that is done. */
static bool join(struct vigil_history *history, u16 first_slot, u32 time_s,
		 u32 count)
{
	struct vigil_sighting *first, *last;

	if (first_slot == VIGIL_HISTORY_NONE)
		return false;
	first = &history->slots[first_slot];
	last = &history->slots[first->last];
	if (time_s - last->time_s > history->resolution_s)
		return false;
	count_more(&last->count, count);
	count_more(&first->total, count);
	return true;
}

/* Add a sighting, of which cell, time, count and scrub are known: it has room. */
static void append(struct vigil_history *history, u16 *link,
		   const struct vigil_sighting *fresh)
{
	u16 slot = slot_of(history, history->head++);
	struct vigil_sighting *first, *sighting = &history->slots[slot];
	u16 first_slot = *link;

	*sighting = *fresh;
	sighting->total = fresh->count;
	sighting->next = VIGIL_HISTORY_NONE;
	sighting->last = slot;
	sighting->chain = VIGIL_HISTORY_NONE;
	sighting->first = first_slot == VIGIL_HISTORY_NONE;
	if (sighting->first) {
		*link = slot;
		history->nr_cells++;
		return;
	}
	first = &history->slots[first_slot];
	history->slots[first->last].next = slot;
	first->last = slot;
	count_more(&first->total, fresh->count);
}

/* Add what @from holds again; it may be where this history's slots are. */
static void refill(struct vigil_history *history,
		   const struct vigil_history *from)
{
	u32 position;
	u16 *link;

	for (position = from->tail; position != from->head; position++) {
		struct vigil_sighting old = *vigil_history_at(from, position);

		link = find(history, &old.cell);
		if (!join(history, *link, old.time_s, old.count))
			append(history, link, &old);
	}
}

static void start_anew(struct vigil_history *history, void *memory,
		       u32 nr_slots, u32 resolution_s)
{
	struct vigil_history from = *history;

	vigil_history_init(history, memory, nr_slots);
	history->resolution_s = resolution_s;
	history->now_s = from.now_s;
	history->forgotten = from.forgotten;
	/* In place, the slot that is written is read or has been. */
	history->head = from.tail;
	history->tail = from.tail;
	refill(history, &from);
}

/**
 * vigil_history_move() - Put a history into other memory.
 * @history: the history
 * @memory: as for vigil_history_init(); the old memory is the caller's again
 * @nr_slots: as for vigil_history_init(); enough for what is there
 *
 * Context: Any; the caller serialises.
 */
void vigil_history_move(struct vigil_history *history, void *memory,
			u32 nr_slots)
{
	start_anew(history, memory, nr_slots, history->resolution_s);
}

/* Make room for one sighting, at the least loss. */
static void make_room(struct vigil_history *history)
{
	u32 again = vigil_history_len(history) - history->nr_cells;

	if (again >= history->nr_slots / 4 &&
	    history->resolution_s < VIGIL_HISTORY_SECONDS)
		start_anew(history, history->slots, history->nr_slots,
			   max(1U, 2 * history->resolution_s));

	if (vigil_history_full(history)) {
		history->forgotten +=
			vigil_history_at(history, history->tail)->count;
		drop_oldest(history);
	}
}

/**
 * vigil_history_add() - Add errors of a cell.
 * @history: the history
 * @cell: where
 * @now_s: when; earlier ones than before count as that
 * @count: how many errors
 * @scrub: found by the patrol scrubber, not by a read
 *
 * Context: Any; the caller serialises. The worst case is rare and goes over all
 * sightings once.
 */
void vigil_history_add(struct vigil_history *history,
		       const struct vigil_cell *cell, u32 now_s, u32 count,
		       bool scrub)
{
	struct vigil_sighting fresh;
	u16 *link;

	vigil_history_expire(history, now_s);
	link = find(history, cell);
	if (join(history, *link, history->now_s, count))
		return;
	if (vigil_history_full(history)) {
		make_room(history);
		link = find(history, cell);
		if (join(history, *link, history->now_s, count))
			return;
	}

	fresh = (struct vigil_sighting) {
		.cell = *cell,
		.time_s = history->now_s,
		.count = count,
		.scrub = scrub,
	};
	append(history, link, &fresh);
}

/**
 * vigil_history_neighbours() - Count cells in the same row and column.
 * @history: the history
 * @cell: a cell whose place is known
 * @neighbours: set to the numbers of others, of the latest 64 sightings
 *
 * Context: Any; the caller serialises.
 */
void vigil_history_neighbours(const struct vigil_history *history,
			      const struct vigil_cell *cell,
			      struct vigil_neighbours *neighbours)
{
	u32 i, n = min(vigil_history_len(history), NEIGHBOURS_MAX);
	const struct vigil_sighting *other;
	bool row, column;

	*neighbours = (struct vigil_neighbours) { 0 };
	for (i = 1; i <= n; i++) {
		other = vigil_history_at(history, history->head - i);
		if (!other->first || !other->cell.located ||
		    other->cell.device != cell->device ||
		    other->cell.bank != cell->bank)
			continue;
		row = other->cell.row == cell->row;
		column = other->cell.column == cell->column;
		neighbours->row += row && !column;
		neighbours->column += column && !row;
	}
}
