// SPDX-License-Identifier: GPL-2.0
/*
 * A provider that does what a test wants: init and exit of suites that need a
 * component, which is test->priv.
 */
#include <linux/module.h>
#include <linux/string.h>

#include "fake.h"

static u64 read_derived(struct vigil_component *component, void *priv)
{
	return ((struct fake *)priv)->derived;
}

static u64 get_limit(struct vigil_component *component, void *priv)
{
	return ((struct fake *)priv)->limit;
}

static int set_limit(struct vigil_component *component, void *priv, u64 value)
{
	((struct fake *)priv)->limit = value;
	return 0;
}

static int fake_check(struct vigil_component *component, void *priv,
		      const struct vigil_request *request,
		      struct vigil_outcome *out)
{
	struct fake *fake = priv;

	if (fake->refuse)
		strscpy(out->message, "refused by a guard",
			sizeof(out->message));
	return fake->refuse;
}

static void fake_execute(struct vigil_component *component, void *priv,
			 const struct vigil_request *request,
			 struct vigil_outcome *out)
{
	struct fake *fake = priv;

	if (atomic_inc_return(&fake->running) > 1)
		fake->overlapped = true;
	complete(&fake->entered);
	if (READ_ONCE(fake->blocks))
		wait_for_completion_timeout(&fake->leave,
					    msecs_to_jiffies(PATIENCE_MS));
	*out = fake->outcome;
	atomic_inc(&fake->nr_executed);
	atomic_dec(&fake->running);
}

static const struct vigil_component_ops fake_ops = {
	.check = fake_check,
	.execute = fake_execute,
};

static const struct vigil_counter_desc fake_counters[] = {
	{ .name = "own" },
	{ .name = "derived", .read = read_derived },
};

static const struct vigil_policy_desc fake_policies[] = {
	{
		.name = "limit_errors",
		.minimum = 1,
		.maximum = 10,
		.get = get_limit,
		.set = set_limit,
	},
};

int fake_init(struct kunit *test)
{
	struct fake *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fake);
	init_completion(&fake->entered);
	init_completion(&fake->leave);
	init_completion(&fake->unregistered);
	fake->limit = 5;
	fake->outcome.state = VIGIL_OP_STATE_DONE;
	fake->desc = (struct vigil_component_desc) {
		.class = VIGIL_CLASS_AGENT,
		.instance = "kunit",
		.owner = THIS_MODULE,
		.verbs = BIT(VIGIL_VERB_ISOLATE) | BIT(VIGIL_VERB_RELEASE),
		.ops = &fake_ops,
		.counters = fake_counters,
		.nr_counters = ARRAY_SIZE(fake_counters),
		.policies = fake_policies,
		.nr_policies = ARRAY_SIZE(fake_policies),
		.priv = fake,
	};
	fake->component = vigil_component_register(&fake->desc);
	KUNIT_ASSERT_FALSE(test, IS_ERR(fake->component));
	test->priv = fake;
	return 0;
}

void fake_exit(struct kunit *test)
{
	struct fake *fake = test->priv;

	if (fake)
		vigil_component_unregister(fake->component);
}

MODULE_DESCRIPTION("KUnit suites of Vigil's core");
MODULE_AUTHOR("Vigil maintainers");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
