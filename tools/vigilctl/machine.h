/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The whole machine, or a part of it: how well each class of components is, what
 * needs a look, and whether it is fit for work.
 */
#ifndef VIGILCTL_MACHINE_H
#define VIGILCTL_MACHINE_H

#include "select.h"

#define MACHINE_NAME "machine-0"

/**
 * enum level - How much a component asks for somebody to act, the worst last.
 * @LEVEL_OK: not at all
 * @LEVEL_UNKNOWN: nobody knows how it is
 * @LEVEL_WARNING: it works, but something is out of use, worn, or to be watched
 * @LEVEL_CRITICAL: it fails or will soon, or has to be drained or replaced
 */
enum level {
	LEVEL_OK,
	LEVEL_UNKNOWN,
	LEVEL_WARNING,
	LEVEL_CRITICAL,
};

/**
 * struct tally - How many components of a class there are.
 * @total: all of them
 * @of_health: by VIGIL_HEALTH_...
 * @isolated: wholly or partly out of use, or about to be
 */
struct tally {
	size_t total;
	size_t of_health[VIGIL_HEALTH_MAX + 1];
	size_t isolated;
};

/**
 * struct machine - The components of a machine, summed up.
 * @itself: the component of class machine, NULL when the kernel has none
 * @of_class: by VIGIL_CLASS_...
 * @all: sum of these
 * @attention: those that need a look, the worst first
 * @worst: level of the worst that needs a look, the machine itself included
 */
struct machine {
	const struct vigil_record *itself;
	struct tally of_class[VIGIL_CLASS_MAX + 1];
	struct tally all;
	struct selection attention;
	enum level worst;
};

void machine_init(struct machine *machine, const struct vigil_list *list);
void machine_take(struct machine *machine,
		  const struct vigil_record *component);
void machine_free(struct machine *machine);
enum level machine_level(const struct machine *machine);
const char *machine_verdict(const struct machine *machine);
void machine_reason(const struct machine *machine, char *text, size_t room);

enum level health_level(const struct vigil_record *component);
enum level component_level(const struct vigil_record *component);
const char *level_name(enum level level);

#endif /* VIGILCTL_MACHINE_H */
