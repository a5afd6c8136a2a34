#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 6.12, storm.sh evicts as well
#
# Budgets and pins: what goes when there is too much, and what never does.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

vigilctl=$here/../../../../build/tools/vigilctl
mib=$((1024 * 1024))
load_weightfs 48
for name in a b c d; do
	make_model $name $((8 * mib))
done
chmod 644 "$source_dir"/*
mount_weights "budget=20M"

# read_all NAME: which loads it
read_all() {
	cmp "$source_dir/$1" "$mnt/$1"
}

# loaded NAME: MiB in memory
loaded() {
	"$vigilctl" -j weights show "$mnt/$1" |
		sed -n 's/.*"loaded-bytes": *\([0-9]*\).*/\1/p'
}

loaded_is() {
	[ "$(loaded "$1")" -eq $(($2 * mib)) ]
}

# The clock that orders the files counts seconds.
later() {
	_now=$(cut -d. -f1 /proc/uptime)
	while [ "$(cut -d. -f1 /proc/uptime)" -le "$_now" ]; do
		sleep 0.1
	done
}

bad_option() {
	! mount -t weightfs -o "source=$source_dir,$1" none /mnt
}

plan 29
check "the mount shows its budget" grep -q "weightfs .*budget=20971520" /proc/mounts
check "a is loaded" read_all a
later
check "b is loaded" read_all b
later
check "c is loaded" read_all c
check "a has gone for it" loaded_is a 0
check "b has not" loaded_is b 8
check "c has not" loaded_is c 8
later
check "a is loaded again" read_all a
check "b has gone for it" loaded_is b 0

"$programs/weightfs-client" loop "$mnt/c" shared "$work/ready" >"$work/json" &
pid=$!
check "a reader maps c" wait_for 60 is_there "$work/ready"
later
check "b is loaded again" read_all b
check "a has gone for it, although c was used before" loaded_is a 0
check "c stays while it is mapped" loaded_is c 8

check "b is pinned" "$vigilctl" weights pin "$mnt/b"
check "d is not loaded ahead" fails "$vigilctl" weights preload "$mnt/d"
check "not all of it" counter_is loaded_bytes $((20 * mib))
check "what is touched is loaded all the same" read_all d
check "nothing had to go" counter_is loaded_bytes $((24 * mib))
"$vigilctl" weights evict "$mnt/b" >/dev/null 2>&1
check "what is pinned is not let go" loaded_is b 8
check "it is pinned once" fails "$vigilctl" weights unpin "$mnt/a"
check "the pin is taken back" "$vigilctl" weights unpin "$mnt/b"
check "the budget grows" mount -o remount,budget=1G "$mnt"
check "so all fits" "$vigilctl" weights preload "$mnt"
kill -TERM "$pid"
wait "$pid"

"$vigilctl" weights evict "$mnt" >/dev/null
check "each user gets a budget" mount -o remount,budget=0,user_budget=10M "$mnt"
as_nobody() {
	runuser -u nobody -- cat "$mnt/$1" >/dev/null
}
# Whoever opens a generation first has it, so these are new.
for name in e f g; do
	make_model $name $((8 * mib))
	chmod 644 "$source_dir/$name"
done
read_all e && later && as_nobody f && later && as_nobody g
check "one user's file goes for another one's of theirs" loaded_is f 0
check "other users' files stay" loaded_is e 8
check "a size is checked" bad_option budget=12X
check "a placement is checked" bad_option placement=upstairs
check "a node is checked" bad_option placement=bind:63
