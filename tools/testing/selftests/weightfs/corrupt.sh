#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 6.12, scrub.sh takes the same locks
#
# Bits that flip after the source was changed, so they can't be healed: whoever has
# the old file goes on reading them, or meets an error with corrupt=fail.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

load_weightfs 48
load_sim
make_model model
cp "$source_dir/model" "$work/right"
mount_weights scrub=0
chunk_bytes=$(($(page_kib) * 1024))
chunk_pages=$((chunk_bytes / $(getconf PAGESIZE)))

# Each is for one look at the file as it was.
exec 6<"$mnt/model" 7<"$mnt/model" 8<"$mnt/model" 9<"$mnt/model"

# reads_as_before FD
reads_as_before() {
	cmp "$work/right" "/dev/stdin" <&"$1"
}

# reads_through FD
reads_through() {
	cat <&"$1" >/dev/null
}

# other_chunk FD: the first, whose bits are all right
other_chunk() {
	dd bs=$chunk_bytes count=1 iflag=fullblock status=none <&"$1" |
		cmp -n $chunk_bytes - "$work/right"
}

bad_option() {
	! mount -t weightfs -o "source=$source_dir,$1" none /mnt
}

# ends_by SIGNAL PID: dash's and bash's wait add 128 to its number.
ends_by() {
	wait "$2"
	[ $? -eq $((128 + $1)) ]
}

plan 15
"$programs/weightfs-client" loop "$mnt/model" random "$work/ready" >"$work/json" &
pid=$!
check "a reader maps the file" wait_for 60 is_there "$work/ready"
check "a bit flips in the second huge page" flip_at "$pid" $((chunk_pages + 7)) 1234
touch "$source_dir/model"

check "scrubbing starts" scrub_at 1000
check "it is found" wait_for 60 counter_at_least corruptions 1
check "it can't be healed" wait_for 60 counter_at_least heal_failures 1
check "the file can be read" reads_through 6
check "but not as it was" fails reads_as_before 7
check "the reader goes on" kill -0 "$pid"

loaded=$(counter loaded_bytes)
check "wrong bytes are to fail" mount -o remount,corrupt=fail "$mnt"
check "the mount shows it" grep -q "weightfs .*corrupt=fail" /proc/mounts
check "the huge page goes" wait_for 60 counter_is loaded_bytes $((loaded - chunk_bytes))
check "the file can't be read through" fails reads_through 8
check "other parts can" other_chunk 9
if ends_by 7 "$pid"; then
	ok "the reader gets a SIGBUS"
else
	not_ok "the reader gets a SIGBUS"
fi
exec 6<&- 7<&- 8<&- 9<&-
check "the option is checked" bad_option corrupt=maybe
