/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Huge pages of PMD size, reserved on each NUMA node.
 */
#ifndef _LINUX_VIGIL_HUGEPOOL_H
#define _LINUX_VIGIL_HUGEPOOL_H

struct folio;

struct folio *vigil_hugepool_take(int nid);

#endif /* _LINUX_VIGIL_HUGEPOOL_H */
