// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of error records: order, losses, nesting, and producers that are
 * interrupted for real, by signals and by other threads.
 */
/* unit-sources: drivers/memory/ring.c */
/* unit-cflags: -pthread */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

#include "drivers/memory/ring.h"
#include "unit.h"

/* An empty ring that has seen @position records. */
static struct vigil_ring *make_ring(u32 position)
{
	struct vigil_ring *ring = calloc(1, sizeof(*ring));

	ring->head = position;
	ring->tail = position;
	for (int i = 0; i < 1 << VIGIL_RING_RECENT_BITS; i++)
		ring->recent[i].position = position - 1;
	return ring;
}

static bool put(struct vigil_ring *ring, u64 address)
{
	struct vigil_record record = {
		.address = address,
		.status = ~address,
		.count = 1,
	};

	return vigil_ring_put(ring, &record);
}

/* The address of the oldest record, or -1. */
static long long get(struct vigil_ring *ring)
{
	static struct vigil_ring_taken taken;

	if (!vigil_ring_get(ring, &taken))
		return -1;
	CHECK(taken.record.status == ~taken.record.address);
	return taken.record.address;
}

static void first_in_first_out(void)
{
	struct vigil_ring *ring = make_ring(0);

	CHECK_INT(get(ring), -1);
	for (u64 i = 0; i < 10 * VIGIL_RING_SLOTS; i++) {
		CHECK(put(ring, 2 * i));
		CHECK(put(ring, 2 * i + 1));
		CHECK_INT(get(ring), 2 * i);
		CHECK_INT(get(ring), 2 * i + 1);
		CHECK_INT(get(ring), -1);
	}
	CHECK_INT(vigil_ring_dropped(ring), 0);
	free(ring);
}

static void losses_are_counted(void)
{
	struct vigil_ring *ring = make_ring(0);

	for (u64 i = 0; i < VIGIL_RING_SLOTS; i++)
		CHECK(put(ring, i));
	for (u64 i = 0; i < 5; i++)
		CHECK(!put(ring, 1000 + i));
	CHECK_INT(vigil_ring_dropped(ring), 5);

	/* The old ones are kept, and there is room again for one. */
	CHECK_INT(get(ring), 0);
	CHECK(put(ring, 2000));
	CHECK(!put(ring, 2001));
	for (u64 i = 1; i < VIGIL_RING_SLOTS; i++)
		CHECK_INT(get(ring), i);
	CHECK_INT(get(ring), 2000);
	CHECK_INT(get(ring), -1);
	CHECK_INT(vigil_ring_dropped(ring), 6);
	free(ring);
}

static void an_incomplete_record_is_waited_for(void)
{
	struct vigil_ring *ring = make_ring(0);
	struct vigil_ring_slot *outer, *inner;

	outer = vigil_ring_reserve(ring, 1);
	inner = vigil_ring_reserve(ring, 1);
	CHECK(put(ring, 3));
	inner->record = (struct vigil_record){ .address = 2, .status = ~2ull };
	vigil_ring_commit(ring, inner);
	CHECK_INT(get(ring), -1);
	outer->record = (struct vigil_record){ .address = 1, .status = ~1ull };
	vigil_ring_commit(ring, outer);
	CHECK_INT(get(ring), 1);
	CHECK_INT(get(ring), 2);
	CHECK_INT(get(ring), 3);
	CHECK_INT(get(ring), -1);
	free(ring);
}

static void positions_wrap(void)
{
	struct vigil_ring *ring = make_ring(UINT32_MAX - 100);

	for (u64 i = 0; i < 4 * VIGIL_RING_SLOTS; i++) {
		CHECK_INT(get(ring), -1);
		CHECK(put(ring, i));
		CHECK_INT(get(ring), i);
	}
	for (u64 i = 0; i < VIGIL_RING_SLOTS; i++)
		CHECK(put(ring, i));
	CHECK(!put(ring, 0));
	free(ring);
}

static bool report(struct vigil_ring *ring, u64 address, const char *text)
{
	struct vigil_ring_slot *slot = vigil_ring_reserve(ring, VIGIL_RING_SLOTS_WITH_TEXT);

	if (!slot)
		return false;
	slot->record = (struct vigil_record) {
		.address = address, .status = ~address, .count = 2 };
	/* Shorter than its place, and NULs behind it. */
	memset(vigil_ring_text(slot), 0, VIGIL_RING_TEXT_BYTES);
	memcpy(vigil_ring_text(slot), text, strlen(text));
	vigil_ring_commit(ring, slot);
	return true;
}

static void expect(struct vigil_ring *ring, u64 address, u32 count,
		   const char *text)
{
	static struct vigil_ring_taken taken;

	if (!CHECK(vigil_ring_get(ring, &taken)))
		return;
	CHECK_INT(taken.record.address, address);
	CHECK_INT(taken.record.count, count);
	CHECK(taken.has_text == !!text);
	if (text)
		CHECK_STR(taken.text, text);
}

/* Through every place where a text meets the end of the ring. */
static void texts_are_kept(void)
{
	struct vigil_ring *ring = make_ring(0);
	char text[VIGIL_RING_TEXT_BYTES];

	for (u32 i = 0; i < 4 * VIGIL_RING_SLOTS; i++) {
		memset(text, 'a' + i % 26, sizeof(text));
		text[i % sizeof(text)] = '\0';
		CHECK(report(ring, i, text));
		if (i % 5 == 0)
			CHECK(put(ring, 7));
		expect(ring, i, 2, text);
		if (i % 5 == 0)
			expect(ring, 7, 1, NULL);
		CHECK_INT(get(ring), -1);
	}
	for (u32 i = 0; i < VIGIL_RING_SLOTS / 7; i++)
		CHECK(report(ring, i, "x"));
	CHECK(!report(ring, 9, "x"));
	CHECK(put(ring, 9));
	free(ring);
}

static void equal_reports_join(void)
{
	struct vigil_ring *ring = make_ring(0);

	for (u32 i = 0; i < 10 * VIGIL_RING_SLOTS; i++)
		CHECK(report(ring, 1, "storm"));
	CHECK(report(ring, 1, "stork"));
	CHECK(report(ring, 1, "storm and more"));
	CHECK(put(ring, 1));
	CHECK(put(ring, 1));
	CHECK(put(ring, 2));
	for (u32 i = 0; i < 10; i++)
		CHECK(put(ring, 1 + i % 2));
	expect(ring, 1, 20 * VIGIL_RING_SLOTS, "storm");
	expect(ring, 1, 2, "stork");
	expect(ring, 1, 2, "storm and more");
	expect(ring, 1, 7, NULL);
	CHECK(put(ring, 2));
	expect(ring, 2, 7, NULL);

	/* What has been taken is over. */
	CHECK(put(ring, 2));
	expect(ring, 2, 1, NULL);
	CHECK_INT(get(ring), -1);
	CHECK_INT(vigil_ring_dropped(ring), 0);
	free(ring);
}

static void put_at(struct vigil_ring *ring, u64 time_ns, u16 flags)
{
	struct vigil_record record = { .time_ns = time_ns, .count = 1,
				       .status = ~0ull, .flags = flags };

	CHECK(vigil_ring_put(ring, &record));
}

/* Another second is another report, and so is an uncorrected error. */
static void different_reports_do_not_join(void)
{
	struct vigil_ring *ring = make_ring(0);

	put_at(ring, 5, 0);
	put_at(ring, NSEC_PER_SEC, 0);
	put_at(ring, NSEC_PER_SEC + 5, 0);
	put_at(ring, 0, 0);
	put_at(ring, 5, VIGIL_RECORD_COLLECTED);
	put_at(ring, 5, VIGIL_RECORD_UNCORRECTED);
	put_at(ring, 5, VIGIL_RECORD_UNCORRECTED);
	expect(ring, 0, 2, NULL);
	for (u32 i = 0; i < 5; i++)
		expect(ring, 0, 1, NULL);
	CHECK_INT(get(ring), -1);
	free(ring);
}

/* A report that joins while another one is being made is in no count twice. */
static void a_nested_report_joins(void)
{
	struct vigil_ring *ring = make_ring(0);
	struct vigil_ring_slot *outer;

	CHECK(put(ring, 1));
	outer = vigil_ring_reserve(ring, 1);
	CHECK(put(ring, 1));
	outer->record = (struct vigil_record){
		.address = 1, .status = ~1ull, .count = 1 };
	CHECK(!vigil_ring_commit(ring, outer));
	expect(ring, 1, 3, NULL);
	CHECK_INT(get(ring), -1);

	CHECK(put(ring, 1));
	outer = vigil_ring_reserve(ring, 1);
	CHECK(put(ring, 2));
	outer->record = (struct vigil_record){
		.address = 2, .status = ~2ull, .count = 1 };
	CHECK(vigil_ring_commit(ring, outer));
	expect(ring, 1, 1, NULL);
	expect(ring, 2, 0, NULL);
	expect(ring, 2, 2, NULL);
	CHECK_INT(get(ring), -1);
	free(ring);
}

/* Signals play the part of machine checks: they nest in a producer. */
static struct vigil_ring *signal_ring;
static u64 nr_signals;

static void on_signal(int number)
{
	(void)number;
	put(signal_ring, 1ull << 32 | nr_signals++);
}

static void machine_checks_nest(void)
{
	struct itimerval fast = { { 0, 50 }, { 0, 50 } }, off = { 0 };
	struct sigaction action = { .sa_handler = on_signal };
	u64 sent = 0, got = 0, interrupts = 0;
	long long address;

	signal_ring = make_ring(0);
	nr_signals = 0;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &fast, NULL);
	while (READ_ONCE(nr_signals) < 2000) {
		if (put(signal_ring, sent))
			sent++;
		while ((address = get(signal_ring)) >= 0) {
			if (address >> 32)
				CHECK_INT(address & UINT32_MAX, interrupts++);
			else
				CHECK_INT(address, got++);
		}
	}
	setitimer(ITIMER_REAL, &off, NULL);
	while ((address = get(signal_ring)) >= 0)
		address >> 32 ? interrupts++ : got++;
	CHECK_INT(got, sent);
	CHECK_INT(interrupts, nr_signals);
	CHECK_INT(vigil_ring_dropped(signal_ring), 0);
	free(signal_ring);
}

/* More than it has to bear: producers on other CPUs. */
#define NR_PRODUCERS	3
#define NR_RECORDS	200000ull

static struct vigil_ring *thread_ring;
static u64 nr_put[NR_PRODUCERS];

static void *produce(void *argument)
{
	u64 *mine = argument;
	u64 producer = mine - nr_put;

	for (u64 i = 0; i < NR_RECORDS; i++)
		*mine += put(thread_ring, producer << 32 | i);
	return NULL;
}

static void threads_lose_nothing_but_what_is_counted(void)
{
	u64 nr_got[NR_PRODUCERS] = { 0 }, next[NR_PRODUCERS] = { 0 };
	pthread_t threads[NR_PRODUCERS];
	u64 all = 0, producer, i;
	long long address;

	thread_ring = make_ring(0);
	for (i = 0; i < NR_PRODUCERS; i++)
		pthread_create(&threads[i], NULL, produce, &nr_put[i]);
	while (all + vigil_ring_dropped(thread_ring) <
	       NR_PRODUCERS * NR_RECORDS) {
		address = get(thread_ring);
		if (address < 0)
			continue;
		all++;
		producer = address >> 32;
		CHECK((address & UINT32_MAX) >= next[producer]);
		next[producer] = (address & UINT32_MAX) + 1;
		nr_got[producer]++;
	}
	for (i = 0; i < NR_PRODUCERS; i++) {
		pthread_join(threads[i], NULL);
		CHECK_INT(nr_got[i], nr_put[i]);
	}
	CHECK_INT(get(thread_ring), -1);
	free(thread_ring);
}

static const struct unit_case cases[] = {
	{ "first in, first out", first_in_first_out },
	{ "losses are counted", losses_are_counted },
	{ "an incomplete record is waited for",
	  an_incomplete_record_is_waited_for },
	{ "positions wrap", positions_wrap },
	{ "texts are kept", texts_are_kept },
	{ "equal reports join", equal_reports_join },
	{ "different reports do not join", different_reports_do_not_join },
	{ "a nested report joins", a_nested_report_joins },
	{ "machine checks nest", machine_checks_nest },
	{ "threads lose only what is counted",
	  threads_lose_nothing_but_what_is_counted },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
