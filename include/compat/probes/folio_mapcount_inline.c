// SPDX-License-Identifier: GPL-2.0
/* folio_mapcount() takes a const folio and is inline (v6.10). */
#include <linux/mm.h>

extern int (*probe_mapcount)(const struct folio *folio);

int (*probe_mapcount)(const struct folio *folio) = folio_mapcount;
