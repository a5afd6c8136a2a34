#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 6.12, who may do what, no locks of its own
#
# What a mount shows is the source: names, attributes, permissions, bytes through
# every way of reading. What is in a source and no file does no harm.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

load_weightfs 40
make_model model
mkdir -p "$source_dir/dir/sub"
make_model dir/small 5000
: >"$source_dir/empty"
printf x >"$source_dir/one"
ln -s ../model "$source_dir/dir/link"
mkfifo "$source_dir/fifo"
mknod "$source_dir/null" c 1 3
make_model private-file 5000
chmod 600 "$source_dir/private-file"
chmod 4755 "$source_dir/one"
mount_weights ""

as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# list DIRECTORY: names, types, modes, owners, sizes, times
list() {
	(cd "$1" && find . -printf '%p %y %m %u %g %s %Tc %l\n' | sort)
}

same_list() {
	[ "$(list "$source_dir")" = "$(list "$mnt")" ]
}

# reads_like COMMAND...: with the file as last argument
reads_like() {
	_there=$("$@" "$source_dir/model" | sha256sum) || return 1
	_here=$("$@" "$mnt/model" | sha256sum) || return 1
	[ "$_there" = "$_here" ]
}

spliced() {
	client splice "$mnt/model" | cmp - "$source_dir/model"
}

read_direct() {
	dd if="$mnt/model" iflag=direct bs=1M status=none | cmp - "$source_dir/model"
}

# Odd sizes at odd places, over the borders of pages, huge pages and the end.
odd_reads() {
	for _at in 0 1 4095 2097151 2097152 33554431 33566776; do
		_want=$(tail -c +$((_at + 1)) "$source_dir/model" | head -c 5001 | sha256sum)
		_got=$(tail -c +$((_at + 1)) "$mnt/model" | head -c 5001 | sha256sum)
		[ "$_want" = "$_got" ] || return 1
	done
}

is_read_only() {
	! touch "$mnt/new" 2>/dev/null && ! rm "$mnt/one" 2>/dev/null &&
		! sh -c ": >>$mnt/one" 2>/dev/null && ! chmod 777 "$mnt/one" 2>/dev/null &&
		! mount -o remount,rw "$mnt" 2>/dev/null || ! touch "$mnt/new" 2>/dev/null
}

plan 17
check "the same names and attributes" same_list
check "sha256" reads_like cat
check "splice" spliced
check "O_DIRECT" read_direct
check "odd reads" odd_reads
check "a small file" same_bytes dir/small
check "an empty file" same_bytes empty
check "through a link" cmp "$source_dir/model" "$mnt/dir/link"
check "nothing can be written" is_read_only
check "others can read what they may" as_nobody cat "$mnt/dir/small"
check "others can't read what they may not" fails as_nobody cat "$mnt/private-file"
check "root can" cat "$mnt/private-file"
check "a fifo can't be opened" fails timeout 5 cat "$mnt/fifo"
check "a device can't be opened" fails cat "$mnt/null"
check "a missing name" fails cat "$mnt/nothing"
check "a weightfs on a weightfs is refused" \
	fails mount -t weightfs -o "source=$mnt" none "$mnt/dir"
check "a missing source is refused" \
	fails mount -t weightfs -o "source=$work/nothing" none "$mnt/dir"
