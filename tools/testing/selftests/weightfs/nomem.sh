#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every allocation on every way through weightfs fails once, also those that
# kernel threads make: it is refused or borne, no byte is wrong, nothing is lost.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

[ -e /proc/self/fail-nth ] || skip_all "needs a kernel with fault injection"
target=16
load_weightfs $target
load_sim
# A huge page and some small ones, each of which is an allocation.
make_model model $((2 * 1024 * 1024 + 12 * 4096 + 123))
mkdir -p "$mnt"

every() {
	python3 "$here/nomem.py" "$1" "$source_dir" "$mnt"
}

plan 13
check "mounting" every mount
check "walking to a file and opening it" every lookup
check "loading, by reading" every load
check "loading, by touching" every fault
check "writing to private pages" every cow
check "letting go" every evict
check "healing a huge page" every heal
check "healing a small page" every heal_tail
check "scrubbing" every scrub

mount_weights ""
check "afterwards it can be mounted" same_bytes model
check "and be huge" counter_is huge_bytes $((2 * 1024 * 1024))
client advise "$mnt/model" dontneed >/dev/null
check "every huge page came back" wait_for "$patience_s" pages_are 0 used_pages 0
check "to the pool" wait_for "$patience_s" pages_are 0 free_pages $target
