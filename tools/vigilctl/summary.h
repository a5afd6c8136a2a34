/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One screen about the machine.
 */
#ifndef VIGILCTL_SUMMARY_H
#define VIGILCTL_SUMMARY_H

#include <stdio.h>

#include "machine.h"
#include "table.h"

/**
 * struct summary - What the screen shows.
 * @machine: the components, summed up
 * @sources: who reports errors, or NULL
 * @agents: programs that report on components, or NULL
 * @columns: of the terminal, 0 if they do not matter
 * @lines: of the terminal, 0 if they do not matter
 * @colour: the terminal has colours
 */
struct summary {
	struct machine machine;
	struct vigil_list *sources;
	struct vigil_list *agents;
	size_t columns;
	size_t lines;
	bool colour;
};

/* summary-show.c */
void summary_print(const struct summary *summary, FILE *file);
bool source_is_silent(const struct vigil_record *source);
bool agent_is_silent(const struct vigil_record *agent);

#endif /* VIGILCTL_SUMMARY_H */
