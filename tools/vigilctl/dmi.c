// SPDX-License-Identifier: GPL-2.0
/*
 * Memory modules as the firmware describes them: SMBIOS structures of type 17.
 *
 * The table is whatever the firmware's author made of it: lengths and numbers of
 * strings are checked, and what does not fit ends the table. Serial numbers are
 * often placeholders, which must not pass for an identity.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "dmi.h"
#include "text.h"
#include "vigilctl.h"

#define TYPE_MEMORY_DEVICE 17
#define TYPE_END 127
#define HEADER_BYTES 4

/* offsets in a structure of type 17 */
#define SIZE_AT 0x0c
#define LOCATOR_AT 0x10
#define BANK_AT 0x11
#define SERIAL_AT 0x18
#define EXTENDED_SIZE_AT 0x1c

/* values of the size */
#define SIZE_NONE 0x0000
#define SIZE_EXTENDED 0x7fff
#define SIZE_IN_KIB 0x8000
#define SIZE_UNKNOWN 0xffff

/**
 * struct structure - One structure of the table.
 * @type: its type
 * @length: bytes of @fields
 * @fields: header and fields
 * @strings: what follows them: strings, each with a NUL, and another NUL
 * @end: behind the last NUL
 */
struct structure {
	uint8_t type;
	uint8_t length;
	const uint8_t *fields;
	const char *strings;
	const char *end;
};

/* The next structure; false when there is none that is whole. */
static bool next_structure(const uint8_t *table, size_t length,
			   struct structure *structure)
{
	const char *end = (const char *)table + length, *p;

	if (length < HEADER_BYTES || table[1] < HEADER_BYTES ||
	    table[1] > length)
		return false;
	structure->type = table[0];
	structure->length = table[1];
	structure->fields = table;
	structure->strings = (const char *)table + table[1];
	for (p = structure->strings; end - p >= 2; p++) {
		if (p[0] || p[1])
			continue;
		structure->end = p + 2;
		return true;
	}
	return false;
}

/* Copies without blanks at both ends, and fit to print. */
static void copy_trimmed(char *to, const char *from)
{
	size_t length;

	while (isspace((unsigned char)*from))
		from++;
	length = strnlen(from, DMI_TEXT - 1);
	while (length && isspace((unsigned char)from[length - 1]))
		length--;
	for (size_t i = 0; i < length; i++)
		to[i] = isprint((unsigned char)from[i]) ? from[i] : '?';
	to[length] = 0;
}

/* The string whose number is in the field; "" if there is none. */
static void read_string(const struct structure *structure, size_t offset,
			char *to)
{
	const char *p = structure->strings;
	unsigned int number;

	*to = 0;
	if (offset >= structure->length)
		return;
	number = structure->fields[offset];
	while (number > 1 && p < structure->end && *p) {
		p += strlen(p) + 1;
		number--;
	}
	if (number == 1 && p < structure->end)
		copy_trimmed(to, p);
}

static uint64_t read_number(const struct structure *structure, size_t offset,
			    size_t bytes)
{
	uint64_t value = 0;

	if (offset + bytes > structure->length)
		return 0;
	while (bytes--)
		value = value << 8 | structure->fields[offset + bytes];
	return value;
}

/* False when the slot is empty. */
static bool read_size(const struct structure *structure, uint64_t *size_kib)
{
	uint64_t size = read_number(structure, SIZE_AT, 2);

	if (size == SIZE_UNKNOWN)
		*size_kib = 0;
	else if (size == SIZE_EXTENDED)
		*size_kib = read_number(structure, EXTENDED_SIZE_AT, 4) << 10;
	else if (size & SIZE_IN_KIB)
		*size_kib = size & ~(uint64_t)SIZE_IN_KIB;
	else
		*size_kib = size << 10;
	return size != SIZE_NONE;
}

static bool read_dimm(const struct structure *structure, struct dmi_dimm *dimm)
{
	if (!read_size(structure, &dimm->size_kib))
		return false;
	read_string(structure, LOCATOR_AT, dimm->locator);
	read_string(structure, BANK_AT, dimm->bank);
	read_string(structure, SERIAL_AT, dimm->serial);
	if (!dmi_serial_is_real(dimm->serial))
		*dimm->serial = 0;
	return true;
}

/* Finds the memory modules in a table; *@dimms is to be freed. */
size_t dmi_parse(const uint8_t *table, size_t length, struct dmi_dimm **dimms)
{
	struct structure structure;
	size_t count = 0;

	*dimms = NULL;
	while (next_structure(table, length, &structure) &&
	       structure.type != TYPE_END) {
		struct dmi_dimm dimm = { 0 };

		length -= (const uint8_t *)structure.end - table;
		table = (const uint8_t *)structure.end;
		if (structure.type != TYPE_MEMORY_DEVICE ||
		    !read_dimm(&structure, &dimm))
			continue;
		*dimms = need(reallocarray(*dimms, count + 1, sizeof(dimm)));
		(*dimms)[count++] = dimm;
	}
	return count;
}

/* Letters and digits only, small; without the 0x of a number. */
static void reduce(const char *text, char *reduced)
{
	char *p = reduced;

	if (text[0] == '0' && (text[1] | 0x20) == 'x')
		text += 2;
	for (; *text && p - reduced < DMI_TEXT - 1; text++)
		if (isalnum((unsigned char)*text))
			*p++ = tolower((unsigned char)*text);
	*p = 0;
}

/* Does a serial number tell modules apart, or stand in for one? */
bool dmi_serial_is_real(const char *serial)
{
	static const char *const parts[] = {
		"unknown", "nodimm", "sernum", "serialn", "tobefilled",
		"notspecified", "notavail", "notprovided", "notinstalled",
		"default", "undefined", "empty", "invalid",
	};
	static const char *const whole[] = {
		"", "none", "na", "null", "nil", "dimmsn", "12345678",
		"123456789", "0123456789", "1234567890", "deadbeef",
	};
	char reduced[DMI_TEXT];

	reduce(serial, reduced);
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++)
		if (!strcmp(reduced, whole[i]))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (strstr(reduced, parts[i]))
			return false;
	/* 00000000, ffffffff, xxxx */
	return strspn(reduced, (char[]){ reduced[0], 0 }) != strlen(reduced);
}

/* Is the word in the text, with no letter or digit beside it? */
static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);
	const char *p = text;

	if (!length)
		return false;
	while ((p = strstr(p, word))) {
		if ((p == text || !isalnum((unsigned char)p[-1])) &&
		    !isalnum((unsigned char)p[length]))
			return true;
		p++;
	}
	return false;
}

/* How well a label of EDAC fits; "DIMM 1" must not pass for "DIMM 10". */
static size_t fit(const struct dmi_dimm *dimm, const char *label)
{
	size_t length = strlen(dimm->locator);

	if (!has_word(label, dimm->locator))
		return 0;
	if (!strcmp(label, dimm->locator))
		return 3 * DMI_TEXT;
	if (has_word(label, dimm->bank))
		return 2 * DMI_TEXT + length;
	return DMI_TEXT + length;
}

/* The memory module that a label means; NULL if none does, or several may. */
const struct dmi_dimm *dmi_find(const struct dmi_dimm *dimms, size_t count,
				const char *label)
{
	const struct dmi_dimm *found = NULL;
	size_t best = 0;

	for (size_t i = 0; i < count; i++) {
		size_t its = fit(&dimms[i], label);

		if (its > best)
			found = &dimms[i];
		else if (its && its == best)
			found = NULL;
		if (its > best)
			best = its;
	}
	return found;
}
