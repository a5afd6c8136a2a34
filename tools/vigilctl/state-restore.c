// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl state restore: page frames that were bad before the last boot.
 *
 * An address is only as good as the memory behind it: frames whose memory module
 * is not the same any more are left alone. Of the others each is isolated, and
 * then the kernel is asked whether it is out of use. One that can't be vacated
 * does not keep the rest from being restored.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "number.h"
#include "progress.h"
#include "show.h"
#include "state.h"

#define REASON "restored: bad before the last boot"

/* more lines than that are nothing for people */
#define LINES_MAX 20

enum outcome {
	OUTCOME_RESTORED,
	OUTCOME_ALREADY,
	OUTCOME_SKIPPED,
	OUTCOME_FAILED,

	OUTCOMES
};

static const char *const outcome_names[] = {
	[OUTCOME_RESTORED] = "restored",
	[OUTCOME_ALREADY] = "already",
	[OUTCOME_SKIPPED] = "skipped",
	[OUTCOME_FAILED] = "failed",
};

/**
 * struct restore - One run.
 * @session: this run of vigilctl
 * @path: the file
 * @inventory: memory modules
 * @state: what the file says
 * @count: frames by what came of them
 * @frames: the same, each of them, with --json
 * @run: how they are taken out of use
 */
struct restore {
	struct session *session;
	const char *path;
	struct inventory inventory;
	struct state state;
	size_t count[OUTCOMES];
	struct json_object *frames;
	struct frame_run run;
};

static bool is_dry_run(const struct restore *restore)
{
	return option_given(restore->session, OPTION_DRY_RUN);
}

static enum outcome restore_frame(struct restore *restore,
				  const struct state_frame *saved)
{
	if (saved->address % restore->state.page_bytes == 0 &&
	    inventory_judge(&restore->inventory, &saved->module, saved->machine,
			    restore->run.words) != VERDICT_SAME)
		return OUTCOME_SKIPPED;

	switch (frame_run(&restore->run, saved->address)) {
	case FRAME_RUN_DONE:
		return OUTCOME_RESTORED;
	case FRAME_RUN_ALREADY:
		return OUTCOME_ALREADY;
	default:
		return OUTCOME_FAILED;
	}
}

static void print_line(struct restore *restore,
		       const struct state_frame *saved, enum outcome outcome)
{
	bool all = is_dry_run(restore);

	if (!all && outcome != OUTCOME_SKIPPED && outcome != OUTCOME_FAILED)
		return;
	progress_clear(restore->session);
	if (restore->count[outcome] <= LINES_MAX)
		show_line(all ? stdout : stderr, "0x%" PRIx64 "%s%s: %s: %s",
			  saved->address, *saved->module.label ? " " : "",
			  saved->module.label, outcome_names[outcome],
			  restore->run.words);
	else if (restore->count[outcome] == LINES_MAX + 1)
		show_line(all ? stdout : stderr,
			  "... and more that are %s; --json lists them all",
			  outcome_names[outcome]);
}

static void add_json(struct restore *restore, const struct state_frame *saved,
		     enum outcome outcome)
{
	struct json_object *object = json_object_new_object();

	json_add_uint(object, "address", saved->address);
	json_add_string(object, "outcome", outcome_names[outcome]);
	json_add_string(object, "message", restore->run.words);
	if (identity_is_known(&saved->module))
		json_object_object_add(object, "module",
				       state_module_json(&saved->module));
	json_object_array_add(restore->frames, object);
}

static void restore_all(struct restore *restore)
{
	const struct state_frame *saved = restore->state.frames;

	for (size_t i = 0; i < restore->state.count; i++, saved++) {
		enum outcome outcome;

		progress_count(restore->session, i, restore->state.count);
		outcome = restore_frame(restore, saved);
		restore->count[outcome]++;
		if (restore->frames)
			add_json(restore, saved, outcome);
		else
			print_line(restore, saved, outcome);
	}
	progress_clear(restore->session);
}

static void report_json(struct restore *restore, enum status status)
{
	struct json_object *document = json_document();

	json_add_string(document, "file", restore->path);
	json_object_object_add(document, "dry-run",
			       json_object_new_boolean(is_dry_run(restore)));
	json_object_object_add(document, "frames", restore->frames);
	for (size_t i = 0; i < OUTCOMES; i++)
		json_add_uint(document, outcome_names[i], restore->count[i]);
	if (status != STATUS_OK)
		json_add_error(document, status,
			       "not all page frames could be restored");
	json_print(restore->session, document);
}

static enum status report(struct restore *restore)
{
	const size_t *count = restore->count;
	enum status status = count[OUTCOME_FAILED] ? STATUS_REFUSED : STATUS_OK;
	char frames[NUMBER_TEXT];

	if (restore->frames)
		report_json(restore, status);
	else
		printf("%s %s; %zu out of use already, %zu skipped, %zu failed\n",
		       is_dry_run(restore) ? "would restore" : "restored",
		       count_format(count[OUTCOME_RESTORED], "page frame",
				    frames),
		       count[OUTCOME_ALREADY], count[OUTCOME_SKIPPED],
		       count[OUTCOME_FAILED]);
	return status;
}

/* That nothing has been saved yet is nothing to complain about. */
static enum status read_state(struct restore *restore, bool may_be_absent)
{
	uint64_t page_bytes = sysconf(_SC_PAGESIZE);
	char why[WHY_TEXT];
	int err = state_read(restore->path, &restore->state, why);

	if (err == -ENOENT && may_be_absent)
		return STATUS_OK;
	if (err)
		return fail(restore->session, err == -ENOENT ? STATUS_NOT_FOUND :
							       STATUS_REFUSED,
			    "%s: %s", restore->path, why);
	if (restore->state.page_bytes != page_bytes)
		return fail(restore->session, STATUS_REFUSED,
			    "%s: has page frames of %" PRIu64 " bytes, and this kernel of %" PRIu64,
			    restore->path, restore->state.page_bytes,
			    page_bytes);
	return STATUS_OK;
}

static enum status run(struct restore *restore, bool may_be_absent)
{
	enum status status = frame_allowed(restore->session, restore->run.nodes);

	if (status == STATUS_OK)
		status = read_state(restore, may_be_absent);
	if (status != STATUS_OK)
		return status;
	status = inventory_read(restore->session, &restore->inventory);
	if (status == STATUS_OK) {
		if (option_given(restore->session, OPTION_JSON))
			restore->frames = json_object_new_array();
		restore_all(restore);
		status = report(restore);
	}
	inventory_free(&restore->inventory);
	return status;
}

enum status state_restore(struct session *session, char **operands)
{
	struct restore restore = {
		.session = session,
		.path = *operands ? *operands : STATE_FILE,
		.run = {
			.session = session,
			.verb = VIGIL_VERB_ISOLATE,
			.reason = REASON,
		},
	};
	enum status status = session_connect(session);

	if (status == STATUS_OK)
		status = frame_nodes(session, &restore.run.nodes);
	if (status != STATUS_OK)
		return status;
	status = run(&restore, !*operands);
	state_free(&restore.state);
	vigil_list_free(restore.run.nodes);
	return status;
}
