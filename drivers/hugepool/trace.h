/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: where every huge page of a reserve came from and went. Frame
 * numbers are for root only, and so is tracefs.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vigil_hugepool

#if !defined(VIGIL_HUGEPOOL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VIGIL_HUGEPOOL_TRACE_H

#include <linux/tracepoint.h>

DECLARE_EVENT_CLASS(vigil_hugepool_page,
		    TP_PROTO(int nid, unsigned long pfn),
		    TP_ARGS(nid, pfn),
		    TP_STRUCT__entry(__field(int, nid)
				     __field(unsigned long, pfn)),
		    TP_fast_assign(__entry->nid = nid;
				   __entry->pfn = pfn;),
		    TP_printk("nid=%d pfn=0x%lx", __entry->nid, __entry->pfn)
);

/* from the page allocator into the reserve */
DEFINE_EVENT(vigil_hugepool_page, vigil_hugepool_fill,
	     TP_PROTO(int nid, unsigned long pfn),
	     TP_ARGS(nid, pfn)
);

/* from the reserve to a user */
DEFINE_EVENT(vigil_hugepool_page, vigil_hugepool_take,
	     TP_PROTO(int nid, unsigned long pfn),
	     TP_ARGS(nid, pfn)
);

/* from a user, unused, into the reserve */
DEFINE_EVENT(vigil_hugepool_page, vigil_hugepool_give_back,
	     TP_PROTO(int nid, unsigned long pfn),
	     TP_ARGS(nid, pfn)
);

/* from the reserve to the page allocator */
DEFINE_EVENT(vigil_hugepool_page, vigil_hugepool_free,
	     TP_PROTO(int nid, unsigned long pfn),
	     TP_ARGS(nid, pfn)
);

/* out of use, a frame in it is poisoned */
DEFINE_EVENT(vigil_hugepool_page, vigil_hugepool_quarantine,
	     TP_PROTO(int nid, unsigned long pfn),
	     TP_ARGS(nid, pfn)
);

#endif /* VIGIL_HUGEPOOL_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
