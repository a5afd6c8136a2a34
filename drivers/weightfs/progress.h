/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far loading ahead has come: arithmetic only, no clock and no locks.
 *
 * A load begins when something is to be loaded ahead while nothing was, and lasts
 * until nothing is. What was is told until the next one begins.
 */
#ifndef _WEIGHTFS_PROGRESS_H
#define _WEIGHTFS_PROGRESS_H

#include <linux/math64.h>
#include <linux/time64.h>
#include <linux/types.h>
#include <linux/vigil/component.h>

/**
 * struct weightfs_load - What was loaded ahead by the latest load.
 * @begun_ns: when it began
 * @latest_ns: when something of it came last
 * @done_bytes: what has come
 */
struct weightfs_load {
	u64 begun_ns;
	u64 latest_ns;
	u64 done_bytes;
};

static inline void weightfs_load_begin(struct weightfs_load *load, u64 now_ns)
{
	load->begun_ns = now_ns;
	load->latest_ns = now_ns;
	load->done_bytes = 0;
}

static inline void weightfs_load_add(struct weightfs_load *load, u64 bytes,
				     u64 now_ns)
{
	load->latest_ns = now_ns;
	load->done_bytes += bytes;
}

/*
 * The rate is the average of the load: a source that hangs lowers it as long as
 * something is left, and what is over keeps its own.
 */
static inline struct vigil_progress
weightfs_load_progress(const struct weightfs_load *load, u64 left_bytes,
		       u64 now_ns)
{
	u64 end_ns = left_bytes ? now_ns : load->latest_ns;
	u64 elapsed_ms = div_u64(end_ns - load->begun_ns, NSEC_PER_MSEC);

	return (struct vigil_progress) {
		.done_bytes = load->done_bytes,
		.total_bytes = load->done_bytes + left_bytes,
		.bytes_per_second = div64_u64(load->done_bytes * MSEC_PER_SEC,
					      elapsed_ms ?: 1),
	};
}

#endif /* _WEIGHTFS_PROGRESS_H */
