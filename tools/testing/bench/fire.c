// SPDX-License-Identifier: GPL-2.0
/*
 * Has errors happen in the simulated memory controllers, and counts what they cost.
 *
 *	fire stream TOTAL CHUNK		TOTAL errors of the stream that is kept, CHUNK at
 *					a time, which divides TOTAL; after each of them
 *					it waits until nobody has anything to do:
 *					instructions of all
 *	fire alone FILE LINES ROUNDS	LINES errors of the file in one write, ROUNDS
 *					times, so that nobody else gets the CPU:
 *					instructions of each round
 *
 * Each prints one line of JSON. All that runs on the machine counts, those who wait
 * for errors included (insns.c). A round of "alone" is what happens before anybody
 * can read what was recorded: the tracepoint, who hangs on it, and interrupts.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "insns.h"

#define FILES		"/sys/kernel/debug/vigil_sim_edac/"
/* Quiet is when so many pauses in a row are short of so many instructions. */
#define PAUSE_US	1000
#define PAUSES		3
#define QUIET_INSNS	100000

static void wait_until_quiet(void)
{
	unsigned int quiet = 0;
	uint64_t before;

	while (quiet < PAUSES) {
		before = insns_now();
		usleep(PAUSE_US);
		quiet = insns_now() - before < QUIET_INSNS ? quiet + 1 : 0;
	}
}

static int open_for_writing(const char *path)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void write_all(int fd, const char *text, size_t length)
{
	if (write(fd, text, length) != (ssize_t)length)
		err(1, "write");
}

static void fire_stream(long total, long chunk)
{
	int fd = open_for_writing(FILES "fire");
	uint64_t before, after;
	char line[64];
	long first;

	insns_start();
	wait_until_quiet();
	before = insns_now();
	for (first = 0; first < total; first += chunk) {
		snprintf(line, sizeof(line), "%ld 1 %ld", chunk, first);
		write_all(fd, line, strlen(line));
		wait_until_quiet();
	}
	after = insns_now();
	printf("{\"insns\": %llu}\n", (unsigned long long)(after - before));
}

static char *read_file(const char *path)
{
	struct stat st;
	char *text;
	int fd;

	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", path);
	text = malloc(st.st_size + 1);
	if (!text || read(fd, text, st.st_size) != st.st_size)
		err(1, "%s", path);
	text[st.st_size] = '\0';
	close(fd);
	return text;
}

/* Behind so many lines. */
static char *skip_lines(char *text, long lines)
{
	while (lines--) {
		text = strchr(text, '\n');
		if (!text++)
			errx(1, "there are not that many lines");
	}
	return text;
}

static void set_policy(int policy, int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, policy, &param))
		err(1, "sched_setscheduler");
}

static void fire_alone(const char *path, long lines, long rounds)
{
	int fd = open_for_writing(FILES "error");
	char *next, *text = read_file(path);
	uint64_t before, after;
	long i;

	insns_start();
	printf("{\"insns\": [");
	for (i = 0; i < rounds; i++) {
		next = skip_lines(text, lines);
		wait_until_quiet();
		set_policy(SCHED_FIFO, 1);
		before = insns_now();
		write_all(fd, text, next - text);
		after = insns_now();
		set_policy(SCHED_OTHER, 0);
		printf("%s%llu", i ? ", " : "", (unsigned long long)(after - before));
		text = next;
	}
	printf("]}\n");
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "stream"))
		fire_stream(atol(argv[2]), atol(argv[3]));
	else if (argc == 5 && !strcmp(argv[1], "alone"))
		fire_alone(argv[2], atol(argv[3]), atol(argv[4]));
	else
		errx(1, "usage: fire stream TOTAL CHUNK | fire alone FILE LINES ROUNDS");
	return 0;
}
