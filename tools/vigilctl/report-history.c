// SPDX-License-Identifier: GPL-2.0
/*
 * The report, continued: what was decided and asked for, and who watches.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "audit.h"
#include "html.h"
#include "number.h"
#include "report.h"
#include "summary.h"

/* So many lines of history are read. */
#define HISTORY_MAX 100

static enum level level_of_step(const struct vigil_record *record)
{
	switch (vigil_record_uint(record, VIGIL_A_AUDIT_STEP)) {
	case VIGIL_AUDIT_STEP_DONE:
		return LEVEL_OK;
	case VIGIL_AUDIT_STEP_FAILED:
		return LEVEL_CRITICAL;
	case VIGIL_AUDIT_STEP_DECIDED:
		return LEVEL_UNKNOWN;
	}
	return LEVEL_WARNING;
}

static void put_decision(FILE *file, const struct vigil_record *record)
{
	char text[AUDIT_WORDS], age[NUMBER_TEXT], *context;

	duration_format(vigil_record_uint(record, VIGIL_A_AUDIT_AGE_SECONDS),
			age);
	snprintf(text, sizeof(text), "%s ago", age);
	fputs("<tr>", file);
	html_cell(file, "when", text);
	html_cell(file, "name", show_string(record, VIGIL_A_AUDIT_COMPONENT));
	/* The page is mailed; addresses are for this machine's root. */
	audit_words(record, false, text, sizeof(text));
	fputs("<td>", file);
	html_badge(file, level_of_step(record), text);
	fputs("</td><td>", file);
	html_text(file, show_string(record, VIGIL_A_AUDIT_REASON));
	context = audit_context(record);
	if (*context) {
		fputs("<small>", file);
		html_text(file, context);
		fputs("</small>", file);
	}
	free(context);
	fputs("</td></tr>\n", file);
}

static void put_decisions(const struct report *report, FILE *file)
{
	static const char *const titles[] = {
		"When", "Component", "What", "Why and by whom",
	};
	size_t size = report->decisions ? vigil_list_size(report->decisions) : 0;

	fputs("<section>\n<h2>History</h2>\n", file);
	if (!size) {
		fputs("<p class=\"soft\">Nothing has been decided.</p>\n</section>\n",
		      file);
		return;
	}
	fputs("<div class=\"wide\"><table>\n", file);
	html_heads(file, titles, ARRAY_SIZE(titles));
	fputs("<tbody>\n", file);
	for (size_t i = size; i > 0 && size - i < HISTORY_MAX; i--)
		put_decision(file, vigil_list_at(report->decisions, i - 1));
	fputs("</tbody></table></div>\n", file);
	if (size > HISTORY_MAX)
		fprintf(file, "<p class=\"soft\">And %zu before that.</p>\n",
			size - HISTORY_MAX);
	fputs("</section>\n", file);
}

static enum level level_of_operation(const struct vigil_record *operation)
{
	switch (vigil_record_uint(operation, VIGIL_A_OPERATION_STATE)) {
	case VIGIL_OP_STATE_DONE:
		return LEVEL_OK;
	case VIGIL_OP_STATE_FAILED:
		return LEVEL_CRITICAL;
	case VIGIL_OP_STATE_TIMEOUT:
		return LEVEL_WARNING;
	}
	return LEVEL_UNKNOWN;
}

static void put_operation(FILE *file, const struct vigil_record *operation)
{
	fputs("<tr>", file);
	html_number(file, vigil_record_uint(operation, VIGIL_A_OPERATION_ID));
	html_cell(file, "name",
		  show_string(operation, VIGIL_A_OPERATION_COMPONENT));
	html_cell(file, "", show_name(operation, VIGIL_A_OPERATION_VERB));
	fputs("<td>", file);
	html_badge(file, level_of_operation(operation),
		   show_name(operation, VIGIL_A_OPERATION_STATE));
	fputs("</td>", file);
	html_cell(file, "", show_string(operation, VIGIL_A_OPERATION_OWNER));
	html_cell(file, "", show_string(operation, VIGIL_A_OPERATION_REASON));
	html_cell(file, "", show_string(operation, VIGIL_A_OPERATION_MESSAGE));
	fputs("</tr>\n", file);
}

static void put_operations(const struct report *report, FILE *file)
{
	static const char *const titles[] = {
		">Number", "Component", "Verb", "State", "For", "Why", "Outcome",
	};
	size_t size = report->operations ?
		      vigil_list_size(report->operations) : 0;

	if (!size)
		return;
	fputs("<section>\n<h2>Operations</h2>\n<div class=\"wide\"><table>\n",
	      file);
	html_heads(file, titles, ARRAY_SIZE(titles));
	fputs("<tbody>\n", file);
	for (size_t i = size; i > 0 && size - i < HISTORY_MAX; i--)
		put_operation(file, vigil_list_at(report->operations, i - 1));
	fputs("</tbody></table></div>\n</section>\n", file);
}

/* What was decided, and what was asked for; the latest first. */
void report_history(const struct report *report, FILE *file)
{
	put_decisions(report, file);
	put_operations(report, file);
}

static void put_sources(const struct report *report, FILE *file)
{
	static const char *const titles[] = {
		"Source", "State", ">Errors", ">Only counted",
	};
	const struct vigil_record *one;

	if (!report->sources || !vigil_list_size(report->sources))
		return;
	fputs("<div class=\"wide\"><table>\n", file);
	html_heads(file, titles, ARRAY_SIZE(titles));
	fputs("<tbody>\n", file);
	for (size_t i = 0; (one = vigil_list_at(report->sources, i)); i++) {
		bool armed = vigil_record_uint(one, VIGIL_A_SOURCE_STATE) ==
			     VIGIL_SOURCE_STATE_ARMED;

		fputs("<tr>", file);
		html_cell(file, "name", show_string(one, VIGIL_A_SOURCE_NAME));
		fputs("<td>", file);
		html_badge(file, source_is_silent(one) ? LEVEL_CRITICAL :
				 armed ? LEVEL_OK : LEVEL_UNKNOWN,
			   show_name(one, VIGIL_A_SOURCE_STATE));
		fputs("</td>", file);
		html_number(file, vigil_record_uint(one, VIGIL_A_SOURCE_EVENTS));
		html_number(file, vigil_record_uint(one, VIGIL_A_SOURCE_DROPPED));
		fputs("</tr>\n", file);
	}
	fputs("</tbody></table></div>\n", file);
}

static void put_agents(const struct report *report, FILE *file)
{
	const struct vigil_record *one;

	for (size_t i = 0; report->agents &&
	     (one = vigil_list_at(report->agents, i)); i++) {
		bool silent = agent_is_silent(one);

		fputs("<p>Agent ", file);
		html_text(file, show_string(one, VIGIL_A_AGENT_NAME));
		fprintf(file, ", which reports on %" PRIu64 " components: ",
			vigil_record_uint(one, VIGIL_A_AGENT_COMPONENTS));
		html_badge(file, silent ? LEVEL_WARNING : LEVEL_OK,
			   silent ? "silent or gone" : "speaks");
		fputs("</p>\n", file);
	}
}

static void put_models(const struct report *report, FILE *file)
{
	const struct vigil_record *one;

	for (size_t i = 0; report->models &&
	     (one = vigil_list_at(report->models, i)); i++) {
		fputs("<p>Predicts ", file);
		html_text(file, show_string(one, VIGIL_A_MODEL_SUBJECT));
		if (vigil_record_has(one, VIGIL_A_MODEL_NAME)) {
			fputs(": model ", file);
			html_text(file, show_string(one, VIGIL_A_MODEL_NAME));
			fputc(' ', file);
			html_text(file, show_string(one, VIGIL_A_MODEL_VERSION));
		} else {
			fputs(": no model, thresholds judge alone", file);
		}
		fputs("</p>\n", file);
	}
}

/* Who sees errors and judges them. */
void report_observers(const struct report *report, FILE *file)
{
	fputs("<section>\n<h2>Who watches</h2>\n", file);
	put_sources(report, file);
	put_agents(report, file);
	put_models(report, file);
	fputs("</section>\n", file);
}
