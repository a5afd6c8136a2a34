#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Asking for more than there is: visible, harmless, and over when it is over.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/pool-lib.sh"

load_pool target_pages=0
plan 10

is_short_and_stuck() {
	[ "$(pages 0 shortfall_pages)" -gt 0 ] && [ "$(pages 0 fill_failures)" -gt 2 ]
}

log_mark
most=$(largest_target 0)
diag "largest target: $most"
check "largest target is near all memory" [ "$most" -gt 100 ]
set_target 0 "$most"
check "the fill gets stuck" wait_for 120 is_short_and_stuck
check "target is free, used and missing" [ "$most" -eq \
	$(($(pages 0 free_pages) + $(pages 0 used_pages) + $(pages 0 shortfall_pages))) ]
check "shortage degrades the health" wait_for 30 health_is 0 degraded
check "the reason names it" grep -q "^short by [0-9]* of $most huge pages" \
	/sys/class/vigil/hugepool-0/reason
check "advice is to watch" [ "$(pool 0 advice)" = watch ]
diag "free: $(mem_free_kib 0) KiB, filled: $(pages 0 free_pages)"
check "the host keeps its margin" [ "$(mem_free_kib 0)" -gt 65536 ]
check "nobody was killed" sh -c "! dmesg | grep -E 'Out of memory|oom-kill'"

filled=$(pages 0 free_pages)
set_target 0 $((filled / 2))
check "healthy when the target is met" wait_for 30 health_is 0 healthy
check "advice is withdrawn" [ "$(pool 0 advice)" = none ]
