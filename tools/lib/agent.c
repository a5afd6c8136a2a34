// SPDX-License-Identifier: GPL-2.0
/*
 * Agents: a socket of its own, on which requests of the kernel arrive between
 * the answers to what the agent says. They are kept until they are read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "handle.h"
#include "list.h"

#define COUNTERS_MAX 16

/**
 * struct vigil_agent - An agent.
 * @vigil: the handle that has the words of failures
 * @link: its own connection
 * @requests: those that arrived
 * @next: index of the first that was not told about yet
 */
struct vigil_agent {
	struct vigil *vigil;
	struct vigil *link;
	struct vigil_list *requests;
	size_t next;
};

/* Failures are asked for at the handle that the caller has. */
static int pass(struct vigil_agent *agent, int err)
{
	if (err < 0 && agent->link)
		memcpy(agent->vigil->error, agent->link->error,
		       sizeof(agent->vigil->error));
	return err;
}

static int keep_request(const struct nlmsghdr *nlh, void *data)
{
	struct vigil_agent *agent = data;
	struct vigil_record *record;
	const char *name;
	int err;

	err = vigil_message_parse(nlh, &name, &record);
	if (err == -EOPNOTSUPP)
		return 0;
	if (err)
		return err;
	err = strcmp(name, "agent-request-ntf") ? -EBADMSG :
						  vigil_list_add(agent->requests,
								 record);
	if (err)
		vigil_record_free(record);
	return err;
}

static int register_agent(struct vigil_agent *agent, const char *name,
			  unsigned int ttl_ms)
{
	struct vigil_record *record;
	struct nlmsghdr *nlh;
	int err, on = 1;

	/* a request that does not fit fails at once, and for the kernel only */
	if (mnl_socket_setsockopt(agent->link->nl, NETLINK_NO_ENOBUFS, &on,
				  sizeof(on)) < 0)
		return vigil_fail(agent->link, -errno, "%s", strerror(errno));
	nlh = vigil_request_begin(agent->link, agent->link->family,
				  VIGIL_CMD_AGENT_REGISTER, 0);
	err = vigil_request_string(agent->link, nlh, VIGIL_A_AGENT_NAME, name,
				   VIGIL_OWNER_NAME_MAX);
	if (err)
		return err;
	mnl_attr_put_u32(nlh, VIGIL_A_AGENT_TTL_MS, ttl_ms);
	err = vigil_request_record(agent->link, nlh, &record);
	vigil_record_free(record);
	return err;
}

int vigil_agent_open(struct vigil *vigil, const char *name, unsigned int ttl_ms,
		     struct vigil_agent **out)
{
	struct vigil_agent *agent = calloc(1, sizeof(*agent));
	int err = -ENOMEM;

	*out = NULL;
	if (!agent)
		return vigil_fail(vigil, err, "%s", strerror(-err));
	agent->vigil = vigil;
	agent->requests = vigil_list_new();
	if (agent->requests)
		err = vigil_open(&agent->link);
	if (err) {
		vigil_agent_close(agent);
		return vigil_fail(vigil, err, "%s", strerror(-err));
	}
	agent->link->stray = keep_request;
	agent->link->stray_data = agent;
	err = pass(agent, register_agent(agent, name, ttl_ms));
	if (err) {
		vigil_agent_close(agent);
		return err;
	}
	*out = agent;
	return 0;
}

void vigil_agent_close(struct vigil_agent *agent)
{
	if (!agent)
		return;
	vigil_close(agent->link);
	vigil_list_free(agent->requests);
	free(agent);
}

/* A text that may be absent. */
static int put_text(struct vigil *vigil, struct nlmsghdr *nlh,
		    unsigned int attribute, const char *text, size_t max)
{
	return text ? vigil_request_string(vigil, nlh, attribute, text, max) : 0;
}

static int put_counter(struct vigil *vigil, struct nlmsghdr *nlh,
		       const char *name, const uint64_t *increment)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, VIGIL_A_AGENT_COUNTER);
	int err = vigil_request_string(vigil, nlh, VIGIL_A_VALUE_NAME, name,
				       VIGIL_NAME_MAX);

	if (increment)
		mnl_attr_put_u64(nlh, VIGIL_A_VALUE_VALUE, *increment);
	mnl_attr_nest_end(nlh, nest);
	return err;
}

static int check_counters(struct vigil *vigil, size_t nr)
{
	if (nr <= COUNTERS_MAX)
		return 0;
	return vigil_fail(vigil, -E2BIG, "more than %d counters", COUNTERS_MAX);
}

int vigil_agent_add(struct vigil_agent *agent,
		    const struct vigil_agent_component *component)
{
	struct vigil *link = agent->link;
	struct nlmsghdr *nlh = vigil_request_begin(link, link->family,
						   VIGIL_CMD_AGENT_ADD, 0);
	int err = check_counters(link, component->nr_counters);

	if (!err)
		err = vigil_request_string(link, nlh, VIGIL_A_AGENT_COMPONENT,
					   component->name, VIGIL_NAME_MAX);
	if (!err)
		err = put_text(link, nlh, VIGIL_A_AGENT_LABEL, component->label,
			       VIGIL_NAME_MAX);
	if (!err)
		err = put_text(link, nlh, VIGIL_A_AGENT_PARENT_NAME,
			       component->parent, VIGIL_NAME_MAX);
	if (component->verbs)
		mnl_attr_put_u32(nlh, VIGIL_A_AGENT_VERBS, component->verbs);
	for (size_t i = 0; i < component->nr_counters && !err; i++)
		err = put_counter(link, nlh, component->counters[i], NULL);
	return pass(agent, err ? err : vigil_request_done(link, nlh));
}

static int remove_component(struct vigil *vigil, const char *component)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, vigil->family,
						   VIGIL_CMD_AGENT_REMOVE, 0);
	int err = vigil_request_string(vigil, nlh, VIGIL_A_AGENT_COMPONENT,
				       component, VIGIL_NAME_MAX);

	return err ? err : vigil_request_done(vigil, nlh);
}

int vigil_agent_remove(struct vigil_agent *agent, const char *component)
{
	return pass(agent, remove_component(agent->link, component));
}

int vigil_agent_remove_orphan(struct vigil *vigil, const char *component)
{
	return remove_component(vigil, component);
}

static void put_facts(struct nlmsghdr *nlh,
		      const struct vigil_agent_report *report)
{
	if (report->given & VIGIL_REPORT_HEALTH)
		mnl_attr_put_u32(nlh, VIGIL_A_AGENT_HEALTH, report->health);
	if (report->given & VIGIL_REPORT_ADVICE)
		mnl_attr_put_u32(nlh, VIGIL_A_AGENT_ADVICE, report->advice);
	if (report->given & VIGIL_REPORT_ISOLATION)
		mnl_attr_put_u32(nlh, VIGIL_A_AGENT_ISOLATION,
				 report->isolation);
	if (report->given & VIGIL_REPORT_RISK)
		mnl_attr_put_u32(nlh, VIGIL_A_AGENT_RISK_PERMILLE,
				 report->risk_permille);
}

int vigil_agent_report(struct vigil_agent *agent,
		       const struct vigil_agent_report *report)
{
	struct vigil *link = agent->link;
	struct nlmsghdr *nlh = vigil_request_begin(link, link->family,
						   VIGIL_CMD_AGENT_REPORT, 0);
	int err = check_counters(link, report->nr_counters);

	if (!err)
		err = vigil_request_string(link, nlh, VIGIL_A_AGENT_COMPONENT,
					   report->component, VIGIL_NAME_MAX);
	put_facts(nlh, report);
	if (!err)
		err = put_text(link, nlh, VIGIL_A_AGENT_REASON, report->reason,
			       VIGIL_REASON_MAX);
	if (!err && report->given & VIGIL_REPORT_RISK)
		err = put_text(link, nlh, VIGIL_A_AGENT_RISK_MODEL,
			       report->risk_model, VIGIL_NAME_MAX);
	for (size_t i = 0; i < report->nr_counters && !err; i++)
		err = put_counter(link, nlh, report->counters[i].name,
				  &report->counters[i].increment);
	return pass(agent, err ? err : vigil_request_done(link, nlh));
}

int vigil_agent_alive(struct vigil_agent *agent)
{
	struct vigil *link = agent->link;

	return pass(agent,
		    vigil_request_done(link,
				       vigil_request_begin(link, link->family,
							   VIGIL_CMD_AGENT_REPORT,
							   0)));
}

int vigil_agent_fd(const struct vigil_agent *agent)
{
	return mnl_socket_get_fd(agent->link->nl);
}

/* All of them have been told about. */
static int forget_requests(struct vigil_agent *agent)
{
	struct vigil_list *list = vigil_list_new();

	if (!list)
		return vigil_fail(agent->vigil, -ENOMEM, "%s",
				  strerror(ENOMEM));
	vigil_list_free(agent->requests);
	agent->requests = list;
	agent->next = 0;
	return 0;
}

int vigil_agent_read(struct vigil_agent *agent, vigil_agent_fn call, void *data)
{
	int err = pass(agent, vigil_stray_read(agent->link));

	/* each may be followed by more, which arrive with answers to the callee */
	while (!err && agent->next < vigil_list_size(agent->requests))
		err = call(vigil_list_at(agent->requests, agent->next++), data);
	if (!err && agent->next)
		err = forget_requests(agent);
	return err;
}

int vigil_agent_answer(struct vigil_agent *agent, uint64_t request,
		       enum vigil_op_state state, const char *message)
{
	struct vigil *link = agent->link;
	struct nlmsghdr *nlh = vigil_request_begin(link, link->family,
						   VIGIL_CMD_AGENT_ANSWER, 0);
	int err;

	mnl_attr_put_u64(nlh, VIGIL_A_AGENT_REQUEST, request);
	mnl_attr_put_u32(nlh, VIGIL_A_AGENT_STATE, state);
	err = put_text(link, nlh, VIGIL_A_AGENT_MESSAGE, message,
		       VIGIL_REASON_MAX);
	return pass(agent, err ? err : vigil_request_done(link, nlh));
}

int vigil_agent_dump(struct vigil *vigil, struct vigil_list **list)
{
	return vigil_request_list(vigil,
				  vigil_request_begin(vigil, vigil->family,
						      VIGIL_CMD_AGENT_GET,
						      NLM_F_DUMP), list);
}
