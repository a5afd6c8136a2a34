/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run a command for a bounded time and keep the first line that it prints.
 */
#ifndef VIGIL_AGENTS_RUN_H
#define VIGIL_AGENTS_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <linux/vigil.h>

/**
 * struct run_result - What came of a command.
 * @timed_out: it was killed because its time was over
 * @status: exit status, or -1 when a signal ended it or it could not be run
 * @line: first line of its output, without what a terminal would obey and
 *	without what follows "|", where monitoring plugins put numbers
 */
struct run_result {
	bool timed_out;
	int status;
	char line[VIGIL_REASON_MAX + 1];
};

/* Set by signals that end the program; a command is then killed. */
extern atomic_bool run_stop;

int run_command(char *const argv[], unsigned int timeout_ms,
		struct run_result *result);

#endif /* VIGIL_AGENTS_RUN_H */
