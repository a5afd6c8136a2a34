// SPDX-License-Identifier: GPL-2.0
/*
 * Copying a text: nothing of it is lost, and no page is read that is behind it.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "include/compat/copy_text.h"
#include "unit.h"

#define SIZE	384

/* The end of memory: what is behind can't be read. */
static char *memory_end(void)
{
	char *pages = mmap(NULL, 3 * PAGE_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(pages + 2 * PAGE_SIZE, PAGE_SIZE);
	return pages + 2 * PAGE_SIZE;
}

static char *make_text(char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		at[i] = 'a' + i % 23;
	at[len] = '\0';
	return at;
}

static void copy_and_compare(const char *text)
{
	_Alignas(8) char copy[SIZE + 8];
	size_t len = strlen(text), expected = len < SIZE ? len : SIZE - 1;

	memset(copy, 0xee, sizeof(copy));
	compat_copy_text(copy, text, SIZE);
	CHECK_INT(strlen(copy), expected);
	CHECK(!memcmp(copy, text, expected));
	CHECK_INT((unsigned char)copy[SIZE], 0xee);
}

static void texts_are_whole(void)
{
	char *end = memory_end();

	memset(end - 2 * PAGE_SIZE, 'x', 2 * PAGE_SIZE);
	for (size_t len = 0; len < SIZE + 100; len++)
		for (size_t before = 0; before < 80; before++)
			copy_and_compare(make_text(end - PAGE_SIZE + before,
						   len));
}

static void nothing_behind_is_read(void)
{
	char *end = memory_end();

	for (size_t len = 0; len < SIZE + 100; len++)
		copy_and_compare(make_text(end - len - 1, len));
}

static void pages_may_change(void)
{
	char *end = memory_end();

	for (size_t len = 0; len < SIZE + 100; len++)
		for (size_t before = 0; before <= len; before += 7)
			copy_and_compare(make_text(end - PAGE_SIZE - before,
						   len));
}

static void starts_are_copied(void)
{
	_Alignas(8) char start[8];
	char *end = memory_end();

	memcpy(end - 7, "scrub ", 7);
	compat_copy_start(start, end - 7);
	CHECK(!memcmp(start, "scrub ", 7));
	memcpy(end - 30, "memory scrubbing error", 23);
	compat_copy_start(start, end - 30);
	CHECK(!memcmp(start, "memory s", 8));
}

static const struct unit_case cases[] = {
	{ "a text of any length is copied", texts_are_whole },
	{ "no page behind a text is read", nothing_behind_is_read },
	{ "a text goes over the end of a page", pages_may_change },
	{ "the start of a text is copied", starts_are_copied },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
