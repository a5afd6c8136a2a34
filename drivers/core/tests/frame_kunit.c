// SPDX-License-Identifier: GPL-2.0
/*
 * Owners of page frames.
 */
#include <kunit/test.h>
#include <linux/vigil/frame.h>

static int evacuate_7(struct vigil_frame_owner *self, unsigned long pfn)
{
	return pfn == 7 ? 0 : -ENOENT;
}

static int evacuate_8(struct vigil_frame_owner *self, unsigned long pfn)
{
	return pfn == 8 ? -EBUSY : -ENOENT;
}

static struct vigil_frame_owner seven = {
	.name = "seven",
	.evacuate = evacuate_7,
};

static struct vigil_frame_owner eight = {
	.name = "eight",
	.evacuate = evacuate_8,
};

static int frame_init(struct kunit *test)
{
	vigil_frame_owner_register(&seven);
	vigil_frame_owner_register(&eight);
	return 0;
}

static void frame_exit(struct kunit *test)
{
	vigil_frame_owner_unregister(&eight);
	vigil_frame_owner_unregister(&seven);
}

static void owner_evacuates(struct kunit *test)
{
	const char *name;

	KUNIT_EXPECT_EQ(test, vigil_frame_evacuate(7, &name), 0);
	KUNIT_EXPECT_STREQ(test, name, "seven");
}

static void owner_cannot_evacuate(struct kunit *test)
{
	const char *name;

	KUNIT_EXPECT_EQ(test, vigil_frame_evacuate(8, &name), -EBUSY);
	KUNIT_EXPECT_STREQ(test, name, "eight");
	KUNIT_EXPECT_EQ(test, vigil_frame_evacuate(8, NULL), -EBUSY);
}

static void nobody_owns_frame(struct kunit *test)
{
	const char *name = "x";

	KUNIT_EXPECT_EQ(test, vigil_frame_evacuate(9, &name), -ENOENT);
	KUNIT_EXPECT_NULL(test, name);
}

static void owner_gone_is_not_asked(struct kunit *test)
{
	vigil_frame_owner_unregister(&seven);
	KUNIT_EXPECT_EQ(test, vigil_frame_evacuate(7, NULL), -ENOENT);
	vigil_frame_owner_register(&seven);
}

static struct kunit_case frame_cases[] = {
	KUNIT_CASE(owner_evacuates),
	KUNIT_CASE(owner_cannot_evacuate),
	KUNIT_CASE(nobody_owns_frame),
	KUNIT_CASE(owner_gone_is_not_asked),
	{}
};

static struct kunit_suite frame_suite = {
	.name = "vigil_frame",
	.init = frame_init,
	.exit = frame_exit,
	.test_cases = frame_cases,
};

kunit_test_suite(frame_suite);
