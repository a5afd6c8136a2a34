/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * weightfs: what a program can ask about an open file.
 */
#ifndef _UAPI_LINUX_WEIGHTFS_H
#define _UAPI_LINUX_WEIGHTFS_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* f_type of statfs() */
#define WEIGHTFS_SUPER_MAGIC	0x77746673	/* "wtfs" */

/**
 * struct weightfs_status - State of one file in memory.
 * @size_bytes: size of the file
 * @loaded_bytes: bytes that are in memory now
 * @huge_bytes: bytes of @loaded_bytes that are in huge pages
 * @heals: pages that were lost to an uncorrected error and restored, since the
 *	file was first opened
 * @error: positive errno of the last chunk that could not be loaded, or 0
 * @loading: 1 while chunks are being loaded
 * @pins: how often the file was pinned in memory
 * @uid: user whose budget it is in, who opened it first
 * @scrubbed_at: when the scrubber last came to the end of it, in seconds since
 *	1970; 0 for never
 * @reserved: zero
 */
struct weightfs_status {
	__u64 size_bytes;
	__u64 loaded_bytes;
	__u64 huge_bytes;
	__u64 heals;
	__u32 error;
	__u32 loading;
	__u32 pins;
	__u32 uid;
	__s64 scrubbed_at;
	__u64 reserved;
};

/**
 * struct weightfs_nodes - Where a file is in memory.
 * @loaded_bytes: on NUMA node 0, 1, ...; a chunk that is not one huge page counts
 *	for the node of its first page
 */
struct weightfs_nodes {
	__u64 loaded_bytes[64];
};

#define WEIGHTFS_IOC_STATUS	_IOR('w', 0x76, struct weightfs_status)
#define WEIGHTFS_IOC_NODES	_IOR('w', 0x77, struct weightfs_nodes)

/* Load no more ahead, see POSIX_FADV_WILLNEED. For the file's owner. */
#define WEIGHTFS_IOC_CANCEL	_IO('w', 0x78)

/* Keep the file in memory whatever the budgets say. CAP_SYS_ADMIN. */
#define WEIGHTFS_IOC_PIN	_IO('w', 0x79)
#define WEIGHTFS_IOC_UNPIN	_IO('w', 0x7a)

#endif /* _UAPI_LINUX_WEIGHTFS_H */
