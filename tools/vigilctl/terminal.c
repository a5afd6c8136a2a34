// SPDX-License-Identifier: GPL-2.0
/*
 * What standard output can do.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "number.h"
#include "terminal.h"

#define COLUMNS_MAX 400
#define LINES_MAX 400

bool terminal_is(void)
{
	return isatty(STDOUT_FILENO);
}

bool terminal_has_colour(void)
{
	const char *no_colour = getenv("NO_COLOR");

	return terminal_is() && !(no_colour && *no_colour);
}

/* What the terminal says, or else the environment. */
static size_t extent(size_t told, const char *variable, size_t unknown,
		     size_t max)
{
	const char *text = getenv(variable);
	uint64_t value = told;

	if (!value && (!text || !number_parse(text, &value) || !value))
		value = unknown;
	return value < max ? value : max;
}

static struct winsize terminal_size(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		size = (struct winsize) { 0 };
	return size;
}

size_t terminal_columns(void)
{
	return extent(terminal_size().ws_col, "COLUMNS", COLUMNS_DEFAULT, COLUMNS_MAX);
}

size_t terminal_lines(void)
{
	return extent(terminal_size().ws_row, "LINES", LINES_DEFAULT, LINES_MAX);
}
