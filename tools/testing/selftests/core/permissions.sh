#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Who may do what: everybody reads; CAP_SYS_ADMIN of the host changes.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/core-lib.sh"

need_sim
need_commands setpriv unshare
plan 18
load_sim components=2 class=1 || skip_all "cannot load"
memory=$sysfs/memory-sim0

ask=$here/ask

nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

# Root without the capability, and with no way to get it.
less() {
	setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$@"
}

check "root isolates" "$ask" ok isolate memory-sim0 4096
check "root reads operations with their address" "$ask" ok operations address
check "root sets a policy" "$ask" ok policy memory-sim0 50

check "nobody reads components" nobody "$ask" ok dump 2
check "nobody listens" nobody "$ask" ok listen
check "nobody reads operations without their address" \
	nobody "$ask" ok operations no-address
check "nobody must not isolate" nobody "$ask" EPERM isolate memory-sim0 4096
check "nobody must not set a policy" nobody "$ask" EPERM policy memory-sim0 60
check "nobody must not write to isolate" \
	nobody sh -c "! echo 4096 2>/dev/null >$memory/isolate"
check "nobody must not write a policy" \
	nobody sh -c "! echo 60 2>/dev/null >$memory/policy/limit_errors"

check "CAP_NET_ADMIN alone is told what is missing" \
	less "$ask" "EPERM CAP_SYS_ADMIN" isolate memory-sim0 4096
check "CAP_NET_ADMIN alone must not set a policy" \
	less "$ask" "EPERM CAP_SYS_ADMIN" policy memory-sim0 60
check "root without CAP_SYS_ADMIN must not write to isolate" \
	less sh -c "! echo 4096 2>/dev/null >$memory/isolate"
check "root without CAP_SYS_ADMIN must not write a policy" \
	less sh -c "! echo 60 2>/dev/null >$memory/policy/limit_errors"

check "a container does not see the family" unshare -Urn "$ask" ENOENT dump 2
check "root of a user namespace must not isolate" \
	unshare -Ur "$ask" EPERM isolate memory-sim0 4096
check "root of a user namespace must not write" \
	unshare -Ur sh -c "! echo 4096 2>/dev/null >$memory/isolate"
check "nothing came of all that" shows memory-sim0 policy/limit_errors 50
