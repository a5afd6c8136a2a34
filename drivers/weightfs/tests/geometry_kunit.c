// SPDX-License-Identifier: GPL-2.0
/* The arithmetic of geometry.h, in tables. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/sizes.h>

#include "../geometry.h"

#define CHUNK	WEIGHTFS_CHUNK_BYTES

struct file_case {
	const char *name;
	loff_t size;
	pgoff_t pages;
	unsigned long chunks;
	u64 last_bytes;
	bool last_can_be_huge;
};

static const struct file_case file_cases[] = {
	{ "empty", 0, 0, 0, 0, false },
	{ "one byte", 1, 1, 1, 1, false },
	{ "one page", PAGE_SIZE, 1, 1, PAGE_SIZE, false },
	{ "one byte more than a page", PAGE_SIZE + 1, 2, 1, PAGE_SIZE + 1, false },
	{ "one byte less than a chunk", CHUNK - 1, WEIGHTFS_CHUNK_PAGES, 1,
	  CHUNK - 1, false },
	{ "one chunk", CHUNK, WEIGHTFS_CHUNK_PAGES, 1, CHUNK, true },
	{ "one byte more than a chunk", CHUNK + 1, WEIGHTFS_CHUNK_PAGES + 1, 2, 1,
	  false },
	{ "three chunks", 3 * CHUNK, 3 * WEIGHTFS_CHUNK_PAGES, 3, CHUNK, true },
	{ "a terabyte and a byte", SZ_1T + 1, SZ_1T / PAGE_SIZE + 1,
	  SZ_1T / CHUNK + 1, 1, false },
};

static void file_case_name(const struct file_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(file, file_cases, file_case_name);

static void file_is_cut(struct kunit *test)
{
	const struct file_case *c = test->param_value;
	unsigned long last = c->chunks - 1;

	KUNIT_EXPECT_EQ(test, weightfs_file_pages(c->size), c->pages);
	KUNIT_EXPECT_EQ(test, weightfs_file_chunks(c->size), c->chunks);
	if (!c->chunks)
		return;
	KUNIT_EXPECT_EQ(test, weightfs_chunk_bytes(c->size, last), c->last_bytes);
	KUNIT_EXPECT_EQ(test, weightfs_chunk_can_be_huge(c->size, last),
			c->last_can_be_huge);
}

static void chunks_add_up_to_file(struct kunit *test)
{
	const struct file_case *c = test->param_value;
	unsigned long nr, chunks = min(c->chunks, 16UL);
	pgoff_t pages = 0;
	u64 bytes = 0;

	if (c->chunks > chunks)
		kunit_skip(test, "too many chunks to add up");
	for (nr = 0; nr < chunks; nr++) {
		KUNIT_EXPECT_EQ(test, weightfs_chunk_start(nr), pages);
		pages += weightfs_chunk_pages(c->size, nr);
		bytes += weightfs_chunk_bytes(c->size, nr);
	}
	KUNIT_EXPECT_EQ(test, pages, c->pages);
	KUNIT_EXPECT_EQ(test, bytes, (u64)c->size);
}

static void range_is_its_chunks(struct kunit *test)
{
	const struct file_case *c = test->param_value;
	u64 tail = c->size % CHUNK;

	KUNIT_EXPECT_EQ(test, weightfs_range_bytes(c->size, 0, c->chunks),
			(u64)c->size);
	KUNIT_EXPECT_EQ(test, weightfs_range_bytes(c->size, 0, c->size / CHUNK),
			c->size - tail);
	KUNIT_EXPECT_EQ(test, weightfs_range_bytes(c->size, c->size / CHUNK, c->chunks),
			tail);
	KUNIT_EXPECT_EQ(test, weightfs_range_bytes(c->size, 0, 0), 0ULL);
}

static void nothing_is_behind_the_end(struct kunit *test)
{
	const struct file_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, weightfs_chunk_pages(c->size, c->chunks), 0U);
	KUNIT_EXPECT_EQ(test, weightfs_chunk_bytes(c->size, c->chunks), 0ULL);
	KUNIT_EXPECT_EQ(test, weightfs_range_bytes(c->size, c->chunks, c->chunks + 9),
			0ULL);
	KUNIT_EXPECT_FALSE(test, weightfs_chunk_can_be_huge(c->size, c->chunks));
}

static void page_is_in_its_chunk(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, weightfs_chunk_of(0), 0UL);
	KUNIT_EXPECT_EQ(test, weightfs_chunk_of(WEIGHTFS_CHUNK_PAGES - 1), 0UL);
	KUNIT_EXPECT_EQ(test, weightfs_chunk_of(WEIGHTFS_CHUNK_PAGES), 1UL);
	KUNIT_EXPECT_EQ(test, weightfs_chunk_of(ULONG_MAX),
			ULONG_MAX / WEIGHTFS_CHUNK_PAGES);
}

static struct kunit_case geometry_cases[] = {
	KUNIT_CASE_PARAM(file_is_cut, file_gen_params),
	KUNIT_CASE_PARAM(chunks_add_up_to_file, file_gen_params),
	KUNIT_CASE_PARAM(range_is_its_chunks, file_gen_params),
	KUNIT_CASE_PARAM(nothing_is_behind_the_end, file_gen_params),
	KUNIT_CASE(page_is_in_its_chunk),
	{}
};

static struct kunit_suite geometry_suite = {
	.name = "weightfs_geometry",
	.test_cases = geometry_cases,
};

kunit_test_suite(geometry_suite);

MODULE_DESCRIPTION("Tests of how weightfs cuts files into chunks");
MODULE_LICENSE("GPL");
