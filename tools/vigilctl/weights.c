// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl weights show: mounts of weightfs, which are components of class
 * weights with the device number of their files as instance, and single files.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "mounts.h"
#include "number.h"
#include "show.h"
#include "weights.h"

#define PREFIX "weights-"

/* Room for the numbers of all nodes. */
#define NODES_TEXT 256

/**
 * struct output - What is to be shown.
 * @session: this run
 * @components: mounts, as JSON
 * @files: files, as JSON
 * @mount_table: mounts, for people; NULL until there is one
 * @file_table: files, for people; NULL until there is one
 * @torn: the mounts may not be complete
 */
struct output {
	const struct session *session;
	struct json_object *components;
	struct json_object *files;
	struct table *mount_table;
	struct table *file_table;
	bool torn;
};

static bool find_mount(const struct vigil_record *component,
		       struct mount *mount)
{
	const char *name = vigil_record_string(component,
					       VIGIL_A_COMPONENT_NAME);

	return name && !strncmp(name, PREFIX, strlen(PREFIX)) &&
	       mount_find(name + strlen(PREFIX), mount);
}

static void begin_mounts(struct output *output)
{
	static const char *const titles[] = {
		"NAME", "MOUNT", "SOURCE", ">FILES", ">LOADED", ">HUGE",
		">HEALS", "LOADING", "HEALTH", "REASON",
	};

	if (!output->mount_table)
		output->mount_table = table_new(titles, ARRAY_SIZE(titles));
}

/* How far loading ahead is, while it goes on. */
static void add_load(struct table *table, const struct vigil_record *component)
{
	uint64_t done = 0, total = 0, rate = 0;
	char text[PROGRESS_TEXT];

	vigil_component_number(component, "load_done_bytes", &done);
	vigil_component_number(component, "load_total_bytes", &total);
	vigil_component_number(component, "load_bytes_per_second", &rate);
	table_add(table, done < total ? progress_format(done, total, rate, text) :
					NULL);
}

static void add_mount_row(struct output *output,
			  const struct vigil_record *component,
			  const struct mount *mount)
{
	struct table *table;

	begin_mounts(output);
	table = output->mount_table;
	table_add(table, show_string(component, VIGIL_A_COMPONENT_NAME));
	table_add(table, mount->point);
	table_add(table, mount->source);
	show_add_number(table, component, "files", number_format);
	show_add_number(table, component, "loaded_bytes", size_format);
	show_add_number(table, component, "huge_bytes", size_format);
	show_add_number(table, component, "heals", number_format);
	add_load(table, component);
	table_add(table, show_name(component, VIGIL_A_COMPONENT_HEALTH));
	table_add(table, show_string(component, VIGIL_A_COMPONENT_REASON));
}

/* A mount that this process can't see, in another namespace say, has no point. */
static void output_mount(struct output *output,
			 const struct vigil_record *component)
{
	struct mount mount = { 0 };
	bool found = find_mount(component, &mount);
	struct json_object *object;

	if (!option_given(output->session, OPTION_JSON)) {
		add_mount_row(output, component, &mount);
	} else {
		object = show_json_add(output->components, component);
		if (found) {
			json_add_string(object, "mount-point", mount.point);
			json_add_string(object, "source", mount.source);
		}
	}
	mount_free(&mount);
}

/* Numbers of the nodes that have some of a file, most often one. */
static const char *nodes_text(const struct weightfs_nodes *nodes, char *text,
			      size_t size)
{
	size_t length = 0;

	for (size_t i = 0; i < ARRAY_SIZE(nodes->loaded_bytes); i++)
		if (nodes->loaded_bytes[i] && length < size)
			length += snprintf(text + length, size - length, "%s%zu",
					   length ? "," : "", i);
	return length ? text : NULL;
}

/* How long ago something was, in words; NULL for never. */
static const char *age_text(int64_t at_s, char *text)
{
	int64_t now_s = time(NULL);

	return at_s ? duration_format(now_s > at_s ? now_s - at_s : 0, text) : NULL;
}

static void add_file_row(struct output *output, const struct weights_file *file)
{
	static const char *const titles[] = {
		">SIZE", ">LOADED", ">HUGE", ">HEALS", ">PINS", "NODES",
		"SCRUBBED", "STATE", "FILE",
	};
	const struct weightfs_status *status = &file->status;
	struct table *table = output->file_table;
	char text[NUMBER_TEXT], nodes[NODES_TEXT];

	if (!table)
		table = table_new(titles, ARRAY_SIZE(titles));
	output->file_table = table;
	table_add(table, size_format(status->size_bytes, text));
	table_add(table, size_format(status->loaded_bytes, text));
	table_add(table, size_format(status->huge_bytes, text));
	table_add(table, number_format(status->heals, text));
	table_add(table, number_format(status->pins, text));
	table_add(table, nodes_text(&file->nodes, nodes, sizeof(nodes)));
	table_add(table, age_text(status->scrubbed_at, text));
	if (status->loading)
		table_add(table, "loading");
	else
		table_add(table, status->error ? strerror(status->error) : NULL);
	table_add(table, file->path);
}

static void output_file(struct output *output, const struct weights_file *file)
{
	if (option_given(output->session, OPTION_JSON))
		json_object_array_add(output->files, weights_json(file));
	else
		add_file_row(output, file);
}

static void output_begin(struct output *output, const struct session *session)
{
	*output = (struct output) {
		.session = session,
		.components = json_object_new_array(),
		.files = json_object_new_array(),
	};
}

static void output_json(struct output *output)
{
	struct json_object *document = json_document();

	json_object_object_add(document, "components",
			       json_object_get(output->components));
	json_object_object_add(document, "files",
			       json_object_get(output->files));
	json_object_object_add(document, "torn",
			       json_object_new_boolean(output->torn));
	json_print(output->session, document);
}

/* A failure is a JSON document of its own, so there what was found is dropped. */
static void output_end(struct output *output, enum status status)
{
	if (output->mount_table)
		table_print(output->mount_table, stdout);
	if (output->file_table)
		table_print(output->file_table, stdout);
	if (option_given(output->session, OPTION_JSON) && status == STATUS_OK)
		output_json(output);
	json_object_put(output->components);
	json_object_put(output->files);
}

static enum status show_mounts(struct session *session, struct output *output)
{
	struct vigil_list *list;
	int err;

	err = vigil_component_dump(session->vigil, VIGIL_CLASS_WEIGHTS, &list);
	if (err)
		return fail_kernel(session, err, NULL);
	show_warn_torn(session, list);
	output->torn = vigil_list_torn(list);
	if (!option_given(session, OPTION_JSON))
		begin_mounts(output);
	for (size_t i = 0; i < vigil_list_size(list); i++)
		output_mount(output, vigil_list_at(list, i));
	vigil_list_free(list);
	return STATUS_OK;
}

static enum status show_mount(struct session *session, struct output *output,
			      dev_t device)
{
	struct vigil_record *component;
	char name[VIGIL_NAME_MAX + 1];
	int err;

	snprintf(name, sizeof(name), PREFIX "%u:%u", major(device),
		 minor(device));
	err = vigil_component_get(session->vigil, name, &component);
	if (err)
		return fail_kernel(session, err, name);
	output_mount(output, component);
	vigil_record_free(component);
	return STATUS_OK;
}

/* Shows a file, or the mount that a directory is on. */
static enum status show_path(struct session *session, struct output *output,
			     char *path)
{
	struct weights_file file = { .path = path };
	enum status status;
	struct stat st;
	int fd;

	status = weights_open(session, path, &fd);
	if (status != STATUS_OK)
		return status;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		status = show_mount(session, output, st.st_dev);
	} else {
		status = weights_status(session, &file);
		if (status == STATUS_OK)
			status = weights_nodes(session, &file);
		if (status == STATUS_OK)
			output_file(output, &file);
	}
	close(fd);
	return status;
}

enum status weights_show(struct session *session, char **operands)
{
	enum status status = session_connect(session);
	struct output output;

	if (status != STATUS_OK)
		return status;
	output_begin(&output, session);
	if (!*operands)
		status = show_mounts(session, &output);
	for (; *operands && status == STATUS_OK; operands++)
		status = show_path(session, &output, *operands);
	output_end(&output, status);
	return status;
}
