// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl dimm explain: why the health of a memory module is what it is, from
 * the numbers that it is judged by.
 *
 * The rules are those of drivers/memory/judge.c: a verdict begins when a number
 * reaches its threshold, is kept as long as one is at half of that, and ends
 * when none was for the dwell time. What is only known to the kernel, such as
 * when an uncorrected error happened, is not guessed.
 */
#include <inttypes.h>
#include <string.h>

#include "audit.h"
#include "dimm.h"
#include "number.h"

/* Decisions in the text. */
#define NR_DECISIONS 5

/* An uncorrected error makes a memory module fail for so long. */
#define UNCORRECTED_WINDOW_S (24 * 3600)

enum state {
	STATE_OFF,	/* the policy is 0: never */
	STATE_BELOW,
	STATE_KEEPS,	/* does not begin the verdict, but keeps it */
	STATE_REACHED,
};

static const char *const state_names[] = {
	[STATE_OFF] = "off",
	[STATE_BELOW] = "below",
	[STATE_KEEPS] = "keeps",
	[STATE_REACHED] = "reached",
};

/**
 * struct criterion - A number against its threshold.
 * @number: name of the counter
 * @policy: name of the policy
 * @health: what it makes of the memory module
 * @value: the counter
 * @threshold: the policy
 * @reached_from: @threshold, lowered by the risk that a model gives
 * @kept_from: half of that
 * @state: where @value is
 */
struct criterion {
	const char *number;
	const char *policy;
	enum vigil_health health;
	uint64_t value;
	uint64_t threshold;
	uint64_t reached_from;
	uint64_t kept_from;
	enum state state;
};

#define NR_CRITERIA 4

static const struct criterion rules[NR_CRITERIA - 1] = {
	{ "cells_6h", "failing_cells", .health = VIGIL_HEALTH_FAILING },
	{ "storms_6h", "failing_storms", .health = VIGIL_HEALTH_FAILING },
	{ "cells_6h", "watch_cells", .health = VIGIL_HEALTH_DEGRADED },
};

/**
 * struct verdict - All that there is to explain.
 * @component: the memory module
 * @features: its history
 * @health: how it is
 * @criteria: numbers and thresholds; the last is what a model says, if it does
 * @nr_criteria: how many they are
 * @uncorrected: uncorrected errors that were counted
 * @rows: rows that could not be isolated
 * @pages: page frames that are out of use for its errors
 * @max_pages: how many may be
 * @dwell_s: how long nothing must have kept a verdict for it to end
 */
struct verdict {
	const struct vigil_record *component;
	const struct vigil_list *features;
	enum vigil_health health;
	struct criterion criteria[NR_CRITERIA];
	size_t nr_criteria;
	uint64_t uncorrected;
	uint64_t rows;
	uint64_t pages;
	uint64_t max_pages;
	uint64_t dwell_s;
};

static const unsigned int windows_s[] = { 900, 3600, 21600 };

static const char *health_name(enum vigil_health health)
{
	return health == VIGIL_HEALTH_FAILING ? "failing" : "degraded";
}

/* As the kernel rounds: up, and 1 at least. */
static uint64_t lowered(uint64_t threshold, uint64_t risk_permille,
			unsigned int percent)
{
	uint64_t scaled;

	if (risk_permille > 1000)
		risk_permille = 1000;
	scaled = (threshold * (1000 - risk_permille) * percent + 99999) /
		 100000;
	return scaled ? scaled : 1;
}

static void set_state(struct criterion *criterion, uint64_t risk)
{
	if (!criterion->threshold)
		return;
	criterion->reached_from = lowered(criterion->threshold, risk, 100);
	criterion->kept_from = lowered(criterion->threshold, risk, 50);
	if (criterion->value >= criterion->reached_from)
		criterion->state = STATE_REACHED;
	else if (criterion->value >= criterion->kept_from)
		criterion->state = STATE_KEEPS;
	else
		criterion->state = STATE_BELOW;
}

static void weigh(struct criterion *criterion,
		  const struct vigil_record *component)
{
	uint64_t risk = vigil_record_uint(component,
					  VIGIL_A_COMPONENT_RISK_PERMILLE);

	vigil_component_number(component, criterion->number, &criterion->value);
	vigil_component_number(component, criterion->policy,
			       &criterion->threshold);
	set_state(criterion, risk);
}

/* The risk against that from which on the model calls for action. */
static void weigh_risk(struct verdict *verdict, const struct dimm *dimm)
{
	struct criterion *criterion = &verdict->criteria[verdict->nr_criteria];

	if (!dimm->model ||
	    !vigil_record_has(dimm->model, VIGIL_A_MODEL_ALARM_PERMILLE) ||
	    !vigil_record_has(dimm->component,
			      VIGIL_A_COMPONENT_RISK_PERMILLE))
		return;
	*criterion = (struct criterion) {
		.number = "risk_permille",
		.policy = "alarm of the model",
		.health = VIGIL_HEALTH_FAILING,
		.value = vigil_record_uint(dimm->component,
					   VIGIL_A_COMPONENT_RISK_PERMILLE),
		.threshold = vigil_record_uint(dimm->model,
					       VIGIL_A_MODEL_ALARM_PERMILLE),
	};
	set_state(criterion, 0);
	verdict->nr_criteria++;
}

static void weigh_all(const struct dimm *dimm, struct verdict *verdict)
{
	*verdict = (struct verdict) {
		.component = dimm->component,
		.features = dimm->features,
		.health = vigil_record_uint(dimm->component,
					    VIGIL_A_COMPONENT_HEALTH),
	};
	memcpy(verdict->criteria, rules, sizeof(rules));
	verdict->nr_criteria = ARRAY_SIZE(rules);
	for (size_t i = 0; i < verdict->nr_criteria; i++)
		weigh(&verdict->criteria[i], dimm->component);
	weigh_risk(verdict, dimm);
	vigil_component_number(dimm->component, "uncorrected_errors",
			       &verdict->uncorrected);
	vigil_component_number(dimm->component, "rows_not_isolated",
			       &verdict->rows);
	vigil_component_number(dimm->component, "pages_out_of_use",
			       &verdict->pages);
	vigil_component_number(dimm->component, "page_offline_max_pages",
			       &verdict->max_pages);
	vigil_component_number(dimm->component, "dwell_seconds",
			       &verdict->dwell_s);
}

static bool find_feature(const struct vigil_list *features, const char *name,
			 unsigned int window_s, uint64_t *value)
{
	const struct vigil_record *one;

	for (size_t i = 0; (one = vigil_list_at(features, i)); i++) {
		const char *its = vigil_record_string(one,
						      VIGIL_A_FEATURE_NAME);

		if (!its || strcmp(its, name) ||
		    vigil_record_uint(one, VIGIL_A_FEATURE_WINDOW_SECONDS) !=
		    window_s || !vigil_record_has(one, VIGIL_A_FEATURE_VALUE))
			continue;
		*value = vigil_record_uint(one, VIGIL_A_FEATURE_VALUE);
		return true;
	}
	return false;
}

static void print_head(const struct verdict *verdict, FILE *file)
{
	const struct vigil_record *component = verdict->component;

	show_line(file, "%s, label %s: health %s, advice %s",
		  show_string(component, VIGIL_A_COMPONENT_NAME),
		  show_string(component, VIGIL_A_COMPONENT_LABEL),
		  show_name(component, VIGIL_A_COMPONENT_HEALTH),
		  show_name(component, VIGIL_A_COMPONENT_ADVICE));
	show_line(file, "Reason given when that last changed: %s",
		  show_string(component, VIGIL_A_COMPONENT_REASON));
}

static void print_criteria(const struct verdict *verdict, FILE *file)
{
	static const char *const titles[] = {
		"NUMBER", ">NOW", "POLICY", ">SET TO", "MAKES IT", ">FROM",
		">KEPT FROM", "STATE",
	};
	struct table *table = table_new(titles, ARRAY_SIZE(titles));
	char text[NUMBER_TEXT];

	for (size_t i = 0; i < verdict->nr_criteria; i++) {
		const struct criterion *one = &verdict->criteria[i];
		bool off = one->state == STATE_OFF;

		table_add(table, one->number);
		table_add(table, number_format(one->value, text));
		table_add(table, one->policy);
		table_add(table, number_format(one->threshold, text));
		table_add(table, health_name(one->health));
		table_add(table, off ? NULL : number_format(one->reached_from,
							    text));
		table_add(table, off ? NULL : number_format(one->kept_from,
							    text));
		table_add(table, state_names[one->state]);
	}
	fputc('\n', file);
	table_print(table, file);
}

static void print_risk(const struct verdict *verdict, FILE *file)
{
	const struct vigil_record *component = verdict->component;

	if (vigil_record_has(component, VIGIL_A_COMPONENT_RISK_PERMILLE))
		show_line(file, "A model (%s) gives a risk of %" PRIu64
			  " of 1000, which lowers what is set in proportion.",
			  show_string(component, VIGIL_A_COMPONENT_RISK_MODEL),
			  vigil_record_uint(component,
					    VIGIL_A_COMPONENT_RISK_PERMILLE));
}

/* Are as many page frames out of use as may be? */
static bool is_used_up(const struct verdict *verdict)
{
	return verdict->pages && verdict->pages >= verdict->max_pages;
}

/* What is no number against a threshold. */
static void print_others(const struct verdict *verdict, FILE *file)
{
	if (verdict->uncorrected)
		fprintf(file, "Uncorrected errors counted so far: %" PRIu64
			". One makes it failing for 24 hours; when the\n"
			"last one happened is not among the numbers.\n",
			verdict->uncorrected);
	if (verdict->rows)
		fprintf(file, "Rows that could not be isolated: %" PRIu64
			". One makes it failing for 24 hours.\n",
			verdict->rows);
	if (is_used_up(verdict))
		fprintf(file, "It is failing because %" PRIu64
			" page frames are out of use, and page_offline_max_pages is %"
			PRIu64 ".\n", verdict->pages, verdict->max_pages);
}

/* What makes it failing keeps it from getting better than degraded, too. */
static bool concerns(const struct verdict *verdict,
		     const struct criterion *criterion)
{
	return criterion->health >= verdict->health &&
	       criterion->state != STATE_OFF;
}

/* Does anything begin or keep the verdict now? */
static bool is_kept(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->nr_criteria; i++)
		if (concerns(verdict, &verdict->criteria[i]) &&
		    verdict->criteria[i].state >= STATE_KEEPS)
			return true;
	return false;
}

/* Why it is failing or degraded. */
static void print_keepers(const struct verdict *verdict, FILE *file)
{
	const char *name = health_name(verdict->health);
	char dwell[NUMBER_TEXT];

	for (size_t i = 0; i < verdict->nr_criteria; i++) {
		const struct criterion *one = &verdict->criteria[i];

		if (!concerns(verdict, one))
			continue;
		if (one->state == STATE_REACHED &&
		    one->health == verdict->health)
			fprintf(file, "It is %s because %s is %" PRIu64
				", and %" PRIu64 " suffices.\n", name,
				one->number, one->value, one->reached_from);
		else if (one->state == STATE_KEEPS)
			fprintf(file, "It stays %s while %s, now %" PRIu64
				", is %" PRIu64 " or more.\n", name,
				one->number, one->value, one->kept_from);
	}
	if (!is_kept(verdict) && !verdict->uncorrected && !verdict->rows &&
	    !is_used_up(verdict))
		fprintf(file, "No number keeps it %s: that ends when it has been so for %s.\n",
			name, duration_format(verdict->dwell_s, dwell));
}

static void print_why(const struct verdict *verdict, FILE *file)
{
	fputc('\n', file);
	if (verdict->health == VIGIL_HEALTH_FAILING ||
	    verdict->health == VIGIL_HEALTH_DEGRADED)
		print_keepers(verdict, file);
	else if (verdict->health == VIGIL_HEALTH_HEALTHY)
		fputs("It is healthy because no number has reached its threshold.\n",
		      file);
	else
		fputs("It has not been judged.\n", file);
	print_others(verdict, file);
	print_risk(verdict, file);
}

static void print_fault(const struct verdict *verdict, FILE *file)
{
	static const char *const words[] = {
		"not known, no cell with errors has a known place",
		"one cell, a single row and column",
		"one column, in several rows",
		"one row, in several columns",
		"one bank, in several rows and columns",
		"one device, in several banks",
		"several devices",
	};
	uint64_t mode = 0, cells = 0;

	vigil_component_number(verdict->component, "cells_6h", &cells);
	vigil_component_number(verdict->component, "fault_mode_6h", &mode);
	if (cells && mode < ARRAY_SIZE(words))
		fprintf(file, "Where the errors of the last 6 hours are: %s.\n",
			words[mode]);
}

static void add_feature(struct table *table, const struct verdict *verdict,
			const char *name, unsigned int window_s)
{
	char text[NUMBER_TEXT];
	uint64_t value;

	if (find_feature(verdict->features, name, window_s, &value))
		table_add(table, number_format(value, text));
	else
		table_add(table, NULL);
}

static void print_windows(const struct verdict *verdict, FILE *file)
{
	static const char *const titles[] = {
		"LAST", ">NEW CELLS", ">THEIR ERRORS", ">FOUND BY SCRUBBER",
		">STORMS",
	};
	static const char *const names[] = { "15 min", "1 h", "6 h" };
	struct table *table = table_new(titles, ARRAY_SIZE(titles));

	for (size_t i = 0; i < ARRAY_SIZE(windows_s); i++) {
		table_add(table, names[i]);
		add_feature(table, verdict, "all_ce_log_num", windows_s[i]);
		add_feature(table, verdict, "all_ce_count", windows_s[i]);
		add_feature(table, verdict, "scrub_ce_log_num", windows_s[i]);
		add_feature(table, verdict, "ce_storm_count", windows_s[i]);
	}
	fputc('\n', file);
	table_print(table, file);
}

static void print_trend(const struct verdict *verdict, FILE *file)
{
	uint64_t cells[ARRAY_SIZE(windows_s)];

	for (size_t i = 0; i < ARRAY_SIZE(windows_s); i++)
		if (!find_feature(verdict->features, "all_ce_log_num",
				  windows_s[i], &cells[i]))
			return;
	if (!cells[2])
		fputs("No cell had corrected errors in the last 6 hours.\n",
		      file);
	else if (!cells[1])
		fputs("All of these cells had their first error more than an hour ago.\n",
		      file);
	else if (cells[0] == cells[2])
		fputs("All of these cells had their first error in the last 15 minutes.\n",
		      file);
	else
		fprintf(file, "Of %" PRIu64 " cells, %" PRIu64
			" had their first error in the last 15 minutes, %" PRIu64
			" in the last hour.\n", cells[2], cells[0], cells[1]);
}

/* What makes it worse; a number that can't says nothing. */
static void print_worse(const struct verdict *verdict, FILE *file)
{
	for (size_t i = 0; i < verdict->nr_criteria; i++) {
		const struct criterion *one = &verdict->criteria[i];

		if (one->health > verdict->health && one->state != STATE_OFF)
			fprintf(file, "  %s when %s reaches %" PRIu64 "\n",
				health_name(one->health), one->number,
				one->reached_from);
	}
	if (verdict->health < VIGIL_HEALTH_FAILING)
		fputs("  failing for 24 hours after an uncorrected error\n",
		      file);
}

/* Is there another criterion for the number that is stricter? */
static bool is_covered(const struct verdict *verdict,
		       const struct criterion *criterion)
{
	for (size_t i = 0; i < verdict->nr_criteria; i++) {
		const struct criterion *one = &verdict->criteria[i];

		if (one != criterion && concerns(verdict, one) &&
		    !strcmp(one->number, criterion->number) &&
		    one->kept_from < criterion->kept_from)
			return true;
	}
	return false;
}

static void print_better(const struct verdict *verdict, FILE *file)
{
	char dwell[NUMBER_TEXT];
	bool first = true;

	if (verdict->health != VIGIL_HEALTH_FAILING &&
	    verdict->health != VIGIL_HEALTH_DEGRADED)
		return;
	fputs("  better when", file);
	for (size_t i = 0; i < verdict->nr_criteria; i++) {
		const struct criterion *one = &verdict->criteria[i];

		if (!concerns(verdict, one) || is_covered(verdict, one))
			continue;
		fprintf(file, "%s %s is below %" PRIu64, first ? "" : " and",
			one->number, one->kept_from);
		first = false;
	}
	fprintf(file, "%s for %s", first ? " nothing keeps it so" : "",
		duration_format(verdict->dwell_s, dwell));
	if (verdict->health == VIGIL_HEALTH_FAILING && verdict->uncorrected)
		fputs(",\n    and 24 hours have passed since the last uncorrected error",
		      file);
	if (verdict->health == VIGIL_HEALTH_FAILING && verdict->rows)
		fputs(",\n    and 24 hours since a row could not be isolated",
		      file);
	if (is_used_up(verdict))
		fputs(",\n    and fewer page frames are out of use, or more may be",
		      file);
	fputs("\n  (cells and storms of more than 6 hours ago do not count)\n", file);
}

void dimm_explain_text(const struct dimm *dimm, FILE *file)
{
	struct verdict verdict;

	weigh_all(dimm, &verdict);
	print_head(&verdict, file);
	print_why(&verdict, file);
	print_fault(&verdict, file);
	print_criteria(&verdict, file);
	dimm_risk_text(dimm->features, file);
	print_windows(&verdict, file);
	print_trend(&verdict, file);
	fputs("\nWhat would change it:\n", file);
	print_worse(&verdict, file);
	print_better(&verdict, file);
	if (vigil_list_size(dimm->decisions)) {
		fputs("\nWhat was decided, the latest first:\n", file);
		audit_print(dimm->decisions, NR_DECISIONS, file);
	}
}

static struct json_object *criterion_json(const struct criterion *criterion)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "number", criterion->number);
	json_add_uint(object, "value", criterion->value);
	json_add_string(object, "policy", criterion->policy);
	json_add_uint(object, "threshold", criterion->threshold);
	json_add_string(object, "health", health_name(criterion->health));
	json_add_string(object, "state", state_names[criterion->state]);
	if (criterion->state == STATE_OFF)
		return object;
	json_add_uint(object, "reached-from", criterion->reached_from);
	json_add_uint(object, "kept-from", criterion->kept_from);
	return object;
}

static struct json_object *window_json(const struct verdict *verdict,
				       unsigned int window_s)
{
	static const char *const names[] = {
		"all_ce_log_num", "all_ce_count", "scrub_ce_log_num",
		"ce_storm_count",
	};
	struct json_object *object = json_object_new_object();
	uint64_t value;

	json_add_uint(object, "window-seconds", window_s);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (find_feature(verdict->features, names[i], window_s, &value))
			json_add_uint(object, names[i], value);
	return object;
}

struct json_object *dimm_explain_json(const struct dimm *dimm)
{
	struct json_object *object = json_object_new_object();
	struct json_object *criteria = json_object_new_array();
	struct json_object *windows = json_object_new_array();
	struct verdict verdict;

	weigh_all(dimm, &verdict);
	for (size_t i = 0; i < verdict.nr_criteria; i++)
		json_object_array_add(criteria,
				      criterion_json(&verdict.criteria[i]));
	for (size_t i = 0; i < ARRAY_SIZE(windows_s); i++)
		json_object_array_add(windows,
				      window_json(&verdict, windows_s[i]));
	json_object_object_add(object, "criteria", criteria);
	json_add_uint(object, "uncorrected-errors", verdict.uncorrected);
	json_add_uint(object, "uncorrected-window-seconds",
		      UNCORRECTED_WINDOW_S);
	json_add_uint(object, "dwell-seconds", verdict.dwell_s);
	json_add_string(object, "fault", dimm_fault(dimm->component));
	json_object_object_add(object, "windows", windows);
	json_object_object_add(object, "contributions",
			       dimm_risk_json(dimm->features));
	json_object_object_add(object, "decisions",
			       json_list(dimm->decisions));
	return object;
}
