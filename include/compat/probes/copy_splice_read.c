// SPDX-License-Identifier: GPL-2.0
/* Splicing through ->read_iter into fresh pages (v6.5). */
#include <linux/fs.h>

const struct file_operations probe_fops = {
	.splice_read = copy_splice_read,
};
