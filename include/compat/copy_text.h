/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copying a text of which nobody knows the length, in few instructions and
 * always as many. The kernel's strscpy() takes four times as many.
 */
#ifndef _VIGIL_COMPAT_COPY_TEXT_H
#define _VIGIL_COMPAT_COPY_TEXT_H

#ifdef __KERNEL__
#include <linux/mm.h>
#include <linux/string.h>
#else
#include "kernel_shim.h"
#endif

#define COMPAT_TEXT_UNROLL	16

/**
 * compat_copy_text() - Copy a text, and what is behind it.
 * @to: where to, aligned for a long
 * @from: the text; as long as its page goes on, so may reading it
 * @size: bytes at @to, a multiple of COMPAT_TEXT_UNROLL longs; a longer text is
 *	cut
 *
 * Context: Any, NMI and machine check included.
 */
static __no_sanitize_or_inline
void compat_copy_text(char *to, const char *from, size_t size)
{
	const unsigned long *words = (const unsigned long *)from;
	unsigned long *copy = (unsigned long *)to, *end = copy + size / sizeof(*copy);
	unsigned int i;

	/* Nobody knows what is behind the page in which the text ends. */
	if (offset_in_page(from) > PAGE_SIZE - size) {
		strscpy(to, from, size);
		return;
	}
	while (copy < end) {
#pragma GCC unroll 16
		for (i = 0; i < COMPAT_TEXT_UNROLL; i++)
			copy[i] = words[i];
		copy += COMPAT_TEXT_UNROLL;
		words += COMPAT_TEXT_UNROLL;
	}
	to[size - 1] = '\0';
}

/* The first eight bytes of a text, and what is behind it. */
static __no_sanitize_or_inline
void compat_copy_start(char to[8], const char *from)
{
	unsigned int i;

	if (offset_in_page(from) <= PAGE_SIZE - sizeof(unsigned long)) {
		*(unsigned long *)to = READ_ONCE(*(const unsigned long *)from);
		return;
	}
	for (i = 0; i < 8; i++) {
		to[i] = from[i];
		if (!from[i])
			break;
	}
}

#endif /* _VIGIL_COMPAT_COPY_TEXT_H */
