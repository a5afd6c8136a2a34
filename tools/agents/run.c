// SPDX-License-Identifier: GPL-2.0
/*
 * Run a command for a bounded time and keep the first line that it prints.
 *
 * The command leads a process group, which is killed as a whole when its time is
 * over. Its output ends when nobody holds the pipe any more: what it leaves in
 * the background counts as a part of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

/* so that a signal that arrives right before poll() is seen */
#define SLICE_MS 200

/* how often to look whether a command has ended whose output has */
#define POLL_MS 20

atomic_bool run_stop;

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static _Noreturn void become(char *const argv[], int output)
{
	setpgid(0, 0);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	if (dup2(output, STDOUT_FILENO) >= 0) {
		execvp(argv[0], argv);
		printf("can't run %s: %s\n", argv[0], strerror(errno));
		fflush(stdout);
	}
	_exit(127);
}

/* Only what belongs into a line that everybody may read. */
static void keep(struct run_result *result, size_t *length, bool *ended,
		 const char *data, size_t size)
{
	for (size_t i = 0; i < size && !*ended; i++) {
		unsigned char c = data[i];

		if (c == '\n' || c == '|') {
			*ended = true;
		} else if (*length < sizeof(result->line) - 1) {
			if (c < ' ' || c == 127)
				c = ' ';
			result->line[(*length)++] = c;
		}
	}
	result->line[*length] = '\0';
}

/* Until the output ends; says whether it did in time. */
static bool read_output(int input, int64_t deadline_ms,
			struct run_result *result)
{
	struct pollfd fd = { .fd = input, .events = POLLIN };
	size_t length = 0;
	bool ended = false;
	char data[4096];

	while (!run_stop && now_ms() < deadline_ms) {
		int64_t left_ms = deadline_ms - now_ms();
		ssize_t size;

		if (left_ms > SLICE_MS)
			left_ms = SLICE_MS;
		if (poll(&fd, 1, left_ms > 0 ? left_ms : 0) <= 0)
			continue;
		size = read(input, data, sizeof(data));
		if (!size || (size < 0 && errno != EINTR))
			return true;
		if (size > 0)
			keep(result, &length, &ended, data, size);
	}
	return false;
}

/* Whether the command ends in time; its output may have ended long before. */
static bool ends(pid_t child, int64_t deadline_ms)
{
	for (;;) {
		siginfo_t info = { 0 };

		if (!waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT) &&
		    info.si_pid)
			return true;
		if (atomic_load(&run_stop) || now_ms() >= deadline_ms)
			return false;
		poll(NULL, 0, POLL_MS);
	}
}

static void reap(pid_t child, struct run_result *result)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	result->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	if (WIFSIGNALED(status) && !result->line[0])
		snprintf(result->line, sizeof(result->line),
			 "ended by signal %d", WTERMSIG(status));
}

static void trim(char *line)
{
	size_t length = strlen(line);

	while (length && line[length - 1] == ' ')
		line[--length] = '\0';
}

/* Returns 0, whatever came of it, or a negative errno when there is no child. */
int run_command(char *const argv[], unsigned int timeout_ms,
		struct run_result *result)
{
	int64_t deadline_ms = now_ms() + timeout_ms;
	int pipe_ends[2];
	pid_t child;

	*result = (struct run_result){ .status = -1 };
	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child < 0) {
		int err = -errno;

		close(pipe_ends[0]);
		close(pipe_ends[1]);
		return err;
	}
	if (!child)
		become(argv, pipe_ends[1]);
	setpgid(child, child);
	close(pipe_ends[1]);
	if (!read_output(pipe_ends[0], deadline_ms, result) ||
	    !ends(child, deadline_ms)) {
		result->timed_out = !run_stop;
		kill(-child, SIGKILL);
	}
	close(pipe_ends[0]);
	reap(child, result);
	trim(result->line);
	return 0;
}
