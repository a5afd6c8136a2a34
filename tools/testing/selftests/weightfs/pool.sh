#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A pool that is empty, or becomes so: weights are loaded into small pages all the
# same, and become huge when there are huge pages again.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

load_weightfs 0
make_model model
mount_weights ""

verified() {
	_result=$(client verify "$mnt/model" "$1")
	echo "$_result"
	[ "$(field "$_result" wrong_pages)" -eq 0 ]
}

evicted() {
	client advise "$mnt/model" dontneed
	counter_is loaded_bytes 0
}

some_are_huge() {
	counter_at_least huge_bytes $((6 * $(page_kib) * 1024)) &&
		! counter_at_least huge_bytes "$(huge_bytes_of "$model_bytes")"
}

plan 12
check "an empty pool: read" verified read
check "nothing is huge" counter_is huge_bytes 0
check "everything is loaded" counter_at_least loaded_bytes "$model_bytes"
check "an empty pool: map" verified shared

set_target 0 32
check "small becomes huge when the pool is filled" \
	wait_for 120 counter_is huge_bytes "$(huge_bytes_of "$model_bytes")"
check "and is right" verified shared
check "eviction" wait_for 30 evicted
check "the pool is full again" wait_for 60 pages_are 0 free_pages 32

set_target 0 6
wait_for 60 pages_are 0 free_pages 6
check "a pool that is too small" verified shared
check "gives what it has" some_are_huge
check "used pages are counted" pages_are 0 used_pages \
	"$(($(counter huge_bytes) / 1024 / $(page_kib)))"
check "and the rest is right" same_bytes model
