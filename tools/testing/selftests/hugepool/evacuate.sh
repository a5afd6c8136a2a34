#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A frame of an idle page is isolated by command: its page leaves the reserve,
# the frame alone is taken out of use, and another page comes.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/pool-lib.sh"

load_pool target_pages=0
[ -d /sys/module/vigil_memory ] || load_memory
trace_pages
fill_to 0 16 || skip_all "cannot fill the reserve"

page=$(($(traced fill | sed -n 5p)))
paddr=$(printf %#x $(((page + 33) * $(getconf PAGESIZE))))
isolate_frame() {
	echo "$paddr test" >/sys/class/vigil/memory-0/isolate
}

release_frame() {
	echo "$paddr test" >/sys/class/vigil/memory-0/release
}

# filled_again: did the page come back from the page allocator?
filled_again() {
	for _pfn in $(traced fill | sed 1,16d); do
		[ $((_pfn)) -ne "$page" ] || return 0
	done
	return 1
}
not_filled_again() {
	! filled_again
}

plan 7
check "a frame of an idle page is isolated" isolate_frame
check "its page has left the reserve" pages_are 0 pages_evacuated 1
check "and was freed, whole" [ "$(($(traced free)))" -eq "$page" ]
check "another one came" wait_for "$patience_s" pages_are 0 free_pages 16
check "not the one that left" not_filled_again
check "nothing is in quarantine" pages_are 0 quarantined_pages 0
check "the frame is released" release_frame
