// SPDX-License-Identifier: GPL-2.0
/*
 * The report: verdict, classes, what needs a look, risks, maps of memory modules,
 * and in the end everything. The page has no script and loads nothing, so that it
 * can be mailed and kept.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "html.h"
#include "report.h"

/* So many risks are worth a line. */
#define RISKS_MAX 20

static void format_time(time_t time, char *text, size_t room)
{
	struct tm parts;

	if (!localtime_r(&time, &parts) ||
	    !strftime(text, room, "%Y-%m-%d %H:%M:%S %z", &parts))
		snprintf(text, room, "%lld", (long long)time);
}

static void put_head(const struct report *report, FILE *file)
{
	char when[64];

	format_time(report->time, when, sizeof(when));
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\"\n"
	      " content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<title>Health of ", file);
	html_text(file, report->host);
	fprintf(file, "</title>\n<style>\n%s</style>\n</head>\n", report_style);
	fputs("<body>\n<main>\n<header>\n<h1>Health of ", file);
	html_text(file, report->host);
	fputs("</h1>\n<p class=\"soft\">", file);
	html_text(file, report->system);
	fputs(", ", file);
	html_text(file, when);
	fputs("</p>\n</header>\n", file);
}

static void put_verdict(const struct report *report, FILE *file)
{
	const struct machine *machine = &report->machine;
	char reason[256];

	machine_reason(machine, reason, sizeof(reason));
	fprintf(file, "<section class=\"verdict %s\"><b>",
		html_level(machine_level(machine)));
	html_text(file, machine_verdict(machine));
	fputs("</b>", file);
	html_text(file, reason);
	if (!machine->itself)
		fputs(" (The kernel has no " MACHINE_NAME ": judged from the components.)",
		      file);
	if (vigil_list_torn(report->components))
		fputs(" (Components came or went while they were read.)", file);
	fputs("</section>\n", file);
}

static void put_share(FILE *file, const struct tally *tally)
{
	const size_t *of = tally->of_health;
	const struct {
		enum level level;
		size_t count;
	} parts[] = {
		{ LEVEL_CRITICAL, of[VIGIL_HEALTH_FAILED] +
				  of[VIGIL_HEALTH_FAILING] },
		{ LEVEL_WARNING, of[VIGIL_HEALTH_DEGRADED] },
		{ LEVEL_UNKNOWN, of[VIGIL_HEALTH_UNKNOWN] },
		{ LEVEL_OK, of[VIGIL_HEALTH_HEALTHY] },
	};

	fputs("<td><div class=\"share\">", file);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].count)
			fprintf(file, "<i class=\"%s\" style=\"flex:%zu\"></i>",
				html_level(parts[i].level), parts[i].count);
	fputs("</div></td>", file);
}

static void put_classes(const struct report *report, FILE *file)
{
	static const char *const titles[] = {
		"Class", "", ">All", ">Healthy", ">Degraded", ">Failing",
		">Failed", ">Unknown", ">Out of use",
	};

	fputs("<section>\n<h2>Components by class</h2>\n<div class=\"wide\"><table>\n",
	      file);
	html_heads(file, titles, ARRAY_SIZE(titles));
	fputs("<tbody>\n", file);
	for (unsigned int class = 1; class <= VIGIL_CLASS_MAX; class++) {
		const struct tally *tally = &report->machine.of_class[class];
		const size_t *of = tally->of_health;

		if (!tally->total)
			continue;
		fputs("<tr>", file);
		html_cell(file, "name", vigil_class_name(class));
		put_share(file, tally);
		html_number(file, tally->total);
		html_number(file, of[VIGIL_HEALTH_HEALTHY]);
		html_number(file, of[VIGIL_HEALTH_DEGRADED]);
		html_number(file, of[VIGIL_HEALTH_FAILING]);
		html_number(file, of[VIGIL_HEALTH_FAILED]);
		html_number(file, of[VIGIL_HEALTH_UNKNOWN]);
		html_number(file, tally->isolated);
		fputs("</tr>\n", file);
	}
	fputs("</tbody></table></div>\n</section>\n", file);
}

static void put_name(FILE *file, const struct vigil_record *component)
{
	const char *label = vigil_record_string(component,
						VIGIL_A_COMPONENT_LABEL);

	fputs("<td class=\"name\">", file);
	html_text(file, show_string(component, VIGIL_A_COMPONENT_NAME));
	if (label) {
		fputs("<small>", file);
		html_text(file, label);
		fputs("</small>", file);
	}
	fputs("</td>", file);
}

static void put_isolation(FILE *file, const struct vigil_record *component)
{
	const char *name = show_name(component, VIGIL_A_COMPONENT_ISOLATION);
	const char *by = vigil_record_string(component,
					     VIGIL_A_COMPONENT_ISOLATED_BY);

	if (!vigil_record_uint(component, VIGIL_A_COMPONENT_ISOLATION)) {
		html_cell(file, "pale", name);
		return;
	}
	fputs("<td>", file);
	html_badge(file, LEVEL_WARNING, name);
	if (by) {
		fputs("<small>by ", file);
		html_text(file, by);
		fputs("</small>", file);
	}
	fputs("</td>", file);
}

static void put_counter(FILE *file, const struct vigil_record *component,
			const char *name)
{
	uint64_t value;

	if (vigil_component_number(component, name, &value))
		html_number(file, value);
	else
		html_cell(file, "n pale", "-");
}

static void put_component(FILE *file, const struct vigil_record *component)
{
	uint64_t advice = vigil_record_uint(component,
					    VIGIL_A_COMPONENT_ADVICE);

	fputs("<tr>", file);
	put_name(file, component);
	fputs("<td>", file);
	html_badge(file, health_level(component),
		   show_name(component, VIGIL_A_COMPONENT_HEALTH));
	fputs("</td>", file);
	put_isolation(file, component);
	html_cell(file, advice ? "" : "pale",
		  show_name(component, VIGIL_A_COMPONENT_ADVICE));
	put_counter(file, component, "corrected_errors");
	put_counter(file, component, "uncorrected_errors");
	html_cell(file, "", show_string(component, VIGIL_A_COMPONENT_REASON));
	fputs("</tr>\n", file);
}

static void put_table(FILE *file, const struct selection *selection)
{
	static const char *const titles[] = {
		"Name", "Health", "Isolation", "Advice", ">Corrected",
		">Uncorrected", "Why",
	};

	fputs("<div class=\"wide\"><table>\n", file);
	html_heads(file, titles, ARRAY_SIZE(titles));
	fputs("<tbody>\n", file);
	for (size_t i = 0; i < selection->size; i++)
		put_component(file, selection->at[i]);
	fputs("</tbody></table></div>\n", file);
}

static void put_attention(const struct report *report, FILE *file)
{
	fputs("<section>\n<h2>What needs a look</h2>\n", file);
	if (report->machine.attention.size)
		put_table(file, &report->machine.attention);
	else
		fputs("<p class=\"soft\">Nothing.</p>\n", file);
	fputs("</section>\n", file);
}

static bool has_risk(const struct vigil_record *component, const void *data)
{
	(void)data;
	return vigil_record_has(component, VIGIL_A_COMPONENT_RISK_PERMILLE);
}

static void put_risk(FILE *file, const struct vigil_record *component)
{
	uint64_t risk = vigil_record_uint(component,
					  VIGIL_A_COMPONENT_RISK_PERMILLE);

	fputs("<tr>", file);
	html_cell(file, "name", show_string(component, VIGIL_A_COMPONENT_NAME));
	fprintf(file, "<td class=\"n\">%" PRIu64 ".%" PRIu64 " %%</td>",
		risk / 10, risk % 10);
	fprintf(file, "<td><div class=\"risk\"><i style=\"width:%" PRIu64 "%%\"></i></div></td>",
		risk / 10);
	html_cell(file, "soft",
		  show_string(component, VIGIL_A_COMPONENT_RISK_MODEL));
	fputs("</tr>\n", file);
}

static void put_risks(const struct report *report, FILE *file)
{
	static const char *const titles[] = {
		"Name", ">Risk", "", "Says",
	};
	struct selection selection;

	select_all(&selection, report->components);
	select_only(&selection, has_risk, NULL);
	select_sort(&selection, ORDER_RISK, false);
	fputs("<section>\n<h2>Risk of an uncorrectable failure</h2>\n", file);
	if (selection.size) {
		fputs("<div class=\"wide\"><table>\n", file);
		html_heads(file, titles, ARRAY_SIZE(titles));
		fputs("<tbody>\n", file);
		for (size_t i = 0; i < selection.size && i < RISKS_MAX; i++)
			put_risk(file, selection.at[i]);
		fputs("</tbody></table></div>\n", file);
	} else {
		fputs("<p class=\"soft\">No model has spoken lately.</p>\n", file);
	}
	if (selection.size > RISKS_MAX)
		fprintf(file, "<p class=\"soft\">And %zu more.</p>\n",
			selection.size - RISKS_MAX);
	fputs("</section>\n", file);
	select_free(&selection);
}

static void put_map(FILE *file, const struct report_map *module)
{
	const struct vigil_record *component = module->component;
	struct heatmap map;
	char title[256];

	snprintf(title, sizeof(title), "%s, %s",
		 show_string(component, VIGIL_A_COMPONENT_NAME),
		 show_string(component, VIGIL_A_COMPONENT_LABEL));
	dimm_cells(module->cells, &map);
	fputs("<figure>", file);
	heatmap_svg_inside(&map, title,
			   show_string(component, VIGIL_A_COMPONENT_REASON),
			   file);
	fputs("</figure>\n", file);
	heatmap_free(&map);
}

static void put_maps(const struct report *report, FILE *file)
{
	if (!report->nr_maps)
		return;
	fputs("<section>\n<h2>Where memory modules had errors</h2>\n"
	      "<p class=\"soft\">Corrected errors of the last six hours; a lane is a bank.</p>\n",
	      file);
	for (size_t i = 0; i < report->nr_maps; i++)
		put_map(file, &report->maps[i]);
	fputs("</section>\n", file);
}

static void put_all(const struct report *report, FILE *file)
{
	struct selection selection;

	fputs("<section>\n<h2>All components</h2>\n", file);
	for (unsigned int class = 1; class <= VIGIL_CLASS_MAX; class++) {
		if (!report->machine.of_class[class].total)
			continue;
		select_all(&selection, report->components);
		select_only(&selection, select_class, &class);
		select_sort(&selection, ORDER_NAME, false);
		fprintf(file, "<details><summary>%s, %zu</summary>\n",
			vigil_class_name(class), selection.size);
		put_table(file, &selection);
		fputs("</details>\n", file);
		select_free(&selection);
	}
	fputs("</section>\n", file);
}

void report_write(const struct report *report, FILE *file)
{
	put_head(report, file);
	put_verdict(report, file);
	put_classes(report, file);
	put_attention(report, file);
	put_risks(report, file);
	put_maps(report, file);
	report_history(report, file);
	report_observers(report, file);
	put_all(report, file);
	fputs("<footer>vigilctl " VIGILCTL_VERSION "</footer>\n</main>\n</body>\n</html>\n",
	      file);
}
