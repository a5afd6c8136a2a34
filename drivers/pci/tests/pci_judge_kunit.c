// SPDX-License-Identifier: GPL-2.0
/* What signs amount to, judge.h, and which classes are watched, classes.h. */
#include <kunit/test.h>
#include <linux/module.h>

#include "../classes.h"
#include "../judge.h"

static const struct link_case {
	const char *name;
	struct vigil_pci_link_signs signs;
	const char *reason;	/* NULL: nothing is wrong */
} link_cases[] = {
	{ "as wide as both can",
	  { { 16, 16000 }, { 16, 16000 }, { 16, 16000 } }, NULL },
	{ "no link", { { 0, 0 }, { 0, 0 }, { 0, 0 } }, NULL },
	{ "not read yet", { { 0, 0 }, { 0, 0 }, { 16, 8000 } }, NULL },
	{ "narrower than it was",
	  { { 8, 16000 }, { 16, 16000 }, { 16, 16000 } },
	  "link x8, was x16" },
	{ "narrow from the start",
	  { { 8, 16000 }, { 8, 16000 }, { 16, 16000 } },
	  "link x8, both ends can x16" },
	{ "narrow, and expected to be",
	  { { 8, 16000 }, { 8, 16000 }, { 16, 16000 }, 8 }, NULL },
	{ "narrower than expected",
	  { { 4, 16000 }, { 4, 16000 }, { 16, 16000 }, 8 },
	  "link x4, expected x8" },
	{ "slow, which power management does",
	  { { 16, 2500 }, { 16, 16000 }, { 16, 16000 } }, NULL },
	{ "slower than it was, and that counts",
	  { { 16, 2500 }, { 16, 16000 }, { 16, 16000 }, 0, true },
	  "link at 2500 MT/s, was 16000" },
	{ "slow from the start, and that counts",
	  { { 16, 8000 }, { 16, 8000 }, { 16, 16000 }, 0, true },
	  "link at 8000 MT/s, both ends can 16000" },
	{ "wider than it can be", { { 32, 1 }, { 1, 1 }, { 16, 1 } }, NULL },
};

static void name_link(const struct link_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(link, link_cases, name_link);

static void links(struct kunit *test)
{
	const struct link_case *c = test->param_value;
	char reason[VIGIL_REASON_MAX + 1] = "";

	KUNIT_EXPECT_EQ(test, vigil_pci_judge_link(&c->signs, reason,
						   sizeof(reason)),
			(bool)c->reason);
	KUNIT_EXPECT_STREQ(test, reason, c->reason ?: "");
}

static void registers_are_read(struct kunit *test)
{
	struct vigil_pci_link link = vigil_pci_link_of(0x1103);

	KUNIT_EXPECT_EQ(test, link.lanes, 16U);
	KUNIT_EXPECT_EQ(test, link.speed_mtps, 8000U);
	link = vigil_pci_link_of(0xffff);
	KUNIT_EXPECT_EQ(test, link.speed_mtps, 0U);
}

static const struct sign_case {
	const char *name;
	struct vigil_pci_signs signs;
	enum vigil_health health;
	enum vigil_advice advice;
} sign_cases[] = {
	{ "nothing", { }, VIGIL_HEALTH_HEALTHY, VIGIL_ADVICE_NONE },
	{ "as many corrected errors as are fine",
	  { .corrected = 5, .corrected_max = 5 },
	  VIGIL_HEALTH_HEALTHY, VIGIL_ADVICE_NONE },
	{ "one too many", { .corrected = 6, .corrected_max = 5 },
	  VIGIL_HEALTH_DEGRADED, VIGIL_ADVICE_WATCH },
	{ "a non-fatal error", { .nonfatal = 1 },
	  VIGIL_HEALTH_DEGRADED, VIGIL_ADVICE_WATCH },
	{ "more of them", { .nonfatal = 2 },
	  VIGIL_HEALTH_FAILING, VIGIL_ADVICE_ISOLATE },
	{ "a fatal one", { .fatal = true, .nonfatal = 1 },
	  VIGIL_HEALTH_FAILED, VIGIL_ADVICE_ISOLATE },
	{ "absent", { .absent = true },
	  VIGIL_HEALTH_FAILED, VIGIL_ADVICE_REPLACE },
	{ "gone", { .unplugged = true },
	  VIGIL_HEALTH_FAILED, VIGIL_ADVICE_REPLACE },
	{ "without the driver that it had", { .driverless = true },
	  VIGIL_HEALTH_FAILED, VIGIL_ADVICE_REPLACE },
	{ "given up", { .fatal = true, .gave_up = true },
	  VIGIL_HEALTH_FAILED, VIGIL_ADVICE_REPLACE },
	{ "given up, but fine again", { .gave_up = true },
	  VIGIL_HEALTH_HEALTHY, VIGIL_ADVICE_NONE },
	{ "a narrow link", { .link = { { 1, 0 }, { 4, 0 }, { 4, 0 } } },
	  VIGIL_HEALTH_DEGRADED, VIGIL_ADVICE_WATCH },
};

static void name_sign(const struct sign_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(sign, sign_cases, name_sign);

static void signs_make_a_verdict(struct kunit *test)
{
	const struct sign_case *c = test->param_value;
	struct vigil_pci_verdict verdict;

	vigil_pci_judge(&c->signs, &verdict);
	KUNIT_EXPECT_EQ(test, verdict.health, c->health);
	KUNIT_EXPECT_EQ(test, verdict.advice, c->advice);
	KUNIT_EXPECT_TRUE(test, verdict.reason[0]);
}

static void lists_of_classes(struct kunit *test)
{
	DECLARE_BITMAP(classes, VIGIL_PCI_CLASSES);

	KUNIT_EXPECT_EQ(test, vigil_pci_parse_classes("0x02,3,0xff", classes),
			0);
	KUNIT_EXPECT_EQ(test, bitmap_weight(classes, VIGIL_PCI_CLASSES), 3U);
	KUNIT_EXPECT_TRUE(test, test_bit(2, classes));
	KUNIT_EXPECT_TRUE(test, test_bit(3, classes));
	KUNIT_EXPECT_TRUE(test, test_bit(255, classes));
	KUNIT_EXPECT_EQ(test, vigil_pci_parse_classes("0x02\n", classes), 0);
}

static void bad_lists_are_refused(struct kunit *test)
{
	static const char * const lists[] = {
		"", ",", "1,", ",1", "0x100", "-1", "1,,2", "x", "1 2",
		"0x0000002", "1\n2",
	};
	DECLARE_BITMAP(classes, VIGIL_PCI_CLASSES);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    vigil_pci_parse_classes(lists[i], classes),
				    "'%s'", lists[i]);
}

static struct kunit_case judge_cases[] = {
	KUNIT_CASE_PARAM(links, link_gen_params),
	KUNIT_CASE(registers_are_read),
	KUNIT_CASE_PARAM(signs_make_a_verdict, sign_gen_params),
	KUNIT_CASE(lists_of_classes),
	KUNIT_CASE(bad_lists_are_refused),
	{ }
};

static struct kunit_suite judge_suite = {
	.name = "vigil_pci_judge",
	.test_cases = judge_cases,
};

kunit_test_suite(judge_suite);

MODULE_DESCRIPTION("KUnit tests of judge.h and classes.h");
MODULE_LICENSE("GPL");
