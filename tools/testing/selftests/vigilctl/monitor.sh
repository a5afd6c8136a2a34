#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, the program is the same for all
#
# The monitor: a snapshot, every message, explicit loss and what follows it, and
# all the ways to end.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/ctl-lib.sh"

# Some kernels do in seconds what others do in a minute.
patience_s=60

need_ctl
load_sim components=2

# start_monitor ARGUMENT...: in the background, until its snapshot is complete.
start_monitor() {
	"$vigilctl" monitor "$@" >"$work/lines" 2>"$work/err" &
	monitor=$!
	on_exit end_monitor
	wait_for "$patience_s" heard '"snapshot-end"'
}

end_monitor() {
	kill -CONT "$monitor" 2>/dev/null || :
	kill -KILL "$monitor" 2>/dev/null || :
}

heard() {
	grep -q -e "$1" "$work/lines"
}

# check_end STATUS DESCRIPTION: the monitor ends, which only this shell can see.
check_end() {
	status=0
	wait "$monitor" || status=$?
	check "$2" [ "$status" -eq "$1" ]
}

# lines_are EXPRESSION: is it true of the list l of all lines?
lines_are() {
	python3 -c 'import json, sys
l = [json.loads(line) for line in open(sys.argv[1])]
t = [one["type"] for one in l]
sys.exit(not eval("(" + sys.argv[2] + ")"))' "$work/lines" "$1"
}

plan 17

machine_is() {
	grep -qx "$1" /sys/class/vigil/machine-0/health
}

# The machine's health changes later, on its own account.
sim 1 health 2 "for a test"
wait_for "$patience_s" machine_is degraded
start_monitor --count 3
sim 0 risk 100 600000
sim 1 events 2
check_end 0 "ends after the count"
check "every line is JSON, the snapshot comes first" lines_are \
	't[:4] == ["snapshot"] * 3 + ["snapshot-end"]'
check "then each message" lines_are \
	't[4:] == ["component-ntf", "event-ntf", "event-ntf"]'
check "with consecutive numbers" lines_are \
	'[m[k]["seq"] - l[4]["component"]["seq"] for m, k in
	  zip(l[4:], ["component", "event", "event"])] == [0, 1, 2]'
check "and the schema version" lines_are 'all(m["schema"] == 1 for m in l)'

start_monitor
sim 1 unregister
sim 1 register
"$vigilctl" component isolate cpu-sim0 >/dev/null
wait_for "$patience_s" heard operation-ntf
kill -TERM "$monitor"
check_end 0 "ends when it is told to"
check "components come and go" lines_are \
	'"component-del-ntf" in t and "component-add-ntf" in t'
check "an operation ends" lines_are \
	'any(m["type"] == "operation-ntf" and m["operation"]["state"] == "done" for m in l)'

start_monitor
kill -STOP "$monitor"
sim 1 events 20000
kill -CONT "$monitor"
check "tells that it lagged" wait_for "$patience_s" heard '"lost"'
wait_for "$patience_s" sh -c "[ \$(grep -c snapshot-end $work/lines) -eq 2 ]"
sim 0 advice 1 "after the loss"
check "and goes on" wait_for "$patience_s" heard "after the loss"
kill -INT "$monitor"
check_end 0 "ends when it is interrupted"
check "with a new snapshot after the loss" lines_are \
	't[t.index("lost") + 1] == "snapshot" and t.count("snapshot-end") == 2'
check "lost and heard events are all events" lines_are \
	't.count("event-ntf") < 20000 and
	 (lambda s: all(b == a + 1 for a, b in zip(s, s[1:])))(
		[m["event"]["seq"] for m in l[:t.index("lost")] if m["type"] == "event-ntf"])'

check_says 0 "cpu-sim1: snapshot: health unknown" "text for people" \
	monitor --pretty --timeout 0
check_exit 0 "ends after its time" monitor --timeout 1

start_monitor
rmmod vigil_sim vigil
check_end 5 "ends when the module goes"
check "and says so" grep -q "module was unloaded" "$work/err"
