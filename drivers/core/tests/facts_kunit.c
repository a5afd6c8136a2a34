// SPDX-License-Identifier: GPL-2.0
/*
 * Facts, counters, policies, and the sequence number.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/timekeeping.h>

#include "../core.h"
#include "fake.h"

static struct vigil_facts facts_of(struct fake *fake)
{
	struct vigil_facts facts;

	vigil_component_facts(fake->component, &facts);
	return facts;
}

static void new_component_is_unknown(struct kunit *test)
{
	struct vigil_facts facts = facts_of(test->priv);

	KUNIT_EXPECT_EQ(test, facts.health, VIGIL_HEALTH_UNKNOWN);
	KUNIT_EXPECT_EQ(test, facts.isolation, VIGIL_ISOLATION_NONE);
	KUNIT_EXPECT_EQ(test, facts.advice, VIGIL_ADVICE_NONE);
	KUNIT_EXPECT_EQ(test, facts.owner, VIGIL_OWNER_NONE);
	KUNIT_EXPECT_FALSE(test, vigil_risk_known(&facts));
}

static void name_has_class_and_instance(struct kunit *test)
{
	struct fake *fake = test->priv;

	KUNIT_EXPECT_STREQ(test, vigil_component_name(fake->component),
			   "agent-kunit");
}

static void facts_are_kept_apart(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_facts facts;

	vigil_component_set_health(fake->component, VIGIL_HEALTH_FAILING, "a");
	vigil_component_set_advice(fake->component, VIGIL_ADVICE_DRAIN, "b");
	vigil_component_set_isolation(fake->component, VIGIL_ISOLATION_PARTIAL,
				      VIGIL_OWNER_EXTERNAL, "c");

	facts = facts_of(fake);
	KUNIT_EXPECT_EQ(test, facts.health, VIGIL_HEALTH_FAILING);
	KUNIT_EXPECT_EQ(test, facts.advice, VIGIL_ADVICE_DRAIN);
	KUNIT_EXPECT_EQ(test, facts.isolation, VIGIL_ISOLATION_PARTIAL);
	KUNIT_EXPECT_EQ(test, facts.owner, VIGIL_OWNER_EXTERNAL);
	KUNIT_EXPECT_STREQ(test, facts.reason, "c");
}

static void change_takes_next_seq(struct kunit *test)
{
	struct fake *fake = test->priv;
	u64 before = vigil_seq();

	vigil_component_set_health(fake->component, VIGIL_HEALTH_HEALTHY, "a");
	KUNIT_EXPECT_EQ(test, facts_of(fake).seq, before + 1);
	vigil_component_set_advice(fake->component, VIGIL_ADVICE_WATCH, "a");
	KUNIT_EXPECT_EQ(test, facts_of(fake).seq, before + 2);
	vigil_component_event(fake->component, VIGIL_EVENT_KIND_CORRECTED_ERROR,
			      1);
	KUNIT_EXPECT_EQ(test, vigil_seq(), before + 3);
}

static void same_value_changes_nothing(struct kunit *test)
{
	struct fake *fake = test->priv;
	u64 before;

	vigil_component_set_health(fake->component, VIGIL_HEALTH_FAILED, "a");
	vigil_component_set_isolation(fake->component, VIGIL_ISOLATION_ISOLATED,
				      VIGIL_OWNER_VIGIL, "a");
	before = vigil_seq();
	vigil_component_set_health(fake->component, VIGIL_HEALTH_FAILED, "a");
	vigil_component_set_isolation(fake->component, VIGIL_ISOLATION_ISOLATED,
				      VIGIL_OWNER_VIGIL, "a");
	KUNIT_EXPECT_EQ(test, vigil_seq(), before);
}

static void new_reason_is_a_change(struct kunit *test)
{
	struct fake *fake = test->priv;
	u64 before;

	vigil_component_set_health(fake->component, VIGIL_HEALTH_FAILED, "a");
	before = vigil_seq();
	vigil_component_set_health(fake->component, VIGIL_HEALTH_FAILED, "b");
	KUNIT_EXPECT_EQ(test, vigil_seq(), before + 1);
}

static void long_reason_is_cut(struct kunit *test)
{
	struct fake *fake = test->priv;
	char reason[2 * VIGIL_REASON_MAX];

	memset(reason, 'r', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	vigil_component_set_health(fake->component, VIGIL_HEALTH_FAILED,
				   reason);
	KUNIT_EXPECT_EQ(test, strlen(facts_of(fake).reason),
			(size_t)VIGIL_REASON_MAX);
}

static void risk_expires(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_facts facts;

	vigil_component_set_risk(fake->component, 300, "forest", 50);
	facts = facts_of(fake);
	KUNIT_EXPECT_EQ(test, facts.risk_permille, 300U);
	KUNIT_EXPECT_STREQ(test, facts.risk_model, "forest");

	msleep(60);
	KUNIT_EXPECT_FALSE(test, vigil_risk_known(&facts));
}

static void expired_risk_is_a_change(struct kunit *test)
{
	struct fake *fake = test->priv;
	unsigned int waited_ms;
	u64 before;

	vigil_component_set_risk(fake->component, 300, "forest", 20);
	before = facts_of(fake).seq;
	for (waited_ms = 0; waited_ms < PATIENCE_MS; waited_ms += 20) {
		if (facts_of(fake).seq != before)
			break;
		msleep(20);
	}
	KUNIT_EXPECT_EQ(test, facts_of(fake).seq, before + 1);
	KUNIT_EXPECT_STREQ(test, facts_of(fake).risk_model, "");
}

static void same_risk_lasts_longer(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_facts facts;
	u64 before;

	vigil_component_set_risk(fake->component, 300, "forest", 60000);
	before = vigil_seq();
	vigil_component_set_risk(fake->component, 300, "forest", 600000);
	facts = facts_of(fake);
	KUNIT_EXPECT_EQ(test, vigil_seq(), before);
	KUNIT_EXPECT_GT(test, facts.risk_expires_ns,
			ktime_get_boottime_ns() + 300 * NSEC_PER_SEC);
}

static void risk_is_a_chance(struct kunit *test)
{
	struct fake *fake = test->priv;

	vigil_component_set_risk(fake->component, 4000, "forest", 60000);
	KUNIT_EXPECT_EQ(test, facts_of(fake).risk_permille, 1000U);
}

static void risk_can_be_withdrawn(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_facts facts;

	vigil_component_set_risk(fake->component, 1, "forest", 60000);
	vigil_component_set_risk(fake->component, 1, "forest", 0);
	facts = facts_of(fake);
	KUNIT_EXPECT_FALSE(test, vigil_risk_known(&facts));
}

static void counters_count(struct kunit *test)
{
	struct fake *fake = test->priv;
	u64 before = vigil_seq();

	vigil_component_count(fake->component, 0, 3);
	vigil_component_count(fake->component, 0, 1ULL << 40);
	KUNIT_EXPECT_EQ(test, vigil_component_counter(fake->component, 0),
			(1ULL << 40) + 3);
	KUNIT_EXPECT_EQ(test, vigil_seq(), before);
}

static void derived_counter_is_read(struct kunit *test)
{
	struct fake *fake = test->priv;

	fake->derived = 77;
	vigil_component_count(fake->component, 1, 3);
	KUNIT_EXPECT_EQ(test, vigil_component_counter(fake->component, 1),
			77ULL);
}

static void absent_counter_is_zero(struct kunit *test)
{
	struct fake *fake = test->priv;

	vigil_component_count(fake->component, 2, 3);
	KUNIT_EXPECT_EQ(test, vigil_component_counter(fake->component, 2),
			0ULL);
}

static void policy_keeps_to_its_range(struct kunit *test)
{
	struct fake *fake = test->priv;

	KUNIT_EXPECT_EQ(test, vigil_policy_set(fake->component, 0, 0, NULL),
			-ERANGE);
	KUNIT_EXPECT_EQ(test, vigil_policy_set(fake->component, 0, 11, NULL),
			-ERANGE);
	KUNIT_EXPECT_EQ(test, fake->limit, 5ULL);
	KUNIT_EXPECT_EQ(test, vigil_policy_set(fake->component, 0, 10, NULL),
			0);
	KUNIT_EXPECT_EQ(test, fake->limit, 10ULL);
}

static struct kunit_case facts_cases[] = {
	KUNIT_CASE(new_component_is_unknown),
	KUNIT_CASE(name_has_class_and_instance),
	KUNIT_CASE(facts_are_kept_apart),
	KUNIT_CASE(change_takes_next_seq),
	KUNIT_CASE(same_value_changes_nothing),
	KUNIT_CASE(new_reason_is_a_change),
	KUNIT_CASE(long_reason_is_cut),
	KUNIT_CASE(risk_expires),
	KUNIT_CASE(expired_risk_is_a_change),
	KUNIT_CASE(same_risk_lasts_longer),
	KUNIT_CASE(risk_is_a_chance),
	KUNIT_CASE(risk_can_be_withdrawn),
	KUNIT_CASE(counters_count),
	KUNIT_CASE(derived_counter_is_read),
	KUNIT_CASE(absent_counter_is_zero),
	KUNIT_CASE(policy_keeps_to_its_range),
	{}
};

static struct kunit_suite facts_suite = {
	.name = "vigil_facts",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = facts_cases,
};

kunit_test_suite(facts_suite);
