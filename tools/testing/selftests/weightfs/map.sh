#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every way in which frameworks map weights, first touched in random order, gets
# huge pages: at most one fault for each, and at least 99 % of the bytes.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

load_weightfs 48
make_model model
# Ends with a huge page, which some kernels take for one beyond the end.
make_model even $((16 * 1024 * 1024))
mount_weights ""

# What faults there are beside those on the weights, with a margin.
other_faults=2000

# maps_huge FILE FLAVOUR PERCENT
maps_huge() {
	_result=$(client touch "$mnt/$1" "$2") || return 1
	echo "$_result"
	[ "$(field "$_result" wrong_pages)" -eq 0 ] &&
		[ "$(field "$_result" faults)" -lt "$other_faults" ] &&
		[ "$(field "$_result" huge_percent)" -ge "$3" ]
}

plan 10
check "nothing is loaded yet" counter_is loaded_bytes 0
for flavour in shared populate willneed random private private-write; do
	check "$flavour" maps_huge model "$flavour" 99
done
check "all of it is in huge pages" counter_is huge_bytes "$(huge_bytes_of "$model_bytes")"
check "a file that ends with a huge page" maps_huge even shared 100
check "nothing was split" counter_is splits 0
