#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, the program is the same for all
# vm-args: --nodes 2 --one-thread
#
# Huge-page pools on the command line.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/ctl-lib.sh"

need_ctl
[ -d /sys/devices/system/node/node1 ] || skip_all "needs two NUMA nodes"
load_core

plan 21
check_json 0 'd["components"] == []' "no pool is an empty list" pool show
check_says 5 "modprobe vigil_hugepool" "no pool to set" pool set --pages 1
insert drivers/hugepool/vigil_hugepool

check_exit 1 "neither pages nor bytes" pool set
check_exit 1 "both pages and bytes" pool set --pages 1 --bytes 2M
check_exit 1 "a size that is none" pool set --bytes 2X
check_exit 1 "a node that is none" pool show zero
check_exit 5 "a node without a pool" pool show 77
check_exit 5 "a node without a pool to set" pool set --node 77 --pages 1

# d["components"] as {name: target}
targets='{c["name"]: {p["name"]: p["value"] for p in c["policy"]}["target_pages"]
	for c in d["components"]}'
check_json 0 "$targets == {'hugepool-0': 3, 'hugepool-1': 2}" \
	"all nodes evenly" pool set --pages 5
check_json 0 "$targets == {'hugepool-1': 4}" "one node" \
	pool set --node 1 --pages 4
page_bytes=$(cat /sys/kernel/mm/transparent_hugepage/hpage_pmd_size)
check_json 0 "$targets == {'hugepool-0': 2}" "bytes are rounded up" \
	pool set --node 0 --bytes $((page_bytes + 1))
check_says 0 "^vigilctl: $((page_bytes + 1)) bytes are rounded up to 2 pages of $page_bytes\$" \
	"and that is said" pool set --node 0 --bytes $((page_bytes + 1))
ctl pool set --node 0 --bytes $((2 * page_bytes))
check "unless there is nothing to round" [ ! -s "$work/err" ]
check_exit 1 "a spare that is none" pool set --spare -1
spares='{c["name"]: {p["name"]: p["value"] for p in c["policy"]}["spare_pages"]
	for c in d["components"]}'
check_json 0 "$spares == {'hugepool-0': 2, 'hugepool-1': 1}" \
	"a spare, evenly" pool set --spare 3
check_json 0 "$spares == {'hugepool-0': 1} and $targets == {'hugepool-0': 2}" \
	"both" pool set --node 0 --spare 1 --pages 2
check_exit 1 "a policy that is none" pool set --give-back 2
policies='{c["name"]: {p["name"]: p["value"] for p in c["policy"]}["give_back"]
	for c in d["components"]}'
check_json 0 "$policies == {'hugepool-0': 1, 'hugepool-1': 1}" \
	"a policy, the same for all" pool set --give-back 1
check_json 0 "$targets == {'hugepool-0': 2, 'hugepool-1': 4}" "all are shown" \
	pool show
check_says 0 "^hugepool-1 .* 4 " "a table of one" pool show 1
check_json 2 'd["error"]["status"] == "refused"' "more than there is" \
	pool set --node 0 --pages 1000000000
