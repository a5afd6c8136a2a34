// SPDX-License-Identifier: GPL-2.0
/*
 * Forests of decision trees, in integers: verify a model once, ask it often.
 *
 * Trees are perfect, and a branch that ends early is padded. So nothing in a
 * file can point anywhere, and an evaluation takes the same steps whatever the
 * numbers are. It has no branch that depends on them, so that a processor works
 * on several trees at a time. In memory the root is node 1 and the children of
 * node i are 2i and 2i + 1, so that a step is an addition with carry.
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

/*
 * Trees of one depth that are asked together: a step down a tree has to wait for
 * the step before, but not for those in other trees.
 */
#define ABREAST	4

/*
 * What goes right: as many numbers as @nr from @first on. Behind the largest one
 * comes the smallest, a missing one.
 */
struct node {
	u32 first;
	u32 nr;
};

/* What else there is of a node, or a leaf. */
union entry {
	struct {
		u16 feature;
		s16 value_q12;
	};
	s32 leaf_q24;
};

/* In memory: nodes, the first of which is none, and twice as many entries. */
struct tree {
	u32 nr_leaves;
	struct node *nodes;
	union entry *entries;
};

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
 * @depths: of the trees, behind @trees
 * @trees: one behind the other, see struct tree
 */
struct vigil_forest {
	struct vigil_forest_info info;
	s32 base_q24;
	u32 nr_points;
	struct point points[VIGIL_FORMAT_POINTS_MAX];
	u8 *depths;
	struct node *trees;
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

static bool has_texts(const struct vigil_format_header *header)
{
	return is_text(header->name, sizeof(header->name)) &&
	       is_text(header->version_text, sizeof(header->version_text)) &&
	       is_text(header->subject, sizeof(header->subject));
}

static bool check_header(struct reader *reader,
			 const struct vigil_format_header *header,
			 const void *data, size_t bytes)
{
	return check(reader,
		     !memcmp(header->magic, VIGIL_FORMAT_MAGIC,
			     sizeof(header->magic)),
		     "not a model file") &&
	       check(reader,
		     le16_to_cpu(header->version) == VIGIL_FORMAT_VERSION &&
		     le16_to_cpu(header->header_bytes) == sizeof(*header),
		     "a version of the format that is not known here") &&
	       check(reader, !header->needed,
		     "it needs something that is not known here") &&
	       check(reader, le32_to_cpu(header->total_bytes) == bytes,
		     "not as long as it says; is it cut off?") &&
	       check(reader,
		     le32_to_cpu(header->checksum) == checksum_of(data, bytes),
		     "wrong checksum") &&
	       check(reader,
		     is_zero(header->reserved, sizeof(header->reserved)),
		     "reserved bytes are not zero") &&
	       check(reader, has_texts(header), "a name that is none");
}

static bool check_limits(struct reader *reader,
			 const struct vigil_format_header *header)
{
	u32 nr_features = le16_to_cpu(header->nr_features);
	u32 nr_trees = le16_to_cpu(header->nr_trees);

	return check(reader,
		     nr_features && nr_features <= VIGIL_FORMAT_FEATURES_MAX,
		     "no features, or too many") &&
	       check(reader, nr_trees && nr_trees <= VIGIL_FORMAT_TREES_MAX,
		     "no trees, or too many") &&
	       check(reader,
		     header->max_depth &&
		     header->max_depth <= VIGIL_FORMAT_DEPTH_MAX,
		     "trees too shallow or too deep") &&
	       check(reader,
		     header->nr_points >= 2 &&
		     header->nr_points <= VIGIL_FORMAT_POINTS_MAX,
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

static bool rises(const struct point *from, const struct point *to)
{
	return from->margin_q16 < to->margin_q16 &&
	       from->permille <= to->permille;
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
		check(reader,
		      points[i].permille <= 1000 &&
		      (!i || rises(&points[i - 1], &points[i])),
		      "calibration that does not rise");
	}
}

/* Depths of the trees, and the bytes that these take in the file. */
static size_t read_depths(struct reader *reader, struct vigil_forest *forest)
{
	u32 nr_trees = forest->info.nr_trees, deepest = 0, i;
	u32 padded = (nr_trees + 7) / 8 * 8;
	const u8 *depths = next(reader, padded);
	size_t bytes = 0;

	if (!depths)
		return 0;
	for (i = 0; i < nr_trees; i++) {
		if (!check(reader,
			   depths[i] && depths[i] <= forest->info.max_depth,
			   "trees too shallow or too deep"))
			return 0;
		deepest = max_t(u32, deepest, depths[i]);
		bytes += (sizeof(struct vigil_format_node) + sizeof(__le32)) *
			 (1U << depths[i]) - sizeof(struct vigil_format_node);
	}
	check(reader,
	      deepest == forest->info.max_depth &&
	      is_zero(depths + nr_trees, padded - nr_trees),
	      "depths that contradict the header");
	memcpy(forest->depths, depths, nr_trees);
	return bytes;
}

static struct tree tree_at(struct node *at, u32 depth)
{
	return (struct tree) {
		.nr_leaves = 1U << depth,
		.nodes = at,
		.entries = (union entry *)(at + (1U << depth)),
	};
}

static struct node *behind(const struct tree *tree)
{
	return (struct node *)(tree->entries + 2 * tree->nr_leaves);
}

static const u8 *read_nodes(struct reader *reader, const u8 *data,
			    const struct tree *tree, u32 nr_features)
{
	struct vigil_format_node raw;
	u32 i;

	for (i = 1; i < tree->nr_leaves; i++, data += sizeof(raw)) {
		u32 feature, threshold;

		memcpy(&raw, data, sizeof(raw));
		feature = le16_to_cpu(raw.feature);
		threshold = le32_to_cpu(raw.threshold);
		tree->nodes[i].first = threshold + 1;
		tree->nodes[i].nr = S32_MAX - threshold +
				    !!(feature & VIGIL_FORMAT_MISSING_RIGHT);
		feature &= ~VIGIL_FORMAT_MISSING_RIGHT;
		tree->entries[i].feature = feature;
		tree->entries[i].value_q12 = (s16)le16_to_cpu(raw.value_q12);
		check(reader, feature < nr_features,
		      "a node asks for a feature that there is not");
	}
	return data;
}

static const u8 *read_leaves(const u8 *data, const struct tree *tree)
{
	__le32 raw;
	u32 i;

	for (i = 0; i < tree->nr_leaves; i++, data += sizeof(raw)) {
		memcpy(&raw, data, sizeof(raw));
		tree->entries[tree->nr_leaves + i].leaf_q24 =
			(s32)le32_to_cpu(raw);
	}
	return data;
}

/*
 * All 2^32 numbers go right, missing or not, which is 0 of them in 32 bits: have
 * the same on the left.
 */
static void mirror(const struct tree *tree, u32 i)
{
	u32 left, n;

	if (tree->nodes[i].nr || tree->nodes[i].first != (u32)S32_MIN + 1)
		return;
	for (left = 2 * i, n = 1; left < tree->nr_leaves; left *= 2, n *= 2) {
		memcpy(&tree->nodes[left], &tree->nodes[left + n],
		       n * sizeof(*tree->nodes));
		memcpy(&tree->entries[left], &tree->entries[left + n],
		       n * sizeof(*tree->entries));
	}
	memcpy(&tree->entries[left], &tree->entries[left + n],
	       n * sizeof(*tree->entries));
}

static void read_trees(struct reader *reader, struct vigil_forest *forest,
		       size_t bytes)
{
	const u8 *data = next(reader, bytes);
	struct node *at = forest->trees;
	u32 t, i;

	if (!data)
		return;
	for (t = 0; t < forest->info.nr_trees; t++) {
		struct tree tree = tree_at(at, forest->depths[t]);

		data = read_nodes(reader, data, &tree,
				  forest->info.nr_features);
		data = read_leaves(data, &tree);
		for (i = tree.nr_leaves - 1; i; i--)
			mirror(&tree, i);
		at = behind(&tree);
	}
	check(reader, !reader->bytes, "there is something behind its end");
}

/**
 * vigil_forest_open() - Make a model of a file, if it is one.
 * @data: content of the file; not needed afterwards
 * @bytes: its size
 * @schema: hash of the names of the numbers that can be told
 * @nr_features: how many they are
 * @why: set to what is wrong with it, a text that stays valid, or NULL
 *
 * Everything is verified here, so that an evaluation checks nothing. The model
 * takes twice as much memory as the file.
 *
 * Context: Process context, may sleep.
 * Return: the model; or ERR_PTR() of -EINVAL, with @why, or of -ENOMEM.
 */
struct vigil_forest *vigil_forest_open(const void *data, size_t bytes,
				       u64 schema, u32 nr_features,
				       const char **why)
{
	struct reader reader = { .data = data, .bytes = bytes };
	struct vigil_format_header header = { 0 };
	struct vigil_forest *forest;
	size_t most = 2 * bytes;

	*why = "not a model file";
	if (bytes < sizeof(header) || bytes > VIGIL_FORMAT_BYTES_MAX)
		return ERR_PTR(-EINVAL);
	memcpy(&header, next(&reader, sizeof(header)), sizeof(header));
	if (!check_header(&reader, &header, data, bytes) ||
	    !check_limits(&reader, &header) ||
	    !check(&reader,
		   le64_to_cpu(header.schema) == schema &&
		   le16_to_cpu(header.nr_features) == nr_features,
		   "it was trained for other features")) {
		*why = reader.why;
		return ERR_PTR(-EINVAL);
	}

	/* The smallest tree takes 16 bytes in the file and 32 here. */
	*why = NULL;
	forest = kvzalloc(sizeof(*forest) + most + le16_to_cpu(header.nr_trees),
			  GFP_KERNEL);
	if (!forest)
		return ERR_PTR(-ENOMEM);
	forest->trees = (struct node *)(forest + 1);
	forest->depths = (u8 *)forest->trees + most;
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

static size_t child_of(const struct tree *tree, size_t i, const s32 *features)
{
	const struct node *node = &tree->nodes[i];
	u32 value = features[tree->entries[i].feature];
	size_t twice = i;

	/* i + i + carry; of 2 * i gcc makes three instructions. */
	OPTIMIZER_HIDE_VAR(twice);
	twice += i;
	return twice + (value - node->first < node->nr);
}

/* Down some trees of the same depth, a constant: nothing is left of the loops. */
static __always_inline s64 sum_down(struct node *at, const s32 *features,
				    u32 depth)
{
	struct tree trees[ABREAST];
	size_t i[ABREAST];
	s64 sum_q24 = 0;
	u32 level, t;

#pragma GCC unroll 4
	for (t = 0; t < ABREAST; t++) {
		trees[t] = tree_at(at, depth);
		at = behind(&trees[t]);
		i[t] = 1;
	}
#pragma GCC unroll 8
	for (level = 0; level < depth; level++) {
#pragma GCC unroll 4
		for (t = 0; t < ABREAST; t++)
			i[t] = child_of(&trees[t], i[t], features);
	}
#pragma GCC unroll 4
	for (t = 0; t < ABREAST; t++)
		sum_q24 += trees[t].entries[i[t]].leaf_q24;
	return sum_q24;
}

static s64 sum_abreast(struct node *at, const s32 *features, u32 depth)
{
	switch (depth) {
	case 1:
		return sum_down(at, features, 1);
	case 2:
		return sum_down(at, features, 2);
	case 3:
		return sum_down(at, features, 3);
	case 4:
		return sum_down(at, features, 4);
	case 5:
		return sum_down(at, features, 5);
	case 6:
		return sum_down(at, features, 6);
	case 7:
		return sum_down(at, features, 7);
	default:
		return sum_down(at, features, VIGIL_FORMAT_DEPTH_MAX);
	}
}

static s64 leaf_of(struct node *at, const s32 *features, u32 depth)
{
	const struct tree tree = tree_at(at, depth);
	size_t i = 1;

	while (i < tree.nr_leaves)
		i = child_of(&tree, i, features);
	return tree.entries[i].leaf_q24;
}

/* How many trees, from this one on, can be asked together? */
static u32 nr_abreast(const struct vigil_forest *forest, u32 t)
{
	const u8 *depths = forest->depths + t;
	u32 i;

	if (forest->info.nr_trees - t < ABREAST)
		return 1;
	for (i = 1; i < ABREAST; i++)
		if (depths[i] != depths[0])
			return 1;
	return ABREAST;
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
	struct node *at = forest->trees;
	s64 sum_q24 = forest->base_q24;
	u32 t, nr;

	for (t = 0; t < forest->info.nr_trees; t += nr) {
		u32 depth = forest->depths[t];

		nr = nr_abreast(forest, t);
		sum_q24 += nr > 1 ? sum_abreast(at, features, depth) :
				    leaf_of(at, features, depth);
		at += nr * (2UL << depth);
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

/* What training rows below a node had on average, leaves being exact. */
static s64 value_q24(const struct tree *tree, u32 i)
{
	if (i < tree->nr_leaves)
		return (s64)tree->entries[i].value_q12 * (1 << 12);
	return tree->entries[i].leaf_q24;
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
	struct node *at = forest->trees;
	s64 bias_q24 = forest->base_q24;
	u32 t, i;

	memset(contributions_q24, 0,
	       forest->info.nr_features * sizeof(*contributions_q24));
	for (t = 0; t < forest->info.nr_trees; t++) {
		struct tree tree = tree_at(at, forest->depths[t]);
		s64 before = value_q24(&tree, 1), after;

		bias_q24 += before;
		for (i = 1; i < tree.nr_leaves; before = after) {
			u32 feature = tree.entries[i].feature;

			i = child_of(&tree, i, features);
			after = value_q24(&tree, i);
			contributions_q24[feature] += after - before;
		}
		at = behind(&tree);
	}
	return bias_q24;
}
