// SPDX-License-Identifier: GPL-2.0
/*
 * What the benchmarks measure, and what they need done.
 *
 *	client run COMMAND...		instructions of a command, from fork to exit
 *	client touch FILE FLAVOUR	map a file and touch each page: instructions
 *					and page faults of both
 *	client attach FILE		open, map and populate a file: instructions
 *	client map FILE			the same without counting, to be run by "run"
 *	client copy FILE TO		read() a file into a mapping of another, which
 *					is how a file gets into a hugetlbfs
 *	client copy-direct FILE TO	the same with O_DIRECT
 *	client drop FILE		have its page cache dropped
 *	client thp PAGES		touch memory advised to be huge, PAGES huge
 *					pages of it: how many became huge
 *
 * Those that measure print one line of JSON. FLAVOUR is one of those in the table
 * below, the ways in which frameworks map weights. insns.c has how instructions
 * are counted.
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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "insns.h"

#define COPY_BYTES	(2UL * 1024 * 1024)

struct flavour {
	const char *name;
	int map_flags;
	int prot;
	int advice;		/* of madvise(), -1 for none */
};

static const struct flavour flavours[] = {
	{ "shared",	   MAP_SHARED, PROT_READ, -1 },
	{ "populate",	   MAP_SHARED | MAP_POPULATE, PROT_READ, -1 },
	{ "willneed",	   MAP_SHARED, PROT_READ, MADV_WILLNEED },
	{ "random",	   MAP_SHARED, PROT_READ, MADV_RANDOM },
	{ "private",	   MAP_PRIVATE, PROT_READ, -1 },
	{ "private-write", MAP_PRIVATE, PROT_READ | PROT_WRITE, -1 },
	{}
};

struct file {
	int fd;
	size_t size;
	uint8_t *map;
};

static size_t page_bytes;

static const struct flavour *find_flavour(const char *name)
{
	const struct flavour *f;

	for (f = flavours; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	errx(1, "no such flavour: %s", name);
}

static void open_file(struct file *file, const char *path, int flags)
{
	struct stat st;

	file->fd = open(path, flags, 0644);
	if (file->fd < 0 || fstat(file->fd, &st))
		err(1, "%s", path);
	file->size = st.st_size;
}

/* A peer that does not know the advice does without. */
static void map_file(struct file *file, const struct flavour *f)
{
	void *map = mmap(NULL, file->size, f->prot, f->map_flags, file->fd, 0);

	if (map == MAP_FAILED)
		err(1, "mmap %s", f->name);
	if (f->advice >= 0)
		madvise(map, file->size, f->advice);
	file->map = map;
}

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

static void touch_pages(const struct file *file)
{
	const uint8_t *at, *end = file->map + file->size;

	for (at = file->map; at < end; at += page_bytes)
		asm volatile("" : : "r"(*at));
}

static void touch(const char *path, const char *name)
{
	const struct flavour *f = find_flavour(name);
	struct file file;
	uint64_t insns;
	long before;

	insns_start();
	open_file(&file, path, O_RDONLY);
	before = faults();
	insns = insns_now();
	map_file(&file, f);
	touch_pages(&file);
	insns = insns_now() - insns;
	printf("{\"insns\": %lu, \"faults\": %ld}\n", insns, faults() - before);
}

static void map(const char *path)
{
	struct file file;

	open_file(&file, path, O_RDONLY);
	map_file(&file, find_flavour("populate"));
}

static void attach(const char *path)
{
	uint64_t insns;

	insns_start();
	insns = insns_now();
	map(path);
	insns = insns_now() - insns;
	printf("{\"insns\": %lu}\n", insns);
}

static int run(char **command)
{
	int null = open("/dev/null", O_WRONLY);
	uint64_t insns;
	pid_t child;
	int status;

	insns_start();
	insns = insns_now();
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child) {
		dup2(null, STDOUT_FILENO);
		execvp(command[0], command);
		err(127, "%s", command[0]);
	}
	waitpid(child, &status, 0);
	insns = insns_now() - insns;
	printf("{\"insns\": %lu}\n", insns);
	return status;
}

/* A hugetlbfs has no write(). */
static void copy(const char *path, const char *to, int flags)
{
	const struct flavour writable = { "copy", MAP_SHARED, PROT_READ | PROT_WRITE, -1 };
	struct file from, copy;
	size_t done = 0;
	ssize_t n;

	open_file(&from, path, O_RDONLY | flags);
	open_file(&copy, to, O_RDWR | O_CREAT | O_TRUNC);
	copy.size = from.size;
	if (ftruncate(copy.fd, copy.size))
		err(1, "%s", to);
	map_file(&copy, &writable);
	while (done < from.size) {
		n = read(from.fd, copy.map + done, COPY_BYTES);
		if (n <= 0)
			err(1, "read %s", path);
		done += n;
	}
}

static void drop(const char *path)
{
	struct file file;

	open_file(&file, path, O_RDONLY);
	if (posix_fadvise(file.fd, 0, 0, POSIX_FADV_DONTNEED))
		errx(1, "%s: its page cache can't be dropped", path);
}

static unsigned long huge_kib(void)
{
	unsigned long total = 0, kib;
	char line[256];
	FILE *smaps = fopen("/proc/self/smaps", "r");

	if (!smaps)
		err(1, "smaps");
	while (fgets(line, sizeof(line), smaps))
		if (sscanf(line, "AnonHugePages: %lu", &kib) == 1)
			total += kib;
	fclose(smaps);
	return total;
}

static size_t huge_page_bytes(void)
{
	size_t bytes;
	FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
			   "r");

	if (!file || fscanf(file, "%zu", &bytes) != 1)
		errx(1, "the kernel has no transparent huge pages");
	fclose(file);
	return bytes;
}

/* Only the first page of each huge page: what stays small costs little. */
static void thp(size_t pages)
{
	size_t huge = huge_page_bytes(), i;
	uint8_t *map = mmap(NULL, (pages + 1) * huge, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		err(1, "mmap");
	map += huge - (uintptr_t)map % huge;
	if (madvise(map, pages * huge, MADV_HUGEPAGE))
		err(1, "madvise");
	for (i = 0; i < pages; i++)
		map[i * huge] = 1;
	printf("{\"pages\": %zu}\n", huge_kib() * 1024 / huge);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[1] : "";

	page_bytes = sysconf(_SC_PAGESIZE);
	if (!strcmp(verb, "run"))
		return run(argv + 2) ? 1 : 0;
	if (!strcmp(verb, "touch") && argc == 4)
		touch(argv[2], argv[3]);
	else if (!strcmp(verb, "attach") && argc == 3)
		attach(argv[2]);
	else if (!strcmp(verb, "map") && argc == 3)
		map(argv[2]);
	else if (!strcmp(verb, "copy") && argc == 4)
		copy(argv[2], argv[3], 0);
	else if (!strcmp(verb, "copy-direct") && argc == 4)
		copy(argv[2], argv[3], O_DIRECT);
	else if (!strcmp(verb, "drop") && argc == 3)
		drop(argv[2]);
	else if (!strcmp(verb, "thp") && argc == 3)
		thp(strtoul(argv[2], NULL, 0));
	else
		errx(2, "usage: see the head of client.c");
	return 0;
}
