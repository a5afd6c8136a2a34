/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How often a folio is mapped. Once this was a function that modules could not
 * call, and the mappings of a huge file folio were counted in each page too.
 */
#ifndef _VIGIL_COMPAT_MAPCOUNT_H
#define _VIGIL_COMPAT_MAPCOUNT_H

#include <generated/vigil-compat.h>
#include <linux/mm.h>

#ifndef COMPAT_HAS_FOLIO_MAPCOUNT_INLINE
static inline int compat_file_folio_mapcount(struct folio *folio)
{
	long i, nr = folio_nr_pages(folio);
	int entire, sum;

	if (!folio_test_large(folio))
		return atomic_read(&folio->_mapcount) + 1;
	entire = folio_entire_mapcount(folio);
	sum = entire;
	for (i = 0; i < nr; i++)
		sum += atomic_read(&folio_page(folio, i)->_mapcount) + 1 - entire;
	return sum;
}

#define folio_mapcount compat_file_folio_mapcount
#endif

#endif /* _VIGIL_COMPAT_MAPCOUNT_H */
