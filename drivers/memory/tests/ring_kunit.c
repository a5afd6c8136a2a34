// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of error records, with what user space does not have: an interrupt
 * in the middle of a record, and a ring for each CPU.
 *
 * ring.c is compiled into the suite.
 */
#include <kunit/test.h>
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/smp.h>

#include "../ring.c"

static int ring_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct vigil_ring), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static bool put(struct vigil_ring *ring, u64 address)
{
	struct vigil_record record = { .address = address, .count = 1 };

	return vigil_ring_put(ring, &record);
}

static void expect(struct kunit *test, struct vigil_ring *ring, u64 address)
{
	static struct vigil_ring_taken taken;

	KUNIT_ASSERT_TRUE(test, vigil_ring_get(ring, &taken));
	KUNIT_EXPECT_EQ(test, taken.record.address, address);
	KUNIT_EXPECT_EQ(test, taken.record.count, 1);
}

static void expect_nothing(struct kunit *test, struct vigil_ring *ring)
{
	static struct vigil_ring_taken taken;

	KUNIT_EXPECT_FALSE(test, vigil_ring_get(ring, &taken));
}

static void first_in_first_out(struct kunit *test)
{
	u64 i;

	for (i = 0; i < 3 * VIGIL_RING_SLOTS; i++) {
		KUNIT_ASSERT_TRUE(test, put(test->priv, 2 * i));
		KUNIT_ASSERT_TRUE(test, put(test->priv, 2 * i + 1));
		expect(test, test->priv, 2 * i);
		expect(test, test->priv, 2 * i + 1);
	}
	expect_nothing(test, test->priv);
	KUNIT_EXPECT_EQ(test, vigil_ring_dropped(test->priv), 0);
}

static void overflow_is_counted(struct kunit *test)
{
	u64 i;

	for (i = 0; i < VIGIL_RING_SLOTS; i++)
		KUNIT_ASSERT_TRUE(test, put(test->priv, i));
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_FALSE(test, put(test->priv, 1000));
	KUNIT_EXPECT_EQ(test, vigil_ring_dropped(test->priv), 3);
	for (i = 0; i < VIGIL_RING_SLOTS; i++)
		expect(test, test->priv, i);
	expect_nothing(test, test->priv);
}

static void positions_wrap(struct kunit *test)
{
	struct vigil_ring *ring = test->priv;
	u32 position = U32_MAX - 10;
	u64 i;

	ring->head = position;
	ring->tail = position;
	for (i = 0; i < 30; i++) {
		KUNIT_ASSERT_TRUE(test, put(ring, i));
		expect(test, ring, i);
		expect_nothing(test, ring);
	}
}

/* A producer that interrupts another, and kicks a consumer too early. */
struct nested {
	struct irq_work work;
	struct vigil_ring *ring;
	bool good;
};

static void put_nested(struct irq_work *work)
{
	struct nested *nested = container_of(work, struct nested, work);

	nested->good = put(nested->ring, 2);
}

static void interrupted_record_is_waited_for(struct kunit *test)
{
	struct nested nested = { .ring = test->priv };
	struct vigil_ring_slot *slot;

	init_irq_work(&nested.work, put_nested);
	preempt_disable();
	slot = vigil_ring_reserve(test->priv, 1);
	irq_work_queue(&nested.work);
	preempt_enable();
	irq_work_sync(&nested.work);

	KUNIT_ASSERT_NOT_NULL(test, slot);
	KUNIT_EXPECT_TRUE(test, nested.good);
	expect_nothing(test, test->priv);
	slot->record.address = 1;
	slot->record.count = 1;
	vigil_ring_commit(test->priv, slot);
	expect(test, test->priv, 1);
	expect(test, test->priv, 2);
	expect_nothing(test, test->priv);
}

/* Every CPU fills its own ring from an interrupt, all at the same time. */
static void fill_ring(void *data)
{
	struct vigil_ring **rings = data;
	unsigned int cpu = smp_processor_id();
	u64 i;

	for (i = 0; i < 2 * VIGIL_RING_SLOTS; i++)
		put(rings[cpu], (u64)cpu << 32 | i);
}

static void check_ring(struct kunit *test, struct vigil_ring *ring,
		       unsigned int cpu)
{
	struct vigil_ring_taken *taken;
	u64 i;

	taken = kunit_kzalloc(test, sizeof(*taken), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, taken);
	for (i = 0; vigil_ring_get(ring, taken); i++)
		KUNIT_EXPECT_EQ(test, taken->record.address,
				(u64)cpu << 32 | i);
	KUNIT_EXPECT_EQ(test, i, VIGIL_RING_SLOTS);
	KUNIT_EXPECT_EQ(test, vigil_ring_dropped(ring), VIGIL_RING_SLOTS);
}

static void cpus_do_not_mix(struct kunit *test)
{
	struct vigil_ring **rings;
	unsigned int cpu;

	rings = kunit_kcalloc(test, nr_cpu_ids, sizeof(*rings), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rings);
	for_each_online_cpu(cpu) {
		rings[cpu] = kunit_kzalloc(test, sizeof(*rings[cpu]),
					   GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, rings[cpu]);
	}

	on_each_cpu(fill_ring, rings, 1);
	for_each_online_cpu(cpu)
		check_ring(test, rings[cpu], cpu);
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(first_in_first_out),
	KUNIT_CASE(overflow_is_counted),
	KUNIT_CASE(positions_wrap),
	KUNIT_CASE(interrupted_record_is_waited_for),
	KUNIT_CASE(cpus_do_not_mix),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "vigil_memory_ring",
	.init = ring_init,
	.test_cases = ring_cases,
};

kunit_test_suite(ring_suite);

MODULE_DESCRIPTION("Tests of the ring of error records");
MODULE_LICENSE("GPL");
