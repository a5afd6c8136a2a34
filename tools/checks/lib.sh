# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For the gates: each is run at the top of the tree, prints problems and nothing
# else, and exits with 0, 1 for problems, or 4 when it cannot run and says why.

# Print the files of the tree, those not committed yet included, that match the
# pathspecs.
files() {
	git ls-files -co --exclude-standard -- "$@" | while read -r file; do
		[ -f "$file" ] && echo "$file"
	done
}

# The same without what tools/netlink/regen makes.
own_files() {
	files "$@" | xargs -r grep -LF 'YNL-GEN'
}

# Print where the newest kernel of the series $1 (6.12, say) is built.
kdir_of() {
	local found

	found=$(compgen -G "/lib/modules/$1.*/build" | sort -V | tail -n 1)
	if [ -z "$found" ]; then
		echo "no headers of a kernel $1"
		exit 4
	fi
	echo "$found"
}

# Print the name of the kernel at $1, under which its build is found.
release_of() {
	sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' "$1/include/generated/utsrelease.h"
}
