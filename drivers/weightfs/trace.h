/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: what happens to the chunks of files.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM weightfs

#if !defined(WEIGHTFS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define WEIGHTFS_TRACE_H

#include <linux/tracepoint.h>

#include "weightfs.h"

DECLARE_EVENT_CLASS(weightfs_chunk,
		    TP_PROTO(struct weightfs_chunk *chunk, unsigned int pages),
		    TP_ARGS(chunk, pages),
		    TP_STRUCT__entry(__field(dev_t, dev)
				     __field(u64, ino)
				     __field(u64, nr)
				     __field(int, nid)
				     __field(unsigned int, pages)),
		    TP_fast_assign(__entry->dev = chunk->wi->vfs_inode.i_sb->s_dev;
				   __entry->ino = chunk->wi->vfs_inode.i_ino;
				   __entry->nr = weightfs_chunk_nr(chunk);
				   __entry->nid = chunk->nid;
				   __entry->pages = pages;),
		    TP_printk("dev=%d:%d ino=%llu chunk=%llu nid=%d pages=%u",
			      MAJOR(__entry->dev), MINOR(__entry->dev),
			      __entry->ino, __entry->nr, __entry->nid,
			      __entry->pages)
);

/* built for the first time; pages that were read from the source */
DEFINE_EVENT(weightfs_chunk, weightfs_load,
	     TP_PROTO(struct weightfs_chunk *chunk, unsigned int pages),
	     TP_ARGS(chunk, pages)
);

/* built anew because pages were lost, which were read again */
DEFINE_EVENT(weightfs_chunk, weightfs_heal,
	     TP_PROTO(struct weightfs_chunk *chunk, unsigned int pages),
	     TP_ARGS(chunk, pages)
);

/* built anew in other frames */
DEFINE_EVENT(weightfs_chunk, weightfs_move,
	     TP_PROTO(struct weightfs_chunk *chunk, unsigned int pages),
	     TP_ARGS(chunk, pages)
);

/* let go */
DEFINE_EVENT(weightfs_chunk, weightfs_evict,
	     TP_PROTO(struct weightfs_chunk *chunk, unsigned int pages),
	     TP_ARGS(chunk, pages)
);

/* the scrubber found wrong bytes */
DEFINE_EVENT(weightfs_chunk, weightfs_corrupt,
	     TP_PROTO(struct weightfs_chunk *chunk, unsigned int pages),
	     TP_ARGS(chunk, pages)
);

/* could not be built; pages that are missing */
DEFINE_EVENT(weightfs_chunk, weightfs_fail,
	     TP_PROTO(struct weightfs_chunk *chunk, unsigned int pages),
	     TP_ARGS(chunk, pages)
);

#endif /* WEIGHTFS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
