// SPDX-License-Identifier: GPL-2.0
/*
 * From error records to counts and decisions.
 *
 * A source puts a record into the ring of its CPU and kicks an irq_work, which
 * is the one thing that may be kicked from a machine check; that queues the
 * drain, which does everything else in process context. No kick is lost: a
 * producer commits its record before irq_work_queue(), whose claim is fully
 * ordered, and both the irq_work and the work item stop to be pending before
 * their function reads the rings.
 *
 * The drain takes at most one ring's worth of records from each CPU under the
 * lock and then queues itself again, so that a storm does not lock others out.
 *
 * A corrected error counts for its page frame. When the count meets the rule
 * (decay.c) the frame is handed to action.c, unless RAS_CEC has been seen at
 * work: then it takes the frames, and what is left is to notice.
 */
#include <linux/irq_work.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "memory.h"

/*
 * An uncorrected error is reported by the machine check and again, if the
 * page is handled, by memory failure handling: at once, or when the task
 * that used the page returns to user space.
 */
#define SAME_ERROR_MS	10000
#define NR_LATEST	64

/* How soon others take a page frame that they were told of. */
#define OTHERS_ACT_MS	250

/**
 * struct cpu_ring - Records of one CPU.
 * @ring: see ring.h
 * @nr_dropped: losses counted so far; vigil_memory_lock
 */
struct cpu_ring {
	struct vigil_ring ring;
	u32 nr_dropped;
};

/**
 * struct latest_error - An uncorrected error that was counted.
 * @pfn: its page frame
 * @time_ms: when
 * @sources: bits of those who have reported it
 */
struct latest_error {
	u64 pfn;
	u64 time_ms;
	u32 sources;
};

static struct {
	struct cpu_ring __percpu *rings;
	struct vigil_decay_entry *entries;
	struct vigil_decay_table table;		/* vigil_memory_lock */
	struct latest_error latest[NR_LATEST];	/* vigil_memory_lock */
	unsigned int next_latest;		/* vigil_memory_lock */
	bool others_act;	/* RAS_CEC collects; vigil_memory_lock */
} history;

static void drain_work_fn(struct work_struct *work);
static DECLARE_WORK(drain_work, drain_work_fn);

static void kick_fn(struct irq_work *work)
{
	schedule_work(&drain_work);
}

static struct irq_work kick = IRQ_WORK_INIT(kick_fn);

/**
 * vigil_memory_record() - Take a record from a source.
 * @record: all but its time
 *
 * Context: Any, machine check included. Takes no lock.
 */
void vigil_memory_record(struct vigil_record *record)
{
	preempt_disable_notrace();
	record->time_ns = ktime_get_mono_fast_ns();
	vigil_ring_put(&this_cpu_ptr(history.rings)->ring, record);
	irq_work_queue(&kick);
	preempt_enable_notrace();
}

static u64 record_ms(const struct vigil_record *record)
{
	return div_u64(record->time_ns, NSEC_PER_MSEC);
}

/* The page frame of a record; false when it isn't system memory. */
static bool record_frame(const struct vigil_record *record, unsigned long *pfn,
			 int *nid)
{
	struct page *page = NULL;

	if (record->flags & VIGIL_RECORD_ADDRESS) {
		*pfn = record->address >> PAGE_SHIFT;
		page = pfn_to_online_page(*pfn);
	}
	*nid = page ? page_to_nid(page) : vigil_memory_nid_of_cpu(record->cpu);
	return page;
}

/* A page frame had too many corrected errors. */
static void act(unsigned long pfn, int nid)
{
	if (vigil_memory_offline(pfn, nid))
		vigil_decay_table_forget(&history.table, pfn);
	else
		vigil_memory_count(nid, COUNTER_OFFLINE_DEFERRED, 1);
}

static void take_corrected(const struct vigil_record *record)
{
	struct vigil_memory_node *node;
	struct vigil_decay_entry *entry;
	u64 evictions, window_ms;
	unsigned long pfn;
	int nid;

	if (!record_frame(record, &pfn, &nid)) {
		vigil_memory_count(nid, COUNTER_CORRECTED, 1);
		vigil_memory_count(nid, COUNTER_WITHOUT_ADDRESS, 1);
		return;
	}
	vigil_memory_count(nid, COUNTER_CORRECTED, 1);
	if (record->flags & VIGIL_RECORD_COLLECTED) {
		vigil_memory_count(nid, COUNTER_COLLECTED, 1);
		history.others_act = true;
	}
	if (history.others_act)
		vigil_memory_watch(OTHERS_ACT_MS);

	/* Errors of a frame that is out of use call for nothing. */
	if (vigil_memory_frame(pfn).state != VIGIL_FRAME_NONE)
		return;

	node = vigil_memory_node(nid);
	window_ms = READ_ONCE(node->window_s) * MSEC_PER_SEC;
	evictions = history.table.evictions;
	entry = vigil_decay_table_add(&history.table, pfn, record_ms(record),
				      window_ms);
	vigil_memory_count(nid, COUNTER_EVICTIONS,
			   history.table.evictions - evictions);
	if (!history.others_act &&
	    vigil_decay_reached(&entry->count,
				READ_ONCE(node->threshold_events)))
		act(pfn, nid);
}

/* Has another source reported this uncorrected error already? */
static bool reported(unsigned long pfn, unsigned int source, u64 now_ms)
{
	struct latest_error *error;
	unsigned int i;

	for (i = 0; i < NR_LATEST; i++) {
		error = &history.latest[i];
		if (error->sources && error->pfn == pfn &&
		    !(error->sources & BIT(source)) &&
		    now_ms < error->time_ms + SAME_ERROR_MS) {
			error->sources |= BIT(source);
			return true;
		}
	}

	error = &history.latest[history.next_latest];
	history.next_latest = (history.next_latest + 1) % NR_LATEST;
	error->pfn = pfn;
	error->time_ms = now_ms;
	error->sources = BIT(source);
	return false;
}

static void take_outcome(const struct vigil_record *record, unsigned long pfn,
			 int nid)
{
	switch (record->outcome) {
	case VIGIL_OUTCOME_RECOVERED:
		vigil_memory_count(nid, COUNTER_UE_RECOVERED, 1);
		break;
	case VIGIL_OUTCOME_DELAYED:
		vigil_memory_count(nid, COUNTER_UE_DELAYED, 1);
		break;
	case VIGIL_OUTCOME_FAILED:
		vigil_memory_count(nid, COUNTER_UE_FAILED, 1);
		vigil_memory_unhandled(nid, record_ms(record));
		break;
	case VIGIL_OUTCOME_IGNORED:
		vigil_memory_count(nid, COUNTER_UE_IGNORED, 1);
		vigil_memory_unhandled(nid, record_ms(record));
		break;
	default:
		return;
	}
	if (vigil_memory_poisoned(pfn)) {
		vigil_memory_note_external(pfn, true);
		vigil_decay_table_forget(&history.table, pfn);
	}
}

static void take_uncorrected(const struct vigil_record *record)
{
	u64 now_ms = record_ms(record);
	unsigned long pfn;
	int nid;

	if (!record_frame(record, &pfn, &nid)) {
		vigil_memory_uncorrected(nid, now_ms);
		vigil_memory_count(nid, COUNTER_WITHOUT_ADDRESS, 1);
		return;
	}
	if (!reported(pfn, record->source, now_ms))
		vigil_memory_uncorrected(nid, now_ms);
	take_outcome(record, pfn, nid);
}

/* Take what is in the ring of a CPU; true if there may be more. */
static bool drain_ring(unsigned int cpu)
{
	struct cpu_ring *cpu_ring = per_cpu_ptr(history.rings, cpu);
	struct vigil_record record;
	unsigned int n;
	u32 dropped;

	for (n = 0; n < VIGIL_RING_SLOTS; n++) {
		if (!vigil_ring_get(&cpu_ring->ring, &record))
			break;
		if (record.flags & VIGIL_RECORD_UNCORRECTED)
			take_uncorrected(&record);
		else
			take_corrected(&record);
	}

	dropped = vigil_ring_dropped(&cpu_ring->ring);
	if (dropped != cpu_ring->nr_dropped) {
		vigil_memory_count(vigil_memory_nid_of_cpu(cpu),
				   COUNTER_DROPPED,
				   dropped - cpu_ring->nr_dropped);
		cpu_ring->nr_dropped = dropped;
	}
	return n == VIGIL_RING_SLOTS;
}

static void drain_work_fn(struct work_struct *work)
{
	bool more = false;
	unsigned int cpu;

	mutex_lock(&vigil_memory_lock);
	for_each_possible_cpu(cpu) {
		more |= drain_ring(cpu);
		cond_resched();
	}
	vigil_memory_tell(NULL);
	mutex_unlock(&vigil_memory_lock);

	if (more)
		schedule_work(&drain_work);
}

/* Notice what others did about page frames that had errors. */
void vigil_memory_history_review(void)
{
	struct vigil_decay_entry *entry;
	u32 i;

	lockdep_assert_held(&vigil_memory_lock);

	for (i = 0; i < history.table.nr_entries; i++) {
		entry = &history.table.entries[i];
		if (!entry->count.level_q16 ||
		    !vigil_memory_poisoned(entry->pfn))
			continue;
		vigil_memory_note_external(entry->pfn, false);
		memset(entry, 0, sizeof(*entry));
	}
}

/**
 * vigil_memory_history_init() - Get memory for rings and counts.
 * @nr_entries: page frames to count for, a power of two
 *
 * Context: Process context, before sources are started.
 * Return: 0 or -ENOMEM.
 */
int vigil_memory_history_init(unsigned int nr_entries)
{
	history.rings = alloc_percpu(struct cpu_ring);
	if (!history.rings)
		return -ENOMEM;

	history.entries = kvcalloc(nr_entries, sizeof(*history.entries),
				   GFP_KERNEL);
	if (!history.entries) {
		free_percpu(history.rings);
		return -ENOMEM;
	}
	vigil_decay_table_init(&history.table, history.entries, nr_entries);
	return 0;
}

/* After the sources have stopped: afterwards the drain does not run. */
void vigil_memory_history_stop(void)
{
	irq_work_sync(&kick);
	cancel_work_sync(&drain_work);
}

void vigil_memory_history_exit(void)
{
	kvfree(history.entries);
	free_percpu(history.rings);
}
