#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --nodes 2 --one-thread
#
# Which node weights come to lie on.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

vigilctl=$here/../../../../build/tools/vigilctl
mib=$((1024 * 1024))
load_weightfs 24
fill_to 1 24 || skip_all "cannot fill the pool of node 1"
make_model model $((16 * mib))
make_model first $((32 * mib))
make_model second $((8 * mib))

# on_node NODE MIB [FILE]: of the model, or of another file
on_node() {
	"$vigilctl" -j weights show "$mnt/${3:-model}" | python3 -c '
import json, sys
nodes = json.load(sys.stdin)["files"][0]["node-bytes"]
sys.exit(nodes.get(sys.argv[1], 0) != int(sys.argv[2]) << 20)' "$1" "$2"
}

# loaded_on CPU: by a program that runs there
loaded_on() {
	taskset -c "$1" cat "$mnt/model" >/dev/null
}

# fails_with STATUS COMMAND...
fails_with() {
	_status=$1
	shift
	"$@"
	[ $? -eq "$_status" ]
}

change() {
	"$vigilctl" weights evict "$mnt/model" >/dev/null &&
		mount -o remount,"$1" "$mnt"
}

plan 42
mount_weights placement=interleave
check "interleaved" loaded_on 0
check "half is on node 0" on_node 0 8
check "half is on node 1" on_node 1 8
check "bind to node 1" change placement=bind:1
not_loaded() {
	! "$vigilctl" run --near "$mnt/model" -- true 2>"$work/error" &&
		grep -q "nothing of it is in memory" "$work/error"
}
check "there is no way to be near what is not loaded" not_loaded
check "is loaded by node 0" loaded_on 0
check "all is on node 1" on_node 1 16
near() {
	"$vigilctl" run --near "$mnt/model" -- "$@"
}
check "a program runs near them" [ "$(near cat /sys/devices/system/node/node1/cpulist)" = \
	"$(near sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)" ]
check "its memory comes from there" near grep -q "prefer:1" /proc/self/numa_maps
check "its exit status is passed on" fails_with 3 near sh -c 'exit 3'
check "local" change placement=local
check "is loaded by node 1" loaded_on 1
check "all is on node 1, too" on_node 1 16
check "once more" change placement=local
loaded_on 0
check "is loaded by node 0 then" on_node 0 16
check "every byte is right" same_bytes model

# The first file has more than is loaded ahead at once, so the second has to wait
# for its turn, which comes when a chunk of the first is there.
ask_on_both() {
	python3 -c '
import os, sys
files = [os.open(path, os.O_RDONLY) for path in sys.argv[1:]]
for cpu, file in enumerate(files):
    os.sched_setaffinity(0, {cpu})
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_WILLNEED)' "$mnt/first" "$mnt/second"
}

inject() {
	taskset -c 0 python3 "$here/inject.py" "$mnt/second" 1
}

"$vigilctl" weights evict "$mnt/model" >/dev/null
check "two nodes ask for files to be loaded ahead" ask_on_both
check "the first file is on node 0" wait_for 60 on_node 0 32 first
check "the second file is on node 1" wait_for 60 on_node 1 8 second
if command -v vm-hw >/dev/null; then
	check "node 0 meets an error on node 1" inject
	check "it is healed" wait_for 60 counter_is heals 1
	check "all is on node 1 again" wait_for 60 on_node 1 8 second
else
	for what in "an error on node 1" "is healed" "on node 1"; do
		skip "$what" "needs vm-hw"
	done
fi
"$vigilctl" weights evict "$mnt" >/dev/null
loaded_on 0

# all_on PID NODE: does the map have pages there, and nowhere else?
all_on() {
	grep "$mnt/model" "/proc/$1/numa_maps" >"$work/maps"
	cat "$work/maps"
	grep -q " N$2=" "$work/maps" && ! grep -q " N$((1 - $2))=" "$work/maps"
}

check "a copy for each node" change placement=replicate
for cpu in 0 1; do
	taskset -c $cpu "$programs/weightfs-client" loop "$mnt/model" shared \
		"$work/ready$cpu" >"$work/json$cpu" &
	eval "reader$cpu=$!"
	check "a reader on node $cpu" wait_for 60 is_there "$work/ready$cpu"
done
# shellcheck disable=SC2154 # set by eval
check "node 0 maps what is on node 0" all_on "$reader0" 0
# shellcheck disable=SC2154
check "node 1 maps what is on node 1" all_on "$reader1" 1
check "node 0 has all of it" on_node 0 16
check "node 1 has all of it" on_node 1 16
kill -TERM "$reader0" "$reader1"
wait "$reader0" "$reader1"
for cpu in 0 1; do
	check "the reader on node $cpu saw no wrong byte" \
		[ "$(field "$(cat "$work/json$cpu")" wrong_pages)" -eq 0 ]
done
echo 3 >/proc/sys/vm/drop_caches
check "node 1 keeps its copy" on_node 1 16
"$vigilctl" weights evict "$mnt/model" >/dev/null
check "all copies are let go" counter_is loaded_bytes 0
check "node 1 reads again" loaded_on 1
make_model model $((16 * mib))
check "a new generation is right on node 1" \
	taskset -c 1 cmp "$source_dir/model" "$mnt/model"

# Of the mapper, who needs no privilege for what nobody else maps. What somebody holds
# for a moment stays behind, so ask again.
moves_to() {
	[ "$(python3 -B "$here/move_pages.py" "$mnt/model" "$1")" -eq 8 ]
}
check "local again" change placement=local
check "is loaded by node 0 again" loaded_on 0
check "a program moves it to the other node" wait_for 30 moves_to 1
check "there it is" on_node 1 16
check "every byte is right there" same_bytes model
"$vigilctl" weights evict "$mnt/model" >/dev/null
check "the pool of node 0 has none in use" [ "$(pages 0 used_pages)" -eq 0 ]
check "nor has that of node 1" [ "$(pages 1 used_pages)" -eq 0 ]
