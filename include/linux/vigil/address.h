/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses: which page frames a row of memory holds.
 *
 * That depends on how the memory controller interleaves, which only its driver
 * knows. A module that does offers it to vigil_memory, which then takes whole
 * rows out of use where an administrator allows it.
 */
#ifndef _LINUX_VIGIL_ADDRESS_H
#define _LINUX_VIGIL_ADDRESS_H

#include <linux/types.h>

/**
 * struct vigil_dram_row - A row of a memory module.
 * @mc: number of the memory controller, EDAC's
 * @layers: place of the memory module below it, EDAC's; -1 where a layer is not
 *	used
 * @rank: rank of the module
 * @bank: bank, with its group in the upper bits
 * @row: row
 */
struct vigil_dram_row {
	u8 mc;
	s8 layers[3];
	u8 rank;
	u8 bank;
	u32 row;
};

/**
 * struct vigil_address_provider - Somebody who knows the frames of rows.
 * @row_frames: put the numbers of the page frames that have a part in a row into
 *	@pfns, @max at most. Process context, under a mutex; computes, and takes
 *	no lock that is held while errors are reported. Returns how many they
 *	are, or a negative errno when that is not known.
 */
struct vigil_address_provider {
	int (*row_frames)(const struct vigil_dram_row *row,
			  unsigned long *pfns, unsigned int max);
};

int vigil_address_provider_register(const struct vigil_address_provider *provider);
void vigil_address_provider_unregister(const struct vigil_address_provider *provider);

#endif /* _LINUX_VIGIL_ADDRESS_H */
