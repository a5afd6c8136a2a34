// SPDX-License-Identifier: GPL-2.0
/*
 * The audit ring over netlink.
 *
 * A dump goes on with the record after the last one that was sent, so records that
 * come meanwhile are at its end, and those that had to make room are missing.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/ktime.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "audit.h"
#include "message.h"
#include "netlink_gen.h"

/* Upper bound. */
#define RECORD_SIZE	(384 + VIGIL_NAME_MAX + VIGIL_REASON_MAX +	\
			 VIGIL_OWNER_NAME_MAX + TASK_COMM_LEN +		\
			 VIGIL_AUDIT_NUMBERS * (32 + VIGIL_AUDIT_NAME_MAX))

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

static int put_u64(struct sk_buff *skb, int attribute, u64 value)
{
	return nla_put_u64_64bit(skb, attribute, value, VIGIL_A_AUDIT_PAD);
}

static int put_asker(struct sk_buff *skb, const struct audit_record *record)
{
	const struct vigil_asker *asker = &record->asker;

	if (record->owner[0] &&
	    nla_put_string(skb, VIGIL_A_AUDIT_OWNER, record->owner))
		return -EMSGSIZE;
	if (!asker->known)
		return 0;
	if (nla_put_u32(skb, VIGIL_A_AUDIT_UID, asker->uid) ||
	    nla_put_u32(skb, VIGIL_A_AUDIT_PID, asker->pid) ||
	    nla_put_string(skb, VIGIL_A_AUDIT_COMM, asker->comm))
		return -EMSGSIZE;
	return 0;
}

static int put_guards(struct sk_buff *skb, const struct audit_record *record)
{
	if (record->guard != VIGIL_GUARD_NONE &&
	    nla_put_u32(skb, VIGIL_A_AUDIT_GUARD, record->guard))
		return -EMSGSIZE;
	if (record->overridden &&
	    nla_put_u32(skb, VIGIL_A_AUDIT_OVERRIDE, record->overridden))
		return -EMSGSIZE;
	return 0;
}

static int put_states(struct sk_buff *skb, const struct audit_record *record)
{
	const struct audit_state *before = &record->before;
	const struct audit_state *after = &record->after;

	if (before->known &&
	    (nla_put_u32(skb, VIGIL_A_AUDIT_HEALTH_BEFORE, before->health) ||
	     nla_put_u32(skb, VIGIL_A_AUDIT_ISOLATION_BEFORE,
			 before->isolation)))
		return -EMSGSIZE;
	if (after->known &&
	    (nla_put_u32(skb, VIGIL_A_AUDIT_HEALTH_AFTER, after->health) ||
	     nla_put_u32(skb, VIGIL_A_AUDIT_ISOLATION_AFTER,
			 after->isolation)))
		return -EMSGSIZE;
	return 0;
}

static int put_record(struct sk_buff *skb, u64 id, bool address)
{
	const struct audit_record *record = vigil_audit_record_locked(id);
	unsigned int i;

	if (put_u64(skb, VIGIL_A_AUDIT_ID, id) ||
	    nla_put_string(skb, VIGIL_A_AUDIT_COMPONENT, record->component) ||
	    nla_put_u32(skb, VIGIL_A_AUDIT_ACTION, record->action) ||
	    nla_put_u32(skb, VIGIL_A_AUDIT_STEP, record->step) ||
	    put_u64(skb, VIGIL_A_AUDIT_AGE_SECONDS,
		    ktime_get_boottime_seconds() - record->age_base_s) ||
	    put_u64(skb, VIGIL_A_AUDIT_SEQ, record->seq) ||
	    put_u64(skb, VIGIL_A_AUDIT_TIME, record->time_s) ||
	    nla_put_string(skb, VIGIL_A_AUDIT_REASON, record->reason) ||
	    put_asker(skb, record) || put_guards(skb, record) ||
	    put_states(skb, record))
		return -EMSGSIZE;
	if (record->operation &&
	    put_u64(skb, VIGIL_A_AUDIT_OPERATION, record->operation))
		return -EMSGSIZE;
	if (address && record->has_address &&
	    put_u64(skb, VIGIL_A_AUDIT_ADDRESS, record->address))
		return -EMSGSIZE;
	for (i = 0; i < record->nr_numbers; i++)
		if (put_number(skb, &record->numbers[i]))
			return -EMSGSIZE;
	return 0;
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

	mutex_lock(&vigil_audit_lock);
	if (id < vigil_audit_oldest_id_locked() || id > vigil_audit_last_id_locked()) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "no such record, or it had to make room");
		err = -ENOENT;
	} else {
		err = put_record(reply, id, address);
	}
	mutex_unlock(&vigil_audit_lock);
	return vigil_nl_finish_reply(reply, info, header, err);
}

/* What a dump is to tell of: all from a number on, or of one component. */
static int parse_dump(struct netlink_callback *cb, u64 *from, const char **name)
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
	*from = attrs[VIGIL_A_AUDIT_ID] ?
		nla_get_u64(attrs[VIGIL_A_AUDIT_ID]) : 0;
	*name = attrs[VIGIL_A_AUDIT_COMPONENT] ?
		nla_data(attrs[VIGIL_A_AUDIT_COMPONENT]) : NULL;
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
	const struct audit_record *record;
	u64 *next_id = (u64 *)cb->ctx;
	const char *name;
	u64 from;
	int err;

	err = parse_dump(cb, &from, &name);
	if (err)
		return err;

	mutex_lock(&vigil_audit_lock);
	*next_id = max3(*next_id, from, vigil_audit_oldest_id_locked());
	for (; *next_id <= vigil_audit_last_id_locked(); ++*next_id) {
		record = vigil_audit_record_locked(*next_id);
		if (name && strcmp(name, record->component))
			continue;
		err = dump_record(skb, cb, *next_id);
		if (err)
			break;
	}
	mutex_unlock(&vigil_audit_lock);
	return vigil_nl_dump_result(skb, err);
}
