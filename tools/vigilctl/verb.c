// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl component: isolate, release, recover and test, and what comes of it.
 */
#include "operation.h"

#define TIMEOUT_DEFAULT_S 30

/* The kernel knows no later deadline. */
#define DEADLINE_MAX_S 3600

/* For the kernel to tell that its deadline, the same as ours, has passed. */
#define GRACE_MS 500

static enum status tell(const struct session *session,
			const struct vigil_record *operation)
{
	enum status status = operation_status(operation);
	struct json_object *document;
	FILE *file = stdout;

	/* a dry run has done what it was asked for, whatever it found */
	if (status != STATUS_OK &&
	    !vigil_record_has(operation, VIGIL_A_OPERATION_DRY_RUN))
		file = stderr;
	if (option_given(session, OPTION_JSON)) {
		document = json_document();
		json_object_object_add(document, "operation",
				       json_record(operation));
		json_print(session, document);
	} else {
		operation_line(operation, file);
		operation_findings(operation, file);
	}
	if (option_given(session, OPTION_NO_WAIT) && status == STATUS_PENDING)
		return STATUS_OK;
	return status;
}

/* How long to wait for the outcome. */
static unsigned int wait_ms(const struct session *session)
{
	uint64_t timeout_s = session->options.timeout_s;

	if (!option_given(session, OPTION_TIMEOUT))
		return TIMEOUT_DEFAULT_S * 1000;
	return timeout_s ? timeout_s * 1000 + GRACE_MS : 0;
}

/* When the kernel is to give up; 0 leaves that to the kernel. */
static uint32_t deadline_ms(uint64_t timeout_s)
{
	return (timeout_s < DEADLINE_MAX_S ? timeout_s : DEADLINE_MAX_S) * 1000;
}

static enum status start(struct session *session,
			 const struct vigil_request *request)
{
	struct vigil_record *operation;
	enum status status;
	int err;

	if (option_given(session, OPTION_NO_WAIT))
		err = vigil_operation_start(session->vigil, request,
					    &operation);
	else
		err = vigil_operation_run(session->vigil, request,
					  wait_ms(session), &operation);
	if (err)
		return fail_kernel(session, err, request->component);
	status = tell(session, operation);
	vigil_record_free(operation);
	return status;
}

static enum status run_verb(struct session *session, const char *word,
			    enum vigil_verb verb)
{
	const struct options *options = &session->options;
	char name[NAME_ROOM];
	struct vigil_request request = {
		.component = component_name(session, word, name),
		.verb = verb,
		.method = options->method,
		.overrides = options->overrides,
		.timeout_ms = deadline_ms(options->timeout_s),
		.has_address = option_given(session, OPTION_ADDRESS),
		.dry_run = option_given(session, OPTION_DRY_RUN),
		.address = options->address,
		.reason = options->reason,
		.owner = options->owner,
	};
	enum status status;

	if (option_given(session, OPTION_WAIT) &&
	    option_given(session, OPTION_NO_WAIT))
		return fail(session, STATUS_USAGE,
			    "either --wait or --no-wait, not both");
	status = session_connect(session);
	return status == STATUS_OK ? start(session, &request) : status;
}

enum status component_isolate(struct session *session, char **operands)
{
	return run_verb(session, *operands, VIGIL_VERB_ISOLATE);
}

enum status component_release(struct session *session, char **operands)
{
	return run_verb(session, *operands, VIGIL_VERB_RELEASE);
}

enum status component_recover(struct session *session, char **operands)
{
	return run_verb(session, *operands, VIGIL_VERB_RECOVER);
}

enum status component_test(struct session *session, char **operands)
{
	return run_verb(session, *operands, VIGIL_VERB_TEST);
}
