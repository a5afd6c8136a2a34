/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vigil.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_VIGIL_H
#define _UAPI_LINUX_VIGIL_H

#define VIGIL_FAMILY_NAME	"vigil"
#define VIGIL_FAMILY_VERSION	1

/**
 * enum vigil_class - What a component is; its name in sysfs is
 *   "<class>-<instance>".
 * @VIGIL_CLASS_MEMORY: memory of one NUMA node
 * @VIGIL_CLASS_DIMM: one memory module
 * @VIGIL_CLASS_CPU: one logical CPU
 * @VIGIL_CLASS_PCI: one PCI function
 * @VIGIL_CLASS_HUGEPOOL: reserve of huge pages on one NUMA node
 * @VIGIL_CLASS_WEIGHTS: one mounted directory of model weights
 * @VIGIL_CLASS_AGENT: something that a user-space program reports on
 * @VIGIL_CLASS_MACHINE: the server, which sums up all the others
 */
enum vigil_class {
	VIGIL_CLASS_MEMORY = 1,
	VIGIL_CLASS_DIMM,
	VIGIL_CLASS_CPU,
	VIGIL_CLASS_PCI,
	VIGIL_CLASS_HUGEPOOL,
	VIGIL_CLASS_WEIGHTS,
	VIGIL_CLASS_AGENT,
	VIGIL_CLASS_MACHINE,

	/* private: */
	__VIGIL_CLASS_MAX,
	VIGIL_CLASS_MAX = (__VIGIL_CLASS_MAX - 1)
};

/**
 * enum vigil_health - How well a component works, judged from what it did.
 * @VIGIL_HEALTH_UNKNOWN: nobody has judged it, or the judgement is out of date
 * @VIGIL_HEALTH_HEALTHY: works as it should
 * @VIGIL_HEALTH_DEGRADED: works, with errors that were corrected or parts that
 *   are out of use
 * @VIGIL_HEALTH_FAILING: likely to fail soon
 * @VIGIL_HEALTH_FAILED: lost data or does not work
 */
enum vigil_health {
	VIGIL_HEALTH_UNKNOWN,
	VIGIL_HEALTH_HEALTHY,
	VIGIL_HEALTH_DEGRADED,
	VIGIL_HEALTH_FAILING,
	VIGIL_HEALTH_FAILED,

	/* private: */
	__VIGIL_HEALTH_MAX,
	VIGIL_HEALTH_MAX = (__VIGIL_HEALTH_MAX - 1)
};

/**
 * enum vigil_isolation - How far a component, or a part of it, has been taken
 *   out of use.
 * @VIGIL_ISOLATION_NONE: all of it is in use
 * @VIGIL_ISOLATION_PENDING: is being taken out of use, or given back
 * @VIGIL_ISOLATION_ISOLATED: all of it is out of use
 * @VIGIL_ISOLATION_PARTIAL: parts of it, page frames for example, are out of
 *   use
 */
enum vigil_isolation {
	VIGIL_ISOLATION_NONE,
	VIGIL_ISOLATION_PENDING,
	VIGIL_ISOLATION_ISOLATED,
	VIGIL_ISOLATION_PARTIAL,

	/* private: */
	__VIGIL_ISOLATION_MAX,
	VIGIL_ISOLATION_MAX = (__VIGIL_ISOLATION_MAX - 1)
};

/**
 * enum vigil_advice - What an operator should do about a component.
 * @VIGIL_ADVICE_NONE: nothing to do
 * @VIGIL_ADVICE_WATCH: look at it more often
 * @VIGIL_ADVICE_ISOLATE: take it out of use
 * @VIGIL_ADVICE_DRAIN: move the work off this server
 * @VIGIL_ADVICE_REPLACE: replace the part
 */
enum vigil_advice {
	VIGIL_ADVICE_NONE,
	VIGIL_ADVICE_WATCH,
	VIGIL_ADVICE_ISOLATE,
	VIGIL_ADVICE_DRAIN,
	VIGIL_ADVICE_REPLACE,

	/* private: */
	__VIGIL_ADVICE_MAX,
	VIGIL_ADVICE_MAX = (__VIGIL_ADVICE_MAX - 1)
};

/**
 * enum vigil_owner - Who isolated a component, or a part of it.
 * @VIGIL_OWNER_NONE: nothing is isolated
 * @VIGIL_OWNER_VIGIL: Vigil, by policy or by command; Vigil may release it
 * @VIGIL_OWNER_EXTERNAL: somebody else (an administrator, RAS_CEC, rasdaemon)
 */
enum vigil_owner {
	VIGIL_OWNER_NONE,
	VIGIL_OWNER_VIGIL,
	VIGIL_OWNER_EXTERNAL,

	/* private: */
	__VIGIL_OWNER_MAX,
	VIGIL_OWNER_MAX = (__VIGIL_OWNER_MAX - 1)
};

/**
 * enum vigil_verb - What can be done to a component.
 * @VIGIL_VERB_ISOLATE: take it out of use
 * @VIGIL_VERB_RELEASE: give back what was isolated
 * @VIGIL_VERB_RECOVER: try to make it work again
 * @VIGIL_VERB_TEST: find out whether it works
 */
enum vigil_verb {
	VIGIL_VERB_ISOLATE = 1,
	VIGIL_VERB_RELEASE,
	VIGIL_VERB_RECOVER,
	VIGIL_VERB_TEST,

	/* private: */
	__VIGIL_VERB_MAX,
	VIGIL_VERB_MAX = (__VIGIL_VERB_MAX - 1)
};

/**
 * enum vigil_method - How a verb is carried out, where there is more than one
 *   way. Of recover the methods form a ladder, the gentlest first.
 * @VIGIL_METHOD_DEFAULT: as the component's policy says; for recover the
 *   ladder, until a step works
 * @VIGIL_METHOD_UNBIND: isolate by taking the driver off the PCI function
 * @VIGIL_METHOD_REMOVE: isolate by taking the PCI function out of the kernel,
 *   with its driver
 * @VIGIL_METHOD_DRIVER_RESET: recover by reset, between the handlers with
 *   which a driver prepares for it
 * @VIGIL_METHOD_FUNCTION_RESET: recover by taking the driver off, resetting
 *   the function, and binding it again
 * @VIGIL_METHOD_REBIND: recover by taking the driver off and binding it again
 * @VIGIL_METHOD_BUS_RESET: recover by resetting the bus that the function is
 *   on
 * @VIGIL_METHOD_RESCAN: recover by removing the function and scanning its bus
 *   again
 */
enum vigil_method {
	VIGIL_METHOD_DEFAULT,
	VIGIL_METHOD_UNBIND,
	VIGIL_METHOD_REMOVE,
	VIGIL_METHOD_DRIVER_RESET,
	VIGIL_METHOD_FUNCTION_RESET,
	VIGIL_METHOD_REBIND,
	VIGIL_METHOD_BUS_RESET,
	VIGIL_METHOD_RESCAN,

	/* private: */
	__VIGIL_METHOD_MAX,
	VIGIL_METHOD_MAX = (__VIGIL_METHOD_MAX - 1)
};

/**
 * enum vigil_guard - What speaks against taking a component out of use. A
 *   guard never blocks a release, but for owner. It is overridden by its name,
 *   and that is recorded.
 * @VIGIL_GUARD_NONE: nothing; what would be hit is only told
 * @VIGIL_GUARD_OWNER: somebody else isolated it, and only he releases it
 * @VIGIL_GUARD_CLASS_SHARE: too much of the class would be out of use
 * @VIGIL_GUARD_CLASS_RATE: too many of the class were isolated in the last
 *   hour
 * @VIGIL_GUARD_LAST_CPU: it is the last CPU of the machine that may be used
 * @VIGIL_GUARD_LAST_CPU_OF_NODE: it is the last CPU of its NUMA node that may
 *   be used
 * @VIGIL_GUARD_NODE_MEMORY: too little memory would be left on the NUMA node
 * @VIGIL_GUARD_ROOT_DEVICE: the root or boot file system, or the kernel's
 *   console, is on it
 * @VIGIL_GUARD_MOUNTED: a mounted file system is on it
 * @VIGIL_GUARD_SWAP: swap space is on it
 * @VIGIL_GUARD_DEFAULT_ROUTE: a default route goes through it
 * @VIGIL_GUARD_VIRTUAL_FUNCTIONS: it has virtual functions that are enabled
 * @VIGIL_GUARD_VFIO: a virtual machine or a program in user space drives it
 * @VIGIL_GUARD_PROVIDER: who reports on it objects, in his own words
 * @VIGIL_GUARD_LOCKDOWN: the kernel is locked down; can not be overridden
 */
enum vigil_guard {
	VIGIL_GUARD_NONE,
	VIGIL_GUARD_OWNER,
	VIGIL_GUARD_CLASS_SHARE,
	VIGIL_GUARD_CLASS_RATE,
	VIGIL_GUARD_LAST_CPU,
	VIGIL_GUARD_LAST_CPU_OF_NODE,
	VIGIL_GUARD_NODE_MEMORY,
	VIGIL_GUARD_ROOT_DEVICE,
	VIGIL_GUARD_MOUNTED,
	VIGIL_GUARD_SWAP,
	VIGIL_GUARD_DEFAULT_ROUTE,
	VIGIL_GUARD_VIRTUAL_FUNCTIONS,
	VIGIL_GUARD_VFIO,
	VIGIL_GUARD_PROVIDER,
	VIGIL_GUARD_LOCKDOWN,

	/* private: */
	__VIGIL_GUARD_MAX,
	VIGIL_GUARD_MAX = (__VIGIL_GUARD_MAX - 1)
};

/**
 * enum vigil_op_state - How far an operation has come. Only pending operations
 *   change.
 * @VIGIL_OP_STATE_PENDING: accepted, outcome not known yet
 * @VIGIL_OP_STATE_DONE: verified to have happened
 * @VIGIL_OP_STATE_FAILED: tried, and verified not to have happened
 * @VIGIL_OP_STATE_TIMEOUT: the deadline passed before the outcome was known
 */
enum vigil_op_state {
	VIGIL_OP_STATE_PENDING,
	VIGIL_OP_STATE_DONE,
	VIGIL_OP_STATE_FAILED,
	VIGIL_OP_STATE_TIMEOUT,

	/* private: */
	__VIGIL_OP_STATE_MAX,
	VIGIL_OP_STATE_MAX = (__VIGIL_OP_STATE_MAX - 1)
};

/**
 * enum vigil_event_kind - Something that happened to a component without
 *   changing its facts.
 * @VIGIL_EVENT_KIND_CORRECTED_ERROR: the hardware reported an error that it
 *   corrected
 * @VIGIL_EVENT_KIND_UNCORRECTED_ERROR: the hardware reported an error that it
 *   could not correct
 * @VIGIL_EVENT_KIND_PAGE_OFFLINED: a page frame was taken out of use
 * @VIGIL_EVENT_KIND_PAGE_OFFLINE_FAILED: a page frame could not be taken out
 *   of use
 * @VIGIL_EVENT_KIND_PAGE_RELEASED: an isolated page frame was given back
 * @VIGIL_EVENT_KIND_PAGE_EXTERNAL: somebody else took a page frame out of use
 * @VIGIL_EVENT_KIND_WEIGHTS_HEALED: bytes lost to an uncorrected error were
 *   read again and verified
 * @VIGIL_EVENT_KIND_WEIGHTS_MOVED: weights left a failing page frame before it
 *   failed
 * @VIGIL_EVENT_KIND_WEIGHTS_LOST: bytes could not be restored, the next access
 *   fails
 * @VIGIL_EVENT_KIND_WEIGHTS_CORRUPT: bytes in memory were not those that were
 *   loaded, without an error report; they are read again
 * @VIGIL_EVENT_KIND_WEIGHTS_HELD: a device or a pipe holds a page with an
 *   uncorrected error; programs that map it get a fresh one, the holder can
 *   not be helped
 * @VIGIL_EVENT_KIND_WEIGHTS_REFUSED: a file is not the one that SHA256SUMS
 *   says, opening it fails
 * @VIGIL_EVENT_KIND_WEIGHTS_LOADING: weights are being loaded ahead, or have
 *   been; told every second, with done-bytes, total-bytes and bytes-per-second
 */
enum vigil_event_kind {
	VIGIL_EVENT_KIND_CORRECTED_ERROR = 1,
	VIGIL_EVENT_KIND_UNCORRECTED_ERROR,
	VIGIL_EVENT_KIND_PAGE_OFFLINED,
	VIGIL_EVENT_KIND_PAGE_OFFLINE_FAILED,
	VIGIL_EVENT_KIND_PAGE_RELEASED,
	VIGIL_EVENT_KIND_PAGE_EXTERNAL,
	VIGIL_EVENT_KIND_WEIGHTS_HEALED,
	VIGIL_EVENT_KIND_WEIGHTS_MOVED,
	VIGIL_EVENT_KIND_WEIGHTS_LOST,
	VIGIL_EVENT_KIND_WEIGHTS_CORRUPT,
	VIGIL_EVENT_KIND_WEIGHTS_HELD,
	VIGIL_EVENT_KIND_WEIGHTS_REFUSED,
	VIGIL_EVENT_KIND_WEIGHTS_LOADING,

	/* private: */
	__VIGIL_EVENT_KIND_MAX,
	VIGIL_EVENT_KIND_MAX = (__VIGIL_EVENT_KIND_MAX - 1)
};

/**
 * enum vigil_source_state - Whether somebody who reports errors is listened
 *   to.
 * @VIGIL_SOURCE_STATE_ABSENT: this kernel or machine does not have it
 * @VIGIL_SOURCE_STATE_ARMED: what it reports is counted
 * @VIGIL_SOURCE_STATE_FAILED: it is there, but could not be listened to
 */
enum vigil_source_state {
	VIGIL_SOURCE_STATE_ABSENT,
	VIGIL_SOURCE_STATE_ARMED,
	VIGIL_SOURCE_STATE_FAILED,

	/* private: */
	__VIGIL_SOURCE_STATE_MAX,
	VIGIL_SOURCE_STATE_MAX = (__VIGIL_SOURCE_STATE_MAX - 1)
};

/**
 * enum vigil_frame_state - How a page frame came out of use.
 * @VIGIL_FRAME_STATE_PENDING: asked for, not seen to have happened; it may
 *   still be in use
 * @VIGIL_FRAME_STATE_HELD: Vigil has allocated it, so that nobody else can
 * @VIGIL_FRAME_STATE_OFFLINED: soft-offlined by Vigil
 * @VIGIL_FRAME_STATE_EXTERNAL: taken by somebody else: the kernel after an
 *   uncorrected error, RAS_CEC, rasdaemon, or Vigil before it was loaded again
 */
enum vigil_frame_state {
	VIGIL_FRAME_STATE_PENDING = 1,
	VIGIL_FRAME_STATE_HELD,
	VIGIL_FRAME_STATE_OFFLINED,
	VIGIL_FRAME_STATE_EXTERNAL,

	/* private: */
	__VIGIL_FRAME_STATE_MAX,
	VIGIL_FRAME_STATE_MAX = (__VIGIL_FRAME_STATE_MAX - 1)
};

/**
 * enum vigil_audit_action - What was decided.
 * @VIGIL_AUDIT_ACTION_OFFLINE_PAGE: whether to take a page frame out of use
 * @VIGIL_AUDIT_ACTION_OFFLINE_ROW: whether to take all page frames of a row of
 *   memory out of use
 * @VIGIL_AUDIT_ACTION_VERDICT: how well a component works
 * @VIGIL_AUDIT_ACTION_ISOLATE: a component was to be taken out of use
 * @VIGIL_AUDIT_ACTION_RELEASE: a component was to be given back
 * @VIGIL_AUDIT_ACTION_RECOVER: a component was to be made to work again
 * @VIGIL_AUDIT_ACTION_TEST: whether a component works was to be found out
 * @VIGIL_AUDIT_ACTION_SET_POLICY: a policy was to be changed
 * @VIGIL_AUDIT_ACTION_AGENT: an agent came, went or fell silent
 */
enum vigil_audit_action {
	VIGIL_AUDIT_ACTION_OFFLINE_PAGE = 1,
	VIGIL_AUDIT_ACTION_OFFLINE_ROW,
	VIGIL_AUDIT_ACTION_VERDICT,
	VIGIL_AUDIT_ACTION_ISOLATE,
	VIGIL_AUDIT_ACTION_RELEASE,
	VIGIL_AUDIT_ACTION_RECOVER,
	VIGIL_AUDIT_ACTION_TEST,
	VIGIL_AUDIT_ACTION_SET_POLICY,
	VIGIL_AUDIT_ACTION_AGENT,

	/* private: */
	__VIGIL_AUDIT_ACTION_MAX,
	VIGIL_AUDIT_ACTION_MAX = (__VIGIL_AUDIT_ACTION_MAX - 1)
};

/**
 * enum vigil_audit_step - What came of it.
 * @VIGIL_AUDIT_STEP_DECIDED: it is to be done
 * @VIGIL_AUDIT_STEP_DONE: verified to have happened
 * @VIGIL_AUDIT_STEP_FAILED: tried, and verified not to have happened
 * @VIGIL_AUDIT_STEP_HELD_BACK: not done, because of a limit
 * @VIGIL_AUDIT_STEP_UNSUPPORTED: not done, because nobody knows how on this
 *   machine
 * @VIGIL_AUDIT_STEP_REFUSED: not done, because a guard or a check spoke
 *   against it
 * @VIGIL_AUDIT_STEP_TIMEOUT: the deadline passed before the outcome was known
 */
enum vigil_audit_step {
	VIGIL_AUDIT_STEP_DECIDED = 1,
	VIGIL_AUDIT_STEP_DONE,
	VIGIL_AUDIT_STEP_FAILED,
	VIGIL_AUDIT_STEP_HELD_BACK,
	VIGIL_AUDIT_STEP_UNSUPPORTED,
	VIGIL_AUDIT_STEP_REFUSED,
	VIGIL_AUDIT_STEP_TIMEOUT,

	/* private: */
	__VIGIL_AUDIT_STEP_MAX,
	VIGIL_AUDIT_STEP_MAX = (__VIGIL_AUDIT_STEP_MAX - 1)
};

/**
 * enum vigil_model_origin - Where a prediction model came from.
 * @VIGIL_MODEL_ORIGIN_NONE: there is none, thresholds judge alone
 * @VIGIL_MODEL_ORIGIN_FIRMWARE: a file below /lib/firmware, found when its
 *   subject was registered
 * @VIGIL_MODEL_ORIGIN_COMMAND: an administrator loaded it
 */
enum vigil_model_origin {
	VIGIL_MODEL_ORIGIN_NONE,
	VIGIL_MODEL_ORIGIN_FIRMWARE,
	VIGIL_MODEL_ORIGIN_COMMAND,

	/* private: */
	__VIGIL_MODEL_ORIGIN_MAX,
	VIGIL_MODEL_ORIGIN_MAX = (__VIGIL_MODEL_ORIGIN_MAX - 1)
};

#define VIGIL_NAME_MAX		63
#define VIGIL_REASON_MAX	127
#define VIGIL_OWNER_NAME_MAX	31

enum {
	VIGIL_A_COMPONENT_ID = 1,
	VIGIL_A_COMPONENT_NAME,
	VIGIL_A_COMPONENT_CLASS,
	VIGIL_A_COMPONENT_PARENT,
	VIGIL_A_COMPONENT_SEQ,
	VIGIL_A_COMPONENT_HEALTH,
	VIGIL_A_COMPONENT_ISOLATION,
	VIGIL_A_COMPONENT_ADVICE,
	VIGIL_A_COMPONENT_RISK_PERMILLE,
	VIGIL_A_COMPONENT_RISK_MODEL,
	VIGIL_A_COMPONENT_OWNER,
	VIGIL_A_COMPONENT_REASON,
	VIGIL_A_COMPONENT_VERBS,
	VIGIL_A_COMPONENT_PAD,
	VIGIL_A_COMPONENT_COUNTER,
	VIGIL_A_COMPONENT_POLICY,
	VIGIL_A_COMPONENT_LABEL,
	VIGIL_A_COMPONENT_ISOLATED_BY,
	VIGIL_A_COMPONENT_PARENT_NAME,
	VIGIL_A_COMPONENT_METHODS,
	VIGIL_A_COMPONENT_GUARDS,
	VIGIL_A_COMPONENT_AGENT,
	VIGIL_A_COMPONENT_ATTENTION,

	__VIGIL_A_COMPONENT_MAX,
	VIGIL_A_COMPONENT_MAX = (__VIGIL_A_COMPONENT_MAX - 1)
};

enum {
	VIGIL_A_VALUE_NAME = 1,
	VIGIL_A_VALUE_VALUE,
	VIGIL_A_VALUE_MINIMUM,
	VIGIL_A_VALUE_MAXIMUM,
	VIGIL_A_VALUE_PAD,

	__VIGIL_A_VALUE_MAX,
	VIGIL_A_VALUE_MAX = (__VIGIL_A_VALUE_MAX - 1)
};

enum {
	VIGIL_A_OPERATION_ID = 1,
	VIGIL_A_OPERATION_COMPONENT,
	VIGIL_A_OPERATION_VERB,
	VIGIL_A_OPERATION_ADDRESS,
	VIGIL_A_OPERATION_REASON,
	VIGIL_A_OPERATION_DRY_RUN,
	VIGIL_A_OPERATION_STATE,
	VIGIL_A_OPERATION_ERRNO,
	VIGIL_A_OPERATION_MESSAGE,
	VIGIL_A_OPERATION_SEQ,
	VIGIL_A_OPERATION_PAD,
	VIGIL_A_OPERATION_METHOD,
	VIGIL_A_OPERATION_OWNER,
	VIGIL_A_OPERATION_OVERRIDE,
	VIGIL_A_OPERATION_TIMEOUT_MS,
	VIGIL_A_OPERATION_FINDING,

	__VIGIL_A_OPERATION_MAX,
	VIGIL_A_OPERATION_MAX = (__VIGIL_A_OPERATION_MAX - 1)
};

enum {
	VIGIL_A_FINDING_GUARD = 1,
	VIGIL_A_FINDING_BLOCKS,
	VIGIL_A_FINDING_TEXT,

	__VIGIL_A_FINDING_MAX,
	VIGIL_A_FINDING_MAX = (__VIGIL_A_FINDING_MAX - 1)
};

enum {
	VIGIL_A_EVENT_SEQ = 1,
	VIGIL_A_EVENT_KIND,
	VIGIL_A_EVENT_COMPONENT,
	VIGIL_A_EVENT_COUNT,
	VIGIL_A_EVENT_PAD,
	VIGIL_A_EVENT_DONE_BYTES,
	VIGIL_A_EVENT_TOTAL_BYTES,
	VIGIL_A_EVENT_BYTES_PER_SECOND,

	__VIGIL_A_EVENT_MAX,
	VIGIL_A_EVENT_MAX = (__VIGIL_A_EVENT_MAX - 1)
};

enum {
	VIGIL_A_FEATURE_COMPONENT = 1,
	VIGIL_A_FEATURE_NAME,
	VIGIL_A_FEATURE_WINDOW_SECONDS,
	VIGIL_A_FEATURE_VALUE,
	VIGIL_A_FEATURE_CONTRIBUTION,

	__VIGIL_A_FEATURE_MAX,
	VIGIL_A_FEATURE_MAX = (__VIGIL_A_FEATURE_MAX - 1)
};

enum {
	VIGIL_A_SOURCE_NAME = 1,
	VIGIL_A_SOURCE_STATE,
	VIGIL_A_SOURCE_EVENTS,
	VIGIL_A_SOURCE_DROPPED,
	VIGIL_A_SOURCE_QUIET_SECONDS,
	VIGIL_A_SOURCE_PAD,

	__VIGIL_A_SOURCE_MAX,
	VIGIL_A_SOURCE_MAX = (__VIGIL_A_SOURCE_MAX - 1)
};

enum {
	VIGIL_A_CELL_COMPONENT = 1,
	VIGIL_A_CELL_RANK,
	VIGIL_A_CELL_DEVICE,
	VIGIL_A_CELL_BANK,
	VIGIL_A_CELL_ROW,
	VIGIL_A_CELL_COLUMN,
	VIGIL_A_CELL_PARITY,
	VIGIL_A_CELL_COUNT,
	VIGIL_A_CELL_AGE_SECONDS,
	VIGIL_A_CELL_SCRUB,

	__VIGIL_A_CELL_MAX,
	VIGIL_A_CELL_MAX = (__VIGIL_A_CELL_MAX - 1)
};

enum {
	VIGIL_A_FRAME_COMPONENT = 1,
	VIGIL_A_FRAME_ADDRESS,
	VIGIL_A_FRAME_STATE,
	VIGIL_A_FRAME_ERRORS,
	VIGIL_A_FRAME_DIMM,
	VIGIL_A_FRAME_PAD,

	__VIGIL_A_FRAME_MAX,
	VIGIL_A_FRAME_MAX = (__VIGIL_A_FRAME_MAX - 1)
};

enum {
	VIGIL_A_AUDIT_ID = 1,
	VIGIL_A_AUDIT_COMPONENT,
	VIGIL_A_AUDIT_ACTION,
	VIGIL_A_AUDIT_STEP,
	VIGIL_A_AUDIT_AGE_SECONDS,
	VIGIL_A_AUDIT_ADDRESS,
	VIGIL_A_AUDIT_REASON,
	VIGIL_A_AUDIT_NUMBER,
	VIGIL_A_AUDIT_PAD,
	VIGIL_A_AUDIT_SEQ,
	VIGIL_A_AUDIT_TIME,
	VIGIL_A_AUDIT_OPERATION,
	VIGIL_A_AUDIT_UID,
	VIGIL_A_AUDIT_PID,
	VIGIL_A_AUDIT_COMM,
	VIGIL_A_AUDIT_OWNER,
	VIGIL_A_AUDIT_GUARD,
	VIGIL_A_AUDIT_OVERRIDE,
	VIGIL_A_AUDIT_HEALTH_BEFORE,
	VIGIL_A_AUDIT_HEALTH_AFTER,
	VIGIL_A_AUDIT_ISOLATION_BEFORE,
	VIGIL_A_AUDIT_ISOLATION_AFTER,

	__VIGIL_A_AUDIT_MAX,
	VIGIL_A_AUDIT_MAX = (__VIGIL_A_AUDIT_MAX - 1)
};

enum {
	VIGIL_A_MODEL_SUBJECT = 1,
	VIGIL_A_MODEL_ORIGIN,
	VIGIL_A_MODEL_FEATURES,
	VIGIL_A_MODEL_SCHEMA,
	VIGIL_A_MODEL_NAME,
	VIGIL_A_MODEL_VERSION,
	VIGIL_A_MODEL_HASH,
	VIGIL_A_MODEL_TREES,
	VIGIL_A_MODEL_DEPTH,
	VIGIL_A_MODEL_BYTES,
	VIGIL_A_MODEL_TRAINED,
	VIGIL_A_MODEL_ALARM_PERMILLE,
	VIGIL_A_MODEL_EVALUATIONS,
	VIGIL_A_MODEL_MESSAGE,
	VIGIL_A_MODEL_SEQ,
	VIGIL_A_MODEL_DATA,
	VIGIL_A_MODEL_PAD,

	__VIGIL_A_MODEL_MAX,
	VIGIL_A_MODEL_MAX = (__VIGIL_A_MODEL_MAX - 1)
};

enum {
	VIGIL_A_AGENT_NAME = 1,
	VIGIL_A_AGENT_PID,
	VIGIL_A_AGENT_COMPONENTS,
	VIGIL_A_AGENT_TTL_MS,
	VIGIL_A_AGENT_SILENT,
	VIGIL_A_AGENT_GONE,
	VIGIL_A_AGENT_COMPONENT,
	VIGIL_A_AGENT_LABEL,
	VIGIL_A_AGENT_PARENT_NAME,
	VIGIL_A_AGENT_VERBS,
	VIGIL_A_AGENT_COUNTER,
	VIGIL_A_AGENT_HEALTH,
	VIGIL_A_AGENT_ADVICE,
	VIGIL_A_AGENT_ISOLATION,
	VIGIL_A_AGENT_RISK_PERMILLE,
	VIGIL_A_AGENT_RISK_MODEL,
	VIGIL_A_AGENT_REASON,
	VIGIL_A_AGENT_REQUEST,
	VIGIL_A_AGENT_VERB,
	VIGIL_A_AGENT_TIMEOUT_MS,
	VIGIL_A_AGENT_STATE,
	VIGIL_A_AGENT_MESSAGE,
	VIGIL_A_AGENT_PAD,
	VIGIL_A_AGENT_SEQ,

	__VIGIL_A_AGENT_MAX,
	VIGIL_A_AGENT_MAX = (__VIGIL_A_AGENT_MAX - 1)
};

enum {
	VIGIL_CMD_COMPONENT_GET = 1,
	VIGIL_CMD_COMPONENT_NTF,
	VIGIL_CMD_COMPONENT_ADD_NTF,
	VIGIL_CMD_COMPONENT_DEL_NTF,
	VIGIL_CMD_ISOLATE,
	VIGIL_CMD_RELEASE,
	VIGIL_CMD_OPERATION_GET,
	VIGIL_CMD_OPERATION_NTF,
	VIGIL_CMD_POLICY_SET,
	VIGIL_CMD_EVENT_NTF,
	VIGIL_CMD_FEATURE_GET,
	VIGIL_CMD_CELL_GET,
	VIGIL_CMD_SOURCE_GET,
	VIGIL_CMD_FRAME_GET,
	VIGIL_CMD_AUDIT_GET,
	VIGIL_CMD_MODEL_GET,
	VIGIL_CMD_MODEL_NTF,
	VIGIL_CMD_MODEL_LOAD,
	VIGIL_CMD_MODEL_UNLOAD,
	VIGIL_CMD_RECOVER,
	VIGIL_CMD_TEST,
	VIGIL_CMD_AGENT_REGISTER,
	VIGIL_CMD_AGENT_GET,
	VIGIL_CMD_AGENT_ADD,
	VIGIL_CMD_AGENT_REMOVE,
	VIGIL_CMD_AGENT_REPORT,
	VIGIL_CMD_AGENT_REQUEST_NTF,
	VIGIL_CMD_AGENT_ANSWER,
	VIGIL_CMD_AGENT_NTF,

	__VIGIL_CMD_MAX,
	VIGIL_CMD_MAX = (__VIGIL_CMD_MAX - 1)
};

#define VIGIL_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_VIGIL_H */
