/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The machine: what all components amount to.
 */
#ifndef _VIGIL_MACHINE_H
#define _VIGIL_MACHINE_H

#include <linux/types.h>
#include <linux/vigil/component.h>

struct vigil_facts;

/* The core's statistics, counters of machine-0. */
enum vigil_statistic {
	VIGIL_STAT_DONE,
	VIGIL_STAT_FAILED,
	VIGIL_STAT_TIMEOUT,
	VIGIL_STAT_REFUSED,
	VIGIL_STAT_GUARDED,
	VIGIL_STAT_OVERRIDDEN,
	VIGIL_STAT_DRY_RUNS,
	VIGIL_STAT_MESSAGES,
	VIGIL_STAT_MESSAGES_LOST,
	VIGIL_STAT_AUDITED,
	VIGIL_STAT_AGENTS_LOST,
	VIGIL_NR_STATISTICS
};

/**
 * struct vigil_class_use - How much of a class is out of use.
 * @nr: components of the class
 * @nr_isolated: others than the one that is asked about that are isolated or
 *	pending
 * @nr_isolated_max: how many may be
 * @nr_last_hour: isolations through Vigil in the last hour
 * @nr_last_hour_max: how many may be
 */
struct vigil_class_use {
	unsigned int nr;
	unsigned int nr_isolated;
	unsigned int nr_isolated_max;
	unsigned int nr_last_hour;
	unsigned int nr_last_hour_max;
};

int vigil_machine_init(void);
void vigil_machine_exit(void);

void vigil_machine_count(enum vigil_statistic statistic);
void vigil_machine_account_locked(struct vigil_component *component,
				  const struct vigil_facts *before,
				  const struct vigil_facts *after);
void vigil_machine_class_use(struct vigil_component *component,
			     struct vigil_class_use *use);
void vigil_machine_isolated(struct vigil_component *component);

#endif /* _VIGIL_MACHINE_H */
