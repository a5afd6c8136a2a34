/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pieces of hypertext, in which nothing from elsewhere can be more than text.
 */
#ifndef VIGILCTL_HTML_H
#define VIGILCTL_HTML_H

#include <stdio.h>

#include "machine.h"

void html_text(FILE *file, const char *text);
void html_cell(FILE *file, const char *style, const char *text);
void html_number(FILE *file, uint64_t number);
void html_badge(FILE *file, enum level level, const char *text);
void html_heads(FILE *file, const char *const *titles, size_t nr_titles);
const char *html_level(enum level level);

#endif /* VIGILCTL_HTML_H */
