/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Subjects that predictions are made about, and the models that make them, as
 * an administrator sees them: /sys/class/vigil_model/<subject>/ and netlink.
 *
 * The core knows nothing of models; <linux/vigil/predict.h> does.
 */
#ifndef _LINUX_VIGIL_MODEL_H
#define _LINUX_VIGIL_MODEL_H

#include <linux/list.h>
#include <linux/types.h>
#include <uapi/linux/vigil.h>

struct device;

/* Longest name of a model and of its version, with a NUL. */
#define VIGIL_MODEL_NAME_BYTES		32
#define VIGIL_MODEL_VERSION_BYTES	16

/* SHA-256 in hexadecimal digits, and a NUL. */
#define VIGIL_MODEL_HASH_BYTES		65

/* A model file that is longer is not looked at. */
#define VIGIL_MODEL_BYTES_MAX		(128U << 10)

/**
 * struct vigil_model_info - What is known of a subject's model now.
 * @origin: where it came from, or VIGIL_MODEL_ORIGIN_NONE; then what follows
 *	@message means nothing
 * @nr_features: numbers that a model of this subject is given
 * @schema: hash of their names
 * @message: why there is none, or why the last one was refused; or ""
 * @name: its name
 * @version: its version
 * @hash: SHA-256 of the file, in hexadecimal digits
 * @nr_trees: its trees
 * @depth: of the deepest
 * @bytes: size of the file
 * @alarm_permille: risk from which on it calls for action
 * @trained_s: when it was trained, Unix time
 * @evaluations: how often it has been asked
 */
struct vigil_model_info {
	enum vigil_model_origin origin;
	u32 nr_features;
	u64 schema;
	char message[VIGIL_REASON_MAX + 1];
	char name[VIGIL_MODEL_NAME_BYTES];
	char version[VIGIL_MODEL_VERSION_BYTES];
	char hash[VIGIL_MODEL_HASH_BYTES];
	u32 nr_trees;
	u32 depth;
	u32 bytes;
	u32 alarm_permille;
	u64 trained_s;
	u64 evaluations;
};

/**
 * struct vigil_subject - Something that predictions are made about.
 * @name: its name in sysfs and netlink; constant
 * @read: tell what is known of its model
 * @load: have this model judge from now on, or keep the one that is there and
 *	return a negative errno; @why is then set to a text that stays valid
 * @unload: have no model judge from now on; -ENOENT when there was none
 * @dev: for the core; also the device that firmware is asked for
 * @seq: for the core; written under vigil_notify_lock()
 * @list: for the core
 *
 * Callbacks run in process context, may sleep, and must not register or
 * unregister a subject; @load and @unload one at a time.
 */
struct vigil_subject {
	const char *name;
	void (*read)(struct vigil_subject *subject,
		     struct vigil_model_info *info);
	int (*load)(struct vigil_subject *subject, const void *data,
		    size_t bytes, const char **why);
	int (*unload)(struct vigil_subject *subject);
	struct device *dev;
	u64 seq;
	struct list_head list;
};

int vigil_subject_register(struct vigil_subject *subject);
void vigil_subject_unregister(struct vigil_subject *subject);
void vigil_subject_changed(struct vigil_subject *subject);

#endif /* _LINUX_VIGIL_MODEL_H */
