# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For the selftests of weightfs: loads the modules, makes a source, mounts it.
# Source it after lib.sh.

# Every test starts with "here=...", the directory of this file.
: "${here:?}"
# shellcheck source=../hugepool/pool-lib.sh
. "$here/../hugepool/pool-lib.sh"

programs=${VIGIL_SELFTEST_PROGRAMS:-$here/../../../../build/selftests}

# A directory for the source and the mount point; files are on the guest's root.
work=$(mktemp -d)
source_dir=$work/source
mnt=$work/mnt
# Not a multiple of a huge page, nor of a page.
model_bytes=$((32 * 1024 * 1024 + 12345))

client() {
	"$programs/weightfs-client" "$@"
}

# load_weightfs TARGET: the modules, with as many huge pages in the pool.
load_weightfs() {
	[ -x "$programs/weightfs-client" ] || skip_all "no weightfs-client in $programs"
	[ -e "$modules/weightfs/weightfs.ko" ] || skip_all "no weightfs.ko in $modules"
	modprobe -q libcrc32c || :
	load_pool target_pages=0
	[ "$1" -eq 0 ] || fill_to 0 "$1" || skip_all "cannot fill the pool"
	insmod "$modules/weightfs/weightfs.ko" || skip_all "cannot load weightfs"
	on_exit rmmod weightfs
}

# mount_weights OPTIONS: more mount options, possibly ""
mount_weights() {
	mkdir -p "$source_dir" "$mnt"
	chmod 755 "$work"
	on_exit rm -rf "$work"
	mount -t weightfs -o "source=$source_dir${1:+,$1}" none "$mnt" ||
		skip_all "cannot mount"
	on_exit umount "$mnt"
	weights=$(mountpoint -d "$mnt")
	weights=/sys/class/vigil/weights-$weights
}

# make_model NAME [BYTES]
make_model() {
	mkdir -p "$source_dir"
	client make "$source_dir/$1" "${2:-$model_bytes}"
}

# counter NAME: of the mount
counter() {
	cat "$weights/counters/$1"
}

counter_is() {
	[ "$(counter "$1")" -eq "$2" ]
}

counter_at_least() {
	[ "$(counter "$1")" -ge "$2" ]
}

# field JSON NAME: a number of what the client printed
field() {
	printf '%s' "$1" | sed -n "s/.*\"$2\": \(-\{0,1\}[0-9]*\).*/\1/p"
}

# same_bytes NAME: source and mount
same_bytes() {
	cmp "$source_dir/$1" "$mnt/$1"
}

# Bytes of a file that huge pages can hold.
huge_bytes_of() {
	_page=$(($(page_kib) * 1024))
	echo $(($1 / _page * _page))
}

# mount_image FILE DIRECTORY [OPTIONS]: a small ext4 in a file. With "-o loop" mount
# holds the device open for writing, and some kernels refuse to mount it then.
mount_image() {
	truncate -s 32M "$1"
	mkfs.ext4 -q "$1" || return
	_loop=$(losetup -f --show "$1") || return
	on_exit losetup -d "$_loop"
	mount -t ext4 ${3:+-o "$3"} "$_loop" "$2" || return
	on_exit umount "$2"
}
