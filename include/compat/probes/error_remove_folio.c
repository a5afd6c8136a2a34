// SPDX-License-Identifier: GPL-2.0
/* A mapping drops a folio that has an error, not a page (v6.8). */
#include <linux/fs.h>

extern int probe_remove(struct address_space *mapping, struct folio *folio);

const struct address_space_operations probe_aops = {
	.error_remove_folio = probe_remove,
};
