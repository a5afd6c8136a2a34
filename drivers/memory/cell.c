// SPDX-License-Identifier: GPL-2.0
/*
 * From what a source says to a cell of a memory module.
 *
 * A driver that does not tell row and column usually tells the address. Then
 * cells are still told apart, only not where they lie.
 */

#ifdef __KERNEL__
#include <linux/mm.h>
#include <linux/string.h>
#endif

#include "cell.h"

#define NO_DEVICE	VIGIL_CELL_DEVICE_MASK
#define NO_RANK		(VIGIL_CELL_NO_DEVICE >> VIGIL_CELL_DEVICE_BITS)

#define ROW_AND_COLUMN	(VIGIL_LOCATION_ROW | VIGIL_LOCATION_COLUMN)

/* 6 bits; a group that firmware put above bit 7 comes down to the bank. */
static u8 bank_of(u16 bank)
{
	return (bank | bank >> 6) & 0x3f;
}

/* Devices of other ranks are other devices. */
static u8 device_of(const struct vigil_location *location)
{
	u32 rank = 0, device = NO_DEVICE;

	if (!(location->valid & (VIGIL_LOCATION_RANK | VIGIL_LOCATION_DEVICE)))
		return VIGIL_CELL_NO_DEVICE;
	if (location->valid & VIGIL_LOCATION_RANK)
		rank = location->rank % NO_RANK;
	if (location->valid & VIGIL_LOCATION_DEVICE)
		device = location->device % NO_DEVICE;
	return rank << VIGIL_CELL_DEVICE_BITS | device;
}

/**
 * vigil_cell_from() - Find out which cell of a memory module erred.
 * @cell: where to put it
 * @location: what a driver said in its text
 * @record: the error
 *
 * Context: Any.
 * Return: false when neither place nor address is known.
 */
bool vigil_cell_from(struct vigil_cell *cell,
		     const struct vigil_location *location,
		     const struct vigil_record *record)
{
	memset(cell, 0, sizeof(*cell));
	cell->device = device_of(location);
	cell->bank = bank_of(location->bank);
	if (location->valid & VIGIL_LOCATION_PARITY &&
	    location->parity_bits == 32) {
		cell->has_parity = 1;
		cell->parity = location->parity;
	}

	if ((location->valid & ROW_AND_COLUMN) == ROW_AND_COLUMN) {
		cell->located = 1;
		cell->row = location->row;
		cell->column = location->column;
	} else if (record->flags & VIGIL_RECORD_ADDRESS) {
		cell->row = record->address >> PAGE_SHIFT;
		cell->column = record->address % PAGE_SIZE / 8;
	} else {
		return false;
	}
	return true;
}
