/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvigil for agents: programs that report on components.
 */
#ifndef VIGIL_AGENT_H
#define VIGIL_AGENT_H

#include "vigil.h"

#ifdef __cplusplus
extern "C" {
#endif

struct vigil_agent;

/**
 * vigil_agent_open() - Become an agent, a program that reports on components.
 * @vigil: handle, which must outlive the agent; it has the words of failures
 * @name: name of the agent, of letters, digits and ":._-"
 * @ttl_ms: how long what it says is true without being said again, 1000 to
 *	3600000
 * @agent: set to the agent
 *
 * It has a socket of its own, and is an agent until that is closed. It takes
 * over the components of an agent of that name that has gone.
 *
 * Return: 0, -EEXIST when there is an agent of that name, or another negative
 * errno.
 */
int vigil_agent_open(struct vigil *vigil, const char *name, unsigned int ttl_ms,
		     struct vigil_agent **agent);

/**
 * vigil_agent_close() - Be an agent no more; its components become unknown.
 * @agent: agent, or NULL
 */
void vigil_agent_close(struct vigil_agent *agent);

/**
 * struct vigil_agent_component - A component that an agent wants to report on.
 * @name: "agent-" and what distinguishes it
 * @label: what people call it, or NULL
 * @parent: name of the component that it is a part of, or NULL
 * @verbs: bits (1 << VIGIL_VERB_...) that the agent serves
 * @counters: names of counters
 * @nr_counters: how many these are, 16 at most
 */
struct vigil_agent_component {
	const char *name;
	const char *label;
	const char *parent;
	unsigned int verbs;
	const char *const *counters;
	size_t nr_counters;
};

/**
 * vigil_agent_add() - Register a component.
 * @agent: agent
 * @component: what it is
 *
 * Nothing happens to one that the agent has already.
 *
 * Return: 0, -EEXIST when it is another's or there with other properties, or
 * another negative errno.
 */
int vigil_agent_add(struct vigil_agent *agent,
		    const struct vigil_agent_component *component);

/**
 * vigil_agent_remove() - Take a component of an agent away.
 * @agent: agent
 * @component: name of the component
 *
 * Return: 0 or a negative errno.
 */
int vigil_agent_remove(struct vigil_agent *agent, const char *component);

/**
 * vigil_agent_remove_orphan() - Take a component away whose agent has gone.
 * @vigil: handle
 * @component: name of the component
 *
 * Return: 0, -EBUSY when its agent is there, or another negative errno.
 */
int vigil_agent_remove_orphan(struct vigil *vigil, const char *component);

/* What a report says. */
#define VIGIL_REPORT_HEALTH	(1u << 0)
#define VIGIL_REPORT_ADVICE	(1u << 1)
#define VIGIL_REPORT_ISOLATION	(1u << 2)
#define VIGIL_REPORT_RISK	(1u << 3)

/**
 * struct vigil_agent_counter - How much a counter has grown.
 * @name: its name
 * @increment: since the last report
 */
struct vigil_agent_counter {
	const char *name;
	uint64_t increment;
};

/**
 * struct vigil_agent_report - What an agent says of a component.
 * @component: name of the component
 * @given: bits VIGIL_REPORT_... of the next four that are said; the others stay
 *	as they are
 * @health: health
 * @advice: advice
 * @isolation: what the agent sees, none or isolated
 * @risk_permille: chance of an uncorrectable failure
 * @risk_model: who says so, NULL for the agent
 * @reason: why; NULL for the last one
 * @counters: those that have grown
 * @nr_counters: how many these are, 16 at most
 */
struct vigil_agent_report {
	const char *component;
	unsigned int given;
	enum vigil_health health;
	enum vigil_advice advice;
	enum vigil_isolation isolation;
	unsigned int risk_permille;
	const char *risk_model;
	const char *reason;
	const struct vigil_agent_counter *counters;
	size_t nr_counters;
};

/**
 * vigil_agent_report() - Say how a component is.
 * @agent: agent
 * @report: what there is to say; all of it is taken, or nothing
 *
 * Return: 0 or a negative errno.
 */
int vigil_agent_report(struct vigil_agent *agent,
		       const struct vigil_agent_report *report);

/**
 * vigil_agent_alive() - Say that all that was said is still true.
 * @agent: agent
 *
 * Return: 0 or a negative errno.
 */
int vigil_agent_alive(struct vigil_agent *agent);

/**
 * vigil_agent_fd() - File descriptor to poll for POLLIN.
 * @agent: agent
 *
 * Call vigil_agent_read() once before waiting, too: requests may have arrived
 * with the answer to something else.
 *
 * Return: the file descriptor, which belongs to @agent.
 */
int vigil_agent_fd(const struct vigil_agent *agent);

/**
 * typedef vigil_agent_fn - Called with each request.
 * @request: a record of kind "agent" with the component, verb, reason,
 *	timeout-ms and the request's number; valid during the call
 * @data: what was handed to vigil_agent_read()
 *
 * May call vigil_agent_answer() and vigil_agent_report().
 *
 * Return: 0 to go on; anything else stops and is returned to the caller.
 */
typedef int (*vigil_agent_fn)(const struct vigil_record *request, void *data);

/**
 * vigil_agent_read() - Tell about all requests that have arrived.
 * @agent: agent
 * @call: function to call
 * @data: handed to @call
 *
 * Does not wait.
 *
 * Return: 0 when there are no more, a negative errno, or what @call returned to
 * stop it.
 */
int vigil_agent_read(struct vigil_agent *agent, vigil_agent_fn call,
		     void *data);

/**
 * vigil_agent_answer() - Say what came of a request.
 * @agent: agent
 * @request: number of the request
 * @state: VIGIL_OP_STATE_DONE or VIGIL_OP_STATE_FAILED
 * @message: the outcome in words, or NULL
 *
 * Return: 0, -ENOENT when nobody waits for it any more, or another negative
 * errno.
 */
int vigil_agent_answer(struct vigil_agent *agent, uint64_t request,
		       enum vigil_op_state state, const char *message);

/**
 * vigil_agent_dump() - Ask which agents there are, and have been.
 * @vigil: handle
 * @list: set to a list of records of kind "agent"
 *
 * Return: 0 or a negative errno.
 */
int vigil_agent_dump(struct vigil *vigil, struct vigil_list **list);

#ifdef __cplusplus
}
#endif

#endif /* VIGIL_AGENT_H */
