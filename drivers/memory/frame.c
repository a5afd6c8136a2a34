// SPDX-License-Identifier: GPL-2.0
/*
 * Page frames out of use: who took them, and the ways to take one and to give
 * it back.
 *
 * There are two ways to take one. Holding: vacate the frame and allocate it,
 * so that nobody else can have it. It can always be undone, but needs a whole
 * pageblock without immovable pages, in which poisoned frames and others that
 * are held count as such. Soft offlining: the kernel vacates the frame and
 * marks it as poisoned. It works wherever the page can be moved, but can't be
 * undone after the first real memory failure since boot.
 *
 * The record of a frame is made before it is taken, so that none is ever out
 * of use without one.
 *
 * Which memory module had the errors is known from some of the sources only, and
 * those may speak before the frame is taken or after. So it is kept for the
 * frames that erred last, and put into the record as soon as both are there.
 */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pageblock-flags.h>
#include <linux/xarray.h>

#include <compat/contig_range.h>

#include "dimm.h"
#include "memory.h"
#include "trace.h"

/* What the books hold at most, about 1 MiB. Budgets are below it. */
#define RECORDS_MAX	65536

/* References that pages get for a moment make a frame look immovable. */
#define HOLD_TRIES	4
#define HOLD_RETRY_MS	20

#define RECORD_STATE	0x07
#define RECORD_ERRORS	0x08
#define RECORD_NID	4
#define RECORD_DIMM	20

static_assert(MAX_NUMNODES <= 1 << (RECORD_DIMM - RECORD_NID));

/* Frames whose memory module is remembered; those that share a place compete. */
#define ERRED_BITS	12
#define ERRED_DIMM_BITS	16

static struct {
	struct xarray records;	/* record_of() by number; vigil_memory_lock */
	u32 nr_records;		/* vigil_memory_lock */
	u64 erred[1 << ERRED_BITS];	/* erred_of(); vigil_memory_lock */
	bool unpoison_refused;	/* for good; READ_ONCE() and WRITE_ONCE() */
} frames = {
	.records = XARRAY_INIT(frames.records, 0),
};

static void *record_of(const struct vigil_frame *frame)
{
	return xa_mk_value(frame->state |
			   (frame->by_errors ? RECORD_ERRORS : 0) |
			   (unsigned long)frame->nid << RECORD_NID |
			   (unsigned long)frame->dimm << RECORD_DIMM);
}

static struct vigil_frame frame_of(const void *record)
{
	unsigned long value = record ? xa_to_value(record) : 0;

	return (struct vigil_frame) {
		.state = value & RECORD_STATE,
		.by_errors = value & RECORD_ERRORS,
		.nid = value >> RECORD_NID & ((1 << (RECORD_DIMM - RECORD_NID)) - 1),
		.dimm = value >> RECORD_DIMM,
	};
}

static u64 erred_of(unsigned long pfn, u16 dimm)
{
	return (u64)pfn << ERRED_DIMM_BITS | dimm;
}

static u64 *erred_place(unsigned long pfn)
{
	return &frames.erred[hash_long(pfn, ERRED_BITS)];
}

/* Number of the memory module that had errors at a page frame lately, or 0. */
static u16 erred_dimm(unsigned long pfn)
{
	u64 erred = *erred_place(pfn);

	return erred >> ERRED_DIMM_BITS == pfn ? erred : 0;
}

void vigil_memory_frames_exit(void)
{
	xa_destroy(&frames.records);
}

/* What is known about a page frame. */
struct vigil_frame vigil_memory_frame(unsigned long pfn)
{
	lockdep_assert_held(&vigil_memory_lock);

	return frame_of(xa_load(&frames.records, pfn));
}

/* Make or change the record of a page frame. Changing one can't fail. */
static int frame_set(unsigned long pfn, struct vigil_frame frame)
{
	struct vigil_frame before = vigil_memory_frame(pfn);
	bool fresh = before.state == VIGIL_FRAME_NONE;
	void *old;

	if (fresh && frames.nr_records >= RECORDS_MAX)
		return -ENOSPC;
	if (!frame.dimm)
		frame.dimm = erred_dimm(pfn);

	old = xa_store(&frames.records, pfn, record_of(&frame), GFP_KERNEL);
	if (xa_is_err(old))
		return xa_err(old);

	if (fresh)
		frames.nr_records++;
	else
		vigil_memory_account(&before, -1);
	vigil_memory_account(&frame, 1);
	trace_vigil_memory_frame(pfn, &frame);
	return 0;
}

/**
 * vigil_memory_frame_begin() - Record a page frame as being taken by Vigil.
 * @pfn: the page frame
 * @nid: its node
 * @by_errors: because of errors, not because somebody commanded it
 *
 * Context: Process context, under vigil_memory_lock.
 * Return: 0, -EDQUOT when the node's budget is used up, -EBUSY when the frame
 * is out of use, -ENOMEM, -ENOSPC.
 */
int vigil_memory_frame_begin(unsigned long pfn, int nid, bool by_errors)
{
	struct vigil_frame frame = {
		.state = VIGIL_FRAME_PENDING,
		.by_errors = by_errors,
		.nid = nid,
	};

	switch (vigil_memory_frame(pfn).state) {
	case VIGIL_FRAME_NONE:
		if (!vigil_memory_budget_left(nid))
			return -EDQUOT;
		return frame_set(pfn, frame);
	case VIGIL_FRAME_PENDING:
		return 0;
	default:
		return -EBUSY;
	}
}

/* A page frame that was pending has been seen to be out of use. */
void vigil_memory_frame_taken(unsigned long pfn,
			      enum vigil_memory_frame_state state)
{
	struct vigil_frame frame = vigil_memory_frame(pfn);

	frame.state = state;
	frame_set(pfn, frame);
	vigil_memory_count(frame.nid, COUNTER_OFFLINED, 1);
}

/* The page frame is in use again. */
void vigil_memory_frame_clear(unsigned long pfn)
{
	struct vigil_frame before = vigil_memory_frame(pfn);

	if (before.state == VIGIL_FRAME_NONE)
		return;
	xa_erase(&frames.records, pfn);
	frames.nr_records--;
	vigil_memory_account(&before, -1);
	before.state = VIGIL_FRAME_NONE;
	trace_vigil_memory_frame(pfn, &before);
}

/**
 * vigil_memory_frame_erred() - A memory module is known to have erred there.
 * @pfn: the page frame
 * @dimm: number of the memory module
 *
 * Context: Process context, under vigil_memory_lock.
 */
void vigil_memory_frame_erred(unsigned long pfn, u16 dimm)
{
	struct vigil_frame frame = vigil_memory_frame(pfn);

	*erred_place(pfn) = erred_of(pfn, dimm);
	if (frame.state == VIGIL_FRAME_NONE || frame.dimm)
		return;
	frame.dimm = dimm;
	frame_set(pfn, frame);
}

/* The memory module that had errors at a page frame, or NULL if not known. */
struct vigil_memory_dimm *vigil_memory_frame_dimm(unsigned long pfn)
{
	struct vigil_frame frame = vigil_memory_frame(pfn);

	return vigil_memory_dimm_by_number(frame.dimm ?: erred_dimm(pfn));
}

/* Has memory failure handling or soft offlining taken the frame? */
bool vigil_memory_poisoned(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);

	return page && PageHWPoison(page);
}

/**
 * vigil_memory_note_external() - Somebody else took a page frame out of use.
 * @pfn: the page frame, seen to be poisoned
 * @failure: an uncorrected error was seen to be the cause, so it is the kernel
 *	that took it even if Vigil was about to
 *
 * Context: Process context, under vigil_memory_lock.
 */
void vigil_memory_note_external(unsigned long pfn, bool failure)
{
	struct vigil_frame frame = vigil_memory_frame(pfn);
	struct page *page = pfn_to_online_page(pfn);

	if (!page || frame.state == VIGIL_FRAME_EXTERNAL ||
	    frame.state == VIGIL_FRAME_HELD ||
	    (frame.state != VIGIL_FRAME_NONE && !failure))
		return;

	frame.state = VIGIL_FRAME_EXTERNAL;
	frame.by_errors = true;
	frame.nid = page_to_nid(page);
	frame_set(pfn, frame);
	vigil_memory_count(frame.nid, COUNTER_EXTERNAL, 1);
}

/* Have others put a frame back to use, or is it gone? */
static bool is_back(unsigned long pfn, const struct vigil_frame *frame)
{
	return (frame->state == VIGIL_FRAME_OFFLINED ||
		frame->state == VIGIL_FRAME_EXTERNAL) &&
	       !vigil_memory_poisoned(pfn);
}

/* Forget frames that others have put back to use, or that are gone. */
void vigil_memory_frames_review(void)
{
	struct vigil_frame frame;
	unsigned long pfn;
	void *record;

	lockdep_assert_held(&vigil_memory_lock);

	xa_for_each(&frames.records, pfn, record) {
		frame = frame_of(record);
		if (is_back(pfn, &frame))
			vigil_memory_frame_clear(pfn);
		cond_resched();
	}
}

static void describe_locked(unsigned long pfn, const struct vigil_frame *frame,
			    struct vigil_frame_info *out)
{
	lockdep_assert_held(&vigil_memory_lock);

	out->address = PFN_PHYS(pfn);
	out->state = (enum vigil_frame_state)frame->state;
	out->by_errors = frame->by_errors;
	strscpy(out->dimm, vigil_memory_dimm_name(frame->dimm),
		sizeof(out->dimm));
}

/**
 * vigil_memory_tell_frame() - Tell a page frame, if it is out of use.
 * @component: the component
 * @priv: its node
 * @address: physical address in bytes
 * @out: where to put it
 *
 * If somebody else has taken it, or put it back to use, that is noticed now.
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOENT when it is in use, -ENXIO when no memory is online there,
 * -EINVAL when it belongs to another node.
 */
int vigil_memory_tell_frame(struct vigil_component *component, void *priv,
			    u64 address, struct vigil_frame_info *out)
{
	struct vigil_memory_node *node = priv;
	unsigned long pfn = PHYS_PFN(address);
	struct page *page = pfn_to_online_page(pfn);
	struct vigil_frame frame;

	if (!page)
		return -ENXIO;
	if (page_to_nid(page) != node->nid)
		return -EINVAL;

	mutex_lock(&vigil_memory_lock);
	frame = vigil_memory_frame(pfn);
	if (is_back(pfn, &frame))
		vigil_memory_frame_clear(pfn);
	else if (vigil_memory_poisoned(pfn))
		vigil_memory_note_external(pfn, false);
	vigil_memory_tell(NULL);
	frame = vigil_memory_frame(pfn);
	/* There may be no room for a record. */
	if (frame.state == VIGIL_FRAME_NONE && vigil_memory_poisoned(pfn)) {
		frame.state = VIGIL_FRAME_EXTERNAL;
		frame.by_errors = true;
	}
	describe_locked(pfn, &frame, out);
	mutex_unlock(&vigil_memory_lock);
	return frame.state == VIGIL_FRAME_NONE ? -ENOENT : 0;
}

/**
 * vigil_memory_tell_next_frame() - Tell the next page frame out of use.
 * @component: the component
 * @priv: its node
 * @address: where to begin, a physical address in bytes; set to the frame's
 * @out: where to put it
 *
 * If others have put some back to use, that is noticed now.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOENT behind the last one.
 */
int vigil_memory_tell_next_frame(struct vigil_component *component, void *priv,
				 u64 *address, struct vigil_frame_info *out)
{
	struct vigil_memory_node *node = priv;
	unsigned long pfn = PFN_UP(*address);
	struct vigil_frame frame;
	int err = -ENOENT;
	void *record;

	mutex_lock(&vigil_memory_lock);
	xa_for_each_start(&frames.records, pfn, record, pfn) {
		frame = frame_of(record);
		if (is_back(pfn, &frame)) {
			vigil_memory_frame_clear(pfn);
			vigil_memory_tell(NULL);
		} else if (frame.nid == node->nid) {
			describe_locked(pfn, &frame, out);
			*address = out->address;
			err = 0;
			break;
		}
		cond_resched();
	}
	mutex_unlock(&vigil_memory_lock);
	return err;
}

/**
 * vigil_memory_immovable() - Why a page frame can't be vacated, if it can't.
 * @pfn: a page frame of memory that is online
 *
 * Only looks, so it may be wrong the next moment in either direction.
 *
 * Context: Any.
 * Return: what holds the frame, in words, or NULL.
 */
const char *vigil_memory_immovable(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);

	if (!page)
		return "memory that is not online";
	if (PageReserved(page))
		return "the kernel image, firmware or a device";
	if (PageSlab(page))
		return "objects of the kernel";
	if (PageTable(page))
		return "page tables";
	return NULL;
}

/**
 * vigil_memory_kernels() - Is a page frame the kernel's, which can't vacate it?
 * @pfn: a page frame of memory that is online
 *
 * What can be moved is free, or has a mapping, or is on a list of pages; pages
 * on their way to such a list have a mapping already.
 *
 * Context: Any.
 * Return: true if it is, for the moment.
 */
bool vigil_memory_kernels(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);

	if (!page || !page_count(page) || is_free_buddy_page(page))
		return false;
	page = compound_head(page);
	return !PageLRU(page) && !PageHuge(page) && !page->mapping;
}

/* A pageblock that ends at a hole or at another zone can't be isolated. */
static bool pageblock_whole(unsigned long pfn)
{
	struct page *first = pfn_to_online_page(pageblock_start_pfn(pfn));
	struct page *last = pfn_to_online_page(pageblock_end_pfn(pfn) - 1);

	return first && last && page_zone(first) == page_zone(last);
}

/**
 * vigil_memory_hold() - Vacate a page frame and allocate it.
 * @pfn: a page frame of memory that is online
 *
 * Keeps this module loaded until vigil_memory_unhold().
 *
 * Context: Process context, may sleep for long; no lock of Vigil held.
 * Return: 0, or a negative errno, most often -EBUSY.
 */
int vigil_memory_hold(unsigned long pfn)
{
	int tries, err = -EBUSY;

	if (!pageblock_whole(pfn))
		return -EBUSY;

	for (tries = 0; tries < HOLD_TRIES; tries++) {
		if (tries)
			msleep(HOLD_RETRY_MS);
		err = alloc_contig_range(pfn, pfn + 1, MIGRATE_MOVABLE,
					 GFP_KERNEL | __GFP_NOWARN);
		if (err != -EBUSY)
			break;
	}
	if (!err)
		__module_get(THIS_MODULE);
	return err;
}

/**
 * vigil_memory_unhold() - Free a page frame that was held.
 * @pfn: the page frame
 *
 * If an error has struck it meanwhile, the page allocator does not take it.
 *
 * Context: Process context; no lock of Vigil held.
 */
void vigil_memory_unhold(unsigned long pfn)
{
	free_contig_range(pfn, 1);
	module_put(THIS_MODULE);
}

/**
 * vigil_memory_can_unpoison() - Can soft offlining be undone?
 *
 * The kernel refuses for good after a real memory failure, also one from
 * before Vigil was loaded, and has no way to ask but to try: undoing it for
 * a page that is not poisoned fails one way or the other.
 *
 * Context: Process context, may sleep; no lock of Vigil held.
 * Return: true if it can be, so far.
 */
bool vigil_memory_can_unpoison(void)
{
	struct page *page;

	if (READ_ONCE(frames.unpoison_refused))
		return false;

	page = alloc_page(GFP_KERNEL);
	if (!page)
		return true;
	if (unpoison_memory(page_to_pfn(page)) == -EOPNOTSUPP)
		WRITE_ONCE(frames.unpoison_refused, true);
	__free_page(page);
	return !READ_ONCE(frames.unpoison_refused);
}

/**
 * vigil_memory_unpoison() - Give back a page frame that was soft-offlined.
 * @pfn: the page frame
 *
 * Context: Process context, may sleep; no lock of Vigil held.
 * Return: 0 when it was and is seen to be back, -EOPNOTSUPP when the kernel
 * does not undo it any more on this boot, another negative errno else.
 */
int vigil_memory_unpoison(unsigned long pfn)
{
	int err = unpoison_memory(pfn);

	if (err == -EOPNOTSUPP)
		WRITE_ONCE(frames.unpoison_refused, true);
	if (!err && vigil_memory_poisoned(pfn))
		return -EBUSY;
	return err;
}
