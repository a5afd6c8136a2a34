# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For selftests in shell.  Source it, call plan, then one of ok, not_ok, skip or
# check for each test; the script just ends.  On the way out the cleanups run,
# the number of tests is held against the plan, and the exit status becomes 0,
# 1 (something failed) or 4 (everything skipped).

# How many times longer than usual a test is to run: "make soak".
soak=${VIGIL_SOAK:-1}

# rounds N: how often to do what is done N times: more often in "make soak", less
# often on the debug kernel, which is slow and finds most in the first rounds.
rounds() {
	if [ -e /sys/kernel/debug/kmemleak ]; then
		echo $(($1 * soak / 4))
	else
		echo $(($1 * soak))
	fi
}

_tap_planned=
_tap_run=0
_tap_failed=0
_tap_skipped=0
_tap_cleanups=
_log_mark=

# plan COUNT
plan() {
	_tap_planned=$1
	echo "1..$1"
}

# diag TEXT...: for the reader; every line becomes a TAP comment.
diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

# ok DESCRIPTION
ok() {
	_tap_run=$((_tap_run + 1))
	echo "ok $_tap_run $*"
}

# not_ok DESCRIPTION [WHY]
not_ok() {
	_tap_run=$((_tap_run + 1))
	_tap_failed=$((_tap_failed + 1))
	echo "not ok $_tap_run $1"
	[ -z "${2-}" ] || diag "$2"
}

# skip DESCRIPTION REASON
skip() {
	_tap_run=$((_tap_run + 1))
	_tap_skipped=$((_tap_skipped + 1))
	echo "ok $_tap_run $1 # SKIP ${2-}"
}

# check DESCRIPTION COMMAND...: ok if the command succeeds, else its output is shown.
check() {
	_description=$1
	shift
	if _output=$("$@" 2>&1); then
		ok "$_description"
	else
		not_ok "$_description" "failed: $*
$_output"
	fi
}

# skip_all REASON: nothing here can be tested on this machine.
skip_all() {
	echo "1..0 # SKIP $*"
	_tap_planned=0
	exit 4
}

need_root() {
	[ "$(id -u)" -eq 0 ] || skip_all "needs root"
}

# need_commands NAME...
need_commands() {
	for _name; do
		command -v "$_name" >/dev/null || skip_all "needs the command $_name"
	done
}

# wait_for SECONDS COMMAND...: until the command succeeds; fails at the deadline. Asks less
# often after a while: under emulation it costs as much as what is waited for.
wait_for() {
	_read_clock
	_deadline=$((_clock_cs + $1 * 100))
	_pause=0.05
	shift
	until "$@"; do
		_read_clock
		[ "$_clock_cs" -lt "$_deadline" ] || return 1
		sleep $_pause
		case $_pause in
		0.05) _pause=0.1 ;;
		0.1)  _pause=0.2 ;;
		*)    _pause=0.4 ;;
		esac
	done
}

# For check and wait_for: a command that is to fail, a file that is to be there.
fails() {
	! "$@"
}

is_there() {
	[ -e "$1" ]
}

# Hundredths of a second since boot, which no one can set back.
_read_clock() {
	read -r _clock_cs _ </proc/uptime
	_clock_cs=${_clock_cs%.*}${_clock_cs#*.}
}

# on_exit COMMAND...: runs at the end, last one first.
on_exit() {
	_tap_cleanups="$(_quote "$@")
$_tap_cleanups"
}

_quote() {
	for _word; do
		printf "'%s' " "$(printf %s "$_word" | sed "s/'/'\\\\''/g")"
	done
}

# log_mark: what the kernel logs from here on is what log_since prints.
log_mark() {
	_read_clock
	_log_mark="vigil-selftest $$ at $_clock_cs"
	echo "$_log_mark" >/dev/kmsg
}

log_since() {
	dmesg | sed "1,/$_log_mark/d"
}

# log_has PATTERN: did the kernel log a match of the extended pattern since the mark?
log_has() {
	log_since | grep -qE -e "$1"
}

_tap_finish() {
	_status=$?
	trap - EXIT
	eval "$_tap_cleanups"
	if [ "$_tap_run" != "$_tap_planned" ]; then
		diag "planned ${_tap_planned:-nothing}, ran $_tap_run"
		exit 1
	fi
	[ "$_status" -eq 0 ] || exit "$_status"
	[ "$_tap_failed" -eq 0 ] || exit 1
	[ "$_tap_run" -eq 0 ] || [ "$_tap_skipped" -lt "$_tap_run" ] || exit 4
	exit 0
}

trap _tap_finish EXIT
trap 'exit 1' HUP INT TERM
