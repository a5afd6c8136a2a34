#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Uncorrected errors in idle pages: the pages go into quarantine, the others come
# and go as before.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/pool-lib.sh"

command -v vm-hw >/dev/null || skip_all "needs vm-hw"
load_pool target_pages=0
trace_pages
fill_to 0 32 || skip_all "cannot fill the reserve"
page_bytes=$(getconf PAGESIZE)

# The head of one page, some frame in the middle of another.
first=$(($(traced fill | sed -n 1p)))
second=$(($(traced fill | sed -n 2p)))
bad_frames="$first $((second + 77))"
diag "poisoning frames $bad_frames"

is_poisoned() {
	"$here/../pagemap.py" flags $(($1 * page_bytes)) | grep -qw hwpoison
}

plan 11
for frame in $bad_frames; do
	check "the machine check is taken" vm-hw mce-ue "$(printf %#x $((frame * page_bytes)))"
	check "the frame is poisoned" wait_for 30 is_poisoned "$frame"
done

set_target 0 0
check "both are in quarantine" pages_are 0 quarantined_pages 2
check "both are counted" pages_are 0 poisoned_pages 2
check "the others were given back" [ "$(traced free | wc -l)" -eq 30 ]

# touched EVENT: did it happen to one of the two pages?
touched() {
	for _pfn in $(traced "$1"); do
		[ $((_pfn)) -ne "$first" ] && [ $((_pfn)) -ne "$second" ] || return 0
	done
	return 1
}
not_touched() {
	! touched "$1"
}

check "neither was given back" not_touched free
echo >"$tracing/trace"
# As much as there is, so that the two would turn up if they were free.
set_target 0 "$(largest_target 0)"
is_stuck() {
	[ "$(pages 0 fill_failures)" -gt 1 ]
}
check "all free memory is taken" wait_for 120 is_stuck
check "neither came from the page allocator" not_touched fill

log_mark
unload_pool
check "unloading says what stays" log_has "because of poison: 2"
