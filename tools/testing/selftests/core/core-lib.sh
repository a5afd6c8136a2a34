# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For the selftests of the core in shell: loads it and the simulated provider.
# Source it after lib.sh.

# Every test starts with "here=...", the directory of this file.
: "${here:?}"
modules=${VIGIL_MODULES:-$here/../../../../build/$(uname -r)/drivers}
sim_ko=$modules/../tools/testing/sim/vigil_sim.ko
sysfs=/sys/class/vigil

# need_sim: stop here unless the modules are there and not in use.
need_sim() {
	need_root
	[ -e "$sim_ko" ] || skip_all "no vigil_sim.ko in $modules/.."
	unload_sim || skip_all "vigil is in use"
	on_exit unload_sim
}

# load_sim [PARAMETER...]
load_sim() {
	insmod "$modules/core/vigil.ko" && insmod "$sim_ko" "$@" || return 1
	[ -d /sys/kernel/debug/vigil_sim ] ||
		mount -t debugfs none /sys/kernel/debug
}

unload_sim() {
	! [ -d /sys/module/vigil_sim ] || rmmod vigil_sim || return 1
	! [ -d /sys/module/vigil ] || rmmod vigil
}

# sim_do LINE: see the head of vigil_sim.c.
sim_do() {
	echo "$1" >/sys/kernel/debug/vigil_sim/do
}

# sim_set PARAMETER VALUE
sim_set() {
	echo "$2" >"/sys/module/vigil_sim/parameters/$1"
}

# shows NAME FILE TEXT: does the file of the component contain the text?
shows() {
	[ "$(cat "$sysfs/$1/$2")" = "$3" ]
}

# write FILE TEXT: in one write(2); fails as that does.
write() {
	echo "$2" 2>/dev/null >"$1"
}

# why FILE TEXT: the words for the error that writing gives; a shell's own echo
# has the same for all.
why() {
	LC_ALL=C env echo "$2" 2>&1 >"$1" | sed 's/.*: //'
}

# refused_with WORDS FILE TEXT
refused_with() {
	_why=$(why "$2" "$3")
	echo "got '$_why'"
	[ "$_why" = "$1" ]
}
