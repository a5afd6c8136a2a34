// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments memory, the same way every time.
 *
 *	fragment KEEP_FREE_MIB READY
 *
 * What wears memory out on a server that runs for months: pages that can be moved
 * (anonymous ones), in between pages that can't (here those of pipes), of which
 * most are freed again, some here, some there. All of free memory but
 * KEEP_FREE_MIB is filled, alternating runs of both kinds, whose lengths come
 * from a generator with a fixed seed. Then most of it is let go:
 *
 *	anonymous	every page but one of ANON_KEEP
 *	pipes		every page of a pipe but one of PIPE_KEEP
 *
 * so that memory is free but hardly any huge page is. What is left is held until
 * the process is killed; READY is made when it has come so far.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define MIB		(1024UL * 1024)
#define ANON_RUN	256
#define PIPE_PAGES	64
#define ANON_KEEP	8
#define PIPE_KEEP	64
#define MAX_PIPES	20000

static size_t page_bytes;
static uint8_t *anon;
static size_t anon_pages, used_pages;
static int pipes[MAX_PIPES][2];
static size_t nr_pipes;

/* Numerical Recipes' generator: nothing but repeatable is asked of it. */
static uint32_t next_random(void)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return state >> 8;
}

static size_t free_mib(void)
{
	FILE *meminfo = fopen("/proc/meminfo", "r");
	size_t kib = 0;
	char line[128];

	if (!meminfo)
		err(1, "meminfo");
	while (fgets(line, sizeof(line), meminfo))
		if (sscanf(line, "MemFree: %zu", &kib) == 1)
			break;
	fclose(meminfo);
	return kib / 1024;
}

static void touch_anon(size_t pages)
{
	for (; pages && used_pages < anon_pages; pages--)
		anon[used_pages++ * page_bytes] = 1;
}

/* A whole page each time, so none is shared or merged. */
static void fill_pipe(void)
{
	static uint8_t page[1 << 16];
	int *ends = pipes[nr_pipes];
	int i;

	if (nr_pipes == MAX_PIPES)
		return;
	if (pipe2(ends, O_NONBLOCK))
		err(1, "pipe");
	if (fcntl(ends[1], F_SETPIPE_SZ, PIPE_PAGES * page_bytes) < 0)
		err(1, "pipe size");
	for (i = 0; i < PIPE_PAGES; i++)
		if (write(ends[1], page, page_bytes) != (ssize_t)page_bytes)
			err(1, "pipe write");
	nr_pipes++;
}

static void fill(size_t keep_free_mib)
{
	anon_pages = free_mib() * MIB / page_bytes;
	anon = mmap(NULL, anon_pages * page_bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (anon == MAP_FAILED)
		err(1, "mmap");
	madvise(anon, anon_pages * page_bytes, MADV_NOHUGEPAGE);
	while (free_mib() > keep_free_mib) {
		touch_anon(1 + next_random() % ANON_RUN);
		if (next_random() % 2)
			fill_pipe();
	}
}

static void let_anon_go(void)
{
	size_t i;

	for (i = 0; i < used_pages; i++)
		if (next_random() % ANON_KEEP)
			madvise(anon + i * page_bytes, page_bytes, MADV_DONTNEED);
}

/* The pages of a pipe leave in the order in which they came. */
static void let_pipes_go(void)
{
	static uint8_t page[1 << 16];
	size_t i, n;

	for (i = 0; i < nr_pipes; i++)
		for (n = PIPE_PAGES - PIPE_PAGES / PIPE_KEEP; n; n--)
			if (read(pipes[i][0], page, page_bytes) < 0)
				err(1, "pipe read");
}

int main(int argc, char **argv)
{
	const struct rlimit files = { 2 * MAX_PIPES + 64, 2 * MAX_PIPES + 64 };

	if (argc != 3)
		errx(2, "usage: see the head of fragment.c");
	page_bytes = sysconf(_SC_PAGESIZE);
	if (setrlimit(RLIMIT_NOFILE, &files))
		err(1, "open files");
	fill(strtoul(argv[1], NULL, 0));
	let_anon_go();
	let_pipes_go();
	if (open(argv[2], O_WRONLY | O_CREAT, 0644) < 0)
		err(1, "%s", argv[2]);
	pause();
	return 0;
}
