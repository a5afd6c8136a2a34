#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The kernel marks a page as poisoned some time before it takes it away, and does
# not always get to that. Who touches the page meanwhile gets the right bytes.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

load_weightfs 32
load_sim
model_bytes=$((8 * 1024 * 1024 + 12345))
make_model model
mount_weights scrub=0
page_bytes=$(getconf PAGESIZE)
chunk_pages=$(($(page_kib) * 1024 / page_bytes))

mark() {
	_paddr=$(paddr_at "$reader" "$1") && echo "$_paddr" >/sys/kernel/debug/vigil_sim/poison
}

# byte_of PAGE: its first, through a mapping too short for a huge page
byte_of() {
	_want=$(od -A n -t u1 -N 1 -j $(($1 * page_bytes)) "$source_dir/model")
	_got=$(client peek "$mnt/model" $((($1 + 1) * page_bytes)) $(($1 * page_bytes))) &&
		[ "$_got" -eq "$_want" ]
}

# healed PAGES: so many until now
healed() {
	wait_for 60 counter_is heals "$1" && wait_for 60 all_huge
}

# What a program has open is what it was before the source changed.
reads_through() {
	timeout 60 cat <&6 >/dev/null
}

# dash's and bash's status adds 128 to the signal's number.
gets_sigbus() {
	timeout 60 python3 -c 'import mmap
mmap.mmap(6, 6 * mmap.PAGESIZE, mmap.MAP_SHARED, mmap.PROT_READ)[5 * mmap.PAGESIZE]'
	[ $? -eq $((128 + 7)) ]
}

plan 17
"$programs/weightfs-client" loop "$mnt/model" shared "$work/ready" >"$work/json" &
reader=$!
check "a reader maps the file" wait_for 60 is_there "$work/ready"
check "a page is marked" mark 5
check "who maps it gets its byte" byte_of 5
check "it is healed" healed 1
check "another is marked" mark $((chunk_pages + 5))
check "who reads the file gets it all" same_bytes model
check "it is healed, too" healed 2
check "a small page is marked" mark $((model_bytes / page_bytes))
check "who maps it gets its byte, too" byte_of $((model_bytes / page_bytes))
check "all three are healed" healed 3
kill -TERM "$reader"
wait "$reader"
check "the reader saw no wrong byte" [ "$(field "$(cat "$work/json")" wrong_pages)" -eq 0 ]
check "the whole file equals its source" same_bytes model
check "none was lost" counter_is heal_failures 0

exec 6<"$mnt/model"
"$programs/weightfs-client" loop "$mnt/model" shared "$work/again" >"$work/json" &
reader=$!
wait_for 60 is_there "$work/again"
make_model model $((4 * 1024 * 1024))
check "a page is marked whose source has changed" mark 5
check "who reads it gets an error" fails reads_through
check "who maps it gets a SIGBUS" gets_sigbus
check "it was lost" counter_at_least heal_failures 1
kill -TERM "$reader"
wait "$reader"
exec 6<&-
