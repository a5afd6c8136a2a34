// SPDX-License-Identifier: GPL-2.0
/*
 * What makes a new generation of a file, generation.h. The source's inode is one
 * that no filesystem has: only its attributes are looked at.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/sizes.h>

#include "../generation.h"

#define MODEL_BYTES	(5LL * SZ_1G + 12345)

static const struct timespec64 written = { .tv_sec = 1700000000, .tv_nsec = 1 };

/* An inode of the source, and what weightfs noted of it. */
struct pair {
	struct inode lower;
	struct weightfs_inode wi;
};

static struct pair *new_pair(struct kunit *test, umode_t mode)
{
	struct pair *pair = kunit_kzalloc(test, sizeof(*pair), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pair);
	pair->lower.i_mode = mode;
	i_size_write(&pair->lower, MODEL_BYTES);
	inode_set_mtime_to_ts(&pair->lower, written);
	inode_set_ctime_to_ts(&pair->lower, written);
	weightfs_generation_set(&pair->wi, &pair->lower);
	return pair;
}

static bool current_one(const struct pair *pair)
{
	return weightfs_generation_current(&pair->wi, &pair->lower);
}

static bool intact(const struct pair *pair)
{
	return weightfs_generation_intact(&pair->wi, &pair->lower);
}

static void nothing_changed(struct kunit *test)
{
	struct pair *pair = new_pair(test, S_IFREG);

	KUNIT_EXPECT_TRUE(test, current_one(pair));
	KUNIT_EXPECT_TRUE(test, intact(pair));
}

static void size_changed(struct kunit *test)
{
	struct pair *pair = new_pair(test, S_IFREG);

	i_size_write(&pair->lower, MODEL_BYTES - 1);
	KUNIT_EXPECT_FALSE(test, current_one(pair));
	KUNIT_EXPECT_FALSE(test, intact(pair));
	i_size_write(&pair->lower, MODEL_BYTES + SZ_4G);
	KUNIT_EXPECT_FALSE(test, current_one(pair));
	KUNIT_EXPECT_FALSE(test, intact(pair));
}

static void mtime_changed(struct kunit *test)
{
	struct pair *pair = new_pair(test, S_IFREG);

	inode_set_mtime_to_ts(&pair->lower,
			      (struct timespec64) { written.tv_sec, 2 });
	KUNIT_EXPECT_FALSE(test, current_one(pair));
	KUNIT_EXPECT_FALSE(test, intact(pair));
	inode_set_mtime_to_ts(&pair->lower,
			      (struct timespec64) { written.tv_sec - 1, 1 });
	KUNIT_EXPECT_FALSE(test, current_one(pair));
	KUNIT_EXPECT_FALSE(test, intact(pair));
}

/* Removed, renamed, other permissions: what is loaded can still be healed. */
static void ctime_changed(struct kunit *test)
{
	struct pair *pair = new_pair(test, S_IFREG);

	inode_set_ctime_to_ts(&pair->lower,
			      (struct timespec64) { written.tv_sec, 2 });
	KUNIT_EXPECT_FALSE(test, current_one(pair));
	KUNIT_EXPECT_TRUE(test, intact(pair));
}

/* Written anew with "touch -d" afterwards: the ctime can't be set back. */
static void mtime_was_set_back(struct kunit *test)
{
	struct pair *pair = new_pair(test, S_IFREG);

	inode_set_mtime_to_ts(&pair->lower, written);
	inode_set_ctime_to_ts(&pair->lower,
			      (struct timespec64) { written.tv_sec + 1, 1 });
	KUNIT_EXPECT_FALSE(test, current_one(pair));
}

static void file_was_replaced(struct kunit *test)
{
	struct pair *old = new_pair(test, S_IFREG), *new = new_pair(test, S_IFREG);

	KUNIT_EXPECT_FALSE(test, weightfs_generation_current(&old->wi, &new->lower));
}

static void directory_stays_what_it_is(struct kunit *test)
{
	struct pair *pair = new_pair(test, S_IFDIR), *other = new_pair(test, S_IFDIR);

	i_size_write(&pair->lower, 1);
	inode_set_mtime_to_ts(&pair->lower, (struct timespec64) { 1, 1 });
	inode_set_ctime_to_ts(&pair->lower, (struct timespec64) { 1, 1 });
	KUNIT_EXPECT_TRUE(test, current_one(pair));
	KUNIT_EXPECT_FALSE(test, weightfs_generation_current(&pair->wi, &other->lower));
}

static struct kunit_case generation_cases[] = {
	KUNIT_CASE(nothing_changed),
	KUNIT_CASE(size_changed),
	KUNIT_CASE(mtime_changed),
	KUNIT_CASE(ctime_changed),
	KUNIT_CASE(mtime_was_set_back),
	KUNIT_CASE(file_was_replaced),
	KUNIT_CASE(directory_stays_what_it_is),
	{}
};

static struct kunit_suite generation_suite = {
	.name = "weightfs_generation",
	.test_cases = generation_cases,
};

kunit_test_suite(generation_suite);

MODULE_DESCRIPTION("Tests of what makes a new generation of a file");
MODULE_LICENSE("GPL");
