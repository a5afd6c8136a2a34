// SPDX-License-Identifier: GPL-2.0
/*
 * The text format of Prometheus, version 0.0.4: samples are collected in any order
 * and printed by family, each with its HELP and TYPE.
 *
 * Names of counters come from modules and agents. What a metric's name can't hold
 * becomes "_", and then a label has the true name, so that no two get mixed up.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "text.h"

#define PREFIX "vigil_"

/**
 * struct sample - One line.
 * @family: name of the metric
 * @labels: in braces, or an empty string
 * @value: its value
 * @order: how many were added before it
 * @named: it is a counter of a component, not one that is described here
 */
struct sample {
	char *family;
	char *labels;
	double value;
	size_t order;
	bool named;
};

struct metrics {
	struct sample *samples;
	size_t size;
	size_t room;
};

/* Families that are described here; the type follows from the name. */
static const struct {
	const char *name;
	const char *help;
} families[] = {
	{ "vigil_agent_components", "Components that an agent reports on." },
	{ "vigil_agent_up", "1 while an agent is there and speaks, else 0." },
	{ "vigil_build_info", "Version of vigilctl; the value is 1." },
	{ "vigil_component_advice", "0 none, 1 watch, 2 isolate, 3 drain, 4 replace." },
	{ "vigil_component_health", "0 unknown, 1 healthy, 2 degraded, 3 failing, 4 failed." },
	{ "vigil_component_info", "What a component is; the value is 1." },
	{ "vigil_component_isolation", "0 in use, 1 pending, 2 isolated, 3 partly isolated." },
	{ "vigil_component_risk_ratio", "Chance of an uncorrectable failure, 0 to 1." },
	{ "vigil_components", "Components by class and health." },
	{ "vigil_policy", "Value of a policy of a component." },
	{ "vigil_scrape_torn", "1 when components came or went while they were read." },
	{ "vigil_source_armed", "1 while a source of errors is listened to, 0 when that failed." },
	{ "vigil_source_dropped_total", "Errors of a source that were counted and no more." },
	{ "vigil_source_errors_total", "Errors that a source reported." },
	{ "vigil_source_quiet_seconds", "Time since a source's last report." },
	{ "vigil_up", "1 when the kernel's vigil module answers, else 0." },
};

/* Counters of components that tell how much there is now, so they may shrink. */
static const char *const gauges[] = {
	"cells_6h", "errors_6h", "fault_mode_6h", "files",
	"fill_pages_per_minute", "free_pages", "history_bytes",
	"history_resolution_seconds", "huge_bytes", "load_bytes_per_second",
	"load_done_bytes", "load_total_bytes", "loaded_bytes", "loaded_chunks",
	"mapped_huge_bytes", "page_size_bytes", "pages_out_of_use",
	"quarantined_pages", "queued_bytes", "shortfall_pages",
	"shortfall_seconds", "small_bytes", "storms_6h", "used_pages",
};

static bool is_gauge(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(gauges); i++)
		if (!strcmp(gauges[i], name))
			return true;
	return false;
}

struct metrics *metrics_new(void)
{
	return need(calloc(1, sizeof(struct metrics)));
}

static void put_escaped(FILE *file, const char *value)
{
	char *clean = text_clean(value);

	for (const char *c = clean; *c; c++) {
		if (*c == '\\' || *c == '"')
			fputc('\\', file);
		fputc(*c, file);
	}
	free(clean);
}

/*
 * Adds a label to those in @labels, which is freed; NULL before the first. One
 * without a value is left out.
 */
char *metrics_label(char *labels, const char *name, const char *value)
{
	size_t size;
	char *all;
	FILE *file;

	if (!value)
		return labels;
	file = need(open_memstream(&all, &size));
	fprintf(file, "%s%s%s=\"", labels ? labels : "", labels ? "," : "",
		name);
	put_escaped(file, value);
	fputc('"', file);
	fclose(file);
	free(labels);
	return all;
}

static void add(struct metrics *metrics, struct sample sample)
{
	if (metrics->size == metrics->room) {
		metrics->room = metrics->room ? metrics->room * 2 : 64;
		metrics->samples = need(reallocarray(metrics->samples,
						     metrics->room,
						     sizeof(*metrics->samples)));
	}
	sample.order = metrics->size;
	metrics->samples[metrics->size++] = sample;
}

/* Adds a line; @labels is freed when it is printed. */
void metrics_add(struct metrics *metrics, const char *family, char *labels,
		 double value)
{
	struct sample sample = {
		.family = need(strdup(family)),
		.labels = labels,
		.value = value,
	};

	add(metrics, sample);
}

static bool may_be_in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* Adds a counter of a component. */
void metrics_add_named(struct metrics *metrics, const char *name, char *labels,
		       uint64_t value)
{
	struct sample sample = { .value = value, .named = true };
	bool changed = false;
	char *family;

	if (asprintf(&family, PREFIX "%s%s", name,
		     is_gauge(name) ? "" : "_total") < 0)
		family = need(NULL);
	for (char *c = family; *c; c++) {
		if (may_be_in_name(*c))
			continue;
		*c = '_';
		changed = true;
	}
	if (changed)
		labels = metrics_label(labels, "counter", name);
	sample.family = family;
	sample.labels = labels;
	add(metrics, sample);
}

/* Those of a family stay in the order in which they were added. */
static int compare(const void *a, const void *b)
{
	const struct sample *one = a, *other = b;
	int order = strcmp(one->family, other->family);

	if (order)
		return order;
	return one->order < other->order ? -1 : 1;
}

static const char *help_of(const struct sample *sample)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (!sample->named && !strcmp(families[i].name, sample->family))
			return families[i].help;
	return "Counter of components of that name, see Documentation/ABI.";
}

static void print_head(const struct sample *sample, FILE *file)
{
	size_t length = strlen(sample->family);
	bool total = length > 6 && !strcmp(sample->family + length - 6, "_total");

	fprintf(file, "# HELP %s %s\n# TYPE %s %s\n", sample->family,
		help_of(sample), sample->family, total ? "counter" : "gauge");
}

static void print_value(double value, FILE *file)
{
	if (value == floor(value) && value < 9007199254740992.0)
		fprintf(file, " %" PRIu64 "\n", (uint64_t)value);
	else
		fprintf(file, " %.*g\n", value < 1 ? 6 : 17, value);
}

/* Prints all and frees it. */
void metrics_print(struct metrics *metrics, FILE *file)
{
	const char *family = "";

	qsort(metrics->samples, metrics->size, sizeof(*metrics->samples),
	      compare);
	for (size_t i = 0; i < metrics->size; i++) {
		const struct sample *sample = &metrics->samples[i];

		if (strcmp(sample->family, family))
			print_head(sample, file);
		family = sample->family;
		fputs(family, file);
		if (sample->labels)
			fprintf(file, "{%s}", sample->labels);
		print_value(sample->value, file);
	}
	for (size_t i = 0; i < metrics->size; i++) {
		free(metrics->samples[i].family);
		free(metrics->samples[i].labels);
	}
	free(metrics->samples);
	free(metrics);
}
