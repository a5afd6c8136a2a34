/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Strings from elsewhere, and names that were mistyped.
 */
#ifndef VIGILCTL_TEXT_H
#define VIGILCTL_TEXT_H

#include <stddef.h>

void *need(void *memory);
char *text_clean(const char *string);
size_t text_width(const char *string);
void text_cut(char *string, size_t columns);
unsigned int text_distance(const char *a, const char *b);

#endif /* VIGILCTL_TEXT_H */
