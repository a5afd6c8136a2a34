// SPDX-License-Identifier: GPL-2.0
/*
 * A provider without hardware, for tests of the core.
 *
 * Registers components "cpu-sim<i>", or of another class, that do as they are
 * told. What the next operation does is set by module parameters that can be
 * written while it runs; facts, counters and events come from a file:
 *
 *	echo "<i> health <n> <reason>"		>/sys/kernel/debug/vigil_sim/do
 *	echo "<i> advice <n> <reason>"
 *	echo "<i> isolation <n> <owner> <reason>"
 *	echo "<i> risk <permille> <ttl in ms>"
 *	echo "<i> count <counter> <n>"
 *	echo "<i> events <n>"			n notifications in a row
 *	echo "<i> flaps <n>"			n changes of health in a row
 *	echo "<i> unregister"
 *	echo "<i> register"
 *
 * It also breaks memory without a report: the lowest bit of a byte flips at
 *
 *	echo "<physical address>"		>/sys/kernel/debug/vigil_sim/flip
 *
 * Or a page frame is marked as poisoned, as the kernel does before it deals with it:
 *
 *	echo "<physical address>"		>/sys/kernel/debug/vigil_sim/poison
 */
#define pr_fmt(fmt) "vigil_sim: " fmt

#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vigil/component.h>

#define LINE_MAX_BYTES	256
#define CLASSES_MAX	10

static unsigned int components = 1;
module_param(components, uint, 0444);
MODULE_PARM_DESC(components, "How many components to register (default 1)");

static unsigned int class[CLASSES_MAX] = { VIGIL_CLASS_CPU };
static unsigned int nr_classes = 1;
module_param_array(class, uint, &nr_classes, 0444);
MODULE_PARM_DESC(class, "Numbers of their classes, in turn (default 3, cpu)");

static unsigned int verbs = BIT(VIGIL_VERB_ISOLATE) | BIT(VIGIL_VERB_RELEASE);
module_param(verbs, uint, 0444);
MODULE_PARM_DESC(verbs, "Bits of the verbs they support (default 6, isolate and release)");

static int refuse;
module_param(refuse, int, 0644);
MODULE_PARM_DESC(refuse, "errno with which check refuses, 0 to agree");

static unsigned int outcome = VIGIL_OP_STATE_DONE;
module_param(outcome, uint, 0644);
MODULE_PARM_DESC(outcome, "Number of the state that operations end with");

static unsigned int execute_ms;
module_param(execute_ms, uint, 0644);
MODULE_PARM_DESC(execute_ms, "How long an operation takes");

static unsigned int guard;
module_param(guard, uint, 0644);
MODULE_PARM_DESC(guard, "Number of the guard that speaks against every request (default 0, none)");

static unsigned int tells;
module_param(tells, uint, 0644);
MODULE_PARM_DESC(tells, "How many things a survey tells that would be hit");

static bool keep_one;
module_param(keep_one, bool, 0644);
MODULE_PARM_DESC(keep_one, "The guard last-cpu speaks when no other component would be left");

static unsigned int survey_ms;
module_param(survey_ms, uint, 0644);
MODULE_PARM_DESC(survey_ms, "How long a survey takes");

enum { COUNTER_OWN, COUNTER_DERIVED, NR_COUNTERS };

struct sim {
	struct vigil_component *component;	/* written under both locks */
	char instance[16];
	u64 limit;		/* policy; READ_ONCE(), WRITE_ONCE() */
	atomic_t running;	/* operations that execute now */
	atomic_t overlaps;	/* times that two did */
};

static DEFINE_MUTEX(sims_lock);	/* protects component of each; outside peers_lock */
/* Protects that, too: unregistering waits for surveys, so not with this one held. */
static DEFINE_MUTEX(peers_lock);
static struct sim *sims;	/* as many as there are components */
static struct dentry *sim_dir;

static u64 read_overlaps(struct vigil_component *component, void *priv)
{
	struct sim *sim = priv;

	return atomic_read(&sim->overlaps);
}

static u64 get_limit(struct vigil_component *component, void *priv)
{
	struct sim *sim = priv;

	return READ_ONCE(sim->limit);
}

static int set_limit(struct vigil_component *component, void *priv, u64 value)
{
	struct sim *sim = priv;

	/* One value in the range that the provider does not like. */
	if (value == 13)
		return -EINVAL;
	WRITE_ONCE(sim->limit, value);
	return 0;
}

static int sim_check(struct vigil_component *component, void *priv,
		     const struct vigil_request *request,
		     struct vigil_outcome *out)
{
	int err = READ_ONCE(refuse);

	if (err) {
		strscpy(out->message, "the simulation refuses",
			sizeof(out->message));
		return -abs(err);
	}
	strscpy(out->message, "one simulated part would be hit",
		sizeof(out->message));
	return 0;
}

/* Others that are neither isolated nor about to be. */
static unsigned int count_left(const struct vigil_component *except)
{
	unsigned int i, left = 0;

	mutex_lock(&peers_lock);
	for (i = 0; i < components; i++)
		if (sims[i].component && sims[i].component != except &&
		    vigil_component_isolation(sims[i].component) ==
		    VIGIL_ISOLATION_NONE)
			left++;
	mutex_unlock(&peers_lock);
	return left;
}

static void sim_survey(struct vigil_component *component, void *priv,
		       const struct vigil_request *request,
		       struct vigil_survey *survey)
{
	unsigned int i, speaks = READ_ONCE(guard);

	for (i = 0; i < READ_ONCE(tells); i++)
		vigil_survey_add(survey, VIGIL_GUARD_NONE,
				 "simulated part %u is on it", i);
	if (speaks && speaks <= VIGIL_GUARD_MAX)
		vigil_survey_add(survey, speaks, "the simulation objects");
	if (READ_ONCE(keep_one) && !count_left(component))
		vigil_survey_add(survey, VIGIL_GUARD_LAST_CPU,
				 "no other one would be left");
	msleep(READ_ONCE(survey_ms));
}

static void sim_execute(struct vigil_component *component, void *priv,
			const struct vigil_request *request,
			struct vigil_outcome *out)
{
	struct sim *sim = priv;

	if (atomic_inc_return(&sim->running) > 1)
		atomic_inc(&sim->overlaps);
	msleep(READ_ONCE(execute_ms));
	atomic_dec(&sim->running);

	out->state = READ_ONCE(outcome);
	strscpy(out->message, "simulated", sizeof(out->message));
	if (out->state != VIGIL_OP_STATE_DONE)
		return;

	if (request->verb == VIGIL_VERB_ISOLATE)
		vigil_component_set_isolation(component,
					      VIGIL_ISOLATION_ISOLATED,
					      VIGIL_OWNER_VIGIL,
					      request->reason);
	else if (request->verb == VIGIL_VERB_RELEASE)
		vigil_component_set_isolation(component, VIGIL_ISOLATION_NONE,
					      VIGIL_OWNER_NONE,
					      request->reason);
}

static const struct vigil_component_ops sim_ops = {
	.check = sim_check,
	.survey = sim_survey,
	.execute = sim_execute,
};

static const struct vigil_counter_desc sim_counters[] = {
	[COUNTER_OWN]		= { .name = "simulated_errors" },
	[COUNTER_DERIVED]	= { .name = "overlaps", .read = read_overlaps },
};

static_assert(ARRAY_SIZE(sim_counters) == NR_COUNTERS);

static const struct vigil_policy_desc sim_policies[] = {
	{
		.name = "limit_errors",
		.minimum = 10,
		.maximum = 1000,
		.get = get_limit,
		.set = set_limit,
	},
};

static int register_sim(struct sim *sim)
{
	struct vigil_component_desc desc = {
		.class = class[(sim - sims) % nr_classes],
		.instance = sim->instance,
		.owner = THIS_MODULE,
		.verbs = verbs,
		.methods = verbs & BIT(VIGIL_VERB_RECOVER) ?
			   BIT(VIGIL_METHOD_REBIND) : 0,
		.guards = BIT(VIGIL_GUARD_PROVIDER) | BIT(VIGIL_GUARD_LAST_CPU),
		.ops = &sim_ops,
		.counters = sim_counters,
		.nr_counters = ARRAY_SIZE(sim_counters),
		.policies = sim_policies,
		.nr_policies = ARRAY_SIZE(sim_policies),
		.priv = sim,
	};
	struct vigil_component *component;

	lockdep_assert_held(&sims_lock);

	if (sim->component)
		return -EEXIST;
	component = vigil_component_register(&desc);
	if (IS_ERR(component))
		return PTR_ERR(component);
	mutex_lock(&peers_lock);
	sim->component = component;
	mutex_unlock(&peers_lock);
	return 0;
}

static void unregister_sim(struct sim *sim)
{
	struct vigil_component *component = sim->component;

	lockdep_assert_held(&sims_lock);

	mutex_lock(&peers_lock);
	sim->component = NULL;
	mutex_unlock(&peers_lock);
	vigil_component_unregister(component);
}

static int set_facts(struct sim *sim, const char *what, unsigned int value,
		     char *rest)
{
	unsigned int more = 0;
	int n = 0;

	if (!strcmp(what, "health") && value <= VIGIL_HEALTH_MAX) {
		vigil_component_set_health(sim->component, value, rest);
	} else if (!strcmp(what, "advice") && value <= VIGIL_ADVICE_MAX) {
		vigil_component_set_advice(sim->component, value, rest);
	} else if (!strcmp(what, "isolation") && value <= VIGIL_ISOLATION_MAX) {
		if (sscanf(rest, "%u %n", &more, &n) < 1 ||
		    more > VIGIL_OWNER_MAX)
			return -EINVAL;
		vigil_component_set_isolation(sim->component, value, more,
					      rest + n);
	} else if (!strcmp(what, "risk")) {
		if (kstrtouint(rest, 0, &more))
			return -EINVAL;
		vigil_component_set_risk(sim->component, value, "sim", more);
	} else {
		return -EINVAL;
	}
	return 0;
}

static void flap(struct sim *sim, unsigned int n)
{
	while (n--)
		vigil_component_set_health(sim->component,
					   n & 1 ? VIGIL_HEALTH_DEGRADED :
						   VIGIL_HEALTH_HEALTHY,
					   "simulated");
}

static int do_numbers(struct sim *sim, const char *what, unsigned int value,
		      char *rest)
{
	unsigned int n;

	if (!strcmp(what, "count")) {
		if (kstrtouint(rest, 0, &n))
			return -EINVAL;
		vigil_component_count(sim->component, value, n);
		return 0;
	}
	if (!strcmp(what, "events")) {
		for (n = 0; n < value; n++)
			vigil_component_event(sim->component,
					      VIGIL_EVENT_KIND_CORRECTED_ERROR,
					      1);
		return 0;
	}
	if (!strcmp(what, "flaps")) {
		flap(sim, value);
		return 0;
	}
	return set_facts(sim, what, value, rest);
}

static int do_line(char *line)
{
	unsigned int i, value = 0;
	struct sim *sim;
	char what[16];
	int n = 0;

	if (sscanf(line, "%u %15s %n%u %n", &i, what, &n, &value, &n) < 2 ||
	    i >= components)
		return -EINVAL;
	sim = &sims[i];

	if (!strcmp(what, "register"))
		return register_sim(sim);
	if (!sim->component)
		return -ENODEV;
	if (!strcmp(what, "unregister")) {
		unregister_sim(sim);
		return 0;
	}
	return do_numbers(sim, what, value, line + n);
}

static ssize_t do_write(struct file *file, const char __user *ubuf,
			size_t count, loff_t *pos)
{
	char line[LINE_MAX_BYTES];
	int err;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, ubuf, count))
		return -EFAULT;
	line[count] = '\0';

	mutex_lock(&sims_lock);
	err = do_line(strim(line));
	mutex_unlock(&sims_lock);
	return err ?: count;
}

static const struct file_operations do_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = do_write,
};

static int flip_set(void *data, u64 paddr)
{
	struct page *page = pfn_to_online_page(paddr >> PAGE_SHIFT);
	u8 *bytes;

	if (!page)
		return -ENXIO;
	bytes = kmap_local_page(page);
	bytes[offset_in_page(paddr)] ^= 1;
	kunmap_local(bytes);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(flip_fops, NULL, flip_set, "%llu\n");

static int poison_set(void *data, u64 paddr)
{
	struct page *page = pfn_to_online_page(paddr >> PAGE_SHIFT);

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		return -EOPNOTSUPP;
	if (!page)
		return -ENXIO;
	SetPageHWPoison(page);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(poison_fops, NULL, poison_set, "%llu\n");

static void unregister_all(void)
{
	unsigned int i;

	mutex_lock(&sims_lock);
	for (i = 0; i < components; i++)
		unregister_sim(&sims[i]);
	mutex_unlock(&sims_lock);
}

static int register_all(void)
{
	unsigned int i;
	int err = 0;

	mutex_lock(&sims_lock);
	for (i = 0; i < components && !err; i++) {
		snprintf(sims[i].instance, sizeof(sims[i].instance), "sim%u",
			 i);
		sims[i].limit = 100;
		err = register_sim(&sims[i]);
	}
	mutex_unlock(&sims_lock);
	return err;
}

static int __init vigil_sim_init(void)
{
	int err;

	sims = kvcalloc(components, sizeof(*sims), GFP_KERNEL);
	if (!sims)
		return -ENOMEM;

	err = register_all();
	if (err) {
		unregister_all();
		kvfree(sims);
		return err;
	}

	sim_dir = debugfs_create_dir("vigil_sim", NULL);
	debugfs_create_file("do", 0200, sim_dir, NULL, &do_fops);
	debugfs_create_file_unsafe("flip", 0200, sim_dir, NULL, &flip_fops);
	debugfs_create_file_unsafe("poison", 0200, sim_dir, NULL, &poison_fops);
	return 0;
}

static void __exit vigil_sim_exit(void)
{
	debugfs_remove(sim_dir);
	unregister_all();
	kvfree(sims);
}

module_init(vigil_sim_init);
module_exit(vigil_sim_exit);

MODULE_DESCRIPTION("Simulated components for tests of Vigil");
MODULE_AUTHOR("Vigil maintainers");
MODULE_LICENSE("GPL");
