// SPDX-License-Identifier: GPL-2.0
/*
 * What may be registered, and how it is found.
 */
#include <kunit/test.h>
#include "../core.h"
#include "fake.h"

/* Register what must be refused. */
static void expect_refused(struct kunit *test,
			   const struct vigil_component_desc *desc, int err)
{
	struct vigil_component *component = vigil_component_register(desc);

	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(component), err);
	vigil_component_unregister(component);
}

static void duplicate_name_is_refused(struct kunit *test)
{
	struct fake *fake = test->priv;

	expect_refused(test, &fake->desc, -EEXIST);
}

static void name_is_free_again(struct kunit *test)
{
	struct fake *fake = test->priv;
	u32 id = fake->component->id;

	vigil_component_unregister(fake->component);
	fake->component = vigil_component_register(&fake->desc);
	KUNIT_ASSERT_FALSE(test, IS_ERR(fake->component));
	KUNIT_EXPECT_GT(test, fake->component->id, id);
}

static void bad_names_are_refused(struct kunit *test)
{
	static const char * const names[] = {
		"", ".", "..", ".x", "a/b", "a b", "a\n", "\xc3\xa4", "a!", "%s",
	};
	struct fake *fake = test->priv;
	struct vigil_component_desc desc = fake->desc;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		desc.instance = names[i];
		expect_refused(test, &desc, -EINVAL);
	}
	desc.instance = NULL;
	expect_refused(test, &desc, -EINVAL);
}

static void long_names_are_refused(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_component_desc desc = fake->desc;
	char name[VIGIL_NAME_MAX + 2];

	desc.instance = name;
	memset(name, 'x', sizeof(name));
	name[VIGIL_NAME_MAX + 1] = '\0';
	expect_refused(test, &desc, -EINVAL);
	name[VIGIL_NAME_MAX - strlen("agent-") + 1] = '\0';
	expect_refused(test, &desc, -ENAMETOOLONG);
	name[VIGIL_NAME_MAX - strlen("agent-")] = '\0';
	expect_refused(test, &desc, 0);
}

static void odd_descriptions_are_refused(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_component_desc desc = fake->desc;

	desc.class = VIGIL_CLASS_MAX + 1;
	expect_refused(test, &desc, -EINVAL);
	desc.class = 0;
	expect_refused(test, &desc, -EINVAL);
	desc = fake->desc;
	desc.verbs = 1;
	expect_refused(test, &desc, -EINVAL);
	desc = fake->desc;
	desc.ops = NULL;
	expect_refused(test, &desc, -EINVAL);
	desc = fake->desc;
	desc.counters = NULL;
	expect_refused(test, &desc, -EINVAL);
}

static void twin_counters_are_refused(struct kunit *test)
{
	static const struct vigil_counter_desc twins[] = {
		{ .name = "twin" }, { .name = "twin" },
	};
	struct fake *fake = test->priv;
	struct vigil_component_desc desc = fake->desc;

	desc.instance = "twins";
	desc.counters = twins;
	desc.nr_counters = ARRAY_SIZE(twins);
	expect_refused(test, &desc, -EEXIST);
}

static void too_much_for_a_message_is_refused(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_component_desc desc = fake->desc;
	struct vigil_counter_desc *counters;
	unsigned int i;

	counters = kunit_kcalloc(test, 500, sizeof(*counters), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, counters);
	for (i = 0; i < 500; i++)
		counters[i].name = "name";
	desc.counters = counters;
	desc.nr_counters = 500;
	expect_refused(test, &desc, -E2BIG);
}

static void component_is_found(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_component *component;

	component = vigil_component_get_by_name("agent-kunit");
	KUNIT_ASSERT_PTR_EQ(test, component, fake->component);
	vigil_component_put(component);
	component = vigil_component_get_by_name("agent-nobody");
	KUNIT_EXPECT_NULL(test, component);
}

static struct kunit_case registry_cases[] = {
	KUNIT_CASE(duplicate_name_is_refused),
	KUNIT_CASE(name_is_free_again),
	KUNIT_CASE(bad_names_are_refused),
	KUNIT_CASE(long_names_are_refused),
	KUNIT_CASE(odd_descriptions_are_refused),
	KUNIT_CASE(twin_counters_are_refused),
	KUNIT_CASE(too_much_for_a_message_is_refused),
	KUNIT_CASE(component_is_found),
	{}
};

static struct kunit_suite registry_suite = {
	.name = "vigil_registry",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = registry_cases,
};

kunit_test_suite(registry_suite);
