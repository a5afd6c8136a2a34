#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --nodes 2 --one-thread
#
# Two nodes: each reserve takes from its own node, and from no other.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/pool-lib.sh"

[ -d /sys/devices/system/node/node1 ] || skip_all "needs two NUMA nodes"
log_mark
load_pool target_pages=8,24,5
plan 10

check "parameter fills node 0" wait_for "$patience_s" pages_are 0 free_pages 8
check "parameter fills node 1" wait_for "$patience_s" pages_are 1 free_pages 24
check "a node that does not exist is ignored" [ ! -e /sys/class/vigil/hugepool-2 ]
check "and named in the log" log_has "node 2: target_pages ignored"

trace_pages
free0_kib=$(mem_free_kib 0)
free1_kib=$(mem_free_kib 1)
check "node 1 alone is filled" fill_to 1 88
check "it paid for that" \
	free_kib_within 1 $((free1_kib - 64 * $(page_kib))) 16384
check "node 0 did not" free_kib_within 0 "$free0_kib" 16384
check "no page came from elsewhere" \
	sh -c "! grep vigil_hugepool_fill: $tracing/trace | grep -v nid=1"

most=$(largest_target 1)
set_target 1 "$most"
is_stuck() {
	[ "$(pages 1 fill_failures)" -gt 2 ]
}
check "a shortage on node 1" wait_for 120 is_stuck
check "is not filled from node 0" free_kib_within 0 "$free0_kib" 32768
