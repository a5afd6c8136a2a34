// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on a file of weights, mixed at random, held against its source.
 *
 *	random SOURCE FILE SEED OPERATIONS
 *
 * What an operation does follows from the seed and its number alone. Whatever
 * comes back must be what the source gives: bytes, sizes, errors. On the first
 * difference seed, number and the last operations are told, and the exit status
 * is 1. Bytes are compared with a mapping of the source; a private mapping has a
 * private one of the source beside it, and the same is written to both.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mman.h>
#include <linux/weightfs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define HUGE_BYTES	(2UL * 1024 * 1024)
#define READ_MOST	(1024UL * 1024)
#define MAP_MOST	(3 * HUGE_BYTES)
#define PIPE_MOST	(64UL * 1024)
#define NR_MAPS		6
#define NR_LAST		24

/* A part of the file, mapped, and the same part of the source. */
struct pair {
	uint8_t *ours;		/* NULL when nothing is mapped */
	uint8_t *source;
	size_t at;
	size_t bytes;		/* whole pages */
	bool private;
};

struct operation {
	const char *name;
	unsigned int weight;
	/* Read at most so much from there; like pread(). */
	ssize_t (*take)(uint8_t *to, size_t bytes, off_t at);
	/* Or anything else. */
	void (*act)(void);
};

struct record {
	const char *name;
	size_t at;
	size_t bytes;
};

static const char *path;
static const uint8_t *source;
static size_t size, page_bytes;
static int source_fd, fd, direct_fd, file_fd, ends[2];
static uint8_t *buffer;
static struct pair maps[NR_MAPS];
static uint64_t seed, state;
static unsigned long now;
static struct record last[NR_LAST];

/* splitmix64 */
static uint64_t next_random(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static size_t below(size_t limit)
{
	return next_random() % limit;
}

static void tell_last(void)
{
	unsigned long i = now < NR_LAST ? 0 : now - NR_LAST + 1;

	printf("seed %llu, operation %lu; the last ones:\n",
	       (unsigned long long)seed, now);
	for (; i <= now; i++) {
		struct record *r = &last[i % NR_LAST];

		printf("%8lu %-14s at %#zx, %#zx bytes\n", i, r->name, r->at,
		       r->bytes);
	}
}

__attribute__((noreturn, format(printf, 1, 2)))
static void fail(const char *format, ...)
{
	const char *error = strerror(errno);
	va_list args;

	printf("%s: ", path);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(" (errno: %s)\n", error);
	tell_last();
	fflush(stdout);
	_exit(1);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
	size_t i;

	(void)context;
	for (i = 0; i < NR_MAPS; i++) {
		uint8_t *address = info->si_addr;

		if (maps[i].ours && address >= maps[i].ours &&
		    address < maps[i].ours + maps[i].bytes)
			printf("in a %s mapping, at %#zx\n",
			       maps[i].private ? "private" : "shared",
			       maps[i].at + (address - maps[i].ours));
	}
	fail("signal %d, code %d, address %p", number, info->si_code,
	     info->si_addr);
}

static void note(size_t at, size_t bytes)
{
	last[now % NR_LAST].at = at;
	last[now % NR_LAST].bytes = bytes;
}

static void compare(const uint8_t *got, const uint8_t *want, size_t bytes)
{
	size_t i;

	if (!memcmp(got, want, bytes))
		return;
	for (i = 0; i < bytes && got[i] == want[i]; i++)
		;
	if (i == bytes)
		fail("bytes that were wrong are right now");
	fail("byte %#zx is %#x instead of %#x", i, got[i], want[i]);
}

/* Small ones more often than large ones, near borders more often than elsewhere. */
static size_t some_bytes(size_t most)
{
	return 1 + below(most >> below(12));
}

static size_t some_place(void)
{
	size_t at = below(size + page_bytes);

	switch (below(4)) {
	case 0:
		return at / page_bytes * page_bytes;
	case 1:
		at = at / HUGE_BYTES * HUGE_BYTES;
		return at - (at ? below(64) : 0);
	default:
		return at;
	}
}

static ssize_t take_pread(uint8_t *to, size_t bytes, off_t at)
{
	return pread(fd, to, bytes, at);
}

static ssize_t take_read(uint8_t *to, size_t bytes, off_t at)
{
	if (lseek(fd, at, SEEK_SET) != at)
		fail("lseek");
	return read(fd, to, bytes);
}

static ssize_t take_direct(uint8_t *to, size_t bytes, off_t at)
{
	return pread(direct_fd, to, bytes, at);
}

static ssize_t take_preadv(uint8_t *to, size_t bytes, off_t at)
{
	size_t first = below(bytes + 1), second = below(bytes - first + 1);
	struct iovec parts[] = {
		{ to, first },
		{ to + first, second },
		{ to + first + second, bytes - first - second },
	};

	return preadv(fd, parts, ARRAY_SIZE(parts), at);
}

static ssize_t drain(uint8_t *to, ssize_t bytes)
{
	ssize_t done = 0, n;

	for (; done < bytes; done += n) {
		n = read(ends[0], to + done, bytes - done);
		if (n <= 0)
			fail("the pipe has less than was put in");
	}
	return bytes;
}

static size_t pipeful(size_t bytes)
{
	return bytes < PIPE_MOST ? bytes : PIPE_MOST;
}

static ssize_t take_splice(uint8_t *to, size_t bytes, off_t at)
{
	return drain(to, splice(fd, &at, ends[1], NULL, pipeful(bytes), 0));
}

static ssize_t take_sendfile(uint8_t *to, size_t bytes, off_t at)
{
	return drain(to, sendfile(ends[1], fd, &at, pipeful(bytes)));
}

static ssize_t from_file(uint8_t *to, ssize_t bytes)
{
	return bytes < 0 ? bytes : pread(file_fd, to, bytes, 0);
}

static ssize_t take_to_file(uint8_t *to, size_t bytes, off_t at)
{
	lseek(file_fd, 0, SEEK_SET);
	return from_file(to, sendfile(file_fd, fd, &at, bytes));
}

/* Between filesystems of different types the kernel may refuse. */
static ssize_t take_copy(uint8_t *to, size_t bytes, off_t at)
{
	off_t start = 0;
	ssize_t n = copy_file_range(fd, &at, file_fd, &start, bytes, 0);

	if (n < 0 && errno == EXDEV)
		return take_to_file(to, bytes, at);
	return from_file(to, n);
}

static void compare_taken(const struct operation *op)
{
	size_t at = some_place(), bytes = some_bytes(READ_MOST), done = 0;
	size_t want = at < size ? size - at : 0;
	ssize_t n;

	if (want > bytes)
		want = bytes;
	note(at, bytes);
	do {
		n = op->take(buffer + done, bytes - done, at + done);
		if (n < 0)
			fail("%s after %zu bytes", op->name, done);
		done += n;
	} while (n && done < want);
	if (done != want)
		fail("%s got %zu bytes of %zu", op->name, done, want);
	compare(buffer, source + at, done);
}

static void unmap(struct pair *pair)
{
	if (!pair->ours)
		return;
	note(pair->at, pair->bytes);
	compare(pair->ours, pair->source, pair->bytes);
	munmap(pair->ours, pair->bytes);
	munmap(pair->source, pair->bytes);
	pair->ours = NULL;
}

static void map(struct pair *pair)
{
	size_t unit = below(2) ? page_bytes : HUGE_BYTES, pages;
	int flags, prot;

	pair->private = below(2);
	pair->at = below(size) / unit * unit;
	pages = (size - pair->at + page_bytes - 1) / page_bytes;
	pair->bytes = (1 + below(MAP_MOST / page_bytes)) * page_bytes;
	if (pair->bytes > pages * page_bytes)
		pair->bytes = pages * page_bytes;
	note(pair->at, pair->bytes);

	flags = pair->private ? MAP_PRIVATE : MAP_SHARED;
	prot = pair->private ? PROT_READ | PROT_WRITE : PROT_READ;
	pair->source = mmap(NULL, pair->bytes, prot, flags, source_fd, pair->at);
	if (!below(4))
		flags |= MAP_POPULATE;
	pair->ours = mmap(NULL, pair->bytes, prot, flags, fd, pair->at);
	if (pair->source == MAP_FAILED || pair->ours == MAP_FAILED)
		fail("mmap");
}

static void act_map(void)
{
	struct pair *pair = &maps[below(NR_MAPS)];

	if (pair->ours)
		unmap(pair);
	else
		map(pair);
}

/* A part of a mapping: of the whole pages that it touches, if @pages. */
static struct pair *some_part(size_t *from, size_t *bytes, bool pages)
{
	struct pair *pair = &maps[below(NR_MAPS)];

	if (!pair->ours)
		map(pair);
	*from = below(pair->bytes);
	*bytes = some_bytes(READ_MOST);
	if (pages) {
		*from = *from / page_bytes * page_bytes;
		*bytes = (*bytes + page_bytes - 1) / page_bytes * page_bytes;
	}
	if (*bytes > pair->bytes - *from)
		*bytes = pair->bytes - *from;
	note(pair->at + *from, *bytes);
	return pair;
}

static void act_look(void)
{
	size_t from, bytes;
	struct pair *pair = some_part(&from, &bytes, false);

	compare(pair->ours + from, pair->source + from, bytes);
}

static void act_write(void)
{
	size_t from, bytes, i;
	struct pair *pair = some_part(&from, &bytes, false);

	for (i = 0; pair->private && i < bytes; i++) {
		pair->ours[from + i] = from + i;
		pair->source[from + i] = from + i;
	}
}

/* Only MADV_DONTNEED may change what is seen: it undoes private writes. */
static void act_madvise(void)
{
	static const int advices[] = {
		MADV_WILLNEED, MADV_DONTNEED, MADV_COLD, MADV_PAGEOUT,
		MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_COLLAPSE, MADV_RANDOM,
		MADV_NORMAL, MADV_SEQUENTIAL, MADV_POPULATE_READ,
	};
	int advice = advices[below(ARRAY_SIZE(advices))];
	size_t from, bytes;
	struct pair *pair = some_part(&from, &bytes, true);

	if (advice == MADV_DONTNEED &&
	    madvise(pair->source + from, bytes, advice))
		fail("madvise of the source");
	if (madvise(pair->ours + from, bytes, advice) &&
	    (advice == MADV_DONTNEED || advice == MADV_POPULATE_READ))
		fail("madvise %d", advice);
}

static void act_mincore(void)
{
	size_t from, bytes, i;
	struct pair *pair = some_part(&from, &bytes, true);

	if (mincore(pair->ours + from, bytes, buffer))
		fail("mincore");
	for (i = 0; i < bytes / page_bytes; i++)
		if (buffer[i] > 1)
			fail("mincore says %#x", buffer[i]);
}

static void act_fadvise(void)
{
	size_t at = some_place(), bytes = some_bytes(READ_MOST);

	note(at, bytes);
	if (posix_fadvise(fd, at, bytes, below(2) ? POSIX_FADV_WILLNEED :
						    POSIX_FADV_DONTNEED))
		fail("posix_fadvise");
}

/* What is mapped stays, so sometimes let go of that first. */
static void act_evict(void)
{
	bool all = below(4);
	size_t i;

	for (i = 0; all && i < NR_MAPS; i++)
		unmap(&maps[i]);
	if (posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		fail("posix_fadvise");
}

static void act_statx(void)
{
	unsigned int mask = STATX_BASIC_STATS;
	struct statx ours, theirs;

	if (statx(fd, "", AT_EMPTY_PATH, mask, &ours) ||
	    statx(source_fd, "", AT_EMPTY_PATH, mask, &theirs))
		fail("statx");
	if (ours.stx_size != theirs.stx_size || ours.stx_mode != theirs.stx_mode ||
	    ours.stx_ino != theirs.stx_ino || ours.stx_uid != theirs.stx_uid ||
	    memcmp(&ours.stx_mtime, &theirs.stx_mtime, sizeof(ours.stx_mtime)))
		fail("statx differs");
}

static void act_seek(void)
{
	static const int whences[] = { SEEK_SET, SEEK_END, SEEK_DATA, SEEK_HOLE };
	int whence = whences[below(ARRAY_SIZE(whences))];
	off_t at = some_place(), ours, theirs;
	int error;

	note(at, whence);
	errno = 0;
	theirs = lseek(source_fd, at, whence);
	error = errno;
	errno = 0;
	ours = lseek(fd, at, whence);
	if (ours != theirs || errno != error)
		fail("lseek says %#zx, of the source %#zx", (size_t)ours,
		     (size_t)theirs);
}

/* More is loaded and let go meanwhile, so these are only what is always true. */
static void act_status(void)
{
	struct weightfs_status status;
	struct weightfs_nodes nodes;

	if (ioctl(fd, WEIGHTFS_IOC_STATUS, &status) ||
	    ioctl(fd, WEIGHTFS_IOC_NODES, &nodes))
		fail("ioctl");
	if (status.size_bytes != size || status.loaded_bytes > size ||
	    status.huge_bytes > status.loaded_bytes)
		fail("status: %llu bytes, %llu loaded, %llu huge",
		     (unsigned long long)status.size_bytes,
		     (unsigned long long)status.loaded_bytes,
		     (unsigned long long)status.huge_bytes);
}

static void act_pin(void)
{
	if (ioctl(fd, WEIGHTFS_IOC_PIN))
		fail("pin");
	act_evict();
	if (ioctl(fd, WEIGHTFS_IOC_UNPIN) || ioctl(fd, WEIGHTFS_IOC_CANCEL))
		fail("unpin");
}

static void open_file(void)
{
	fd = open(path, O_RDONLY);
	direct_fd = open(path, O_RDONLY | O_DIRECT);
	if (fd < 0 || direct_fd < 0)
		fail("open");
}

static void act_reopen(void)
{
	close(fd);
	close(direct_fd);
	open_file();
}

static const struct operation operations[] = {
	{ "pread",	 20, take_pread,    NULL },
	{ "read",	 10, take_read,	    NULL },
	{ "preadv",	 10, take_preadv,   NULL },
	{ "direct",	 10, take_direct,   NULL },
	{ "splice",	  6, take_splice,   NULL },
	{ "sendfile",	  6, take_sendfile, NULL },
	{ "to a file",	  6, take_to_file,  NULL },
	{ "copy",	  6, take_copy,	    NULL },
	{ "map or unmap", 12, NULL, act_map },
	{ "look",	 50, NULL, act_look },
	{ "write",	 20, NULL, act_write },
	{ "madvise",	 20, NULL, act_madvise },
	{ "mincore",	  4, NULL, act_mincore },
	{ "fadvise",	  6, NULL, act_fadvise },
	{ "evict",	  2, NULL, act_evict },
	{ "pin",	  1, NULL, act_pin },
	{ "statx",	  4, NULL, act_statx },
	{ "seek",	  6, NULL, act_seek },
	{ "status",	  4, NULL, act_status },
	{ "reopen",	  4, NULL, act_reopen },
};

static const struct operation *some_operation(void)
{
	size_t i, dice, total = 0;

	for (i = 0; i < ARRAY_SIZE(operations); i++)
		total += operations[i].weight;
	dice = below(total);
	for (i = 0; dice >= operations[i].weight; i++)
		dice -= operations[i].weight;
	return &operations[i];
}

static void operate(void)
{
	const struct operation *op;

	state = seed ^ now << 32;
	op = some_operation();
	last[now % NR_LAST] = (struct record){ .name = op->name };
	if (op->take)
		compare_taken(op);
	else
		op->act();
}

static void prepare(const char *source_path)
{
	const struct sigaction action = {
		.sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO,
	};
	struct stat st;

	page_bytes = sysconf(_SC_PAGESIZE);
	source_fd = open(source_path, O_RDONLY);
	if (source_fd < 0 || fstat(source_fd, &st))
		err(2, "%s", source_path);
	size = st.st_size;
	source = mmap(NULL, size, PROT_READ, MAP_SHARED, source_fd, 0);
	buffer = malloc(READ_MOST);
	file_fd = memfd_create("random", 0);
	if (source == MAP_FAILED || !buffer || file_fd < 0 || pipe(ends))
		err(2, "prepare");
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	open_file();
}

int main(int argc, char **argv)
{
	unsigned long nr;
	size_t i;

	if (argc != 5)
		errx(2, "usage: see the head of random.c");
	path = argv[2];
	seed = strtoull(argv[3], NULL, 0);
	nr = strtoul(argv[4], NULL, 0);
	prepare(argv[1]);
	for (now = 0; now < nr; now++)
		operate();
	last[now % NR_LAST] = (struct record){ .name = "the end" };
	for (i = 0; i < NR_MAPS; i++)
		unmap(&maps[i]);
	return 0;
}
