// SPDX-License-Identifier: GPL-2.0
/* memory_failure_event in a header of its own (v6.19). */
#include <linux/mm.h>
#include <trace/events/memory-failure.h>
