#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# In and out again and again, also while the fill runs: no memory stays behind.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/pool-lib.sh"

load_pool target_pages=0
plan 4

# cycle PAGES NR_WANTED: load, wait for some of the pages or for none, unload.
cycle() {
	insert_pool "target_pages=$1" || return 1
	wait_for "$patience_s" has_at_least "$2" || return 1
	unload_pool
}

has_at_least() {
	[ "$(pages 0 free_pages)" -ge "$1" ]
}

# cycles COUNT PAGES NR_WANTED
cycles() {
	_left=$1
	while [ "$_left" -gt 0 ]; do
		cycle "$2" "$3" || return 1
		_left=$((_left - 1))
	done
}

unload_pool
# The first one makes the host's caches as large as they get.
check "loads and unloads" cycle 16 16
before_kib=$(mem_free_kib 0)
check "$(rounds 12) times, filled" cycles "$(rounds 12)" 16 16
check "$(rounds 12) times, while it is being filled" cycles "$(rounds 12)" 256 1
check "no memory is missing" wait_for 10 free_kib_within 0 "$before_kib" 16384
