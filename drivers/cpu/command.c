// SPDX-License-Identifier: GPL-2.0
/*
 * Isolate and release: hot-unplug, as if by /sys/devices/system/cpu/cpu<n>/online.
 *
 * No lock is held across it. A CPU that is being moved is marked busy, so that a
 * look around leaves it alone until it is known what came of that.
 *
 * The kernel's functions take a CPU by its number and need its device; one that is
 * removed for good in the moment between their locks and the check here is beyond
 * what a module can prevent.
 */
#include <linux/cpu.h>
#include <linux/err.h>

#include "cpu.h"

static int refuse(struct vigil_outcome *out, int err, const char *message)
{
	strscpy(out->message, message, sizeof(out->message));
	return err;
}

/**
 * vigil_cpu_check() - Can a CPU be isolated or released at all?
 * @component: the CPU's
 * @priv: the CPU
 * @request: what is asked for
 * @out: says why not, or what would happen
 *
 * Context: Process context.
 * Return: 0 or a negative errno.
 */
int vigil_cpu_check(struct vigil_component *component, void *priv,
		    const struct vigil_request *request,
		    struct vigil_outcome *out)
{
	const struct vigil_cpu *cpu = priv;
	bool isolate = request->verb == VIGIL_VERB_ISOLATE;
	bool online = cpu_online(cpu->number);

	if (!get_cpu_device(cpu->number))
		return refuse(out, -ENODEV, "the CPU was removed");
	if (isolate && !vigil_cpu_can_offline(cpu))
		return refuse(out, -EOPNOTSUPP,
			      "this kernel never takes that CPU offline");

	if (isolate == online)
		scnprintf(out->message, sizeof(out->message),
			  "would take CPU %u %s", cpu->number,
			  isolate ? "offline" : "online");
	else
		scnprintf(out->message, sizeof(out->message),
			  "CPU %u is %s already", cpu->number,
			  online ? "online" : "offline");
	return 0;
}

static void begin(struct vigil_cpu *cpu)
{
	mutex_lock(&vigil_cpu_lock);
	cpu->busy = true;
	mutex_unlock(&vigil_cpu_lock);
}

/* What others did meanwhile is found by looking around. */
static void end_locked(struct vigil_cpu *cpu)
{
	lockdep_assert_held(&vigil_cpu_lock);

	cpu->busy = false;
	vigil_cpu_look_around();
}

static void say_done(struct vigil_cpu *cpu, struct vigil_outcome *out, int moved)
{
	out->state = VIGIL_OP_STATE_DONE;
	scnprintf(out->message, sizeof(out->message), "CPU %u is %s%s",
		  cpu->number, cpu->owner == VIGIL_OWNER_NONE ? "online" :
		  "offline", moved ? " already" : "");
}

static void say_failed(struct vigil_cpu *cpu, struct vigil_outcome *out,
		       const char *where, int err)
{
	out->state = VIGIL_OP_STATE_FAILED;
	out->error = err < 0 ? err : -EBUSY;
	if (err >= 0)
		scnprintf(out->message, sizeof(out->message),
			  "CPU %u went %s, and somebody took it back at once",
			  cpu->number, where);
	else if (err == -EBUSY)
		scnprintf(out->message, sizeof(out->message),
			  "the kernel refuses to take CPU %u %s: it is the last for housekeeping, deadline tasks need it, or hotplug is disabled now",
			  cpu->number, where);
	else
		scnprintf(out->message, sizeof(out->message),
			  "the kernel could not take CPU %u %s: %pe",
			  cpu->number, where, ERR_PTR(err));
}

/* With the component that the core says: cpu->component comes later, goes earlier. */
static void isolate(struct vigil_cpu *cpu, struct vigil_component *component,
		    const char *reason, struct vigil_outcome *out)
{
	enum vigil_owner owner;
	int err;

	begin(cpu);
	err = remove_cpu(cpu->number);

	mutex_lock(&vigil_cpu_lock);
	if (cpu_online(cpu->number)) {
		say_failed(cpu, out, "offline", err);
	} else {
		/* Who was first owns it. */
		owner = cpu->owner;
		if (owner == VIGIL_OWNER_NONE)
			owner = err ? VIGIL_OWNER_EXTERNAL : VIGIL_OWNER_VIGIL;
		vigil_cpu_set_owner(cpu, component, owner, reason);
		say_done(cpu, out, err);
	}
	end_locked(cpu);
	mutex_unlock(&vigil_cpu_lock);
}

static void release(struct vigil_cpu *cpu, struct vigil_component *component,
		    const char *reason, struct vigil_outcome *out)
{
	int err;

	begin(cpu);
	err = add_cpu(cpu->number);

	mutex_lock(&vigil_cpu_lock);
	if (!cpu_online(cpu->number)) {
		say_failed(cpu, out, "online", err);
	} else {
		vigil_cpu_set_owner(cpu, component, VIGIL_OWNER_NONE, reason);
		vigil_cpu_pardon(cpu, component, reason);
		say_done(cpu, out, err);
	}
	end_locked(cpu);
	mutex_unlock(&vigil_cpu_lock);
}

/**
 * vigil_cpu_execute() - Isolate or release a CPU.
 * @component: the CPU's
 * @priv: the CPU
 * @request: what is asked for
 * @out: what came of it
 *
 * A release pardons: the CPU is healthy, until it errs again.
 *
 * Context: Workqueue of the core. Takes vigil_cpu_lock, but not across hotplug.
 */
void vigil_cpu_execute(struct vigil_component *component, void *priv,
		       const struct vigil_request *request,
		       struct vigil_outcome *out)
{
	struct vigil_cpu *cpu = priv;

	if (!get_cpu_device(cpu->number)) {
		out->state = VIGIL_OP_STATE_FAILED;
		out->error = -ENODEV;
		strscpy(out->message, "the CPU was removed",
			sizeof(out->message));
	} else if (request->verb == VIGIL_VERB_ISOLATE) {
		isolate(cpu, component, request->reason, out);
	} else {
		release(cpu, component, request->reason, out);
	}
}
