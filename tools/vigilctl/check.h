/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The word for a monitoring system.
 */
#ifndef VIGILCTL_CHECK_H
#define VIGILCTL_CHECK_H

#include <stdio.h>

#include "machine.h"

/* Exit status, that of plug-ins for Nagios. */
enum check_status {
	CHECK_OK = 0,
	CHECK_WARNING = 1,
	CHECK_CRITICAL = 2,
	CHECK_UNKNOWN = 3,
};

/* check-show.c */
enum check_status check_status(enum level level);
int check_describe(const struct vigil_record *component, char *text,
		   size_t room);
void check_message(const struct machine *machine, char *text, size_t room);
void check_print(const char *message, enum level level,
		 const struct machine *machine, FILE *file);

#endif /* VIGILCTL_CHECK_H */
