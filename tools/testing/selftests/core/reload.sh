#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --cpus 2 --one-thread
#
# In and out again and again, also with people inside: refused or safe.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/core-lib.sh"

need_sim
plan 6

# cycles COUNT: a provider is refused to go while an operation is pending.
cycles() {
	_left=$1
	while [ "$_left" -gt 0 ]; do
		load_sim components=4 || return 1
		wait_for 20 unload_quietly || return 1
		_left=$((_left - 1))
	done
}

unload_quietly() {
	unload_sim 2>/dev/null
}

check "$(rounds 20) times in and out" cycles "$(rounds 20)"

# churn: use every file, until the component is gone for a while.
churn() {
	_misses=0
	while [ "$_misses" -lt 200 ]; do
		if cat "$sysfs"/cpu-sim*/health "$sysfs"/cpu-sim*/*/*; then
			_misses=0
		else
			_misses=$((_misses + 1))
		fi
		for _file in "$sysfs"/cpu-sim?/isolate; do
			[ -e "$_file" ] && write "$_file" churn
		done
	done >/dev/null 2>&1
}

churn &
churner=$!
check "$(rounds 20) times while files are read and written" cycles "$(rounds 20)"
kill "$churner" 2>/dev/null
wait "$churner" 2>/dev/null

load_sim components=1
check "the core stays while a provider is loaded" \
	sh -c '! rmmod vigil 2>/dev/null'

exec 9<"$sysfs/cpu-sim0/health"
check "a provider goes while a file is open" rmmod vigil_sim
check "the open file says that its device is gone" sh -c '! cat <&9 2>/dev/null'
check "the core goes while the file is open" rmmod vigil
exec 9<&-
