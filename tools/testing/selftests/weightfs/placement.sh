#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --nodes 2
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

# on_node NODE MIB: of the file
on_node() {
	"$vigilctl" -j weights show "$mnt/model" | python3 -c '
import json, sys
nodes = json.load(sys.stdin)["files"][0]["node-bytes"]
sys.exit(nodes.get(sys.argv[1], 0) != int(sys.argv[2]) << 20)' "$1" "$2"
}

# loaded_on CPU: by a program that runs there
loaded_on() {
	taskset -c "$1" cat "$mnt/model" >/dev/null
}

change() {
	"$vigilctl" weights evict "$mnt/model" >/dev/null &&
		mount -o remount,"$1" "$mnt"
}

plan 12
mount_weights placement=interleave
check "interleaved" loaded_on 0
check "half is on node 0" on_node 0 8
check "half is on node 1" on_node 1 8
check "bind to node 1" change placement=bind:1
check "is loaded by node 0" loaded_on 0
check "all is on node 1" on_node 1 16
check "local" change placement=local
check "is loaded by node 1" loaded_on 1
check "all is on node 1, too" on_node 1 16
check "once more" change placement=local
loaded_on 0
check "is loaded by node 0 then" on_node 0 16
check "every byte is right" same_bytes model
