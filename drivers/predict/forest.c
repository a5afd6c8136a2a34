// SPDX-License-Identifier: GPL-2.0
/*
 * Forests of decision trees, in integers: verify a model once, ask it often.
 *
 * Trees are perfect: the children of node i are 2i + 1 and 2i + 2, and a branch
 * that ends early is padded. So nothing in a file can point anywhere, and an
 * evaluation takes the same steps whatever the numbers are. It has no branch
 * that depends on them, so that a processor works on several trees at a time.
 *
 * A missing number is the smallest one there is, so it goes left; where it is to
 * go right, one is taken away from number and threshold, which makes it the
 * largest.
 *
 * A margin is the sum of a leaf of each tree, in 1/2^24, as of gradient boosting
 * (Chen and Guestrin, "XGBoost", 2016).
 */

#ifdef __KERNEL__
#include <linux/crc32.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#endif

#include "forest.h"

/**
 * struct node - A node, as it is asked.
 * @limit: what is greater goes right, after @less has been taken away
 * @feature: which number
 * @less: 1 if a missing number goes right, else 0
 */
struct node {
	s32 limit;
	u16 feature;
	u16 less;
};

/* Leaves are in twos, so that nodes behind them are aligned. */
static_assert(sizeof(struct node) == 2 * sizeof(s32));

struct point {
	s32 margin_q16;
	u32 permille;
};

/**
 * struct vigil_forest - A model that has been verified.
 * @info: what it says of itself
 * @base_q24: margin before the first tree
 * @nr_points: how many of @points there are
 * @points: calibration: risk at some margins, straight lines in between
 * @values_q12: what training rows below the nodes had on average, behind @trees
 * @depths: of the trees, behind that
 * @trees: for each tree its nodes, level by level, and then its leaves
 */
struct vigil_forest {
	struct vigil_forest_info info;
	s32 base_q24;
	u32 nr_points;
	struct point points[VIGIL_FORMAT_POINTS_MAX];
	s16 *values_q12;
	u8 *depths;
	struct node trees[];
};

/**
 * struct reader - A file that is being looked at.
 * @data: what has not been looked at yet
 * @bytes: how much that is
 * @why: what is wrong with it, NULL as long as nothing is
 */
struct reader {
	const u8 *data;
	size_t bytes;
	const char *why;
};

static bool check(struct reader *reader, bool good, const char *why)
{
	if (!good && !reader->why)
		reader->why = why;
	return !reader->why;
}

/* The next bytes, or NULL when there are not so many, or something is wrong. */
static const void *next(struct reader *reader, size_t bytes)
{
	const u8 *data = reader->data;

	if (!check(reader, bytes <= reader->bytes, "it is cut off"))
		return NULL;
	reader->data += bytes;
	reader->bytes -= bytes;
	return data;
}

static u32 checksum_of(const u8 *data, size_t bytes)
{
	static const u8 zeroes[sizeof(__le32)];
	const size_t at = offsetof(struct vigil_format_header, checksum);
	u32 crc = ~0U;

	crc = crc32_le(crc, data, at);
	crc = crc32_le(crc, zeroes, sizeof(zeroes));
	crc = crc32_le(crc, data + at + sizeof(zeroes),
		       bytes - at - sizeof(zeroes));
	return ~crc;
}

/* Printable, terminated, not empty, no path; and nothing behind its end. */
static bool is_text(const char *text, size_t size)
{
	size_t len = strnlen(text, size), i;

	if (!len || len == size)
		return false;
	for (i = 0; i < size; i++)
		if (i < len ? text[i] < ' ' || text[i] > '~' || text[i] == '/' :
			      text[i] != '\0')
			return false;
	return true;
}

static bool is_zero(const u8 *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (bytes[i])
			return false;
	return true;
}

/* Is this a file of ours, whole and unchanged? */
static void check_file(struct reader *reader,
		       const struct vigil_format_header *header,
		       const void *data, size_t bytes)
{
	u16 version = le16_to_cpu(header->version);
	u16 header_bytes = le16_to_cpu(header->header_bytes);

	check(reader, !memcmp(header->magic, VIGIL_FORMAT_MAGIC,
			      sizeof(header->magic)),
	      "not a model file");
	check(reader, version == VIGIL_FORMAT_VERSION &&
	      header_bytes == sizeof(*header),
	      "a version of the format that is not known here");
	check(reader, !header->needed,
	      "it needs something that is not known here");
	check(reader, le32_to_cpu(header->total_bytes) == bytes,
	      "not as long as it says; is it cut off?");
	check(reader, le32_to_cpu(header->checksum) == checksum_of(data, bytes),
	      "wrong checksum");
}

static void check_header(struct reader *reader,
			 const struct vigil_format_header *header)
{
	u32 nr_features = le16_to_cpu(header->nr_features);
	u32 nr_trees = le16_to_cpu(header->nr_trees);
	u32 depth = header->max_depth, nr_points = header->nr_points;

	check(reader, is_zero(header->reserved, sizeof(header->reserved)),
	      "reserved bytes are not zero");
	check(reader, is_text(header->name, sizeof(header->name)),
	      "its name is none");
	check(reader,
	      is_text(header->version_text, sizeof(header->version_text)),
	      "its version is none");
	check(reader, is_text(header->subject, sizeof(header->subject)),
	      "its subject is none");
	check(reader, nr_features && nr_features <= VIGIL_FORMAT_FEATURES_MAX,
	      "no features, or too many");
	check(reader, nr_trees && nr_trees <= VIGIL_FORMAT_TREES_MAX,
	      "no trees, or too many");
	check(reader, depth && depth <= VIGIL_FORMAT_DEPTH_MAX,
	      "trees too shallow or too deep");
	check(reader, nr_points >= 2 && nr_points <= VIGIL_FORMAT_POINTS_MAX,
	      "too few points of calibration, or too many");
}

static void take_header(struct vigil_forest *forest,
			const struct vigil_format_header *header)
{
	struct vigil_forest_info *info = &forest->info;

	memcpy(info->name, header->name, sizeof(info->name));
	memcpy(info->version, header->version_text, sizeof(info->version));
	memcpy(info->subject, header->subject, sizeof(info->subject));
	info->trained_s = le64_to_cpu(header->trained_s);
	info->schema = le64_to_cpu(header->schema);
	info->nr_features = le16_to_cpu(header->nr_features);
	info->nr_trees = le16_to_cpu(header->nr_trees);
	info->max_depth = header->max_depth;
	info->alarm_q16 = (s32)le32_to_cpu(header->alarm_q16);
	forest->base_q24 = (s32)le32_to_cpu(header->base_q24);
	forest->nr_points = header->nr_points;
}

static bool rises(const struct point *points, u32 i)
{
	return !i || (points[i].margin_q16 > points[i - 1].margin_q16 &&
		      points[i].permille >= points[i - 1].permille);
}

static void read_points(struct reader *reader, struct vigil_forest *forest)
{
	struct point *points = forest->points;
	struct vigil_format_point raw;
	const u8 *data;
	u32 i;

	data = next(reader, forest->nr_points * sizeof(raw));
	for (i = 0; data && i < forest->nr_points; i++) {
		memcpy(&raw, data + i * sizeof(raw), sizeof(raw));
		points[i].margin_q16 = (s32)le32_to_cpu(raw.margin_q16);
		points[i].permille = le32_to_cpu(raw.permille);
		check(reader, points[i].permille <= 1000 && rises(points, i),
		      "calibration that does not rise");
	}
}

/* Depths of the trees, and how much these take, in units of struct node. */
static u32 read_depths(struct reader *reader, struct vigil_forest *forest)
{
	u32 nr_trees = forest->info.nr_trees, deepest = 0, units = 0, i;
	u32 padded = (nr_trees + 7) / 8 * 8;
	const u8 *depths = next(reader, padded);

	if (!depths)
		return 0;
	for (i = 0; i < nr_trees; i++) {
		u32 depth = depths[i];

		if (!check(reader, depth && depth <= forest->info.max_depth,
			   "a tree too shallow or too deep"))
			return 0;
		deepest = max(deepest, depth);
		units += (1U << depth) - 1 + (1U << depth) / 2;
	}
	check(reader, deepest == forest->info.max_depth,
	      "no tree is as deep as the header says");
	check(reader, is_zero(depths + nr_trees, padded - nr_trees),
	      "padding is not zero");
	memcpy(forest->depths, depths, nr_trees);
	return units;
}

static void read_node(struct reader *reader, const u8 *data, u32 nr_features,
		      struct node *node, s16 *value_q12)
{
	struct vigil_format_node raw;
	u16 feature;
	s32 threshold;

	memcpy(&raw, data, sizeof(raw));
	feature = le16_to_cpu(raw.feature);
	threshold = (s32)le32_to_cpu(raw.threshold);
	*value_q12 = (s16)le16_to_cpu(raw.value_q12);
	node->feature = feature & ~VIGIL_FORMAT_MISSING_RIGHT;
	node->less = feature >> 15;
	check(reader, node->feature < nr_features,
	      "a node asks for a feature that there is not");
	if (check(reader, !node->less || threshold != S32_MIN,
		  "a node sends everything right"))
		node->limit = threshold - node->less;
}

static const u8 *read_leaves(const u8 *data, s32 *leaves, u32 nr)
{
	__le32 raw;
	u32 i;

	for (i = 0; i < nr; i++, data += sizeof(raw)) {
		memcpy(&raw, data, sizeof(raw));
		leaves[i] = (s32)le32_to_cpu(raw);
	}
	return data;
}

static s32 *leaves_of(struct node *nodes, u32 depth)
{
	return (s32 *)(nodes + (1U << depth) - 1);
}

static struct node *behind(struct node *nodes, u32 depth)
{
	return (struct node *)(leaves_of(nodes, depth) + (1U << depth));
}

static void read_trees(struct reader *reader, struct vigil_forest *forest,
		       u32 units)
{
	const u8 *data = next(reader, (size_t)units * sizeof(struct node));
	s16 *value_q12 = forest->values_q12;
	struct node *nodes = forest->trees;
	u32 i, n;

	if (!data)
		return;
	for (i = 0; i < forest->info.nr_trees; i++) {
		u32 depth = forest->depths[i];

		for (n = 0; n < (1U << depth) - 1; n++) {
			read_node(reader, data, forest->info.nr_features,
				  &nodes[n], value_q12++);
			data += sizeof(struct vigil_format_node);
		}
		data = read_leaves(data, leaves_of(nodes, depth), 1U << depth);
		nodes = behind(nodes, depth);
	}
	check(reader, !reader->bytes, "there is something behind its end");
}

/**
 * vigil_forest_open() - Make a model of a file, if it is one.
 * @data: content of the file; not needed afterwards
 * @bytes: its size
 * @schema: hash of the names of the numbers that can be told
 * @nr_features: how many they are
 * @why: set to what is wrong with it, a text that stays valid
 *
 * Everything is verified here, so that an evaluation checks nothing. The model
 * takes about as much memory as the file.
 *
 * Context: Process context, may sleep.
 * Return: the model; or ERR_PTR() of -EINVAL, with @why, or of -ENOMEM.
 */
struct vigil_forest *vigil_forest_open(const void *data, size_t bytes,
				       u64 schema, u32 nr_features,
				       const char **why)
{
	struct reader reader = { .data = data, .bytes = bytes };
	struct vigil_format_header header;
	struct vigil_forest *forest;

	*why = "not a model file";
	if (bytes < sizeof(header) || bytes > VIGIL_FORMAT_BYTES_MAX)
		return ERR_PTR(-EINVAL);
	memcpy(&header, next(&reader, sizeof(header)), sizeof(header));
	check_file(&reader, &header, data, bytes);
	check_header(&reader, &header);
	check(&reader, le64_to_cpu(header.schema) == schema &&
	      le16_to_cpu(header.nr_features) == nr_features,
	      "it was trained for other features");
	if (reader.why) {
		*why = reader.why;
		return ERR_PTR(-EINVAL);
	}

	/* Trees and depths are no more than the file has, values a quarter. */
	forest = kvzalloc(sizeof(*forest) + bytes + bytes / 4, GFP_KERNEL);
	if (!forest)
		return ERR_PTR(-ENOMEM);
	forest->values_q12 = (s16 *)forest->trees + bytes / 2;
	forest->depths = (u8 *)forest->values_q12 - le16_to_cpu(header.nr_trees);
	take_header(forest, &header);
	read_points(&reader, forest);
	read_trees(&reader, forest, read_depths(&reader, forest));
	if (reader.why) {
		*why = reader.why;
		kvfree(forest);
		return ERR_PTR(-EINVAL);
	}
	return forest;
}

/**
 * vigil_forest_free() - Free a model.
 * @forest: the model
 *
 * Context: Process context.
 */
void vigil_forest_free(struct vigil_forest *forest)
{
	kvfree(forest);
}

/**
 * vigil_forest_info() - What a model says of itself.
 * @forest: the model
 *
 * Context: Any.
 * Return: what it says, valid as long as the model.
 */
const struct vigil_forest_info *
vigil_forest_info(const struct vigil_forest *forest)
{
	return &forest->info;
}

/* Which way from a node: 0 is left, 1 is right. */
static bool goes_right(const struct node *node, const s32 *features)
{
	/* Wraps for a missing number, as it is meant to. */
	return (s32)((u32)features[node->feature] - node->less) > node->limit;
}

static s32 to_q16(s64 sum_q24)
{
	return clamp_t(s64, (sum_q24 + 128) >> 8, S32_MIN, S32_MAX);
}

/**
 * vigil_forest_margin() - Ask a model.
 * @forest: the model
 * @features: as many numbers as it takes, VIGIL_FOREST_MISSING where one is not
 *	known
 *
 * Takes as many steps as the trees have levels.
 *
 * Context: Any.
 * Return: the log odds, in 1/65536.
 */
s32 vigil_forest_margin(const struct vigil_forest *forest, const s32 *features)
{
	const struct node *nodes = forest->trees;
	s64 sum_q24 = forest->base_q24;
	u32 t, level;

	for (t = 0; t < forest->info.nr_trees; t++) {
		unsigned long nr_nodes = (1UL << forest->depths[t]) - 1, i = 0;
		const s32 *leaves = (const s32 *)(nodes + nr_nodes);

		for (level = forest->depths[t]; level; level--)
			i = 2 * i + 1 + goes_right(&nodes[i], features);
		sum_q24 += leaves[i - nr_nodes];
		nodes = (const struct node *)(leaves + nr_nodes + 1);
	}
	return to_q16(sum_q24);
}

/**
 * vigil_forest_permille() - What a margin means.
 * @forest: the model
 * @margin_q16: log odds, in 1/65536
 *
 * Context: Any.
 * Return: the chance that it happens, 0 to 1000, as calibrated in training.
 */
u32 vigil_forest_permille(const struct vigil_forest *forest, s32 margin_q16)
{
	const struct point *point = forest->points;
	const struct point *last = point + forest->nr_points - 1;
	u64 into, width;

	if (margin_q16 <= point->margin_q16)
		return point->permille;
	while (point < last && margin_q16 > point[1].margin_q16)
		point++;
	if (point == last)
		return last->permille;
	into = (s64)margin_q16 - point->margin_q16;
	width = (s64)point[1].margin_q16 - point->margin_q16;
	return point->permille +
	       div64_u64(into * (point[1].permille - point->permille), width);
}

/**
 * vigil_forest_explain() - Which numbers moved what a model says.
 * @forest: the model
 * @features: as for vigil_forest_margin()
 * @contributions_q24: set to how much each of the numbers moved the log odds, in
 *	1/2^24
 *
 * Each step down a tree is credited to the number that decided it (Saabas,
 * "Interpreting random forests", 2014). What is returned and the contributions
 * add up to the margin.
 *
 * Context: Any.
 * Return: the log odds of any row, before its numbers are looked at, in 1/2^24.
 */
s64 vigil_forest_explain(const struct vigil_forest *forest,
			 const s32 *features, s64 *contributions_q24)
{
	const struct node *nodes = forest->trees;
	const s16 *values_q12 = forest->values_q12;
	s64 bias_q24 = forest->base_q24;
	u32 t;

	memset(contributions_q24, 0,
	       forest->info.nr_features * sizeof(*contributions_q24));
	for (t = 0; t < forest->info.nr_trees; t++) {
		u32 nr_nodes = (1U << forest->depths[t]) - 1, i = 0;
		const s32 *leaves = (const s32 *)(nodes + nr_nodes);
		s64 before = (s64)values_q12[0] * (1 << 12), after;

		bias_q24 += before;
		while (i < nr_nodes) {
			const struct node *node = &nodes[i];

			i = 2 * i + 1 + goes_right(node, features);
			after = i < nr_nodes ? (s64)values_q12[i] * (1 << 12) :
					       leaves[i - nr_nodes];
			contributions_q24[node->feature] += after - before;
			before = after;
		}
		values_q12 += nr_nodes;
		nodes = (const struct node *)(leaves + nr_nodes + 1);
	}
	return bias_q24;
}
