// SPDX-License-Identifier: GPL-2.0
/*
 * Files on weightfs. They are opened each time something is asked of them: a
 * model may have more files than a process may have open.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "number.h"
#include "text.h"
#include "weights.h"

static enum status fail_errno(const struct session *session, const char *path,
			      int err)
{
	return fail(session, err == ENOENT ? STATUS_NOT_FOUND : STATUS_REFUSED,
		    "%s: %s", path, strerror(err));
}

/* Opens a file or directory and makes sure that it is on weightfs. */
enum status weights_open(const struct session *session, const char *path,
			 int *fd)
{
	struct statfs fs;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0)
		return fail_errno(session, path, errno);
	if (!fstatfs(*fd, &fs) && fs.f_type == WEIGHTFS_SUPER_MAGIC)
		return STATUS_OK;
	close(*fd);
	return fail(session, STATUS_REFUSED, "%s: is not on a weightfs mount",
		    path);
}

static enum status fail_request(const struct session *session,
				const char *path, unsigned long request)
{
	if (request == WEIGHTFS_IOC_UNPIN && errno == EINVAL)
		return fail(session, STATUS_REFUSED, "%s: is not pinned", path);
	return fail_errno(session, path, errno);
}

/* Opens a file for one request; what is answered goes to @answer. */
static enum status ask(const struct session *session, const char *path,
		       unsigned long request, void *answer)
{
	enum status status;
	int fd;

	status = weights_open(session, path, &fd);
	if (status != STATUS_OK)
		return status;
	if (ioctl(fd, request, answer))
		status = fail_request(session, path, request);
	close(fd);
	return status;
}

/* Asks for the status of a file. */
enum status weights_status(const struct session *session,
			   struct weights_file *file)
{
	return ask(session, file->path, WEIGHTFS_IOC_STATUS, &file->status);
}

/* Asks where a file is in memory. */
enum status weights_nodes(const struct session *session,
			  struct weights_file *file)
{
	return ask(session, file->path, WEIGHTFS_IOC_NODES, &file->nodes);
}

/* Gives the kernel an order about a file, and asks for its status afterwards. */
enum status weights_control(const struct session *session,
			    struct weights_file *file, unsigned long request)
{
	enum status status = ask(session, file->path, request, NULL);

	return status == STATUS_OK ? weights_status(session, file) : status;
}

/* Gives the kernel advice about a file, and asks for its status afterwards. */
enum status weights_advise(const struct session *session,
			   struct weights_file *file, int advice)
{
	enum status status;
	int err, fd;

	status = weights_open(session, file->path, &fd);
	if (status != STATUS_OK)
		return status;
	err = posix_fadvise(fd, 0, 0, advice);
	close(fd);
	if (err)
		return fail_errno(session, file->path, err);
	return weights_status(session, file);
}

static enum status add_file(const struct session *session,
			    struct weights_files *files, const char *path)
{
	struct weights_file *file;

	files->files = need(reallocarray(files->files, files->count + 1,
					 sizeof(*files->files)));
	file = &files->files[files->count++];
	*file = (struct weights_file) { .path = need(strdup(path)) };
	return weights_status(session, file);
}

/* A directory that was named may be empty, but not somewhere else. */
static enum status check_place(const struct session *session, const char *path)
{
	enum status status;
	int fd;

	status = weights_open(session, path, &fd);
	if (status == STATUS_OK)
		close(fd);
	return status;
}

static enum status take_entry(const struct session *session,
			      struct weights_files *files, const FTSENT *entry)
{
	switch (entry->fts_info) {
	case FTS_D:
		return entry->fts_level == FTS_ROOTLEVEL ?
		       check_place(session, entry->fts_path) : STATUS_OK;
	case FTS_F:
		return add_file(session, files, entry->fts_path);
	case FTS_NS:
	case FTS_ERR:
	case FTS_DNR:
		return fail_errno(session, entry->fts_path, entry->fts_errno);
	default:
		return STATUS_OK;
	}
}

/* Finds the regular files that are named, or in directories that are named. */
enum status weights_find(const struct session *session, char **operands,
			 struct weights_files *files)
{
	FTS *tree = fts_open(operands, FTS_PHYSICAL | FTS_COMFOLLOW |
			     FTS_NOCHDIR | FTS_XDEV, NULL);
	enum status status = STATUS_OK;
	FTSENT *entry;

	*files = (struct weights_files) { 0 };
	need(tree);
	while (status == STATUS_OK && (entry = fts_read(tree)))
		status = take_entry(session, files, entry);
	fts_close(tree);
	return status;
}

/* By node number; a node that has nothing is not there. */
static struct json_object *nodes_json(const struct weightfs_nodes *nodes)
{
	struct json_object *object = json_object_new_object();
	char node[NUMBER_TEXT];

	for (size_t i = 0; i < ARRAY_SIZE(nodes->loaded_bytes); i++)
		if (nodes->loaded_bytes[i])
			json_add_uint(object, number_format(i, node),
				      nodes->loaded_bytes[i]);
	return object;
}

struct json_object *weights_json(const struct weights_file *file)
{
	const struct weightfs_status *status = &file->status;
	struct json_object *object = json_object_new_object();

	json_add_string(object, "path", file->path);
	json_add_uint(object, "size-bytes", status->size_bytes);
	json_add_uint(object, "loaded-bytes", status->loaded_bytes);
	json_add_uint(object, "huge-bytes", status->huge_bytes);
	json_add_uint(object, "heals", status->heals);
	json_add_uint(object, "pins", status->pins);
	json_add_uint(object, "uid", status->uid);
	json_add_uint(object, "scrubbed-at", status->scrubbed_at);
	json_object_object_add(object, "node-bytes", nodes_json(&file->nodes));
	json_add_uint(object, "error", status->error);
	json_object_object_add(object, "loading",
			       json_object_new_boolean(status->loading));
	return object;
}

struct json_object *weights_document(const struct weights_files *files)
{
	struct json_object *document = json_document();
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < files->count; i++)
		json_object_array_add(array, weights_json(&files->files[i]));
	json_object_object_add(document, "files", array);
	return document;
}

void weights_free(struct weights_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->files[i].path);
	free(files->files);
}
