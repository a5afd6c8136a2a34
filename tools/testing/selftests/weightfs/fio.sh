#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
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
	fio --name=weights --filename="$_file" --bs=16k --size=24m --verify=crc32c \
		--thread --minimal --output="$work/fio" "$@" >"$work/error" 2>&1 || {
		cat "$work/error"
		return 1
	}
}

# verifies ENGINE OPTION...: in random order
verifies() {
	_engine=$1
	shift
	run_fio "$mnt/model" --ioengine="$_engine" --rw=randread --readonly "$@"
}

# has_engine ENGINE: can it read anything here?
has_engine() {
	run_fio "$source_dir/model" --ioengine="$1" --rw=read --readonly --io_size=64k
}

run_fio "$source_dir/model" --ioengine=psync --rw=write --do_verify=0 ||
	skip_all "fio cannot write"
mount_weights ""

plan 9
for engine in mmap psync libaio io_uring; do
	if ! has_engine $engine; then
		skip "$engine" "does not work here: $(tail -n 1 "$work/error")"
		[ $engine = mmap ] || skip "$engine, direct" "does not work here"
		continue
	fi
	check "$engine" verifies $engine --iodepth=8
	[ $engine = mmap ] || check "$engine, direct" verifies $engine --iodepth=8 --direct=1
done
check "all of it is in memory" counter_is loaded_bytes $((24 * 1024 * 1024))
printf x | dd of="$source_dir/model" bs=1 seek=12345678 conv=notrunc status=none
wrong_byte_is_found() {
	! verifies psync && grep -qi verify "$work/error"
}
check "a wrong byte would be found" wrong_byte_is_found
