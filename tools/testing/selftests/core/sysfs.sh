#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# /sys/class/vigil: files, modes, and what may be written.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/core-lib.sh"

need_sim
plan 25
load_sim components=1 || skip_all "cannot load"
cpu=$sysfs/cpu-sim0

# mode FILE MODE
mode() {
	[ "$(stat -c %a "$cpu/$1")" = "$2" ]
}

modes() {
	for _file in health isolation advice risk_permille reason owner seq \
		verbs counters/simulated_errors counters/overlaps; do
		mode "$_file" 444 || return 1
	done
	mode isolate 200 && mode release 200 && mode policy/limit_errors 644
}

check "modes" modes
check "a new component is unknown" shows cpu-sim0 health unknown
check "verbs" shows cpu-sim0 verbs "isolate release"
check "no power management" test ! -e "$cpu/power"

check "isolate with a reason" write "$cpu/isolate" "smells of smoke"
check "isolated" shows cpu-sim0 isolation isolated
check "by vigil" shows cpu-sim0 owner vigil
check "reason" shows cpu-sim0 reason "smells of smoke"
check "release without a reason" write "$cpu/release" ""
check "released" shows cpu-sim0 isolation none
check "a reason of two lines" \
	refused_with "Invalid argument" "$cpu/isolate" "one
two"
check "a reason of 127 bytes" write "$cpu/isolate" "$(printf %0127d 0)"
check "a reason of 128 bytes" \
	refused_with "Invalid argument" "$cpu/isolate" "$(printf %0128d 0)"

check "set a policy" write "$cpu/policy/limit_errors" 0x10
check "read it" shows cpu-sim0 policy/limit_errors 16
for value in 9 1001 18446744073709551615 18446744073709551616; do
	check "a policy out of range: $value" \
		refused_with "Numerical result out of range" \
		"$cpu/policy/limit_errors" "$value"
done
check "a policy that is no number" \
	refused_with "Invalid argument" "$cpu/policy/limit_errors" "12 13"
check "a policy that is negative" \
	refused_with "Invalid argument" "$cpu/policy/limit_errors" -1

# Verbs that are not supported have no file.
unload_sim && load_sim components=1 verbs=0
check "no verbs, no files" test ! -e "$cpu/isolate" -a ! -e "$cpu/release"

# uevents: what a change of health sends, seen by a listener of the kernel's.
events() {
	python3 "$here/uevents.py" "$1" "$2"
}
check "a change of health sends a uevent" events "0 health 3 bad" VIGIL_HEALTH=failing
check "a change of isolation sends a uevent" \
	events "0 isolation 1 1 soon" VIGIL_ISOLATION=pending
check "a change of advice sends none" \
	sh -c "! python3 '$here/uevents.py' '0 advice 1 look' VIGIL_HEALTH=failing"
