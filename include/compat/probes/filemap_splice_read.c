// SPDX-License-Identifier: GPL-2.0
/* Splicing from the page cache without going through ->read_iter (v6.3). */
#include <linux/fs.h>

const struct file_operations probe_fops = {
	.splice_read = filemap_splice_read,
};
