// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl frame isolate, release: page frames by a list of their addresses.
 *
 * Each is done by itself, and then the kernel is asked whether it is out of use.
 * One that fails does not keep the rest from being done.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "number.h"
#include "progress.h"
#include "show.h"
#include "state.h"
#include "text.h"

#define TIMEOUT_MS 30000

/* No list is longer: that many may be out of use at all. */
#define ADDRESSES_MAX 65536

static enum frame_run_outcome say(struct frame_run *run,
				  enum frame_run_outcome outcome,
				  const char *words)
{
	snprintf(run->words, sizeof(run->words), "%s", words ? words : "");
	return outcome;
}

/* Is the frame as it is to be? */
static bool is_settled(const struct frame_run *run, int err,
		       const struct vigil_record *frame)
{
	if (run->verb == VIGIL_VERB_RELEASE)
		return err == -ENOENT;
	return !err && vigil_record_uint(frame, VIGIL_A_FRAME_STATE) !=
		       VIGIL_FRAME_STATE_PENDING;
}

/* What the kernel says came of it is not taken for granted. */
static enum frame_run_outcome verify(struct frame_run *run,
				     const struct vigil_request *request,
				     const struct vigil_record *operation)
{
	const char *words = vigil_record_string(operation,
						VIGIL_A_OPERATION_MESSAGE);
	struct vigil_record *frame;
	bool settled;
	int err;

	if (request->dry_run)
		return say(run, FRAME_RUN_DONE, words);
	err = vigil_frame_get(run->session->vigil, request->component,
			      request->address, &frame);
	settled = is_settled(run, err, frame);
	vigil_record_free(frame);
	if (settled)
		return say(run, FRAME_RUN_DONE, words);
	if (vigil_record_uint(operation, VIGIL_A_OPERATION_STATE) ==
	    VIGIL_OP_STATE_DONE)
		words = run->verb == VIGIL_VERB_ISOLATE ?
			"said to be isolated, and is in use" :
			"said to be released, and is out of use";
	return say(run, FRAME_RUN_FAILED, words ? words : "not known yet");
}

static enum frame_run_outcome request(struct frame_run *run, const char *node,
				      uint64_t address)
{
	struct vigil *vigil = run->session->vigil;
	struct vigil_request request = {
		.component = node,
		.verb = run->verb,
		.has_address = true,
		.dry_run = option_given(run->session, OPTION_DRY_RUN),
		.address = address,
		.reason = run->reason,
	};
	struct vigil_record *operation;
	enum frame_run_outcome outcome;

	if (vigil_operation_run(vigil, &request, TIMEOUT_MS, &operation))
		return say(run, FRAME_RUN_FAILED, vigil_error(vigil));
	outcome = verify(run, &request, operation);
	vigil_record_free(operation);
	return outcome;
}

/* Do it to one page frame, at a physical address in bytes. */
enum frame_run_outcome frame_run(struct frame_run *run, uint64_t address)
{
	struct vigil_record *frame;
	bool settled;
	const char *node;
	int err;

	if (address % sysconf(_SC_PAGESIZE))
		return say(run, FRAME_RUN_FAILED,
			   "not the address of a page frame");
	err = frame_find(run->session, run->nodes, address, &node, &frame);
	settled = is_settled(run, err, frame);
	vigil_record_free(frame);
	if (settled)
		return say(run, FRAME_RUN_ALREADY,
			   run->verb == VIGIL_VERB_ISOLATE ?
			   "out of use already" : "in use already");
	if (err && err != -ENOENT)
		return say(run, FRAME_RUN_FAILED,
			   vigil_error(run->session->vigil));
	return request(run, node, address);
}

/**
 * struct addresses - A list of page frames.
 * @list: physical addresses in bytes
 * @count: how many
 */
struct addresses {
	uint64_t *list;
	size_t count;
};

static enum status add_address(const struct session *session,
			       struct addresses *addresses, const char *text)
{
	uint64_t address;

	if (!number_parse(text, &address))
		return fail(session, STATUS_USAGE, "\"%s\" is no address", text);
	if (addresses->count == ADDRESSES_MAX)
		return fail(session, STATUS_USAGE,
			    "more than %d addresses", ADDRESSES_MAX);
	addresses->list[addresses->count++] = address;
	return STATUS_OK;
}

/* The first word of each line; what begins with "#" is not looked at. */
static enum status read_lines(const struct session *session,
			      struct addresses *addresses)
{
	enum status status = STATUS_OK;
	char *line = NULL, *word;
	size_t room = 0;

	while (status == STATUS_OK && getline(&line, &room, stdin) > 0) {
		word = strtok(line, " \t\r\n");
		if (word && *word != '#')
			status = add_address(session, addresses, word);
	}
	free(line);
	if (status == STATUS_OK && ferror(stdin))
		return fail(session, STATUS_REFUSED, "standard input: %s",
			    strerror(errno));
	return status;
}

static enum status read_addresses(const struct session *session,
				  struct addresses *addresses, char **operands)
{
	enum status status = STATUS_OK;

	addresses->list = need(calloc(ADDRESSES_MAX,
				      sizeof(*addresses->list)));
	for (; status == STATUS_OK && *operands; operands++)
		status = strcmp(*operands, "-") ?
			 add_address(session, addresses, *operands) :
			 read_lines(session, addresses);
	return status;
}

static const char *const outcome_names[] = {
	[FRAME_RUN_DONE] = "done",
	[FRAME_RUN_ALREADY] = "already",
	[FRAME_RUN_FAILED] = "failed",
};

static void tell(const struct frame_run *run, uint64_t address,
		 enum frame_run_outcome outcome, struct json_object *array)
{
	struct json_object *object;

	if (array) {
		object = json_object_new_object();
		json_add_uint(object, "address", address);
		json_add_string(object, "outcome", outcome_names[outcome]);
		json_add_string(object, "message", run->words);
		json_object_array_add(array, object);
	} else {
		progress_clear(run->session);
		show_line(outcome == FRAME_RUN_FAILED ? stderr : stdout,
			  "0x%" PRIx64 ": %s: %s", address,
			  outcome_names[outcome], run->words);
	}
}

static enum status run_all(struct frame_run *run,
			   const struct addresses *addresses)
{
	struct session *session = run->session;
	struct json_object *document = NULL, *array = NULL;
	enum status status = STATUS_OK;

	if (option_given(session, OPTION_JSON)) {
		document = json_document();
		array = json_object_new_array();
		json_object_object_add(document, "frames", array);
	}
	for (size_t i = 0; i < addresses->count; i++) {
		enum frame_run_outcome outcome;

		progress_count(session, i, addresses->count);
		outcome = frame_run(run, addresses->list[i]);
		if (outcome == FRAME_RUN_FAILED)
			status = STATUS_REFUSED;
		tell(run, addresses->list[i], outcome, array);
	}
	progress_clear(session);
	if (document && status != STATUS_OK)
		json_add_error(document, status,
			       "not done to all page frames");
	if (document)
		json_print(session, document);
	return status;
}

static enum status run_verb(struct session *session, char **operands,
			    enum vigil_verb verb)
{
	struct frame_run run = {
		.session = session,
		.verb = verb,
		.reason = session->options.reason,
	};
	struct addresses addresses = { 0 };
	enum status status;

	status = read_addresses(session, &addresses, operands);
	if (status == STATUS_OK)
		status = session_connect(session);
	if (status == STATUS_OK)
		status = frame_nodes(session, &run.nodes);
	if (status == STATUS_OK)
		status = frame_allowed(session, run.nodes);
	if (status == STATUS_OK)
		status = run_all(&run, &addresses);
	vigil_list_free(run.nodes);
	free(addresses.list);
	return status;
}

enum status frame_isolate(struct session *session, char **operands)
{
	return run_verb(session, operands, VIGIL_VERB_ISOLATE);
}

enum status frame_release(struct session *session, char **operands)
{
	return run_verb(session, operands, VIGIL_VERB_RELEASE);
}
