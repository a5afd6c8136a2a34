#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, the program is the same for all
#
# vigil-agent-command: a check becomes a component, verbs become commands.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/../vigilctl/ctl-lib.sh"

need_ctl
program=$top/build/tools/vigil-agent-command
[ -x "$program" ] || skip_all "no $program"

gpu=/sys/class/vigil/agent-gpu0
agent=

start_agent() {
	"$program" --name gpu0 --interval 1 --timeout 5 --label 'slot 3' \
		--isolate "touch $work/isolated; echo \"gone: \$VIGIL_REASON\"" \
		--release "rm $work/isolated" \
		--recover "echo 'no hope'; exit 3" \
		-- sh -c ". $work/check" 2>"$work/agent.err" &
	agent=$!
}

stop_agent() {
	[ -z "$agent" ] || { kill "$agent" && wait "$agent"; }
	agent=
}
on_exit stop_agent

# becomes FILE TEXT: within 30 seconds.
becomes() {
	_tries=300
	until [ "$(cat "$gpu/$1" 2>/dev/null)" = "$2" ]; do
		_tries=$((_tries - 1))
		[ $_tries -gt 0 ] || break
		sleep 0.1
	done
	echo "$gpu/$1: $(cat "$gpu/$1"), not $2"
	[ "$(cat "$gpu/$1")" = "$2" ]
}

# says CHECK HEALTH REASON
says() {
	echo "$1" >"$work/check"
	becomes health "$2" && becomes reason "$3"
}

exits() {
	_wanted=$1
	shift
	_got=0
	"$program" "$@" || _got=$?
	[ $_got -eq "$_wanted" ]
}

plan 16
check "the module is not loaded" exits 5 --name gpu0 -- true
load_core
check "help" exits 0 --help
check "no name" exits 1 -- true
check "no check" exits 1 --name gpu0
check "an interval that is none" exits 1 --name gpu0 --interval 0 -- true

echo 'echo "42 C | temp=42"' >"$work/check"
start_agent
check "a check that succeeds" says 'echo "42 C | temp=42"' healthy "42 C"
check "one that warns" says 'echo 91 C; exit 1' degraded "91 C"
check "one that fails" says 'echo off the bus; exit 2' failed "off the bus"
check "one that is killed" says 'kill -9 $$' unknown "ended by signal 9"
check "a second one of the name is refused" exits 2 --name gpu0 -- true
check_says 0 'gone: a reason' "isolating runs the command" \
	component isolate agent-gpu0 --reason 'a reason'
check "and shows" becomes isolation isolated
check_says 0 '' "releasing, too" component release agent-gpu0
check "after which it is in use" becomes isolation none
check_removed() {
	! [ -e "$work/isolated" ]
}
check "as the command did" check_removed
stop_agent
check "without the agent it is unknown" becomes reason "agent gpu0 has ended"
