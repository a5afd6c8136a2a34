// SPDX-License-Identifier: GPL-2.0
/*
 * Forests of decision trees: what they say, why, and which files are refused.
 */
/* unit-sources: drivers/predict/forest.c */
/* unit-cflags: -include kernel_shim.h */
#include "drivers/predict/forest.h"
#include "unit.h"

#define SCHEMA 0x1234567890abcdefULL
#define FEATURES 3
#define Q24(x) ((s32)((x) * (1 << 24)))
#define Q16(x) ((s32)((x) * (1 << 16)))
#define Q12(x) ((s16)((x) * (1 << 12)))

/* A file with a tree of depth 2 and one of depth 1. */
struct file {
	struct vigil_format_header header;
	struct vigil_format_point points[3];
	u8 depths[8];
	struct vigil_format_node nodes[3];
	s32 leaves[4];
	struct vigil_format_node stump;
	s32 stump_leaves[2];
};

static_assert(sizeof(struct file) == 128 + 3 * 8 + 8 + 3 * 8 + 16 + 8 + 8);

static const struct file good = {
	.header = {
		.magic = "VGMF", .version = 1, .header_bytes = 128,
		.total_bytes = sizeof(struct file), .schema = SCHEMA,
		.nr_features = FEATURES, .nr_trees = 2, .max_depth = 2,
		.nr_points = 3, .base_q24 = Q24(-1), .alarm_q16 = Q16(0.5),
		.trained_s = 1700000000, .name = "name",
		.version_text = "1.0", .subject = "subject",
	},
	.points = { { Q16(-2), 10 }, { 0, 100 }, { Q16(2), 900 } },
	.depths = { 2, 1 },
	.nodes = {
		{ .threshold = 10, .feature = 0, .value_q12 = Q12(0.5) },
		/* A missing number goes right here. */
		{ .threshold = -5, .feature = 1 | 0x8000, .value_q12 = Q12(-1) },
		{ .threshold = S32_MAX, .feature = 0, .value_q12 = Q12(3) },
	},
	.leaves = { Q24(-2), Q24(1), Q24(3), Q24(3) },
	.stump = { .threshold = 0, .feature = 2, .value_q12 = Q12(0.25) },
	.stump_leaves = { Q24(0.125), Q24(0.25) },
};

static void seal(struct file *file)
{
	file->header.checksum = 0;
	file->header.checksum = ~crc32_le(~0U, file, sizeof(*file));
}

static struct file sealed(void)
{
	struct file file = good;

	seal(&file);
	return file;
}

static struct vigil_forest *opened(const struct file *file)
{
	const char *why;

	return vigil_forest_open(file, sizeof(*file), SCHEMA, FEATURES, &why);
}

static const struct {
	s32 features[FEATURES];
	s32 margin_q16;
} rows[] = {
	{ { 10, -5, 0 }, Q16(-2.875) },
	{ { 10, -4, 0 }, Q16(0.125) },
	{ { 11, -5, 1 }, Q16(2.25) },
	{ { S32_MIN, S32_MIN, S32_MIN }, Q16(0.125) },
	{ { S32_MAX, 0, S32_MAX }, Q16(2.25) },
	{ { S32_MIN + 1, S32_MIN + 1, S32_MIN + 1 }, Q16(-2.875) },
};

static void says(void)
{
	struct file file = sealed();
	struct vigil_forest *forest = opened(&file);

	if (!CHECK(!IS_ERR(forest)))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_INT(vigil_forest_margin(forest, rows[i].features),
			  rows[i].margin_q16);
	CHECK_STR(vigil_forest_info(forest)->name, "name");
	CHECK_STR(vigil_forest_info(forest)->subject, "subject");
	CHECK_INT(vigil_forest_info(forest)->nr_trees, 2);
	CHECK_INT(vigil_forest_info(forest)->alarm_q16, Q16(0.5));
	vigil_forest_free(forest);
}

static void large(void)
{
	static const s32 row[FEATURES];
	struct file file = sealed();
	struct vigil_forest *forest;

	file.header.base_q24 = S32_MAX;
	for (int i = 0; i < 4; i++)
		file.leaves[i] = S32_MAX;
	seal(&file);
	forest = opened(&file);
	if (!CHECK(!IS_ERR(forest)))
		return;
	/* 256 and a bit: far from the end of 32 bits, which many trees reach. */
	CHECK_INT(vigil_forest_margin(forest, row), 256 * 65536 + 8192);
	vigil_forest_free(forest);
}

static void calibrates(void)
{
	static const struct {
		s32 margin_q16;
		u32 permille;
	} tests[] = {
		{ S32_MIN, 10 }, { Q16(-2), 10 }, { Q16(-2) + 1, 10 },
		{ Q16(-1), 55 }, { 0, 100 }, { Q16(1), 500 },
		{ Q16(2) - 1, 899 }, { Q16(2), 900 }, { S32_MAX, 900 },
	};
	struct file file = sealed();
	struct vigil_forest *forest;

	forest = opened(&file);
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		CHECK_INT(vigil_forest_permille(forest, tests[i].margin_q16),
			  tests[i].permille);
	vigil_forest_free(forest);

	file.points[0].margin_q16 = S32_MIN;
	file.points[2].margin_q16 = S32_MAX;
	seal(&file);
	forest = opened(&file);
	CHECK_INT(vigil_forest_permille(forest, S32_MIN), 10);
	CHECK_INT(vigil_forest_permille(forest, S32_MAX - 1), 899);
	CHECK_INT(vigil_forest_permille(forest, S32_MAX), 900);
	vigil_forest_free(forest);
}

static void explains(void)
{
	struct file file = sealed();
	struct vigil_forest *forest = opened(&file);
	s64 moved[FEATURES];
	s64 sum;

	CHECK_INT(vigil_forest_explain(forest, rows[1].features, moved),
		  Q24(-0.25));
	CHECK_INT(moved[0], Q24(-1.5));
	CHECK_INT(moved[1], Q24(2));
	CHECK_INT(moved[2], Q24(-0.125));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		sum = vigil_forest_explain(forest, rows[i].features, moved);
		for (int j = 0; j < FEATURES; j++)
			sum += moved[j];
		CHECK_INT((sum + 128) >> 8, rows[i].margin_q16);
	}
	vigil_forest_free(forest);
}

#define AT(_field) offsetof(struct file, _field)

/* A byte that is wrong, in the lower half of its field unless it says + 1. */
static const struct {
	size_t at;
	u8 value;
	const char *why;
} wrong[] = {
	{ AT(header.magic), 'X', "not a model file" },
	{ AT(header.version), 2, "a version of the format that is not known here" },
	{ AT(header.header_bytes), 136, "a version of the format that is not known here" },
	{ AT(header.needed), 1, "it needs something that is not known here" },
	{ AT(header.total_bytes), 8, "not as long as it says; is it cut off?" },
	{ AT(header.reserved[7]), 1, "reserved bytes are not zero" },
	{ AT(header.name), 0, "its name is none" },
	{ AT(header.name[1]), '/', "its name is none" },
	{ AT(header.name[31]), 'x', "its name is none" },
	{ AT(header.version_text), '\n', "its version is none" },
	{ AT(header.subject), 0x80, "its subject is none" },
	{ AT(header.nr_features), 0, "no features, or too many" },
	{ AT(header.nr_features) + 1, 4, "no features, or too many" },
	{ AT(header.nr_trees), 0, "no trees, or too many" },
	{ AT(header.nr_trees) + 1, 0x10, "no trees, or too many" },
	{ AT(header.nr_trees), 3, "a tree too shallow or too deep" },
	{ AT(header.nr_trees) + 1, 0x0f, "it is cut off" },
	{ AT(header.nr_trees), 1, "padding is not zero" },
	{ AT(header.max_depth), 0, "trees too shallow or too deep" },
	{ AT(header.max_depth), 9, "trees too shallow or too deep" },
	{ AT(header.max_depth), 1, "a tree too shallow or too deep" },
	{ AT(header.max_depth), 3, "no tree is as deep as the header says" },
	{ AT(header.nr_points), 1, "too few points of calibration, or too many" },
	{ AT(header.nr_points), 33, "too few points of calibration, or too many" },
	{ AT(header.nr_points), 2, "a tree too shallow or too deep" },
	{ AT(header.schema), 1, "it was trained for other features" },
	{ AT(header.nr_features), 4, "it was trained for other features" },
	{ AT(points[1].margin_q16) + 3, 0x80, "calibration that does not rise" },
	{ AT(points[1].permille), 9, "calibration that does not rise" },
	{ AT(points[2].permille) + 1, 4, "calibration that does not rise" },
	{ AT(depths[0]), 8, "a tree too shallow or too deep" },
	{ AT(depths[1]), 2, "it is cut off" },
	{ AT(depths[0]), 1, "no tree is as deep as the header says" },
	{ AT(nodes[2].feature), 3, "a node asks for a feature that there is not" },
	{ AT(stump.feature) + 1, 0xff, "a node asks for a feature that there is not" },
};

static void refuses(void)
{
	struct file file;
	const char *why;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		file = good;
		((u8 *)&file)[wrong[i].at] = wrong[i].value;
		seal(&file);
		CHECK(PTR_ERR(vigil_forest_open(&file, sizeof(file), SCHEMA,
						FEATURES, &why)) == -EINVAL);
		if (!CHECK_STR(why, wrong[i].why))
			printf("# file %zu\n", i);
	}

	file = good;
	CHECK(IS_ERR(vigil_forest_open(&file, sizeof(file), SCHEMA, FEATURES,
				       &why)));
	CHECK_STR(why, "wrong checksum");

	file.nodes[1].threshold = S32_MIN;
	seal(&file);
	CHECK(IS_ERR(vigil_forest_open(&file, sizeof(file), SCHEMA, FEATURES,
				       &why)));
	CHECK_STR(why, "a node sends everything right");
}

/* From memory of its own, so that a byte too many is seen. */
static struct vigil_forest *open_bytes(const void *data, size_t bytes,
				       size_t offset)
{
	char *copy = malloc(bytes + offset);
	struct vigil_forest *forest;
	const char *why = NULL;

	memcpy(copy + offset, data, bytes);
	forest = vigil_forest_open(copy + offset, bytes, SCHEMA, FEATURES,
				   &why);
	CHECK(!IS_ERR(forest) || why);
	free(copy);
	return forest;
}

static void cut_off(void)
{
	struct {
		struct file file;
		u8 more[8];
	} longer = { .file = good };
	struct vigil_forest *forest;
	struct file file;

	for (size_t bytes = 0; bytes < sizeof(file); bytes++) {
		file = good;
		file.header.total_bytes = bytes;
		if (bytes >= sizeof(file.header))
			file.header.checksum = ~crc32_le(~0U, &file, bytes);
		CHECK(IS_ERR(open_bytes(&file, bytes, 0)));
	}
	longer.file.header.total_bytes = sizeof(longer);
	longer.file.header.checksum = ~crc32_le(~0U, &longer, sizeof(longer));
	CHECK(IS_ERR(open_bytes(&longer, sizeof(longer), 0)));

	file = sealed();
	for (size_t offset = 0; offset < 8; offset++) {
		forest = open_bytes(&file, sizeof(file), offset);
		if (CHECK(!IS_ERR(forest)))
			vigil_forest_free(forest);
	}
}

/* Each bit the other way: refused, or a model that can be asked. */
static void every_bit(void)
{
	s64 moved[FEATURES];
	struct vigil_forest *forest;
	struct file file;
	int taken = 0;

	for (size_t bit = 0; bit < 8 * sizeof(file); bit++) {
		file = good;
		((u8 *)&file)[bit / 8] ^= 1 << bit % 8;
		seal(&file);
		forest = open_bytes(&file, sizeof(file), 0);
		if (IS_ERR(forest))
			continue;
		taken++;
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
			vigil_forest_margin(forest, rows[i].features);
			vigil_forest_explain(forest, rows[i].features, moved);
		}
		vigil_forest_free(forest);
	}
	/* Leaves, thresholds and the like may be anything. */
	CHECK(taken > 500);

	for (size_t bit = 0; bit < 8 * sizeof(file); bit++) {
		file = sealed();
		((u8 *)&file)[bit / 8] ^= 1 << bit % 8;
		CHECK(IS_ERR(open_bytes(&file, sizeof(file), 0)));
	}
}

static const struct unit_case cases[] = {
	{ "what a model says", says },
	{ "large margins", large },
	{ "calibration", calibrates },
	{ "explanations add up", explains },
	{ "a refusal for each reason", refuses },
	{ "files that are cut off", cut_off },
	{ "every bit changed", every_bit },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
