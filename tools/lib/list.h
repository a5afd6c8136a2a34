/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Making lists; reading them is in vigil.h.
 */
#ifndef VIGIL_LIST_H
#define VIGIL_LIST_H

#include "vigil.h"

struct vigil_list *vigil_list_new(void);
int vigil_list_add(struct vigil_list *list, struct vigil_record *record);
void vigil_list_set_torn(struct vigil_list *list);

#endif /* VIGIL_LIST_H */
