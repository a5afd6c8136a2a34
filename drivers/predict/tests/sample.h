/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small model file, what it says of some rows, and what makes it a bad one.
 * For tests in the kernel and in user space.
 */
#ifndef VIGIL_PREDICT_SAMPLE_H
#define VIGIL_PREDICT_SAMPLE_H

#ifdef __KERNEL__
#include <linux/crc32.h>
#include <linux/limits.h>
#include <linux/stddef.h>
#include <linux/string.h>
#endif

#include "../forest.h"

#define SAMPLE_SCHEMA	0x123456789abcdef0ULL
#define SAMPLE_FEATURES	3
#define SAMPLE_ONE_Q24	0x1000000
#define SAMPLE_ONE_Q16	0x10000
#define SAMPLE_ONE_Q12	0x1000

/* Two trees; in the second one the branch to the left ends early. */
struct sample {
	struct vigil_format_header header;
	struct vigil_format_point points[2];
	u8 depths[8];
	struct vigil_format_node stump;
	__le32 stump_leaves[2];
	struct vigil_format_node nodes[3];
	__le32 leaves[4];
};

#define SAMPLE_NODE(above, of, value) { \
	.threshold = cpu_to_le32(above), \
	.feature = cpu_to_le16(of), \
	.value_q12 = cpu_to_le16(value), \
}

static const struct sample sample_file = {
	.header = {
		.magic = { 'V', 'G', 'M', 'F' },
		.version = cpu_to_le16(VIGIL_FORMAT_VERSION),
		.header_bytes = cpu_to_le16(sizeof(struct vigil_format_header)),
		.schema = cpu_to_le64(SAMPLE_SCHEMA),
		.nr_features = cpu_to_le16(SAMPLE_FEATURES),
		.nr_trees = cpu_to_le16(2),
		.max_depth = 2,
		.nr_points = 2,
		.base_q24 = cpu_to_le32(SAMPLE_ONE_Q24 / 2),
		.alarm_q16 = cpu_to_le32(-7),
		.trained_s = cpu_to_le64(1700000000),
		.name = "sample",
		.version_text = "1.2",
		.subject = "memory-ue",
	},
	.points = {
		{ cpu_to_le32(-2 * SAMPLE_ONE_Q16), cpu_to_le32(50) },
		{ cpu_to_le32(2 * SAMPLE_ONE_Q16), cpu_to_le32(810) },
	},
	.depths = { 1, 2 },
	.stump = SAMPLE_NODE(10, 0, SAMPLE_ONE_Q12),
	.stump_leaves = {
		cpu_to_le32(-SAMPLE_ONE_Q24),
		cpu_to_le32(2 * SAMPLE_ONE_Q24),
	},
	.nodes = {
		SAMPLE_NODE(-5, 1 | VIGIL_FORMAT_MISSING_RIGHT,
			    SAMPLE_ONE_Q12 / 2),
		SAMPLE_NODE(S32_MAX, 1, SAMPLE_ONE_Q12 / 4),
		SAMPLE_NODE(S32_MIN, 2, -SAMPLE_ONE_Q12),
	},
	.leaves = {
		cpu_to_le32(SAMPLE_ONE_Q24 / 4),
		cpu_to_le32(SAMPLE_ONE_Q24 / 4),
		cpu_to_le32(-3 * SAMPLE_ONE_Q24),
		cpu_to_le32(4 * SAMPLE_ONE_Q24),
	},
};

/* Rows, and their margins in quarters. */
static const struct {
	s32 features[SAMPLE_FEATURES];
	s32 margin_q2;
} sample_rows[] = {
	{ { 10, -5, 0 }, -1 },
	{ { 11, -5, VIGIL_FOREST_MISSING }, 11 },
	{ { 11, -4, VIGIL_FOREST_MISSING }, -2 },
	{ { 11, -4, S32_MIN + 1 }, 26 },
	{ { S32_MAX, S32_MAX, S32_MAX }, 26 },
	{ { S32_MIN + 1, S32_MIN + 1, S32_MIN + 1 }, -1 },
	{ { 0, VIGIL_FOREST_MISSING, 0 }, 14 },
	{ { VIGIL_FOREST_MISSING, VIGIL_FOREST_MISSING, VIGIL_FOREST_MISSING },
	  -14 },
};

#define SAMPLE_AT(field)	offsetof(struct sample, field)

/* One byte that makes the sample a bad file, and what is said of it. */
static const struct {
	size_t at;
	u8 value;
	const char *why;
} sample_refusals[] = {
	{ SAMPLE_AT(header.magic), 'v', "not a model file" },
	{ SAMPLE_AT(header.version), 2,
	  "a version of the format that is not known here" },
	{ SAMPLE_AT(header.header_bytes), 127,
	  "a version of the format that is not known here" },
	{ SAMPLE_AT(header.needed), 1,
	  "it needs something that is not known here" },
	{ SAMPLE_AT(header.reserved) + 7, 1, "reserved bytes are not zero" },
	{ SAMPLE_AT(header.name), '\0', "a name that is none" },
	{ SAMPLE_AT(header.name) + 2, '/', "a name that is none" },
	{ SAMPLE_AT(header.name) + 2, '\n', "a name that is none" },
	{ SAMPLE_AT(header.name) + 2, 0x7f, "a name that is none" },
	{ SAMPLE_AT(header.version_text), 0x80, "a name that is none" },
	{ SAMPLE_AT(header.version_text) + 15, 'x', "a name that is none" },
	{ SAMPLE_AT(header.subject) + 23, ' ', "a name that is none" },
	{ SAMPLE_AT(header.nr_features), 0, "no features, or too many" },
	{ SAMPLE_AT(header.nr_features) + 1, 4, "no features, or too many" },
	{ SAMPLE_AT(header.nr_trees), 0, "no trees, or too many" },
	{ SAMPLE_AT(header.nr_trees) + 1, 16, "no trees, or too many" },
	{ SAMPLE_AT(header.max_depth), 0, "trees too shallow or too deep" },
	{ SAMPLE_AT(header.max_depth), 9, "trees too shallow or too deep" },
	{ SAMPLE_AT(depths), 0, "trees too shallow or too deep" },
	{ SAMPLE_AT(depths), 3, "trees too shallow or too deep" },
	{ SAMPLE_AT(header.max_depth), 3,
	  "depths that contradict the header" },
	{ SAMPLE_AT(depths) + 7, 1, "depths that contradict the header" },
	{ SAMPLE_AT(header.nr_points), 1,
	  "too few points of calibration, or too many" },
	{ SAMPLE_AT(header.nr_points), 33,
	  "too few points of calibration, or too many" },
	{ SAMPLE_AT(points[1].permille) + 1, 4,
	  "calibration that does not rise" },
	{ SAMPLE_AT(points[1].permille) + 1, 0,
	  "calibration that does not rise" },
	{ SAMPLE_AT(points[1].margin_q16) + 3, 0x80,
	  "calibration that does not rise" },
	{ SAMPLE_AT(header.schema), 0, "it was trained for other features" },
	{ SAMPLE_AT(header.nr_features), 4,
	  "it was trained for other features" },
	{ SAMPLE_AT(stump.feature), 3,
	  "a node asks for a feature that there is not" },
	{ SAMPLE_AT(nodes[2].feature) + 1, 0x40,
	  "a node asks for a feature that there is not" },
	{ SAMPLE_AT(header.nr_trees), 3, "trees too shallow or too deep" },
	{ SAMPLE_AT(depths), 2, "it is cut off" },
	{ SAMPLE_AT(depths) + 1, 1, "depths that contradict the header" },
};

/* Let length and checksum be right. */
static inline void sample_repair(void *file, size_t bytes)
{
	struct vigil_format_header header;

	memcpy(&header, file, sizeof(header));
	header.total_bytes = cpu_to_le32(bytes);
	header.checksum = 0;
	memcpy(file, &header, sizeof(header));
	header.checksum = cpu_to_le32(~crc32_le(~0U, file, bytes));
	memcpy(file, &header, sizeof(header));
}

#endif /* VIGIL_PREDICT_SAMPLE_H */
