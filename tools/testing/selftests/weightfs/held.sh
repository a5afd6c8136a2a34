#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable --cpus 2 --one-thread
#
# An uncorrected error in a page that somebody else holds: those who map it are
# healed, and it is said that the holder is not.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

command -v vm-hw >/dev/null || skip_all "needs vm-hw"
load_weightfs 64
make_model model
mount_weights ""

is_poisoned() {
	"$here/../pagemap.py" flags "$1" | grep -qw hwpoison
}

mount_anew() {
	umount "$mnt" && mount -t weightfs -o "source=$source_dir" none "$mnt" &&
		counter_is held_errors 0
}

# held_by VERB: 12 tests with that verb of the client
held_by() {
	"$programs/weightfs-client" loop "$mnt/model" shared "$work/ready" >"$work/json" &
	reader=$!
	check "$1: a reader maps the file" wait_for 60 is_there "$work/ready"
	before=$(paddr_at "$reader" 1)
	"$programs/weightfs-client" "$1" "$mnt/model" "$work/held" >"$work/hold.json" &
	holder=$!
	check "$1: a page is held" wait_for 60 is_there "$work/held"
	echo 1 >/proc/sys/vm/compact_memory
	paddr=$(paddr_at "$reader" 1)
	check "$1: where it was" [ "$paddr" = "$before" ]
	check "$1: the machine check is taken" vm-hw mce-ue "$paddr"
	check "$1: it is said that the page is held" wait_for 60 counter_is held_errors 1
	check "$1: those who map it are healed" wait_for 60 counter_is heals 1
	check "$1: everything is huge" wait_for 60 all_huge
	check "$1: the mount is degraded" [ "$(cat "$weights/health")" = degraded ]
	kill -TERM "$reader" 2>/dev/null
	wait "$reader"
	check "$1: the reader saw no wrong byte" \
		[ "$(field "$(cat "$work/json")" wrong_pages)" -eq 0 ]
	check "$1: the whole file equals its source" same_bytes model
	kill -TERM "$holder" 2>/dev/null
	wait "$holder"
	check "$1: the frame stays out of use" is_poisoned "$paddr"
	check "$1: nothing failed to be healed" counter_is heal_failures 0
	rm -f "$work/ready" "$work/held"
}

plan 25
held_by hold
check "another mount knows nothing of it" mount_anew
if [ -e /sys/kernel/debug/gup_test ]; then
	held_by pin
else
	for _i in $(seq 12); do
		skip "pinned by a device" "needs a kernel with GUP_TEST"
	done
fi
