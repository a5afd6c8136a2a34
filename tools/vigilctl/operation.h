/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations, for people and for the exit status.
 */
#ifndef VIGILCTL_OPERATION_H
#define VIGILCTL_OPERATION_H

#include "show.h"

/* operation-show.c */
enum status operation_status(const struct vigil_record *operation);
void operation_line(const struct vigil_record *operation, FILE *file);
void operation_findings(const struct vigil_record *operation, FILE *file);
void operation_table(const struct vigil_list *list, FILE *file);

#endif /* VIGILCTL_OPERATION_H */
