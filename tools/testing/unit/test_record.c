// SPDX-License-Identifier: GPL-2.0
/*
 * From the kernel's bytes to records, also when the bytes are wrong. Every
 * message is copied to the very end of an allocation, so that AddressSanitizer
 * sees a read beyond it.
 */
/* unit-sources: tools/lib/record.c tools/lib/schema.c */
/* unit-packages: libmnl */
#include <errno.h>
#include <stdlib.h>

#include "message.h"
#include "record.h"
#include "unit.h"

static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));

/* Parses @length bytes of a message as if no more had been received. */
static int parse_bytes(const void *bytes, size_t length,
		       struct vigil_record **record)
{
	struct nlmsghdr *copy = malloc(length);
	const char *name;
	int err = -EBADMSG;

	memcpy(copy, bytes, length);
	*record = NULL;
	if (length >= sizeof(*copy)) {
		copy->nlmsg_len = length;
		err = vigil_message_parse(copy, &name, record);
	}
	free(copy);
	return err;
}

static struct vigil_record *parse(const struct nlmsghdr *nlh)
{
	struct vigil_record *record;
	int err = parse_bytes(nlh, nlh->nlmsg_len, &record);

	CHECK_INT(err, 0);
	return err ? NULL : record;
}

/* Reads everything that a record says it has. */
static void read_all(const struct vigil_record *record)
{
	struct vigil_field field = { 0 };

	while (vigil_record_next(record, &field)) {
		const struct vigil_record *nested = NULL;
		const char *string;

		CHECK(vigil_record_has(record, field.attribute));
		vigil_record_uint(record, field.attribute);
		vigil_record_name(record, field.attribute);
		string = vigil_record_string(record, field.attribute);
		if (field.type == VIGIL_FIELD_STRING && CHECK(string))
			CHECK(strlen(string) < MESSAGE_BYTES);
		while ((nested = vigil_record_nested(record, field.attribute,
						     nested)))
			read_all(nested);
	}
}

static void whole_component(void)
{
	struct vigil_record *record = parse(message_component(buffer));
	const struct vigil_record *number;

	if (!record)
		return;
	CHECK_STR(vigil_record_kind(record), "component");
	CHECK_STR(vigil_record_string(record, VIGIL_A_COMPONENT_NAME),
		  "memory-0");
	CHECK_STR(vigil_record_name(record, VIGIL_A_COMPONENT_HEALTH),
		  "degraded");
	CHECK(vigil_record_uint(record, VIGIL_A_COMPONENT_SEQ) == UINT64_MAX);
	CHECK(!vigil_record_has(record, VIGIL_A_COMPONENT_PARENT));
	number = vigil_record_nested(record, VIGIL_A_COMPONENT_COUNTER, NULL);
	number = vigil_record_nested(record, VIGIL_A_COMPONENT_COUNTER, number);
	CHECK_STR(vigil_record_kind(number), "value");
	CHECK_STR(vigil_record_string(number, VIGIL_A_VALUE_NAME),
		  "pages_offlined");
	CHECK(!vigil_record_nested(record, VIGIL_A_COMPONENT_COUNTER, number));
	read_all(record);
	vigil_record_free(record);
}

static void wrong_reader_gets_nothing(void)
{
	struct vigil_record *record = parse(message_component(buffer));

	if (!record)
		return;
	CHECK(!vigil_record_string(record, VIGIL_A_COMPONENT_ID));
	CHECK(!vigil_record_string(record, VIGIL_A_COMPONENT_PAD));
	CHECK(!vigil_record_name(record, VIGIL_A_COMPONENT_ID));
	CHECK_INT(vigil_record_uint(record, VIGIL_A_COMPONENT_NAME), 0);
	CHECK_INT(vigil_record_uint(record, 0), 0);
	CHECK_INT(vigil_record_uint(record, 60000), 0);
	CHECK(!vigil_record_has(record, UINT32_MAX));
	CHECK(!vigil_record_nested(record, VIGIL_A_COMPONENT_NAME, NULL));
	vigil_record_free(record);
}

static void newer_kernel(void)
{
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_COMPONENT_NTF);
	struct vigil_record *record;

	mnl_attr_put_strz(nlh, 200, "not known here");
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_HEALTH, 77);
	record = parse(nlh);
	if (!record)
		return;
	CHECK(!vigil_record_has(record, 200));
	CHECK_INT(vigil_record_uint(record, VIGIL_A_COMPONENT_HEALTH), 77);
	CHECK(!vigil_record_name(record, VIGIL_A_COMPONENT_HEALTH));
	vigil_record_free(record);

	nlh = message_begin(buffer, 250);
	CHECK_INT(parse_bytes(nlh, nlh->nlmsg_len, &record), -EOPNOTSUPP);
}

/* Whether a message of @length bytes ends after an attribute, padded or not. */
static bool is_whole(const struct nlmsghdr *nlh, size_t length)
{
	const struct nlattr *attr;
	size_t start = MNL_NLMSG_HDRLEN + sizeof(struct genlmsghdr);

	if (length == start)
		return true;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (length >= start + attr->nla_len &&
		    length <= start + MNL_ALIGN(attr->nla_len))
			return true;
		start += MNL_ALIGN(attr->nla_len);
	}
	return false;
}

static void every_truncation(void)
{
	struct nlmsghdr *nlh = message_component(buffer);
	struct vigil_record *record;

	for (size_t length = 0; length <= nlh->nlmsg_len; length++) {
		bool good = !parse_bytes(nlh, length, &record);

		if (!CHECK(good == is_whole(nlh, length)))
			printf("# with %zu bytes\n", length);
		if (good)
			read_all(record);
		vigil_record_free(record);
	}
}

/* Any byte may be anything: refused or readable, never a crash. */
static void every_byte_changed(void)
{
	struct nlmsghdr *nlh = message_component(buffer);
	struct vigil_record *record;

	for (size_t i = sizeof(*nlh); i < nlh->nlmsg_len; i++) {
		unsigned char *byte = (unsigned char *)buffer + i, old = *byte;

		for (unsigned int value = 0; value < 256; value++) {
			*byte = value;
			if (parse_bytes(nlh, nlh->nlmsg_len, &record))
				continue;
			read_all(record);
			vigil_record_free(record);
		}
		*byte = old;
	}
}

static void check_refused(const struct nlmsghdr *nlh, const char *what)
{
	struct vigil_record *record;

	if (!CHECK_INT(parse_bytes(nlh, nlh->nlmsg_len, &record), -EBADMSG))
		printf("# %s\n", what);
	vigil_record_free(record);
}

static void wrong_sizes(void)
{
	struct nlmsghdr *nlh;

	nlh = message_begin(buffer, VIGIL_CMD_COMPONENT_GET);
	mnl_attr_put_u64(nlh, VIGIL_A_COMPONENT_ID, 1);
	check_refused(nlh, "u64 for u32");
	nlh = message_begin(buffer, VIGIL_CMD_COMPONENT_GET);
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_SEQ, 1);
	check_refused(nlh, "u32 for u64");
	nlh = message_begin(buffer, VIGIL_CMD_COMPONENT_GET);
	mnl_attr_put(nlh, VIGIL_A_COMPONENT_HEALTH, 0, NULL);
	check_refused(nlh, "nothing for u32");
	nlh = message_begin(buffer, VIGIL_CMD_OPERATION_GET);
	mnl_attr_put_u32(nlh, VIGIL_A_OPERATION_DRY_RUN, 1);
	check_refused(nlh, "u32 for a flag");
}

static void strings_without_end(void)
{
	struct nlmsghdr *nlh;

	nlh = message_begin(buffer, VIGIL_CMD_COMPONENT_GET);
	mnl_attr_put(nlh, VIGIL_A_COMPONENT_NAME, 8, "memory-0");
	check_refused(nlh, "string without end");
	nlh = message_begin(buffer, VIGIL_CMD_COMPONENT_GET);
	mnl_attr_put(nlh, VIGIL_A_COMPONENT_NAME, 0, NULL);
	check_refused(nlh, "string of no bytes");
}

static void wrong_nests(void)
{
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	nlh = message_begin(buffer, VIGIL_CMD_COMPONENT_GET);
	mnl_attr_put(nlh, VIGIL_A_COMPONENT_COUNTER, 3, "abc");
	check_refused(nlh, "nest shorter than a header");
	nlh = message_begin(buffer, VIGIL_CMD_COMPONENT_GET);
	nest = mnl_attr_nest_start(nlh, VIGIL_A_COMPONENT_COUNTER);
	mnl_attr_put_u32(nlh, VIGIL_A_VALUE_VALUE, 1);
	mnl_attr_nest_end(nlh, nest);
	check_refused(nlh, "wrong size inside a nest");
	nlh = message_begin(buffer, VIGIL_CMD_COMPONENT_GET);
	nest = mnl_attr_nest_start(nlh, VIGIL_A_COMPONENT_COUNTER);
	mnl_attr_put_u64(nlh, VIGIL_A_VALUE_VALUE, 1);
	mnl_attr_nest_end(nlh, nest);
	((struct nlattr *)mnl_attr_get_payload(nest))->nla_len = 400;
	check_refused(nlh, "attribute that reaches out of its nest");
}

/* An acknowledgment with the kernel's words after @repeated request bytes. */
static struct nlmsghdr *refusal(uint16_t flags, size_t repeated)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct nlmsgerr *ack = mnl_nlmsg_put_extra_header(nlh, sizeof(*ack));

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_ACK_TLVS | flags;
	ack->error = -EINVAL;
	ack->msg.nlmsg_len = sizeof(ack->msg) + repeated;
	if (repeated)
		mnl_nlmsg_put_extra_header(nlh, repeated);
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, 20);
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "no such thing");
	return nlh;
}

static void words_of_a_refusal(void)
{
	int err;

	CHECK_STR(vigil_extack_parse(refusal(NLM_F_CAPPED, 0), &err),
		  "no such thing");
	CHECK_INT(err, -EINVAL);
	CHECK_STR(vigil_extack_parse(refusal(0, 40), &err), "no such thing");
	CHECK_INT(err, -EINVAL);
}

static void words_of_a_dump(void)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	int err, *code = mnl_nlmsg_put_extra_header(nlh, sizeof(*code));

	nlh->nlmsg_type = NLMSG_DONE;
	CHECK(!vigil_extack_parse(nlh, &err));
	CHECK_INT(err, 0);
	*code = -EPERM;
	nlh->nlmsg_flags = NLM_F_ACK_TLVS;
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "not you");
	CHECK_STR(vigil_extack_parse(nlh, &err), "not you");
	CHECK_INT(err, -EPERM);
}

static void mangled_refusals(void)
{
	struct nlmsghdr *nlh = refusal(0, 40), *copy;
	size_t whole = nlh->nlmsg_len - 2;	/* without the padding */
	int err;

	for (size_t length = sizeof(*nlh); length < whole; length++) {
		copy = malloc(length);
		memcpy(copy, nlh, length);
		copy->nlmsg_len = length;
		CHECK(!vigil_extack_parse(copy, &err));
		CHECK(err < 0);
		free(copy);
	}
	nlh = refusal(0, 40);
	((struct nlmsgerr *)mnl_nlmsg_get_payload(nlh))->msg.nlmsg_len =
		UINT32_MAX - 2;
	vigil_extack_parse(nlh, &err);
	CHECK_INT(err, -EINVAL);
}

static const struct unit_case cases[] = {
	{ "a whole component", whole_component },
	{ "who reads it as something else gets nothing",
	  wrong_reader_gets_nothing },
	{ "a newer kernel", newer_kernel },
	{ "every truncation", every_truncation },
	{ "every byte changed", every_byte_changed },
	{ "values of the wrong size", wrong_sizes },
	{ "strings without an end", strings_without_end },
	{ "nests that are none", wrong_nests },
	{ "the words of a refusal", words_of_a_refusal },
	{ "the words at the end of a dump", words_of_a_dump },
	{ "mangled refusals", mangled_refusals },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
