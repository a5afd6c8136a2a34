// SPDX-License-Identifier: GPL-2.0
/*
 * What all components amount to: the order of names, the level, the screen, the
 * line for a monitoring system and what top shows.
 */
/* unit-sources: tools/vigilctl/machine.c tools/vigilctl/summary-show.c */
/* unit-sources: tools/vigilctl/check-show.c tools/vigilctl/select.c */
/* unit-sources: tools/vigilctl/top-view.c tools/vigilctl/show.c */
/* unit-sources: tools/vigilctl/table.c tools/vigilctl/json.c */
/* unit-sources: tools/vigilctl/number.c tools/vigilctl/text.c */
/* unit-sources: tools/lib/component.c tools/lib/handle.c tools/lib/list.c */
/* unit-sources: tools/lib/record.c tools/lib/schema.c */
/* unit-packages: libmnl json-c */
#include <stdlib.h>

#include "check.h"
#include "components.h"
#include "show.h"
#include "summary.h"
#include "top.h"
#include "unit.h"

static void order_of_names(void)
{
	CHECK(name_compare("cpu-9", "cpu-10") < 0);
	CHECK(name_compare("cpu-10", "cpu-9") > 0);
	CHECK_INT(name_compare("cpu-10", "cpu-10"), 0);
	CHECK(name_compare("cpu-1", "cpu-1a") < 0);
	CHECK(name_compare("cpu-1a", "cpu-1") > 0);
	CHECK(name_compare("cpu-", "cpu-1") < 0);
	CHECK(name_compare("cpu-x", "cpu-1") > 0);
	CHECK_INT(name_compare("cpu-007", "cpu-7"), 0);
	CHECK(name_compare("cpu-18446744073709551617", "cpu-2") > 0);
}

static const struct {
	const char *what;
	struct component_facts facts;
	enum level level;
} level_cases[] = {
	{ "healthy", { .health = VIGIL_HEALTH_HEALTHY }, LEVEL_OK },
	{ "unknown", { .health = VIGIL_HEALTH_UNKNOWN }, LEVEL_UNKNOWN },
	{ "degraded", { .health = VIGIL_HEALTH_DEGRADED }, LEVEL_WARNING },
	{ "failing", { .health = VIGIL_HEALTH_FAILING }, LEVEL_CRITICAL },
	{ "failed", { .health = VIGIL_HEALTH_FAILED }, LEVEL_CRITICAL },
	{ "failed and isolated", { .health = VIGIL_HEALTH_FAILED,
	  .isolation = VIGIL_ISOLATION_ISOLATED }, LEVEL_WARNING },
	{ "failed and partly isolated", { .health = VIGIL_HEALTH_FAILED,
	  .isolation = VIGIL_ISOLATION_PARTIAL }, LEVEL_CRITICAL },
	{ "to be watched", { .health = VIGIL_HEALTH_HEALTHY,
	  .advice = VIGIL_ADVICE_WATCH }, LEVEL_WARNING },
	{ "to be drained", { .health = VIGIL_HEALTH_HEALTHY,
	  .advice = VIGIL_ADVICE_DRAIN }, LEVEL_CRITICAL },
	{ "pending", { .health = VIGIL_HEALTH_UNKNOWN,
	  .isolation = VIGIL_ISOLATION_PENDING }, LEVEL_WARNING },
};

static void level_of_a_component(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(level_cases); i++) {
		struct component_facts facts = level_cases[i].facts;
		struct vigil_record *record;

		facts.name = "cpu-0";
		record = component_record(&facts);
		if (!CHECK_INT(component_level(record), level_cases[i].level))
			printf("# %s\n", level_cases[i].what);
		vigil_record_free(record);
	}
}

static enum level level_of(struct vigil_list *list)
{
	struct machine machine;
	enum level level;

	machine_init(&machine, list);
	level = machine_level(&machine);
	machine_free(&machine);
	vigil_list_free(list);
	return level;
}

static void level_of_the_machine(void)
{
	static const struct component_facts unknown[] = {
		{ .name = "cpu-0" }, { .name = "cpu-1" },
	}, some_unknown[] = {
		{ .name = "cpu-0" },
		{ .name = "cpu-1", .health = VIGIL_HEALTH_HEALTHY },
	}, silent_agent[] = {
		{ .name = "agent-gpu0", .class = VIGIL_CLASS_AGENT },
		{ .name = "cpu-1", .health = VIGIL_HEALTH_HEALTHY },
	}, dealt_with[] = {
		{ .name = "cpu-0", .health = VIGIL_HEALTH_FAILED,
		  .isolation = VIGIL_ISOLATION_ISOLATED },
		{ .name = "machine-0", .class = VIGIL_CLASS_MACHINE,
		  .health = VIGIL_HEALTH_DEGRADED },
	}, kernel_says[] = {
		{ .name = "cpu-0", .health = VIGIL_HEALTH_HEALTHY },
		{ .name = "machine-0", .class = VIGIL_CLASS_MACHINE,
		  .health = VIGIL_HEALTH_FAILING },
	};

	CHECK_INT(level_of(vigil_list_new()), LEVEL_UNKNOWN);
	CHECK_INT(level_of(component_list(unknown, ARRAY_SIZE(unknown))), LEVEL_UNKNOWN);
	CHECK_INT(level_of(component_list(some_unknown, ARRAY_SIZE(some_unknown))), LEVEL_OK);
	CHECK_INT(level_of(component_list(silent_agent, ARRAY_SIZE(silent_agent))), LEVEL_WARNING);
	CHECK_INT(level_of(component_list(dealt_with, ARRAY_SIZE(dealt_with))), LEVEL_WARNING);
	CHECK_INT(level_of(component_list(kernel_says, ARRAY_SIZE(kernel_says))), LEVEL_CRITICAL);
}

/* The screen, which is to be freed. */
static char *screen(struct vigil_list *list, size_t columns, size_t lines)
{
	struct summary summary = { .columns = columns, .lines = lines };
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	machine_init(&summary.machine, list);
	summary_print(&summary, file);
	fclose(file);
	machine_free(&summary.machine);
	vigil_list_free(list);
	return got;
}

static void one_screen(void)
{
	static const struct component_facts facts[] = {
		{ .name = "machine-0", .class = VIGIL_CLASS_MACHINE,
		  .health = VIGIL_HEALTH_FAILING,
		  .reason = "1 of 2 cpu failing: cpu-1" },
		{ .name = "cpu-0", .health = VIGIL_HEALTH_HEALTHY },
		{ .name = "cpu-1", .health = VIGIL_HEALTH_FAILING,
		  .reason = "machine checks\033[2J" },
		{ .name = "memory-0", .class = VIGIL_CLASS_MEMORY,
		  .health = VIGIL_HEALTH_DEGRADED,
		  .isolation = VIGIL_ISOLATION_PARTIAL, .reason = "2 pages" },
	};
	char *got = screen(component_list(facts, ARRAY_SIZE(facts)), 80, 24);

	CHECK_STR(got, "This machine is NOT fit for work.\n"
		  "1 of 2 cpu failing: cpu-1\n\n"
		  "CLASS   ALL  HEALTHY  DEGRADED  FAILING  FAILED  UNKNOWN  ISOLATED\n"
		  "memory    1        -         1        -       -        -         1\n"
		  "cpu       2        1         -        1       -        -         -\n\n"
		  "NAME      HEALTH    ISOLATION  ADVICE  REASON\n"
		  "cpu-1     failing   none       none    machine checks?[2J\n"
		  "memory-0  degraded  partial    none    2 pages\n");
	free(got);
}

static size_t count_lines(const char *text, size_t *longest)
{
	size_t lines = 0;

	for (*longest = 0; *text; lines++) {
		size_t length = strcspn(text, "\n");

		if (length > *longest)
			*longest = length;
		text += length + (text[length] == '\n');
	}
	return lines;
}

static void many_fit_a_terminal(void)
{
	struct vigil_list *list = vigil_list_new();
	char *got, name[32];
	size_t longest;

	for (int i = 0; i < 5000; i++) {
		struct component_facts facts = {
			.name = name, .class = 1 + i % 7,
			.health = VIGIL_HEALTH_DEGRADED,
			.reason = "too long a reason for a line of a terminal as people have it",
		};

		snprintf(name, sizeof(name), "part-%d", i);
		vigil_list_add(list, component_record(&facts));
	}
	got = screen(list, 80, 24);
	/* with one line for the prompt */
	CHECK_INT(count_lines(got, &longest), 23);
	CHECK(longest <= 80);
	CHECK(strstr(got, "... and 4992 more"));
	free(got);
}

/* @word is what the line begins with, @numbers what it ends with. */
static void check_line(struct vigil_list *list, const char *word,
		       const char *numbers)
{
	char message[512], *got = NULL, *bar;
	struct machine machine;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	machine_init(&machine, list);
	check_message(&machine, message, sizeof(message));
	check_print(message, machine_level(&machine), &machine, file);
	fclose(file);
	bar = strchr(got, '|');
	CHECK_STR(bar, numbers);
	*bar = '\0';
	CHECK_STR(got, word);
	free(got);
	machine_free(&machine);
	vigil_list_free(list);
}

static void line_for_a_monitoring_system(void)
{
	static const struct component_facts well[] = {
		{ .name = "cpu-0", .health = VIGIL_HEALTH_HEALTHY },
	}, ill[] = {
		{ .name = "cpu-0", .health = VIGIL_HEALTH_FAILED,
		  .isolation = VIGIL_ISOLATION_ISOLATED, .reason = "gone" },
		{ .name = "cpu-1", .health = VIGIL_HEALTH_FAILING,
		  .advice = VIGIL_ADVICE_ISOLATE, .reason = "a|b\nc" },
		{ .name = "cpu-2", .health = VIGIL_HEALTH_DEGRADED },
	};

	check_line(component_list(well, ARRAY_SIZE(well)),
		   "OK - 1 of 1 components are healthy, all are in use ",
		   "| attention=0;;;0 unknown=0;;;0 degraded=0;;;0 failing=0;;;0 failed=0;;;0 isolated=0;;;0\n");
	/* not the one that has been dealt with */
	check_line(component_list(ill, ARRAY_SIZE(ill)),
		   "CRITICAL - cpu-1 is failing, advice isolate: a/b?c; 2 more need a look ",
		   "| attention=3;;;0 unknown=0;;;0 degraded=1;;;0 failing=1;;;0 failed=1;;;0 isolated=1;;;0\n");
	CHECK_INT(check_status(LEVEL_OK), 0);
	CHECK_INT(check_status(LEVEL_WARNING), 1);
	CHECK_INT(check_status(LEVEL_CRITICAL), 2);
	CHECK_INT(check_status(LEVEL_UNKNOWN), 3);
}

static const char *under_cursor(const struct top_view *view)
{
	return view->cursor < view->shown.size ?
	       show_string(view->shown.at[view->cursor],
			   VIGIL_A_COMPONENT_NAME) : "";
}

static struct vigil_list *three(enum vigil_health first)
{
	const struct component_facts facts[] = {
		{ .name = "cpu-0", .health = first },
		{ .name = "cpu-1", .health = VIGIL_HEALTH_HEALTHY,
		  .corrected = 7 },
		{ .name = "cpu-2", .health = VIGIL_HEALTH_DEGRADED },
	};

	return component_list(facts, ARRAY_SIZE(facts));
}

static void keys_of_top(void)
{
	struct top_view view = { .order = ORDER_NAME };

	top_view_resize(&view, TOP_HEAD + 2);
	top_view_set(&view, three(VIGIL_HEALTH_HEALTHY));
	CHECK_STR(under_cursor(&view), "cpu-0");
	top_view_key(&view, TOP_UP);
	CHECK_STR(under_cursor(&view), "cpu-0");
	top_view_key(&view, TOP_END);
	CHECK_STR(under_cursor(&view), "cpu-2");
	CHECK_INT(view.first, 1);
	top_view_key(&view, TOP_PAGE_DOWN);
	CHECK_STR(under_cursor(&view), "cpu-2");
	top_view_key(&view, TOP_REVERSE);
	CHECK_STR(under_cursor(&view), "cpu-0");
	top_view_key(&view, TOP_HOME);
	CHECK_INT(view.first, 0);
	top_view_key(&view, TOP_ATTENTION);
	CHECK_INT(view.shown.size, 1);
	CHECK_STR(under_cursor(&view), "cpu-2");
	top_view_key(&view, TOP_QUIT);
	CHECK(view.quit);
	top_view_free(&view);
}

static void cursor_stays(void)
{
	struct top_view view = { .order = ORDER_HEALTH };

	top_view_resize(&view, 1);
	CHECK_INT(view.page, 1);
	top_view_set(&view, vigil_list_new());
	top_view_key(&view, TOP_DOWN);
	CHECK_INT(view.cursor, 0);
	top_view_set(&view, three(VIGIL_HEALTH_HEALTHY));
	top_view_key(&view, TOP_HOME);
	CHECK_STR(under_cursor(&view), "cpu-2");
	/* another one becomes the first */
	top_view_set(&view, three(VIGIL_HEALTH_FAILED));
	CHECK_STR(under_cursor(&view), "cpu-2");
	CHECK_INT(view.first, 1);
	view.order = ORDER_RISK;
	top_view_key(&view, TOP_SORT);
	top_view_key(&view, TOP_HOME);
	CHECK_STR(under_cursor(&view), "cpu-1");
	top_view_free(&view);
}

static const struct unit_case cases[] = {
	{ "names are ordered as people do", order_of_names },
	{ "how bad a component is", level_of_a_component },
	{ "how bad the machine is", level_of_the_machine },
	{ "one screen", one_screen },
	{ "thousands fit a terminal", many_fit_a_terminal },
	{ "the line for a monitoring system", line_for_a_monitoring_system },
	{ "keys of top", keys_of_top },
	{ "the cursor of top stays on its component", cursor_stays },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
