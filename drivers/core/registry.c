// SPDX-License-Identifier: GPL-2.0
/*
 * Which components there are, and how long.
 *
 * A component is found by number (xarray) or by name (hash table); ten thousand
 * are meant to be fine. Whoever finds one gets the right to use its provider's
 * callbacks until vigil_component_put(), and unregistering waits for that. The
 * memory is the device's and may stay longer.
 *
 * A name is taken from before its directory in sysfs appears until after that
 * is gone: sysfs treats a second one as a bug in the kernel.
 *
 * Lock: registry.lock, with no other lock of the core held, and none taken but
 * a component's facts_lock.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <kunit/visibility.h>
#include <linux/ctype.h>
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include "core.h"

#define NAME_HASH_BITS	12

static struct {
	/* lock protects all of it but nr_allocated */
	struct mutex lock;
	struct xarray ids;	/* number to component */
	DECLARE_HASHTABLE(names, NAME_HASH_BITS);
	u32 last_id;
	/* generation changes with what a dump shows; readers: READ_ONCE() */
	unsigned int generation;
	atomic_t nr_allocated;	/* components whose memory is not free yet */
} registry = {
	.lock = __MUTEX_INITIALIZER(registry.lock),
	.ids = XARRAY_INIT(registry.ids, 0),
	.generation = 1,
	.nr_allocated = ATOMIC_INIT(0),
};

static DECLARE_WAIT_QUEUE_HEAD(all_freed);

/* Of their own: the next size of kmalloc() is half as much again. */
static struct kmem_cache *component_cache;

static u32 hash_name(const char *name)
{
	return jhash(name, strlen(name), 0);
}

static struct vigil_component *find_name_locked(const char *name)
{
	struct vigil_component *component;

	lockdep_assert_held(&registry.lock);

	hash_for_each_possible(registry.names, component, name_node,
			       hash_name(name))
		if (!strcmp(dev_name(&component->dev), name))
			return component;
	return NULL;
}

static void touch_generation_locked(void)
{
	lockdep_assert_held(&registry.lock);

	/* Netlink takes 0 for "not said". */
	WRITE_ONCE(registry.generation, (registry.generation + 1) ?: 1);
}

unsigned int vigil_registry_generation(void)
{
	return READ_ONCE(registry.generation);
}

static struct vigil_component *use(struct vigil_component *component)
{
	if (component && refcount_inc_not_zero(&component->users))
		return component;
	return NULL;
}

/* The component with number @id, to be put again, or NULL. */
struct vigil_component *vigil_component_get(u32 id)
{
	struct vigil_component *component;

	mutex_lock(&registry.lock);
	component = use(xa_load(&registry.ids, id));
	mutex_unlock(&registry.lock);
	return component;
}

/* The component called @name, to be put again, or NULL. */
struct vigil_component *vigil_component_get_by_name(const char *name)
{
	struct vigil_component *component;

	mutex_lock(&registry.lock);
	component = use(find_name_locked(name));
	mutex_unlock(&registry.lock);
	return component;
}
EXPORT_SYMBOL_IF_KUNIT(vigil_component_get_by_name);

/*
 * The first component from number *@id on, to be put again; updates *@id. One
 * that is not @wanted (NULL: all are), which must not sleep, is passed over.
 */
struct vigil_component *
vigil_component_get_next(unsigned long *id, vigil_wanted_fn wanted,
			 const void *data)
{
	XA_STATE(xas, &registry.ids, *id);
	struct vigil_component *component;

	mutex_lock(&registry.lock);
	rcu_read_lock();
	xas_for_each(&xas, component, ULONG_MAX)
		if ((!wanted || wanted(component, data)) && use(component))
			break;
	rcu_read_unlock();
	mutex_unlock(&registry.lock);
	if (component)
		*id = xas.xa_index;
	return component;
}

void vigil_component_put(struct vigil_component *component)
{
	if (refcount_dec_and_test(&component->users))
		complete(&component->unused);
}
EXPORT_SYMBOL_IF_KUNIT(vigil_component_put);

/* Whether components, their counters and agents may be called so. */
bool vigil_name_valid(const char *name)
{
	const char *c;

	if (!name || !name[0] || name[0] == '.')
		return false;
	for (c = name; *c; c++)
		if (c - name >= VIGIL_NAME_MAX || !isascii(*c) ||
		    (!isalnum(*c) && !strchr(":._-", *c)))
			return false;
	return true;
}

static int check_counters(const struct vigil_component_desc *desc)
{
	unsigned int i, j;

	for (i = 0; i < desc->nr_counters; i++) {
		if (!vigil_name_valid(desc->counters[i].name))
			return -EINVAL;
		for (j = 0; j < i; j++)
			if (!strcmp(desc->counters[i].name,
				    desc->counters[j].name))
				return -EEXIST;
	}
	return 0;
}

static int check_policies(const struct vigil_component_desc *desc)
{
	const struct vigil_policy_desc *policy;
	unsigned int i, j;

	for (i = 0; i < desc->nr_policies; i++) {
		policy = &desc->policies[i];
		if (!vigil_name_valid(policy->name) || !policy->get ||
		    !policy->set || policy->minimum > policy->maximum)
			return -EINVAL;
		for (j = 0; j < i; j++)
			if (!strcmp(policy->name, desc->policies[j].name))
				return -EEXIST;
	}
	return 0;
}

static int check_desc(const struct vigil_component_desc *desc)
{
	const u32 all_verbs = GENMASK(VIGIL_VERB_MAX, VIGIL_VERB_ISOLATE);
	const u32 all_methods = GENMASK(VIGIL_METHOD_MAX, VIGIL_METHOD_UNBIND);
	int err;

	if (desc->class < VIGIL_CLASS_MEMORY || desc->class > VIGIL_CLASS_MAX ||
	    !vigil_name_valid(desc->instance) || (desc->verbs & ~all_verbs) ||
	    (desc->methods & ~all_methods) ||
	    (desc->guards & ~GENMASK(VIGIL_GUARD_MAX, VIGIL_GUARD_OWNER)))
		return -EINVAL;
	if (desc->verbs && (!desc->ops || !desc->ops->execute))
		return -EINVAL;
	if ((desc->nr_counters && !desc->counters) ||
	    (desc->nr_policies && !desc->policies))
		return -EINVAL;

	/* One message holds a whole component; this bounds the tables, too. */
	if (vigil_message_size(desc) > NLMSG_DEFAULT_SIZE)
		return -E2BIG;

	err = check_counters(desc);
	return err ?: check_policies(desc);
}

static void release_component(struct device *dev)
{
	struct vigil_component *component = to_vigil_component(dev);

	kfree(component->parent_name);
	kfree(component->counters);
	kmem_cache_free(component_cache, component);
	if (atomic_dec_and_test(&registry.nr_allocated))
		wake_up(&all_freed);
}

/* Named, and freed by put_device(). */
static struct vigil_component *
create_component(const struct vigil_component_desc *desc)
{
	struct vigil_component *component;
	const char *name;
	int err = 0;

	component = kmem_cache_zalloc(component_cache, GFP_KERNEL);
	if (!component)
		return ERR_PTR(-ENOMEM);

	atomic_inc(&registry.nr_allocated);
	device_initialize(&component->dev);
	component->dev.class = &vigil_device_class;
	component->dev.release = release_component;
	/* There is nothing to suspend: no power/ with its seven files. */
	device_set_pm_not_required(&component->dev);
	component->desc = *desc;
	if (desc->parent) {
		component->parent_id = desc->parent->id;
		component->parent_name = kstrdup(dev_name(&desc->parent->dev),
						 GFP_KERNEL);
		err = component->parent_name ? 0 : -ENOMEM;
	}
	if (desc->nr_counters) {
		component->counters = kcalloc(desc->nr_counters,
					      sizeof(*component->counters),
					      GFP_KERNEL);
		err = component->counters ? err : -ENOMEM;
	}
	strscpy(component->label, desc->label ?: "", sizeof(component->label));
	refcount_set(&component->users, 0);
	init_completion(&component->unused);
	spin_lock_init(&component->facts_lock);
	vigil_operations_init(component);

	if (!err)
		err = dev_set_name(&component->dev, "%s-%s",
				   vigil_class_names[desc->class],
				   desc->instance);
	name = dev_name(&component->dev);
	if (!err && strlen(name) > VIGIL_NAME_MAX)
		err = -ENAMETOOLONG;
	if (err) {
		put_device(&component->dev);
		return ERR_PTR(err);
	}
	return component;
}

/* Take name and number. Nobody can use the component yet. */
static int insert(struct vigil_component *component)
{
	const char *name = dev_name(&component->dev);
	int err;

	mutex_lock(&registry.lock);
	if (find_name_locked(name)) {
		err = -EEXIST;
	} else if (registry.last_id == U32_MAX) {
		err = -ENOSPC;
	} else {
		component->id = registry.last_id + 1;
		err = xa_insert(&registry.ids, component->id, component,
				GFP_KERNEL);
	}
	if (!err) {
		registry.last_id = component->id;
		hash_add(registry.names, &component->name_node,
			 hash_name(name));
	}
	mutex_unlock(&registry.lock);
	return err;
}

static void erase_id(struct vigil_component *component)
{
	mutex_lock(&registry.lock);
	xa_erase(&registry.ids, component->id);
	touch_generation_locked();
	mutex_unlock(&registry.lock);
}

static void erase_name(struct vigil_component *component)
{
	mutex_lock(&registry.lock);
	hash_del(&component->name_node);
	mutex_unlock(&registry.lock);
}

static void allow_use(struct vigil_component *component)
{
	mutex_lock(&registry.lock);
	refcount_set(&component->users, 1);
	touch_generation_locked();
	mutex_unlock(&registry.lock);
}

/**
 * vigil_component_register() - Show a component to the world.
 * @desc: description, copied; what it points to stays valid until the component
 *	is unregistered
 *
 * The callbacks may be called before this returns. Health is unknown, isolation
 * and advice none, until the provider says otherwise.
 *
 * Context: Process context, may sleep.
 * Return: the component, or ERR_PTR(): -EEXIST when the name or a counter or a
 * policy is there twice, -EINVAL when the description makes no sense,
 * -ENAMETOOLONG, -E2BIG when it does not fit into a message, -ENOSPC when
 * numbers have run out, -ENOMEM.
 */
struct vigil_component *
vigil_component_register(const struct vigil_component_desc *desc)
{
	struct vigil_component *component;
	int err;

	err = check_desc(desc);
	if (err)
		return ERR_PTR(err);

	component = create_component(desc);
	if (IS_ERR(component))
		return component;

	err = insert(component);
	if (err)
		goto put_device;

	err = vigil_attr_set_get(component);
	if (err)
		goto erase;

	err = device_add(&component->dev);
	if (err)
		goto put_attrs;

	allow_use(component);
	vigil_component_announce(component, VIGIL_CMD_COMPONENT_ADD_NTF);
	return component;

put_attrs:
	/* Its files may have been written to already. */
	vigil_operations_stop(component);
	vigil_attr_set_put(component);
erase:
	erase_id(component);
	erase_name(component);
put_device:
	put_device(&component->dev);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(vigil_component_register);

/**
 * vigil_component_unregister() - Take a component away.
 * @component: what vigil_component_register() returned, or an error, or NULL
 *
 * Operations that wait fail with -ENODEV, the one that runs is waited for. When
 * it returns, no callback runs and none will be called, and @component must not
 * be used any more.
 *
 * Context: Process context, may sleep. Not from a callback of this component,
 * and without locks that one takes.
 */
void vigil_component_unregister(struct vigil_component *component)
{
	if (IS_ERR_OR_NULL(component))
		return;

	erase_id(component);
	/* Before device_del(), which waits for writers who wait for these. */
	vigil_operations_stop(component);
	device_del(&component->dev);

	vigil_component_put(component);
	wait_for_completion(&component->unused);

	vigil_component_announce(component, VIGIL_CMD_COMPONENT_DEL_NTF);
	vigil_attr_set_put(component);
	erase_name(component);
	put_device(&component->dev);
}
EXPORT_SYMBOL_GPL(vigil_component_unregister);

int vigil_registry_init(void)
{
	component_cache = kmem_cache_create("vigil_component",
					    sizeof(struct vigil_component), 0,
					    0, NULL);
	return component_cache ? 0 : -ENOMEM;
}

/* Memory may be held by whoever has a reference on a device. */
void vigil_registry_exit(void)
{
	wait_event(all_freed, !atomic_read(&registry.nr_allocated));
	xa_destroy(&registry.ids);
	kmem_cache_destroy(component_cache);
}
