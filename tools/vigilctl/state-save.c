// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl state save: which page frames are bad, for the next boot.
 *
 * The kernel knows what is out of use now. The file from before may know more:
 * frames that could not be restored in this boot, or not yet. Such a frame stays
 * in the file, unless its memory module is another one now, or somebody gave it
 * back: it was out of use in this boot, according to the file, and is in use.
 * The first thing that is known of a frame's memory module holds as long as that
 * is the same, because the kernel forgets it when the frame is restored.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "number.h"
#include "show.h"
#include "state.h"
#include "text.h"

/**
 * struct save - What goes into a file.
 * @session: this run
 * @path: the file
 * @nodes: components of class memory
 * @inventory: memory modules
 * @old: what the file says
 * @new: what it will say
 * @nr_kept: frames that are not out of use, but stay in the file
 * @nr_forgotten: frames that do not
 * @set_aside: the file was not valid, and has another name now
 */
struct save {
	struct session *session;
	const char *path;
	struct vigil_list *nodes;
	struct inventory inventory;
	struct state old;
	struct state new;
	size_t nr_kept;
	size_t nr_forgotten;
	bool set_aside;
};

static struct state_frame frame_of(const struct save *save,
				   const struct vigil_record *record)
{
	const char *dimm = vigil_record_string(record, VIGIL_A_FRAME_DIMM);
	const struct module *module = NULL;
	struct state_frame frame = {
		.address = vigil_record_uint(record, VIGIL_A_FRAME_ADDRESS),
		.state = vigil_record_uint(record, VIGIL_A_FRAME_STATE),
		.errors = vigil_record_has(record, VIGIL_A_FRAME_ERRORS),
	};

	/* one that is newer than this program is out of use in any case */
	if (!vigil_record_name(record, VIGIL_A_FRAME_STATE))
		frame.state = VIGIL_FRAME_STATE_EXTERNAL;
	if (dimm)
		module = inventory_find(&save->inventory, dimm);
	if (module)
		frame.module = module->id;
	memcpy(frame.machine, save->inventory.machine, MACHINE_TEXT);
	return frame;
}

/* Is the memory still that of which the file speaks? */
static bool is_other(const struct save *save, const struct state_frame *old)
{
	char why[WHY_TEXT];

	return inventory_judge(&save->inventory, &old->module, old->machine,
			       why) == VERDICT_OTHER;
}

/* Adds a frame that is out of use, with what the file knows of it. */
static void add_frame(struct save *save, const struct vigil_record *record)
{
	struct state_frame *frame = state_add(&save->new);
	const struct state_frame *old;

	*frame = frame_of(save, record);
	old = state_find(&save->old, frame->address);
	if (!old || is_other(save, old))
		return;
	frame->errors |= old->errors;
	if (!identity_is_known(&frame->module))
		frame->module = old->module;
}

static bool has_room(const struct save *save)
{
	return save->new.count < STATE_FRAMES_MAX;
}

static enum status take_kernel(struct save *save)
{
	const struct vigil_record *record;
	struct vigil_list *list;
	int err = vigil_frame_dump(save->session->vigil, NULL, &list);

	if (err)
		return fail_kernel(save->session, err, NULL);
	for (size_t i = 0; (record = vigil_list_at(list, i)); i++)
		if (has_room(save))
			add_frame(save, record);
	vigil_list_free(list);
	state_sort(&save->new);
	return STATUS_OK;
}

/* A frame that failed and could not be taken is as bad as ever. */
static bool was_taken(const struct save *save, const struct state_frame *old)
{
	return !old->kept && *save->new.boot &&
	       !strcmp(save->old.boot, save->new.boot) &&
	       !(old->state == VIGIL_FRAME_STATE_PENDING && old->errors);
}

/* A frame of the file that the kernel did not tell. */
static void take_old_frame(struct save *save, const struct state_frame *old)
{
	struct vigil_record *record;
	struct state_frame *frame;
	const char *node;
	int err;

	err = frame_find(save->session, save->nodes, old->address, &node,
			 &record);
	if (!err && has_room(save) && !is_other(save, old)) {
		/* taken before the module was loaded again, so nobody knew */
		add_frame(save, record);
	} else if (!has_room(save) || is_other(save, old) ||
		   (err == -ENOENT && was_taken(save, old))) {
		save->nr_forgotten++;
	} else {
		frame = state_add(&save->new);
		*frame = *old;
		frame->kept = true;
		save->nr_kept++;
	}
	vigil_record_free(record);
}

static void take_old(struct save *save)
{
	/* what is added comes behind what is looked through, and may move it */
	struct state known = save->new;
	const struct state_frame *old;

	for (size_t i = 0; i < save->old.count; i++) {
		old = &save->old.frames[i];
		known.frames = save->new.frames;
		if (!state_find(&known, old->address))
			take_old_frame(save, old);
	}
	state_sort(&save->new);
}

/* What can't be read any more may still be of use to somebody. */
static enum status set_aside(struct save *save, const char *why)
{
	size_t size = strlen(save->path) + sizeof(".bad");
	char *path = need(malloc(size));
	int err = 0;

	snprintf(path, size, "%s.bad", save->path);
	unlink(path);
	if (link(save->path, path))
		err = errno;
	free(path);
	if (err)
		return fail(save->session, STATUS_REFUSED, "%s.bad: %s",
			    save->path, strerror(err));
	save->set_aside = true;
	if (!option_given(save->session, OPTION_JSON))
		fprintf(stderr, "vigilctl: %s %s; it is %s.bad now\n",
			save->path, why, save->path);
	return STATUS_OK;
}

static enum status read_old(struct save *save)
{
	char why[WHY_TEXT];
	int err = state_read(save->path, &save->old, why);

	if (!err && save->old.page_bytes != save->new.page_bytes) {
		state_free(&save->old);
		snprintf(why, sizeof(why), "has page frames of another size");
		err = -EBADMSG;
	}
	if (err == -EBADMSG)
		return set_aside(save, why);
	if (err && err != -ENOENT)
		return fail(save->session, STATUS_REFUSED, "%s: %s", save->path,
			    why);
	return STATUS_OK;
}

static enum status write_new(struct save *save, int directory)
{
	char *text = state_format(&save->new, &save->inventory);
	int err = state_write(save->path, directory, text);

	free(text);
	if (err)
		return fail(save->session, STATUS_REFUSED, "%s: %s", save->path,
			    strerror(-err));
	return STATUS_OK;
}

static void report(const struct save *save)
{
	struct json_object *document;
	char frames[NUMBER_TEXT];

	if (!option_given(save->session, OPTION_JSON)) {
		printf("saved %s to %s: %zu not out of use now; %zu others forgotten\n",
		       count_format(save->new.count, "page frame", frames),
		       save->path, save->nr_kept, save->nr_forgotten);
		return;
	}
	document = json_document();
	json_add_string(document, "file", save->path);
	json_add_uint(document, "saved", save->new.count);
	json_add_uint(document, "kept", save->nr_kept);
	json_add_uint(document, "forgotten", save->nr_forgotten);
	json_object_object_add(document, "set-aside",
			       json_object_new_boolean(save->set_aside));
	json_print(save->session, document);
}

static enum status collect_and_write(struct save *save, int directory)
{
	enum status status = inventory_read(save->session, &save->inventory);

	if (status == STATUS_OK)
		status = read_old(save);
	if (status == STATUS_OK)
		status = take_kernel(save);
	if (status != STATUS_OK)
		return status;
	take_old(save);
	return write_new(save, directory);
}

/* The directory stays locked from reading the old file to writing the new one. */
static enum status save_locked(struct save *save)
{
	int directory = state_lock_directory(save->path);
	enum status status;

	if (directory < 0)
		return fail(save->session, STATUS_REFUSED, "%s: %s", save->path,
			    strerror(-directory));
	status = collect_and_write(save, directory);
	close(directory);
	if (status == STATUS_OK)
		report(save);
	inventory_free(&save->inventory);
	state_free(&save->old);
	state_free(&save->new);
	return status;
}

enum status state_save(struct session *session, char **operands)
{
	struct save save = {
		.session = session,
		.path = *operands ? *operands : STATE_FILE,
		.new.page_bytes = sysconf(_SC_PAGESIZE),
	};
	enum status status = session_connect(session);

	if (status == STATUS_OK)
		status = frame_nodes(session, &save.nodes);
	if (status != STATUS_OK)
		return status;
	state_boot_id(save.new.boot);
	status = frame_allowed(session, save.nodes);
	if (status == STATUS_OK)
		status = save_locked(&save);
	vigil_list_free(save.nodes);
	return status;
}
