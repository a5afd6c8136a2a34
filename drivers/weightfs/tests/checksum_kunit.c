// SPDX-License-Identifier: GPL-2.0
/* Tests of ../checksum.c: the right sum, and no harm from memory that can't be read. */
#include <kunit/test.h>
#include <linux/random.h>
#include <linux/vmalloc.h>

#include "../checksum.c"

static void *one_page(struct kunit *test)
{
	void *page = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	return page;
}

static void equals_the_kernels(struct kunit *test)
{
	u8 *page = one_page(test);
	u32 crc = 0;
	int i;

	for (i = 0; i < 100; i++) {
		get_random_bytes(page, PAGE_SIZE);
		KUNIT_ASSERT_TRUE(test, weightfs_checksum_data(page, &crc));
		KUNIT_ASSERT_EQ(test, crc, crc32c(~0, page, PAGE_SIZE));
	}
}

static void sees_every_bit(struct kunit *test)
{
	u8 *page = one_page(test);
	u32 right = 0, wrong = 0;
	unsigned int bit;

	memset(page, 0, PAGE_SIZE);
	KUNIT_ASSERT_TRUE(test, weightfs_checksum_data(page, &right));
	for (bit = 0; bit < PAGE_SIZE * BITS_PER_BYTE; bit += 61) {
		page[bit / BITS_PER_BYTE] ^= BIT(bit % BITS_PER_BYTE);
		KUNIT_ASSERT_TRUE(test, weightfs_checksum_data(page, &wrong));
		KUNIT_EXPECT_NE(test, right, wrong);
		page[bit / BITS_PER_BYTE] ^= BIT(bit % BITS_PER_BYTE);
	}
}

/*
 * A page fault goes by the same entries of the exception table as a machine
 * check. There is nothing behind memory from vmalloc().
 */
static void survives_bad_memory(struct kunit *test)
{
	u8 *page = vmalloc(PAGE_SIZE);
	u32 crc = 0;
	unsigned int offset;

	KUNIT_ASSERT_NOT_NULL(test, page);
	if (!crc_instruction()) {
		vfree(page);
		kunit_skip(test, "no crc32 instruction");
	}
	for (offset = 8; offset <= 128; offset += 8)
		KUNIT_EXPECT_FALSE(test, weightfs_checksum_data(page + offset, &crc));
	KUNIT_EXPECT_TRUE(test, weightfs_checksum_data(page, &crc));
	vfree(page);
}

static struct kunit_case checksum_cases[] = {
	KUNIT_CASE(equals_the_kernels),
	KUNIT_CASE(sees_every_bit),
	KUNIT_CASE(survives_bad_memory),
	{}
};

static struct kunit_suite checksum_suite = {
	.name = "weightfs_checksum",
	.test_cases = checksum_cases,
};

kunit_test_suite(checksum_suite);

MODULE_DESCRIPTION("Tests of weightfs's checksums");
MODULE_LICENSE("GPL");
