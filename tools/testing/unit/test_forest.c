// SPDX-License-Identifier: GPL-2.0
/*
 * Forests of decision trees: what they say, and which files are refused.
 */
/* unit-sources: drivers/predict/forest.c */
/* unit-cflags: -include kernel_shim.h -Wl,--wrap=calloc */
#include "drivers/predict/tests/sample.h"
#include "unit.h"

static bool no_memory;
static const char *why;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_calloc(size_t n, size_t size)
{
	return no_memory ? NULL : __real_calloc(n, size);
}

/* From a copy that ends where the file ends, and begins at an odd address. */
static struct vigil_forest *open_bytes(const void *file, size_t bytes)
{
	u8 *copy = malloc(bytes + 1);
	struct vigil_forest *forest;

	memcpy(copy + 1, file, bytes);
	forest = vigil_forest_open(copy + 1, bytes, SAMPLE_SCHEMA,
				   SAMPLE_FEATURES, &why);
	free(copy);
	return forest;
}

static struct vigil_forest *open_sample(const struct sample *sample)
{
	struct sample copy = *sample;
	struct vigil_forest *forest;

	sample_repair(&copy, sizeof(copy));
	forest = open_bytes(&copy, sizeof(copy));
	if (!CHECK(!IS_ERR(forest))) {
		printf("# it says: %s\n", why);
		exit(1);
	}
	return forest;
}

static void check_refused(struct vigil_forest *forest, const char *wanted)
{
	CHECK(IS_ERR(forest) && PTR_ERR(forest) == -EINVAL);
	CHECK_STR(why, wanted);
}

/* Enough to saturate a margin, and not a multiple of those asked together. */
#define STUMPS	511

static struct stumps {
	struct vigil_format_header header;
	struct vigil_format_point points[2];
	u8 depths[STUMPS + 1];
	struct {
		struct vigil_format_node node;
		__le32 leaves[2];
	} trees[STUMPS];
} stumps;

static struct vigil_forest *open_stumps(s32 left, s32 right)
{
	struct vigil_forest *forest;

	stumps.header = sample_file.header;
	stumps.header.max_depth = 1;
	stumps.header.nr_trees = cpu_to_le16(STUMPS);
	memcpy(stumps.points, sample_file.points, sizeof(stumps.points));
	memset(stumps.depths, 1, STUMPS);
	for (u32 t = 0; t < STUMPS; t++) {
		stumps.trees[t].leaves[0] = cpu_to_le32(left);
		stumps.trees[t].leaves[1] = cpu_to_le32(right);
	}
	sample_repair(&stumps, sizeof(stumps));
	forest = open_bytes(&stumps, sizeof(stumps));
	if (!CHECK(!IS_ERR(forest)))
		exit(1);
	return forest;
}

static void it_says_what_it_is(void)
{
	struct vigil_forest *forest = open_sample(&sample_file);
	const struct vigil_forest_info *info = vigil_forest_info(forest);

	CHECK_STR(info->name, "sample");
	CHECK_STR(info->version, "1.2");
	CHECK_STR(info->subject, "memory-ue");
	CHECK_INT(info->trained_s, 1700000000);
	CHECK_INT(info->schema, SAMPLE_SCHEMA);
	CHECK_INT(info->nr_features, 3);
	CHECK_INT(info->nr_trees, 2);
	CHECK_INT(info->max_depth, 2);
	CHECK_INT(info->alarm_q16, -7);
	vigil_forest_free(forest);
}

static void margins_are_right(void)
{
	struct vigil_forest *forest = open_sample(&sample_file);

	for (u32 i = 0; i < ARRAY_SIZE(sample_rows); i++)
		CHECK_INT(vigil_forest_margin(forest, sample_rows[i].features),
			  sample_rows[i].margin_q2 * (SAMPLE_ONE_Q16 / 4));
	vigil_forest_free(forest);
}

static void check_way(s32 threshold, bool missing_right, s32 value)
{
	const s32 features[SAMPLE_FEATURES] = { value };
	struct sample sample = sample_file;
	struct vigil_forest *forest;
	bool right = value == VIGIL_FOREST_MISSING ? missing_right :
						     value > threshold;

	sample.stump.threshold = cpu_to_le32(threshold);
	sample.stump.feature =
		cpu_to_le16(missing_right ? VIGIL_FORMAT_MISSING_RIGHT : 0);
	forest = open_sample(&sample);
	/* What the second tree says of 0 and 0 is 4. */
	if (!CHECK_INT(vigil_forest_margin(forest, features),
		       (9 + (right ? 4 : -2)) * (SAMPLE_ONE_Q16 / 2)))
		printf("# threshold %d, value %d\n", threshold, value);
	vigil_forest_free(forest);
}

static void every_way_is_right(void)
{
	static const s32 numbers[] = {
		S32_MIN, S32_MIN + 1, -1, 0, 1, S32_MAX - 1, S32_MAX,
	};

	for (u32 t = 0; t < ARRAY_SIZE(numbers); t++)
		for (u32 v = 0; v < ARRAY_SIZE(numbers); v++) {
			check_way(numbers[t], false, numbers[v]);
			check_way(numbers[t], true, numbers[v]);
		}
}

static void margins_are_rounded(void)
{
	static const struct {
		s32 base_q24, margin_q16;
	} cases[] = {
		{ -129, -1 }, { -128, 0 }, { 127, 0 }, { 128, 1 },
		{ S32_MIN, S32_MIN / 256 }, { S32_MAX, S32_MAX / 256 + 1 },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sample sample = sample_file;
		struct vigil_forest *forest;

		sample.header.base_q24 = cpu_to_le32(cases[i].base_q24);
		forest = open_sample(&sample);
		CHECK_INT(vigil_forest_margin(forest, sample_rows[0].features),
			  cases[i].margin_q16 - SAMPLE_ONE_Q16 * 3 / 4);
		vigil_forest_free(forest);
	}
}

/* 511 leaves of almost 128 are more than fits; they don't wrap. */
static void margins_saturate(void)
{
	static const s32 right[SAMPLE_FEATURES] = { 1 }, left[SAMPLE_FEATURES];
	struct vigil_forest *forest = open_stumps(S32_MIN, S32_MAX);
	s64 parts[SAMPLE_FEATURES], bias;

	CHECK_INT(vigil_forest_margin(forest, left), S32_MIN);
	CHECK_INT(vigil_forest_margin(forest, right), S32_MAX);
	bias = vigil_forest_explain(forest, left, parts);
	CHECK_INT(bias + parts[0], SAMPLE_ONE_Q24 / 2 + (s64)STUMPS * S32_MIN);
	vigil_forest_free(forest);
}

static void check_calibration(const struct vigil_format_point *points,
			      const s32 (*wanted)[2], u32 nr)
{
	struct sample sample = sample_file;
	struct vigil_forest *forest;

	memcpy(sample.points, points, sizeof(sample.points));
	forest = open_sample(&sample);
	for (u32 i = 0; i < nr; i++)
		CHECK_INT(vigil_forest_permille(forest, wanted[i][0]),
			  wanted[i][1]);
	vigil_forest_free(forest);
}

static void calibration_is_straight(void)
{
	static const struct vigil_format_point widest[] = {
		{ cpu_to_le32(S32_MIN), cpu_to_le32(0) },
		{ cpu_to_le32(S32_MAX), cpu_to_le32(1000) },
	};
	static const s32 of_sample[][2] = {
		{ S32_MIN, 50 }, { -131073, 50 }, { -131072, 50 },
		{ -131071, 50 }, { 0, 430 }, { 131071, 809 }, { 131072, 810 },
		{ 131073, 810 }, { S32_MAX, 810 },
	};
	static const s32 of_widest[][2] = {
		{ S32_MIN, 0 }, { -1, 499 }, { 0, 500 }, { S32_MAX - 1, 999 },
		{ S32_MAX, 1000 },
	};

	check_calibration(sample_file.points, of_sample, ARRAY_SIZE(of_sample));
	check_calibration(widest, of_widest, ARRAY_SIZE(of_widest));
}

/* The explanation, whatever it is, makes up the margin. */
static void check_sums(const struct vigil_forest *forest, const s32 *features)
{
	s64 parts[SAMPLE_FEATURES], sum;

	sum = vigil_forest_explain(forest, features, parts);
	for (u32 i = 0; i < SAMPLE_FEATURES; i++)
		sum += parts[i];
	CHECK_INT((sum + 128) >> 8, vigil_forest_margin(forest, features));
}

static void explanations_add_up(void)
{
	struct vigil_forest *forest = open_sample(&sample_file);
	s64 parts[SAMPLE_FEATURES];

	CHECK_INT(vigil_forest_explain(forest, sample_rows[3].features, parts),
		  2 * SAMPLE_ONE_Q24);
	CHECK_INT(parts[0], SAMPLE_ONE_Q24);
	CHECK_INT(parts[1], -SAMPLE_ONE_Q24 * 3 / 2);
	CHECK_INT(parts[2], 5 * SAMPLE_ONE_Q24);
	for (u32 i = 0; i < ARRAY_SIZE(sample_rows); i++)
		check_sums(forest, sample_rows[i].features);
	vigil_forest_free(forest);
}

static void bad_files_are_refused(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(sample_refusals); i++) {
		struct sample sample = sample_file;

		((u8 *)&sample)[sample_refusals[i].at] =
			sample_refusals[i].value;
		sample_repair(&sample, sizeof(sample));
		check_refused(open_bytes(&sample, sizeof(sample)),
			      sample_refusals[i].why);
	}
}

static void other_lengths_are_refused(void)
{
	static u8 file[VIGIL_FORMAT_BYTES_MAX + 1];

	for (u32 bytes = 0; bytes < sizeof(struct sample); bytes++) {
		memcpy(file, &sample_file, sizeof(sample_file));
		sample_repair(file, sizeof(struct sample));
		check_refused(open_bytes(file, bytes),
			      bytes < sizeof(struct vigil_format_header) ?
			      "not a model file" :
			      "not as long as it says; is it cut off?");
		if (bytes < sizeof(struct vigil_format_header))
			continue;
		sample_repair(file, bytes);
		check_refused(open_bytes(file, bytes), "it is cut off");
	}
	memcpy(file, &sample_file, sizeof(sample_file));
	sample_repair(file, sizeof(sample_file) + 1);
	check_refused(open_bytes(file, sizeof(sample_file) + 1),
		      "there is something behind its end");
	sample_repair(file, VIGIL_FORMAT_BYTES_MAX);
	check_refused(open_bytes(file, VIGIL_FORMAT_BYTES_MAX),
		      "there is something behind its end");
	sample_repair(file, sizeof(file));
	check_refused(open_bytes(file, sizeof(file)), "not a model file");
}

static void flip(void *file, u32 bit)
{
	((u8 *)file)[bit / 8] ^= 1 << bit % 8;
}

static void no_bit_goes_unnoticed(void)
{
	for (u32 bit = 0; bit < 8 * sizeof(struct sample); bit++) {
		struct sample sample = sample_file;

		sample_repair(&sample, sizeof(sample));
		flip(&sample, bit);
		CHECK(IS_ERR(open_bytes(&sample, sizeof(sample))));
		if (bit / 8 >= SAMPLE_AT(header.checksum))
			CHECK_STR(why, bit / 8 < SAMPLE_AT(header.needed) ||
				  bit / 8 >= SAMPLE_AT(header.base_q24) ?
				  "wrong checksum" :
				  "it needs something that is not known here");
	}
}

/* With the right checksum a bit may make another model, but none that harms. */
static void any_bit_is_harmless(void)
{
	u32 accepted = 0;

	for (u32 bit = 0; bit < 8 * sizeof(struct sample); bit++) {
		struct sample sample = sample_file;
		struct vigil_forest *forest;

		flip(&sample, bit);
		sample_repair(&sample, sizeof(sample));
		forest = open_bytes(&sample, sizeof(sample));
		if (IS_ERR(forest))
			continue;
		accepted++;
		for (u32 i = 0; i < ARRAY_SIZE(sample_rows); i++) {
			const s32 *features = sample_rows[i].features;
			s32 margin = vigil_forest_margin(forest, features);

			check_sums(forest, features);
			CHECK(vigil_forest_permille(forest, margin) <= 1000);
		}
		vigil_forest_free(forest);
	}
	CHECK(accepted > 100);
}

static void no_memory_is_told(void)
{
	struct sample sample = sample_file;
	struct vigil_forest *forest;

	sample_repair(&sample, sizeof(sample));
	no_memory = true;
	forest = open_bytes(&sample, sizeof(sample));
	no_memory = false;
	CHECK(IS_ERR(forest) && PTR_ERR(forest) == -ENOMEM);
	CHECK_STR(why, NULL);
}

static const struct unit_case cases[] = {
	{ "it says what it is", it_says_what_it_is },
	{ "margins are right", margins_are_right },
	{ "every way is right", every_way_is_right },
	{ "margins are rounded", margins_are_rounded },
	{ "margins saturate", margins_saturate },
	{ "calibration is straight", calibration_is_straight },
	{ "explanations add up", explanations_add_up },
	{ "bad files are refused", bad_files_are_refused },
	{ "other lengths are refused", other_lengths_are_refused },
	{ "no bit goes unnoticed", no_bit_goes_unnoticed },
	{ "any bit is harmless", any_bit_is_harmless },
	{ "no memory is told", no_memory_is_told },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
