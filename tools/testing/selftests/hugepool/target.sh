#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The target: by sysfs and by module parameter, up, down and refused.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/pool-lib.sh"

load_pool target_pages=16
plan 24

check "parameter fills the reserve" wait_for "$patience_s" pages_are 0 free_pages 16
check "parameter shows as target" [ "$(pool 0 policy/target_pages)" = 16 ]
check "nothing is missing" pages_are 0 shortfall_pages 0
check "nothing is in use" pages_are 0 used_pages 0
check "healthy when full" health_is 0 healthy

before_kib=$(mem_free_kib 0)
check "higher target is filled" fill_to 0 64
after_kib=$((before_kib - 48 * $(page_kib)))
check "memory is reserved" free_kib_within 0 "$after_kib" 16384
check "filled pages are counted" pages_are 0 pages_filled 64

set_target 0 8
check "lower target gives back at once" pages_are 0 free_pages 8
given_kib=$((after_kib + 56 * $(page_kib)))
check "memory is free again" wait_for 10 free_kib_within 0 "$given_kib" 16384
check "same target again is accepted" set_target 0 8
check "zero is accepted" set_target 0 0
check "nothing is left" pages_are 0 free_pages 0

check "a target is set" fill_to 0 8
# refused VALUE ERROR
refused() {
	if message=$(LC_ALL=C env echo "$1" 2>&1 \
		     >/sys/class/vigil/hugepool-0/policy/target_pages); then
		not_ok "refused: '$1'" "it was accepted"
	elif [ "${message%"$2"}" = "$message" ]; then
		not_ok "refused: '$1'" "$message"
	else
		ok "refused: '$1'"
	fi
}

refused "-1" "Invalid argument"
refused "many" "Invalid argument"
refused "" "Invalid argument"
refused "8 pages" "Invalid argument"
refused "1.5" "Invalid argument"
refused "9999999999" "Numerical result out of range"
refused "18446744073709551616" "Numerical result out of range"
refused "0xffffffffffffffff" "Numerical result out of range"
check "refused values change nothing" [ "$(pool 0 policy/target_pages)" = 8 ]

# A file that root can open for writing must not say that it can be written.
check "counters are read-only" \
	[ "$(stat -c %a /sys/class/vigil/hugepool-0/counters/free_pages)" = 444 ]
