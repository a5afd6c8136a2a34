// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/class/vigil/<class>-<instance>/: one value a file.
 *
 * Facts are the same files for all. What counters/ and policy/ contain depends
 * on the provider's tables; components with the same tables share one set of
 * attributes, so that ten thousand of them do not cost megabytes.
 *
 * Writers need CAP_SYS_ADMIN in the initial user namespace as well as the
 * file's permission: root in a container may see /sys.
 *
 * No locks but that of the list of sets. device_del() waits until nobody is in
 * here with a component.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/kstrtox.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "core.h"
#include "guard.h"

/* How long a write waits for the outcome of its operation. */
unsigned int vigil_sysfs_wait_ms = 30000;

struct class vigil_device_class = {
	.name = "vigil",
};

/* A file in counters/ or policy/. */
struct value_attr {
	struct device_attribute attr;
	unsigned int index;	/* in the provider's table */
};

/**
 * struct vigil_attr_set - Sysfs attributes for a pair of tables.
 * @list: in attr_sets
 * @nr_users: components that use it; attr_sets_lock
 * @desc: the tables it is for; constant
 * @files: pointers to @attrs, each group's end with NULL; constant
 * @counters: group of the counters; constant
 * @policies: group of the policies; constant
 * @groups: for struct device; constant
 * @attrs: the attributes, those of counters first; constant
 */
struct vigil_attr_set {
	struct list_head list;
	unsigned int nr_users;
	struct vigil_component_desc desc;
	struct attribute **files;
	struct attribute_group counters;
	struct attribute_group policies;
	const struct attribute_group *groups[4];
	struct value_attr attrs[];
};

static DEFINE_MUTEX(attr_sets_lock);	/* protects attr_sets; innermost */
static LIST_HEAD(attr_sets);

static ssize_t label_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%s\n", to_vigil_component(dev)->label);
}
static DEVICE_ATTR_RO(label);

static ssize_t health_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct vigil_facts facts;

	vigil_component_facts(to_vigil_component(dev), &facts);
	return sysfs_emit(buf, "%s\n", vigil_health_names[facts.health]);
}
static DEVICE_ATTR_RO(health);

static ssize_t isolation_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	struct vigil_facts facts;

	vigil_component_facts(to_vigil_component(dev), &facts);
	return sysfs_emit(buf, "%s\n", vigil_isolation_names[facts.isolation]);
}
static DEVICE_ATTR_RO(isolation);

static ssize_t advice_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct vigil_facts facts;

	vigil_component_facts(to_vigil_component(dev), &facts);
	return sysfs_emit(buf, "%s\n", vigil_advice_names[facts.advice]);
}
static DEVICE_ATTR_RO(advice);

static ssize_t risk_permille_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	struct vigil_facts facts;

	vigil_component_facts(to_vigil_component(dev), &facts);
	if (!vigil_risk_known(&facts))
		return sysfs_emit(buf, "unknown\n");
	return sysfs_emit(buf, "%u\n", facts.risk_permille);
}
static DEVICE_ATTR_RO(risk_permille);

static ssize_t reason_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct vigil_facts facts;

	vigil_component_facts(to_vigil_component(dev), &facts);
	return sysfs_emit(buf, "%s\n", facts.reason);
}
static DEVICE_ATTR_RO(reason);

static ssize_t owner_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct vigil_facts facts;

	vigil_component_facts(to_vigil_component(dev), &facts);
	return sysfs_emit(buf, "%s\n", vigil_owner_names[facts.owner]);
}
static DEVICE_ATTR_RO(owner);

static ssize_t isolated_by_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	struct vigil_facts facts;

	vigil_component_facts(to_vigil_component(dev), &facts);
	return sysfs_emit(buf, "%s\n", facts.isolated_by);
}
static DEVICE_ATTR_RO(isolated_by);

static ssize_t parent_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%s\n", to_vigil_component(dev)->parent_name);
}
static DEVICE_ATTR_RO(parent);

static ssize_t agent_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%s\n", to_vigil_component(dev)->desc.agent);
}
static DEVICE_ATTR_RO(agent);

static ssize_t seq_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	struct vigil_facts facts;

	vigil_component_facts(to_vigil_component(dev), &facts);
	return sysfs_emit(buf, "%llu\n", facts.seq);
}
static DEVICE_ATTR_RO(seq);

static ssize_t verbs_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	u32 verbs = to_vigil_component(dev)->desc.verbs;
	unsigned int verb;
	int len = 0;

	for (verb = VIGIL_VERB_ISOLATE; verb <= VIGIL_VERB_MAX; verb++)
		if (verbs & BIT(verb))
			len += sysfs_emit_at(buf, len, "%s%s", len ? " " : "",
					     vigil_verb_names[verb]);
	return len + sysfs_emit_at(buf, len, "\n");
}
static DEVICE_ATTR_RO(verbs);

/* For class memory "ADDRESS [REASON]", for others "[REASON]"; cuts @line. */
static int parse_request(struct vigil_component *component, char *line,
			 struct vigil_request *request)
{
	char *reason = strim(line);
	char *address;
	int err;

	if (component->desc.class == VIGIL_CLASS_MEMORY) {
		address = strsep(&reason, " \t");
		err = kstrtou64(address, 0, &request->address);
		if (err)
			return err;
		request->has_address = true;
		reason = reason ? skip_spaces(reason) : "";
	}

	if (!vigil_reason_valid(reason))
		return -EINVAL;
	request->reason = reason[0] ? reason : VIGIL_REASON_NONE;
	return 0;
}

/* The outcome of an operation as the result of a system call. */
static int wait_for_outcome(struct vigil_operation *operation)
{
	unsigned long timeout = msecs_to_jiffies(vigil_sysfs_wait_ms);
	struct vigil_outcome outcome;
	long left;
	u64 seq;

	left = wait_for_completion_interruptible_timeout(&operation->ended,
							 timeout);
	/* Not to be restarted: that would be a second operation. */
	if (left < 0)
		return -EINTR;
	if (!left)
		return -EINPROGRESS;

	vigil_operation_outcome(operation, &outcome, &seq);
	switch (outcome.state) {
	case VIGIL_OP_STATE_DONE:
		return 0;
	case VIGIL_OP_STATE_FAILED:
		return outcome.error;
	default:
		return -ETIMEDOUT;
	}
}

static int request_verb(struct vigil_component *component, char *line,
			enum vigil_verb verb)
{
	struct vigil_request request = { .verb = verb };
	struct vigil_operation *operation;
	struct vigil_outcome outcome;
	int err;

	err = parse_request(component, line, &request);
	if (err)
		return err;

	err = vigil_operation_submit(component, &request, &outcome, &operation);
	if (err)
		return err;

	err = wait_for_outcome(operation);
	vigil_operation_put(operation);
	return err;
}

static bool may_change(void)
{
	return capable(CAP_SYS_ADMIN) && !vigil_is_locked_down();
}

static ssize_t store_verb(struct device *dev, const char *buf, size_t count,
			  enum vigil_verb verb)
{
	char *line;
	int err;

	if (!may_change())
		return -EPERM;
	if (memchr(buf, '\0', count))
		return -EINVAL;

	line = kmemdup_nul(buf, count, GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	err = request_verb(to_vigil_component(dev), line, verb);
	kfree(line);
	return err ?: count;
}

static ssize_t isolate_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	return store_verb(dev, buf, count, VIGIL_VERB_ISOLATE);
}
static DEVICE_ATTR_WO(isolate);

static ssize_t release_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	return store_verb(dev, buf, count, VIGIL_VERB_RELEASE);
}
static DEVICE_ATTR_WO(release);

static ssize_t recover_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	return store_verb(dev, buf, count, VIGIL_VERB_RECOVER);
}
static DEVICE_ATTR_WO(recover);

static ssize_t test_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	return store_verb(dev, buf, count, VIGIL_VERB_TEST);
}
static DEVICE_ATTR_WO(test);

static struct attribute *fact_attrs[] = {
	&dev_attr_label.attr,
	&dev_attr_health.attr,
	&dev_attr_isolation.attr,
	&dev_attr_advice.attr,
	&dev_attr_risk_permille.attr,
	&dev_attr_reason.attr,
	&dev_attr_owner.attr,
	&dev_attr_seq.attr,
	&dev_attr_verbs.attr,
	&dev_attr_isolate.attr,
	&dev_attr_release.attr,
	&dev_attr_recover.attr,
	&dev_attr_test.attr,
	&dev_attr_isolated_by.attr,
	&dev_attr_parent.attr,
	&dev_attr_agent.attr,
	NULL
};

static umode_t fact_visible(struct kobject *kobj, struct attribute *attr,
			    int index)
{
	struct vigil_component *component =
		to_vigil_component(kobj_to_dev(kobj));
	u32 verbs = component->desc.verbs;
	bool visible = true;

	if (attr == &dev_attr_isolate.attr ||
	    attr == &dev_attr_isolated_by.attr)
		visible = verbs & BIT(VIGIL_VERB_ISOLATE);
	else if (attr == &dev_attr_release.attr)
		visible = verbs & BIT(VIGIL_VERB_RELEASE);
	else if (attr == &dev_attr_recover.attr)
		visible = verbs & BIT(VIGIL_VERB_RECOVER);
	else if (attr == &dev_attr_test.attr)
		visible = verbs & BIT(VIGIL_VERB_TEST);
	else if (attr == &dev_attr_parent.attr)
		visible = component->parent_name;
	else if (attr == &dev_attr_agent.attr)
		visible = component->desc.agent;
	return visible ? attr->mode : 0;
}

static const struct attribute_group fact_group = {
	.attrs = fact_attrs,
	.is_visible = fact_visible,
};

static unsigned int index_of(struct device_attribute *attr)
{
	return container_of(attr, struct value_attr, attr)->index;
}

static ssize_t counter_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	struct vigil_component *component = to_vigil_component(dev);

	return sysfs_emit(buf, "%llu\n",
			  vigil_component_counter(component, index_of(attr)));
}

static ssize_t policy_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct vigil_component *component = to_vigil_component(dev);
	const struct vigil_policy_desc *policy =
		&component->desc.policies[index_of(attr)];

	return sysfs_emit(buf, "%llu\n",
			  policy->get(component, component->desc.priv));
}

static ssize_t policy_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	u64 value;
	int err;

	if (!may_change())
		return -EPERM;

	err = kstrtou64(buf, 0, &value);
	if (err)
		return err;
	err = vigil_policy_set(to_vigil_component(dev), index_of(attr), value,
			       NULL);
	return err ?: count;
}

static void init_value_attr(struct value_attr *value, const char *name,
			    unsigned int index)
{
	sysfs_attr_init(&value->attr.attr);
	value->attr.attr.name = name;
	value->index = index;
}

static void init_counters(struct vigil_attr_set *set)
{
	unsigned int i;

	set->counters.name = "counters";
	set->counters.attrs = set->files;
	for (i = 0; i < set->desc.nr_counters; i++) {
		struct value_attr *value = &set->attrs[i];

		init_value_attr(value, set->desc.counters[i].name, i);
		value->attr.attr.mode = 0444;
		value->attr.show = counter_show;
		set->counters.attrs[i] = &value->attr.attr;
	}
}

static void init_policies(struct vigil_attr_set *set)
{
	unsigned int i;

	set->policies.name = "policy";
	set->policies.attrs = set->files + set->desc.nr_counters + 1;
	for (i = 0; i < set->desc.nr_policies; i++) {
		struct value_attr *value =
			&set->attrs[set->desc.nr_counters + i];

		init_value_attr(value, set->desc.policies[i].name, i);
		value->attr.attr.mode = 0644;
		value->attr.show = policy_show;
		value->attr.store = policy_store;
		set->policies.attrs[i] = &value->attr.attr;
	}
}

static void init_groups(struct vigil_attr_set *set)
{
	unsigned int n = 0;

	set->groups[n++] = &fact_group;
	if (set->desc.nr_counters)
		set->groups[n++] = &set->counters;
	if (set->desc.nr_policies)
		set->groups[n++] = &set->policies;
}

static struct vigil_attr_set *
create_attr_set(const struct vigil_component_desc *desc)
{
	unsigned int nr = desc->nr_counters + desc->nr_policies;
	struct vigil_attr_set *set;

	set = kzalloc(struct_size(set, attrs, nr), GFP_KERNEL);
	if (!set)
		return NULL;

	/* A NULL after each of the two. */
	set->files = kcalloc(nr + 2, sizeof(*set->files), GFP_KERNEL);
	if (!set->files) {
		kfree(set);
		return NULL;
	}

	set->desc = *desc;
	init_counters(set);
	init_policies(set);
	init_groups(set);
	return set;
}

static struct vigil_attr_set *
find_attr_set_locked(const struct vigil_component_desc *desc)
{
	struct vigil_attr_set *set;

	lockdep_assert_held(&attr_sets_lock);

	list_for_each_entry(set, &attr_sets, list)
		if (set->desc.counters == desc->counters &&
		    set->desc.nr_counters == desc->nr_counters &&
		    set->desc.policies == desc->policies &&
		    set->desc.nr_policies == desc->nr_policies)
			return set;
	return NULL;
}

/* Give the component's device its groups. */
int vigil_attr_set_get(struct vigil_component *component)
{
	struct vigil_attr_set *set;

	mutex_lock(&attr_sets_lock);
	set = find_attr_set_locked(&component->desc);
	if (!set) {
		set = create_attr_set(&component->desc);
		if (set)
			list_add(&set->list, &attr_sets);
	}
	if (set)
		set->nr_users++;
	mutex_unlock(&attr_sets_lock);

	if (!set)
		return -ENOMEM;
	component->attrs = set;
	component->dev.groups = set->groups;
	return 0;
}

/* The device has been taken out of sysfs, or was never in it. */
void vigil_attr_set_put(struct vigil_component *component)
{
	struct vigil_attr_set *set = component->attrs;
	bool last;

	component->dev.groups = NULL;

	mutex_lock(&attr_sets_lock);
	last = !--set->nr_users;
	if (last)
		list_del(&set->list);
	mutex_unlock(&attr_sets_lock);

	if (last) {
		kfree(set->files);
		kfree(set);
	}
}
