// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers that people type and read.
 */
/* unit-sources: tools/vigilctl/number.c */
#include "number.h"
#include "unit.h"

static const struct {
	const char *text;
	bool good;
	uint64_t value;
} numbers[] = {
	{ "0", true, 0 },
	{ "42", true, 42 },
	{ "010", true, 10 },
	{ "0x10", true, 16 },
	{ "0XfF", true, 255 },
	{ "18446744073709551615", true, UINT64_MAX },
	{ "0xffffffffffffffff", true, UINT64_MAX },
	{ "18446744073709551616", false, 0 },
	{ "0x10000000000000000", false, 0 },
	{ "", false, 0 },
	{ "-1", false, 0 },
	{ "+1", false, 0 },
	{ " 1", false, 0 },
	{ "1 ", false, 0 },
	{ "1x", false, 0 },
	{ "0x", false, 0 },
	{ "x10", false, 0 },
	{ "1K", false, 0 },
	{ "1.5", false, 0 },
}, sizes[] = {
	{ "0", true, 0 },
	{ "4096", true, 4096 },
	{ "1K", true, 1024 },
	{ "1k", true, 1024 },
	{ "3M", true, 3145728 },
	{ "16G", true, UINT64_C(17179869184) },
	{ "1T", true, UINT64_C(1099511627776) },
	{ "16777215T", true, UINT64_C(16777215) << 40 },
	{ "16777216T", false, 0 },
	{ "1P", false, 0 },
	{ "1KB", false, 0 },
	{ "1 K", false, 0 },
	{ "K", false, 0 },
	{ "", false, 0 },
	{ "-1K", false, 0 },
};

static void parse_numbers(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		uint64_t value = 0;

		if (!CHECK(number_parse(numbers[i].text, &value) ==
			   numbers[i].good) ||
		    (numbers[i].good && !CHECK(value == numbers[i].value)))
			printf("# with \"%s\"\n", numbers[i].text);
	}
}

static void parse_sizes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint64_t bytes = 0;

		if (!CHECK(size_parse(sizes[i].text, &bytes) ==
			   sizes[i].good) ||
		    (sizes[i].good && !CHECK(bytes == sizes[i].value)))
			printf("# with \"%s\"\n", sizes[i].text);
	}
}

static void format_sizes(void)
{
	char text[NUMBER_TEXT];

	CHECK_STR(size_format(0, text), "0 B");
	CHECK_STR(size_format(1023, text), "1023 B");
	CHECK_STR(size_format(1024, text), "1.0 KiB");
	CHECK_STR(size_format(1536, text), "1.5 KiB");
	CHECK_STR(size_format(2097152, text), "2.0 MiB");
	CHECK_STR(size_format(1073741823, text), "1023.9 MiB");
	CHECK_STR(size_format(UINT64_C(1) << 40, text), "1.0 TiB");
	CHECK_STR(size_format(UINT64_MAX, text), "16777215.9 TiB");
}

static void format_durations(void)
{
	char text[NUMBER_TEXT];

	CHECK_STR(duration_format(0, text), "0 s");
	CHECK_STR(duration_format(59, text), "59 s");
	CHECK_STR(duration_format(61, text), "1 min 1 s");
	CHECK_STR(duration_format(3600, text), "1 h 0 min");
	CHECK_STR(duration_format(7384, text), "2 h 3 min");
}

static void format_progress(void)
{
	char text[PROGRESS_TEXT];

	CHECK_STR(progress_format(1048576, 3145728, 1048576, text),
		  "1.0 MiB of 3.0 MiB, 1.0 MiB/s, 2 s left");
	CHECK_STR(progress_format(0, 4096, 0, text),
		  "0 B of 4.0 KiB, 0 B/s, ? left");
	CHECK_STR(progress_format(4096, 4096, 1024, text),
		  "4.0 KiB of 4.0 KiB, 1.0 KiB/s, 0 s left");
	CHECK_STR(progress_format(2, 1, 1, text), "2 B of 1 B, 1 B/s, 0 s left");
}

static const struct unit_case cases[] = {
	{ "numbers that are typed", parse_numbers },
	{ "sizes that are typed", parse_sizes },
	{ "sizes that are printed", format_sizes },
	{ "durations that are printed", format_durations },
	{ "progress that is printed", format_progress },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
