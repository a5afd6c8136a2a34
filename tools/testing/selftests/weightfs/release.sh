#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 6.12, one look at the end of a mount
#
# What holds the source goes with the mount: the disk that it is on can be used for
# something else.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

slow_disk 16 $((6 * 1024 * 1024 + 1))
load_weightfs 8
mount_weights ""

is_free() {
	python3 -c 'import os, sys
os.open(sys.argv[1], os.O_RDONLY | os.O_EXCL)' "/dev/$disk"
}

plan 5
check "the file is loaded" same_bytes model
check "the disk is in use" fails is_free
check "weightfs is unmounted" umount "$mnt"
check "the source is unmounted" umount "$source_dir"
check "the disk is nobody's" is_free
mount "/dev/$disk" "$source_dir"
mount -t weightfs -o "source=$source_dir" none "$mnt"
