# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For the selftests that fill memory or cut it into pieces. Source it after
# pool-lib.sh.

: "${here:?}" "${VIGIL_VM:=}"
fragmenter=${VIGIL_SELFTEST_PROGRAMS:-$here/../../../../build/selftests}/hugepool-fragment
fifos=$(mktemp -d)
on_exit rm -rf "$fifos"
fragmenter_pid=

# Elsewhere the machine has something better to do with its memory.
need_own_memory() {
	[ "$VIGIL_VM" = 1 ] || skip_all "only in a virtual machine"
	[ -x "$fragmenter" ] || skip_all "no hugepool-fragment at $fragmenter"
	mkfifo "$fifos/in" "$fifos/out"
	on_exit release_memory
}

available_mib() {
	echo $(($(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
}

# hold_memory UNMOVABLE_MIB KEEP_ONE_IN MOVABLE_MIB [whole]: see fragment.c. $held
# becomes "yes", or "no" when the fragmenter was killed on the way. Not for check,
# which runs a command in a shell that ends.
hold_memory() {
	"$fragmenter" "$@" <"$fifos/in" >"$fifos/out" 3>&- 4<&- &
	fragmenter_pid=$!
	exec 3>"$fifos/in" 4<"$fifos/out"
	_hear
}

_hear() {
	held=no
	! read -r _answer <&4 || held=yes
}

# Half of what is held goes.
thin_memory() {
	echo >&3
	_hear
}

release_memory() {
	exec 3>&- 4<&-
	[ -z "$fragmenter_pid" ] || wait "$fragmenter_pid" || :
	fragmenter_pid=
}
