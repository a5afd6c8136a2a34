/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page that can be mailed.
 */
#ifndef VIGILCTL_REPORT_H
#define VIGILCTL_REPORT_H

#include <stdio.h>
#include <time.h>

#include "dimm.h"
#include "machine.h"

/* As many maps as one looks at. */
#define REPORT_MAPS_MAX 24

/**
 * struct report_map - A memory module with errors.
 * @component: its component
 * @cells: its cells that had errors
 */
struct report_map {
	const struct vigil_record *component;
	struct vigil_list *cells;
};

/**
 * struct report - All that the page tells.
 * @host: name of the machine
 * @system: kernel and architecture
 * @time: when it was asked
 * @components: all components
 * @machine: they, summed up
 * @sources: who reports errors, or NULL
 * @agents: programs that report on components, or NULL
 * @models: what predicts failures, or NULL
 * @decisions: what was decided, or NULL
 * @operations: what was asked for, or NULL
 * @maps: memory modules with errors
 * @nr_maps: how many
 */
struct report {
	const char *host;
	const char *system;
	time_t time;
	struct vigil_list *components;
	struct machine machine;
	struct vigil_list *sources;
	struct vigil_list *agents;
	struct vigil_list *models;
	struct vigil_list *decisions;
	struct vigil_list *operations;
	struct report_map maps[REPORT_MAPS_MAX];
	size_t nr_maps;
};

/* report-page.c */
void report_write(const struct report *report, FILE *file);

/* report-history.c */
void report_history(const struct report *report, FILE *file);
void report_observers(const struct report *report, FILE *file);

/* report-style.c */
extern const char report_style[];

#endif /* VIGILCTL_REPORT_H */
