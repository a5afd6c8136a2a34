#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --cpus 2 --one-thread
#
# A source that changes under the mount: whoever has the old file keeps its bytes,
# whoever opens it gets the new one, and nothing that is loaded raises a signal.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

load_weightfs 64
size=$((4 * 1024 * 1024 + 100))
for name in removed shortened rewritten replaced; do
	make_model "$name" "$size"
done
mount_weights ""

pids=
for name in removed shortened rewritten replaced; do
	"$programs/weightfs-client" loop "$mnt/$name" shared "$work/$name.ready" \
		>"$work/$name.json" &
	pids="$pids $!"
done

plan 17
for name in removed shortened rewritten replaced; do
	check "$name is in use" wait_for 60 is_there "$work/$name.ready"
done

rm "$source_dir/removed"
truncate -s 4096 "$source_dir/shortened"
head -c "$size" /dev/zero >"$source_dir/rewritten"
head -c 12345 /dev/zero >"$work/new"
mv "$work/new" "$source_dir/replaced"

check "a removed file is gone" fails cat "$mnt/removed"
for name in shortened rewritten replaced; do
	check "$name: a new open sees the new bytes" same_bytes "$name"
	check "$name: and the new size" [ "$(stat -c %s "$mnt/$name")" = \
		"$(stat -c %s "$source_dir/$name")" ]
done

# shellcheck disable=SC2086 # a list
kill -TERM $pids
for pid in $pids; do
	wait "$pid" || diag "process $pid: status $?"
done
kept() {
	cat "$work/$1.json"
	[ "$(field "$(cat "$work/$1.json")" wrong_pages)" -eq 0 ]
}
for name in removed shortened rewritten replaced; do
	check "$name: who had it kept its bytes" kept "$name"
done

# Half loaded, then changed: never a mixture of two generations.
make_model partly "$size"
exec 9<"$mnt/partly"
head -c 4096 <&9 >/dev/null
head -c "$size" /dev/zero >"$source_dir/partly"
rest_of_it() {
	cat <&9 >/dev/null
}
check "what was not loaded in time is an error" fails rest_of_it
exec 9<&-
old_is_dropped() {
	counter_at_most_files 5
}
counter_at_most_files() {
	[ "$(counter files)" -le "$1" ]
}
check "old generations leave memory" wait_for 30 old_is_dropped
