/* SPDX-License-Identifier: GPL-2.0 */
/* Where memory_failure_event is declared, and which of its types there are. */
#ifndef _VIGIL_COMPAT_MEMORY_FAILURE_EVENT_H
#define _VIGIL_COMPAT_MEMORY_FAILURE_EVENT_H

#include <generated/vigil-compat.h>
#include <linux/mm.h>

#ifdef COMPAT_HAS_MEMORY_FAILURE_TRACE_HEADER
#include <trace/events/memory-failure.h>
#else
#include <ras/ras_event.h>
#endif

/* Is the event about a page that was known to be poisoned? Before v6.11 there
 * is no event then.
 */
static inline bool compat_mf_already_poisoned(int type)
{
#ifdef COMPAT_HAS_MF_MSG_ALREADY_POISONED
	return type == MF_MSG_ALREADY_POISONED;
#else
	return false;
#endif
}

#endif /* _VIGIL_COMPAT_MEMORY_FAILURE_EVENT_H */
