// SPDX-License-Identifier: GPL-2.0
/*
 * The line that a monitoring system reads: a word, why, and numbers to draw.
 */
#include <stdlib.h>

#include "check.h"
#include "show.h"
#include "text.h"

enum check_status check_status(enum level level)
{
	switch (level) {
	case LEVEL_OK:
		return CHECK_OK;
	case LEVEL_WARNING:
		return CHECK_WARNING;
	case LEVEL_CRITICAL:
		return CHECK_CRITICAL;
	case LEVEL_UNKNOWN:
		break;
	}
	return CHECK_UNKNOWN;
}

/* The worst component; of those that are equally bad, the first. */
static const struct vigil_record *worst_of(const struct machine *machine)
{
	const struct vigil_record *worst = NULL;

	for (size_t i = 0; i < machine->attention.size; i++) {
		const struct vigil_record *one = machine->attention.at[i];

		if (!worst || component_level(one) > component_level(worst))
			worst = one;
	}
	return worst;
}

/* Returns the length of the text, as snprintf() does. */
int check_describe(const struct vigil_record *component, char *text,
		   size_t room)
{
	uint64_t isolation = vigil_record_uint(component,
					       VIGIL_A_COMPONENT_ISOLATION);
	uint64_t advice = vigil_record_uint(component,
					    VIGIL_A_COMPONENT_ADVICE);

	return snprintf(text, room, "%s is %s%s%s%s%s: %s",
			show_string(component, VIGIL_A_COMPONENT_NAME),
			show_name(component, VIGIL_A_COMPONENT_HEALTH),
			isolation ? ", isolation " : "",
			isolation ? show_name(component,
					      VIGIL_A_COMPONENT_ISOLATION) : "",
			advice ? ", advice " : "",
			advice ? show_name(component,
					   VIGIL_A_COMPONENT_ADVICE) : "",
			show_string(component, VIGIL_A_COMPONENT_REASON));
}

/* Why the level is what it is: the worst component, and how many more there are. */
void check_message(const struct machine *machine, char *text, size_t room)
{
	const struct vigil_record *worst = worst_of(machine);
	size_t used;

	if (!worst) {
		machine_reason(machine, text, room);
		return;
	}
	used = check_describe(worst, text, room);
	if (used < room && machine->attention.size > 1)
		snprintf(text + used, room - used, "; %zu more need a look",
			 machine->attention.size - 1);
}

/* "WORD - message | numbers"; a bar in the message would begin the numbers. */
void check_print(const char *message, enum level level,
		 const struct machine *machine, FILE *file)
{
	const struct tally *all = &machine->all;
	char *clean = text_clean(message);

	for (char *c = clean; *c; c++)
		if (*c == '|')
			*c = '/';
	fprintf(file, "%s - %s | attention=%zu;;;0", level_name(level), clean,
		machine->attention.size);
	for (unsigned int i = 0; i <= VIGIL_HEALTH_MAX; i++)
		if (i != VIGIL_HEALTH_HEALTHY)
			fprintf(file, " %s=%zu;;;0", vigil_health_name(i),
				all->of_health[i]);
	fprintf(file, " isolated=%zu;;;0\n", all->isolated);
	free(clean);
}
