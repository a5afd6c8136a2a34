#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --cpus 2 --one-thread
#
# Bits that flip without an error report: the scrubber finds them, and the bytes
# are those of the source again.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

load_weightfs 48
load_sim
make_model model
mount_weights ""
page_bytes=$(getconf PAGESIZE)
model_pages=$((model_bytes / page_bytes + 1))

plan 15
check "scrubbing can be stopped" scrub_at 0
"$programs/weightfs-client" loop "$mnt/model" random "$work/ready" >"$work/json" &
pid=$!
check "a reader maps the file" wait_for 60 is_there "$work/ready"
check "a bit flips in the middle" flip_at "$pid" 700 1234
check "a bit flips in the last bytes" flip_at "$pid" $((model_pages - 1)) 56
check "a bit flips in the first byte" flip_at "$pid" 0 0
check "readers get wrong bytes" fails same_bytes model
check "nobody notices while nobody looks" counter_is corruptions 0

check "scrubbing goes on" scrub_at 1000
check "all three are found" wait_for 60 counter_is corruptions 3
check "all three are healed" wait_for 60 counter_is heals 3
check "every byte is right" same_bytes model
check "everything is huge" wait_for 60 all_huge

kill -TERM "$pid"
wait "$pid"
goes_on() {
	counter_at_least scrubbed_bytes $((10 * model_bytes))
}
check "it goes round and round" wait_for 60 goes_on
check "no more is found" counter_is corruptions 3
check "a rate beyond reason is refused" fails scrub_at 1000001 2>/dev/null
