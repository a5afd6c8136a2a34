// SPDX-License-Identifier: GPL-2.0
/* Must compile everywhere: shows that probes can say yes. */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>

int probe(struct inode *inode);
int probe(struct inode *inode)
{
	return inode->i_mode;
}
