// SPDX-License-Identifier: GPL-2.0
/*
 * filemap_get_folio() returns ERR_PTR(), so __filemap_get_folio() takes fgf_t
 * and the helper that tells the two apart by type is here (v6.6; v6.3 has the
 * change without a mark).
 */
#include <linux/pagemap.h>

struct folio *probe(struct address_space *mapping, fgf_t flags);
struct folio *probe(struct address_space *mapping, fgf_t flags)
{
	return __filemap_get_folio(mapping, 0, flags, GFP_KERNEL);
}
