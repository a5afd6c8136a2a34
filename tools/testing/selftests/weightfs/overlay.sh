#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 6.12, the locks are those of map.sh and keep.sh
#
# weightfs and overlayfs: either on top of the other. And sources without direct
# I/O, of which no second copy may stay in the page cache.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

need_commands fincore
grep -qw overlay /proc/filesystems || modprobe -q overlay || skip_all "needs overlayfs"
modprobe -q ext4 || :
modprobe -q loop || :
load_weightfs 48
# Whole huge pages, and not: what kernels align by themselves differs.
model_bytes=$((4 * 1024 * 1024 + 5000))
make_model model
make_model removed 5000
mkdir "$source_dir/dir"
make_model dir/small 5000
mount_weights ""
merged=$work/merged

# overlay LOWER DIRECTORY
overlay() {
	mkdir -p "$2" "$2.upper" "$2.work"
	mount -t overlay -o "lowerdir=$1,upperdir=$2.upper,workdir=$2.work" overlay "$2" &&
		on_exit umount "$2"
}

list() {
	(cd "$1" && find . -printf '%p %y %m\n' | sort)
}

plan 30
overlay "$mnt" "$merged"
check "an overlay over weights" mountpoint -q "$merged"
check "has their names" [ "$(list "$mnt")" = "$(list "$merged")" ]
check "and their bytes" cmp "$source_dir/model" "$merged/model"

maps_huge() {
	_result=$(client touch "$merged/model" aligned) || return 1
	echo "$_result"
	[ "$(field "$_result" wrong_pages)" -eq 0 ] &&
		[ "$(field "$_result" huge_percent)" -ge 99 ]
}
check "and huge mappings, at an aligned address" maps_huge
check "and advice reaches them" client advise "$merged/model" dontneed
check "which are let go" counter_is huge_bytes 0

# same_tail FILE: all but what was changed below
same_tail() {
	tail -c +8 "$source_dir/$1" >"$work/tail"
	tail -c +8 "$merged/$1" | cmp - "$work/tail"
}

for name in model dir/small; do
	printf changed | dd of="$merged/$name" conv=notrunc status=none
	check "$name can be written" [ "$(head -c 7 "$merged/$name")" = changed ]
	check "$name: what follows stayed" same_tail $name
	check "$name: the weights did not change" same_bytes $name
	check "$name: nor did the source" client verify "$source_dir/$name" read
done
rm "$merged/removed"
check "a file can be removed" fails ls "$merged/removed"
check "but not its weights" same_bytes removed
check "weights on an overlay on weights are refused" \
	fails mount -t weightfs -o "source=$merged" none "$work/merged.work"

cached_bytes() {
	fincore -nbo RES "$1"
}

right_bytes() {
	_result=$(client verify "$work/second/model" shared) || return 1
	[ "$(field "$_result" wrong_pages)" -eq 0 ]
}

# serves KIND DIRECTORY: as a source, when its file is in the page cache.
serves() {
	cat "$2/model" >/dev/null
	check "$1: the file was cached" [ "$(cached_bytes "$2/model")" -gt 0 ]
	mount -t weightfs -o "source=$2" none "$work/second"
	check "$1 as a source has the right bytes" right_bytes
	umount "$work/second"
}

# leaves_no_copy KIND DIRECTORY
leaves_no_copy() {
	serves "$@"
	check "$1 keeps no second copy" [ "$(cached_bytes "$2/model")" -eq 0 ]
}

# new_source TYPE NAME [OPTIONS]: a file system with the model
new_source() {
	fs=$work/$2
	mkdir "$fs"
	if [ "$1" = ext4 ]; then
		mount_image "$fs.image" "$fs" "${3-}" || return
		client make "$fs/model" "$model_bytes"
		# What is on its way to the disk can't leave the page cache.
		mount -o remount,ro "$fs"
	else
		mount -t "$1" none "$fs" && on_exit umount "$fs"
		client make "$fs/model" "$model_bytes"
	fi
}

mkdir "$work/second"
if new_source ext4 direct; then
	leaves_no_copy "ext4" "$fs"
	new_source ext4 journal data=journal
	leaves_no_copy "ext4 without direct I/O" "$fs"
	overlay "$fs" "$work/over"
	leaves_no_copy "an overlay on it" "$work/over"
else
	for number in 1 2 3 4 5 6 7 8 9; do
		skip "ext4 as a source, $number" "no ext4"
	done
fi
for type in tmpfs ramfs; do
	new_source $type $type
	serves $type "$fs"
done
