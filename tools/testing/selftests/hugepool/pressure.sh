#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --mem 1G
#
# A program that needs more than the reserve has left: with policy/give_back the
# reserve shrinks for it, without the program is killed.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/pool-lib.sh"
. "$here/fragment-lib.sh"

need_own_memory
load_pool target_pages=0
wanted=$(($(available_mib) * 1024 / 2 / $(page_kib)))
fill_to 0 "$wanted" || skip_all "cannot fill the reserve"
# More than is left, and far less than the reserve.
hog_mib=$(($(available_mib) + 100))
diag "reserve of $wanted pages, $(available_mib) MiB left, $hog_mib MiB wanted"

hog() {
	hold_memory 0 1 "$hog_mib" whole
}

set_give_back() {
	echo "$1" >/sys/class/vigil/hugepool-0/policy/give_back
}

nobody_is_killed() {
	! log_has 'Out of memory|oom-kill'
}

tried_more_than() {
	[ "$(pages 0 fill_failures)" -gt "$1" ]
}

plan 17
check "nothing is given by default" [ "$(pool 0 policy/give_back)" = 0 ]
log_mark
hog
check "then the program is killed" [ "$held" = no ]
release_memory
check "for want of memory" log_has 'Out of memory'
check "the reserve is whole" pages_are 0 free_pages "$wanted"
check "nothing was given back" pages_are 0 pages_given_back 0

check "the policy is set" set_give_back 1
log_mark
hog
check "the program gets its memory" [ "$held" = yes ]
check "nobody was killed" nobody_is_killed
given=$(pages 0 pages_given_back)
diag "given back: $given pages"
check "out of the reserve" [ "$given" -gt 0 ]
check "which counts them" pages_are 0 free_pages $((wanted - given))
check "and misses them" pages_are 0 shortfall_pages "$given"
check "not all of it" [ "$given" -lt "$wanted" ]
check "the target is what it was" [ "$(pool 0 policy/target_pages)" = "$wanted" ]

# The fill looks again, and again, and leaves the program alone.
filled=$(pages 0 pages_filled)
check "the fill tries" wait_for 120 tried_more_than $(($(pages 0 fill_failures) + 2))
check "and takes nothing back" pages_are 0 pages_filled "$filled"
release_memory
check "until the program is gone" \
	wait_for 180 pages_are 0 free_pages "$wanted"
check "each page once" pages_are 0 pages_filled $((filled + given))
