# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For the selftests of vigilctl: runs it and looks at what it says. Source it
# after lib.sh; every test starts with "here=...", the directory of this file.
: "${here:?}"
top=$here/../../../..
modules=${VIGIL_MODULES:-$top/build/$(uname -r)/drivers}/..
vigilctl=${VIGILCTL:-$top/build/tools/vigilctl}
work=$(mktemp -d)
on_exit rm -rf "$work"

need_ctl() {
	need_root
	need_commands python3
	[ -x "$vigilctl" ] || skip_all "no vigilctl at $vigilctl"
}

# insert MODULE [PARAMETER...]: path without .ko; taken out again at the end.
insert() {
	_name=${1##*/}
	_file=$modules/$1.ko
	shift
	[ -e "$_file" ] || skip_all "no $_name.ko in $modules"
	for _depends in $(modinfo -F depends "$_file" | tr , ' '); do
		[ -d "/sys/module/$_depends" ] || modprobe -q "$_depends" || :
	done
	insmod "$_file" "$@" || skip_all "cannot load $_name"
	on_exit remove "$_name"
}

remove() {
	! [ -d "/sys/module/$1" ] || rmmod "$1"
}

load_core() {
	! [ -d /sys/module/vigil ] || skip_all "vigil is loaded already"
	insert drivers/core/vigil
}

# load_sim [PARAMETER...]: components that do as they are told.
load_sim() {
	load_core
	insert tools/testing/sim/vigil_sim "$@"
}

# sim WORD...: tell a simulated component what to do.
sim() {
	echo "$*" >/sys/kernel/debug/vigil_sim/do
}

# sim_set PARAMETER VALUE
sim_set() {
	echo "$2" >"/sys/module/vigil_sim/parameters/$1"
}

# ctl ARGUMENT...: run it; leaves $status, $work/out and $work/err.
ctl() {
	status=0
	"$vigilctl" "$@" >"$work/out" 2>"$work/err" || status=$?
}

_verdict() {
	if "$1"; then
		ok "$2"
	else
		not_ok "$2" "$3
status $status
$(cat "$work/out" "$work/err")"
	fi
}

_exit_is_wanted() {
	[ "$status" -eq "$_wanted" ]
}

_says_pattern() {
	_exit_is_wanted && cat "$work/out" "$work/err" | grep -qE -e "$_pattern"
}

_json_is_so() {
	_exit_is_wanted && ! [ -s "$work/err" ] && json_is "$_expression" <"$work/out"
}

# json_is EXPRESSION: is it true of the JSON document d on stdin?
json_is() {
	python3 -c 'import json, sys
d = json.load(sys.stdin)
sys.exit(not eval("(" + sys.argv[1] + ")"))' "$1"
}

# check_exit STATUS DESCRIPTION ARGUMENT...
check_exit() {
	_wanted=$1
	_what=$2
	shift 2
	ctl "$@"
	_verdict _exit_is_wanted "$_what" "wanted status $_wanted from: $*"
}

# check_says STATUS PATTERN DESCRIPTION ARGUMENT...
check_says() {
	_wanted=$1
	_pattern=$2
	_what=$3
	shift 3
	ctl "$@"
	_verdict _says_pattern "$_what" "wanted status $_wanted and $_pattern from: $*"
}

# check_json STATUS EXPRESSION DESCRIPTION ARGUMENT...: with -j; d is the document.
check_json() {
	_wanted=$1
	_expression=$2
	_what=$3
	shift 3
	ctl -j "$@"
	_verdict _json_is_so "$_what" "wanted status $_wanted and $_expression from: $*"
}
