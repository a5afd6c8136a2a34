#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, random.sh reads in more ways
#
# fio verifies what it has written into the source, through the mount and every way
# of reading that it knows.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

need_commands fio
load_weightfs 24
mkdir -p "$source_dir"

# run_fio FILE OPTION...
run_fio() {
	_file=$1
	shift
	fio --filename="$_file" --bs=16k --size=10m --verify=crc32c --thread \
		--verify_state_save=0 --minimal --output="$work/fio" "$@" >"$work/error" 2>&1 || {
		cat "$work/error"
		return 1
	}
}

# verifies ENGINE: in random order, without and with O_DIRECT
verifies() {
	run_fio "$mnt/model" --ioengine="$1" --rw=randread --readonly --iodepth=8 \
		--name=cached --name=direct --stonewall --direct=1
}

# has_engine ENGINE: can it read anything here?
has_engine() {
	run_fio "$source_dir/model" --ioengine="$1" --rw=read --readonly --name=read
}

run_fio "$source_dir/model" --ioengine=psync --rw=write --do_verify=0 --name=write ||
	skip_all "fio cannot write"
mount_weights ""

plan 6
for engine in mmap psync libaio io_uring; do
	if why=$(verifies $engine); then
		ok "$engine"
	elif has_engine $engine >/dev/null; then
		not_ok "$engine" "$why"
	else
		skip "$engine" "does not work here"
	fi
done
check "all of it is in memory" counter_is loaded_bytes $((10 * 1024 * 1024))
printf x | dd of="$source_dir/model" bs=1 seek=5000000 conv=notrunc status=none
wrong_byte_is_found() {
	! verifies psync && grep -qi verify "$work/error"
}
check "a wrong byte would be found" wrong_byte_is_found
