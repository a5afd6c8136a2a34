// SPDX-License-Identifier: GPL-2.0
/*
 * The whole machine, summed up from its components.
 *
 * The kernel does that too, as the component of class machine, and its word comes
 * first; without it the worst component speaks for all.
 */
#include <stdio.h>

#include "machine.h"
#include "show.h"

/* What health alone says. */
enum level health_level(const struct vigil_record *component)
{
	switch (vigil_record_uint(component, VIGIL_A_COMPONENT_HEALTH)) {
	case VIGIL_HEALTH_HEALTHY:
		return LEVEL_OK;
	case VIGIL_HEALTH_DEGRADED:
		return LEVEL_WARNING;
	case VIGIL_HEALTH_FAILING:
	case VIGIL_HEALTH_FAILED:
		return LEVEL_CRITICAL;
	}
	return LEVEL_UNKNOWN;
}

/*
 * What is wholly out of use does no harm any more, however broken it is: it is
 * worth a warning, because the machine has less than it was bought with.
 */
enum level component_level(const struct vigil_record *component)
{
	uint64_t isolation = vigil_record_uint(component,
					       VIGIL_A_COMPONENT_ISOLATION);
	uint64_t advice = vigil_record_uint(component,
					    VIGIL_A_COMPONENT_ADVICE);
	enum level level = health_level(component);

	if (isolation == VIGIL_ISOLATION_ISOLATED)
		return LEVEL_WARNING;
	if (advice >= VIGIL_ADVICE_DRAIN)
		return LEVEL_CRITICAL;
	if ((isolation || advice) && level < LEVEL_WARNING)
		return LEVEL_WARNING;
	return level;
}

const char *level_name(enum level level)
{
	static const char *const names[] = {
		[LEVEL_OK] = "OK",
		[LEVEL_UNKNOWN] = "UNKNOWN",
		[LEVEL_WARNING] = "WARNING",
		[LEVEL_CRITICAL] = "CRITICAL",
	};

	return names[level];
}

static void count(struct tally *tally, const struct vigil_record *component)
{
	uint64_t health = vigil_record_uint(component,
					    VIGIL_A_COMPONENT_HEALTH);

	tally->total++;
	tally->of_health[health <= VIGIL_HEALTH_MAX ? health :
						       VIGIL_HEALTH_UNKNOWN]++;
	if (vigil_record_uint(component, VIGIL_A_COMPONENT_ISOLATION))
		tally->isolated++;
}

/* Adds a component that is not in the list. */
void machine_take(struct machine *machine, const struct vigil_record *component)
{
	uint64_t class = vigil_record_uint(component, VIGIL_A_COMPONENT_CLASS);
	enum level level = component_level(component);

	if (level > machine->worst &&
	    vigil_component_needs_attention(component))
		machine->worst = level;
	if (class == VIGIL_CLASS_MACHINE) {
		machine->itself = component;
		return;
	}
	count(&machine->all, component);
	/* of a class newer than this program only the sum tells */
	if (class <= VIGIL_CLASS_MAX)
		count(&machine->of_class[class], component);
}

/* machine_free() frees what it makes; the list must outlive it. */
void machine_init(struct machine *machine, const struct vigil_list *list)
{
	*machine = (struct machine) { .worst = LEVEL_OK };
	for (size_t i = 0; i < vigil_list_size(list); i++)
		machine_take(machine, vigil_list_at(list, i));
	select_all(&machine->attention, list);
	select_only(&machine->attention, select_attention, NULL);
	select_sort(&machine->attention, ORDER_HEALTH, false);
}

void machine_free(struct machine *machine)
{
	select_free(&machine->attention);
}

static bool is_judged(const struct machine *machine)
{
	if (machine->itself)
		return vigil_record_uint(machine->itself,
					 VIGIL_A_COMPONENT_HEALTH);
	return machine->all.of_health[VIGIL_HEALTH_UNKNOWN] <
	       machine->all.total;
}

/*
 * How the machine as a whole is. Where some components have been judged, one that
 * should have been and is not is a reason to look; where none has, nothing is
 * known.
 */
enum level machine_level(const struct machine *machine)
{
	if (machine->worst > LEVEL_UNKNOWN)
		return machine->worst;
	if (!is_judged(machine))
		return LEVEL_UNKNOWN;
	return machine->worst == LEVEL_UNKNOWN ? LEVEL_WARNING : LEVEL_OK;
}

const char *machine_verdict(const struct machine *machine)
{
	switch (machine_level(machine)) {
	case LEVEL_OK:
		return "This machine is fit for work.";
	case LEVEL_WARNING:
		return "This machine is fit for work, with reservations.";
	case LEVEL_CRITICAL:
		return "This machine is NOT fit for work.";
	case LEVEL_UNKNOWN:
		break;
	}
	return "Whether this machine is fit for work is not known.";
}

/* Why, in a line. */
void machine_reason(const struct machine *machine, char *text, size_t room)
{
	const struct selection *attention = &machine->attention;

	if (machine->itself)
		snprintf(text, room, "%s",
			 show_string(machine->itself,
				     VIGIL_A_COMPONENT_REASON));
	else if (!machine->all.total)
		snprintf(text, room, "no module reports on any component");
	else if (!attention->size)
		snprintf(text, room, "%zu of %zu components are healthy, all are in use",
			 machine->all.of_health[VIGIL_HEALTH_HEALTHY],
			 machine->all.total);
	else
		snprintf(text, room, "%zu of %zu components need a look",
			 attention->size, machine->all.total);
}
