#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable --cpus 2
#
# An uncorrected error in a page that somebody else holds: those who map it are
# healed, and it is said that the holder is not.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

command -v vm-hw >/dev/null || skip_all "needs vm-hw"
load_weightfs 48
make_model model
mount_weights ""

is_there() {
	[ -e "$1" ]
}

paddr_of() {
	_start=$(sed -n "s|^\([0-9a-f]*\)-.* $mnt/model\$|0x\1|p" "/proc/$1/maps")
	"$here/../pagemap.py" paddr "$1" $((_start + $(getconf PAGESIZE)))
}

all_huge() {
	counter_is huge_bytes "$(huge_bytes_of "$model_bytes")"
}

plan 11
"$programs/weightfs-client" hold "$mnt/model" "$work/held" >"$work/hold.json" &
holder=$!
check "a page is held" wait_for 60 is_there "$work/held"
"$programs/weightfs-client" loop "$mnt/model" shared "$work/ready" >"$work/json" &
reader=$!
check "a reader maps the file" wait_for 60 is_there "$work/ready"
paddr=$(paddr_of "$reader")
check "the machine check is taken" vm-hw mce-ue "$paddr"
check "it is said that the page is held" wait_for 60 counter_is held_errors 1
check "those who map it are healed" wait_for 60 counter_is heals 1
check "everything is huge" wait_for 60 all_huge
check "the mount is degraded" [ "$(cat "$weights/health")" = degraded ]
kill -TERM "$reader" 2>/dev/null
wait "$reader"
check "the reader saw no wrong byte" \
	[ "$(field "$(cat "$work/json")" wrong_pages)" -eq 0 ]
check "the whole file equals its source" same_bytes model
kill -TERM "$holder" 2>/dev/null
wait "$holder"
fine() {
	"$here/../pagemap.py" flags "$paddr" | grep -qw hwpoison
}
check "the frame stays out of use" fine
check "nothing failed to be healed" counter_is heal_failures 0
