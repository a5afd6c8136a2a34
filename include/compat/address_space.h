/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations of a mapping.
 *
 *	static int foo_remove(struct address_space *mapping,
 *			      struct folio *folio) { ... }
 *	COMPAT_ERROR_REMOVE_FOLIO(foo_error_remove_folio, foo_remove)
 *
 *	static const struct address_space_operations foo_aops = {
 *		.error_remove_folio = foo_error_remove_folio,
 *	};
 */
#ifndef _VIGIL_COMPAT_ADDRESS_SPACE_H
#define _VIGIL_COMPAT_ADDRESS_SPACE_H

#include <generated/vigil-compat.h>
#include <linux/fs.h>
#include <linux/mm.h>

#ifdef COMPAT_HAS_ERROR_REMOVE_FOLIO
#define COMPAT_ERROR_REMOVE_FOLIO(name, fn)				\
static int name(struct address_space *mapping, struct folio *folio)	\
{									\
	return fn(mapping, folio);					\
}
#else
/* The member has another name and gets a page. */
#define error_remove_folio	error_remove_page
#define COMPAT_ERROR_REMOVE_FOLIO(name, fn)				\
static int name(struct address_space *mapping, struct page *page)	\
{									\
	return fn(mapping, page_folio(page));				\
}

static inline int generic_error_remove_folio(struct address_space *mapping,
					     struct folio *folio)
{
	return generic_error_remove_page(mapping, &folio->page);
}
#endif

#endif /* _VIGIL_COMPAT_ADDRESS_SPACE_H */
