/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection: one request at a time, one answer or a dump.
 */
#ifndef VIGIL_HANDLE_H
#define VIGIL_HANDLE_H

#include "record.h"

/* Called with each message of an answer; returns 0 or a negative errno. */
typedef int (*vigil_answer_fn)(const struct nlmsghdr *nlh, void *data);

/**
 * struct vigil - A connection.
 * @nl: socket for requests
 * @seq: netlink sequence number of the latest request
 * @family: number of the family "vigil"
 * @group: number of its multicast group "events"
 * @request: the request that is being made
 * @answer: the datagram that was received last
 * @error: why the last function that failed did
 * @stray: called with each message that nobody asked for, or NULL
 * @stray_data: handed to @stray
 */
struct vigil {
	struct mnl_socket *nl;
	uint32_t seq;
	uint16_t family;
	uint32_t group;
	char request[4096];
	char *answer;
	char error[256];
	vigil_answer_fn stray;
	void *stray_data;
};

struct nlmsghdr *vigil_request_begin(struct vigil *vigil, uint16_t family,
				     uint8_t command, uint16_t flags);
int vigil_request_string(struct vigil *vigil, struct nlmsghdr *nlh,
			 unsigned int attribute, const char *string,
			 size_t max);
int vigil_request_run(struct vigil *vigil, struct nlmsghdr *nlh,
		      vigil_answer_fn call, void *data);
int vigil_request_record(struct vigil *vigil, struct nlmsghdr *nlh,
			 struct vigil_record **record);
int vigil_request_list(struct vigil *vigil, struct nlmsghdr *nlh,
		       struct vigil_list **list);
int vigil_request_done(struct vigil *vigil, struct nlmsghdr *nlh);
int vigil_stray_read(struct vigil *vigil);
int vigil_fail(struct vigil *vigil, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* VIGIL_HANDLE_H */
