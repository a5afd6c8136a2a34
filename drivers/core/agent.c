// SPDX-License-Identifier: GPL-2.0
/*
 * Agents: which there are, and how long what they say is true.
 *
 * An agent is bound to its netlink socket. When that is closed the agent has
 * gone: its components are unknown and wait for a new agent of the same name.
 * One that says nothing for its time to live is silent: its components are
 * unknown until it speaks of them again.
 *
 * Netlink tells everybody who asks of every socket that is closed, in the
 * context of the process that does so, which must not wait for us: the number
 * of the socket is marked, and a work item does the rest. Whoever takes the lock
 * looks for marks first, so that a number that is in use again is never taken
 * for the agent that it belonged to.
 *
 * Locks: agents.control is held while agents and components come and go, also
 * while the core registers and unregisters these; no callback takes it.
 * vigil_agents_lock is inside it and protects everything else; callbacks take
 * it, so it is not held while a component is registered or unregistered. Facts
 * are told under it: it is outside vigil_notify_lock().
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include <compat/netlink.h>

#include "core.h"
#include "agent.h"
#include "machine.h"

/* Mark of a socket that was closed. */
#define CLOSED	XA_MARK_0

static struct {
	struct mutex control;	/* protects membership; outermost */
	/* vigil_agents_lock protects the rest */
	struct list_head list;
	unsigned int nr_agents;
	unsigned int nr_members;	/* of all agents */
	unsigned long last_id;
	bool closing;		/* no agent comes any more */
	u64 watch_ns;		/* when watch_work runs, boot time; 0: idle */
	/* generation changes with what a dump shows; readers: READ_ONCE() */
	unsigned int generation;
} agents = {
	.control = __MUTEX_INITIALIZER(agents.control),
	.list = LIST_HEAD_INIT(agents.list),
	.generation = 1,
};

DEFINE_MUTEX(vigil_agents_lock);	/* protects agents; inside control */

/* Number of a socket to its agent; marked without vigil_agents_lock. */
static DEFINE_XARRAY(sockets);

static void watch(struct work_struct *work);
static DECLARE_DELAYED_WORK(watch_work, watch);

unsigned int vigil_agents_generation(void)
{
	return READ_ONCE(agents.generation);
}

static void touch_generation_locked(void)
{
	lockdep_assert_held(&vigil_agents_lock);

	/* Netlink takes 0 for "not said". */
	WRITE_ONCE(agents.generation, (agents.generation + 1) ?: 1);
}

/* Have watch_work run when the first of all words expires. */
static void expect_expiry_locked(u64 expires_ns)
{
	u64 now_ns = ktime_get_boottime_ns();
	u64 delay_ns = expires_ns > now_ns ? expires_ns - now_ns : 0;

	lockdep_assert_held(&vigil_agents_lock);

	if (agents.watch_ns && agents.watch_ns <= expires_ns)
		return;
	agents.watch_ns = expires_ns;
	mod_delayed_work(vigil_timers, &watch_work,
			 nsecs_to_jiffies(delay_ns) + 1);
}

static u64 expires_ns(const struct vigil_agent *agent, u64 from_ns)
{
	return from_ns + (u64)agent->ttl_ms * NSEC_PER_MSEC;
}

static void free_if_over_locked(struct vigil_agent *agent)
{
	lockdep_assert_held(&vigil_agents_lock);

	if (agent->portid || agent->nr_members)
		return;
	list_del(&agent->node);
	agents.nr_agents--;
	touch_generation_locked();
	kfree(agent);
}

static void tell_locked(const struct vigil_agent *agent,
			struct vigil_agent_info *info)
{
	*info = (struct vigil_agent_info) {
		.id = agent->id,
		.pid = agent->portid ? agent->pid : 0,
		.ttl_ms = agent->ttl_ms,
		.nr_members = agent->nr_members,
		.seq = agent->seq,
		.silent = agent->silent,
	};
	strscpy(info->name, agent->name, sizeof(info->name));
}

/* It came, went, fell silent or speaks again. */
static void announce_locked(struct vigil_agent *agent)
{
	struct vigil_agent_info info;

	touch_generation_locked();
	vigil_notify_lock();
	agent->seq = vigil_seq_next_locked();
	tell_locked(agent, &info);
	vigil_agent_notify(&info);
	vigil_notify_unlock();
}

static void end_agent_locked(struct vigil_agent *agent)
{
	struct vigil_agent_member *member;
	char reason[VIGIL_REASON_MAX + 1];

	lockdep_assert_held(&vigil_agents_lock);

	snprintf(reason, sizeof(reason), "agent %s has ended", agent->name);
	list_for_each_entry(member, &agent->members, node) {
		vigil_agent_member_end_request(member, VIGIL_OP_STATE_FAILED,
					       reason);
		vigil_agent_member_forget(member, reason);
		member->spoken = false;
	}
	vigil_audit_agent(agent->name, "has ended", false);
	vigil_machine_count(VIGIL_STAT_AGENTS_LOST);
	xa_erase(&sockets, agent->portid);
	agent->portid = 0;
	agent->silent = false;
	announce_locked(agent);
	free_if_over_locked(agent);
}

static void end_closed_locked(void)
{
	struct vigil_agent *agent;
	unsigned long portid;

	lockdep_assert_held(&vigil_agents_lock);

	xa_for_each_marked(&sockets, portid, agent, CLOSED)
		end_agent_locked(agent);
}

/* Whoever takes the lock sees no agent whose socket was closed before. */
static void lock_agents(void)
{
	mutex_lock(&vigil_agents_lock);
	end_closed_locked();
}

static void unlock_agents(void)
{
	mutex_unlock(&vigil_agents_lock);
}

static void check_silence_locked(struct vigil_agent *agent, u64 now_ns)
{
	u64 silent_ns = expires_ns(agent, agent->heard_ns);

	if (!agent->portid || agent->silent)
		return;
	if (now_ns < silent_ns) {
		expect_expiry_locked(silent_ns);
		return;
	}
	agent->silent = true;
	announce_locked(agent);
	vigil_audit_agent(agent->name, "fell silent", false);
	vigil_machine_count(VIGIL_STAT_AGENTS_LOST);
}

static void check_member_locked(struct vigil_agent_member *member, u64 now_ns)
{
	const struct vigil_agent *agent = member->agent;
	char reason[VIGIL_REASON_MAX + 1];

	if (!member->spoken || member->stale)
		return;
	if (now_ns < member->until_ns) {
		expect_expiry_locked(member->until_ns);
		return;
	}
	snprintf(reason, sizeof(reason), "agent %s has %s for %u s",
		 agent->name, agent->silent ? "been silent" :
					      "not spoken of it",
		 agent->ttl_ms / (u32)MSEC_PER_SEC);
	vigil_agent_member_forget(member, reason);
	member->stale = true;
}

static void watch(struct work_struct *work)
{
	struct vigil_agent_member *member;
	struct vigil_agent *agent;
	u64 now_ns;

	lock_agents();
	agents.watch_ns = 0;
	now_ns = ktime_get_boottime_ns();
	list_for_each_entry(agent, &agents.list, node) {
		check_silence_locked(agent, now_ns);
		list_for_each_entry(member, &agent->members, node)
			check_member_locked(member, now_ns);
		cond_resched();
	}
	unlock_agents();
}

/* Of every netlink socket of the machine: short, and without our locks. */
static int socket_closed(struct notifier_block *block, unsigned long event,
			 void *data)
{
	const struct netlink_notify *notify = data;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC ||
	    !net_eq(notify->net, &init_net) ||
	    !xa_load(&sockets, notify->portid))
		return NOTIFY_DONE;

	xa_set_mark(&sockets, notify->portid, CLOSED);
	mod_delayed_work(vigil_timers, &watch_work, 0);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_closed,
};

static struct vigil_agent *find_agent_locked(const char *name)
{
	struct vigil_agent *agent;

	lockdep_assert_held(&vigil_agents_lock);

	list_for_each_entry(agent, &agents.list, node)
		if (!strcmp(agent->name, name))
			return agent;
	return NULL;
}

static struct vigil_agent_member *
find_member_locked(struct vigil_agent *agent, const char *name)
{
	struct vigil_agent_member *member;

	lockdep_assert_held(&vigil_agents_lock);

	list_for_each_entry(member, &agent->members, node)
		if (!strcmp(member->name, name))
			return member;
	return NULL;
}

/* Of any agent. */
static struct vigil_agent_member *find_any_member_locked(const char *name)
{
	struct vigil_agent_member *member;
	struct vigil_agent *agent;

	list_for_each_entry(agent, &agents.list, node) {
		member = find_member_locked(agent, name);
		if (member)
			return member;
	}
	return NULL;
}

/* The agent that speaks; it lives. */
static struct vigil_agent *speaker_locked(u32 portid,
					  struct netlink_ext_ack *extack)
{
	struct vigil_agent *agent = xa_load(&sockets, portid);

	lockdep_assert_held(&vigil_agents_lock);

	if (!agent) {
		NL_SET_ERR_MSG(extack,
			       "this socket is no agent: agent-register first");
		return NULL;
	}
	agent->heard_ns = ktime_get_boottime_ns();
	if (agent->silent) {
		agent->silent = false;
		announce_locked(agent);
		vigil_audit_agent(agent->name, "speaks again", true);
	}
	expect_expiry_locked(expires_ns(agent, agent->heard_ns));
	return agent;
}

static struct vigil_agent *
create_agent_locked(const char *name, struct netlink_ext_ack *extack)
{
	struct vigil_agent *agent;

	if (agents.nr_agents >= VIGIL_AGENTS_MAX) {
		NL_SET_ERR_MSG(extack,
			       "64 agents are there: remove components of those that have gone");
		return ERR_PTR(-ENOSPC);
	}
	agent = kzalloc(sizeof(*agent), GFP_KERNEL);
	if (!agent)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&agent->members);
	strscpy(agent->name, name, sizeof(agent->name));
	agent->id = ++agents.last_id;
	list_add_tail(&agent->node, &agents.list);
	agents.nr_agents++;
	return agent;
}

static int register_locked(u32 portid, const char *name, u32 ttl_ms,
			   struct netlink_ext_ack *extack)
{
	struct vigil_agent *agent = xa_load(&sockets, portid);
	int err;

	lockdep_assert_held(&vigil_agents_lock);

	if (agents.closing) {
		NL_SET_ERR_MSG(extack, "the vigil module is being unloaded");
		return -ESHUTDOWN;
	}
	if (agent) {
		NL_SET_ERR_MSG_FMT(extack, "this socket is agent %s already",
				   agent->name);
		return -EBUSY;
	}
	agent = find_agent_locked(name);
	if (agent && agent->portid) {
		NL_SET_ERR_MSG_FMT(extack, "agent %s is there, in process %u",
				   agent->name, agent->pid);
		return -EEXIST;
	}
	if (!agent)
		agent = create_agent_locked(name, extack);
	if (IS_ERR(agent))
		return PTR_ERR(agent);

	err = xa_insert(&sockets, portid, agent, GFP_KERNEL);
	if (err) {
		free_if_over_locked(agent);
		return err;
	}
	agent->portid = portid;
	agent->pid = task_tgid_nr(current);
	agent->ttl_ms = ttl_ms;
	agent->silent = false;
	speaker_locked(portid, extack);
	announce_locked(agent);
	vigil_audit_agent(agent->name, "came", true);
	return 0;
}

/* Make a socket an agent; arguments have been checked. */
int vigil_agent_register(u32 portid, const char *name, u32 ttl_ms,
			 struct netlink_ext_ack *extack)
{
	int err;

	lock_agents();
	err = register_locked(portid, name, ttl_ms, extack);
	unlock_agents();
	return err;
}

/* Reserve a place. Returns the agent, or NULL when there is nothing to do. */
static struct vigil_agent *
begin_add_locked(u32 portid, const struct vigil_agent_new *new,
		 struct netlink_ext_ack *extack)
{
	struct vigil_agent *agent = speaker_locked(portid, extack);
	struct vigil_agent_member *member;

	if (!agent)
		return ERR_PTR(-ENOTCONN);
	member = find_any_member_locked(new->name);
	if (member && member->agent != agent) {
		NL_SET_ERR_MSG_FMT(extack, "that is agent %s's component",
				   member->agent->name);
		return ERR_PTR(-EEXIST);
	}
	if (member && !vigil_agent_member_is(member, new)) {
		NL_SET_ERR_MSG(extack,
			       "it is there with other properties: remove it first");
		return ERR_PTR(-EEXIST);
	}
	if (member)
		return NULL;
	if (agents.nr_members >= VIGIL_AGENT_COMPONENTS_MAX) {
		NL_SET_ERR_MSG(extack,
			       "agents have 4096 components: remove those of agents that have gone");
		return ERR_PTR(-ENOSPC);
	}
	agents.nr_members++;
	agent->nr_members++;
	return agent;
}

static void end_add_locked(struct vigil_agent *agent,
			   struct vigil_agent_member *member)
{
	lockdep_assert_held(&vigil_agents_lock);

	if (member) {
		list_add_tail(&member->node, &agent->members);
	} else {
		agents.nr_members--;
		agent->nr_members--;
		free_if_over_locked(agent);
	}
	touch_generation_locked();
}

/* Have an agent report on a component, too. */
int vigil_agent_add(u32 portid, const struct vigil_agent_new *new,
		    struct netlink_ext_ack *extack)
{
	struct vigil_agent_member *member;
	struct vigil_agent *agent;
	int err;

	mutex_lock(&agents.control);
	lock_agents();
	agent = begin_add_locked(portid, new, extack);
	unlock_agents();
	err = PTR_ERR_OR_ZERO(agent);
	if (!IS_ERR_OR_NULL(agent)) {
		member = vigil_agent_member_create(agent, new, extack);
		err = PTR_ERR_OR_ZERO(member);
		lock_agents();
		end_add_locked(agent, err ? NULL : member);
		unlock_agents();
	}
	mutex_unlock(&agents.control);
	return err;
}

/* Take it out of the list, so that nobody speaks of it any more. */
static struct vigil_agent_member *
begin_remove_locked(u32 portid, const char *name,
		    struct netlink_ext_ack *extack)
{
	struct vigil_agent_member *member = find_any_member_locked(name);
	struct vigil_agent *agent;

	if (!member) {
		NL_SET_ERR_MSG(extack, "no agent has such a component");
		return ERR_PTR(-ENODEV);
	}
	agent = member->agent;
	if (agent->portid && agent->portid != portid) {
		NL_SET_ERR_MSG_FMT(extack,
				   "agent %s is there; only it may remove it",
				   agent->name);
		return ERR_PTR(-EBUSY);
	}
	if (agent->portid)
		speaker_locked(portid, extack);
	list_del_init(&member->node);
	vigil_agent_member_end_request(member, VIGIL_OP_STATE_FAILED,
				       "the component was removed");
	return member;
}

/* Unregisters the component and waits for what it does. */
static void remove_member(struct vigil_agent_member *member)
{
	struct vigil_agent *agent = member->agent;

	lockdep_assert_held(&agents.control);

	vigil_component_unregister(member->component);
	vigil_agent_member_free(member);
	lock_agents();
	end_add_locked(agent, NULL);
	unlock_agents();
}

/* Take a component away: the agent's own, or one whose agent has gone. */
int vigil_agent_remove(u32 portid, const char *name,
		       struct netlink_ext_ack *extack)
{
	struct vigil_agent_member *member;

	mutex_lock(&agents.control);
	lock_agents();
	member = begin_remove_locked(portid, name, extack);
	unlock_agents();
	if (!IS_ERR(member))
		remove_member(member);
	mutex_unlock(&agents.control);
	return PTR_ERR_OR_ZERO(member);
}

/* What an agent said is true for another while. */
static void renew_locked(struct vigil_agent_member *member)
{
	member->until_ns = expires_ns(member->agent, member->agent->heard_ns);
	member->stale = false;
	expect_expiry_locked(member->until_ns);
}

/* The agent lives, and all that it said is still true. */
int vigil_agent_alive(u32 portid, struct netlink_ext_ack *extack)
{
	struct vigil_agent_member *member;
	struct vigil_agent *agent;

	lock_agents();
	agent = speaker_locked(portid, extack);
	if (agent) {
		list_for_each_entry(member, &agent->members, node) {
			if (!member->spoken)
				continue;
			vigil_agent_member_renew(member);
			renew_locked(member);
		}
	}
	unlock_agents();
	return agent ? 0 : -ENOTCONN;
}

static int report_locked(u32 portid, const char *name,
			 const struct vigil_agent_report *report,
			 struct netlink_ext_ack *extack)
{
	struct vigil_agent *agent = speaker_locked(portid, extack);
	struct vigil_agent_member *member;
	int err;

	if (!agent)
		return -ENOTCONN;
	member = find_member_locked(agent, name);
	if (!member) {
		NL_SET_ERR_MSG(extack,
			       "this agent has no such component: agent-add first");
		return -ENODEV;
	}
	err = vigil_agent_member_check(member, report, extack);
	if (err)
		return err;
	vigil_agent_member_hear(member, report);
	member->spoken = true;
	renew_locked(member);
	return 0;
}

/* What an agent says of a component; all of it or nothing is taken. */
int vigil_agent_report(u32 portid, const char *name,
		       const struct vigil_agent_report *report,
		       struct netlink_ext_ack *extack)
{
	int err;

	lock_agents();
	err = report_locked(portid, name, report, extack);
	unlock_agents();
	return err;
}

static int answer_locked(u32 portid, const struct vigil_agent_request *answer,
			 struct netlink_ext_ack *extack)
{
	struct vigil_agent *agent = speaker_locked(portid, extack);
	struct vigil_agent_member *member;

	if (!agent)
		return -ENOTCONN;
	list_for_each_entry(member, &agent->members, node) {
		if (member->request.number != answer->number ||
		    member->request.state != VIGIL_OP_STATE_PENDING)
			continue;
		vigil_agent_member_end_request(member, answer->state,
					       answer->message);
		return 0;
	}
	NL_SET_ERR_MSG(extack,
		       "this agent has no such request: answered, too late or another's");
	return -ENOENT;
}

/* What came of a request. */
int vigil_agent_answer(u32 portid, const struct vigil_agent_request *answer,
		       struct netlink_ext_ack *extack)
{
	int err;

	lock_agents();
	err = answer_locked(portid, answer, extack);
	unlock_agents();
	return err;
}

/* Tell about an agent; -ENOENT when there is none. */
int vigil_agent_find(const char *name, struct vigil_agent_info *info)
{
	struct vigil_agent *agent;

	lock_agents();
	agent = find_agent_locked(name);
	if (agent)
		tell_locked(agent, info);
	unlock_agents();
	return agent ? 0 : -ENOENT;
}

/* Tell about the first agent from number @id on; -ENOENT behind the last. */
int vigil_agent_next(unsigned long id, struct vigil_agent_info *info)
{
	struct vigil_agent *agent;
	int err = -ENOENT;

	lock_agents();
	list_for_each_entry(agent, &agents.list, node) {
		if (agent->id < id)
			continue;
		tell_locked(agent, info);
		err = 0;
		break;
	}
	unlock_agents();
	return err;
}

int vigil_agent_init(void)
{
	return netlink_register_notifier(&socket_notifier);
}

/*
 * The module goes, so no operation is accepted any more. Requests come until the
 * family has gone; they find no agent.
 */
void vigil_agent_exit(void)
{
	struct vigil_agent_member *member;
	struct vigil_agent *agent;

	netlink_unregister_notifier(&socket_notifier);

	mutex_lock(&agents.control);
	lock_agents();
	agents.closing = true;
	list_for_each_entry(agent, &agents.list, node)
		xa_set_mark(&sockets, agent->portid, CLOSED);
	end_closed_locked();
	/* The last of its components takes an agent along. */
	while ((agent = list_first_entry_or_null(&agents.list,
						 struct vigil_agent, node))) {
		member = list_first_entry(&agent->members,
					  struct vigil_agent_member, node);
		list_del_init(&member->node);
		unlock_agents();
		remove_member(member);
		lock_agents();
	}
	unlock_agents();
	mutex_unlock(&agents.control);

	cancel_delayed_work_sync(&watch_work);
	xa_destroy(&sockets);
}
