#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, map.sh has all these mappings
#
# NumPy and PyTorch as clients: what they map has the bytes of the source, in huge
# pages, and what they change is theirs alone.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

load_weightfs 24
make_model model $((20 * 1024 * 1024))
mount_weights ""

# Debian's, for which Debian has the packages.
python=/usr/bin/python3

# use FRAMEWORK HOW...: false when there is no such framework
use() {
	"$python" -c "import importlib.util, sys; sys.exit(not importlib.util.find_spec('$1'))" ||
		return
	shift
	"$python" "$here/framework.py" "$mnt/model" "$source_dir/model" "$@" >"$work/told" 2>&1
	diag "$(cat "$work/told")"
}

# told HOW PATTERN
told() {
	grep -qE "^$1 $2" "$work/told"
}

plan 6
all="huge (9[0-9]|100) equal"
if use numpy numpy-r numpy-c; then
	check "numpy.memmap, mode r" told numpy-r "$all .*read-only"
	check "numpy.memmap, mode c" told numpy-c "$all written"
else
	skip "numpy.memmap, mode r" "needs python3-numpy"
	skip "numpy.memmap, mode c" "needs python3-numpy"
fi
check "the weights did not change" same_bytes model
# To import it takes minutes under emulation.
if [ "$soak" -gt 1 ] && use torch torch-private torch-shared; then
	check "torch.from_file, private" told torch-private "$all written"
	# It wants to write to the file.
	check "torch.from_file, shared, is refused" told torch-shared ".*Read-only file system"
else
	skip "torch.from_file, private" "needs python3-torch and make soak"
	skip "torch.from_file, shared, is refused" "needs python3-torch and make soak"
fi
check "the weights did not change after that" same_bytes model
