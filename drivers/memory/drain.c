// SPDX-License-Identifier: GPL-2.0
/*
 * From error records to counts and decisions.
 *
 * A source puts a record into the ring of its CPU and kicks an irq_work, which
 * is the one thing that may be kicked from a machine check; that queues the
 * drain, which does everything else in process context. No kick is lost: both the
 * irq_work and the work item stop to be pending before their function reads the
 * rings, and a producer commits its record before it looks. While the drain is
 * pending nothing is kicked, so that a storm is not one of interrupts too.
 *
 * The drain takes at most one ring's worth of records from each CPU under the
 * lock and then queues itself again, so that a storm does not lock others out.
 *
 * A corrected error counts for its page frame (decay.c). Whether the frame goes is
 * decided in decide.c, unless RAS_CEC has been seen at work: then it takes the
 * frames, and what is left is to notice.
 */
#include <linux/irq_work.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include <compat/copy_text.h>

#include "decide.h"
#include "dedup.h"
#include "dimm.h"
#include "memory.h"
#include "sources.h"
#include "tally.h"

/* How soon others take a page frame that they were told of. */
#define OTHERS_ACT_MS	250

/**
 * struct cpu_ring - Records of one CPU.
 * @ring: see ring.h
 * @tally: those for which there was no room
 */
struct cpu_ring {
	struct vigil_ring ring;
	struct vigil_tally tally;
};

/* Of each possible CPU, in its node's memory; constant after init. */
static DEFINE_PER_CPU(struct cpu_ring *, cpu_rings);

static struct {
	struct workqueue_struct *workqueue;
	struct vigil_decay_entry *entries;
	struct vigil_decay_table table;		/* vigil_memory_lock */
	struct vigil_dedup dedup;		/* vigil_memory_lock */
	struct vigil_ring_taken taken;		/* vigil_memory_lock */
	bool others_act;	/* RAS_CEC collects; vigil_memory_lock */
} drain;

static void drain_work_fn(struct work_struct *work);
static DECLARE_WORK(drain_work, drain_work_fn);

static void kick_fn(struct irq_work *work)
{
	queue_work(drain.workqueue, &drain_work);
}

static struct irq_work kick = IRQ_WORK_INIT(kick_fn);

/**
 * vigil_memory_record() - Take a record from a source.
 * @record: all but its time
 * @text: what a driver says about it, or NULL
 *
 * Context: Any with preemption off, machine check included. Takes no lock.
 */
void vigil_memory_record(struct vigil_record *record, const char *text)
{
	struct vigil_ring_slot *slot;
	struct cpu_ring *cpu_ring;
	struct vigil_ring *ring;

	record->time_ns = vigil_memory_clock_ns();
	cpu_ring = __this_cpu_read(cpu_rings);
	ring = &cpu_ring->ring;
	if (text && !*text)
		text = NULL;
	slot = vigil_ring_reserve(ring, text ? VIGIL_RING_SLOTS_WITH_TEXT : 1);
	if (slot) {
		slot->record = *record;
		if (text)
			compat_copy_text(vigil_ring_text(slot), text,
					 VIGIL_RING_TEXT_BYTES);
		vigil_ring_commit(ring, slot);
	} else {
		vigil_tally_add(&cpu_ring->tally, record);
	}
	/*
	 * The record before the question. Partner: a work item stops to be
	 * pending, with a full barrier, before it looks at the rings.
	 */
	smp_mb();
	if (!work_pending(&drain_work))
		irq_work_queue(&kick);
}

static u64 record_ms(const struct vigil_record *record)
{
	return div_u64(record->time_ns, NSEC_PER_MSEC);
}

/**
 * struct error - What is known about a record that is being counted.
 * @record: the record; its count may be 0
 * @framed: @pfn is valid, and system memory
 * @pfn: page frame
 * @nid: node of the frame or, without one, of the CPU that reported it
 * @fresh: errors that no other source has reported
 * @dimm: the memory module, or NULL
 * @cell: where in it; all zeroes if that is not known
 */
struct error {
	const struct vigil_record *record;
	bool framed;
	unsigned long pfn;
	int nid;
	u32 fresh;
	struct vigil_memory_dimm *dimm;
	struct vigil_cell cell;
};

/* Errors without an address are told apart by their node only. */
static u64 dedup_key(const struct error *error)
{
	return error->framed ? error->pfn : U64_MAX / 2 - error->nid;
}

static struct error error_of(const struct vigil_record *record)
{
	struct error error = { .record = record };
	struct page *page = NULL;

	if (record->flags & VIGIL_RECORD_ADDRESS) {
		error.pfn = record->address >> PAGE_SHIFT;
		page = pfn_to_online_page(error.pfn);
	}
	error.framed = page;
	error.nid = page ? page_to_nid(page) :
			   vigil_memory_nid_of_cpu(record->cpu);
	error.fresh = vigil_dedup_add(&drain.dedup, dedup_key(&error), record);
	return error;
}

/* Errors of a page frame that is in use. */
static void count_page(const struct error *error, struct vigil_suspect *suspect)
{
	struct vigil_memory_node *node = vigil_memory_node(error->nid);
	u64 window_ms = READ_ONCE(node->window_s) * MSEC_PER_SEC;
	u64 evictions = drain.table.evictions;
	struct vigil_decay_entry *entry;

	entry = vigil_decay_table_add(&drain.table, error->pfn, error->fresh,
				      record_ms(error->record), window_ms);
	vigil_memory_count(error->nid, COUNTER_EVICTIONS,
			   drain.table.evictions - evictions);
	suspect->count = &entry->count;
	if (!drain.others_act && vigil_memory_decide_page(suspect))
		vigil_decay_table_forget(&drain.table, error->pfn);
}

static void take_framed(const struct error *error)
{
	struct vigil_suspect suspect = {
		.pfn = error->pfn,
		.nid = error->nid,
		.now_s = div_u64(error->record->time_ns, NSEC_PER_SEC),
		.dimm = error->dimm,
		.cell = &error->cell,
	};

	/* Errors of a frame that is out of use call for nothing. */
	if (vigil_memory_frame(error->pfn).state == VIGIL_FRAME_NONE)
		count_page(error, &suspect);
	/* But its row has other frames. */
	if (!drain.others_act)
		vigil_memory_decide_row(&suspect);
}

static void take_corrected(const struct error *error)
{
	if (error->record->flags & VIGIL_RECORD_COLLECTED) {
		vigil_memory_count(error->nid, COUNTER_COLLECTED,
				   error->record->count);
		drain.others_act = true;
	}
	if (!error->fresh)
		return;

	vigil_memory_count(error->nid, COUNTER_CORRECTED, error->fresh);
	if (!error->framed) {
		vigil_memory_count(error->nid, COUNTER_WITHOUT_ADDRESS,
				   error->fresh);
		return;
	}
	if (drain.others_act)
		vigil_memory_watch(OTHERS_ACT_MS);
	take_framed(error);
}

static void take_outcome(const struct error *error)
{
	u64 now_ms = record_ms(error->record);
	int nid = error->nid;

	switch (error->record->outcome) {
	case VIGIL_OUTCOME_RECOVERED:
		vigil_memory_count(nid, COUNTER_UE_RECOVERED, 1);
		break;
	case VIGIL_OUTCOME_DELAYED:
		vigil_memory_count(nid, COUNTER_UE_DELAYED, 1);
		break;
	case VIGIL_OUTCOME_FAILED:
		vigil_memory_count(nid, COUNTER_UE_FAILED, 1);
		vigil_memory_unhandled(nid, now_ms);
		break;
	case VIGIL_OUTCOME_IGNORED:
		vigil_memory_count(nid, COUNTER_UE_IGNORED, 1);
		vigil_memory_unhandled(nid, now_ms);
		break;
	default:
		return;
	}
	if (vigil_memory_poisoned(error->pfn)) {
		vigil_memory_note_external(error->pfn, true);
		vigil_decay_table_forget(&drain.table, error->pfn);
	}
}

static void take_uncorrected(const struct error *error)
{
	if (error->fresh)
		vigil_memory_uncorrected(error->nid, error->fresh,
					 record_ms(error->record));
	if (error->framed)
		take_outcome(error);
	else
		vigil_memory_count(error->nid, COUNTER_WITHOUT_ADDRESS,
				   error->fresh);
}

static void take(const struct vigil_record *record, const char *text)
{
	struct error error;

	error = error_of(record);
	if (record->flags & VIGIL_RECORD_DIMM)
		error.dimm = vigil_memory_dimm_take(record, text, error.nid,
						    &error.cell);
	if (error.dimm && error.framed)
		vigil_memory_frame_erred(error.pfn, error.dimm->number);
	if (record->flags & VIGIL_RECORD_UNCORRECTED)
		take_uncorrected(&error);
	else
		take_corrected(&error);
}

/* What the ring of a CPU had no room for: counted, but nobody knows where. */
static void take_tally(struct cpu_ring *cpu_ring, unsigned int cpu)
{
	int nid = vigil_memory_nid_of_cpu(cpu);
	struct vigil_record record;
	u32 i;

	for (i = 0; i <= VIGIL_TALLY_ENTRIES; i++) {
		if (!vigil_tally_take(&cpu_ring->tally, i, &record))
			continue;
		record.cpu = cpu;
		record.time_ns = vigil_memory_clock_ns();
		vigil_memory_count(nid, COUNTER_DROPPED, record.count);
		vigil_memory_source_count(&record, true);
		take(&record, NULL);
	}
}

/* Take what is in the ring of a CPU; true if there may be more. */
static bool drain_ring(unsigned int cpu)
{
	struct cpu_ring *cpu_ring = per_cpu(cpu_rings, cpu);
	struct vigil_ring_taken *taken = &drain.taken;
	unsigned int n;

	for (n = 0; n < VIGIL_RING_SLOTS; n++) {
		if (!vigil_ring_get(&cpu_ring->ring, taken))
			break;
		if (!taken->record.count)
			continue;
		vigil_memory_source_count(&taken->record, false);
		take(&taken->record, taken->has_text ? taken->text : NULL);
	}
	take_tally(cpu_ring, cpu);
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
	vigil_memory_dimms_judge();
	vigil_memory_tell(NULL);
	mutex_unlock(&vigil_memory_lock);

	if (more)
		queue_work(drain.workqueue, &drain_work);
}

/* Notice what others did about page frames that had errors. */
void vigil_memory_drain_review(void)
{
	struct vigil_decay_entry *entry;
	u32 i;

	lockdep_assert_held(&vigil_memory_lock);

	for (i = 0; i < drain.table.nr_entries; i++) {
		entry = &drain.table.entries[i];
		if (!entry->count.level_q16 ||
		    !vigil_memory_poisoned(entry->pfn))
			continue;
		vigil_memory_note_external(entry->pfn, false);
		memset(entry, 0, sizeof(*entry));
	}
}

static void free_rings(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		kvfree(per_cpu(cpu_rings, cpu));
		per_cpu(cpu_rings, cpu) = NULL;
	}
}

static int alloc_rings(void)
{
	struct cpu_ring *cpu_ring;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		cpu_ring = kvzalloc_node(sizeof(*cpu_ring), GFP_KERNEL,
					 cpu_to_mem(cpu));
		if (!cpu_ring) {
			free_rings();
			return -ENOMEM;
		}
		per_cpu(cpu_rings, cpu) = cpu_ring;
	}
	return 0;
}

/**
 * vigil_memory_drain_init() - Get memory for rings and counts.
 * @nr_entries: page frames to count for, a power of two
 *
 * Context: Process context, before sources are started.
 * Return: 0 or -ENOMEM.
 */
int vigil_memory_drain_init(unsigned int nr_entries)
{
	/* Errors go before the work of a busy server. */
	drain.workqueue = alloc_workqueue("vigil_memory_drain",
					  WQ_UNBOUND | WQ_HIGHPRI, 1);
	if (!drain.workqueue)
		return -ENOMEM;

	drain.entries = kvcalloc(nr_entries, sizeof(*drain.entries),
				 GFP_KERNEL);
	if (!drain.entries)
		goto destroy_workqueue;
	if (alloc_rings())
		goto free_entries;
	vigil_decay_table_init(&drain.table, drain.entries, nr_entries);
	return 0;

free_entries:
	kvfree(drain.entries);
destroy_workqueue:
	destroy_workqueue(drain.workqueue);
	return -ENOMEM;
}

/* After the sources have stopped: afterwards the drain does not run. */
void vigil_memory_drain_stop(void)
{
	irq_work_sync(&kick);
	cancel_work_sync(&drain_work);
}

void vigil_memory_drain_exit(void)
{
	free_rings();
	kvfree(drain.entries);
	destroy_workqueue(drain.workqueue);
}
