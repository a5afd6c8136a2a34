#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable --cpus 2 --mem 3G
#
# Two programs do at random whatever can be done to a file, under uncorrected
# errors, and hold every byte against the source. VIGIL_SEED=N does again what a
# failure says.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

seed=${VIGIL_SEED:-$(od -A n -t u4 -N 4 /dev/urandom | tr -d ' ')}
# A million together in make soak.
operations=$(rounds $((soak > 1 ? 50000 : 10000)))
errors=$(rounds 20)
model_bytes=$((10 * 1024 * 1024 + 12345))

command -v vm-hw >/dev/null || skip_all "needs vm-hw"
load_weightfs 32
make_model model
mount_weights "scrub=1000"
diag "seed $seed"
log_mark

# at_random SEED
at_random() {
	"$programs/weightfs-random" "$source_dir/model" "$mnt/model" "$1" "$operations" \
		>"$work/$1" 2>&1
	echo $? >"$work/$1.status"
}

at_random "$seed" &
first=$!
at_random $((seed + 1)) &
second=$!

found_no_difference() {
	[ "$(cat "$work/$1.status")" -eq 0 ] && return
	cat "$work/$1"
	log_since | grep -av Recovered
	return 1
}

inject() {
	python3 "$here/inject.py" "$mnt/model" "$errors"
}

plan 7
check "$errors uncorrected errors are injected" inject
wait "$first" "$second"
check "$operations operations find no difference" found_no_difference "$seed"
check "nor do $operations others" found_no_difference $((seed + 1))
check "the whole file equals its source" same_bytes model
check "everything is huge" wait_for 60 all_huge
check "none was lost" counter_is heal_failures 0
check "no wrong byte was found in memory" counter_is corruptions 0
