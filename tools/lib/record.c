// SPDX-License-Identifier: GPL-2.0
/*
 * Records: a private copy of a message's attributes, checked once when it is
 * made, so that reading it can't go wrong afterwards.
 *
 * Attributes that the spec of this build does not know are skipped, because the
 * kernel may be newer. Known ones of the wrong size, strings without an end and
 * attributes that reach beyond the message refuse the whole message.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>

#include "record.h"

struct vigil_record {
	const struct vigil_set *set;
	struct vigil_record *next;	/* sibling in the same parent */
	struct vigil_record *nested;	/* in the order of the message */
	unsigned int attribute;		/* number in the parent */
	const struct nlattr **values;	/* into data, by attribute number */
	char *data;
};

static bool attribute_is_valid(const struct nlattr *attr,
			       enum vigil_field_type type)
{
	static const enum mnl_attr_data_type types[] = {
		[VIGIL_FIELD_U32] = MNL_TYPE_U32,
		[VIGIL_FIELD_FLAGS] = MNL_TYPE_U32,
		[VIGIL_FIELD_U64] = MNL_TYPE_U64,
		[VIGIL_FIELD_STRING] = MNL_TYPE_NUL_STRING,
		[VIGIL_FIELD_FLAG] = MNL_TYPE_FLAG,
		[VIGIL_FIELD_NEST] = MNL_TYPE_NESTED,
		[VIGIL_FIELD_S32] = MNL_TYPE_U32,
	};

	return mnl_attr_validate(attr, types[type]) == 0;
}

static const struct vigil_attribute *find_attribute(const struct vigil_set *set,
						    unsigned int number)
{
	if (number >= set->nr_attributes || !set->attributes[number].name)
		return NULL;
	return &set->attributes[number];
}

static struct vigil_record *add_nested(struct vigil_record *record,
				       struct vigil_record *last,
				       const struct vigil_set *set,
				       const struct nlattr *attr)
{
	struct vigil_record *nested;

	nested = vigil_record_parse(set, mnl_attr_get_payload(attr),
				    mnl_attr_get_payload_len(attr));
	if (!nested)
		return NULL;
	nested->attribute = mnl_attr_get_type(attr);
	if (last)
		last->next = nested;
	else
		record->nested = nested;
	return nested;
}

/* Returns 0 or a negative errno; what was parsed so far stays in the record. */
static int parse_attributes(struct vigil_record *record, size_t length)
{
	const struct nlattr *attr = (const struct nlattr *)record->data;
	const char *end = record->data + length;
	struct vigil_record *last = NULL;

	for (; mnl_attr_ok(attr, end - (const char *)attr);
	     attr = mnl_attr_next(attr)) {
		const struct vigil_attribute *known;

		known = find_attribute(record->set, mnl_attr_get_type(attr));
		if (!known)
			continue;
		if (!attribute_is_valid(attr, known->type))
			return -EBADMSG;
		record->values[mnl_attr_get_type(attr)] = attr;
		if (known->type != VIGIL_FIELD_NEST)
			continue;
		errno = 0;
		last = add_nested(record, last, known->nested, attr);
		if (!last)
			return -errno;
	}
	return (const char *)attr < end ? -EBADMSG : 0;
}

/*
 * Returns NULL with errno set: EBADMSG for a malformed message, or ENOMEM.
 * @data may have any alignment.
 */
struct vigil_record *vigil_record_parse(const struct vigil_set *set,
					const void *data, size_t length)
{
	struct vigil_record *record = calloc(1, sizeof(*record));
	int err;

	if (!record)
		return NULL;
	record->set = set;
	record->values = calloc(set->nr_attributes, sizeof(*record->values));
	/* the last attribute's padding may be missing from the message */
	record->data = calloc(1, length + NLA_ALIGNTO);
	if (!record->values || !record->data) {
		err = -ENOMEM;
	} else {
		memcpy(record->data, data, length);
		err = parse_attributes(record, length);
	}
	if (!err)
		return record;
	vigil_record_free(record);
	errno = -err;
	return NULL;
}

/* Parses a message of the family; -EOPNOTSUPP when its kind is not known. */
int vigil_message_parse(const struct nlmsghdr *nlh, const char **name,
			struct vigil_record **record)
{
	const struct vigil_message_type *type;
	const struct genlmsghdr *genl;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
		return -EBADMSG;
	genl = mnl_nlmsg_get_payload(nlh);
	if (genl->cmd >= vigil_nr_message_types ||
	    !vigil_message_types[genl->cmd].set)
		return -EOPNOTSUPP;
	type = &vigil_message_types[genl->cmd];
	*record = vigil_record_parse(type->set, genl + 1,
				     mnl_nlmsg_get_payload_len(nlh) -
				     sizeof(*genl));
	if (!*record)
		return -errno;
	*name = type->name;
	return 0;
}

/* Skips what an acknowledgment repeats of the request. */
static size_t extack_offset(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *ack = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type == NLMSG_DONE)
		return sizeof(int);
	if (nlh->nlmsg_flags & NLM_F_CAPPED)
		return sizeof(*ack);
	return sizeof(ack->error) + NLMSG_ALIGN(ack->msg.nlmsg_len);
}

/**
 * vigil_extack_parse() - Read the end of a request or of a dump.
 * @nlh: message of type NLMSG_ERROR or NLMSG_DONE
 * @error: set to 0 or a negative errno
 *
 * Return: the kernel's words, inside the message, or NULL.
 */
const char *vigil_extack_parse(const struct nlmsghdr *nlh, int *error)
{
	size_t length = mnl_nlmsg_get_payload_len(nlh), offset;
	const void *payload = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	*error = -EBADMSG;
	if (length < (nlh->nlmsg_type == NLMSG_DONE ? sizeof(int) :
		      sizeof(struct nlmsgerr)))
		return NULL;
	memcpy(error, payload, sizeof(*error));
	offset = extack_offset(nlh);
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || offset > length)
		return NULL;
	payload = mnl_nlmsg_get_payload_offset(nlh, offset);
	mnl_attr_for_each_payload(payload, length - offset)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    attribute_is_valid(attr, VIGIL_FIELD_STRING))
			return mnl_attr_get_str(attr);
	return NULL;
}

void vigil_record_free(struct vigil_record *record)
{
	while (record) {
		struct vigil_record *next = record->next;

		vigil_record_free(record->nested);
		free(record->values);
		free(record->data);
		free(record);
		record = next;
	}
}

static const struct nlattr *record_value(const struct vigil_record *record,
					 unsigned int attribute)
{
	return attribute < record->set->nr_attributes ?
	       record->values[attribute] : NULL;
}

static enum vigil_field_type record_type(const struct vigil_record *record,
					 unsigned int attribute)
{
	return record->set->attributes[attribute].type;
}

const char *vigil_record_kind(const struct vigil_record *record)
{
	return record->set->name;
}

bool vigil_record_next(const struct vigil_record *record,
		       struct vigil_field *field)
{
	unsigned int number = field->attribute;

	while (++number < record->set->nr_attributes) {
		if (!record->values[number])
			continue;
		field->attribute = number;
		field->type = record_type(record, number);
		field->name = record->set->attributes[number].name;
		return true;
	}
	return false;
}

bool vigil_record_has(const struct vigil_record *record, unsigned int attribute)
{
	return record_value(record, attribute);
}

uint64_t vigil_record_uint(const struct vigil_record *record,
			   unsigned int attribute)
{
	const struct nlattr *attr = record_value(record, attribute);

	if (!attr)
		return 0;
	switch (record_type(record, attribute)) {
	case VIGIL_FIELD_U32:
	case VIGIL_FIELD_FLAGS:
		return mnl_attr_get_u32(attr);
	case VIGIL_FIELD_U64:
		return mnl_attr_get_u64(attr);
	default:
		return 0;
	}
}

int64_t vigil_record_int(const struct vigil_record *record,
			 unsigned int attribute)
{
	const struct nlattr *attr = record_value(record, attribute);

	if (!attr || record_type(record, attribute) != VIGIL_FIELD_S32)
		return 0;
	return (int32_t)mnl_attr_get_u32(attr);
}

const char *vigil_record_string(const struct vigil_record *record,
				unsigned int attribute)
{
	const struct nlattr *attr = record_value(record, attribute);

	if (!attr || record_type(record, attribute) != VIGIL_FIELD_STRING)
		return NULL;
	return mnl_attr_get_str(attr);
}

const char *vigil_record_name(const struct vigil_record *record,
			      unsigned int attribute)
{
	const struct vigil_attribute *known;
	uint64_t value;

	if (!vigil_record_has(record, attribute))
		return NULL;
	known = &record->set->attributes[attribute];
	value = vigil_record_uint(record, attribute);
	if (known->type == VIGIL_FIELD_FLAGS)
		return NULL;
	return value < known->nr_names ? known->names[value] : NULL;
}

const char *vigil_record_flag_name(const struct vigil_record *record,
				   unsigned int attribute, unsigned int bit)
{
	const struct vigil_attribute *known;

	if (!vigil_record_has(record, attribute) ||
	    record_type(record, attribute) != VIGIL_FIELD_FLAGS)
		return NULL;
	known = &record->set->attributes[attribute];
	return bit < known->nr_names ? known->names[bit] : NULL;
}

const struct vigil_record *
vigil_record_nested(const struct vigil_record *record, unsigned int attribute,
		    const struct vigil_record *previous)
{
	const struct vigil_record *nested;

	nested = previous ? previous->next : record->nested;
	while (nested && nested->attribute != attribute)
		nested = nested->next;
	return nested;
}
