#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable --cpus 2 --one-thread
#
# Weights leave a frame that is taken out of use by command: it is replaced under
# a reader, and everything stays huge.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

load_weightfs 48
load_memory
make_model model
mount_weights ""
node=/sys/class/vigil/memory-0

"$programs/weightfs-client" loop "$mnt/model" shared "$work/ready" >"$work/json" &
pid=$!

# paddr_of PID FILE: of the third page of the file
paddr_of() {
	_start=$(sed -n "s|^\([0-9a-f]*\)-.* $2\$|0x\1|p" "/proc/$1/maps")
	"$here/../pagemap.py" paddr "$1" $((_start + 2 * 4096))
}

isolate() {
	echo "$paddr a test" >"$node/isolate"
}

release() {
	echo "$paddr a test" >"$node/release"
}

moved() {
	[ "$(paddr_of "$pid" "$mnt/model")" != "$paddr" ]
}

plan 9
check "a reader maps the file" wait_for 60 is_there "$work/ready"
paddr=$(paddr_of "$pid" "$mnt/model")
check "the frame of a page of weights is isolated" isolate
check "the weights moved" counter_is moves 1
check "to another frame" wait_for 30 moved
check "everything is huge" all_huge
check "nothing was split" counter_is splits 0
check "the frame is released" release
kill -TERM "$pid"
wait "$pid"
check "the reader saw no wrong byte" \
	[ "$(field "$(cat "$work/json")" wrong_pages)" -eq 0 ]
check "the whole file equals its source" same_bytes model
