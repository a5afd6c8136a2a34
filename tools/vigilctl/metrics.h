/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers in the text format of Prometheus.
 */
#ifndef VIGILCTL_METRICS_H
#define VIGILCTL_METRICS_H

#include <stdio.h>

#include "vigilctl.h"

/**
 * struct metrics_input - What is known of the machine.
 * @components: all components, NULL when the kernel can't be asked
 * @sources: who reports errors, or NULL
 * @agents: programs that report on components, or NULL
 */
struct metrics_input {
	struct vigil_list *components;
	struct vigil_list *sources;
	struct vigil_list *agents;
};

/* metrics-format.c */
struct metrics;

struct metrics *metrics_new(void);
char *metrics_label(char *labels, const char *name, const char *value);
void metrics_add(struct metrics *metrics, const char *family, char *labels,
		 double value);
void metrics_add_named(struct metrics *metrics, const char *name, char *labels,
		       uint64_t value);
void metrics_print(struct metrics *metrics, FILE *file);

/* metrics-collect.c */
void metrics_write(const struct metrics_input *input, FILE *file);

#endif /* VIGILCTL_METRICS_H */
