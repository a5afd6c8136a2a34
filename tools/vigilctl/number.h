/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers that people type and read.
 */
#ifndef VIGILCTL_NUMBER_H
#define VIGILCTL_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* room for what the functions below format */
#define NUMBER_TEXT 32
#define PROGRESS_TEXT (4 * NUMBER_TEXT)

bool number_parse(const char *text, uint64_t *value);
bool size_parse(const char *text, uint64_t *bytes);
const char *number_format(uint64_t value, char *text);
const char *count_format(uint64_t count, const char *noun, char *text);
const char *size_format(uint64_t bytes, char *text);
const char *duration_format(uint64_t seconds, char *text);
const char *progress_format(uint64_t done_bytes, uint64_t total_bytes,
			    uint64_t bytes_per_second, char *text);

#endif /* VIGILCTL_NUMBER_H */
