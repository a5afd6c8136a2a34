#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable --cpus 2 --mem 3G
#
# Uncorrected errors all over a file that four processes use: no signal, no wrong
# byte, and everything is huge again.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

errors=$(rounds 100)
command -v vm-hw >/dev/null || skip_all "needs vm-hw"
load_weightfs 64
make_model model
mount_weights ""

readers="shared private-write random read"
pids=
for flavour in $readers; do
	nice -n 19 "$programs/weightfs-client" loop "$mnt/model" "$flavour" \
		"$work/$flavour.ready" >"$work/$flavour.json" &
	pids="$pids $!"
done

ready() {
	[ -e "$work/$1.ready" ]
}

alive() {
	for _pid in $pids; do
		kill -0 "$_pid" || return 1
	done
}

plan 15
for flavour in $readers; do
	check "$flavour reads" wait_for 120 ready "$flavour"
done
check "everything is huge before" all_huge

inject() {
	python3 "$here/inject.py" "$mnt/model" "$errors"
}
check "$errors uncorrected errors are injected" inject
check "all are healed" wait_for 120 counter_is heals "$errors"
check "everything is huge again" wait_for 60 all_huge
check "no reader was killed" alive

# shellcheck disable=SC2086 # a list
kill -TERM $pids
for pid in $pids; do
	wait "$pid" || diag "process $pid: status $?"
done
reader_is_right() {
	cat "$work/$1.json"
	[ "$(field "$(cat "$work/$1.json")" wrong_pages)" -eq 0 ] &&
		[ "$(field "$(cat "$work/$1.json")" rounds)" -ge 1 ]
}
for flavour in $readers; do
	check "$flavour saw no wrong byte" reader_is_right "$flavour"
done
check "none was lost" counter_is heal_failures 0
check "the whole file equals its source" same_bytes model
