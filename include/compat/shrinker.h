/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shrinkers that the kernel allocates, and pages that they freed; see the probes
 * shrinker_alloc and mm_account_reclaimed_pages.
 */
#ifndef _COMPAT_SHRINKER_H
#define _COMPAT_SHRINKER_H

#include <generated/vigil-compat.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/swap.h>

#ifndef COMPAT_HAS_SHRINKER_ALLOC
/* Such a kernel takes the name when the shrinker is registered. */
struct compat_shrinker {
	struct shrinker shrinker;
	const char *name;
};

/* The name must stay, and is not a format. */
static inline struct shrinker *shrinker_alloc(unsigned int flags,
					      const char *name)
{
	struct compat_shrinker *new = kzalloc(sizeof(*new), GFP_KERNEL);

	if (!new)
		return NULL;
	new->shrinker.flags = flags;
	new->shrinker.seeks = DEFAULT_SEEKS;
	new->name = name;
	return &new->shrinker;
}

static inline void shrinker_register(struct shrinker *shrinker)
{
	struct compat_shrinker *new =
		container_of(shrinker, struct compat_shrinker, shrinker);

	if (register_shrinker(shrinker, "%s", new->name))
		pr_warn("shrinker %s: no memory to register it\n", new->name);
}

/* One that was not registered may be unregistered. */
static inline void shrinker_free(struct shrinker *shrinker)
{
	if (!shrinker)
		return;
	unregister_shrinker(shrinker);
	kfree(container_of(shrinker, struct compat_shrinker, shrinker));
}
#endif

#ifndef COMPAT_HAS_MM_ACCOUNT_RECLAIMED_PAGES
static inline void mm_account_reclaimed_pages(unsigned long pages)
{
	if (current->reclaim_state)
		current->reclaim_state->reclaimed_slab += pages;
}
#endif

#endif /* _COMPAT_SHRINKER_H */
