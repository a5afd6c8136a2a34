// SPDX-License-Identifier: GPL-2.0
/*
 * The location of an error out of the text that EDAC drivers make. The texts are
 * made here with the formats of those drivers, in Linux 6.12's drivers/edac and
 * drivers/firmware/efi/cper.c; 6.1 has the same.
 */
/* unit-sources: drivers/memory/detail.c */
#include <stdlib.h>

#include "drivers/memory/detail.h"
#include "unit.h"

#define ROW	VIGIL_LOCATION_ROW
#define COLUMN	VIGIL_LOCATION_COLUMN
#define RANK	VIGIL_LOCATION_RANK
#define BANK	VIGIL_LOCATION_BANK
#define DEVICE	VIGIL_LOCATION_DEVICE
#define CHIP	VIGIL_LOCATION_CHIP
#define NODE	VIGIL_LOCATION_NODE
#define CARD	VIGIL_LOCATION_CARD
#define MODULE	VIGIL_LOCATION_MODULE
#define PARITY	VIGIL_LOCATION_PARITY

#define CELL	(ROW | COLUMN | RANK | BANK)
#define APEI	(NODE | CARD | MODULE)

/* skx_mce_output_error() */
#define SKX "%s%s err_code:0x%04x:0x%04x ProcessorSocketId:0x%x " \
	"MemoryControllerId:0x%x PhysicalRankId:0x%x Row:0x%x Column:0x%x " \
	"Bank:0x%x BankGroup:0x%x"
/* skx_show_retry_rd_err_log() */
#define RETRY_SKX " retry_rd_err_log[%.8x %.8x %.8x %.8x %.8x]"
/* show_retry_rd_err_log() for Ice Lake, and for Sapphire Rapids */
#define RETRY_ICX " retry_rd_err_log[%.8x %.8x %.8x %.8x %.8x %.16llx]"
#define RETRY_SPR " retry_rd_err_log[%.8x %.8x %.16llx %.8x %.8x %.16llx"
#define RETRY_SPR2 " %.8x %.8x %.16llx %.8x %.8x %.16llx]"
#define CORRERRCNT " correrrcnt[%.4x %.4x %.4x %.4x %.4x %.4x %.4x %.4x]"
/* sbridge_mce_output_error() with sb_decode_ddr4() */
#define SB "%s%s area:%s err_code:%04x:%04x socket:%d ha:%d channel_mask:%ld " \
	"rank:%d row:0x%x col:0x%x bank_addr:%d bank_group:%d"
/* pnd2_mce_output_error() */
#define PND2 "%s%s err_code:%04x:%04x channel:%d DIMM:%d rank:%d row:%d " \
	"bank:%d col:%d"
/* prepare_msg() of al_mc_edac */
#define AL_MC "%s rank=0x%x row=0x%x bg=0x%x bank=0x%x col=0x%x syn0: 0x%x " \
	"syn1: 0x%x syn2: 0x%x"
/* dmc520_handle_dram_ecc_errors() */
#define DMC520 "rank:%d bank:%d row:%d col:%d"

/* Parse a copy behind which ASan watches. */
static struct vigil_location parse(const char *text, size_t len)
{
	struct vigil_location location;
	char *copy = malloc(len ? len : 1);

	memcpy(copy, text, len);
	memset(&location, 0xaa, sizeof(location));
	vigil_detail_parse(copy, len, &location);
	free(copy);
	return location;
}

static bool same(const struct vigil_location *got,
		 const struct vigil_location *wanted)
{
	return CHECK_INT(got->valid, wanted->valid) &
	       CHECK_INT(got->row, wanted->row) &
	       CHECK_INT(got->column, wanted->column) &
	       CHECK_INT(got->rank, wanted->rank) &
	       CHECK_INT(got->bank, wanted->bank) &
	       CHECK_INT(got->device, wanted->device) &
	       CHECK_INT(got->chip, wanted->chip) &
	       CHECK_INT(got->node, wanted->node) &
	       CHECK_INT(got->card, wanted->card) &
	       CHECK_INT(got->module, wanted->module) &
	       CHECK_INT(got->parity, wanted->parity) &
	       CHECK_INT(got->parity_bits, wanted->parity_bits);
}

static void check_text(const char *text, const struct vigil_location *wanted)
{
	struct vigil_location got = parse(text, strlen(text));

	if (!same(&got, wanted))
		printf("# text: %s\n", text);
}

struct text {
	const char *text;
	struct vigil_location location;
};

/* As found in logs, in part of kernels older than those formats. */
static const struct text logged[] = {
	{
		" err_code:0x0101:0x0090 ProcessorSocketId:0x0 MemoryControllerId:0x1 PhysicalRankId:0x0 Row:0x15da Column:0x100 Bank:0x3 BankGroup:0x1 retry_rd_err_log[0001a209 00000000 00800000 0440d001 000015da] correrrcnt[0001 0000 0000 0000 0000 0000 0000 0000]",
		{ .valid = CELL | PARITY | DEVICE, .row = 0x15da, .column = 0x100,
		  .bank = 7, .parity = 0x800000, .parity_bits = 32, .device = 1 },
	},
	{
		" err_code:0x0080:0x0090  SystemAddress:0x90ba03400 ProcessorSocketId:0x0 MemoryControllerId:0x2 ChannelAddress:0x222e80e00 ChannelId:0x0 RankAddress:0x445d01c0 PhysicalRankId:0x0 DimmSlotId:0x0 DimmRankId:0x0 Row:0x1424 Column:0x520 Bank:0x0 BankGroup:0x2 ChipSelect:0x0 ChipId:0x4",
		{ .valid = CELL | CHIP, .row = 0x1424, .column = 0x520, .bank = 8,
		  .chip = 4 },
	},
	{ " area:DRAM err_code:0001:0092 socket:0 ha:0 channel_mask:4 rank:0",
	  { .valid = RANK } },
	{
		"APEI location: node:0 card:3 module:0 rank:0 bank_group:0 bank_address:0 device:0 row:624 column:384 chip_id:0 status(0x0000000000000400): Storage error in DRAM memory",
		{ .valid = CELL | APEI | DEVICE | CHIP, .card = 3, .row = 624,
		  .column = 384 },
	},
	{
		"APEI location: node:1 card:3 module:0 rank:0 bank:256 col:10 bit_pos:16 handle:0x0052 status(0x0000000000000400): Storage error in DRAM memory",
		{ .valid = APEI | RANK | BANK | COLUMN, .node = 1, .card = 3,
		  .bank = 256, .column = 10 },
	},
	{
		"APEI location: node:0 card:0 module:0 rank:0 bank:257 bank_group:1 bank_address:1 row:75492 col:8 bit_pos:0 DIMM DMI handle: 0x0000 chipID: 0 status(0x0000000000000000): reserved requestorID: 0x0000000000000000 responderID: 0x0000000000000000 targetID: 0x0000000000000000",
		{ .valid = CELL | APEI, .bank = 5, .row = 75492, .column = 8 },
	},
};

static void logged_texts_are_read(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(logged); i++)
		check_text(logged[i].text, &logged[i].location);
}

static u32 below(u32 limit)
{
	return (u32)random() % limit;
}

static struct vigil_location random_cell(u32 ranks, u32 rows)
{
	struct vigil_location l = {
		.valid = CELL, .rank = below(ranks), .row = below(rows),
		.column = below(1 << 12), .bank = below(8 * 4),
	};

	return l;
}

static void intel_texts_are_read(void)
{
	char text[400];

	for (int i = 0; i < 1000; i++) {
		struct vigil_location l = random_cell(4, 1 << 21);

		snprintf(text, sizeof(text), SKX, i & 1 ? " OVERFLOW" : "",
			 i & 2 ? " recoverable" : "", 0x101, 0x90, below(8),
			 below(4), l.rank, l.row, l.column, l.bank % 4,
			 l.bank / 4);
		check_text(text, &l);

		l.bank %= 16;
		snprintf(text, sizeof(text), SB, "", " recoverable", "DRAM", 1,
			 0x92, 0, 0, 4L, l.rank, l.row, l.column, l.bank % 4,
			 l.bank / 4);
		check_text(text, &l);

		snprintf(text, sizeof(text), PND2, " OVERFLOW", "", 1, 0x90, 0,
			 1, l.rank, l.row, l.bank, l.column);
		check_text(text, &l);
	}
}

static void arm_texts_are_read(void)
{
	char text[200];

	for (int i = 0; i < 1000; i++) {
		struct vigil_location l = random_cell(4, 1 << 18);

		l.bank %= 16;
		snprintf(text, sizeof(text), AL_MC, i & 1 ? "UE" : "CE", l.rank,
			 l.row, l.bank / 4, l.bank % 4, l.column, below(1000),
			 below(1000), below(1000));
		check_text(text, &l);
		snprintf(text, sizeof(text), DMC520, l.rank, l.bank, l.row,
			 l.column);
		check_text(text, &l);
	}
}

/* Firmware names what it likes; unknown values are left out of the text. */
static void adxl_text_is_read(void)
{
	static const char * const names[] = {
		"SystemAddress", "ProcessorSocketId", "MemoryControllerId",
		"ChannelAddress", "ChannelId", "RankAddress", "PhysicalRankId",
		"DimmSlotId", "DimmRankId", "Row", "Column", "Bank", "BankGroup",
		"LockStepRank", "LockStepPhysicalRank", "LockStepBank",
		"LockStepBankGroup", "ChipSelect", "Node", "ChipId",
	};
	static const u64 values[ARRAY_SIZE(names)] = {
		0x3fedcba9876, 1, 3, 0xffedcba98, 1, 0x7fedcba98, 5, 1, 1,
		0x1ffff, 0x3f8, 2, 7, ~0ull, 2, 3, 3, 6, 1, ~0ull,
	};
	static const struct vigil_location location = {
		.valid = CELL, .rank = 5, .row = 0x1ffff, .column = 0x3f8,
		.bank = 30,
	};
	static const struct vigil_location nothing;
	char text[1024];
	int len = snprintf(text, sizeof(text), " err_code:0x0101:0x0091 ");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (values[i] != ~0ull)
			len += snprintf(text + len, sizeof(text) - len,
					" %s:0x%llx", names[i],
					(unsigned long long)values[i]);
	check_text(text, &location);

	/* Two levels of memory: whose row is it? */
	snprintf(text + len, sizeof(text) - len, " NmMemoryControllerId:0x0");
	check_text(text, &nothing);
}

/* What a set of registers is about: valid and corrected, or not valid. */
#define VALID	0x0001a209
#define INVALID	0x0000a200

static const struct {
	u32 log[2];
	u32 row[2];		/* the text's is 0x1f880 */
	bool has_parity;
	bool has_device;
	int set;
} sets[] = {
	{ { VALID, INVALID }, { 0x1f880, 0x1f880 }, true, true, 0 },
	{ { INVALID, VALID }, { 0x1f880, 0x1f880 }, true, true, 1 },
	{ { VALID, VALID }, { 0x1f880, 0x1f880 }, true, true, 0 },
	{ { VALID, VALID }, { 0x0f880, 0x1f880 }, true, true, 1 },
	{ { VALID, VALID }, { 0x9f880, 0 }, true, true, 0 },	/* with C bits */
	{ { VALID, VALID }, { 0x1f881, 0 }, false, false, 0 },
	{ { INVALID, INVALID }, { 0x1f880, 0x1f880 }, false, false, 0 },
	{ { 0x0001a009, 0 }, { 0x1f880, 0 }, true, false, 0 },
};

static size_t print_sets(char *text, size_t size, int format, int i)
{
	static const u32 address1[] = { 0x04800063, 0x04800005 };
	size_t len = snprintf(text, size, SKX, "", "", 0x101, 0x91, 2, 0, 0,
			      0x1f880, 0x200, 1, 2);

	switch (format) {
	case 0:
		len += snprintf(text + len, size - len, RETRY_SKX,
				sets[i].log[0], 0, 0x11, address1[0],
				sets[i].row[0]);
		break;
	case 1:
		len += snprintf(text + len, size - len, RETRY_ICX,
				sets[i].log[0], 0, 0x11, address1[0],
				sets[i].row[0], 0x123456789ull);
		break;
	case 2:
		len += snprintf(text + len, size - len, RETRY_SPR "]",
				sets[i].log[0], 0, ~0ull, address1[0],
				sets[i].row[0], 0x123456789ull);
		break;
	default:
		len += snprintf(text + len, size - len, RETRY_SPR RETRY_SPR2,
				sets[i].log[0], 0, ~0ull, address1[0],
				sets[i].row[0], 0x123456789ull,
				sets[i].log[1], 0, 1ull << 32, address1[1],
				sets[i].row[1], 0x123456789ull);
	}
	return len + snprintf(text + len, size - len, CORRERRCNT, 1, 0, 0, 0, 0,
			      0, 0, 0xffff);
}

static void registers_are_taken(void)
{
	char text[600];

	for (int format = 0; format < 4; format++)
		for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
			struct vigil_location l = {
				.valid = CELL, .row = 0x1f880, .column = 0x200,
				.bank = 9,
			};

			if (sets[i].has_parity &&
			    (format == 3 || sets[i].set == 0)) {
				l.valid |= PARITY;
				l.parity = format < 2 ? 0x11 :
					   sets[i].set ? 1ull << 32 : ~0ull;
				l.parity_bits = format < 2 ? 32 : 64;
				if (format < 2 && sets[i].has_device) {
					l.valid |= DEVICE;
					l.device = 0x23;
				}
			}
			print_sets(text, sizeof(text), format, i);
			check_text(text, &l);
		}
}

/* Registers are printed in full, so one that was cut shows. */
static void a_cut_register_is_none(void)
{
	char text[600];

	for (int format = 0; format < 4; format++) {
		size_t len = print_sets(text, sizeof(text), format, 3);

		for (size_t cut = 0; cut < len; cut++) {
			struct vigil_location l = parse(text, cut);

			if (!(l.valid & PARITY))
				continue;
			CHECK_INT(format, 3);
			CHECK_INT(l.parity, 1ull << 32);
			CHECK_INT(l.parity_bits, 64);
		}
	}
}

/* struct cper_mem_err_compact and its validation bits, as far as used here. */
struct cper {
	u64 bits;
	u16 node, card, module, bank, device, row, column, bit_pos, rank;
	u8 extended;
};

/* cper_mem_err_location(), and print_mem_error_other_detail() of ghes_edac */
static void print_apei(char *msg, size_t size, const struct cper *m)
{
	size_t n = snprintf(msg, size, "APEI location: ");

#define PRINT(bit, ...) \
	do { \
		if (m->bits & (bit)) \
			n += snprintf(msg + n, size - n, __VA_ARGS__); \
	} while (0)
	PRINT(0x8, "node:%d ", m->node);
	PRINT(0x10, "card:%d ", m->card);
	PRINT(0x20, "module:%d ", m->module);
	PRINT(0x8000, "rank:%d ", m->rank);
	PRINT(0x40, "bank:%d ", m->bank);
	PRINT(0x80000, "bank_group:%d ", m->bank >> 8);
	PRINT(0x100000, "bank_address:%d ", m->bank & 0xff);
	PRINT(0x80, "device:%d ", m->device);
	PRINT(0x40100, "row:%d ",
	      m->row | (m->bits & 0x40000 ? (m->extended & 3) << 16 : 0));
	PRINT(0x200, "column:%d ", m->column);
	PRINT(0x400, "bit_position:%d ", m->bit_pos);
	PRINT(0x800, "requestor_id:0x%016llx ", 1ull);
	PRINT(0x200000, "chip_id:%d ", m->extended >> 5);
	PRINT(0x20000, "DIMM location: %s %s ", "row:7 bank:8", "rank=9");
	PRINT(0x1, "status(0x%016llx): %s ", 0x400ull,
	      "Storage error in DRAM memory");
#undef PRINT
}

static void expect_cell(struct vigil_location *l, const struct cper *m)
{
	if (m->bits & 0x8000 && m->rank < 255) {
		l->valid |= RANK;
		l->rank = m->rank;
	}
	if (m->bits & 0x40100) {
		l->valid |= ROW;
		l->row = m->row;
		if (m->bits & 0x40000)
			l->row += (m->extended & 3) << 16;
	}
	if (m->bits & 0x200) {
		l->valid |= COLUMN;
		l->column = m->column;
	}
}

static void expect_bank(struct vigil_location *l, const struct cper *m)
{
	u32 bank = m->bank;

	if (m->bits & 0x100000)
		bank = m->bank & 0xff;
	else if (!(m->bits & 0x40))
		return;
	if (m->bits & 0x80000) {
		if (bank >= 4)
			return;
		bank += (m->bank >> 8) * 4;
	}
	l->valid |= BANK;
	l->bank = bank;
}

static void expect_part(struct vigil_location *l, const struct cper *m)
{
	if (m->bits & 0x80) {
		l->valid |= DEVICE;
		l->device = m->device;
	}
	if (m->bits & 0x200000) {
		l->valid |= CHIP;
		l->chip = m->extended >> 5;
	}
	if (m->bits & 0x8) {
		l->valid |= NODE;
		l->node = m->node;
	}
	if (m->bits & 0x10) {
		l->valid |= CARD;
		l->card = m->card;
	}
	if (m->bits & 0x20) {
		l->valid |= MODULE;
		l->module = m->module;
	}
}

static void apei_texts_are_read(void)
{
	char text[600];

	for (int i = 0; i < 5000; i++) {
		struct cper m = {
			.bits = below(1 << 22), .node = below(1 << 16),
			.card = below(1 << 16), .module = below(1 << 16),
			.bank = below(1 << (i & 1 ? 16 : 2)), .rank = below(300),
			.device = below(1 << 16), .row = below(1 << 16),
			.column = below(1 << 16), .extended = below(256),
		};
		struct vigil_location l = { 0 };

		print_apei(text, sizeof(text), &m);
		expect_cell(&l, &m);
		expect_bank(&l, &m);
		expect_part(&l, &m);
		check_text(text, &l);
	}
}

/* Numbers at the ends of fields, beyond them, and what is no number. */
static const struct text odd[] = {
	{
		"row:4294967295 column:65535 rank:254 bank:65535 device:65535 chip_id:255 node:65535 card:65535 module:65535",
		{ .valid = CELL | APEI | DEVICE | CHIP, .row = U32_MAX,
		  .column = U16_MAX, .rank = 254, .bank = U16_MAX, .device = U16_MAX,
		  .chip = U8_MAX, .node = U16_MAX, .card = U16_MAX,
		  .module = U16_MAX },
	},
	{
		"row:4294967296 column:65536 rank:255 bank:65536 device:65536 chip_id:256 node:65536 card:65536 module:65536",
		{ 0 },
	},
	{ "Row:0xffffffff", { .valid = ROW, .row = U32_MAX } },
	{ "Row:0x100000000", { 0 } },
	{ "Row:0x10000000000000001", { 0 } },
	{ "row:18446744073709551617", { 0 } },
	{ "row:0000000000000000000000000000000000000007",
	  { .valid = ROW, .row = 7 } },
	{ "BankGroup:0x3fff Bank:0x3", { .valid = BANK, .bank = U16_MAX } },
	{ "BankGroup:0x4000 Bank:0x0", { 0 } },
	{ "BankGroup:0xffffffffffffffff Bank:0x0", { 0 } },
	{ "BankGroup:0x1 Bank:0x4", { 0 } },
	{ "BankGroup:x Bank:0x1", { 0 } },
	{ "BankGroup:0x1", { 0 } },
	{ "bank_address:3", { .valid = BANK, .bank = 3 } },
	{
		"bank:261 bank_address:1 bank_group:1",
		{ .valid = BANK, .bank = 5 },
	},
	/* The first counts, also if it was bad. */
	{ "row:1 row:2 Row:0x3", { .valid = ROW, .row = 1 } },
	{ "row:-1 row:2", { 0 } },
	{ "row:-1", { 0 } },
	{ "row:+1", { 0 } },
	{ "row:", { 0 } },
	{ "row: 1", { 0 } },
	{ "row:0x", { 0 } },
	{ "row:0xg", { 0 } },
	{ "row:1a", { 0 } },
	{ "row:1,", { 0 } },
	{ "row:1)", { 0 } },
	{ "row:1\xff", { 0 } },
	{ "row:0X1", { 0 } },
	{ "row[1", { 0 } },
	{ "row 1", { 0 } },
	{ "row", { 0 } },
	{ "arow:1 rows:1 LockStepRow:0x1 (row:1 ROW:1 :1 =1", { 0 } },
	{ "\n\trow:1\n", { .valid = ROW, .row = 1 } },
	{ "row=1", { .valid = ROW, .row = 1 } },
	{ "Row:0xAb", { .valid = ROW, .row = 0xab } },
	/* Registers need a row, named before, and have a fixed width. */
	{ "retry_rd_err_log[00000001 00000000 00000001 00000000 00000000]",
	  { 0 } },
	{
		"retry_rd_err_log[00000001 00000000 00000001 00000000 00000000] row:0",
		{ .valid = ROW },
	},
	{
		"row:0 retry_rd_err_log:00000001 00000000 00000001 00000000 00000000]",
		{ .valid = ROW },
	},
	{ "row:0 retry_rd_err_log[00000001 00000000 0000001 00000000 00000000]",
	  { .valid = ROW } },
	{
		"row:0 retry_rd_err_log[00000001  00000000 00000001 00000000 00000000]",
		{ .valid = ROW },
	},
	{
		"row:0 retry_rd_err_log[00000001 00000000 00000001 00000000 00000000x]",
		{ .valid = ROW },
	},
	{
		"row:0 retry_rd_err_log[00000001 00000000 000000001 00000000 00000000]",
		{ .valid = ROW },
	},
	{ "row:0 correrrcnt[00000001 00000000 00000001 00000000 00000000]",
	  { .valid = ROW } },
	{ "row:0 retry_rd_err_log[00000001 row:1 rank:1",
	  { .valid = ROW | RANK, .rank = 1 } },
	{
		"row:0 device:9 retry_rd_err_log[00000201 00000000 00000001 00000003 00000000 ]",
		{ .valid = ROW | DEVICE | PARITY, .device = 9,
		  .parity = 1, .parity_bits = 32 },
	},
	{ "row:262143 retry_rd_err_log[", { .valid = ROW, .row = 262143 } },
	{
		"Row:0x100000000 retry_rd_err_log[00000001 00000000 00000001 00000000 00000000]",
		{ 0 },
	},
	/* Those who say nothing. */
	{ "", { 0 } },
	{ " ", { 0 } },
	{ "(null)", { 0 } },
	{ "details unavailable (multiple errors)", { 0 } },
	{ "addr = 0x1234, data = 0x5678, id = 0x1", { 0 } },
	{ "Can't discover the memory socket", { 0 } },
};

static void odd_texts_are_survived(void)
{
	struct vigil_location l;

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		check_text(odd[i].text, &odd[i].location);

	l = parse("row:1\0rank:2", 12);
	CHECK_INT(l.valid, ROW | RANK);
}

/* Cut between two words, a text tells what is in those that are left. */
static void cut_texts_tell_less(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(logged); i++) {
		const struct vigil_location *all = &logged[i].location;
		const char *text = logged[i].text;

		for (size_t len = 0; len <= strlen(text); len++) {
			struct vigil_location l = parse(text, len);

			CHECK_INT(l.valid & ~all->valid, 0);
			if (text[len] && text[len] != ' ')
				continue;
			CHECK(!(l.valid & ROW) || l.row == all->row);
			CHECK(!(l.valid & COLUMN) || l.column == all->column);
			CHECK(!(l.valid & CARD) || l.card == all->card);
		}
	}
}

static const struct {
	const char *msg;
	bool is_scrub;
} msgs[] = {
	{ "memory scrubbing error", true },
	{ "scrub corrected error", true },
	{ "scrub uncorrected error", true },
	{ "memory read error", false },
	{ "memory write error", false },
	{ "single-symbol chipkill ECC", false },
	{ "memory error", false },
	{ "scrubber", false },
	{ "", false },
};

static void scrubbing_is_known(void)
{
	char start[VIGIL_DETAIL_START_BYTES];

	for (size_t i = 0; i < ARRAY_SIZE(msgs); i++) {
		memset(start, 0, sizeof(start));
		memcpy(start, msgs[i].msg,
		       strnlen(msgs[i].msg, sizeof(start)));
		if (!CHECK_INT(vigil_detail_is_scrub(start),
			       msgs[i].is_scrub))
			printf("# msg: %s\n", msgs[i].msg);
	}
}

static const struct unit_case cases[] = {
	{ "texts from logs are read", logged_texts_are_read },
	{ "texts of Intel's drivers are read", intel_texts_are_read },
	{ "texts of Arm's drivers are read", arm_texts_are_read },
	{ "text of ADXL is read, but not of two levels", adxl_text_is_read },
	{ "registers are taken if valid and of that row", registers_are_taken },
	{ "a register that was cut is none", a_cut_register_is_none },
	{ "texts of APEI are read", apei_texts_are_read },
	{ "odd texts and numbers are survived", odd_texts_are_survived },
	{ "cut texts tell less, not otherwise", cut_texts_tell_less },
	{ "scrubbing is known by the message", scrubbing_is_known },
};

int main(void)
{
	srandom(1);
	return unit_run(cases, ARRAY_SIZE(cases));
}
