// SPDX-License-Identifier: GPL-2.0
/* Must compile nowhere: shows that a wrong type is an error. */
#include <linux/fs.h>

static int probe_open(struct file *file)
{
	return 0;
}

const struct file_operations probe_fops = {
	.open = probe_open,
};
