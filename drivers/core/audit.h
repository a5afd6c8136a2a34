/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The audit ring, between those who write it and netlink.
 */
#ifndef _VIGIL_CORE_AUDIT_H
#define _VIGIL_CORE_AUDIT_H

#include <linux/mutex.h>
#include <linux/vigil/audit.h>

#include "core.h"

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
 * struct audit_state - What a component was at one moment.
 * @known: the others are
 * @health: how well it worked
 * @isolation: how far it was out of use
 */
struct audit_state {
	bool known;
	enum vigil_health health;
	enum vigil_isolation isolation;
};

/**
 * struct audit_record - Something that was decided or done.
 * @age_base_s: when, ktime_get_boottime_seconds()
 * @time_s: when, ktime_get_real_seconds() at that time
 * @seq: sequence number of the machine then
 * @address: if @has_address
 * @operation: number of the operation, 0 if there is none
 * @has_address: there is one
 * @action: what was decided
 * @step: what came of it
 * @guard: that refused, VIGIL_GUARD_NONE if none did
 * @overridden: bits of the guards that spoke and were overridden
 * @asker: who asked
 * @before: what the component was
 * @after: what it is
 * @nr_numbers: valid ones of @numbers
 * @numbers: what led to it
 * @component: name of the component
 * @owner: on whose behalf, "" if that is not known
 * @reason: why
 */
struct audit_record {
	time64_t age_base_s;
	time64_t time_s;
	u64 seq;
	u64 address;
	u64 operation;
	bool has_address;
	enum vigil_audit_action action;
	enum vigil_audit_step step;
	enum vigil_guard guard;
	u32 overridden;
	struct vigil_asker asker;
	struct audit_state before;
	struct audit_state after;
	unsigned int nr_numbers;
	struct audit_number numbers[VIGIL_AUDIT_NUMBERS];
	char component[VIGIL_NAME_MAX + 1];
	char owner[VIGIL_OWNER_NAME_MAX + 1];
	char reason[VIGIL_REASON_MAX + 1];
};

/* audit.c */
extern struct mutex vigil_audit_lock;

const struct audit_record *vigil_audit_record_locked(u64 id);
u64 vigil_audit_oldest_id_locked(void);
u64 vigil_audit_last_id_locked(void);

/* audit_log.c */
void vigil_audit_log(const struct audit_record *record);

#endif /* _VIGIL_CORE_AUDIT_H */
