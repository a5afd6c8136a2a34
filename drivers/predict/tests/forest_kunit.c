// SPDX-License-Identifier: GPL-2.0
/*
 * Forests of decision trees, in the kernel. tools/testing/unit has more of it.
 *
 * forest.c is compiled into the suite.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "../forest.c"

#define SCHEMA	0x1234
#define Q24(x)	cpu_to_le32((x) * (1 << 24))

/* A stump: margin 1 when the second number is 5 or more, or missing; else -1. */
struct stump {
	struct vigil_format_header header;
	struct vigil_format_point points[2];
	u8 depths[8];
	struct vigil_format_node node;
	__le32 leaves[2];
};

static void seal(struct stump *file)
{
	file->header.checksum = cpu_to_le32(checksum_of((u8 *)file,
							sizeof(*file)));
}

static void fill(struct stump *file)
{
	*file = (struct stump) {
		.header = {
			.magic = VIGIL_FORMAT_MAGIC,
			.version = cpu_to_le16(VIGIL_FORMAT_VERSION),
			.header_bytes = cpu_to_le16(sizeof(file->header)),
			.total_bytes = cpu_to_le32(sizeof(*file)),
			.schema = cpu_to_le64(SCHEMA),
			.nr_features = cpu_to_le16(2),
			.nr_trees = cpu_to_le16(1),
			.max_depth = 1,
			.nr_points = 2,
			.name = "stump",
			.version_text = "1",
			.subject = "test",
		},
		.points = {
			{ cpu_to_le32(-65536), cpu_to_le32(100) },
			{ cpu_to_le32(65536), cpu_to_le32(300) },
		},
		.depths = { 1 },
		.node = {
			.threshold = cpu_to_le32(4),
			.feature = cpu_to_le16(1 | VIGIL_FORMAT_MISSING_RIGHT),
		},
		.leaves = { Q24(-1), Q24(1) },
	};
	seal(file);
}

static struct vigil_forest *open_file(const struct stump *file,
				      const char **why)
{
	return vigil_forest_open(file, sizeof(*file), SCHEMA, 2, why);
}

static void a_model_says(struct kunit *test)
{
	static const struct {
		s32 features[2];
		s32 margin_q16;
	} rows[] = {
		{ { 9, 4 }, -65536 },
		{ { 0, 5 }, 65536 },
		{ { 0, S32_MIN }, 65536 },
		{ { S32_MIN, S32_MAX }, 65536 },
		{ { S32_MIN, S32_MIN + 1 }, -65536 },
	};
	struct vigil_forest *forest;
	struct stump file;
	const char *why;
	s64 moved[2];
	int i;

	fill(&file);
	forest = open_file(&file, &why);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, forest);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		KUNIT_EXPECT_EQ(test, rows[i].margin_q16,
				vigil_forest_margin(forest, rows[i].features));
		KUNIT_EXPECT_EQ(test, 0,
				vigil_forest_explain(forest, rows[i].features,
						     moved));
		KUNIT_EXPECT_EQ(test, 0, moved[0]);
		KUNIT_EXPECT_EQ(test, rows[i].margin_q16, moved[1] >> 8);
	}
	KUNIT_EXPECT_EQ(test, 100U, vigil_forest_permille(forest, S32_MIN));
	KUNIT_EXPECT_EQ(test, 200U, vigil_forest_permille(forest, 0));
	KUNIT_EXPECT_EQ(test, 300U, vigil_forest_permille(forest, S32_MAX));
	vigil_forest_free(forest);
}

static void a_file_is_refused(struct kunit *test)
{
	struct stump file;
	const char *why;

	fill(&file);
	file.node.feature = cpu_to_le16(2);
	seal(&file);
	KUNIT_EXPECT_EQ(test, -EINVAL, PTR_ERR(open_file(&file, &why)));
	KUNIT_EXPECT_STREQ(test, why,
			   "a node asks for a feature that there is not");

	fill(&file);
	file.leaves[0] = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL, PTR_ERR(open_file(&file, &why)));
	KUNIT_EXPECT_STREQ(test, why, "wrong checksum");

	fill(&file);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR(vigil_forest_open(&file, sizeof(file) - 1,
						  SCHEMA, 2, &why)));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR(vigil_forest_open(&file, sizeof(file),
						  SCHEMA + 1, 2, &why)));
	KUNIT_EXPECT_STREQ(test, why, "it was trained for other features");
}

static struct kunit_case forest_cases[] = {
	KUNIT_CASE(a_model_says),
	KUNIT_CASE(a_file_is_refused),
	{}
};

static struct kunit_suite forest_suite = {
	.name = "vigil_forest",
	.test_cases = forest_cases,
};

kunit_test_suite(forest_suite);

MODULE_DESCRIPTION("KUnit tests of forests of decision trees");
MODULE_AUTHOR("Vigil maintainers");
MODULE_LICENSE("GPL");
