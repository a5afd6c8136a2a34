/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where in a DIMM an error was, out of what an EDAC driver says about it.
 *
 * Pure: builds in user space too, where tools/testing/unit tests it and
 * tools/testing/fuzz feeds it with rubbish.
 */
#ifndef VIGIL_MEMORY_DETAIL_H
#define VIGIL_MEMORY_DETAIL_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "kernel_shim.h"
#endif

/* Bits of struct vigil_location.valid: which of the others are. */
#define VIGIL_LOCATION_ROW	0x001
#define VIGIL_LOCATION_COLUMN	0x002
#define VIGIL_LOCATION_RANK	0x004
#define VIGIL_LOCATION_BANK	0x008
#define VIGIL_LOCATION_DEVICE	0x010
#define VIGIL_LOCATION_CHIP	0x020
#define VIGIL_LOCATION_NODE	0x040
#define VIGIL_LOCATION_CARD	0x080
#define VIGIL_LOCATION_MODULE	0x100
#define VIGIL_LOCATION_PARITY	0x200
#define VIGIL_LOCATION_ALL	0x3ff

/**
 * struct vigil_location - Where in a DIMM an error was, as far as is known.
 * @parity: parity syndrome: the bits that were wrong, by beat and data line.
 *	With the ECC modes that work on pairs of channels (ADDDC) only the low
 *	16 bits are; the text doesn't say which mode it was.
 * @valid: VIGIL_LOCATION_... bits
 * @row: row
 * @column: column, as the driver counts it
 * @bank: bank group * 4 + bank, where the driver tells both; else the bank as
 *	the driver numbers it, with a group that firmware put above bit 7, say
 * @device: DRAM device on the DIMM
 * @node: APEI's number of a node; with @card and @module it tells the DIMM
 *	where ghes_edac found none to put into the event's layers
 * @card: APEI's number of a card: channel or memory controller
 * @module: APEI's number of a module: DIMM
 * @rank: rank, of the DIMM or of its channel, as the driver counts it
 * @chip: chip in a stack (3DS)
 * @parity_bits: how many bits of @parity there are: 32 (DDR4) or 64 (DDR5,
 *	HBM)
 *
 * What isn't valid is zero.
 */
struct vigil_location {
	u64 parity;
	u32 valid;
	u32 row;
	u16 column;
	u16 bank;
	u16 device;
	u16 node;
	u16 card;
	u16 module;
	u8 rank;
	u8 chip;
	u8 parity_bits;
};

/* That much of the tracepoint's msg tells what it has to. */
#define VIGIL_DETAIL_START_BYTES	8

void vigil_detail_parse(const char *text, size_t len,
			struct vigil_location *location);
bool vigil_detail_is_scrub(const char start[VIGIL_DETAIL_START_BYTES]);

#endif /* VIGIL_MEMORY_DETAIL_H */
