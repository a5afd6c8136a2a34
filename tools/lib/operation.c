// SPDX-License-Identifier: GPL-2.0
/*
 * Operations: what is done to components, and what comes of it.
 *
 * While an operation is pending, a notification is only a hint to look: the
 * answer is always asked for. So a notification that is lost delays the outcome
 * by POLL_MS at most, and never falsifies it.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "handle.h"

#define POLL_MS 1000

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static int put_words(struct vigil *vigil, struct nlmsghdr *nlh,
		     const struct vigil_request *request)
{
	int err = vigil_request_string(vigil, nlh, VIGIL_A_OPERATION_COMPONENT,
				       request->component, VIGIL_NAME_MAX);

	if (!err && request->reason)
		err = vigil_request_string(vigil, nlh, VIGIL_A_OPERATION_REASON,
					   request->reason, VIGIL_REASON_MAX);
	if (!err && request->owner)
		err = vigil_request_string(vigil, nlh, VIGIL_A_OPERATION_OWNER,
					   request->owner,
					   VIGIL_OWNER_NAME_MAX);
	return err;
}

static void put_numbers(struct nlmsghdr *nlh,
			const struct vigil_request *request)
{
	if (request->has_address)
		mnl_attr_put_u64(nlh, VIGIL_A_OPERATION_ADDRESS,
				 request->address);
	if (request->dry_run)
		mnl_attr_put(nlh, VIGIL_A_OPERATION_DRY_RUN, 0, NULL);
	if (request->method)
		mnl_attr_put_u32(nlh, VIGIL_A_OPERATION_METHOD,
				 request->method);
	if (request->overrides)
		mnl_attr_put_u32(nlh, VIGIL_A_OPERATION_OVERRIDE,
				 request->overrides);
	if (request->timeout_ms)
		mnl_attr_put_u32(nlh, VIGIL_A_OPERATION_TIMEOUT_MS,
				 request->timeout_ms);
}

int vigil_operation_start(struct vigil *vigil,
			  const struct vigil_request *request,
			  struct vigil_record **operation)
{
	static const uint8_t commands[] = {
		[VIGIL_VERB_ISOLATE] = VIGIL_CMD_ISOLATE,
		[VIGIL_VERB_RELEASE] = VIGIL_CMD_RELEASE,
		[VIGIL_VERB_RECOVER] = VIGIL_CMD_RECOVER,
		[VIGIL_VERB_TEST] = VIGIL_CMD_TEST,
	};
	struct nlmsghdr *nlh;
	int err;

	*operation = NULL;
	if (request->verb >= ARRAY_SIZE(commands) || !commands[request->verb])
		return vigil_fail(vigil, -EOPNOTSUPP, "unknown verb");
	nlh = vigil_request_begin(vigil, vigil->family, commands[request->verb],
				  0);
	err = put_words(vigil, nlh, request);
	if (err)
		return err;
	put_numbers(nlh, request);
	return vigil_request_record(vigil, nlh, operation);
}

int vigil_operation_dump(struct vigil *vigil, struct vigil_list **list)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, vigil->family,
						   VIGIL_CMD_OPERATION_GET,
						   NLM_F_DUMP);

	*list = NULL;
	return vigil_request_list(vigil, nlh, list);
}

int vigil_operation_get(struct vigil *vigil, uint64_t id,
			struct vigil_record **operation)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, vigil->family,
						   VIGIL_CMD_OPERATION_GET, 0);

	mnl_attr_put_u64(nlh, VIGIL_A_OPERATION_ID, id);
	return vigil_request_record(vigil, nlh, operation);
}

static bool is_pending(const struct vigil_record *operation)
{
	return vigil_record_uint(operation, VIGIL_A_OPERATION_STATE) ==
	       VIGIL_OP_STATE_PENDING;
}

/* Stops at whatever may be about the operation. */
static int is_hint(const struct vigil_notice *notice, void *id)
{
	if (notice->type != VIGIL_NOTICE_MESSAGE)
		return 1;
	return !strcmp(notice->message, "operation-ntf") &&
	       vigil_record_uint(notice->record, VIGIL_A_OPERATION_ID) ==
	       *(uint64_t *)id;
}

static int wait_for_hint(struct vigil_monitor *monitor, uint64_t id,
			 int64_t left_ms)
{
	struct pollfd fd = {
		.fd = vigil_monitor_fd(monitor),
		.events = POLLIN,
	};

	poll(&fd, 1, left_ms < POLL_MS ? left_ms : POLL_MS);
	return vigil_monitor_read(monitor, is_hint, &id);
}

static int await_end(struct vigil *vigil, struct vigil_monitor *monitor,
		     uint64_t id, unsigned int timeout_ms,
		     struct vigil_record **operation)
{
	int64_t deadline_ms = now_ms() + timeout_ms;

	for (;;) {
		int64_t left_ms = deadline_ms - now_ms();
		int err;

		err = vigil_operation_get(vigil, id, operation);
		if (err || !is_pending(*operation) || left_ms <= 0)
			return err;
		vigil_record_free(*operation);
		*operation = NULL;
		err = wait_for_hint(monitor, id, left_ms);
		if (err < 0)
			return err;
	}
}

int vigil_operation_wait(struct vigil *vigil, uint64_t id,
			 unsigned int timeout_ms,
			 struct vigil_record **operation)
{
	struct vigil_monitor *monitor;
	int err;

	*operation = NULL;
	err = vigil_monitor_open(vigil, &monitor);
	if (!err)
		err = await_end(vigil, monitor, id, timeout_ms, operation);
	vigil_monitor_close(monitor);
	return err;
}

int vigil_operation_run(struct vigil *vigil,
			const struct vigil_request *request,
			unsigned int timeout_ms,
			struct vigil_record **operation)
{
	uint64_t id;
	int err;

	err = vigil_operation_start(vigil, request, operation);
	if (err || !is_pending(*operation))
		return err;
	id = vigil_record_uint(*operation, VIGIL_A_OPERATION_ID);
	vigil_record_free(*operation);
	return vigil_operation_wait(vigil, id, timeout_ms, operation);
}
