#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable --cpus 2 --mem 3G --one-thread
#
# Everything at once: readers, loading, letting go, the scrubber, uncorrected
# errors, drop_caches, compaction, a pool that grows and shrinks, processors and
# memory that go and come, a second mount. It ends with the last error. With the CPUs in
# turn, because QEMU sometimes takes milliseconds for each instruction of one that goes.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

errors=$(rounds 4)
model_bytes=$((16 * 1024 * 1024 + 12345))
second=$work/second
cpu=/sys/devices/system/cpu/cpu1/online
memory=/sys/devices/system/memory
# Errors leave poison, and memory that has any may not come back: not all of it.
blocks=$(find $memory -name 'memory[0-9]*' -printf '%f\n' 2>/dev/null | sort -V | tail -n 4)

command -v vm-hw >/dev/null || skip_all "needs vm-hw"
load_weightfs 48
make_model model
make_model other $((8 * 1024 * 1024 + 1))
mount_weights "scrub=100000"
mkdir "$second"

readers="shared read"
pids=
for flavour in $readers; do
	nice -n 19 "$programs/weightfs-client" loop "$mnt/model" "$flavour" \
		"$work/$flavour.ready" >"$work/$flavour.json" &
	pids="$pids $!"
done

# again NAME: in the background, until the storm is over.
again() {
	while ! [ -e "$work/over" ]; do
		"$1" >>"$work/$1.out" 2>&1 || echo "$1" >>"$work/failed"
		echo >>"$work/$1.rounds"
	done &
	actors="$actors $!"
}

load_and_let_go() {
	client advise "$mnt/other" willneed &&
		cmp "$source_dir/other" "$mnt/other" &&
		client advise "$mnt/other" dontneed
}

mount_another() {
	mount -t weightfs -o "source=$source_dir,scrub=1000" none "$second" &&
		cmp -n 5000000 "$source_dir/model" "$second/model" &&
		umount "$second"
}

squeeze() {
	set_target 0 8 && echo 3 >/proc/sys/vm/drop_caches &&
		echo 1 >/proc/sys/vm/compact_memory && set_target 0 64
}

switch_cpu() {
	[ ! -e $cpu ] || vm-hw hold sh -c "echo 0 >$cpu && echo 1 >$cpu"
}

# What can't go offline stays.
switch_memory() {
	for _block in $blocks; do
		timeout 5 sh -c "echo offline >$memory/$_block/state"
		online "$_block"
	done
	return 0
}

online() {
	[ "$(cat "$memory/$1/state")" = online ] || echo online >"$memory/$1/state"
}

ready() {
	[ -e "$work/$1.ready" ]
}

inject() {
	python3 "$here/inject.py" "$mnt/model" "$errors"
}

none_failed() {
	! [ -e "$work/failed" ] || { cat "$work/failed" "$work"/*.out && return 1; }
}

alive() {
	for _pid in $pids; do
		kill -0 "$_pid" || return 1
	done
}

reader_is_right() {
	cat "$work/$1.json"
	[ "$(field "$(cat "$work/$1.json")" wrong_pages)" -eq 0 ]
}

plan 12
for flavour in $readers; do
	check "$flavour reads" wait_for 120 ready "$flavour"
done
actors=
storm="load_and_let_go mount_another squeeze switch_cpu switch_memory"
for actor in $storm; do
	again "$actor"
done
check "$errors uncorrected errors are injected" inject
: >"$work/over"
# shellcheck disable=SC2086 # a list
wait $actors
check "nothing of it failed" none_failed
diag "rounds: $(cd "$work" && wc -l ./*.rounds | tr -s '\n ' ' ')"
set_target 0 48
check "no reader was killed" alive
# shellcheck disable=SC2086 # a list
kill -TERM $pids
for pid in $pids; do
	wait "$pid" || diag "process $pid: status $?"
done
for flavour in $readers; do
	check "$flavour saw no wrong byte" reader_is_right "$flavour"
done
check "the whole file equals its source" same_bytes model
check "so does the other" same_bytes other
client advise "$mnt/other" dontneed >/dev/null
check "everything is huge" wait_for 60 all_huge
check "none was lost" counter_is heal_failures 0
check "no wrong byte was found in memory" counter_is corruptions 0
