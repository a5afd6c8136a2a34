#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, the sample is the same for all
#
# The sample driver does what its documentation says.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/../vigilctl/ctl-lib.sh"

need_ctl
device=/sys/class/vigil/agent-sample0
parameters=/sys/module/vigil_sample/parameters

# shows FILE TEXT
shows() {
	echo "$1: $(cat "$device/$1")"
	[ "$(cat "$device/$1")" = "$2" ]
}

inject() {
	echo "$1" >$parameters/inject_errors
}

plan 9
load_core
insert tools/testing/sim/vigil_sample
check "healthy without errors" shows health healthy
inject 10
check "degraded with ten" shows health degraded
check "which are counted" shows counters/corrected_errors 10
check_json 0 'd["components"][0]["parent-name"] == "agent-sample-board"' \
	"a part of the board" component show agent-sample0
echo 2 >$parameters/jobs
check_guarded() {
	ctl component isolate agent-sample0
	cat "$work/err"
	[ "$status" -ne 0 ] && grep -q "guard provider: 2 jobs compute" "$work/err"
}
check "jobs guard it" check_guarded
echo 0 >$parameters/jobs
check_exit 0 "without jobs it is isolated" component isolate agent-sample0
check "and shows so" shows isolation isolated
check_exit 0 "and released" component release agent-sample0
check "and is in use" shows isolation none
