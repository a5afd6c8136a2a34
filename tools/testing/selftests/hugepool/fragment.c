// SPDX-License-Identifier: GPL-2.0
/*
 * Makes free memory come in small pieces, the same way each time, and keeps it
 * so until its input ends:
 *
 *	hugepool-fragment UNMOVABLE_MIB KEEP_ONE_IN MOVABLE_MIB [whole]
 *
 * 1. Pages that nobody can move: as many page tables as asked for, each of which
 *    maps the zero page once. They are allocated one after the other, so when
 *    all but one in KEEP_ONE_IN are freed again, those that stay are as far
 *    apart in physical memory.
 * 2. Pages that compaction can move: anonymous memory, of which every other page
 *    is freed again; with "whole" none is.
 *
 * Then it prints "ready". For each line of input it frees half of what it still
 * has of both, and prints "ready" again. The OOM killer takes it first.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB (1UL << 20)

struct area {
	char *start;
	size_t step;	/* from one piece to the next */
	size_t piece;	/* of it is kept */
	size_t count;	/* pieces */
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || end == text || value > 1UL << 20) {
		fprintf(stderr, "%s is none of 0 to 1048576\n", text);
		exit(2);
	}
	return value;
}

static void die_first(void)
{
	FILE *file = fopen("/proc/self/oom_score_adj", "w");

	if (!file || fputs("1000", file) < 0 || fclose(file))
		fail("oom_score_adj");
}

/* Address space, aligned, that never becomes a transparent huge page. */
static char *reserve(size_t length, size_t align)
{
	char *map = mmap(NULL, length + align, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		fail("mmap");
	map += align - (size_t)map % align;
	if (madvise(map, length, MADV_NOHUGEPAGE) && errno != EINVAL)
		fail("madvise");
	return map;
}

static void touch(char *start, size_t length, size_t step, bool write)
{
	for (size_t offset = 0; offset < length; offset += step) {
		if (write)
			start[offset] = 1;
		/* or the compiler would leave the access out */
		asm volatile("" : : "r" (start[offset]) : "memory");
	}
}

/* Frees everything between the pieces. */
static void comb(const struct area *area, int (*release)(void *, size_t))
{
	for (size_t i = 0; i < area->count; i++)
		if (release(area->start + i * area->step + area->piece,
			    area->step - area->piece))
			fail("freeing");
}

/* Every other piece, so that what is left is spread as before. */
static void halve(struct area *area, int (*release)(void *, size_t))
{
	for (size_t i = 0; i < area->count; i += 2)
		if (release(area->start + i * area->step, area->piece))
			fail("freeing");
	area->start += area->step;
	area->step *= 2;
	area->count /= 2;
}

static int discard(void *start, size_t length)
{
	return madvise(start, length, MADV_DONTNEED);
}

/* What one page table maps. */
static size_t table_span(size_t page_size)
{
	return page_size / sizeof(void *) * page_size;
}

static struct area keep_tables(size_t bytes, size_t keep_one_in)
{
	size_t page_size = sysconf(_SC_PAGESIZE);
	size_t span = table_span(page_size);
	struct area area = {
		.step = span * keep_one_in,
		.piece = span,
		.count = bytes / page_size / keep_one_in,
	};

	area.start = reserve(area.step * area.count, span);
	touch(area.start, area.step * area.count, span, false);
	comb(&area, munmap);
	return area;
}

static struct area keep_pages(size_t bytes, bool whole)
{
	size_t page_size = sysconf(_SC_PAGESIZE);
	struct area area = {
		.step = 2 * page_size,
		.piece = page_size,
		.count = bytes / page_size / 2,
	};

	area.start = reserve(bytes, page_size);
	touch(area.start, area.step * area.count, page_size, true);
	if (!whole)
		comb(&area, discard);
	return area;
}

int main(int argc, char **argv)
{
	bool whole = argc == 5 && !strcmp(argv[4], "whole");
	struct area tables, pages;
	int c;

	if (argc != 4 + whole || !number(argv[2])) {
		fprintf(stderr, "usage: %s UNMOVABLE_MIB KEEP_ONE_IN MOVABLE_MIB [whole]\n",
			argv[0]);
		return 2;
	}
	die_first();
	tables = keep_tables(number(argv[1]) * MIB, number(argv[2]));
	pages = keep_pages(number(argv[3]) * MIB, whole);
	setlinebuf(stdout);
	puts("ready");
	while ((c = getchar()) != EOF) {
		if (c != '\n')
			continue;
		halve(&tables, munmap);
		halve(&pages, discard);
		puts("ready");
	}
	return 0;
}
