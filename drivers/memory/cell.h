/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From what a source says to a cell of a memory module.
 *
 * Pure: builds in user space too, where tools/testing/unit tests it.
 */
#ifndef VIGIL_MEMORY_CELL_H
#define VIGIL_MEMORY_CELL_H

#include "detail.h"
#include "history.h"
#include "ring.h"

/* How struct vigil_cell.device is put together. */
#define VIGIL_CELL_DEVICE_BITS	5
#define VIGIL_CELL_DEVICE_MASK	((1U << VIGIL_CELL_DEVICE_BITS) - 1)

bool vigil_cell_from(struct vigil_cell *cell,
		     const struct vigil_location *location,
		     const struct vigil_record *record);

#endif /* VIGIL_MEMORY_CELL_H */
