// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers that people type and read. Typing is strict: a sign, a space, a digit
 * too many or a number that does not fit is an error, never a guess.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

static const char units[] = "KMGT";

static bool parse_prefix(const char *text, uint64_t *value, char **end)
{
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, end, text[0] == '0' && (text[1] | 32) == 'x' ?
			  16 : 10);
	return !errno && *end != text;
}

/* Decimal, or hexadecimal after 0x. */
bool number_parse(const char *text, uint64_t *value)
{
	char *end;

	return parse_prefix(text, value, &end) && !*end;
}

/* Bytes, or a multiple with a suffix that stands for a power of 1024. */
bool size_parse(const char *text, uint64_t *bytes)
{
	const char *unit;
	char *end;
	unsigned int shift;

	if (!parse_prefix(text, bytes, &end))
		return false;
	if (!*end)
		return true;
	unit = strchr(units, *end & ~32);
	if (!unit || !*unit || end[1])
		return false;
	shift = 10 * (unit - units + 1);
	if (*bytes > UINT64_MAX >> shift)
		return false;
	*bytes <<= shift;
	return true;
}

const char *number_format(uint64_t value, char *text)
{
	snprintf(text, NUMBER_TEXT, "%" PRIu64, value);
	return text;
}

/* "1 cell", "2 cells". */
const char *count_format(uint64_t count, const char *noun, char *text)
{
	snprintf(text, NUMBER_TEXT, "%" PRIu64 " %s%s", count, noun,
		 count == 1 ? "" : "s");
	return text;
}

const char *size_format(uint64_t bytes, char *text)
{
	unsigned int unit = 0;
	uint64_t tenths;

	if (bytes < 1024) {
		snprintf(text, NUMBER_TEXT, "%" PRIu64 " B", bytes);
		return text;
	}
	for (; bytes >= UINT64_C(1) << 20 && units[unit + 1]; unit++)
		bytes >>= 10;
	tenths = bytes % 1024 * 10 / 1024;
	snprintf(text, NUMBER_TEXT, "%" PRIu64 ".%" PRIu64 " %ciB",
		 bytes / 1024, tenths, units[unit]);
	return text;
}

const char *duration_format(uint64_t seconds, char *text)
{
	if (seconds < 60)
		snprintf(text, NUMBER_TEXT, "%" PRIu64 " s", seconds);
	else if (seconds < 3600)
		snprintf(text, NUMBER_TEXT, "%" PRIu64 " min %" PRIu64 " s",
			 seconds / 60, seconds % 60);
	else
		snprintf(text, NUMBER_TEXT, "%" PRIu64 " h %" PRIu64 " min",
			 seconds / 3600, seconds / 60 % 60);
	return text;
}

/* How far a load is; how long it still takes is not known while nothing comes. */
const char *progress_format(uint64_t done_bytes, uint64_t total_bytes,
			    uint64_t bytes_per_second, char *text)
{
	uint64_t left = total_bytes > done_bytes ? total_bytes - done_bytes : 0;
	char done[NUMBER_TEXT], total[NUMBER_TEXT], rate[NUMBER_TEXT];
	char remaining[NUMBER_TEXT] = "?";

	if (bytes_per_second)
		duration_format(left / bytes_per_second, remaining);
	snprintf(text, PROGRESS_TEXT, "%s of %s, %s/s, %s left",
		 size_format(done_bytes, done), size_format(total_bytes, total),
		 size_format(bytes_per_second, rate), remaining);
	return text;
}
