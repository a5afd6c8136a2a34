#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# An uncorrected error in a huge page while a slow disk is still filling it. The
# kernel marks the page and otherwise ignores the error: nobody owns it yet.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

command -v vm-hw >/dev/null || skip_all "needs vm-hw"
model_bytes=$((4 * 1024 * 1024))
slow_disk 16 $model_bytes
load_weightfs 8
trace_pages
mount_weights ""
page_bytes=$(getconf PAGESIZE)

taken() {
	[ "$(traced take | wc -l)" -ge 1 ]
}

is_poisoned() {
	"$here/../pagemap.py" flags $((frame * page_bytes)) | grep -qw hwpoison
}

plan 8
# 25 seconds in jiffies: less than a request may take, more than what follows does.
wait_for 30 set_delay 6250 || diag "the disk stays fast"
client advise "$mnt/model" willneed >/dev/null
check "a huge page is taken to be filled" wait_for 30 taken
frame=$(($(traced take | sed -n 1p) + 5))
check "it is not filled yet" counter_is huge_bytes 0
check "the machine check is taken" vm-hw mce-ue "$(printf %#x $((frame * page_bytes)))"
check "the frame is poisoned" wait_for 30 is_poisoned
check "it still is not filled" counter_is huge_bytes 0
wait_for 60 set_delay 0 || diag "the disk stays slow"
check "the page is healed" wait_for 60 counter_is heals 1
check "everything is huge" wait_for 60 all_huge
check "every byte is right" same_bytes model
