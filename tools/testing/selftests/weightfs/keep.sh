#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Loaded weights stay: neither drop_caches nor an unprivileged process makes them
# leave memory or fall into small pages.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

load_weightfs 48
make_model model
mount_weights ""
client advise "$mnt/model" willneed >/dev/null

all_loaded() {
	counter_at_least loaded_bytes "$model_bytes" && all_huge
}

as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

cold() {
	_result=$(as_nobody "$programs/weightfs-client" cold "$mnt/model")
	echo "$_result"
	[ "$(field "$_result" error)" -eq 0 ] &&
		[ "$(field "$_result" wrong_pages)" -eq 0 ]
}

advised() {
	as_nobody "$programs/weightfs-client" advise "$mnt/model" dontneed
}

drop_caches() {
	echo 3 >/proc/sys/vm/drop_caches
}

plan 10
check "WILLNEED loads everything" wait_for 60 all_loaded
check "drop_caches" drop_caches
check "everything is still there" all_loaded
check "an unprivileged process says MADV_COLD and MADV_PAGEOUT" cold
check "everything is still there, and huge" all_loaded
check "nothing was split" counter_is splits 0
check "an unprivileged process says DONTNEED" advised
check "everything is still there after that" all_loaded
check "the owner says DONTNEED" client advise "$mnt/model" dontneed
check "and it is gone" counter_is loaded_bytes 0
