// SPDX-License-Identifier: GPL-2.0
/*
 * The same work for two families of generic netlink, vigil and devlink.
 *
 *	genl FAMILY dump [ATTRIBUTE VALUE]...
 *					all objects, or those that attributes of the
 *					request choose; a value is a number, a text, or
 *					"" for a flag
 *	genl FAMILY get COUNT [NAME]	one object after the other, or so often that one
 *	genl FAMILY set COUNT		one number after the other
 *	genl FAMILY listen FILE TEXT EVENTS LISTENERS
 *					write a text to a file, which makes BATCH
 *					events, until there were as many as that; all
 *					listeners but one read after each batch
 *
 * A line of JSON has the instructions, of process and kernel, and what was counted:
 * objects, events. insns.c has how instructions are counted.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vigil.h>

#include "insns.h"

#define BUFFER_BYTES	(32 * 1024)
#define BATCH		50
/* Read at once; one more, so that a batch needs one system call. */
#define VECTORS		(BATCH + 1)
#define MESSAGE_BYTES	2048
#define LISTENERS_MAX	1000
#define DEVICE		"vigil_sim_devlink"

struct family {
	const char *name;
	const char *group;
	uint8_t get_cmd;
	uint8_t set_cmd;
	/* What names the object with that index, of count; a parameter's new value. */
	void (*put_name)(struct nlmsghdr *nlh, unsigned int index, unsigned int count);
	void (*put_value)(struct nlmsghdr *nlh, unsigned int index, unsigned int count);
	uint16_t id;
	uint32_t group_id;
};

static const char *only;	/* the one component that is meant, if any */
static struct mnl_socket *sock;
static uint32_t port;
static uint32_t seq;
static char buffer[BUFFER_BYTES];

/* Components are cpu-sim0, cpu-sim1 ..., in the order of "count" of all there are. */
#define COMPONENTS	10000

static void vigil_put_name(struct nlmsghdr *nlh, unsigned int index, unsigned int count)
{
	char name[32];

	snprintf(name, sizeof(name), "cpu-sim%u", COMPONENTS / count * index);
	mnl_attr_put_strz(nlh, VIGIL_A_COMPONENT_NAME, only ?: name);
}

static void vigil_put_value(struct nlmsghdr *nlh, unsigned int index, unsigned int count)
{
	struct nlattr *nest;

	vigil_put_name(nlh, index, count);
	nest = mnl_attr_nest_start(nlh, VIGIL_A_COMPONENT_POLICY);
	mnl_attr_put_strz(nlh, VIGIL_A_VALUE_NAME, "limit_errors");
	mnl_attr_put_u64(nlh, VIGIL_A_VALUE_VALUE, 20 + index % 900);
	mnl_attr_nest_end(nlh, nest);
}

/* Ten devices, each with 495 ports that have two reporters. */
static void devlink_put_device(struct nlmsghdr *nlh, unsigned int device)
{
	char name[32];

	snprintf(name, sizeof(name), DEVICE ".%u", device);
	mnl_attr_put_strz(nlh, DEVLINK_ATTR_BUS_NAME, "platform");
	mnl_attr_put_strz(nlh, DEVLINK_ATTR_DEV_NAME, name);
}

static void devlink_put_name(struct nlmsghdr *nlh, unsigned int index, unsigned int count)
{
	unsigned int each = count / 10 ?: 1;

	devlink_put_device(nlh, index / each % 10);
	mnl_attr_put_u32(nlh, DEVLINK_ATTR_PORT_INDEX, index % each * 495 / each);
	mnl_attr_put_strz(nlh, DEVLINK_ATTR_HEALTH_REPORTER_NAME, index & 1 ? "tx" : "rx");
}

static void devlink_put_value(struct nlmsghdr *nlh, unsigned int index, unsigned int count)
{
	devlink_put_device(nlh, index % 10);
	mnl_attr_put_strz(nlh, DEVLINK_ATTR_PARAM_NAME, "limit_errors");
	mnl_attr_put_u8(nlh, DEVLINK_ATTR_PARAM_TYPE, 3);	/* u32, of enum nla_type */
	mnl_attr_put_u32(nlh, DEVLINK_ATTR_PARAM_VALUE_DATA, 20 + index % count % 900);
	mnl_attr_put_u8(nlh, DEVLINK_ATTR_PARAM_VALUE_CMODE, DEVLINK_PARAM_CMODE_RUNTIME);
}

static struct family families[] = {
	{
		.name = VIGIL_FAMILY_NAME,
		.group = VIGIL_MCGRP_EVENTS,
		.get_cmd = VIGIL_CMD_COMPONENT_GET,
		.set_cmd = VIGIL_CMD_POLICY_SET,
		.put_name = vigil_put_name,
		.put_value = vigil_put_value,
	},
	{
		.name = DEVLINK_GENL_NAME,
		.group = DEVLINK_GENL_MCGRP_CONFIG_NAME,
		.get_cmd = DEVLINK_CMD_HEALTH_REPORTER_GET,
		.set_cmd = DEVLINK_CMD_PARAM_SET,
		.put_name = devlink_put_name,
		.put_value = devlink_put_value,
	},
	{}
};

static struct nlmsghdr *start(uint16_t type, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

struct answer {
	unsigned long objects;
	unsigned long bytes;
};

static int count_message(const struct nlmsghdr *nlh, void *data)
{
	struct answer *answer = data;

	answer->objects++;
	answer->bytes += nlh->nlmsg_len;
	return MNL_CB_OK;
}

/* Send it and take what comes, until the kernel says that it was all. */
static void talk(const struct nlmsghdr *request, mnl_cb_t callback, void *data)
{
	ssize_t bytes;
	int more = 1;

	if (mnl_socket_sendto(sock, request, request->nlmsg_len) < 0)
		err(1, "send");
	while (more > 0) {
		bytes = mnl_socket_recvfrom(sock, buffer, sizeof(buffer));
		if (bytes < 0)
			err(1, "receive");
		more = mnl_cb_run(buffer, bytes, seq, port, callback, data);
	}
	if (more < 0)
		err(1, "refused");
}

static int find_group(const struct nlattr *groups, struct family *family)
{
	const struct nlattr *group, *field;

	mnl_attr_for_each_nested(group, groups) {
		const char *name = "";
		uint32_t id = 0;

		mnl_attr_for_each_nested(field, group) {
			if (mnl_attr_get_type(field) == CTRL_ATTR_MCAST_GRP_NAME)
				name = mnl_attr_get_str(field);
			else if (mnl_attr_get_type(field) == CTRL_ATTR_MCAST_GRP_ID)
				id = mnl_attr_get_u32(field);
		}
		if (!strcmp(name, family->group))
			family->group_id = id;
	}
	return MNL_CB_OK;
}

static int learn_family(const struct nlmsghdr *nlh, void *data)
{
	struct family *family = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			family->id = mnl_attr_get_u16(attr);
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			find_group(attr, family);
	}
	return MNL_CB_OK;
}

static struct mnl_socket *open_socket(void)
{
	struct mnl_socket *opened = mnl_socket_open(NETLINK_GENERIC);

	if (!opened || mnl_socket_bind(opened, 0, MNL_SOCKET_AUTOPID) < 0)
		err(1, "socket");
	return opened;
}

static struct family *find_family(const char *name)
{
	struct family *family = families;
	struct nlmsghdr *nlh;

	while (family->name && strcmp(family->name, name))
		family++;
	if (!family->name)
		errx(2, "no such family: %s", name);

	sock = open_socket();
	port = mnl_socket_get_portid(sock);
	nlh = start(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	talk(nlh, learn_family, family);
	return family;
}

static void tell(uint64_t insns, const struct answer *answer)
{
	printf("{\"insns\": %lu, \"objects\": %lu, \"bytes\": %lu}\n", insns, answer->objects,
	       answer->bytes);
}

/* Attributes come in pairs, a number of one and its value. */
static void dump(const struct family *family, char **attributes)
{
	struct answer answer = {};
	struct nlmsghdr *nlh;
	uint64_t insns;
	char *end;

	insns_start();
	insns = insns_now();
	nlh = start(family->id, family->get_cmd, NLM_F_DUMP);
	for (; attributes[0] && attributes[1]; attributes += 2) {
		unsigned long number = strtoul(attributes[1], &end, 0);

		if (!*attributes[1])
			mnl_attr_put(nlh, atoi(attributes[0]), 0, NULL);
		else if (*end)
			mnl_attr_put_strz(nlh, atoi(attributes[0]), attributes[1]);
		else
			mnl_attr_put_u32(nlh, atoi(attributes[0]), number);
	}
	talk(nlh, count_message, &answer);
	tell(insns_now() - insns, &answer);
}

static void repeat(const struct family *family, uint8_t cmd, unsigned int count,
		   void (*put)(struct nlmsghdr *nlh, unsigned int index, unsigned int count))
{
	struct answer answer = {};
	struct nlmsghdr *nlh;
	uint64_t insns;
	unsigned int i;

	insns_start();
	insns = insns_now();
	for (i = 0; i < count; i++) {
		nlh = start(family->id, cmd, NLM_F_ACK);
		put(nlh, i, count);
		talk(nlh, count_message, &answer);
	}
	tell(insns_now() - insns, &answer);
}

/* How many messages there were; counts as lost what the kernel could not queue. */
static unsigned long drain(struct mnl_socket *listener, unsigned long *lost)
{
	static char space[VECTORS][MESSAGE_BYTES];
	static struct mmsghdr messages[VECTORS];
	static struct iovec vectors[VECTORS];
	unsigned long total = 0;
	int i, n;

	for (i = 0; i < VECTORS; i++) {
		vectors[i] = (struct iovec){ space[i], MESSAGE_BYTES };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i],
						       .msg_iovlen = 1 };
	}
	for (;;) {
		n = recvmmsg(mnl_socket_get_fd(listener), messages, VECTORS, MSG_DONTWAIT, NULL);
		if (n >= 0)
			total += n;
		else if (errno == ENOBUFS)
			(*lost)++;
		else
			return total;
	}
}

static void join(struct mnl_socket **listeners, unsigned int count, uint32_t group)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		listeners[i] = open_socket();
		if (mnl_socket_setsockopt(listeners[i], NETLINK_ADD_MEMBERSHIP, &group,
					  sizeof(group)) < 0)
			err(1, "join");
	}
}

static void fire(int fd, const char *text, const char *file)
{
	if (pwrite(fd, text, strlen(text), 0) < 0)
		err(1, "%s", file);
}

static void listen_to(const struct family *family, const char *file, const char *text,
		      unsigned int events, unsigned int count)
{
	static struct mnl_socket *listeners[LISTENERS_MAX];
	unsigned long heard = 0, lost = 0, late, late_lost = 0;
	int fd = open(file, O_WRONLY);
	unsigned int sent, i;
	uint64_t insns;

	if (fd < 0 || !count || count > LISTENERS_MAX)
		err(1, "%s", file);
	join(listeners, count, family->group_id);
	insns_start();
	insns = insns_now();
	for (sent = 0; sent < events; sent += BATCH) {
		fire(fd, text, file);
		for (i = 1; i < count; i++)
			heard += drain(listeners[i], &lost);
	}
	insns = insns_now() - insns;
	late = drain(listeners[0], &late_lost);
	printf("{\"insns\": %lu, \"heard\": %lu, \"lost\": %lu, ", insns, heard, lost);
	printf("\"late\": %lu, \"late_lost\": %lu}\n", late, late_lost);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[2] : "";
	const struct family *family;

	if (argc < 3)
		errx(2, "usage: see the head of genl.c");
	family = find_family(argv[1]);
	if (argc == 5 && !strcmp(verb, "get"))
		only = argv[4];
	if (!strcmp(verb, "dump"))
		dump(family, argv + 3);
	else if (!strcmp(verb, "get") && (argc == 4 || argc == 5))
		repeat(family, family->get_cmd, atoi(argv[3]), family->put_name);
	else if (!strcmp(verb, "set") && argc == 4)
		repeat(family, family->set_cmd, atoi(argv[3]), family->put_value);
	else if (!strcmp(verb, "listen") && argc == 7)
		listen_to(family, argv[3], argv[4], atoi(argv[5]), atoi(argv[6]));
	else
		errx(2, "usage: see the head of genl.c");
	return 0;
}
