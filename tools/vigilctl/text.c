// SPDX-License-Identifier: GPL-2.0
/*
 * Strings from elsewhere, and names that were mistyped.
 *
 * Reasons and file names are whatever somebody wrote: they may hold terminal
 * sequences or bytes that are not UTF-8, which neither a terminal nor a JSON
 * reader should get to see.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "vigilctl.h"

/* longest names that text_distance() compares */
#define DISTANCE_MAX 64

/* Length of the UTF-8 character at @s that is fit to print, 0 if it is not. */
static size_t printable_length(const unsigned char *s)
{
	static const struct {
		unsigned char low, high;	/* first byte */
		unsigned char min, max;		/* second byte */
		unsigned char length;
	} forms[] = {
		{ 0x20, 0x7e, 0x00, 0xff, 1 },
		{ 0xc2, 0xc2, 0xa0, 0xbf, 2 },	/* not the C1 controls */
		{ 0xc3, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },	/* not the surrogates */
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i = 0, length;

	while (i < ARRAY_SIZE(forms) &&
	       (s[0] < forms[i].low || s[0] > forms[i].high))
		i++;
	if (i == ARRAY_SIZE(forms) || s[1] < forms[i].min ||
	    s[1] > forms[i].max)
		return 0;
	for (length = 2; length < forms[i].length; length++)
		if ((s[length] & 0xc0) != 0x80)
			return 0;
	return forms[i].length;
}

/* Hands through what was allocated; without it there is no way to go on. */
void *need(void *memory)
{
	if (!memory) {
		perror("vigilctl");
		exit(EXIT_FAILURE);
	}
	return memory;
}

/* Returns a copy, to be freed, with '?' for every byte not fit to print. */
char *text_clean(const char *string)
{
	char *clean = need(strdup(string)), *p = clean;

	while (*p) {
		size_t length = printable_length((unsigned char *)p);

		if (!length) {
			*p = '?';
			length = 1;
		}
		p += length;
	}
	return clean;
}

/* Columns on a terminal, for text where every character takes one. */
size_t text_width(const char *string)
{
	size_t width = 0;

	for (; *string; string++)
		width += (*string & 0xc0) != 0x80;
	return width;
}

/* Cuts off what takes more columns; dots show that something is missing. */
void text_cut(char *string, size_t columns)
{
	char *end = string;

	if (text_width(string) <= columns || columns < 3)
		return;
	for (size_t width = 0; width < columns - 3; width++)
		do {
			end++;
		} while ((*end & 0xc0) == 0x80);
	memcpy(end, "...", 4);
}

static unsigned int smallest(unsigned int a, unsigned int b, unsigned int c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/* Letters to insert, delete or change to get from one name to the other. */
unsigned int text_distance(const char *a, const char *b)
{
	unsigned int row[DISTANCE_MAX + 1];
	size_t length = strlen(b);

	if (length > DISTANCE_MAX)
		return length;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		unsigned int diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < length; j++) {
			unsigned int above = row[j + 1];

			row[j + 1] = smallest(above + 1, row[j] + 1,
					      diagonal + (a[i] != b[j]));
			diagonal = above;
		}
	}
	return row[length];
}
