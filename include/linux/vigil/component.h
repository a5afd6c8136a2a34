/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Components: everything whose health Vigil shows and that it can isolate.
 *
 * A provider (a module that knows one class of components) registers each
 * component with a description. The core turns it into sysfs files, netlink
 * messages and notifications; the provider only says what changed.
 */
#ifndef _LINUX_VIGIL_COMPONENT_H
#define _LINUX_VIGIL_COMPONENT_H

#include <linux/limits.h>
#include <linux/types.h>
#include <uapi/linux/vigil.h>

struct module;
struct vigil_component;
struct vigil_survey;

/* Longest name of a model that predicts risk, in bytes. */
#define VIGIL_MODEL_MAX 47

/* On whose behalf a request is made that names nobody, or that a policy makes. */
#define VIGIL_OWNER_NAME_ADMIN	"admin"
#define VIGIL_OWNER_NAME_POLICY	"policy"

/**
 * struct vigil_request - What a verb is asked to do.
 * @verb: the verb
 * @method: how, VIGIL_METHOD_DEFAULT leaves it to the provider
 * @has_address: @address is valid
 * @dry_run: go through every check, change nothing
 * @by_policy: no person asked; such a request overrides nothing, and goes on where
 *	a kernel that is locked down refuses those of people
 * @address: physical address in bytes of the page frame that is meant
 * @overrides: bits (1 << VIGIL_GUARD_...) that are not to be heard
 * @timeout_ms: deadline, from the request on; 0 for the usual one
 * @owner: on whose behalf; NULL for VIGIL_OWNER_NAME_ADMIN, or for
 *	VIGIL_OWNER_NAME_POLICY with @by_policy. Callbacks never see NULL.
 * @reason: why, for people; never NULL
 */
struct vigil_request {
	enum vigil_verb verb;
	enum vigil_method method;
	bool has_address;
	bool dry_run;
	bool by_policy;
	u64 address;
	u32 overrides;
	u32 timeout_ms;
	const char *owner;
	const char *reason;
};

/**
 * struct vigil_outcome - What came of a request.
 * @state: done, failed, or timeout when the deadline passed without an outcome
 * @error: negative errno when @state is failed, otherwise 0
 * @message: the outcome in words, for people. Everybody may read it, so it must
 *	not contain a physical address. Of a refusal netlink shows the first 79
 *	bytes.
 */
struct vigil_outcome {
	enum vigil_op_state state;
	int error;
	char message[VIGIL_REASON_MAX + 1];
};

/**
 * struct vigil_progress - How far something that takes its time has come.
 * @done_bytes: what has been done
 * @total_bytes: that, and what is left
 * @bytes_per_second: how fast it goes
 */
struct vigil_progress {
	u64 done_bytes;
	u64 total_bytes;
	u64 bytes_per_second;
};

/**
 * struct vigil_counter_desc - A number that only grows.
 * @name: name in sysfs and netlink, with its unit where it has one
 * @read: optional; returns the value instead of the core's own counter, for
 *	numbers that the provider derives. Process context, may sleep, no core
 *	lock held. Not asked for notifications, which carry the core's own
 *	counters only: the provider may hold any of its locks when it reports a
 *	change.
 */
struct vigil_counter_desc {
	const char *name;
	u64 (*read)(struct vigil_component *component, void *priv);
};

/**
 * struct vigil_policy_desc - A number that an administrator may set.
 * @name: name in sysfs and netlink, with its unit where it has one
 * @minimum: smallest value accepted
 * @maximum: largest value accepted
 * @get: returns the value. Process context, may sleep, no core lock held.
 * @set: sets it; the core has checked the range. Process context, may sleep, no
 *	core lock held; two calls may run at the same time. Returns 0 or a
 *	negative errno; the old value stays in force on error.
 */
struct vigil_policy_desc {
	const char *name;
	u64 minimum;
	u64 maximum;
	u64 (*get)(struct vigil_component *component, void *priv);
	int (*set)(struct vigil_component *component, void *priv, u64 value);
};

/**
 * struct vigil_feature_info - A number that a component's history amounts to.
 * @name: its name
 * @window_s: how far back it looks; 0 for a ratio of two others
 * @known: @value is
 * @value: the number
 * @predicted: a model was given it, and @contribution_q16 is known
 * @contribution_q16: how much it moved the log odds that the model gave, in
 *	1/65536
 */
struct vigil_feature_info {
	const char *name;
	u32 window_s;
	bool known;
	u32 value;
	bool predicted;
	s32 contribution_q16;
};

#define VIGIL_CELL_NOT_KNOWN	U32_MAX

/**
 * struct vigil_cell_info - A cell of a memory module that had errors.
 * @rank: rank; as the next four, VIGIL_CELL_NOT_KNOWN if it is
 * @device: DRAM device of the rank
 * @bank: bank, with its group in the upper bits
 * @row: row
 * @column: column
 * @has_parity: @parity is known
 * @scrub: the patrol scrubber found the first error
 * @parity: wrong bits of a burst
 * @count: errors
 * @age_s: how long ago the first of them happened
 */
struct vigil_cell_info {
	u32 rank;
	u32 device;
	u32 bank;
	u32 row;
	u32 column;
	bool has_parity;
	bool scrub;
	u32 parity;
	u32 count;
	u32 age_s;
};

/**
 * struct vigil_frame_info - A page frame that is out of use.
 * @address: physical address in bytes
 * @state: how it came out of use
 * @by_errors: because of errors, not because somebody commanded it
 * @dimm: component of the memory module that had errors there, "" if that is not
 *	known
 */
struct vigil_frame_info {
	u64 address;
	enum vigil_frame_state state;
	bool by_errors;
	char dimm[VIGIL_NAME_MAX + 1];
};

__printf(3, 4)
void vigil_survey_add(struct vigil_survey *survey, enum vigil_guard guard,
		      const char *format, ...);

/**
 * struct vigil_component_ops - What a provider can do with its components.
 * @check: optional; refuse a request that can't work, with a message in @out.
 *	Called before every request and for a dry run, where the message on
 *	success says what would happen. Process context, may sleep, no core lock
 *	held; calls for one component may run at the same time. Returns 0 or a
 *	negative errno.
 * @survey: optional; tell with vigil_survey_add() everything that a request would
 *	hit, and which guard speaks against it. Called after @check and, for a
 *	request that is carried out, again right before @execute: then all that
 *	is being isolated is VIGIL_ISOLATION_PENDING, and one that counts what
 *	would be left counts that as gone. Process context, may sleep, no core
 *	lock held; calls for one component may run at the same time.
 * @execute: carry out the request and verify what came of it. Runs on the
 *	core's workqueue, may sleep, no core lock held. One request at a time
 *	for each component. Must end in bounded time: unregistering waits for
 *	it. Where all of a component is meant (no address), the core has made
 *	its isolation VIGIL_ISOLATION_PENDING for isolate and release; @execute
 *	sets what it is afterwards, or leaves it and the core puts back what
 *	was.
 * @feature: optional; tell feature number @index. Process context, may sleep, no
 *	core lock held. Returns 0, or -ENOENT behind the last one.
 * @cell: optional; tell a cell, *@position or the next one that there is, and
 *	set *@position to it; positions only grow with time. Process context, may
 *	sleep, no core lock held. Returns 0, or -ENOENT behind the last one.
 * @frame: optional; tell the page frame at a physical address if it is out of use.
 *	Process context, may sleep, no core lock held. Returns 0, -ENOENT when it
 *	is in use, -ENXIO when no memory is online there, or -EINVAL when it is not
 *	the component's.
 * @next_frame: with @frame; tell the first page frame out of use whose address is
 *	*@address or above, and set *@address to it. Process context, may sleep, no
 *	core lock held. Returns 0, or -ENOENT behind the last one.
 */
struct vigil_component_ops {
	int (*check)(struct vigil_component *component, void *priv,
		     const struct vigil_request *request,
		     struct vigil_outcome *out);
	void (*survey)(struct vigil_component *component, void *priv,
		       const struct vigil_request *request,
		       struct vigil_survey *survey);
	void (*execute)(struct vigil_component *component, void *priv,
			const struct vigil_request *request,
			struct vigil_outcome *out);
	int (*feature)(struct vigil_component *component, void *priv,
		       unsigned int index, struct vigil_feature_info *feature);
	int (*cell)(struct vigil_component *component, void *priv,
		    u32 *position, struct vigil_cell_info *cell);
	int (*frame)(struct vigil_component *component, void *priv,
		     u64 address, struct vigil_frame_info *frame);
	int (*next_frame)(struct vigil_component *component, void *priv,
			  u64 *address, struct vigil_frame_info *frame);
};

/**
 * struct vigil_component_desc - Description of a component.
 * @class: what it is
 * @instance: distinguishes it within its class; its name becomes
 *	"<class>-<instance>", of letters, digits and ":._-", at most
 *	VIGIL_NAME_MAX bytes
 * @label: what people call it, the text beside a memory module's slot for
 *	example, or NULL; cut at VIGIL_NAME_MAX bytes
 * @owner: module that provides it, usually THIS_MODULE; it can't be unloaded
 *	while an operation is pending
 * @parent: component that it is a part of, or NULL
 * @agent: name of the agent that reports on it, or NULL; cut at
 *	VIGIL_OWNER_NAME_MAX bytes
 * @verbs: bits (1 << VIGIL_VERB_...) that @ops supports
 * @methods: bits (1 << VIGIL_METHOD_...) that they take
 * @guards: bits (1 << VIGIL_GUARD_...) that @survey may add; the core adds its
 *	own
 * @ops: may be NULL when @verbs is 0
 * @counters: table of @nr_counters counters, may be NULL
 * @nr_counters: number of counters
 * @policies: table of @nr_policies policies, may be NULL
 * @nr_policies: number of policies
 * @priv: handed to every callback
 *
 * Strings and tables that are pointed to stay valid until the component is
 * unregistered. Components whose tables are the same share what sysfs needs for
 * them.
 */
struct vigil_component_desc {
	enum vigil_class class;
	const char *instance;
	const char *label;
	struct module *owner;
	struct vigil_component *parent;
	const char *agent;
	u32 verbs;
	u32 methods;
	u32 guards;
	const struct vigil_component_ops *ops;
	const struct vigil_counter_desc *counters;
	unsigned int nr_counters;
	const struct vigil_policy_desc *policies;
	unsigned int nr_policies;
	void *priv;
};

struct vigil_component *
vigil_component_register(const struct vigil_component_desc *desc);
void vigil_component_unregister(struct vigil_component *component);

void vigil_component_set_health(struct vigil_component *component,
				enum vigil_health health, const char *reason);
void vigil_component_set_advice(struct vigil_component *component,
				enum vigil_advice advice, const char *reason);
void vigil_component_set_isolation(struct vigil_component *component,
				   enum vigil_isolation isolation,
				   enum vigil_owner owner, const char *reason);
enum vigil_isolation
vigil_component_isolation(struct vigil_component *component);

void vigil_component_set_risk(struct vigil_component *component, u32 permille,
			      const char *model, u32 ttl_ms);
u32 vigil_component_risk(struct vigil_component *component);

void vigil_component_count(struct vigil_component *component,
			   unsigned int counter, u64 n);
u64 vigil_component_counter(struct vigil_component *component,
			    unsigned int counter);
void vigil_component_details_changed(struct vigil_component *component);
void vigil_component_event(struct vigil_component *component,
			   enum vigil_event_kind kind, u64 count);
void vigil_component_progress(struct vigil_component *component,
			      enum vigil_event_kind kind,
			      const struct vigil_progress *progress);

int vigil_component_request(struct vigil_component *component,
			    const struct vigil_request *request,
			    struct vigil_outcome *out);

const char *vigil_component_name(const struct vigil_component *component);

#endif /* _LINUX_VIGIL_COMPONENT_H */
