// SPDX-License-Identifier: GPL-2.0
/* Which node a chunk goes to, placement.h, on machines of several shapes. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/module.h>

#include "../placement.h"

#define ASKER	3

/* Nodes 1, 3 and 6 have memory, so neither is the first 0 nor the last the third. */
static nodemask_t some_nodes(void)
{
	nodemask_t nodes = NODE_MASK_NONE;

	node_set(1, nodes);
	node_set(3, nodes);
	node_set(6, nodes);
	return nodes;
}

static void needs_many_nodes(struct kunit *test)
{
	if (MAX_NUMNODES < 8)
		kunit_skip(test, "a kernel for few nodes");
}

static int placed(enum weightfs_placement placement, unsigned long nr)
{
	nodemask_t nodes = some_nodes();

	return weightfs_place(placement, 6, nr, ASKER, &nodes);
}

struct place_case {
	const char *name;
	enum weightfs_placement placement;
	unsigned long nr;
	int nid;
};

static const struct place_case place_cases[] = {
	{ "local: where the asker runs", WEIGHTFS_PLACE_LOCAL, 0, ASKER },
	{ "local: any chunk", WEIGHTFS_PLACE_LOCAL, 12345, ASKER },
	{ "bind: the node that was named", WEIGHTFS_PLACE_BIND, 0, 6 },
	{ "bind: any chunk", WEIGHTFS_PLACE_BIND, 12345, 6 },
	{ "interleave: first node", WEIGHTFS_PLACE_INTERLEAVE, 0, 1 },
	{ "interleave: second node", WEIGHTFS_PLACE_INTERLEAVE, 1, 3 },
	{ "interleave: third node", WEIGHTFS_PLACE_INTERLEAVE, 2, 6 },
	{ "interleave: first node again", WEIGHTFS_PLACE_INTERLEAVE, 3, 1 },
	{ "interleave: last chunk there could be", WEIGHTFS_PLACE_INTERLEAVE,
	  ULONG_MAX - 1, 6 },
	{ "replicate: the file is on the first", WEIGHTFS_PLACE_REPLICATE, 0, 1 },
	{ "replicate: any chunk", WEIGHTFS_PLACE_REPLICATE, 12345, 1 },
};

static void place_case_name(const struct place_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(place, place_cases, place_case_name);

static void chunk_goes_to_its_node(struct kunit *test)
{
	const struct place_case *c = test->param_value;

	needs_many_nodes(test);
	KUNIT_EXPECT_EQ(test, placed(c->placement, c->nr), c->nid);
}

static void nodes_get_the_same_share(struct kunit *test)
{
	unsigned int count[8] = { };
	unsigned long nr;

	needs_many_nodes(test);
	for (nr = 0; nr < 300; nr++)
		count[placed(WEIGHTFS_PLACE_INTERLEAVE, nr)]++;
	KUNIT_EXPECT_EQ(test, count[1], 100U);
	KUNIT_EXPECT_EQ(test, count[3], 100U);
	KUNIT_EXPECT_EQ(test, count[6], 100U);
}

static void one_node_gets_all(struct kunit *test)
{
	nodemask_t one = nodemask_of_node(0);

	KUNIT_EXPECT_EQ(test, weightfs_interleaved_node(0, &one), 0);
	KUNIT_EXPECT_EQ(test, weightfs_interleaved_node(ULONG_MAX, &one), 0);
}

static void other_nodes_need_copies(struct kunit *test)
{
	nodemask_t nodes = some_nodes();

	needs_many_nodes(test);
	KUNIT_EXPECT_FALSE(test, weightfs_needs_copy(WEIGHTFS_PLACE_REPLICATE, 1, &nodes));
	KUNIT_EXPECT_TRUE(test, weightfs_needs_copy(WEIGHTFS_PLACE_REPLICATE, 3, &nodes));
	KUNIT_EXPECT_TRUE(test, weightfs_needs_copy(WEIGHTFS_PLACE_REPLICATE, 6, &nodes));
}

static void only_replicate_makes_copies(struct kunit *test)
{
	nodemask_t nodes = some_nodes();

	needs_many_nodes(test);
	KUNIT_EXPECT_FALSE(test, weightfs_needs_copy(WEIGHTFS_PLACE_LOCAL, 3, &nodes));
	KUNIT_EXPECT_FALSE(test, weightfs_needs_copy(WEIGHTFS_PLACE_BIND, 3, &nodes));
	KUNIT_EXPECT_FALSE(test, weightfs_needs_copy(WEIGHTFS_PLACE_INTERLEAVE, 3, &nodes));
}

static struct kunit_case placement_cases[] = {
	KUNIT_CASE_PARAM(chunk_goes_to_its_node, place_gen_params),
	KUNIT_CASE(nodes_get_the_same_share),
	KUNIT_CASE(one_node_gets_all),
	KUNIT_CASE(other_nodes_need_copies),
	KUNIT_CASE(only_replicate_makes_copies),
	{}
};

static struct kunit_suite placement_suite = {
	.name = "weightfs_placement",
	.test_cases = placement_cases,
};

kunit_test_suite(placement_suite);

MODULE_DESCRIPTION("Tests of where weightfs places chunks");
MODULE_LICENSE("GPL");
