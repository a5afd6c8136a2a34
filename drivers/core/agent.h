/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Agents: programs that report on components.
 *
 *	agent_netlink.c		what they say and are told, as messages
 *	agent.c			which there are, who has ended or is silent
 *	agent_component.c	their components, and what they are asked to do
 *
 * Order of locks: agents.control, vigil_agents_lock, then those of the core.
 */
#ifndef _VIGIL_AGENT_H
#define _VIGIL_AGENT_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/vigil/component.h>

struct netlink_ext_ack;
struct sk_buff;
struct vigil_facts;

/* Bounds, of what an administrator's program can make the kernel keep. */
#define VIGIL_AGENTS_MAX		64
#define VIGIL_AGENT_COMPONENTS_MAX	4096
#define VIGIL_AGENT_COUNTERS_MAX	16
/* Each waits in a worker of the core's workqueue, which others need, too. */
#define VIGIL_AGENT_REQUESTS_MAX	64

#define VIGIL_AGENT_TTL_MIN_MS		1000
#define VIGIL_AGENT_TTL_MAX_MS		3600000
/* How long an agent has for a request. */
#define VIGIL_AGENT_TIMEOUT_MS		30000
#define VIGIL_AGENT_TIMEOUT_MAX_MS	600000

/**
 * struct vigil_agent - A program that reports on components, or has.
 * @node: in the list of agents
 * @members: its components
 * @id: number, never used twice; constant
 * @name: constant
 * @portid: its socket, 0 when it has gone
 * @pid: process that registered it
 * @ttl_ms: how long what it says is true
 * @nr_members: components that it has, those that are being made or removed too
 * @heard_ns: when it spoke last, boot time
 * @seq: sequence number of the message that it came, went, fell silent or spoke
 * @silent: it has not spoken for @ttl_ms
 *
 * All of it is protected by vigil_agents_lock. Freed when it has gone and has no
 * components.
 */
struct vigil_agent {
	struct list_head node;
	struct list_head members;
	unsigned long id;
	char name[VIGIL_OWNER_NAME_MAX + 1];
	u32 portid;
	u32 pid;
	u32 ttl_ms;
	unsigned int nr_members;
	u64 heard_ns;
	u64 seq;
	bool silent;
};

/**
 * struct vigil_agent_word - What an agent said of a component, all in all.
 * @health: health
 * @advice: advice
 * @has_risk: @risk_permille and @risk_model are known
 * @risk_permille: chance of an uncorrectable failure
 * @risk_model: who says so
 * @reason: why
 */
struct vigil_agent_word {
	enum vigil_health health;
	enum vigil_advice advice;
	bool has_risk;
	u32 risk_permille;
	char risk_model[VIGIL_MODEL_MAX + 1];
	char reason[VIGIL_REASON_MAX + 1];
};

/**
 * struct vigil_agent_request - What an agent is asked to do to a component.
 * @number: 0 when nothing is asked
 * @state: pending until it answers or ends
 * @message: what it said
 */
struct vigil_agent_request {
	u64 number;
	enum vigil_op_state state;
	char message[VIGIL_REASON_MAX + 1];
};

/**
 * struct vigil_agent_counter - A counter's name, and how much it has grown.
 * @name: name
 * @increment: since the last report
 */
struct vigil_agent_counter {
	const char *name;
	u64 increment;
};

/**
 * struct vigil_agent_member - A component that an agent reports on.
 * @node: in the agent's list; vigil_agents_lock
 * @agent: constant
 * @component: constant once it is in the list
 * @said: vigil_agents_lock
 * @spoken: @said is of the agent that is there now; vigil_agents_lock
 * @stale: @said is too old, and the component unknown; vigil_agents_lock
 * @until_ns: until when @said is true, boot time; vigil_agents_lock
 * @request: vigil_agents_lock; readers of its state: READ_ONCE()
 * @name: name of the component; constant
 * @label: constant
 * @parent: name of the component that it is a part of, or ""; constant
 * @verbs: bits of the verbs that the agent serves; constant
 * @nr_counters: constant
 * @counter_names: constant
 * @counters: for the description of the component; constant
 */
struct vigil_agent_member {
	struct list_head node;
	struct vigil_agent *agent;
	struct vigil_component *component;
	struct vigil_agent_word said;
	bool spoken;
	bool stale;
	u64 until_ns;
	struct vigil_agent_request request;
	char name[VIGIL_NAME_MAX + 1];
	char label[VIGIL_NAME_MAX + 1];
	char parent[VIGIL_NAME_MAX + 1];
	u32 verbs;
	unsigned int nr_counters;
	char (*counter_names)[VIGIL_NAME_MAX + 1];
	struct vigil_counter_desc counters[];
};

/**
 * struct vigil_agent_new - A component that an agent wants to report on.
 * @name: "agent-" and its instance
 * @label: what people call it, or ""
 * @parent: name of the component that it is a part of, or ""
 * @verbs: bits (1 << VIGIL_VERB_...) that the agent serves
 * @nr_counters: valid ones of @counters
 * @counters: names of its counters
 */
struct vigil_agent_new {
	const char *name;
	const char *label;
	const char *parent;
	u32 verbs;
	unsigned int nr_counters;
	const char *counters[VIGIL_AGENT_COUNTERS_MAX];
};

/**
 * struct vigil_agent_report - What an agent says of a component.
 * @given: bits (1 << VIGIL_A_AGENT_...) of the next six that it does
 * @health: health
 * @advice: advice
 * @isolation: none or isolated
 * @risk_permille: chance of an uncorrectable failure
 * @risk_model: who says so
 * @reason: why
 * @nr_counters: valid ones of @counters
 * @counters: those that have grown
 */
struct vigil_agent_report {
	u32 given;
	enum vigil_health health;
	enum vigil_advice advice;
	enum vigil_isolation isolation;
	u32 risk_permille;
	const char *risk_model;
	const char *reason;
	unsigned int nr_counters;
	struct vigil_agent_counter counters[VIGIL_AGENT_COUNTERS_MAX];
};

/**
 * struct vigil_agent_info - What there is to be told about an agent.
 * @id: its number
 * @name: its name
 * @pid: process that registered it, 0 when it has gone
 * @ttl_ms: how long what it says is true
 * @nr_members: how many components it has
 * @seq: sequence number of its last message
 * @silent: it has not spoken for @ttl_ms
 */
struct vigil_agent_info {
	unsigned long id;
	char name[VIGIL_OWNER_NAME_MAX + 1];
	u32 pid;
	u32 ttl_ms;
	unsigned int nr_members;
	u64 seq;
	bool silent;
};

/* agent.c */
extern struct mutex vigil_agents_lock;

int vigil_agent_register(u32 portid, const char *name, u32 ttl_ms,
			 struct netlink_ext_ack *extack);
int vigil_agent_add(u32 portid, const struct vigil_agent_new *new,
		    struct netlink_ext_ack *extack);
int vigil_agent_remove(u32 portid, const char *name,
		       struct netlink_ext_ack *extack);
int vigil_agent_alive(u32 portid, struct netlink_ext_ack *extack);
int vigil_agent_report(u32 portid, const char *name,
		       const struct vigil_agent_report *report,
		       struct netlink_ext_ack *extack);
int vigil_agent_answer(u32 portid, const struct vigil_agent_request *answer,
		       struct netlink_ext_ack *extack);
int vigil_agent_find(const char *name, struct vigil_agent_info *info);
int vigil_agent_next(unsigned long id, struct vigil_agent_info *info);
unsigned int vigil_agents_generation(void);

/* agent_component.c */
const char *vigil_agent_instance(const char *name);
bool vigil_agent_sees(const struct vigil_facts *facts,
		      enum vigil_isolation isolation);
bool vigil_agent_grow(u64 value, u64 increment);
void vigil_agent_merge(struct vigil_agent_word *word, const char *agent,
		       const struct vigil_agent_report *report);
struct vigil_agent_member *
vigil_agent_member_create(struct vigil_agent *agent,
			  const struct vigil_agent_new *new,
			  struct netlink_ext_ack *extack);
void vigil_agent_member_free(struct vigil_agent_member *member);
bool vigil_agent_member_is(const struct vigil_agent_member *member,
			   const struct vigil_agent_new *new);
int vigil_agent_member_check(struct vigil_agent_member *member,
			     const struct vigil_agent_report *report,
			     struct netlink_ext_ack *extack);
void vigil_agent_member_hear(struct vigil_agent_member *member,
			     const struct vigil_agent_report *report);
void vigil_agent_member_renew(struct vigil_agent_member *member);
void vigil_agent_member_forget(struct vigil_agent_member *member,
			       const char *reason);
void vigil_agent_member_end_request(struct vigil_agent_member *member,
				    enum vigil_op_state state,
				    const char *message);

/* agent_netlink.c */
int vigil_agent_put(struct sk_buff *skb, const struct vigil_agent_info *agent);
void vigil_agent_notify(const struct vigil_agent_info *agent);
int vigil_agent_send_request(const struct vigil_agent_member *member,
			     const struct vigil_request *request,
			     u32 timeout_ms);

#endif /* _VIGIL_AGENT_H */
