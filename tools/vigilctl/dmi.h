/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory modules as the firmware describes them: SMBIOS structures of type 17.
 *
 * Pure: bytes in, text out. tools/testing/unit tests it.
 */
#ifndef VIGILCTL_DMI_H
#define VIGILCTL_DMI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* longer strings of the firmware are cut */
#define DMI_TEXT 64

/**
 * struct dmi_dimm - A memory module.
 * @locator: what is written beside its slot, or ""
 * @bank: which group of slots that is, or ""
 * @serial: its serial number; "" if that is not known, or a placeholder
 * @size_kib: its size, 0 if it is not known
 */
struct dmi_dimm {
	char locator[DMI_TEXT];
	char bank[DMI_TEXT];
	char serial[DMI_TEXT];
	uint64_t size_kib;
};

size_t dmi_parse(const uint8_t *table, size_t length, struct dmi_dimm **dimms);
bool dmi_serial_is_real(const char *serial);
const struct dmi_dimm *dmi_find(const struct dmi_dimm *dimms, size_t count,
				const char *label);

#endif /* VIGILCTL_DMI_H */
