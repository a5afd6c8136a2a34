/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files on weightfs, for the sub-commands that show, load and let go of them.
 */
#ifndef VIGILCTL_WEIGHTS_H
#define VIGILCTL_WEIGHTS_H

#include <stddef.h>
#include <linux/weightfs.h>

#include "json.h"

/**
 * struct weights_file - A file on weightfs.
 * @path: as the user would find it
 * @status: what the kernel last said about it
 * @nodes: where it is; filled by weights_nodes() only
 */
struct weights_file {
	char *path;
	struct weightfs_status status;
	struct weightfs_nodes nodes;
};

/**
 * struct weights_files - Files on weightfs.
 * @files: the files
 * @count: how many
 */
struct weights_files {
	struct weights_file *files;
	size_t count;
};

enum status weights_open(const struct session *session, const char *path,
			 int *fd);
enum status weights_status(const struct session *session,
			   struct weights_file *file);
enum status weights_advise(const struct session *session,
			   struct weights_file *file, int advice);
enum status weights_nodes(const struct session *session,
			  struct weights_file *file);
enum status weights_control(const struct session *session,
			    struct weights_file *file, unsigned long request);
enum status weights_find(const struct session *session, char **operands,
			 struct weights_files *files);
struct json_object *weights_json(const struct weights_file *file);
struct json_object *weights_document(const struct weights_files *files);
void weights_free(struct weights_files *files);

#endif /* VIGILCTL_WEIGHTS_H */
