// SPDX-License-Identifier: GPL-2.0
/*
 * What somebody asked for, in the kernel's audit log.
 *
 * Records of type AUDIT_KERNEL_OTHER, in the form that ausearch reads:
 *
 *	vigil op=isolate comp=cpu-3 operation=7 owner=admin uid=0 pid=412
 *	comm="vigilctl" reason=666C616B79 guard=none override=0x0 res=1
 *
 * Physical addresses are not in it.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/audit.h>
#include <linux/ctype.h>
#include <linux/string.h>

#include "audit.h"
#include "guard.h"

static const char * const action_names[] = {
	[VIGIL_AUDIT_ACTION_OFFLINE_PAGE]	= "offline-page",
	[VIGIL_AUDIT_ACTION_OFFLINE_ROW]	= "offline-row",
	[VIGIL_AUDIT_ACTION_VERDICT]		= "verdict",
	[VIGIL_AUDIT_ACTION_ISOLATE]		= "isolate",
	[VIGIL_AUDIT_ACTION_RELEASE]		= "release",
	[VIGIL_AUDIT_ACTION_RECOVER]		= "recover",
	[VIGIL_AUDIT_ACTION_TEST]		= "test",
	[VIGIL_AUDIT_ACTION_SET_POLICY]		= "set-policy",
	[VIGIL_AUDIT_ACTION_AGENT]		= "agent",
};

static_assert(ARRAY_SIZE(action_names) == VIGIL_AUDIT_ACTION_MAX + 1);

/* As the log writes strings that somebody chose: quoted, or else in hex. */
static void put_string(struct audit_buffer *buffer, const char *name,
		       const char *string)
{
	const char *c;

	for (c = string; *c; c++)
		if (!isascii(*c) || !isgraph(*c) || *c == '"')
			break;
	if (!*c) {
		audit_log_format(buffer, " %s=\"%s\"", name, string);
		return;
	}
	audit_log_format(buffer, " %s=", name);
	for (c = string; *c; c++)
		audit_log_format(buffer, "%02X", (unsigned char)*c);
}

/**
 * vigil_audit_log() - Write a record to the kernel's audit log.
 * @record: the record
 *
 * Does nothing where that log is off. It does not wait for a daemon that lags: the
 * log counts what it lost.
 *
 * Context: Process context.
 */
void vigil_audit_log(const struct audit_record *record)
{
	struct audit_buffer *buffer;

	if (audit_enabled == AUDIT_OFF)
		return;
	buffer = audit_log_start(NULL, GFP_NOWAIT, AUDIT_KERNEL_OTHER);
	if (!buffer)
		return;

	audit_log_format(buffer, "vigil op=%s comp=%s operation=%llu",
			 action_names[record->action], record->component,
			 record->operation);
	if (record->owner[0])
		audit_log_format(buffer, " owner=%s", record->owner);
	if (record->asker.known) {
		audit_log_format(buffer, " uid=%u pid=%u", record->asker.uid,
				 record->asker.pid);
		put_string(buffer, "comm", record->asker.comm);
	}
	put_string(buffer, "reason", record->reason);
	audit_log_format(buffer, " guard=%s override=0x%x res=%d",
			 vigil_guard_names[record->guard], record->overridden,
			 record->step == VIGIL_AUDIT_STEP_DONE);
	audit_log_end(buffer);
}
