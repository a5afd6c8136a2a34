// SPDX-License-Identifier: GPL-2.0
/*
 * Where in a DIMM an error was, out of what an EDAC driver says about it.
 *
 * The tracepoint ras:mc_event has no fields for row, column or bank. What a
 * driver knows of them it prints into driver_detail, each in its own way:
 *
 *   skx_edac, i10nm_edac  "... PhysicalRankId:0x0 Row:0x15da Column:0x100
 *                         Bank:0x3 BankGroup:0x1", by themselves or by firmware
 *                         (ADXL), which adds names of its own
 *   sb_edac               "... rank:0 row:0x1c5a col:0x3d8 bank_addr:1
 *                         bank_group:2"
 *   pnd2_edac             "... rank:0 row:713 bank:4 col:24"
 *   al_mc_edac            "CE rank=0x0 row=0x6a bg=0x1 bank=0x2 col=0x58 ..."
 *   ghes_edac             "APEI location: node:0 card:3 module:0 rank:0
 *                         bank_group:1 bank_address:2 device:0 row:624 ...";
 *                         arm64 servers, HiSilicon's for one, report this way
 *
 * dmc520_edac prints such text into the event's msg, which can be given to this
 * parser as well. amd64_edac, igen6_edac and ie31200_edac print none: they tell
 * csrow and channel in the event's layers, and its syndrome.
 *
 * With their parameter retry_rd_err_log, Intel's server drivers append registers
 * in sets of five or six, "retry_rd_err_log[0001a209 00000000 00800000 0440d001
 * 000015da]". They don't name them, but Intel does: what is at the offsets that
 * they read (in skx_base.c 0x154, 0x148, 0x150, 0x15c and 0x114; in i10nm_base.c
 * offsets_scrub_icx and so on) is log, misc, parity, address1, address2, and
 * address3 except on Skylake. Parity holds the parity syndrome, in 64 bits from
 * Sapphire Rapids on. The log's lowest bit says that the others are valid.
 *
 * The registers are about the channel's last read that was retried, which may be
 * another one than the text is about, and another may come while they are read.
 * So they count only if address2 has the row that the text names. That address1
 * has the device is certain only where parity has 32 bits.
 *
 * The text is not trusted, and each of its bytes is looked at a bounded number
 * of times. It must be whole: a number that was cut is a number.
 */

#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>
#endif

#include "detail.h"

/* What a bad number counts as: no field is so wide. */
#define TOO_LARGE	(U32_MAX + 1ULL)
#define NOT_SAID	U64_MAX

/* sb_edac says 255 when it doesn't know. */
#define RANK_MAX	254
#define BANKS_PER_GROUP	4

/* Registers of a set in retry_rd_err_log[], and bits in them. */
#define RETRY_LOG		0
#define RETRY_LOG_VALID		0x001
#define RETRY_LOG_CORRECTED	0x200
#define RETRY_PARITY		2
#define RETRY_ADDRESS1		3
#define RETRY_ADDRESS1_DEVICE	0x3f
#define RETRY_ADDRESS2		4
#define RETRY_ADDRESS2_ROW	0x3ffff
#define RETRY_REGISTERS		6

enum field {
	FIELD_ROW,
	FIELD_COLUMN,
	FIELD_RANK,
	FIELD_BANK,
	FIELD_BANK_ADDRESS,
	FIELD_BANK_GROUP,
	FIELD_DEVICE,
	FIELD_CHIP,
	FIELD_NODE,
	FIELD_CARD,
	FIELD_MODULE,
	FIELD_NEAR_MEMORY,
	NR_FIELDS,
};

#define KEY(name, field)	{ sizeof(name) - 1, field, name }

static const struct {
	u8 len;
	u8 field;
	const char *name;
} keys[] = {
	KEY("Row", FIELD_ROW),
	KEY("row", FIELD_ROW),
	KEY("Column", FIELD_COLUMN),
	KEY("column", FIELD_COLUMN),
	KEY("col", FIELD_COLUMN),
	KEY("PhysicalRankId", FIELD_RANK),
	KEY("rank", FIELD_RANK),
	KEY("Bank", FIELD_BANK),
	KEY("bank", FIELD_BANK),
	KEY("bank_addr", FIELD_BANK_ADDRESS),
	KEY("bank_address", FIELD_BANK_ADDRESS),
	KEY("BankGroup", FIELD_BANK_GROUP),
	KEY("bank_group", FIELD_BANK_GROUP),
	KEY("bg", FIELD_BANK_GROUP),
	KEY("device", FIELD_DEVICE),
	KEY("ChipId", FIELD_CHIP),
	KEY("chip_id", FIELD_CHIP),
	KEY("node", FIELD_NODE),
	KEY("card", FIELD_CARD),
	KEY("module", FIELD_MODULE),
	KEY("NmMemoryControllerId", FIELD_NEAR_MEMORY),
};

/* What is left of the text. */
struct cursor {
	const char *at;
	const char *end;
};

static bool at_gap(const struct cursor *cursor)
{
	return cursor->at == cursor->end || (u8)*cursor->at <= ' ';
}

static bool is_name(const char *text, size_t len, const char *name)
{
	return strlen(name) == len && !memcmp(text, name, len);
}

static enum field find_field(const char *name, size_t len)
{
	size_t i;

	/* Nearly all are told apart by length and first letter. */
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].len == len && keys[i].name[0] == *name &&
		    !memcmp(name, keys[i].name, len))
			return keys[i].field;
	return NR_FIELDS;
}

/* Read a number, decimal or 0x..., that must fill the rest of the word. */
static u64 read_number(struct cursor *cursor)
{
	const char *start;
	int base = 10, digit;
	u64 value = 0;

	if (cursor->end - cursor->at >= 2 && !memcmp(cursor->at, "0x", 2)) {
		base = 16;
		cursor->at += 2;
	}
	for (start = cursor->at; !at_gap(cursor); cursor->at++) {
		digit = hex_to_bin(*cursor->at);
		if (digit < 0 || digit >= base)
			return TOO_LARGE;
		value = min(value * base + digit, TOO_LARGE);
	}
	return cursor->at > start ? value : TOO_LARGE;
}

/* Read a register; return its width in bits, or 0 and stay if it is none. */
static unsigned int read_register(struct cursor *cursor, u64 *value)
{
	struct cursor next = *cursor;
	unsigned int bits;
	int digit;

	if (next.at < next.end && *next.at == ' ')
		next.at++;
	*value = 0;
	for (bits = 0; bits < 64 && !at_gap(&next); bits += 4) {
		digit = hex_to_bin(*next.at);
		if (digit < 0)
			break;
		*value = *value << 4 | digit;
		next.at++;
	}
	if ((bits != 32 && bits != 64) || next.at == next.end ||
	    (*next.at != ' ' && *next.at != ']'))
		return 0;
	*cursor = next;
	return bits;
}

/* Take parity and device out of a set, if it is about the row that was said. */
static void take_registers(const u64 *set, unsigned int parity_bits, u64 *said,
			   struct vigil_location *location)
{
	if (!(set[RETRY_LOG] & RETRY_LOG_VALID) || said[FIELD_ROW] >= TOO_LARGE ||
	    (set[RETRY_ADDRESS2] ^ said[FIELD_ROW]) & RETRY_ADDRESS2_ROW ||
	    location->valid & VIGIL_LOCATION_PARITY)
		return;
	location->valid |= VIGIL_LOCATION_PARITY;
	location->parity = set[RETRY_PARITY];
	location->parity_bits = parity_bits;
	if (parity_bits == 32 && set[RETRY_LOG] & RETRY_LOG_CORRECTED &&
	    said[FIELD_DEVICE] == NOT_SAID)
		said[FIELD_DEVICE] = set[RETRY_ADDRESS1] & RETRY_ADDRESS1_DEVICE;
}

static void read_retry_log(struct cursor *cursor, u64 *said,
			   struct vigil_location *location)
{
	unsigned int i, bits, parity_bits = 0;
	u64 set[RETRY_REGISTERS];

	for (i = 0;; i = (i + 1) % RETRY_REGISTERS) {
		bits = read_register(cursor, &set[i]);
		if (!bits)
			return;
		if (i == RETRY_PARITY)
			parity_bits = bits;
		if (i == RETRY_ADDRESS2)
			take_registers(set, parity_bits, said, location);
	}
}

static void read_word(struct cursor *cursor, u64 *said,
		      struct vigil_location *location)
{
	const char *name = cursor->at;
	enum field field;
	size_t len;

	while (!at_gap(cursor) && *cursor->at != ':' && *cursor->at != '=' &&
	       *cursor->at != '[')
		cursor->at++;
	len = cursor->at - name;
	if (at_gap(cursor)) {
		/* "DIMM location: ": SMBIOS names the slot, in any words. */
		if (is_name(name, len, "DIMM"))
			cursor->at = cursor->end;
		return;
	}

	if (*cursor->at++ == '[') {
		if (is_name(name, len, "retry_rd_err_log"))
			read_retry_log(cursor, said, location);
		return;
	}
	field = find_field(name, len);
	if (field < NR_FIELDS && said[field] == NOT_SAID)
		said[field] = read_number(cursor);
}

static u64 make_bank(const u64 *said)
{
	u64 group = said[FIELD_BANK_GROUP], bank = said[FIELD_BANK_ADDRESS];

	if (bank == NOT_SAID)
		bank = said[FIELD_BANK];
	if (group == NOT_SAID)
		return bank;
	if (bank >= BANKS_PER_GROUP)
		return TOO_LARGE;
	return group * BANKS_PER_GROUP + bank;
}

/* Return a field's value, which is valid if it was said and fits, or else 0. */
static u32 take(struct vigil_location *location, u32 bit, u64 value, u32 max)
{
	if (value > max)
		return 0;
	location->valid |= bit;
	return value;
}

static void take_fields(struct vigil_location *l, const u64 *said)
{
	l->row = take(l, VIGIL_LOCATION_ROW, said[FIELD_ROW], U32_MAX);
	l->column = take(l, VIGIL_LOCATION_COLUMN, said[FIELD_COLUMN], U16_MAX);
	l->rank = take(l, VIGIL_LOCATION_RANK, said[FIELD_RANK], RANK_MAX);
	l->bank = take(l, VIGIL_LOCATION_BANK, make_bank(said), U16_MAX);
	l->device = take(l, VIGIL_LOCATION_DEVICE, said[FIELD_DEVICE], U16_MAX);
	l->chip = take(l, VIGIL_LOCATION_CHIP, said[FIELD_CHIP], U8_MAX);
	l->node = take(l, VIGIL_LOCATION_NODE, said[FIELD_NODE], U16_MAX);
	l->card = take(l, VIGIL_LOCATION_CARD, said[FIELD_CARD], U16_MAX);
	l->module = take(l, VIGIL_LOCATION_MODULE, said[FIELD_MODULE], U16_MAX);
}

/**
 * vigil_detail_parse() - Find out where an error was.
 * @text: driver_detail of the tracepoint ras:mc_event; may hold anything
 * @len: its length in bytes; nothing behind is read
 * @location: where to put what was found; without valid bits if nothing was
 *
 * What the text says first counts, if it says it twice. Text about memory of
 * two levels, one the cache of the other, tells nothing: "Row" is the far
 * level's even if the error was in the near one.
 *
 * Context: Any. Takes time in proportion to @len.
 */
void vigil_detail_parse(const char *text, size_t len,
			struct vigil_location *location)
{
	struct cursor cursor = { text, text + len };
	u64 said[NR_FIELDS];

	memset(location, 0, sizeof(*location));
	memset(said, 0xff, sizeof(said));	/* NOT_SAID */
	while (cursor.at < cursor.end) {
		if (!at_gap(&cursor))
			read_word(&cursor, said, location);
		while (!at_gap(&cursor))
			cursor.at++;
		while (cursor.at < cursor.end && at_gap(&cursor))
			cursor.at++;
	}

	if (said[FIELD_NEAR_MEMORY] == NOT_SAID)
		take_fields(location, said);
	else
		memset(location, 0, sizeof(*location));
}

/**
 * vigil_detail_is_scrub() - Was an error found by scrubbing?
 * @start: how msg of the tracepoint ras:mc_event begins; may hold anything,
 *	also behind its end
 *
 * Context: Any.
 * Return: true if so; false if it was found by an access, or that isn't known.
 */
bool vigil_detail_is_scrub(const char start[VIGIL_DETAIL_START_BYTES])
{
	/* "memory scrubbing error" of Intel's drivers */
	return !memcmp(start, "memory s", 8) ||
	       /* "scrub corrected error", "scrub uncorrected error" of ghes_edac */
	       !memcmp(start, "scrub ", 6);
}
