// SPDX-License-Identifier: GPL-2.0
/* memory_failure_event for pages known to be poisoned. */
#include <linux/mm.h>

const int probe_type = MF_MSG_ALREADY_POISONED;
