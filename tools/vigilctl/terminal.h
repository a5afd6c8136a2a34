/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What standard output can do.
 */
#ifndef VIGILCTL_TERMINAL_H
#define VIGILCTL_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Of a terminal nobody told the size of. */
#define COLUMNS_DEFAULT 80
#define LINES_DEFAULT 24

bool terminal_is(void);
bool terminal_has_colour(void);
size_t terminal_columns(void);
size_t terminal_lines(void);

#endif /* VIGILCTL_TERMINAL_H */
