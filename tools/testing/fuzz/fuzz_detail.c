// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as an EDAC driver's text, against a second parser that is slow and
 * plain, built on strtok(), strtoull() and copies with an end.
 */
/* fuzz-sources: drivers/memory/detail.c */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "drivers/memory/detail.h"

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "not so: %s\n", #condition); \
			abort(); \
		} \
	} while (0)

#define UNSAID	UINT64_MAX
#define BAD	(UINT64_MAX - 1)

/* The same bytes as a string of words with single blanks between them. */
static char *make_words(const uint8_t *data, size_t size)
{
	char *words = malloc(size + 1), *out = words;

	for (size_t i = 0; i < size; i++)
		if (data[i] > ' ')
			*out++ = data[i];
		else if (out > words && out[-1] != ' ')
			*out++ = ' ';
	*out = '\0';
	return words;
}

static uint64_t number(const char *text)
{
	int base = strncmp(text, "0x", 2) ? 10 : 16;
	uint64_t value;
	char *end;

	if (base == 16)
		text += 2;
	if (base == 10 ? !isdigit((unsigned char)*text) :
	    !isxdigit((unsigned char)*text) || tolower(text[1]) == 'x')
		return BAD;
	errno = 0;
	value = strtoull(text, &end, base);
	return *end || errno || value > UINT32_MAX ? BAD : value;
}

static bool has_name(const char *word, const char *name)
{
	size_t len = strcspn(word, ":=[");

	return name && len == strlen(name) && !strncmp(word, name, len) &&
	       word[len] && word[len] != '[';
}

/* What the first word says that begins with one of the names. */
static uint64_t find(const char *words, const char *a, const char *b,
		     const char *c)
{
	char *copy = strdup(words), *rest = copy, *word;
	uint64_t value = UNSAID;

	while (value == UNSAID && (word = strtok_r(rest, " ", &rest))) {
		if (!strcmp(word, "DIMM"))
			break;
		if (has_name(word, a) || has_name(word, b) || has_name(word, c))
			value = number(word + strcspn(word, ":=") + 1);
	}
	free(copy);
	return value;
}

static void check_field(const struct vigil_location *l, uint32_t bit,
			uint64_t got, uint64_t wanted, uint64_t max)
{
	if (wanted > max) {
		MUST(!(l->valid & bit));
		MUST(!got);
	} else {
		MUST(l->valid & bit);
		MUST(got == wanted);
	}
}

static void check_bank(const struct vigil_location *l, const char *words)
{
	uint64_t group = find(words, "BankGroup", "bank_group", "bg");
	uint64_t bank = find(words, "bank_addr", "bank_address", NULL);

	if (bank == UNSAID)
		bank = find(words, "Bank", "bank", NULL);
	if (group != UNSAID)
		bank = bank < 4 && group < BAD ? group * 4 + bank : BAD;
	check_field(l, VIGIL_LOCATION_BANK, l->bank, bank, UINT16_MAX);
}

/* Registers: not all over again, but they must be in the text, and wanted. */
static void check_parity(const struct vigil_location *l, const char *words)
{
	uint64_t device = find(words, "device", NULL, NULL);
	char text[20];

	if (!(l->valid & VIGIL_LOCATION_PARITY)) {
		MUST(!l->parity && !l->parity_bits);
		check_field(l, VIGIL_LOCATION_DEVICE, l->device, device,
			    UINT16_MAX);
		return;
	}
	MUST(l->parity_bits == 32 || l->parity_bits == 64);
	snprintf(text, sizeof(text), " %0*llx ", l->parity_bits / 4,
		 (unsigned long long)l->parity);
	MUST(strcasestr(words, text));
	MUST(strstr(words, "retry_rd_err_log["));
	MUST(l->valid & VIGIL_LOCATION_ROW);
	if (device == UNSAID)
		MUST(l->device < 64);
	else if (l->valid & VIGIL_LOCATION_DEVICE)
		MUST(l->device == device || l->device < 64);
}

static void check(const struct vigil_location *l, const char *words)
{
	static const struct vigil_location nothing;

	MUST(!(l->valid & ~VIGIL_LOCATION_ALL));
	if (find(words, "NmMemoryControllerId", NULL, NULL) != UNSAID) {
		MUST(!memcmp(l, &nothing, sizeof(*l)));
		return;
	}
	check_field(l, VIGIL_LOCATION_ROW, l->row, find(words, "Row", "row", NULL),
		    UINT32_MAX);
	check_field(l, VIGIL_LOCATION_COLUMN, l->column,
		    find(words, "Column", "column", "col"), UINT16_MAX);
	check_field(l, VIGIL_LOCATION_RANK, l->rank,
		    find(words, "PhysicalRankId", "rank", NULL), 254);
	check_field(l, VIGIL_LOCATION_CHIP, l->chip,
		    find(words, "ChipId", "chip_id", NULL), UINT8_MAX);
	check_field(l, VIGIL_LOCATION_NODE, l->node, find(words, "node", NULL, NULL),
		    UINT16_MAX);
	check_field(l, VIGIL_LOCATION_CARD, l->card, find(words, "card", NULL, NULL),
		    UINT16_MAX);
	check_field(l, VIGIL_LOCATION_MODULE, l->module,
		    find(words, "module", NULL, NULL), UINT16_MAX);
	check_bank(l, words);
	check_parity(l, words);
}

/* The same text as part of a longer one must be understood the same. */
static void check_in_place(const uint8_t *data, size_t size,
			   const struct vigil_location *wanted)
{
	static const char more[] = "7 row:1 bank:1";
	char *copy = malloc(size + sizeof(more));
	struct vigil_location l;

	memcpy(copy, data, size);
	memcpy(copy + size, more, sizeof(more));
	memset(&l, 0xaa, sizeof(l));
	vigil_detail_parse(copy, size, &l);
	MUST(!memcmp(&l, wanted, sizeof(l)));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *exact = malloc(size ? size : 1), *words;
	struct vigil_location l;

	memcpy(exact, data, size);
	vigil_detail_parse(exact, size, &l);
	if (size >= VIGIL_DETAIL_START_BYTES)
		vigil_detail_is_scrub(exact);
	free(exact);
	check_in_place(data, size, &l);

	words = make_words(data, size);
	check(&l, words);
	free(words);
	return 0;
}
