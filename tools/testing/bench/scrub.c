// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to check loaded weights.
 *
 *	scrub mount COMPONENT BYTES	have a mount scrub so much, as fast as it goes
 *	scrub loop FILE			crc32c of each 4 KiB of a mapped file, as a
 *					program could do it
 *
 * Both print a line of JSON: instructions and bytes. insns.c has how instructions
 * are counted; mapping the file is not part of it.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <x86intrin.h>

#include "insns.h"

#define PAGE_WORDS	(4096 / sizeof(uint64_t))
#define POLL_US		10000
#define MAX_MIB_PER_S	1000000

static void tell(uint64_t insns, uint64_t bytes)
{
	printf("{\"insns\": %" PRIu64 ", \"bytes\": %" PRIu64 "}\n", insns, bytes);
}

static FILE *open_attribute(const char *name, const char *mode)
{
	FILE *file = fopen(name, mode);

	if (!file)
		err(1, "%s", name);
	return file;
}

static void set_rate(unsigned int mib_per_s)
{
	FILE *file = open_attribute("policy/scrub_mib_per_s", "w");

	fprintf(file, "%u", mib_per_s);
	if (fclose(file))
		err(1, "rate");
}

static uint64_t scrubbed(void)
{
	FILE *file = open_attribute("counters/scrubbed_bytes", "r");
	uint64_t bytes;

	if (fscanf(file, "%" SCNu64, &bytes) != 1)
		errx(1, "scrubbed_bytes is no number");
	fclose(file);
	return bytes;
}

static void scrub_mount(const char *component, uint64_t bytes)
{
	uint64_t before, now, insns;

	if (chdir(component))
		err(1, "%s", component);
	insns_start();
	before = scrubbed();
	insns = insns_now();
	set_rate(MAX_MIB_PER_S);
	do {
		usleep(POLL_US);
		now = scrubbed();
	} while (now - before < bytes);
	insns = insns_now() - insns;
	set_rate(0);
	tell(insns, now - before);
}

/* As many words a turn as the scrubber takes. */
__attribute__((target("sse4.2")))
static uint32_t crc_page(const uint64_t *at)
{
	uint64_t crc = ~0U;
	size_t i;

#pragma GCC unroll 32
	for (i = 0; i < PAGE_WORDS; i++)
		crc = _mm_crc32_u64(crc, at[i]);
	return crc;
}

static void loop(const char *path)
{
	int fd = open(path, O_RDONLY);
	const uint64_t *map;
	struct stat st;
	size_t i, words;
	uint64_t insns;

	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", path);
	words = st.st_size / sizeof(*map) / PAGE_WORDS * PAGE_WORDS;
	map = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
	if (map == MAP_FAILED)
		err(1, "mmap");
	insns_start();
	insns = insns_now();
	for (i = 0; i < words; i += PAGE_WORDS)
		asm volatile("" : : "r"(crc_page(map + i)));
	tell(insns_now() - insns, words * sizeof(*map));
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "mount"))
		scrub_mount(argv[2], strtoull(argv[3], NULL, 0));
	else if (argc == 3 && !strcmp(argv[1], "loop"))
		loop(argv[2]);
	else
		errx(2, "usage: see the head of scrub.c");
	return 0;
}
