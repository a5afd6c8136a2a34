// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl top: the components on the whole terminal, as they change.
 *
 * A message of the kernel only says that something changed; then everything is
 * asked for again, REFRESH_MS after the last time at the earliest, so that a storm
 * of messages costs no more than a few answers in a second. Counters change without
 * a message and are asked for every IDLE_MS.
 */
#include <errno.h>
#include <locale.h>
#include <ncurses.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "number.h"
#include "show.h"
#include "text.h"
#include "top.h"

#define REFRESH_MS 250
#define IDLE_MS 3000

/* Colours by level; 0 is the terminal's own. */
enum { PAIR_OK = 1, PAIR_UNKNOWN, PAIR_WARNING, PAIR_CRITICAL };

/* From so many columns on, numbers of errors have room. */
#define WIDE 110

/* What a line says of a component. */
struct row {
	const char *name;
	const char *health;
	const char *isolation;
	const char *advice;
	const char *risk;
	const char *corrected;
	const char *uncorrected;
	const char *reason;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* False when nobody knows what the terminal can do. */
static bool start_screen(void)
{
	setlocale(LC_CTYPE, "");
	if (!newterm(NULL, stdout, stdin))
		return false;
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(25);
	if (!has_colors())
		return true;
	start_color();
	use_default_colors();
	init_pair(PAIR_OK, COLOR_GREEN, -1);
	init_pair(PAIR_UNKNOWN, COLOR_MAGENTA, -1);
	init_pair(PAIR_WARNING, COLOR_YELLOW, -1);
	init_pair(PAIR_CRITICAL, COLOR_RED, -1);
	return true;
}

static attr_t attribute_of(enum level level)
{
	static const short pairs[] = {
		[LEVEL_OK] = PAIR_OK,
		[LEVEL_UNKNOWN] = PAIR_UNKNOWN,
		[LEVEL_WARNING] = PAIR_WARNING,
		[LEVEL_CRITICAL] = PAIR_CRITICAL,
	};
	attr_t bold = level == LEVEL_CRITICAL ? A_BOLD : 0;

	return has_colors() ? COLOR_PAIR(pairs[level]) | bold : bold;
}

/* A line that ends where the terminal does. */
static void put(int y, attr_t attributes, const char *text)
{
	char *clean = text_clean(text);

	text_cut(clean, COLS > 0 ? COLS : 1);
	attrset(attributes);
	mvaddstr(y, 0, clean);
	clrtoeol();
	free(clean);
}

/* A line of the table; on a narrow terminal the reason matters more than numbers. */
static void put_row(int y, attr_t attributes, const struct row *row)
{
	char numbers[3 * NUMBER_TEXT] = "", line[512];

	if (COLS >= WIDE)
		snprintf(numbers, sizeof(numbers), "%9.20s %11.20s  ",
			 row->corrected, row->uncorrected);
	snprintf(line, sizeof(line), "%-18s %-8s %-9s %-7s %4s  %s%s",
		 row->name, row->health, row->isolation, row->advice,
		 row->risk, numbers, row->reason);
	put(y, attributes, line);
}

static void draw_head(const struct top_view *view)
{
	static const struct row titles = {
		"NAME", "HEALTH", "ISOLATION", "ADVICE", "RISK", "CORRECTED",
		"UNCORRECTED", "REASON",
	};
	const struct machine *machine = &view->machine;
	enum level level = machine_level(machine);
	char line[512], reason[256];

	machine_reason(machine, reason, sizeof(reason));
	snprintf(line, sizeof(line), "%s %s", machine_verdict(machine), reason);
	put(0, attribute_of(level) | A_BOLD, line);
	snprintf(line, sizeof(line),
		 "%zu components: %zu healthy, %zu degraded, %zu failing, %zu failed, %zu unknown, %zu isolated",
		 machine->all.total,
		 machine->all.of_health[VIGIL_HEALTH_HEALTHY],
		 machine->all.of_health[VIGIL_HEALTH_DEGRADED],
		 machine->all.of_health[VIGIL_HEALTH_FAILING],
		 machine->all.of_health[VIGIL_HEALTH_FAILED],
		 machine->all.of_health[VIGIL_HEALTH_UNKNOWN],
		 machine->all.isolated);
	put(1, A_NORMAL, line);
	snprintf(line, sizeof(line),
		 "%zu shown%s, by %s%s   q quit  a attention  s sort  r reverse",
		 view->shown.size, view->attention ? " that need a look" : "",
		 order_name(view->order), view->reverse ? " reversed" : "");
	put(2, A_DIM, line);
	put_row(3, A_REVERSE, &titles);
}

static const char *counter(const struct vigil_record *component,
			   const char *name, char *text)
{
	uint64_t value;

	return vigil_component_number(component, name, &value) ?
	       number_format(value, text) : "-";
}

static void draw_component(int y, const struct vigil_record *one, bool marked)
{
	char corrected[NUMBER_TEXT], uncorrected[NUMBER_TEXT];
	attr_t attributes = attribute_of(component_level(one));
	char risk[NUMBER_TEXT] = "-";
	struct row row = {
		.name = show_string(one, VIGIL_A_COMPONENT_NAME),
		.health = show_name(one, VIGIL_A_COMPONENT_HEALTH),
		.isolation = show_name(one, VIGIL_A_COMPONENT_ISOLATION),
		.advice = show_name(one, VIGIL_A_COMPONENT_ADVICE),
		.risk = risk,
		.corrected = counter(one, "corrected_errors", corrected),
		.uncorrected = counter(one, "uncorrected_errors", uncorrected),
		.reason = show_string(one, VIGIL_A_COMPONENT_REASON),
	};

	if (vigil_record_has(one, VIGIL_A_COMPONENT_RISK_PERMILLE))
		number_format(vigil_record_uint(one,
						VIGIL_A_COMPONENT_RISK_PERMILLE),
			      risk);
	put_row(y, marked ? attributes | A_REVERSE : attributes, &row);
}

static void draw(struct top_view *view)
{
	top_view_resize(view, LINES > 0 ? LINES : 1);
	erase();
	draw_head(view);
	for (size_t i = 0; i < view->page && view->first + i < view->shown.size;
	     i++)
		draw_component(TOP_HEAD + i, view->shown.at[view->first + i],
			       view->first + i == view->cursor);
	refresh();
}

static enum top_key key_of(int c)
{
	switch (c) {
	case 'q':
	case 'Q':
		return TOP_QUIT;
	case 'a':
		return TOP_ATTENTION;
	case 's':
		return TOP_SORT;
	case 'r':
		return TOP_REVERSE;
	case KEY_UP:
	case 'k':
		return TOP_UP;
	case KEY_DOWN:
	case 'j':
		return TOP_DOWN;
	case KEY_PPAGE:
		return TOP_PAGE_UP;
	case KEY_NPAGE:
	case ' ':
		return TOP_PAGE_DOWN;
	case KEY_HOME:
		return TOP_HOME;
	case KEY_END:
		return TOP_END;
	}
	return TOP_NOTHING;
}

/* Takes all keys that were pressed; a new size of the terminal is one of them. */
static void read_keys(struct top_view *view)
{
	int c;

	while ((c = getch()) != ERR)
		top_view_key(view, key_of(c));
}

static int ask(struct session *session, struct top_view *view)
{
	struct vigil_list *list;
	int err = vigil_component_dump(session->vigil, 0, &list);

	if (!err)
		top_view_set(view, list);
	return err;
}

static int note_change(const struct vigil_notice *notice, void *changed)
{
	(void)notice;
	*(bool *)changed = true;
	return 0;
}

/*
 * Until the user wants to end. The monitor's own snapshots, after a loss, are
 * only one more reason to ask.
 */
static int follow(struct session *session, struct vigil_monitor *source,
		  struct top_view *view)
{
	struct pollfd fds[] = {
		{ .fd = vigil_monitor_fd(source), .events = POLLIN },
		{ .fd = session_catch_signals(), .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};
	int64_t asked_ms = 0;
	bool changed = true;
	int err = 0;

	while (!err && !view->quit && !fds[1].revents &&
	       !(fds[2].revents & (POLLHUP | POLLERR))) {
		int64_t since_ms = now_ms() - asked_ms;

		if ((changed && since_ms >= REFRESH_MS) || since_ms >= IDLE_MS) {
			err = ask(session, view);
			asked_ms = now_ms();
			changed = false;
		}
		draw(view);
		poll(fds, ARRAY_SIZE(fds), changed ? REFRESH_MS : IDLE_MS);
		read_keys(view);
		if (!err)
			err = vigil_monitor_read(source, note_change, &changed);
	}
	return err;
}

static enum status run(struct session *session, struct vigil_monitor *source,
		       struct top_view *view)
{
	const char *terminal = getenv("TERM");
	int err;

	if (!start_screen())
		return fail(session, STATUS_USAGE,
			    "nothing is known about the terminal \"%s\"",
			    terminal ? terminal : "");
	err = follow(session, source, view);
	endwin();
	top_view_free(view);
	return err ? fail_kernel(session, err, NULL) : STATUS_OK;
}

enum status top(struct session *session, char **operands)
{
	struct top_view view = {
		.order = option_given(session, OPTION_SORT) ?
			 session->options.sort : ORDER_HEALTH,
		.attention = option_given(session, OPTION_ATTENTION),
		.of_class = session->options.class,
	};
	struct vigil_monitor *source;
	enum status status;
	int err;

	(void)operands;
	if (option_given(session, OPTION_JSON) || !isatty(STDOUT_FILENO) ||
	    !isatty(STDIN_FILENO))
		return fail(session, STATUS_USAGE,
			    "this needs a terminal; monitor and component show do not");
	status = session_connect(session);
	if (status != STATUS_OK)
		return status;
	err = vigil_monitor_open(session->vigil, &source);
	if (err)
		return fail_kernel(session, err, NULL);
	status = run(session, source, &view);
	vigil_monitor_close(source);
	return status;
}
