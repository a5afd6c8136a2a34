#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 6.12, permissions and limits, no locks of its own
#
# Sources that mean no good, or that nobody thought of.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

vigilctl=$here/../../../../build/tools/vigilctl
load_weightfs 16
log_mark
make_model model 5000000
: >"$source_dir/empty"
printf x >"$source_dir/one"
holes=$((1 << 40))
# The debug kernel takes a millisecond for each of half a million work items.
[ ! -e /sys/kernel/debug/kmemleak ] || holes=$((1 << 33))
truncate -s $holes "$source_dir/holes"
truncate -s 17T "$source_dir/too-large"
mkdir -p "$source_dir/many" "$source_dir/inside"
(cd "$source_dir/many" && seq 10000 | xargs touch)
ln -s loop2 "$source_dir/loop1"
ln -s loop1 "$source_dir/loop2"
ln -s . "$source_dir/self"
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' \
	"$source_dir/socket"
long_name=$(printf '%0255d' 0)
echo long >"$source_dir/$long_name"
deep=$(printf 'd/%.0s' $(seq 1500))
mkdir -p "$source_dir/$deep"
echo deep >"$source_dir/${deep}file"
mount_weights ""

# refused REASON COMMAND...: it fails, and says why.
refused() {
	_reason=$1
	shift
	! "$@" >"$work/output" 2>&1 || return 1
	cat "$work/output"
	grep -qi "$_reason" "$work/output"
}

mount_source() {
	mount -t weightfs -o "source=$1" none "$2"
}

# bus_error FILE BYTES OFFSET: to touch that byte of such a map is one.
bus_error() {
	client peek "$mnt/$1" "$2" "$3"
	[ $? -eq 135 ]
}

# peeks FILE BYTES OFFSET VALUE
peeks() {
	[ "$(client peek "$mnt/$1" "$2" "$3")" = "$4" ]
}

list() {
	(cd "$1" && find "$2" -printf '%p %y %s\n' | sort)
}

same_list() {
	[ "$(list "$source_dir" "$1")" = "$(list "$mnt" "$1")" ]
}

end_is_zero() {
	head -c 4096 /dev/zero >"$work/zero"
	tail -c 4096 "$mnt/holes" | cmp - "$work/zero"
}

no_complaint() {
	! log_has "Busy inodes|WARNING"
}

mem_available_kib() {
	sed -n 's/MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

# A word for each page of it would be a GiB.
costs_little() {
	_taken=$(($(mem_available_kib) - before))
	echo "$_taken KiB"
	[ "${_taken#-}" -lt 262144 ]
}

plan 32
check "an empty file has no pages" bus_error empty 4096 0
check "nor a chunk" bus_error empty 8388608 4194304
check "a file of one byte has a page" peeks one 8388608 0 120
check "which is zero behind its end" peeks one 8388608 4095 0
check "and is all it has" bus_error one 8388608 4096
check "also where other chunks would be" bus_error one 8388608 4194304
check "a map that is longer than the file has the file" peeks model 16777216 8 21
check "and nothing behind it" bus_error model 16777216 8388608

before=$(mem_available_kib)
check "a TiB of holes" peeks holes $holes $((holes / 2)) 0
check "its last page" peeks holes $holes $((holes - 1)) 0
check "it can be read" end_is_zero
check "which does not take the machine" costs_little
check "it is let go" client advise "$mnt/holes" dontneed
check "17 TiB are too much" refused "file too large" cat "$mnt/too-large"

check "an empty file is pinned" "$vigilctl" weights pin "$mnt/empty"
check "and let go" "$vigilctl" weights unpin "$mnt/empty"
check "and stays pinned" "$vigilctl" weights pin "$mnt/empty"

check "a loop of links" refused "too many levels" cat "$mnt/loop1"
check "a link to its own directory" cmp "$source_dir/model" "$mnt/self/self/self/model"
check "a socket can't be opened" refused "no such device" cat "$mnt/socket"
check "10,000 files" same_list many
check "a name of 255 bytes" same_bytes "$long_name"
check "a path of 3000 bytes" same_bytes "${deep}file"

check "a source can't be a file" fails \
	mount_source "$source_dir/model" "$mnt/inside"
check "nor on a weightfs" refused "too many levels" \
	mount_source "$mnt/many" "$source_dir/inside"
check "a source can have its mount inside" mount_source "$source_dir" "$source_dir/inside"
on_exit umount "$source_dir/inside"
check "which it does not show" [ -z "$(ls "$source_dir/inside/inside")" ]

mkdir "$work/gone" "$work/nowhere"
echo gone >"$work/gone/file"
mount_source "$work/gone" "$work/nowhere"
exec 9<"$work/nowhere/file"
rm -r "$work/gone"
check "a source that is removed has no files" fails cat "$work/nowhere/file"
check "what was open can be read" [ "$(cat <&9)" = gone ]
exec 9<&-
check "and it can be unmounted" umount "$work/nowhere"

check "all can be unmounted" umount "$mnt"
mount_source "$source_dir" "$mnt"
check "nothing was left behind" no_complaint
