# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For the selftests of the huge-page reserve: loads its modules and reads its
# files. Source it after lib.sh.

# Every test starts with "here=...", the directory of this file.
: "${here:?}"
modules=${VIGIL_MODULES:-$here/../../../../build/$(uname -r)/drivers}
tracing=/sys/kernel/tracing

# Some kernels do in seconds what others do in a minute.
patience_s=60

# load_pool [PARAMETER...]: vigil_hugepool afresh, unloaded again at the end.
load_pool() {
	need_root
	[ -e "$modules/hugepool/vigil_hugepool.ko" ] ||
		skip_all "no vigil_hugepool.ko in $modules"
	if ! [ -d /sys/module/vigil ]; then
		insmod "$modules/core/vigil.ko" || skip_all "cannot load vigil"
		on_exit rmmod vigil
	fi
	unload_pool || skip_all "vigil_hugepool is in use"
	on_exit unload_pool
	insert_pool "$@" || skip_all "cannot load vigil_hugepool"
}

# load_memory: vigil_memory, unloaded again at the end.
load_memory() {
	if ! [ -d /sys/module/vigil_predict ]; then
		insmod "$modules/predict/vigil_predict.ko" ||
			skip_all "cannot load vigil_predict"
		on_exit rmmod vigil_predict
	fi
	insmod "$modules/memory/vigil_memory.ko" || skip_all "cannot load vigil_memory"
	on_exit rmmod vigil_memory
}

insert_pool() {
	insmod "$modules/hugepool/vigil_hugepool.ko" "$@"
}

unload_pool() {
	! [ -d /sys/module/vigil_hugepool ] || rmmod vigil_hugepool
}

# pool NID FILE: content of a file of a reserve. No process is started for it:
# on the debug kernel each costs a good part of a second.
pool() {
	read -r _content <"/sys/class/vigil/hugepool-$1/$2" && echo "$_content"
}

# pages NID COUNTER
pages() {
	pool "$1" "counters/$2"
}

# pages_are NID COUNTER NUMBER
pages_are() {
	[ "$(pages "$1" "$2")" -eq "$3" ]
}

# set_target NID NUMBER
set_target() {
	echo "$2" >"/sys/class/vigil/hugepool-$1/policy/target_pages"
}

# fill_to NID NUMBER: set the target and wait until it is reached.
fill_to() {
	set_target "$1" "$2" && wait_for "$patience_s" pages_are "$1" free_pages "$2"
}

health_is() {
	[ "$(pool "$1" health)" = "$2" ]
}

page_kib() {
	echo $(($(pages "${1:-0}" page_size_bytes) / 1024))
}

# mem_free_kib NID: with what is free on the lists of single CPUs, which MemFree
# does not count and which may hold many huge pages.
mem_free_kib() {
	awk -v node="$1" -v page_kib=$(($(getconf PAGESIZE) / 1024)) '
		/^Node/ { here = $2 == node "," }
		here && /^ *(pages free|count:)/ { pages += $NF }
		END { print pages * page_kib }' /proc/zoneinfo
}

# free_kib_within NID EXPECTED TOLERANCE: both in KiB
free_kib_within() {
	_difference=$(($(mem_free_kib "$1") - $2))
	echo "free memory differs from $2 KiB by $_difference"
	[ "${_difference#-}" -le "$3" ]
}

# largest_target NID: the largest that is accepted, found by asking.
largest_target() {
	_low=0
	_high=$(($(sed -n 's/.*MemTotal: *\([0-9]*\) kB/\1/p' \
		"/sys/devices/system/node/node$1/meminfo") / $(page_kib "$1") + 1))
	while [ $((_high - _low)) -gt 1 ]; do
		_middle=$(((_low + _high) / 2))
		if set_target "$1" "$_middle" 2>/dev/null; then
			_low=$_middle
		else
			_high=$_middle
		fi
	done
	set_target "$1" 0
	echo "$_low"
}

# trace_pages: note in the trace where every page goes, from now on.
trace_pages() {
	[ -d "$tracing/events" ] || mount -t tracefs none "$tracing" ||
		skip_all "no tracefs"
	echo >"$tracing/trace"
	echo 1 >"$tracing/events/vigil_hugepool/enable"
	on_exit untrace_pages
}

untrace_pages() {
	! [ -d "$tracing/events/vigil_hugepool" ] ||
		echo 0 >"$tracing/events/vigil_hugepool/enable"
}

# traced EVENT: first frame numbers of the pages that it happened to.
traced() {
	sed -n "s/.* vigil_hugepool_$1: .*pfn=//p" "$tracing/trace"
}
