/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoint: what becomes of page frames. Frame numbers are for root only,
 * and so is tracefs.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vigil_memory

#if !defined(VIGIL_MEMORY_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VIGIL_MEMORY_TRACE_H

#include <linux/tracepoint.h>

#include "memory.h"

TRACE_DEFINE_ENUM(VIGIL_FRAME_NONE);
TRACE_DEFINE_ENUM(VIGIL_FRAME_PENDING);
TRACE_DEFINE_ENUM(VIGIL_FRAME_HELD);
TRACE_DEFINE_ENUM(VIGIL_FRAME_OFFLINED);
TRACE_DEFINE_ENUM(VIGIL_FRAME_EXTERNAL);

TRACE_EVENT(vigil_memory_frame,
	TP_PROTO(unsigned long pfn, const struct vigil_frame *frame),
	TP_ARGS(pfn, frame),
	TP_STRUCT__entry(
		__field(unsigned long, pfn)
		__field(int, nid)
		__field(int, state)
		__field(bool, by_errors)
	),
	TP_fast_assign(
		__entry->pfn = pfn;
		__entry->nid = frame->nid;
		__entry->state = frame->state;
		__entry->by_errors = frame->by_errors;
	),
	TP_printk("nid=%d pfn=0x%lx state=%s by=%s",
		  __entry->nid, __entry->pfn,
		  __print_symbolic(__entry->state,
				   { VIGIL_FRAME_NONE, "in-use" },
				   { VIGIL_FRAME_PENDING, "pending" },
				   { VIGIL_FRAME_HELD, "held" },
				   { VIGIL_FRAME_OFFLINED, "offlined" },
				   { VIGIL_FRAME_EXTERNAL, "external" }),
		  __entry->by_errors ? "errors" : "command")
);

#endif /* VIGIL_MEMORY_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
