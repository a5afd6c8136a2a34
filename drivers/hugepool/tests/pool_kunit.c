// SPDX-License-Identifier: GPL-2.0
/*
 * A reserve with real huge pages: in and out, poison, evacuation.
 *
 * pool.c is compiled into the suite, with functions that do nothing in place of
 * its tracepoints, whose names would be taken when vigil_hugepool is loaded.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/page-flags.h>

#define VIGIL_HUGEPOOL_TRACE_H
static void trace_vigil_hugepool_fill(int nid, unsigned long pfn) { }
static void trace_vigil_hugepool_take(int nid, unsigned long pfn) { }
static void trace_vigil_hugepool_give_back(int nid, unsigned long pfn) { }
static void trace_vigil_hugepool_free(int nid, unsigned long pfn) { }
static void trace_vigil_hugepool_quarantine(int nid, unsigned long pfn) { }
#include "../pool.c"

/* A frame that is neither the first nor the last of its page. */
#define BAD_FRAME (HPAGE_PMD_NR / 2 + 3)

struct pool_fixture {
	struct hugepool pool;
	struct page *poisoned;	/* cleaned before the pages are freed */
};

static int pool_init(struct kunit *test)
{
	struct pool_fixture *fixture;

	fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);
	if (!fixture)
		return -ENOMEM;
	hugepool_init(&fixture->pool, numa_mem_id());
	test->priv = fixture;
	return 0;
}

/* What the pool itself never does: the poison is known to be false. */
static void free_quarantined(struct hugepool *pool)
{
	struct folio *folio, *next;

	list_for_each_entry_safe(folio, next, &pool->quarantine, lru) {
		spin_lock(&pool->lock);
		detach_locked(pool, folio);
		spin_unlock(&pool->lock);
		folio_put(folio);
	}
}

static void pool_exit(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;

	if (!fixture)
		return;
	if (fixture->poisoned)
		ClearPageHWPoison(fixture->poisoned);
	hugepool_close(&fixture->pool);
	hugepool_trim(&fixture->pool);
	free_quarantined(&fixture->pool);
}

static struct folio *new_huge_page(struct kunit *test)
{
	struct folio *folio;

	folio = __folio_alloc(GFP_HIGHUSER, HPAGE_PMD_ORDER, numa_mem_id(), NULL);
	KUNIT_ASSERT_NOT_NULL(test, folio);
	return folio;
}

/* The page that will be taken first comes last. */
static struct folio *fill(struct kunit *test, unsigned long nr)
{
	struct pool_fixture *fixture = test->priv;
	struct folio *folio = NULL;

	KUNIT_ASSERT_EQ(test, hugepool_set_target(&fixture->pool, nr), 0);
	while (nr--) {
		folio = new_huge_page(test);
		KUNIT_ASSERT_TRUE(test, hugepool_add(&fixture->pool, folio));
	}
	return folio;
}

static void poison(struct kunit *test, struct folio *folio)
{
	struct pool_fixture *fixture = test->priv;

	fixture->poisoned = folio_page(folio, BAD_FRAME);
	SetPageHWPoison(fixture->poisoned);
}

static void expect_pages(struct kunit *test, unsigned long free_pages,
			 unsigned long used_pages,
			 unsigned long quarantined_pages)
{
	struct pool_fixture *fixture = test->priv;
	struct hugepool_stat stat;

	hugepool_read(&fixture->pool, &stat);
	KUNIT_EXPECT_EQ(test, stat.free_pages, free_pages);
	KUNIT_EXPECT_EQ(test, stat.used_pages, used_pages);
	KUNIT_EXPECT_EQ(test, stat.quarantined_pages, quarantined_pages);
}

static void take_hands_out_a_fresh_page(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	struct folio *folio;

	fill(test, 1);
	folio = hugepool_take(&fixture->pool, false);
	KUNIT_ASSERT_NOT_NULL(test, folio);
	expect_pages(test, 0, 1, 0);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	KUNIT_EXPECT_EQ(test, (int)folio_order(folio), HPAGE_PMD_ORDER);
	KUNIT_EXPECT_NULL(test, folio->private);
	KUNIT_EXPECT_NULL(test, folio->mapping);
	KUNIT_EXPECT_FALSE(test, folio_test_lru(folio));

	folio_put(folio);
	hugepool_forget(&fixture->pool);
	expect_pages(test, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, hugepool_shortfall(&fixture->pool), 1UL);
}

static void take_from_empty_gives_nothing(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, hugepool_set_target(&fixture->pool, 3), 0);
	KUNIT_EXPECT_NULL(test, hugepool_take(&fixture->pool, false));
	expect_pages(test, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, hugepool_shortfall(&fixture->pool), 3UL);
}

static void take_leaves_the_spare(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	struct folio *ordinary, *healing;

	fill(test, 2);
	KUNIT_ASSERT_EQ(test, hugepool_set_spare(&fixture->pool, 1), 0);
	KUNIT_EXPECT_EQ(test, hugepool_shortfall(&fixture->pool), 1UL);
	ordinary = hugepool_take(&fixture->pool, false);
	KUNIT_ASSERT_NOT_NULL(test, ordinary);
	KUNIT_EXPECT_NULL(test, hugepool_take(&fixture->pool, false));
	expect_pages(test, 1, 1, 0);

	healing = hugepool_take(&fixture->pool, true);
	KUNIT_EXPECT_NOT_NULL(test, healing);
	expect_pages(test, 0, 2, 0);
	if (healing)
		hugepool_give_back(&fixture->pool, healing);
	hugepool_give_back(&fixture->pool, ordinary);
	expect_pages(test, 2, 0, 0);
}

static void spare_outlives_a_low_target(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;

	fill(test, 3);
	KUNIT_ASSERT_EQ(test, hugepool_set_spare(&fixture->pool, 1), 0);
	KUNIT_ASSERT_EQ(test, hugepool_set_target(&fixture->pool, 0), 0);
	expect_pages(test, 1, 0, 0);
	KUNIT_ASSERT_EQ(test, hugepool_set_spare(&fixture->pool, 0), 0);
	expect_pages(test, 0, 0, 0);
}

static void shortfall_has_an_age(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	struct hugepool_stat stat;

	KUNIT_ASSERT_EQ(test, hugepool_set_target(&fixture->pool, 1), 0);
	/* As if it had been set a hundred seconds ago. */
	fixture->pool.short_since_seconds -= 100;
	hugepool_read(&fixture->pool, &stat);
	KUNIT_EXPECT_EQ(test, stat.shortfall_pages, 1UL);
	KUNIT_EXPECT_GE(test, stat.shortfall_seconds, 100ULL);

	KUNIT_ASSERT_EQ(test, hugepool_set_target(&fixture->pool, 2), 0);
	hugepool_read(&fixture->pool, &stat);
	KUNIT_EXPECT_GE(test, stat.shortfall_seconds, 100ULL);

	fill(test, 1);
	hugepool_read(&fixture->pool, &stat);
	KUNIT_EXPECT_EQ(test, stat.shortfall_pages, 0UL);
	KUNIT_EXPECT_EQ(test, stat.shortfall_seconds, 0ULL);
	KUNIT_EXPECT_EQ(test, stat.fill_pages_per_minute, 1UL);
}

static void take_skips_poisoned(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	struct folio *bad = fill(test, 2);
	struct folio *folio;

	poison(test, bad);
	folio = hugepool_take(&fixture->pool, false);
	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_PTR_NE(test, folio, bad);
	expect_pages(test, 0, 1, 1);
	KUNIT_EXPECT_NULL(test, hugepool_take(&fixture->pool, false));
	KUNIT_EXPECT_EQ(test, hugepool_shortfall(&fixture->pool), 1UL);
	hugepool_give_back(&fixture->pool, folio);
}

static void trim_keeps_poisoned(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;

	poison(test, fill(test, 3));
	KUNIT_EXPECT_EQ(test, hugepool_set_target(&fixture->pool, 0), 0);
	expect_pages(test, 0, 0, 1);
}

static void give_back_keeps_poisoned(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	struct folio *folio;

	fill(test, 1);
	folio = hugepool_take(&fixture->pool, false);
	KUNIT_ASSERT_NOT_NULL(test, folio);
	poison(test, folio);
	hugepool_give_back(&fixture->pool, folio);
	expect_pages(test, 0, 0, 1);
}

static void give_back_restores(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	struct folio *folio;

	fill(test, 2);
	folio = hugepool_take(&fixture->pool, false);
	KUNIT_ASSERT_NOT_NULL(test, folio);
	hugepool_give_back(&fixture->pool, folio);
	expect_pages(test, 2, 0, 0);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 2);
}

static void give_back_above_target_frees(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	struct folio *folio;

	fill(test, 2);
	folio = hugepool_take(&fixture->pool, false);
	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_EQ(test, hugepool_set_target(&fixture->pool, 1), 0);
	expect_pages(test, 0, 1, 0);
	KUNIT_EXPECT_EQ(test, hugepool_set_target(&fixture->pool, 0), 0);
	hugepool_give_back(&fixture->pool, folio);
	expect_pages(test, 0, 0, 0);
}

static void add_stops_at_target(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	struct folio *folio;

	fill(test, 1);
	folio = new_huge_page(test);
	KUNIT_EXPECT_FALSE(test, hugepool_add(&fixture->pool, folio));
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	folio_put(folio);
	expect_pages(test, 1, 0, 0);
}

static void evacuate_frees_idle_page(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	unsigned long pfn = folio_pfn(fill(test, 2)) + BAD_FRAME;

	KUNIT_EXPECT_EQ(test, hugepool_evacuate(&fixture->pool, pfn), 0);
	expect_pages(test, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, hugepool_shortfall(&fixture->pool), 1UL);
	KUNIT_EXPECT_EQ(test, hugepool_evacuate(&fixture->pool, pfn), -ENOENT);
}

static void evacuate_keeps_poisoned(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	struct folio *folio = fill(test, 1);
	unsigned long pfn = folio_pfn(folio);

	poison(test, folio);
	KUNIT_EXPECT_EQ(test, hugepool_evacuate(&fixture->pool, pfn), -EHWPOISON);
	expect_pages(test, 0, 0, 1);
	KUNIT_EXPECT_EQ(test, hugepool_evacuate(&fixture->pool, pfn), -EHWPOISON);
	expect_pages(test, 0, 0, 1);
}

static void evacuate_ignores_others(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	struct folio *other = new_huge_page(test);
	struct folio *folio;

	fill(test, 1);
	folio = hugepool_take(&fixture->pool, false);
	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_EQ(test, -ENOENT,
			hugepool_evacuate(&fixture->pool, folio_pfn(folio)));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			hugepool_evacuate(&fixture->pool, folio_pfn(other)));
	KUNIT_EXPECT_EQ(test, -ENOENT, hugepool_evacuate(&fixture->pool, 0));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			hugepool_evacuate(&fixture->pool, ULONG_MAX));
	folio_put(other);
	hugepool_give_back(&fixture->pool, folio);
}

static void yield_keeps_the_spare(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;

	fill(test, 4);
	KUNIT_ASSERT_EQ(test, hugepool_set_spare(&fixture->pool, 2), 0);
	KUNIT_EXPECT_EQ(test, hugepool_yieldable(&fixture->pool), 2UL);
	KUNIT_EXPECT_EQ(test, hugepool_yield(&fixture->pool, 1, false), 1UL);
	KUNIT_EXPECT_EQ(test, hugepool_yield(&fixture->pool, 9, false), 1UL);
	expect_pages(test, 2, 0, 0);
	KUNIT_EXPECT_EQ(test, hugepool_yield(&fixture->pool, 9, true), 2UL);
	expect_pages(test, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, hugepool_shortfall(&fixture->pool), 6UL);
}

static void yield_keeps_poisoned(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;

	poison(test, fill(test, 2));
	KUNIT_EXPECT_EQ(test, hugepool_yield(&fixture->pool, 9, true), 1UL);
	expect_pages(test, 0, 0, 1);
}

static void recovering_ends_when_full(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;

	fill(test, 2);
	KUNIT_EXPECT_FALSE(test, hugepool_recovering(&fixture->pool));
	KUNIT_EXPECT_EQ(test, hugepool_yield(&fixture->pool, 2, false), 2UL);
	KUNIT_EXPECT_TRUE(test, hugepool_recovering(&fixture->pool));
	fill(test, 1);
	KUNIT_EXPECT_FALSE(test, hugepool_recovering(&fixture->pool));
}

static void vacate_frees_the_range(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	struct folio *folio = fill(test, 3);

	KUNIT_EXPECT_EQ(test, 0,
			hugepool_vacate(&fixture->pool, folio_pfn(folio),
					folio_nr_pages(folio)));
	expect_pages(test, 2, 0, 0);
}

static void vacate_objects_to_poison(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	struct folio *folio = fill(test, 2);

	poison(test, folio);
	KUNIT_EXPECT_EQ(test, -EBUSY,
			hugepool_vacate(&fixture->pool, folio_pfn(folio),
					folio_nr_pages(folio)));
	expect_pages(test, 1, 0, 1);
}

static void vacated_range_stays_empty(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;
	struct folio *taken, *fresh = new_huge_page(test);

	fill(test, 1);
	taken = hugepool_take(&fixture->pool, false);
	KUNIT_ASSERT_NOT_NULL(test, taken);
	KUNIT_ASSERT_EQ(test, hugepool_set_target(&fixture->pool, 2), 0);
	KUNIT_EXPECT_EQ(test, 0, hugepool_vacate(&fixture->pool, 0, ULONG_MAX));
	KUNIT_EXPECT_FALSE(test, hugepool_add(&fixture->pool, fresh));
	KUNIT_EXPECT_NULL(test, fresh->mapping);
	hugepool_give_back(&fixture->pool, taken);
	expect_pages(test, 0, 0, 0);

	hugepool_end_vacate(&fixture->pool);
	KUNIT_EXPECT_TRUE(test, hugepool_add(&fixture->pool, fresh));
	expect_pages(test, 1, 0, 0);
}

static void close_refuses_targets(struct kunit *test)
{
	struct pool_fixture *fixture = test->priv;

	fill(test, 1);
	hugepool_close(&fixture->pool);
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, hugepool_set_target(&fixture->pool, 2));
	KUNIT_EXPECT_EQ(test, hugepool_shortfall(&fixture->pool), 0UL);
	hugepool_trim(&fixture->pool);
	expect_pages(test, 0, 0, 0);
}

static struct kunit_case pool_kunit_cases[] = {
	KUNIT_CASE(take_hands_out_a_fresh_page),
	KUNIT_CASE(take_from_empty_gives_nothing),
	KUNIT_CASE(take_leaves_the_spare),
	KUNIT_CASE(spare_outlives_a_low_target),
	KUNIT_CASE(shortfall_has_an_age),
	KUNIT_CASE(take_skips_poisoned),
	KUNIT_CASE(trim_keeps_poisoned),
	KUNIT_CASE(give_back_keeps_poisoned),
	KUNIT_CASE(give_back_restores),
	KUNIT_CASE(give_back_above_target_frees),
	KUNIT_CASE(add_stops_at_target),
	KUNIT_CASE(evacuate_frees_idle_page),
	KUNIT_CASE(evacuate_keeps_poisoned),
	KUNIT_CASE(evacuate_ignores_others),
	KUNIT_CASE(yield_keeps_the_spare),
	KUNIT_CASE(yield_keeps_poisoned),
	KUNIT_CASE(recovering_ends_when_full),
	KUNIT_CASE(vacate_frees_the_range),
	KUNIT_CASE(vacate_objects_to_poison),
	KUNIT_CASE(vacated_range_stays_empty),
	KUNIT_CASE(close_refuses_targets),
	{ }
};

static struct kunit_suite pool_kunit_suite = {
	.name = "hugepool_pool",
	.init = pool_init,
	.exit = pool_exit,
	.test_cases = pool_kunit_cases,
};

kunit_test_suite(pool_kunit_suite);

MODULE_DESCRIPTION("KUnit suite of the huge-page pool's lists");
MODULE_LICENSE("GPL");
