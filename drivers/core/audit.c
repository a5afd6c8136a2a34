// SPDX-License-Identifier: GPL-2.0
/*
 * The audit ring: the latest decisions and what led to them, by netlink.
 *
 * Records hold copies, so they outlive the component and its module.
 *
 * Locks: audit.lock, inside all others, those of providers too.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>

#include "core.h"
#include "message.h"
#include "netlink_gen.h"

#include <trace/events/vigil.h>

/* 150 KiB. */
#define NR_RECORDS	256

/* Upper bound. */
#define RECORD_SIZE	(192 + VIGIL_NAME_MAX + VIGIL_REASON_MAX +	\
			 VIGIL_AUDIT_NUMBERS * (32 + VIGIL_AUDIT_NAME_MAX))

/**
 * struct audit_number - As struct vigil_audit_number.
 * @value: the number
 * @name: its name
 */
struct audit_number {
	u64 value;
	char name[VIGIL_AUDIT_NAME_MAX + 1];
};

/**
 * struct audit_record - As struct vigil_audit, with copies.
 * @time_s: ktime_get_boottime_seconds()
 * @address: if @has_address
 * @has_address: there is one
 * @action: what was decided
 * @step: what came of it
 * @nr_numbers: valid ones of @numbers
 * @numbers: what led to it
 * @component: name of the component
 * @reason: why
 */
struct audit_record {
	time64_t time_s;
	u64 address;
	bool has_address;
	enum vigil_audit_action action;
	enum vigil_audit_step step;
	unsigned int nr_numbers;
	struct audit_number numbers[VIGIL_AUDIT_NUMBERS];
	char component[VIGIL_NAME_MAX + 1];
	char reason[VIGIL_REASON_MAX + 1];
};

static struct {
	struct mutex lock;	/* protects all of it */
	struct audit_record *records;	/* number n is in place n % NR_RECORDS */
	u64 last_id;		/* of the latest record; the first is 1 */
} audit = {
	.lock = __MUTEX_INITIALIZER(audit.lock),
};

int vigil_audit_init(void)
{
	audit.records = kvcalloc(NR_RECORDS, sizeof(*audit.records),
				 GFP_KERNEL);
	return audit.records ? 0 : -ENOMEM;
}

void vigil_audit_exit(void)
{
	kvfree(audit.records);
}

static void fill_record(struct audit_record *record,
			struct vigil_component *component,
			const struct vigil_audit *what)
{
	unsigned int i;

	*record = (struct audit_record) {
		.time_s = ktime_get_boottime_seconds(),
		.address = what->address,
		.has_address = what->has_address,
		.action = what->action,
		.step = what->step,
		.nr_numbers = min_t(unsigned int, what->nr_numbers,
				    VIGIL_AUDIT_NUMBERS),
	};
	strscpy(record->component, dev_name(&component->dev),
		sizeof(record->component));
	strscpy(record->reason, what->reason, sizeof(record->reason));
	for (i = 0; i < record->nr_numbers; i++) {
		record->numbers[i].value = what->numbers[i].value;
		strscpy(record->numbers[i].name, what->numbers[i].name,
			sizeof(record->numbers[i].name));
	}
}

/**
 * vigil_component_audit() - Record a decision.
 * @component: what it is about
 * @what: the decision; nothing of it is kept
 *
 * The latest 256 are kept.
 *
 * Context: Process context, may sleep; under any lock of the provider.
 */
void vigil_component_audit(struct vigil_component *component,
			   const struct vigil_audit *what)
{
	mutex_lock(&audit.lock);
	audit.last_id++;
	fill_record(&audit.records[audit.last_id % NR_RECORDS], component,
		    what);
	trace_vigil_audit(dev_name(&component->dev), audit.last_id, what);
	mutex_unlock(&audit.lock);
}
EXPORT_SYMBOL_GPL(vigil_component_audit);

static int put_number(struct sk_buff *skb, const struct audit_number *number)
{
	struct nlattr *nest = nla_nest_start(skb, VIGIL_A_AUDIT_NUMBER);

	if (!nest || nla_put_string(skb, VIGIL_A_VALUE_NAME, number->name) ||
	    nla_put_u64_64bit(skb, VIGIL_A_VALUE_VALUE, number->value,
			      VIGIL_A_VALUE_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_record(struct sk_buff *skb, u64 id, bool address)
{
	struct audit_record *record = &audit.records[id % NR_RECORDS];
	unsigned int i;

	if (nla_put_u64_64bit(skb, VIGIL_A_AUDIT_ID, id, VIGIL_A_AUDIT_PAD) ||
	    nla_put_string(skb, VIGIL_A_AUDIT_COMPONENT, record->component) ||
	    nla_put_u32(skb, VIGIL_A_AUDIT_ACTION, record->action) ||
	    nla_put_u32(skb, VIGIL_A_AUDIT_STEP, record->step) ||
	    nla_put_u64_64bit(skb, VIGIL_A_AUDIT_AGE_SECONDS,
			      ktime_get_boottime_seconds() - record->time_s,
			      VIGIL_A_AUDIT_PAD) ||
	    nla_put_string(skb, VIGIL_A_AUDIT_REASON, record->reason))
		return -EMSGSIZE;
	if (address && record->has_address &&
	    nla_put_u64_64bit(skb, VIGIL_A_AUDIT_ADDRESS, record->address,
			      VIGIL_A_AUDIT_PAD))
		return -EMSGSIZE;
	for (i = 0; i < record->nr_numbers; i++)
		if (put_number(skb, &record->numbers[i]))
			return -EMSGSIZE;
	return 0;
}

static u64 oldest_id_locked(void)
{
	lockdep_assert_held(&audit.lock);

	return audit.last_id < NR_RECORDS ? 1 :
					    audit.last_id - NR_RECORDS + 1;
}

int vigil_nl_audit_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VIGIL_A_AUDIT_ID];
	bool address = netlink_capable(skb, CAP_SYS_ADMIN);
	int err = vigil_nl_check_attrs(info);
	struct sk_buff *reply;
	void *header;
	u64 id;

	if (err)
		return err;
	if (!attr || info->attrs[VIGIL_A_AUDIT_COMPONENT]) {
		GENL_SET_ERR_MSG(info, "give the number of the record, and that only");
		return -EINVAL;
	}
	id = nla_get_u64(attr);
	reply = vigil_nl_start_reply(info, RECORD_SIZE, &header);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&audit.lock);
	if (id < oldest_id_locked() || id > audit.last_id) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "no such record, or it had to make room");
		err = -ENOENT;
	} else {
		err = put_record(reply, id, address);
	}
	mutex_unlock(&audit.lock);
	return vigil_nl_finish_reply(reply, info, header, err);
}

/* The only component that a dump is to tell of, or NULL. */
static int wanted_component(struct netlink_callback *cb, const char **name)
{
	struct nlattr *attrs[VIGIL_A_AUDIT_COMPONENT + 1];
	int err;

	err = genlmsg_parse(cb->nlh, &vigil_netlink_family, attrs,
			    VIGIL_A_AUDIT_COMPONENT, vigil_audit_get_nl_policy,
			    cb->extack) ?:
	      vigil_nl_refuse_doubled(nlmsg_attrdata(cb->nlh, GENL_HDRLEN),
				      nlmsg_attrlen(cb->nlh, GENL_HDRLEN),
				      cb->extack);
	if (err)
		return err;
	if (attrs[VIGIL_A_AUDIT_ID]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attrs[VIGIL_A_AUDIT_ID],
				    "a dump takes no number");
		return -EINVAL;
	}
	*name = NULL;
	if (attrs[VIGIL_A_AUDIT_COMPONENT])
		*name = nla_data(attrs[VIGIL_A_AUDIT_COMPONENT]);
	return 0;
}

static int dump_record(struct sk_buff *skb, struct netlink_callback *cb,
		       u64 id)
{
	void *header = vigil_nl_start_entry(skb, cb, VIGIL_CMD_AUDIT_GET);

	if (!header)
		return -EMSGSIZE;
	return vigil_nl_finish_entry(skb, header,
				     put_record(skb, id,
						netlink_capable(cb->skb, CAP_SYS_ADMIN)));
}

int vigil_nl_audit_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 *next_id = (u64 *)cb->ctx;
	struct audit_record *record;
	const char *name;
	int err;

	err = wanted_component(cb, &name);
	if (err)
		return err;

	mutex_lock(&audit.lock);
	*next_id = max(*next_id, oldest_id_locked());
	for (; *next_id <= audit.last_id; ++*next_id) {
		record = &audit.records[*next_id % NR_RECORDS];
		if (name && strcmp(name, record->component))
			continue;
		err = dump_record(skb, cb, *next_id);
		if (err)
			break;
	}
	mutex_unlock(&audit.lock);
	return vigil_nl_dump_result(skb, err);
}
