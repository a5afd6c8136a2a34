#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable
#
# The spare: loading leaves it alone, a page of weights that has to leave its
# frame gets it. And the numbers that tell how far the fill is.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/../weightfs/weightfs-lib.sh"

load_weightfs 4
load_memory
make_model model
mount_weights ""
huge_bytes=$(($(page_kib) * 1024))

set_spare() {
	echo "$1" >/sys/class/vigil/hugepool-0/policy/spare_pages
}

isolate() {
	echo "$paddr a test" >/sys/class/vigil/memory-0/isolate
}

# Of the first page of the file, which the reader has mapped.
paddr_of_model() {
	_start=$(sed -n "s|^\([0-9a-f]*\)-.* $mnt/model\$|0x\1|p" "/proc/$pid/maps")
	"$here/../pagemap.py" paddr "$pid" $((_start))
}

plan 18
check "no spare by default" [ "$(pool 0 policy/spare_pages)" = 0 ]
check "pages of the last minute are counted" [ "$(pages 0 fill_pages_per_minute)" -ge 4 ]
check "nothing is missing for no time" pages_are 0 shortfall_seconds 0
check "a spare is set" set_spare 2
check "and filled, on top of the target" wait_for "$patience_s" pages_are 0 free_pages 6
check "the target is what it was" [ "$(pool 0 policy/target_pages)" = 4 ]

"$programs/weightfs-client" loop "$mnt/model" shared "$work/ready" >"$work/json" &
pid=$!
check "weights are loaded" wait_for 60 is_there "$work/ready"
check "into as many huge pages as the target" counter_is huge_bytes $((4 * huge_bytes))
check "the spare is left" pages_are 0 free_pages 2
check "nothing is missing" pages_are 0 shortfall_pages 0

trace_pages
paddr=$(paddr_of_model)
check "a frame of the weights is isolated" isolate
check "the weights moved" counter_is moves 1
check "to a huge page" counter_is huge_bytes $((4 * huge_bytes))
check "out of the spare" [ "$(traced take | wc -l)" -eq 1 ]
check "which is filled again" wait_for "$patience_s" pages_are 0 free_pages 2
kill -TERM "$pid"
wait "$pid"
check "the reader saw no wrong byte" \
	[ "$(field "$(cat "$work/json")" wrong_pages)" -eq 0 ]
echo "$paddr a test" >/sys/class/vigil/memory-0/release

set_target 0 "$(largest_target 0)"
is_short_for_a_while() {
	[ "$(pages 0 shortfall_seconds)" -ge 2 ]
}
check "a shortfall gets older" wait_for 120 is_short_for_a_while
set_target 0 0
check "and ends" pages_are 0 shortfall_seconds 0
