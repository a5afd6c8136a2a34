// SPDX-License-Identifier: GPL-2.0
/*
 * Agents: what is decided about their words, without a socket.
 */
#include <kunit/test.h>

#include "../core.h"
#include "../agent.h"

static void a_name_has_an_instance(struct kunit *test)
{
	static const struct {
		const char *name;
		const char *instance;
	} table[] = {
		{ "agent-gpu0", "gpu0" },
		{ "agent-0000:3b:00.0", "0000:3b:00.0" },
		{ "agent-agent-", "agent-" },
		{ "agent-", NULL },
		{ "agent", NULL },
		{ "", NULL },
		{ "gpu0", NULL },
		{ "cpu-0", NULL },
		{ "Agent-gpu0", NULL },
		{ "agent-a b", NULL },
		{ "agent-a/b", NULL },
		{ "agent-..", NULL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const char *instance = vigil_agent_instance(table[i].name);

		if (!table[i].instance)
			KUNIT_EXPECT_NULL_MSG(test, instance, "%s",
					      table[i].name);
		else
			KUNIT_EXPECT_STREQ(test, instance, table[i].instance);
	}
}

static void sees_what_is_news(struct kunit *test)
{
	static const struct {
		enum vigil_isolation is;
		enum vigil_isolation seen;
		bool news;
	} table[] = {
		{ VIGIL_ISOLATION_NONE, VIGIL_ISOLATION_NONE, false },
		{ VIGIL_ISOLATION_NONE, VIGIL_ISOLATION_ISOLATED, true },
		{ VIGIL_ISOLATION_ISOLATED, VIGIL_ISOLATION_ISOLATED, false },
		{ VIGIL_ISOLATION_ISOLATED, VIGIL_ISOLATION_NONE, true },
		/* While a verb is carried out, it is not for the agent to say. */
		{ VIGIL_ISOLATION_PENDING, VIGIL_ISOLATION_NONE, false },
		{ VIGIL_ISOLATION_PENDING, VIGIL_ISOLATION_ISOLATED, false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const struct vigil_facts facts = { .isolation = table[i].is };

		KUNIT_EXPECT_EQ_MSG(test, vigil_agent_sees(&facts, table[i].seen),
				    table[i].news, "row %zu", i);
	}
}

static void counters_do_not_wrap(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, vigil_agent_grow(0, 0));
	KUNIT_EXPECT_TRUE(test, vigil_agent_grow(0, U64_MAX));
	KUNIT_EXPECT_TRUE(test, vigil_agent_grow(U64_MAX - 1, 1));
	KUNIT_EXPECT_FALSE(test, vigil_agent_grow(U64_MAX, 1));
	KUNIT_EXPECT_FALSE(test, vigil_agent_grow(1, U64_MAX));
}

static void what_is_absent_stays(struct kunit *test)
{
	struct vigil_agent_word word = {
		.health = VIGIL_HEALTH_FAILED,
		.advice = VIGIL_ADVICE_REPLACE,
		.reason = "dead",
	};
	struct vigil_agent_report report = {
		.risk_permille = 7,
		.reason = "",
		.risk_model = "",
	};

	vigil_agent_merge(&word, "one", &report);
	KUNIT_EXPECT_EQ(test, word.health, VIGIL_HEALTH_FAILED);
	KUNIT_EXPECT_EQ(test, word.advice, VIGIL_ADVICE_REPLACE);
	KUNIT_EXPECT_STREQ(test, word.reason, "dead");
	KUNIT_EXPECT_FALSE(test, word.has_risk);

	report.given = BIT(VIGIL_A_AGENT_RISK_PERMILLE) |
		       BIT(VIGIL_A_AGENT_REASON);
	vigil_agent_merge(&word, "one", &report);
	KUNIT_EXPECT_TRUE(test, word.has_risk);
	KUNIT_EXPECT_EQ(test, word.risk_permille, 7U);
	KUNIT_EXPECT_STREQ(test, word.risk_model, "one");
	KUNIT_EXPECT_STREQ(test, word.reason, "");

	report.given = BIT(VIGIL_A_AGENT_RISK_PERMILLE) |
		       BIT(VIGIL_A_AGENT_RISK_MODEL);
	report.risk_model = "m2";
	vigil_agent_merge(&word, "one", &report);
	KUNIT_EXPECT_STREQ(test, word.risk_model, "m2");
	KUNIT_EXPECT_EQ(test, word.health, VIGIL_HEALTH_FAILED);
}

static struct kunit_case agent_cases[] = {
	KUNIT_CASE(a_name_has_an_instance),
	KUNIT_CASE(sees_what_is_news),
	KUNIT_CASE(counters_do_not_wrap),
	KUNIT_CASE(what_is_absent_stays),
	{}
};

static struct kunit_suite agent_suite = {
	.name = "vigil_agent",
	.test_cases = agent_cases,
};

kunit_test_suite(agent_suite);
