#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 6.12, reads files as others do, and hashes them
#
# verify=sha256: files that are not what SHA256SUMS says are refused.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

modprobe -q sha256_generic || :
load_weightfs 24
mkdir -p "$source_dir/deep"
for name in good bad other deep/good; do
	make_model $name
done
(cd "$source_dir" && sha256sum good && sha256sum -b bad) >"$work/sums"
(cd "$source_dir/deep" && sha256sum ./good >SHA256SUMS)
printf 'nonsense\n\n%s  good\n' 12345 >>"$work/sums"
mv "$work/sums" "$source_dir/SHA256SUMS"
# One bit, in the middle.
printf '\001' | dd of="$source_dir/bad" bs=1 seek=12345678 conv=notrunc status=none
mount_weights verify=sha256

refused() {
	! cat "$mnt/$1" 2>"$work/error" && grep -q "Bad message" "$work/error"
}

is_loaded() {
	counter_at_least loaded_bytes "$model_bytes"
}

plan 12
check "the mount says so" grep -q "weightfs .*verify=sha256" /proc/mounts
check "a good file is as long as it is" [ "$(stat -c %s "$mnt/good")" -eq "$model_bytes" ]
check "a good file can be read" same_bytes good
check "all of it was loaded" is_loaded
check "a file in a directory can be read" same_bytes deep/good
check "a file that is not listed can be read" same_bytes other
log_mark
check "a bad file is refused" refused bad
check "the log says why" log_has "bad: its sha256 is .* in SHA256SUMS: refused"
check "it is counted" counter_is verify_failures 1
check "and again" refused bad
make_model bad
check "it is not when it has been put right" same_bytes bad
mkdir "$source_dir/odd" && make_model odd/model
head -c 2000000 /dev/zero >"$source_dir/odd/SHA256SUMS"
too_large() {
	! cat "$mnt/odd/model" 2>"$work/error" && grep -q "File too large" "$work/error"
}
check "a SHA256SUMS that is none is refused" too_large
