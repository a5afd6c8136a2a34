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
scsi_debug=/sys/bus/pseudo/drivers/scsi_debug
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

# load_sim: what can flip bits in memory
load_sim() {
	_sim=$modules/../tools/testing/sim/vigil_sim.ko
	[ -e "$_sim" ] || skip_all "no vigil_sim.ko"
	insmod "$_sim" || skip_all "cannot load vigil_sim"
	on_exit rmmod vigil_sim
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

# slow_disk MIB BYTES: the source is a filesystem with a model, read-only, on a disk whose
# requests take as long as set_delay says, for now no time.
slow_disk() {
	modprobe -q sd_mod
	modprobe -q scsi_debug dev_size_mb="$1" delay=0 max_luns=1 ||
		skip_all "needs scsi_debug"
	on_exit modprobe -q -r scsi_debug
	wait_for 30 slow_disk_is_there || skip_all "no disk of scsi_debug"
	wait_for 30 slow_disk_is_formatted || skip_all "no ext4"
	source_dir=$(mktemp -d)
	on_exit rmdir "$source_dir"
	mount "/dev/$disk" "$source_dir" || skip_all "cannot mount ext4"
	on_exit umount "$source_dir"
	make_model model "$2"
	# Nobody writes while it is slow, or it would never be without a request.
	mount -o remount,ro "$source_dir" || skip_all "cannot remount"
	on_exit wait_for 60 set_delay 0
}

slow_disk_is_there() {
	disk=$(ls $scsi_debug/adapter*/host*/target*/*:*/block 2>/dev/null) &&
		[ -b "/dev/$disk" ]
}

# Nobody may have it while the kernel looks for partitions.
slow_disk_is_formatted() {
	mkfs.ext4 -q -E lazy_itable_init=0 "/dev/$disk" 2>/dev/null
}

# set_delay JIFFIES: of each request; refused while one is on its way.
set_delay() {
	(echo "$1" >$scsi_debug/delay) 2>/dev/null
}

# counter NAME: of the mount
counter() {
	read -r _counter <"$weights/counters/$1" && echo "$_counter"
}

counter_is() {
	[ "$(counter "$1")" -eq "$2" ]
}

counter_at_least() {
	[ "$(counter "$1")" -ge "$2" ]
}

# scrub_at MIB: from now on, so many each second
scrub_at() {
	echo "$1" >"$weights/policy/scrub_mib_per_s"
}

# paddr_at PID PAGE: where a page is of the file "model", which the process has mapped
paddr_at() {
	_start=$(sed -n "s|^\([0-9a-f]*\)-.* $mnt/model\$|0x\1|p" "/proc/$1/maps")
	"$here/../pagemap.py" paddr "$1" $((_start + $2 * $(getconf PAGESIZE)))
}

# flip_at PID PAGE BYTE: a bit of such a page
flip_at() {
	_paddr=$(paddr_at "$1" "$2") &&
		echo $((_paddr + $3)) >/sys/kernel/debug/vigil_sim/flip
}

# field JSON NAME: a number of what the client printed
field() {
	printf '%s' "$1" | sed -n "s/.*\"$2\": \(-\{0,1\}[0-9]*\).*/\1/p"
}

# all_huge: what can be of the file "model" is
all_huge() {
	counter_is huge_bytes "$(huge_bytes_of "$model_bytes")"
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
