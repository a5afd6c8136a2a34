#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, the program is the same for all
#
# Idle pages of a pool become pages of hugetlb, or stay.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/ctl-lib.sh"

need_ctl
load_core
insert drivers/hugepool/vigil_hugepool
pool=/sys/class/vigil/hugepool-0
page_kib=$(($(cat "$pool/counters/page_size_bytes") / 1024))
hugetlb=/sys/devices/system/node/node0/hugepages/hugepages-${page_kib}kB/nr_hugepages
[ -w "$hugetlb" ] || skip_all "no hugetlb pages of the same size"
before=$(cat "$hugetlb")
on_exit sh -c "echo $before >$hugetlb"

number_is() {
	[ "$(cat "$1")" -eq "$2" ]
}

# fill TARGET SPARE IDLE
fill() {
	echo "$2" >"$pool/policy/spare_pages"
	echo "$1" >"$pool/policy/target_pages"
	wait_for 60 number_is "$pool/counters/free_pages" "$3"
}

unchanged() {
	number_is "$hugetlb" $((before + 20)) && number_is "$pool/policy/target_pages" 12
}

plan 14
check_exit 1 "no node" pool hand-over --pages 1
check_exit 1 "no number" pool hand-over --node 0
check_exit 5 "a node without a pool" pool hand-over --node 77 --pages 1
check "a pool with a spare" fill 32 4 36
check_json 0 'd["pool"] == "hugepool-0" and d["pages"] == 20' "pages are handed over" \
	pool hand-over --node 0 --pages 20
check "hugetlb has them" number_is "$hugetlb" $((before + 20))
check "the target is lower" number_is "$pool/policy/target_pages" 12
check "nothing is missing" number_is "$pool/counters/shortfall_pages" 0
check_says 3 "16 idle pages, 4 of them spare" "not the spare" \
	pool hand-over --node 0 --pages 13
check "nothing happened" unchanged

# hugetlb refuses: a file that can't be written is in the place of its own.
echo $((before + 20)) >"$work/nr_hugepages"
mount --bind "$work/nr_hugepages" "$hugetlb"
mount -o remount,bind,ro "$hugetlb"
check_exit 2 "hugetlb refuses" pool hand-over --node 0 --pages 5
umount "$hugetlb"
check "then the target is what it was" unchanged
check "and the pool gets its pages again" \
	wait_for 60 number_is "$pool/counters/free_pages" 16
check_says 0 "^hugepool-0: 12 pages handed over" "all that is idle" \
	pool hand-over --node 0 --pages 12
