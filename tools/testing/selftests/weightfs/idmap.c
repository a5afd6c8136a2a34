// SPDX-License-Identifier: GPL-2.0
/*
 * An id-mapped mount of a directory, which mount(8) of util-linux 2.38 can't make.
 *
 *	idmap USERNS FROM TO	mount FROM at TO with the ids of the user
 *				namespace behind the file USERNS
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	int ns, tree;

	if (argc != 4)
		errx(2, "usage: see the head of idmap.c");
	ns = open(argv[1], O_RDONLY);
	if (ns < 0)
		err(1, "%s", argv[1]);
	tree = syscall(SYS_open_tree, AT_FDCWD, argv[2], OPEN_TREE_CLONE);
	if (tree < 0)
		err(1, "open_tree %s", argv[2]);
	attr.userns_fd = ns;
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)))
		err(1, "mount_setattr %s", argv[2]);
	if (syscall(SYS_move_mount, tree, "", AT_FDCWD, argv[3],
		    MOVE_MOUNT_F_EMPTY_PATH))
		err(1, "move_mount %s", argv[3]);
	return 0;
}
