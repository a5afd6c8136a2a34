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
 * @reserved: zero
 */
struct weightfs_status {
	__u64 size_bytes;
	__u64 loaded_bytes;
	__u64 huge_bytes;
	__u64 heals;
	__u32 error;
	__u32 loading;
	__u64 reserved[3];
};

#define WEIGHTFS_IOC_STATUS	_IOR('w', 0x76, struct weightfs_status)

#endif /* _UAPI_LINUX_WEIGHTFS_H */
