// SPDX-License-Identifier: GPL-2.0
/*
 * One screen about the machine: the verdict, how each class is, who does not
 * report, and the components that need a look, as many of them as there is room
 * for.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "number.h"
#include "show.h"
#include "summary.h"
#include "text.h"

/* Lines that the prompt, and "... and N more", take. */
#define LINES_BELOW 2

/* So many components are listed in any case. */
#define LISTED_LEAST 3

bool source_is_silent(const struct vigil_record *source)
{
	return vigil_record_uint(source, VIGIL_A_SOURCE_STATE) ==
	       VIGIL_SOURCE_STATE_FAILED;
}

bool agent_is_silent(const struct vigil_record *agent)
{
	return vigil_record_has(agent, VIGIL_A_AGENT_SILENT) ||
	       vigil_record_has(agent, VIGIL_A_AGENT_GONE);
}

/* All that follows is collected first, because its lines are counted. */
static void print_line(FILE *file, size_t columns, const char *text)
{
	char *clean = text_clean(text);

	if (columns)
		text_cut(clean, columns);
	fprintf(file, "%s\n", clean);
	free(clean);
}

static void print_verdict(const struct summary *summary, FILE *file)
{
	static const char *const colours[] = {
		[LEVEL_OK] = "\033[1;32m",
		[LEVEL_UNKNOWN] = "\033[1;35m",
		[LEVEL_WARNING] = "\033[1;33m",
		[LEVEL_CRITICAL] = "\033[1;31m",
	};
	const struct machine *machine = &summary->machine;
	char reason[256];

	if (summary->colour)
		fputs(colours[machine_level(machine)], file);
	fputs(machine_verdict(machine), file);
	fputs(summary->colour ? "\033[0m\n" : "\n", file);
	machine_reason(machine, reason, sizeof(reason));
	print_line(file, summary->columns, reason);
	if (!machine->itself)
		print_line(file, summary->columns,
			   "(No " MACHINE_NAME ": judged from the components.)");
	fputc('\n', file);
}

static void add_count(struct table *table, size_t count)
{
	char text[NUMBER_TEXT];

	table_add(table, count ? number_format(count, text) : NULL);
}

static void print_classes(const struct summary *summary, FILE *file)
{
	static const char *const titles[] = {
		"CLASS", ">ALL", ">HEALTHY", ">DEGRADED", ">FAILING", ">FAILED",
		">UNKNOWN", ">ISOLATED",
	};
	static const unsigned int order[] = {
		VIGIL_HEALTH_HEALTHY, VIGIL_HEALTH_DEGRADED,
		VIGIL_HEALTH_FAILING, VIGIL_HEALTH_FAILED, VIGIL_HEALTH_UNKNOWN,
	};
	struct table *table = table_new(titles, ARRAY_SIZE(titles));

	for (unsigned int class = 1; class <= VIGIL_CLASS_MAX; class++) {
		const struct tally *tally = &summary->machine.of_class[class];

		if (!tally->total)
			continue;
		table_add(table, vigil_class_name(class));
		add_count(table, tally->total);
		for (size_t i = 0; i < ARRAY_SIZE(order); i++)
			add_count(table, tally->of_health[order[i]]);
		add_count(table, tally->isolated);
	}
	table_print(table, file);
}

static void print_sources(const struct summary *summary, FILE *file)
{
	const struct vigil_record *one;
	char line[256];

	for (size_t i = 0; summary->sources &&
	     (one = vigil_list_at(summary->sources, i)); i++) {
		if (!source_is_silent(one))
			continue;
		snprintf(line, sizeof(line),
			 "source %s: can't be listened to, its errors are not seen",
			 show_string(one, VIGIL_A_SOURCE_NAME));
		print_line(file, summary->columns, line);
	}
}

static void print_agents(const struct summary *summary, FILE *file)
{
	const struct vigil_record *one;
	char line[256];

	for (size_t i = 0; summary->agents &&
	     (one = vigil_list_at(summary->agents, i)); i++) {
		if (!agent_is_silent(one))
			continue;
		snprintf(line, sizeof(line),
			 "agent %s: %s, so %" PRIu64 " of its components are unknown",
			 show_string(one, VIGIL_A_AGENT_NAME),
			 vigil_record_has(one, VIGIL_A_AGENT_GONE) ?
			 "has ended" : "is silent",
			 vigil_record_uint(one, VIGIL_A_AGENT_COMPONENTS));
		print_line(file, summary->columns, line);
	}
}

static void print_attention(const struct summary *summary, size_t max,
			    FILE *file)
{
	static const char *const titles[] = {
		"NAME", "HEALTH", "ISOLATION", "ADVICE", "REASON",
	};
	const struct selection *attention = &summary->machine.attention;
	struct table *table;

	if (!attention->size)
		return;
	fputc('\n', file);
	table = table_new(titles, ARRAY_SIZE(titles));
	for (size_t i = 0; i < attention->size && i < max; i++) {
		const struct vigil_record *one = attention->at[i];

		table_add(table, show_string(one, VIGIL_A_COMPONENT_NAME));
		table_add(table, show_name(one, VIGIL_A_COMPONENT_HEALTH));
		table_add(table, show_name(one, VIGIL_A_COMPONENT_ISOLATION));
		table_add(table, show_name(one, VIGIL_A_COMPONENT_ADVICE));
		table_add(table, show_string(one, VIGIL_A_COMPONENT_REASON));
	}
	table_fit(table, summary->columns);
	table_print(table, file);
	if (attention->size > max)
		fprintf(file, "... and %zu more (vigilctl component show --attention)\n",
			attention->size - max);
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

void summary_print(const struct summary *summary, FILE *file)
{
	size_t max = SIZE_MAX, size, above;
	char *text = NULL;
	FILE *memory = need(open_memstream(&text, &size));

	print_verdict(summary, memory);
	print_classes(summary, memory);
	print_sources(summary, memory);
	print_agents(summary, memory);
	fclose(memory);
	/* an empty line and the titles come before the components */
	above = count_lines(text) + 2 + LINES_BELOW;
	if (summary->lines)
		max = summary->lines > above + LISTED_LEAST ?
		      summary->lines - above : LISTED_LEAST;
	fputs(text, file);
	free(text);
	print_attention(summary, max, file);
}
