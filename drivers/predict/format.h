/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model file: header, points, depths, trees, and nothing behind them.
 * Documentation/design/model-format.rst says what the fields mean.
 */
#ifndef VIGIL_PREDICT_FORMAT_H
#define VIGIL_PREDICT_FORMAT_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/types.h>
#else
#include "kernel_shim.h"
#endif

#define VIGIL_FORMAT_MAGIC		"VGMF"
#define VIGIL_FORMAT_VERSION		1

#define VIGIL_FORMAT_BYTES_MAX		(128U << 10)
#define VIGIL_FORMAT_FEATURES_MAX	1024
#define VIGIL_FORMAT_TREES_MAX		4096
#define VIGIL_FORMAT_DEPTH_MAX		8
#define VIGIL_FORMAT_POINTS_MAX		32

#define VIGIL_FORMAT_NAME_BYTES		32
#define VIGIL_FORMAT_VERSION_BYTES	16
#define VIGIL_FORMAT_SUBJECT_BYTES	24

/* In a node's feature: a missing number goes right. */
#define VIGIL_FORMAT_MISSING_RIGHT	0x8000

struct vigil_format_header {
	char magic[4];
	__le16 version;
	__le16 header_bytes;
	__le32 total_bytes;
	__le32 checksum;
	__le64 schema;
	__le16 nr_features;
	__le16 nr_trees;
	u8 max_depth;
	u8 nr_points;
	__le16 needed;
	__le32 base_q24;
	__le32 alarm_q16;
	__le64 trained_s;
	char name[VIGIL_FORMAT_NAME_BYTES];
	char version_text[VIGIL_FORMAT_VERSION_BYTES];
	char subject[VIGIL_FORMAT_SUBJECT_BYTES];
	u8 reserved[8];
};

static_assert(sizeof(struct vigil_format_header) == 128);

struct vigil_format_point {
	__le32 margin_q16;
	__le32 permille;
};

static_assert(sizeof(struct vigil_format_point) == 8);

struct vigil_format_node {
	__le32 threshold;
	__le16 feature;
	__le16 value_q12;
};

static_assert(sizeof(struct vigil_format_node) == 8);

#endif /* VIGIL_PREDICT_FORMAT_H */
