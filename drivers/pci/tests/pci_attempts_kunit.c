// SPDX-License-Identifier: GPL-2.0
/* When to try again, attempts.h, and rates of errors, rate.h. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/module.h>

#include "../attempts.h"
#include "../rate.h"

static const struct vigil_pci_allowance allowance = {
	.burst = 2,
	.burst_s = 100,
	.give_up = 4,
};

static void a_burst_is_free(struct kunit *test)
{
	struct vigil_pci_attempts attempts = { };

	KUNIT_EXPECT_EQ(test, vigil_pci_attempt_delay(&attempts, 10,
						      &allowance), 0ULL);
	vigil_pci_attempt_note(&attempts, 10);
	KUNIT_EXPECT_EQ(test, vigil_pci_attempt_delay(&attempts, 20,
						      &allowance), 0ULL);
	vigil_pci_attempt_note(&attempts, 20);
	KUNIT_EXPECT_EQ(test, vigil_pci_attempt_delay(&attempts, 30,
						      &allowance), 80ULL);
}

static void then_the_oldest_has_to_be_past(struct kunit *test)
{
	struct vigil_pci_attempts attempts = { };

	vigil_pci_attempt_note(&attempts, 10);
	vigil_pci_attempt_note(&attempts, 20);
	KUNIT_EXPECT_EQ(test, vigil_pci_attempt_delay(&attempts, 110,
						      &allowance), 0ULL);
	vigil_pci_attempt_note(&attempts, 110);
	KUNIT_EXPECT_EQ(test, vigil_pci_attempt_delay(&attempts, 111,
						      &allowance), 9ULL);
}

static void many_attempts_wrap(struct kunit *test)
{
	struct vigil_pci_allowance all = {
		.burst = VIGIL_PCI_BURST_MAX, .burst_s = 100, .give_up = 1000,
	};
	struct vigil_pci_attempts attempts = { };
	u64 now_s;

	for (now_s = 0; now_s < 40; now_s++)
		vigil_pci_attempt_note(&attempts, now_s);
	KUNIT_EXPECT_EQ(test, vigil_pci_attempt_delay(&attempts, 40, &all),
			40ULL - VIGIL_PCI_BURST_MAX + 100 - 40);
}

static void enough_is_enough(struct kunit *test)
{
	struct vigil_pci_attempts attempts = { };
	unsigned int i;

	for (i = 0; i < allowance.give_up; i++) {
		KUNIT_EXPECT_FALSE(test, vigil_pci_gave_up(&attempts,
							   allowance.give_up));
		vigil_pci_attempt_note(&attempts, 1000 * i);
	}
	KUNIT_EXPECT_TRUE(test, vigil_pci_gave_up(&attempts,
						  allowance.give_up));
}

static void errors_slide_out(struct kunit *test)
{
	struct vigil_pci_rate rate = { };

	vigil_pci_rate_add(&rate, 1000, 100, 10);
	KUNIT_EXPECT_EQ(test, vigil_pci_rate_sum(&rate, 1099, 100), 10ULL);
	KUNIT_EXPECT_EQ(test, vigil_pci_rate_sum(&rate, 1150, 100), 5ULL);
	KUNIT_EXPECT_EQ(test, vigil_pci_rate_sum(&rate, 1199, 100), 1ULL);
	KUNIT_EXPECT_EQ(test, vigil_pci_rate_sum(&rate, 1200, 100), 0ULL);
}

static void a_storm_does_not_wrap(struct kunit *test)
{
	struct vigil_pci_rate rate = { };

	vigil_pci_rate_add(&rate, 5, 100, U32_MAX);
	vigil_pci_rate_add(&rate, 6, 100, U32_MAX);
	KUNIT_EXPECT_EQ(test, vigil_pci_rate_sum(&rate, 7, 100),
			(u64)U32_MAX);
}

static void another_window_forgets(struct kunit *test)
{
	struct vigil_pci_rate rate = { };

	vigil_pci_rate_add(&rate, 1000, 100, 10);
	KUNIT_EXPECT_EQ(test, vigil_pci_rate_sum(&rate, 1001, 1), 0ULL);
}

static struct kunit_case attempts_cases[] = {
	KUNIT_CASE(a_burst_is_free),
	KUNIT_CASE(then_the_oldest_has_to_be_past),
	KUNIT_CASE(many_attempts_wrap),
	KUNIT_CASE(enough_is_enough),
	KUNIT_CASE(errors_slide_out),
	KUNIT_CASE(a_storm_does_not_wrap),
	KUNIT_CASE(another_window_forgets),
	{ }
};

static struct kunit_suite attempts_suite = {
	.name = "vigil_pci_attempts",
	.test_cases = attempts_cases,
};

kunit_test_suite(attempts_suite);

MODULE_DESCRIPTION("KUnit tests of attempts.h and rate.h");
MODULE_LICENSE("GPL");
