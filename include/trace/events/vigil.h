/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the core. Names are kept in arrays, because __assign_str()
 * differs between kernels. Operations are shown without their address.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vigil

#if !defined(_TRACE_VIGIL_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_VIGIL_H

#include <linux/tracepoint.h>
#include <uapi/linux/vigil.h>

struct vigil_audit;
struct vigil_facts;

/* Tell user space the values behind the names. */
TRACE_DEFINE_ENUM(VIGIL_HEALTH_UNKNOWN);
TRACE_DEFINE_ENUM(VIGIL_HEALTH_HEALTHY);
TRACE_DEFINE_ENUM(VIGIL_HEALTH_DEGRADED);
TRACE_DEFINE_ENUM(VIGIL_HEALTH_FAILING);
TRACE_DEFINE_ENUM(VIGIL_HEALTH_FAILED);
TRACE_DEFINE_ENUM(VIGIL_ISOLATION_NONE);
TRACE_DEFINE_ENUM(VIGIL_ISOLATION_PENDING);
TRACE_DEFINE_ENUM(VIGIL_ISOLATION_ISOLATED);
TRACE_DEFINE_ENUM(VIGIL_ISOLATION_PARTIAL);
TRACE_DEFINE_ENUM(VIGIL_ADVICE_NONE);
TRACE_DEFINE_ENUM(VIGIL_ADVICE_WATCH);
TRACE_DEFINE_ENUM(VIGIL_ADVICE_ISOLATE);
TRACE_DEFINE_ENUM(VIGIL_ADVICE_DRAIN);
TRACE_DEFINE_ENUM(VIGIL_ADVICE_REPLACE);
TRACE_DEFINE_ENUM(VIGIL_OWNER_NONE);
TRACE_DEFINE_ENUM(VIGIL_OWNER_VIGIL);
TRACE_DEFINE_ENUM(VIGIL_OWNER_EXTERNAL);
TRACE_DEFINE_ENUM(VIGIL_VERB_ISOLATE);
TRACE_DEFINE_ENUM(VIGIL_VERB_RELEASE);
TRACE_DEFINE_ENUM(VIGIL_VERB_RECOVER);
TRACE_DEFINE_ENUM(VIGIL_VERB_TEST);
TRACE_DEFINE_ENUM(VIGIL_OP_STATE_PENDING);
TRACE_DEFINE_ENUM(VIGIL_OP_STATE_DONE);
TRACE_DEFINE_ENUM(VIGIL_OP_STATE_FAILED);
TRACE_DEFINE_ENUM(VIGIL_OP_STATE_TIMEOUT);
TRACE_DEFINE_ENUM(VIGIL_EVENT_KIND_CORRECTED_ERROR);
TRACE_DEFINE_ENUM(VIGIL_EVENT_KIND_UNCORRECTED_ERROR);
TRACE_DEFINE_ENUM(VIGIL_EVENT_KIND_PAGE_OFFLINED);
TRACE_DEFINE_ENUM(VIGIL_EVENT_KIND_PAGE_OFFLINE_FAILED);
TRACE_DEFINE_ENUM(VIGIL_EVENT_KIND_PAGE_RELEASED);
TRACE_DEFINE_ENUM(VIGIL_EVENT_KIND_PAGE_EXTERNAL);
TRACE_DEFINE_ENUM(VIGIL_EVENT_KIND_WEIGHTS_HEALED);
TRACE_DEFINE_ENUM(VIGIL_EVENT_KIND_WEIGHTS_MOVED);
TRACE_DEFINE_ENUM(VIGIL_EVENT_KIND_WEIGHTS_LOST);
TRACE_DEFINE_ENUM(VIGIL_EVENT_KIND_WEIGHTS_CORRUPT);
TRACE_DEFINE_ENUM(VIGIL_EVENT_KIND_WEIGHTS_HELD);
TRACE_DEFINE_ENUM(VIGIL_EVENT_KIND_WEIGHTS_REFUSED);
TRACE_DEFINE_ENUM(VIGIL_EVENT_KIND_WEIGHTS_LOADING);

TRACE_DEFINE_ENUM(VIGIL_AUDIT_ACTION_OFFLINE_PAGE);
TRACE_DEFINE_ENUM(VIGIL_AUDIT_ACTION_OFFLINE_ROW);
TRACE_DEFINE_ENUM(VIGIL_AUDIT_ACTION_VERDICT);
TRACE_DEFINE_ENUM(VIGIL_AUDIT_STEP_DECIDED);
TRACE_DEFINE_ENUM(VIGIL_AUDIT_STEP_DONE);
TRACE_DEFINE_ENUM(VIGIL_AUDIT_STEP_FAILED);
TRACE_DEFINE_ENUM(VIGIL_AUDIT_STEP_HELD_BACK);
TRACE_DEFINE_ENUM(VIGIL_AUDIT_STEP_UNSUPPORTED);

#define show_vigil_audit_action(value)					\
	__print_symbolic(value,						\
		{ VIGIL_AUDIT_ACTION_OFFLINE_PAGE, "offline-page" },	\
		{ VIGIL_AUDIT_ACTION_OFFLINE_ROW, "offline-row" },	\
		{ VIGIL_AUDIT_ACTION_VERDICT, "verdict" })

#define show_vigil_audit_step(value)					\
	__print_symbolic(value,						\
		{ VIGIL_AUDIT_STEP_DECIDED, "decided" },		\
		{ VIGIL_AUDIT_STEP_DONE, "done" },			\
		{ VIGIL_AUDIT_STEP_FAILED, "failed" },			\
		{ VIGIL_AUDIT_STEP_HELD_BACK, "held-back" },		\
		{ VIGIL_AUDIT_STEP_UNSUPPORTED, "unsupported" })

#define show_vigil_health(value)					\
	__print_symbolic(value,						\
		{ VIGIL_HEALTH_UNKNOWN, "unknown" },			\
		{ VIGIL_HEALTH_HEALTHY, "healthy" },			\
		{ VIGIL_HEALTH_DEGRADED, "degraded" },			\
		{ VIGIL_HEALTH_FAILING, "failing" },			\
		{ VIGIL_HEALTH_FAILED, "failed" })

#define show_vigil_isolation(value)					\
	__print_symbolic(value,						\
		{ VIGIL_ISOLATION_NONE, "none" },			\
		{ VIGIL_ISOLATION_PENDING, "pending" },			\
		{ VIGIL_ISOLATION_ISOLATED, "isolated" },		\
		{ VIGIL_ISOLATION_PARTIAL, "partial" })

#define show_vigil_advice(value)					\
	__print_symbolic(value,						\
		{ VIGIL_ADVICE_NONE, "none" },				\
		{ VIGIL_ADVICE_WATCH, "watch" },			\
		{ VIGIL_ADVICE_ISOLATE, "isolate" },			\
		{ VIGIL_ADVICE_DRAIN, "drain" },			\
		{ VIGIL_ADVICE_REPLACE, "replace" })

#define show_vigil_owner(value)						\
	__print_symbolic(value,						\
		{ VIGIL_OWNER_NONE, "none" },				\
		{ VIGIL_OWNER_VIGIL, "vigil" },				\
		{ VIGIL_OWNER_EXTERNAL, "external" })

#define show_vigil_verb(value)						\
	__print_symbolic(value,						\
		{ VIGIL_VERB_ISOLATE, "isolate" },			\
		{ VIGIL_VERB_RELEASE, "release" },			\
		{ VIGIL_VERB_RECOVER, "recover" },			\
		{ VIGIL_VERB_TEST, "test" })

#define show_vigil_op_state(value)					\
	__print_symbolic(value,						\
		{ VIGIL_OP_STATE_PENDING, "pending" },			\
		{ VIGIL_OP_STATE_DONE, "done" },			\
		{ VIGIL_OP_STATE_FAILED, "failed" },			\
		{ VIGIL_OP_STATE_TIMEOUT, "timeout" })

#define show_vigil_event_kind(value)					\
	__print_symbolic(value,						\
		{ VIGIL_EVENT_KIND_CORRECTED_ERROR, "corrected-error" },\
		{ VIGIL_EVENT_KIND_UNCORRECTED_ERROR, "uncorrected-error" },\
		{ VIGIL_EVENT_KIND_PAGE_OFFLINED, "page-offlined" },	\
		{ VIGIL_EVENT_KIND_PAGE_OFFLINE_FAILED, "page-offline-failed" },\
		{ VIGIL_EVENT_KIND_PAGE_RELEASED, "page-released" },	\
		{ VIGIL_EVENT_KIND_PAGE_EXTERNAL, "page-external" },	\
		{ VIGIL_EVENT_KIND_WEIGHTS_HEALED, "weights-healed" },	\
		{ VIGIL_EVENT_KIND_WEIGHTS_MOVED, "weights-moved" },	\
		{ VIGIL_EVENT_KIND_WEIGHTS_LOST, "weights-lost" },	\
		{ VIGIL_EVENT_KIND_WEIGHTS_CORRUPT, "weights-corrupt" },\
		{ VIGIL_EVENT_KIND_WEIGHTS_HELD, "weights-held" },	\
		{ VIGIL_EVENT_KIND_WEIGHTS_REFUSED, "weights-refused" },\
		{ VIGIL_EVENT_KIND_WEIGHTS_LOADING, "weights-loading" })

TRACE_EVENT(vigil_component_change,

	TP_PROTO(const char *name, const struct vigil_facts *facts),

	TP_ARGS(name, facts),

	TP_STRUCT__entry(
		__array(char,	name,	VIGIL_NAME_MAX + 1)
		__field(u64,	seq)
		__field(u32,	health)
		__field(u32,	isolation)
		__field(u32,	advice)
		__field(u32,	owner)
		__field(int,	risk_permille)
	),

	TP_fast_assign(
		strscpy(__entry->name, name, sizeof(__entry->name));
		__entry->seq = facts->seq;
		__entry->health = facts->health;
		__entry->isolation = facts->isolation;
		__entry->advice = facts->advice;
		__entry->owner = facts->owner;
		__entry->risk_permille = facts->risk_expires_ns ?
					 (int)facts->risk_permille : -1;
	),

	TP_printk("%s seq=%llu health=%s isolation=%s advice=%s owner=%s risk_permille=%d",
		__entry->name, __entry->seq,
		show_vigil_health(__entry->health),
		show_vigil_isolation(__entry->isolation),
		show_vigil_advice(__entry->advice),
		show_vigil_owner(__entry->owner),
		__entry->risk_permille)
);

TRACE_EVENT(vigil_operation,

	TP_PROTO(const char *name, u64 id, enum vigil_verb verb,
		 enum vigil_op_state state, int error),

	TP_ARGS(name, id, verb, state, error),

	TP_STRUCT__entry(
		__array(char,	name,	VIGIL_NAME_MAX + 1)
		__field(u64,	id)
		__field(u32,	verb)
		__field(u32,	state)
		__field(int,	error)
	),

	TP_fast_assign(
		strscpy(__entry->name, name, sizeof(__entry->name));
		__entry->id = id;
		__entry->verb = verb;
		__entry->state = state;
		__entry->error = error;
	),

	TP_printk("%s id=%llu verb=%s state=%s error=%d",
		__entry->name, __entry->id,
		show_vigil_verb(__entry->verb),
		show_vigil_op_state(__entry->state),
		__entry->error)
);

TRACE_EVENT(vigil_audit,

	TP_PROTO(const char *name, u64 id, const struct vigil_audit *what),

	TP_ARGS(name, id, what),

	TP_STRUCT__entry(
		__array(char,	name,	VIGIL_NAME_MAX + 1)
		__array(char,	reason,	VIGIL_REASON_MAX + 1)
		__field(u64,	id)
		__field(u32,	action)
		__field(u32,	step)
	),

	TP_fast_assign(
		strscpy(__entry->name, name, sizeof(__entry->name));
		strscpy(__entry->reason, what->reason,
			sizeof(__entry->reason));
		__entry->id = id;
		__entry->action = what->action;
		__entry->step = what->step;
	),

	TP_printk("%s id=%llu action=%s step=%s reason=%s",
		__entry->name, __entry->id,
		show_vigil_audit_action(__entry->action),
		show_vigil_audit_step(__entry->step),
		__entry->reason)
);

TRACE_EVENT(vigil_event,

	TP_PROTO(const char *name, u64 seq, enum vigil_event_kind kind,
		 u64 count),

	TP_ARGS(name, seq, kind, count),

	TP_STRUCT__entry(
		__array(char,	name,	VIGIL_NAME_MAX + 1)
		__field(u64,	seq)
		__field(u32,	kind)
		__field(u64,	count)
	),

	TP_fast_assign(
		strscpy(__entry->name, name, sizeof(__entry->name));
		__entry->seq = seq;
		__entry->kind = kind;
		__entry->count = count;
	),

	TP_printk("%s seq=%llu kind=%s count=%llu",
		__entry->name, __entry->seq,
		show_vigil_event_kind(__entry->kind),
		__entry->count)
);

#endif /* _TRACE_VIGIL_H */

#include <trace/define_trace.h>
