// SPDX-License-Identifier: GPL-2.0
/*
 * Monitor: a second socket that hears what the kernel tells everybody.
 *
 * The kernel drops messages for a listener that lags. That shows in two ways:
 * ENOBUFS once, and later a hole in the sequence numbers. The messages that are
 * still queued precede the loss, so ENOBUFS is only remembered until a hole
 * tells the range or the queue is empty; either way the loss is told about and
 * everything is asked for again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>

#include "handle.h"
#include "sequence.h"

/* room for the burst of events that a failing part causes */
#define QUEUE_BYTES 1048576
#define MESSAGE_BYTES 32768

struct vigil_monitor {
	struct vigil *vigil;
	struct mnl_socket *nl;
	struct vigil_sequence sequence;
	bool overrun;			/* ENOBUFS seen, loss not told yet */
	char message[MESSAGE_BYTES];
};

static int connect_monitor(struct vigil_monitor *monitor)
{
	/* the controller tells when the family goes away */
	int groups[] = { monitor->vigil->group, GENL_ID_CTRL };
	int size = QUEUE_BYTES;

	monitor->nl = mnl_socket_open2(NETLINK_GENERIC,
				       SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!monitor->nl || mnl_socket_bind(monitor->nl, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	/* only for root; others keep the default size */
	setsockopt(mnl_socket_get_fd(monitor->nl), SOL_SOCKET, SO_RCVBUFFORCE,
		   &size, sizeof(size));
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (mnl_socket_setsockopt(monitor->nl, NETLINK_ADD_MEMBERSHIP,
					  &groups[i], sizeof(groups[i])) < 0)
			return -errno;
	return 0;
}

int vigil_monitor_open(struct vigil *vigil, struct vigil_monitor **out)
{
	struct vigil_monitor *monitor = calloc(1, sizeof(*monitor));
	int err = -ENOMEM;

	*out = NULL;
	if (monitor) {
		monitor->vigil = vigil;
		err = connect_monitor(monitor);
	}
	if (err) {
		vigil_monitor_close(monitor);
		return vigil_fail(vigil, err, "can't listen to the kernel: %s",
				  strerror(-err));
	}
	*out = monitor;
	return 0;
}

void vigil_monitor_close(struct vigil_monitor *monitor)
{
	if (monitor && monitor->nl)
		mnl_socket_close(monitor->nl);
	free(monitor);
}

int vigil_monitor_fd(const struct vigil_monitor *monitor)
{
	return mnl_socket_get_fd(monitor->nl);
}

int vigil_monitor_snapshot(struct vigil_monitor *monitor, vigil_notice_fn call,
			   void *data)
{
	struct vigil_notice end = { .type = VIGIL_NOTICE_SNAPSHOT_END };
	struct vigil_list *list;
	int err;

	err = vigil_component_dump(monitor->vigil, 0, &list);
	if (err)
		return err;
	for (size_t i = 0; i < vigil_list_size(list) && !err; i++) {
		struct vigil_notice one = {
			.type = VIGIL_NOTICE_SNAPSHOT,
			.record = vigil_list_at(list, i),
		};

		err = call(&one, data);
	}
	end.components = vigil_list_size(list);
	end.torn = vigil_list_torn(list);
	vigil_list_free(list);
	return err ? err : call(&end, data);
}

static int tell_loss(struct vigil_monitor *monitor,
		     const struct vigil_notice *lost, vigil_notice_fn call,
		     void *data)
{
	int err;

	monitor->overrun = false;
	err = call(lost, data);
	return err ? err : vigil_monitor_snapshot(monitor, call, data);
}

/* The end of the loss is not known, so neither is what comes next. */
static int tell_overrun(struct vigil_monitor *monitor, vigil_notice_fn call,
			void *data)
{
	struct vigil_notice lost = {
		.type = VIGIL_NOTICE_LOST,
		.first = monitor->sequence.next,
	};

	monitor->sequence.next = 0;
	return tell_loss(monitor, &lost, call, data);
}

static bool is_unload(const struct vigil_monitor *monitor,
		      const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (nlh->nlmsg_type != GENL_ID_CTRL ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl) ||
	    genl->cmd != CTRL_CMD_DELFAMILY)
		return false;
	mnl_attr_for_each(attr, nlh, sizeof(*genl))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    !mnl_attr_validate(attr, MNL_TYPE_U16))
			return mnl_attr_get_u16(attr) == monitor->vigil->family;
	return false;
}

static uint64_t sequence_number(const struct vigil_record *record)
{
	struct vigil_field field = { 0 };

	while (vigil_record_next(record, &field))
		if (!strcmp(field.name, "seq"))
			return vigil_record_uint(record, field.attribute);
	return 0;
}

static int tell_message(struct vigil_monitor *monitor,
			const struct vigil_notice *notice, vigil_notice_fn call,
			void *data)
{
	struct vigil_notice lost = { .type = VIGIL_NOTICE_LOST };
	int err = 0;

	if (vigil_sequence_gap(&monitor->sequence,
			       sequence_number(notice->record), &lost.first,
			       &lost.last))
		err = tell_loss(monitor, &lost, call, data);
	return err ? err : call(notice, data);
}

static int take_message(struct vigil_monitor *monitor,
			const struct nlmsghdr *nlh, vigil_notice_fn call,
			void *data)
{
	struct vigil_notice notice = { .type = VIGIL_NOTICE_MESSAGE };
	struct vigil_record *record;
	int err;

	if (is_unload(monitor, nlh))
		return vigil_fail(monitor->vigil, -ENODEV,
				  "the vigil module was unloaded");
	if (nlh->nlmsg_type != monitor->vigil->family)
		return 0;
	err = vigil_message_parse(nlh, &notice.message, &record);
	if (err == -EOPNOTSUPP) {
		/* newer than this library, so its number can't be read */
		monitor->sequence.next = 0;
		return 0;
	}
	if (err)
		return vigil_fail(monitor->vigil, err,
				  "message of the kernel: %s", strerror(-err));
	notice.record = record;
	err = tell_message(monitor, &notice, call, data);
	vigil_record_free(record);
	return err;
}

int vigil_monitor_read(struct vigil_monitor *monitor, vigil_notice_fn call,
		       void *data)
{
	const struct nlmsghdr *nlh = (struct nlmsghdr *)monitor->message;
	int err = 0;

	while (!err) {
		int size = mnl_socket_recvfrom(monitor->nl, monitor->message,
					       sizeof(monitor->message));

		if (size >= 0 && mnl_nlmsg_ok(nlh, size))
			err = take_message(monitor, nlh, call, data);
		else if (size < 0 && errno == ENOBUFS)
			monitor->overrun = true;
		else if (size < 0 && errno == EAGAIN)
			return monitor->overrun ?
			       tell_overrun(monitor, call, data) : 0;
		else if (size < 0 && errno != EINTR)
			err = vigil_fail(monitor->vigil, -errno,
					 "can't hear the kernel: %s",
					 strerror(errno));
	}
	return err;
}
