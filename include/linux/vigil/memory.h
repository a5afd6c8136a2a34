/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What other modules may ask of vigil_memory.
 */
#ifndef _LINUX_VIGIL_MEMORY_H
#define _LINUX_VIGIL_MEMORY_H

#include <linux/types.h>

void vigil_memory_set_clock(u64 now_ns);

#endif /* _LINUX_VIGIL_MEMORY_H */
