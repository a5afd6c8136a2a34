// SPDX-License-Identifier: GPL-2.0
/*
 * Strings from elsewhere, and mistyped names.
 */
/* unit-sources: tools/vigilctl/text.c */
#include <stdlib.h>

#include "text.h"
#include "unit.h"

static const struct {
	const char *from;
	const char *to;
} strings[] = {
	{ "", "" },
	{ "plain text, 100 %", "plain text, 100 %" },
	{ "\033[2Jgone", "?[2Jgone" },
	{ "a\nb\tc\r\x7f", "a?b?c??" },
	{ "Größe 大模型 😀", "Größe 大模型 😀" },
	{ "\302\2331m", "??1m" },			/* C1 control */
	{ "\xff\xfe", "??" },
	{ "\xc0\xaf", "??" },				/* overlong */
	{ "\xe0\x80\xaf", "???" },			/* overlong */
	{ "\xed\xa0\x80", "???" },			/* surrogate */
	{ "\xf4\x90\x80\x80", "????" },			/* above 10FFFF */
	{ "cut \xe5\xa4", "cut ??" },
	{ "cut \xf0\x9f\x98", "cut ???" },
	{ "\xc3(", "?(" },
};

static void clean_strings(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		char *clean = text_clean(strings[i].from);

		CHECK_STR(clean, strings[i].to);
		free(clean);
	}
}

static void width_counts_characters(void)
{
	CHECK_INT(text_width(""), 0);
	CHECK_INT(text_width("abc"), 3);
	CHECK_INT(text_width("Größe"), 5);
}

static void distance_counts_changes(void)
{
	char longest[65] = "";

	memset(longest, 'a', 64);
	CHECK_INT(text_distance("memory-0", "memory-0"), 0);
	CHECK_INT(text_distance("memry-0", "memory-0"), 1);
	CHECK_INT(text_distance("mmeory-0", "memory-0"), 2);
	CHECK_INT(text_distance("memory-00", "memory-0"), 1);
	CHECK_INT(text_distance("", "cpu-1"), 5);
	CHECK_INT(text_distance("cpu-1", ""), 5);
	CHECK_INT(text_distance("b", longest), 64);
}

static const struct unit_case cases[] = {
	{ "what is not fit to print is replaced", clean_strings },
	{ "width counts characters", width_counts_characters },
	{ "distance counts changes", distance_counts_changes },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
