// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl monitor: everything that happens, one line each, from now on.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>

#include "number.h"
#include "operation.h"

/**
 * struct listener - What is heard and when to stop.
 * @session: this run
 * @heard: messages printed so far, without snapshots and losses
 */
struct listener {
	const struct session *session;
	uint64_t heard;
};

static void add_notice(struct json_object *line,
		       const struct vigil_notice *notice)
{
	switch (notice->type) {
	case VIGIL_NOTICE_SNAPSHOT:
		json_add_string(line, "type", "snapshot");
		break;
	case VIGIL_NOTICE_SNAPSHOT_END:
		json_add_string(line, "type", "snapshot-end");
		json_add_uint(line, "count", notice->components);
		json_object_object_add(line, "torn",
				       json_object_new_boolean(notice->torn));
		break;
	case VIGIL_NOTICE_LOST:
		json_add_string(line, "type", "lost");
		if (notice->first)
			json_add_uint(line, "first", notice->first);
		if (notice->last)
			json_add_uint(line, "last", notice->last);
		break;
	case VIGIL_NOTICE_MESSAGE:
		json_add_string(line, "type", notice->message);
		break;
	}
	if (notice->record)
		json_object_object_add(line, vigil_record_kind(notice->record),
				       json_record(notice->record));
}

static void print_json(const struct vigil_notice *notice)
{
	struct json_object *line = json_document();

	add_notice(line, notice);
	json_print_line(line);
}

static void print_component(const char *what, const struct vigil_record *record)
{
	show_line(stdout, "%s: %s: health %s, isolation %s, advice %s: %s",
		  show_string(record, VIGIL_A_COMPONENT_NAME), what,
		  show_name(record, VIGIL_A_COMPONENT_HEALTH),
		  show_name(record, VIGIL_A_COMPONENT_ISOLATION),
		  show_name(record, VIGIL_A_COMPONENT_ADVICE),
		  show_string(record, VIGIL_A_COMPONENT_REASON));
}

static void print_event(const struct vigil_record *record)
{
	const char *name = show_string(record, VIGIL_A_EVENT_COMPONENT);
	const char *kind = show_name(record, VIGIL_A_EVENT_KIND);
	char text[PROGRESS_TEXT];

	if (!vigil_record_has(record, VIGIL_A_EVENT_TOTAL_BYTES)) {
		show_line(stdout, "%s: %s, %" PRIu64 " times", name, kind,
			  vigil_record_uint(record, VIGIL_A_EVENT_COUNT));
		return;
	}
	progress_format(vigil_record_uint(record, VIGIL_A_EVENT_DONE_BYTES),
			vigil_record_uint(record, VIGIL_A_EVENT_TOTAL_BYTES),
			vigil_record_uint(record, VIGIL_A_EVENT_BYTES_PER_SECOND),
			text);
	show_line(stdout, "%s: %s, %s", name, kind, text);
}

static void print_model(const struct vigil_record *record)
{
	const char *subject = show_string(record, VIGIL_A_MODEL_SUBJECT);

	if (vigil_record_has(record, VIGIL_A_MODEL_NAME))
		show_line(stdout, "%s: model %s %s judges", subject,
			  show_string(record, VIGIL_A_MODEL_NAME),
			  show_string(record, VIGIL_A_MODEL_VERSION));
	else
		show_line(stdout, "%s: no model, thresholds judge alone",
			  subject);
}

static void print_agent(const struct vigil_record *record)
{
	show_line(stdout, "agent %s: %s", show_string(record, VIGIL_A_AGENT_NAME),
		  agent_state(record));
}

static void print_message(const struct vigil_notice *notice)
{
	const char *kind = vigil_record_kind(notice->record);

	if (!strcmp(kind, "component"))
		print_component(notice->message, notice->record);
	else if (!strcmp(kind, "operation"))
		operation_line(notice->record, stdout);
	else if (!strcmp(kind, "model"))
		print_model(notice->record);
	else if (!strcmp(kind, "agent"))
		print_agent(notice->record);
	else
		print_event(notice->record);
}

static void print_loss(const struct vigil_notice *notice)
{
	if (notice->last)
		show_line(stdout, "lost messages %" PRIu64 " to %" PRIu64,
			  notice->first, notice->last);
	else
		show_line(stdout, "lost messages");
}

static void print_text(const struct vigil_notice *notice)
{
	switch (notice->type) {
	case VIGIL_NOTICE_SNAPSHOT:
		print_component("snapshot", notice->record);
		break;
	case VIGIL_NOTICE_SNAPSHOT_END:
		break;
	case VIGIL_NOTICE_LOST:
		print_loss(notice);
		break;
	case VIGIL_NOTICE_MESSAGE:
		print_message(notice);
		break;
	}
	fflush(stdout);
}

/* Returns a positive number to stop. */
static int hear(const struct vigil_notice *notice, void *data)
{
	struct listener *listener = data;

	if (option_given(listener->session, OPTION_PRETTY))
		print_text(notice);
	else
		print_json(notice);
	if (notice->type == VIGIL_NOTICE_MESSAGE)
		listener->heard++;
	return option_given(listener->session, OPTION_COUNT) &&
	       listener->heard >= listener->session->options.count;
}

/* A file descriptor that becomes readable after the time, -1 without one. */
static int start_timer(const struct session *session)
{
	struct itimerspec time = {
		.it_value.tv_sec = session->options.timeout_s,
		.it_value.tv_nsec = 1,
	};
	int fd = -1;

	if (option_given(session, OPTION_TIMEOUT))
		fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (fd >= 0)
		timerfd_settime(fd, 0, &time, NULL);
	return fd;
}

static int follow(struct vigil_monitor *source, struct listener *listener)
{
	struct pollfd fds[] = {
		{ .fd = vigil_monitor_fd(source), .events = POLLIN },
		{ .fd = session_catch_signals(), .events = POLLIN },
		{ .fd = start_timer(listener->session), .events = POLLIN },
	};
	int err = vigil_monitor_snapshot(source, hear, listener);

	while (!err && !fds[1].revents && !fds[2].revents) {
		poll(fds, ARRAY_SIZE(fds), -1);
		err = vigil_monitor_read(source, hear, listener);
	}
	return err;
}

enum status monitor(struct session *session, char **operands)
{
	struct listener listener = { .session = session };
	enum status status = session_connect(session);
	struct vigil_monitor *source;
	int err;

	(void)operands;
	if (status != STATUS_OK)
		return status;
	err = vigil_monitor_open(session->vigil, &source);
	if (!err)
		err = follow(source, &listener);
	vigil_monitor_close(source);
	return err < 0 ? fail_kernel(session, err, NULL) : STATUS_OK;
}
