#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --cpus 2 --one-thread
#
# Modules that come and go, with mounts and mappings in the way.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

load_weightfs 8
make_model model $((6 * 1024 * 1024 + 1))
mount_weights ""

once() {
	mount -t weightfs -o "source=$source_dir" none "$mnt" || return 1
	cmp "$source_dir/model" "$mnt/model" || return 1
	client advise "$mnt/model" willneed || return 1
	umount "$mnt" && rmmod weightfs && unload_pool && rmmod vigil || return 1
	insmod "$modules/core/vigil.ko" && insert_pool target_pages=4 &&
		insmod "$modules/weightfs/weightfs.ko"
}

many() {
	for _i in $(seq "$(rounds 20)"); do
		once || return 1
	done
}

plan 9
check "rmmod weightfs is refused while mounted" fails rmmod weightfs
check "rmmod vigil_hugepool is refused" fails rmmod vigil_hugepool
check "rmmod vigil is refused" fails rmmod vigil

"$programs/weightfs-client" loop "$mnt/model" shared "$work/ready" >"$work/json" &
pid=$!
check "a reader maps the file" wait_for 60 is_there "$work/ready"
check "the mount goes lazily" umount -l "$mnt"
check "rmmod is refused while it is mapped" fails rmmod weightfs
kill -TERM "$pid"
wait "$pid"
check "the reader saw no wrong byte" \
	[ "$(field "$(cat "$work/json")" wrong_pages)" -eq 0 ]

gone() {
	! grep -q '^weightfs .* 1 ' /proc/modules && ! [ -e "$weights" ]
}
check "the mount is gone with its last user" wait_for 30 gone
check "$(rounds 20) times mount, load, unload" many
mount -t weightfs -o "source=$source_dir" none "$mnt"
