// SPDX-License-Identifier: GPL-2.0
/*
 * A program that uses weights, as far as the tests of weightfs need one.
 *
 *	client make FILE BYTES		write a file whose every page is different
 *	client touch FILE FLAVOUR	touch every page once, in random order
 *	client loop FILE FLAVOUR READY	verify every byte again and again until
 *					SIGTERM; make READY after the first round
 *	client verify FILE FLAVOUR	verify every byte once
 *	client advise FILE ADVICE	willneed or dontneed, through fadvise
 *	client cold FILE		MADV_COLD and MADV_PAGEOUT on a part
 *	client hold FILE READY		hold the second page in a pipe until SIGTERM
 *	client pin FILE READY		have the kernel's gup_test pin it, as for a
 *					device that reads it
 *	client splice FILE		copy to standard output by splice
 *	client peek FILE BYTES OFFSET	map so many bytes, print the one there
 *
 * All but the last two print one line of JSON. FLAVOUR is one of those in the
 * table below. C, because tests run under emulation, where a larger language is slow.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define GOLDEN		0x9e3779b97f4a7c15ULL
#define STEP		(1024 * 1024UL)
#define ALIGNMENT	(512 * STEP)	/* as large as any huge page, or larger */

#ifndef MADV_COLD
#define MADV_COLD	20
#define MADV_PAGEOUT	21
#endif

struct flavour {
	const char *name;
	enum { READ, MAP, MAP_ALIGNED } mapped;
	int open_flags;
	int map_flags;
	int prot;
	int advice;		/* of madvise(), -1 for none */
};

static const struct flavour flavours[] = {
	{ "shared",	   MAP, 0, MAP_SHARED, PROT_READ, -1 },
	{ "populate",	   MAP, 0, MAP_SHARED | MAP_POPULATE, PROT_READ, -1 },
	{ "willneed",	   MAP, 0, MAP_SHARED, PROT_READ, MADV_WILLNEED },
	{ "aligned",	   MAP_ALIGNED, 0, MAP_SHARED, PROT_READ, -1 },
	{ "random",	   MAP, 0, MAP_SHARED, PROT_READ, MADV_RANDOM },
	{ "private",	   MAP, 0, MAP_PRIVATE, PROT_READ, -1 },
	{ "private-write", MAP, 0, MAP_PRIVATE, PROT_READ | PROT_WRITE, -1 },
	{ "read",	   READ, 0, 0, 0, -1 },
	{ "direct",	   READ, O_DIRECT, 0, 0, -1 },
	{}
};

struct source {
	const char *path;
	const struct flavour *flavour;
	int fd;
	size_t size;
	const uint8_t *map;
	uint8_t *buffer;
};

static size_t page_bytes;

static uint64_t expected_word(size_t offset)
{
	return offset / sizeof(uint64_t) * GOLDEN;
}

static void make(const char *path, size_t size)
{
	uint64_t *words = malloc(STEP);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	size_t at, i;

	if (fd < 0 || !words)
		err(1, "%s", path);
	for (at = 0; at < size; at += STEP) {
		size_t n = size - at < STEP ? size - at : STEP;

		for (i = 0; i < STEP / sizeof(*words); i++)
			words[i] = expected_word(at + i * sizeof(*words));
		if (write(fd, words, n) != (ssize_t)n)
			err(1, "%s", path);
	}
	close(fd);
	free(words);
}

static const struct flavour *find_flavour(const char *name)
{
	const struct flavour *f;

	for (f = flavours; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	errx(1, "no such flavour: %s", name);
}

/* A free address at which a huge page could be mapped. */
static void *aligned_address(size_t size)
{
	uintptr_t area = (uintptr_t)mmap(NULL, size + ALIGNMENT, PROT_NONE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if ((void *)area == MAP_FAILED || munmap((void *)area, size + ALIGNMENT))
		err(1, "mmap");
	return (void *)((area + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
}

static void open_source(struct source *s, const char *path, const char *name)
{
	const struct flavour *f = find_flavour(name);
	struct stat st;
	void *map;

	s->path = path;
	s->flavour = f;
	s->fd = open(path, O_RDONLY | f->open_flags);
	if (s->fd < 0 || fstat(s->fd, &st))
		err(1, "%s", path);
	s->size = st.st_size;
	if (!f->mapped) {
		if (posix_memalign((void **)&s->buffer, page_bytes, STEP))
			errx(1, "out of memory");
		return;
	}
	map = f->mapped == MAP_ALIGNED ? aligned_address(s->size) : NULL;
	map = mmap(map, s->size, f->prot, f->map_flags, s->fd, 0);
	if (map == MAP_FAILED)
		err(1, "mmap %s", path);
	if (f->advice >= 0 && madvise(map, s->size, f->advice))
		err(1, "madvise %s", path);
	s->map = map;
}

/* The bytes from @at, at most STEP of them. */
static const uint8_t *part(struct source *s, size_t at, size_t n)
{
	size_t done = 0;
	ssize_t got;

	if (s->flavour->mapped)
		return s->map + at;
	while (done < n) {
		got = pread(s->fd, s->buffer + done, STEP - done, at + done);
		if (got <= 0)
			err(1, "read %s at %zu", s->path, at + done);
		done += got;
	}
	return s->buffer;
}

static bool page_is_right(const uint8_t *bytes, size_t at, size_t n)
{
	uint64_t word;
	size_t i;

	for (i = 0; i + sizeof(word) <= n; i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
		if (word != expected_word(at + i))
			return false;
	}
	word = expected_word(at + i);
	return !memcmp(bytes + i, &word, n - i);
}

static size_t wrong_pages(struct source *s)
{
	size_t at, i, wrong = 0;

	for (at = 0; at < s->size; at += STEP) {
		size_t n = s->size - at < STEP ? s->size - at : STEP;
		const uint8_t *bytes = part(s, at, n);

		for (i = 0; i < n; i += page_bytes)
			wrong += !page_is_right(bytes + i, at + i,
						n - i < page_bytes ? n - i : page_bytes);
	}
	return wrong;
}

/* Sum of a field of smaps over the mappings of a file, in KiB. */
static unsigned long smaps_kib(const char *path, const char *field)
{
	unsigned long total = 0, kib;
	bool inside = false;
	char line[512];
	FILE *smaps = fopen("/proc/self/smaps", "r");

	if (!smaps)
		err(1, "smaps");
	while (fgets(line, sizeof(line), smaps)) {
		line[strcspn(line, "\n")] = '\0';
		if (strchr("0123456789abcdef", line[0]))
			inside = strstr(line, path);
		else if (inside && !strncmp(line, field, strlen(field)) &&
			 sscanf(line + strlen(field), ": %lu", &kib) == 1)
			total += kib;
	}
	fclose(smaps);
	return total;
}

static unsigned int huge_percent(const char *path)
{
	unsigned long rss = smaps_kib(path, "Rss");

	return rss ? 100 * smaps_kib(path, "FilePmdMapped") / rss : 0;
}

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

/* A full cycle through all pages: the step and their number have no divisor. */
static size_t coprime_step(size_t pages)
{
	size_t step = pages * 5 / 8 | 1, a, b, t;

	for (;; step += 2) {
		for (a = pages, b = step; b; a = b, b = t)
			t = a % b;
		if (a == 1)
			return step;
	}
}

static void touch(const char *path, const char *name)
{
	size_t i, page = 0, pages, step;
	struct source s = {};
	unsigned int sum = 0;
	long before, after;

	before = faults();
	open_source(&s, path, name);
	pages = (s.size + page_bytes - 1) / page_bytes;
	step = coprime_step(pages);
	for (i = 0; i < pages; i++) {
		sum += s.map[page * page_bytes];
		page = (page + step) % pages;
	}
	after = faults();
	printf("{\"flavour\": \"%s\", \"faults\": %ld, \"sum\": %u, ", name,
	       after - before, sum);
	printf("\"huge_percent\": %u, ", huge_percent(path));
	printf("\"wrong_pages\": %zu}\n", wrong_pages(&s));
}

/* Nobody but sigtimedwait() takes it, so no handler is needed. */
static bool told_to_stop(const sigset_t *term)
{
	static const struct timespec now;

	return sigtimedwait(term, NULL, &now) == SIGTERM;
}

static void loop(const char *path, const char *name, const char *ready)
{
	struct source s = {};
	size_t wrong = 0;
	sigset_t term;
	long rounds = 0;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	open_source(&s, path, name);
	while (!told_to_stop(&term)) {
		wrong += wrong_pages(&s);
		if (!rounds++ && open(ready, O_WRONLY | O_CREAT, 0644) < 0)
			err(1, "%s", ready);
	}
	printf("{\"flavour\": \"%s\", \"rounds\": %ld, \"huge_percent\": %u, ",
	       name, rounds, huge_percent(path));
	printf("\"wrong_pages\": %zu}\n", wrong);
}

static void verify(const char *path, const char *name)
{
	struct source s = {};

	open_source(&s, path, name);
	printf("{\"flavour\": \"%s\", \"wrong_pages\": %zu}\n", name,
	       wrong_pages(&s));
}

static void advise(const char *path, const char *advice)
{
	int fd = open(path, O_RDONLY);
	int error;

	if (fd < 0)
		err(1, "%s", path);
	error = posix_fadvise(fd, 0, 0, strcmp(advice, "willneed") ?
			      POSIX_FADV_DONTNEED : POSIX_FADV_WILLNEED);
	printf("{\"error\": %d}\n", error);
}

/* From the middle of the first huge page to the middle of the second. */
static void cold(const char *path)
{
	struct source s = {};
	uint8_t *from;
	size_t len;
	int error;

	open_source(&s, path, "shared");
	len = s.size / 8 / page_bytes * page_bytes;
	from = (uint8_t *)s.map + len / 2 / page_bytes * page_bytes;
	printf("{\"wrong_pages\": %zu, ", wrong_pages(&s));
	error = madvise(from, len, MADV_COLD);
	error |= madvise(from, len, MADV_PAGEOUT);
	printf("\"error\": %d, \"huge_percent\": %u}\n", error,
	       huge_percent(path));
}

static void hold_in_pipe(void *page)
{
	struct iovec bytes = { .iov_base = page, .iov_len = page_bytes };
	int ends[2];

	if (pipe(ends) || vmsplice(ends[1], &bytes, 1, 0) != (ssize_t)page_bytes)
		err(1, "vmsplice");
}

/* What of the kernel's mm/gup_test.h is needed. */
struct pin_longterm_test {
	uint64_t addr;
	uint64_t size;
	uint32_t flags;
};

#define PIN_LONGTERM_TEST_START	_IOW('g', 7, struct pin_longterm_test)

static void pin(void *page)
{
	struct pin_longterm_test request = {
		.addr = (uintptr_t)page,
		.size = page_bytes,
	};
	int fd = open("/sys/kernel/debug/gup_test", O_RDWR);

	if (fd < 0 || ioctl(fd, PIN_LONGTERM_TEST_START, &request))
		err(1, "gup_test");
}

static void hold(const char *path, void (*hold_page)(void *page), const char *ready)
{
	struct source s = {};
	sigset_t term;
	int number;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	open_source(&s, path, "shared");
	printf("{\"wrong_pages\": %zu}\n", wrong_pages(&s));
	hold_page((uint8_t *)s.map + page_bytes);
	if (open(ready, O_WRONLY | O_CREAT, 0644) < 0)
		err(1, "%s", ready);
	sigwait(&term, &number);
}

static void splice_out(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		err(1, "%s", path);
	while ((n = splice(fd, NULL, STDOUT_FILENO, NULL, STEP, 0)) > 0)
		;
	if (n < 0)
		err(1, "splice");
}

/* The mapping may be longer than the file. */
static void peek(const char *path, size_t size, size_t offset)
{
	int fd = open(path, O_RDONLY);
	uint8_t *map;

	if (fd < 0)
		err(1, "%s", path);
	map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		err(1, "mmap %s", path);
	printf("%u\n", map[offset]);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[1] : "";

	page_bytes = sysconf(_SC_PAGESIZE);
	if (!strcmp(verb, "make") && argc == 4)
		make(argv[2], strtoull(argv[3], NULL, 0));
	else if (!strcmp(verb, "touch") && argc == 4)
		touch(argv[2], argv[3]);
	else if (!strcmp(verb, "loop") && argc == 5)
		loop(argv[2], argv[3], argv[4]);
	else if (!strcmp(verb, "verify") && argc == 4)
		verify(argv[2], argv[3]);
	else if (!strcmp(verb, "advise") && argc == 4)
		advise(argv[2], argv[3]);
	else if (!strcmp(verb, "cold") && argc == 3)
		cold(argv[2]);
	else if (!strcmp(verb, "hold") && argc == 4)
		hold(argv[2], hold_in_pipe, argv[3]);
	else if (!strcmp(verb, "pin") && argc == 4)
		hold(argv[2], pin, argv[3]);
	else if (!strcmp(verb, "splice") && argc == 3)
		splice_out(argv[2]);
	else if (!strcmp(verb, "peek") && argc == 5)
		peek(argv[2], strtoull(argv[3], NULL, 0),
		     strtoull(argv[4], NULL, 0));
	else
		errx(2, "usage: see the head of client.c");
	return 0;
}
