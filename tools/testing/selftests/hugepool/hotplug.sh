#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Memory full of idle pages goes offline: they leave it, others come from
# elsewhere. Memory that can't go offline keeps the reserve as it was.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/pool-lib.sh"

memory=/sys/devices/system/memory
[ "${VIGIL_VM:-}" = 1 ] || skip_all "only in a virtual machine"
[ -e "$memory/block_size_bytes" ] || skip_all "no memory hotplug"
block_frames=$((0x$(cat "$memory/block_size_bytes") / $(getconf PAGESIZE)))

# pages_by_block: "COUNT BLOCK" for each block that pages were filled from, the
# fullest first.
pages_by_block() {
	for _pfn in $(traced fill); do
		echo $((_pfn / block_frames))
	done | sort -n | uniq -c | sort -rn
}

# in_block BLOCK: how many pages were filled from it
in_block() {
	pages_by_block | awk -v block="$1" '$2 == block { n = $1 } END { print n + 0 }'
}

offline() {
	echo offline >"$memory/memory$1/state"
}

online() {
	[ "$(cat "$memory/memory$1/state")" = online ] ||
		echo online >"$memory/memory$1/state"
}

stays_online() {
	! offline "$1" && [ "$(cat "$memory/memory$1/state")" = online ]
}

load_pool target_pages=0
trace_pages
wanted=$(($(mem_free_kib 0) / 2 / $(page_kib)))
fill_to 0 "$wanted" || skip_all "cannot fill the reserve"
pages_by_block >/dev/shm/blocks
on_exit rm -f /dev/shm/blocks
read -r nr block </dev/shm/blocks
diag "$nr pages of $wanted are in block $block, $((block_frames * $(getconf PAGESIZE) / 1024 / $(page_kib))) fit"

plan 13
on_exit online "$block"
echo >"$tracing/trace"
check "memory with idle pages goes offline" offline "$block"
check "they were given up" pages_are 0 pages_vacated "$nr"
check "others came" wait_for "$patience_s" pages_are 0 free_pages "$wanted"
check "from elsewhere" [ "$(in_block "$block")" -eq 0 ]
check "the target is what it was" [ "$(pool 0 policy/target_pages)" = "$wanted" ]
check "the memory comes back" online "$block"
set_target 0 "$(largest_target 0)"
in_block_again() {
	[ "$(in_block "$block")" -gt 0 ]
}
check "and is used again" wait_for 120 in_block_again

# A page of the second block can't be freed, so that block must stay.
set_target 0 0
echo >"$tracing/trace"
fill_to 0 "$wanted"
read -r nr second <<END
$(pages_by_block | head -n 1)
END
bad_frame=$(for pfn in $(traced fill); do
	[ $((pfn / block_frames)) -ne "$second" ] || echo $((pfn + 77))
done | head -n 1)
diag "$nr pages are in block $second, poisoning frame $bad_frame"
is_poisoned() {
	"$here/../pagemap.py" flags $((bad_frame * $(getconf PAGESIZE))) | grep -qw hwpoison
}
if command -v vm-hw >/dev/null; then
	check "the machine check is taken" \
		vm-hw mce-ue "$(printf %#x $((bad_frame * $(getconf PAGESIZE))))"
	check "the frame is poisoned" wait_for 30 is_poisoned
	check "memory with a poisoned idle page stays online" stays_online "$second"
	check "the page is in quarantine" pages_are 0 quarantined_pages 1
	check "the reserve is filled again" \
		wait_for "$patience_s" pages_are 0 free_pages "$wanted"
else
	for what in taken poisoned online quarantine filled; do
		skip "poison: $what" "needs vm-hw"
	done
fi
check "nothing is missing" pages_are 0 shortfall_pages 0
