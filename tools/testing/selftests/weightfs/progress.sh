#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, most of it waits for a slow disk
#
# How far a load has come is there for everybody, not only for whoever asked for it:
# in the counters of the mount, in the table, and every second in a message.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

vigilctl=$here/../../../../build/tools/vigilctl
[ -x "$vigilctl" ] || skip_all "no vigilctl"
model_bytes=$((40 * 1024 * 1024 + 12345))
slow_disk 64 $model_bytes
load_weightfs 32
mount_weights ""

"$vigilctl" monitor >"$work/lines" &
on_exit kill $!
wait_for 60 grep -q snapshot-end "$work/lines" || diag "the monitor hears nothing"

# told EXPRESSION: is it true of a message e about the load?
told() {
	python3 -c '
import json, sys
events = [line["event"] for line in map(json.loads, open(sys.argv[1]))
          if line["type"] == "event-ntf"]
sys.exit(not any(eval(sys.argv[2]) for e in events
                 if e["kind"] == "weights-loading"))' "$work/lines" "$1"
}

# A few seconds for each request, and three rounds of them for the model.
be_slow() {
	wait_for 60 set_delay 1000
}

be_fast() {
	wait_for 60 set_delay 0
}

start() {
	"$vigilctl" weights preload --no-wait "$mnt/model"
}

partly_loaded() {
	counter_at_least load_done_bytes 1 &&
		! counter_at_least load_done_bytes "$model_bytes"
}

table_tells() {
	"$vigilctl" weights show | grep -q "MiB of 40.0 MiB, .*/s, .* left"
}

table_is_silent() {
	! table_tells
}

cancel() {
	"$vigilctl" weights cancel "$mnt/model"
}

is_cut_short() {
	[ "$(counter load_total_bytes)" -eq "$(counter load_done_bytes)" ] &&
		! counter_at_least load_total_bytes "$model_bytes"
}

plan 22
check "nothing has been loaded ahead" counter_is load_total_bytes 0
be_slow || diag "the disk stays fast"
check "a load starts, and nobody waits for it" start
check "all of it is counted" counter_is load_total_bytes "$model_bytes"
start >/dev/null && start >/dev/null
check "what is on its way is not counted twice" \
	[ "$(counter load_total_bytes)" -eq "$model_bytes" ]
check "some of it comes, and some is left" wait_for 60 partly_loaded
check "the table tells how far it is" table_tells
check "what is left is queued" counter_at_least queued_bytes 1
check "the rate is known" counter_at_least load_bytes_per_second 1
check "a message says so while it goes on" wait_for 60 told \
	"0 < e['done-bytes'] < e['total-bytes'] == $model_bytes and e['bytes-per-second']"
check "all of it comes" wait_for 120 counter_is load_done_bytes "$model_bytes"
check "that is the total" counter_is load_total_bytes "$model_bytes"
check "nothing is left" counter_is queued_bytes 0
check "the rate stays" counter_at_least load_bytes_per_second 1
check "the last message says that all came" wait_for 60 told \
	"e['done-bytes'] == e['total-bytes'] == $model_bytes"
check "the table tells nothing any more" table_is_silent

"$vigilctl" weights evict "$mnt/model" >/dev/null
be_slow || diag "the disk stays fast"
check "another load starts" start
check "it counts from the beginning" counter_is load_done_bytes 0
check "it is cancelled" cancel
check "nothing is left after a while" wait_for 60 counter_is queued_bytes 0
check "what was cancelled does not count" is_cut_short

be_fast || diag "the disk stays slow"
check "the rest is loaded" "$vigilctl" weights preload "$mnt/model"
"$vigilctl" weights preload "$mnt/model" >/dev/null
check "what is there already does not count" counter_is load_total_bytes 0
