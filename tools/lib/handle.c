// SPDX-License-Identifier: GPL-2.0
/*
 * The connection to the kernel: requests, answers and the words of refusals.
 *
 * Every request asks for an acknowledgment, so that each answer ends with a
 * message of type NLMSG_ERROR or NLMSG_DONE that carries the request's sequence
 * number. An answer is always read to that end, also after a failure: what is
 * left in the socket would be taken for the answer to the next request.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "handle.h"
#include "list.h"

/* the kernel fills dump messages up to this, when the reader asked for it */
#define ANSWER_BYTES 32768

int vigil_fail(struct vigil *vigil, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(vigil->error, sizeof(vigil->error), format, args);
	va_end(args);
	return err;
}

const char *vigil_error(const struct vigil *vigil)
{
	return vigil->error;
}

struct nlmsghdr *vigil_request_begin(struct vigil *vigil, uint16_t family,
				     uint8_t command, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(vigil->request);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nlh->nlmsg_seq = ++vigil->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1;
	return nlh;
}

int vigil_request_string(struct vigil *vigil, struct nlmsghdr *nlh,
			 unsigned int attribute, const char *string, size_t max)
{
	if (strlen(string) > max)
		return vigil_fail(vigil, -EINVAL,
				  "longer than %zu bytes: %s", max, string);
	mnl_attr_put_strz(nlh, attribute, string);
	return 0;
}

/**
 * struct answer - What has come of a request so far.
 * @call: called with each message until one fails
 * @data: handed to @call
 * @err: what @call or the kernel says
 * @ended: the kernel's last message has been seen
 * @torn: the kernel says that a dump is not consistent
 */
struct answer {
	vigil_answer_fn call;
	void *data;
	int err;
	bool ended;
	bool torn;
};

static void end_answer(struct vigil *vigil, struct answer *answer,
		       const struct nlmsghdr *nlh)
{
	int err;
	const char *words = vigil_extack_parse(nlh, &err);

	answer->ended = true;
	if (!err || answer->err)
		return;
	answer->err = vigil_fail(vigil, err, "%s",
				 words ? words : strerror(-err));
}

static int take_stray(struct vigil *vigil, const struct nlmsghdr *nlh)
{
	if (!vigil->stray || nlh->nlmsg_seq || nlh->nlmsg_type != vigil->family)
		return 0;
	return vigil->stray(nlh, vigil->stray_data);
}

static void take_message(struct vigil *vigil, struct answer *answer,
			 const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_seq != vigil->seq) {
		take_stray(vigil, nlh);
		return;
	}
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->torn = true;
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
		end_answer(vigil, answer, nlh);
	} else if (!answer->err) {
		answer->err = answer->call(nlh, answer->data);
		if (answer->err)
			vigil_fail(vigil, answer->err, "answer of the kernel: %s",
				   strerror(-answer->err));
	}
}

/**
 * vigil_request_run() - Send a request and read the whole answer.
 * @vigil: handle
 * @nlh: the request
 * @call: called with each message of the answer
 * @data: handed to @call
 *
 * Return: 0; -EINTR for a dump that is complete but torn; or another negative
 * errno with its words in @vigil.
 */
int vigil_request_run(struct vigil *vigil, struct nlmsghdr *nlh,
		      vigil_answer_fn call, void *data)
{
	struct answer answer = { .call = call, .data = data };

	if (mnl_socket_sendto(vigil->nl, nlh, nlh->nlmsg_len) < 0)
		return vigil_fail(vigil, -errno, "can't send to the kernel: %s",
				  strerror(errno));
	while (!answer.ended) {
		int left = mnl_socket_recvfrom(vigil->nl, vigil->answer,
					       ANSWER_BYTES);

		if (left < 0 && errno == EINTR)
			continue;
		if (left < 0)
			return vigil_fail(vigil, -errno,
					  "can't hear the kernel: %s",
					  strerror(errno));
		nlh = (struct nlmsghdr *)vigil->answer;
		for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
			take_message(vigil, &answer, nlh);
	}
	if (!answer.err && answer.torn)
		return vigil_fail(vigil, -EINTR, "changed while it was read");
	return answer.err;
}

/* Hear what nobody asked for; does not wait. */
int vigil_stray_read(struct vigil *vigil)
{
	int fd = mnl_socket_get_fd(vigil->nl);
	int err = 0;

	while (!err) {
		const struct nlmsghdr *nlh = (void *)vigil->answer;
		int left = recv(fd, vigil->answer, ANSWER_BYTES, MSG_DONTWAIT);

		if (left < 0 && errno == EINTR)
			continue;
		if (left < 0 && errno == EAGAIN)
			return 0;
		if (left < 0)
			return vigil_fail(vigil, -errno,
					  "can't hear the kernel: %s",
					  strerror(errno));
		for (; !err && mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left))
			err = take_stray(vigil, nlh);
	}
	return vigil_fail(vigil, err, "message of the kernel: %s",
			  strerror(-err));
}

static int take_nothing(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	(void)data;
	return 0;
}

/* Runs a request whose answer is only that it was done, or not. */
int vigil_request_done(struct vigil *vigil, struct nlmsghdr *nlh)
{
	return vigil_request_run(vigil, nlh, take_nothing, NULL);
}

static int take_record(const struct nlmsghdr *nlh, void *data)
{
	struct vigil_record **record = data;
	const char *name;

	if (*record)
		return -EBADMSG;
	return vigil_message_parse(nlh, &name, record);
}

/* Runs a request whose answer is one record. */
int vigil_request_record(struct vigil *vigil, struct nlmsghdr *nlh,
			 struct vigil_record **record)
{
	int err;

	*record = NULL;
	err = vigil_request_run(vigil, nlh, take_record, record);
	if (!err && !*record)
		err = vigil_fail(vigil, -EBADMSG, "no answer of the kernel");
	if (err) {
		vigil_record_free(*record);
		*record = NULL;
	}
	return err;
}

static int take_entry(const struct nlmsghdr *nlh, void *list)
{
	struct vigil_record *record;
	const char *name;
	int err;

	err = vigil_message_parse(nlh, &name, &record);
	if (err)
		return err;
	err = vigil_list_add(list, record);
	if (err)
		vigil_record_free(record);
	return err;
}

/*
 * Runs a dump. One that is torn by a change is a success, and the list says
 * so.
 */
int vigil_request_list(struct vigil *vigil, struct nlmsghdr *nlh,
		       struct vigil_list **out)
{
	struct vigil_list *list = vigil_list_new();
	int err;

	*out = NULL;
	if (!list)
		return vigil_fail(vigil, -ENOMEM, "%s", strerror(ENOMEM));
	err = vigil_request_run(vigil, nlh, take_entry, list);
	if (err == -EINTR) {
		vigil_list_set_torn(list);
	} else if (err) {
		vigil_list_free(list);
		return err;
	}
	*out = list;
	return 0;
}

static void take_group(struct vigil *vigil, const struct nlattr *group)
{
	const struct nlattr *attr;
	const char *name = "";
	uint32_t id = 0;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			name = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID &&
		    !mnl_attr_validate(attr, MNL_TYPE_U32))
			id = mnl_attr_get_u32(attr);
	}
	if (!strcmp(name, VIGIL_MCGRP_EVENTS))
		vigil->group = id;
}

static int take_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *group;
	struct vigil *vigil = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    !mnl_attr_validate(attr, MNL_TYPE_U16))
			vigil->family = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			mnl_attr_for_each_nested(group, attr)
				take_group(vigil, group);
	}
	return vigil->family && vigil->group ? 0 : -EBADMSG;
}

static int find_family(struct vigil *vigil)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, GENL_ID_CTRL,
						   CTRL_CMD_GETFAMILY, 0);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, VIGIL_FAMILY_NAME);
	return vigil_request_run(vigil, nlh, take_family, vigil);
}

static int connect_socket(struct vigil *vigil)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK };
	int on = 1;

	vigil->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!vigil->nl)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (mnl_socket_setsockopt(vigil->nl, options[i], &on,
					  sizeof(on)) < 0)
			return -errno;
	if (mnl_socket_bind(vigil->nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	return 0;
}

int vigil_open(struct vigil **out)
{
	struct vigil *vigil = calloc(1, sizeof(*vigil));
	int err = -ENOMEM;

	*out = NULL;
	if (!vigil)
		return err;
	vigil->answer = malloc(ANSWER_BYTES);
	if (vigil->answer)
		err = connect_socket(vigil);
	if (!err)
		err = find_family(vigil);
	if (err) {
		vigil_close(vigil);
		return err;
	}
	*out = vigil;
	return 0;
}

void vigil_close(struct vigil *vigil)
{
	if (!vigil)
		return;
	if (vigil->nl)
		mnl_socket_close(vigil->nl);
	free(vigil->answer);
	free(vigil);
}
