/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the core share.
 *
 * Order of locks, outermost first: vigil_notify_lock(), then the lock of the
 * operations, then facts_lock of a component. The registry's lock is taken
 * alone.
 */
#ifndef _VIGIL_CORE_H
#define _VIGIL_CORE_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/vigil/audit.h>
#include <linux/vigil/component.h>
#include <linux/workqueue.h>

struct netlink_ext_ack;
struct vigil_attr_set;
struct vigil_survey;

#define VIGIL_REASON_NONE	"no reason given"

/**
 * struct vigil_facts - What is known about a component at one moment.
 * @health: how well it works
 * @isolation: how far it has been taken out of use
 * @advice: what an operator should do
 * @owner: who isolated it
 * @isolated_by: on whose behalf, "" unless it was isolated through Vigil
 * @risk_permille: chance of an uncorrectable failure; see vigil_risk_known()
 * @risk_expires_ns: when @risk_permille stops to be true, in
 *	ktime_get_boottime_ns(); 0 when no model has spoken
 * @seq: sequence number of the last change
 * @risk_model: the model that gave @risk_permille
 * @reason: why health, isolation or advice last changed
 */
struct vigil_facts {
	enum vigil_health health;
	enum vigil_isolation isolation;
	enum vigil_advice advice;
	enum vigil_owner owner;
	u32 risk_permille;
	u64 risk_expires_ns;
	u64 seq;
	char isolated_by[VIGIL_OWNER_NAME_MAX + 1];
	char risk_model[VIGIL_MODEL_MAX + 1];
	char reason[VIGIL_REASON_MAX + 1];
};

/**
 * struct vigil_component - A registered component.
 * @dev: its device in class vigil; holds the memory
 * @desc: copy of the provider's description; constant
 * @id: number, never used twice; constant
 * @parent_id: number of the component that it is a part of, or 0; constant
 * @parent_name: name of that, or NULL; constant
 * @label: what people call it, or ""; constant
 * @name_node: in the table of names; lock of the registry
 * @users: callers that may use the provider's callbacks now; 0 before the
 *	component can be found and when it can't be found any more
 * @unused: completed when @users becomes 0
 * @attrs: shared sysfs attributes of counters and policies; constant
 * @facts_lock: protects @facts against readers
 * @facts: written under vigil_notify_lock() and @facts_lock, so that a reader
 *	takes either
 * @accounted: the machine's tallies count it; vigil_notify_lock()
 * @acting: the operation that is being carried out, or NULL; vigil_notify_lock()
 * @queue: operations that wait for @work; lock of the operations
 * @nr_pending: operations in @queue and the one that runs; lock of the
 *	operations
 * @dying: accepts no operations any more; lock of the operations
 * @work: executes one operation of @queue
 * @counters: the core's own counters, read and written without a lock
 * @detail_changes: how often features, cells or frames have changed
 */
struct vigil_component {
	struct device dev;
	struct vigil_component_desc desc;
	u32 id;
	u32 parent_id;
	const char *parent_name;
	char label[VIGIL_NAME_MAX + 1];
	struct hlist_node name_node;
	refcount_t users;
	struct completion unused;
	struct vigil_attr_set *attrs;

	spinlock_t facts_lock;	/* protects facts; innermost */
	struct vigil_facts facts;
	bool accounted;
	const struct vigil_operation *acting;

	struct list_head queue;
	unsigned int nr_pending;
	bool dying;
	struct work_struct work;

	atomic64_t *counters;
	atomic_t detail_changes;
};

static inline struct vigil_component *to_vigil_component(struct device *dev)
{
	return container_of(dev, struct vigil_component, dev);
}

/**
 * struct vigil_asker - Who asked for something.
 * @known: a process did, and not a policy
 * @uid: its user, in the initial user namespace
 * @pid: its number, in the initial PID namespace
 * @comm: its name
 */
struct vigil_asker {
	bool known;
	u32 uid;
	u32 pid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct vigil_operation - A verb that was asked for, and what came of it.
 * @ref: references
 * @node: in the component's queue, or in the list of those that ended; lock of
 *	the operations
 * @component: valid while it is in the queue or is carried out
 * @provider: module that can't be unloaded until then; constant
 * @id: number of the operation; constant
 * @request: what was asked; constant, its strings are @reason and @owner
 * @asker: who asked; constant
 * @survey: what it would hit, or NULL; lock of the operations
 * @outcome: lock of the operations
 * @seq: sequence number of the last change of state; lock of the operations
 * @concluded: @outcome is final; lock of the operations
 * @deadline: ends it when the time is over, with a reference
 * @ended: completed when the operation has ended
 * @name: name of the component; constant
 * @reason: constant
 * @owner: constant
 */
struct vigil_operation {
	struct kref ref;
	struct list_head node;
	struct vigil_component *component;
	struct module *provider;
	u64 id;
	struct vigil_request request;
	struct vigil_asker asker;
	struct vigil_survey *survey;
	struct vigil_outcome outcome;
	u64 seq;
	bool concluded;
	struct delayed_work deadline;
	struct completion ended;
	char name[VIGIL_NAME_MAX + 1];
	char reason[VIGIL_REASON_MAX + 1];
	char owner[VIGIL_OWNER_NAME_MAX + 1];
};

/**
 * struct vigil_report - Facts that are told at once, see vigil_component_report().
 * @health: how well it works
 * @advice: what an operator should do
 * @risk_permille: chance of an uncorrectable failure
 * @risk_model: who says so, or NULL
 * @risk_ttl_ms: how long the risk is true; 0 when it is not known
 * @reason: why
 */
struct vigil_report {
	enum vigil_health health;
	enum vigil_advice advice;
	u32 risk_permille;
	const char *risk_model;
	u32 risk_ttl_ms;
	const char *reason;
};

/* main.c */
extern struct workqueue_struct *vigil_workqueue;
extern struct workqueue_struct *vigil_timers;

/* source.c */
extern struct class vigil_source_class;

/* model.c */
extern struct class vigil_model_class;

/* registry.c */
typedef bool (*vigil_wanted_fn)(struct vigil_component *component,
				const void *data);

struct vigil_component *vigil_component_get(u32 id);
struct vigil_component *vigil_component_get_by_name(const char *name);
struct vigil_component *
vigil_component_get_next(unsigned long *id, vigil_wanted_fn wanted,
			 const void *data);
void vigil_component_put(struct vigil_component *component);
unsigned int vigil_registry_generation(void);
bool vigil_name_valid(const char *name);
int vigil_registry_init(void);
void vigil_registry_exit(void);

/* names.c */
extern const char * const vigil_class_names[];
extern const char * const vigil_health_names[];
extern const char * const vigil_isolation_names[];
extern const char * const vigil_advice_names[];
extern const char * const vigil_owner_names[];
extern const char * const vigil_verb_names[];

/* component.c */
void vigil_notify_lock(void);
void vigil_notify_unlock(void);
void vigil_notify_assert_held(void);
u64 vigil_seq(void);
u64 vigil_seq_next_locked(void);

void vigil_component_facts(struct vigil_component *component,
			   struct vigil_facts *facts);
void vigil_component_report(struct vigil_component *component,
			    const struct vigil_report *report);
bool vigil_risk_known(const struct vigil_facts *facts);
unsigned int vigil_details_generation(struct vigil_component *component);
bool vigil_component_asks_attention(struct vigil_component *component);
void vigil_component_begin(struct vigil_component *component,
			   const struct vigil_operation *operation,
			   struct vigil_facts *before);
void vigil_component_end(struct vigil_component *component,
			 const struct vigil_facts *before,
			 struct vigil_facts *after);
void vigil_component_announce(struct vigil_component *component, u8 cmd);
int vigil_policy_set(struct vigil_component *component, unsigned int index,
		     u64 value, struct netlink_ext_ack *extack);
void vigil_component_exit(void);

/* operation.c */
void vigil_operations_init(struct vigil_component *component);
void vigil_operations_stop(struct vigil_component *component);
void vigil_operations_exit(void);
struct vigil_operation *
vigil_operation_create(struct vigil_component *component,
		       const struct vigil_request *request);
int vigil_operation_enqueue(struct vigil_operation *operation,
			    struct vigil_outcome *out);
int vigil_operation_record(struct vigil_operation *operation,
			   struct vigil_outcome *out);
struct vigil_operation *vigil_operation_get(u64 id);
struct vigil_operation *vigil_operation_get_next(unsigned long *id);
void vigil_operation_put(struct vigil_operation *operation);
void vigil_operation_outcome(struct vigil_operation *operation,
			     struct vigil_outcome *outcome, u64 *seq);
struct vigil_survey *
vigil_operation_survey(struct vigil_operation *operation);
unsigned int vigil_operations_generation(void);

/* submit.c */
bool vigil_reason_valid(const char *reason);
bool vigil_owner_valid(const char *owner);
int vigil_refuse(struct vigil_outcome *out, int err, const char *message);
int vigil_operation_submit(struct vigil_component *component,
			   const struct vigil_request *request,
			   struct vigil_outcome *out,
			   struct vigil_operation **operation);

/* sysfs.c */
extern struct class vigil_device_class;
extern unsigned int vigil_sysfs_wait_ms;

int vigil_attr_set_get(struct vigil_component *component);
void vigil_attr_set_put(struct vigil_component *component);

/* netlink.c */
int vigil_netlink_init(void);
void vigil_netlink_exit(void);

/* message.c */
size_t vigil_message_size(const struct vigil_component_desc *desc);
void vigil_notify_component(struct vigil_component *component,
			    const struct vigil_facts *facts, u8 cmd);
void vigil_notify_policy(struct vigil_component *component,
			 const struct vigil_facts *facts, unsigned int index,
			 u64 value);
void vigil_notify_operation(struct vigil_operation *operation);
void vigil_notify_event(struct vigil_component *component, u64 seq,
			enum vigil_event_kind kind, u64 count,
			const struct vigil_progress *progress);

/* frame.c */
void vigil_frame_exit(void);

/* agent.c */
int vigil_agent_init(void);
void vigil_agent_exit(void);

/* audit.c */
int vigil_audit_init(void);
void vigil_audit_exit(void);
void vigil_asker_set(struct vigil_asker *asker);
void vigil_audit_operation(struct vigil_operation *operation,
			   const struct vigil_outcome *outcome,
			   const struct vigil_facts *before,
			   const struct vigil_facts *after);
void vigil_audit_refusal(struct vigil_component *component,
			 const struct vigil_request *request,
			 const struct vigil_survey *survey,
			 const struct vigil_outcome *outcome);
void vigil_audit_agent(const char *agent, const char *what, bool speaks);
void vigil_audit_policy(struct vigil_component *component, const char *policy,
			u64 before, u64 after);

#endif /* _VIGIL_CORE_H */
