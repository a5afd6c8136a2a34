#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --mem 1G --append init_on_alloc=0
#
# Memory in small pieces: the fill gets at least as many pages as a write to
# nr_hugepages, and more when there is more to be had, without being asked again.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/pool-lib.sh"
. "$here/fragment-lib.sh"

need_own_memory
[ ! -e /sys/kernel/debug/kmemleak ] || skip_all "the debug kernel uses memory in its own way"
load_pool target_pages=0
nr_hugepages=/sys/kernel/mm/hugepages/hugepages-$(page_kib)kB/nr_hugepages
[ -e "$nr_hugepages" ] || skip_all "no hugetlb pages of the same size"
most=$(largest_target 0)

# A third of it unmovable at first, and all of it used by then.
fragment() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	_mib=$(available_mib)
	hold_memory $((_mib * 3 / 10)) 700 $((_mib * 3 / 4))
}

free_huge_pages() {
	awk '$4 == "DMA32" || $4 == "Normal" { n += $14 + 2 * $15 } END { print n }' \
		/proc/buddyinfo
}

has_at_least() {
	[ "$(pages 0 free_pages)" -ge "$1" ]
}

nobody_is_killed() {
	! log_has 'Out of memory|oom-kill'
}

tried_more_than() {
	[ "$(pages 0 fill_failures)" -gt "$1" ]
}

plan 13
log_mark
fragment
check "memory is fragmented" [ "$held" = yes ]
blocks=$(free_huge_pages)
diag "free blocks of huge pages' size: $blocks of $most"
check "few huge pages are free" [ "$blocks" -lt $((most / 4)) ]
echo 1000000 >"$nr_hugepages"
given=$(cat "$nr_hugepages")
diag "nr_hugepages got $given"
check "nr_hugepages gets some" [ "$given" -gt 0 ]
check "and not all" [ "$given" -lt "$most" ]
thin_memory
check "half of the memory is let go" [ "$held" = yes ]
check "nr_hugepages does not notice" [ "$(cat "$nr_hugepages")" -eq "$given" ]
echo 0 >"$nr_hugepages"
release_memory

fragment
check "memory is fragmented again" [ "$held" = yes ]
diag "free blocks of huge pages' size: $(free_huge_pages)"
failures=$(pages 0 fill_failures)
set_target 0 "$most"
wait_for 120 tried_more_than "$failures"
diag "the first pass of the fill got $(pages 0 free_pages)"
check "the fill gets at least as many" wait_for 300 has_at_least "$given"
# Several passes in vain: what could be had is had.
wait_for 60 tried_more_than $((failures + 3))
got=$(pages 0 free_pages)
diag "the fill got $got"
check "its progress can be seen" [ "$(pages 0 pages_filled)" -ge "$got" ]
check "and for how long pages are missing" [ "$(pages 0 shortfall_seconds)" -gt 0 ]
thin_memory
check "half of the memory is let go" [ "$held" = yes ]
check "the fill notices" wait_for 120 has_at_least $((got + 50))
diag "then the fill got $(pages 0 free_pages)"
set_target 0 0
release_memory
check "nobody was killed" nobody_is_killed
