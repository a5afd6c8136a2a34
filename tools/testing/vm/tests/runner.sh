#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Tests of tools/testing/vm/run itself; runs on the host and prints TAP.

# shellcheck source-path=SCRIPTDIR source=../../selftests/lib.sh
. "$(dirname "$0")/../../selftests/lib.sh"

here=$(realpath "$(dirname "$0")")
run=$here/../run
scratch=$(mktemp -d)
on_exit rm -rf "$scratch"
export TMPDIR="$scratch"

# expect STATUS DESCRIPTION ARGUMENTS...: run with these exits with this status.
expect() {
	wanted=$1 description=$2
	shift 2
	"$run" --cpus 1 "$@" >"$scratch/out" 2>"$scratch/err"
	status=$?
	if [ $status -eq "$wanted" ]; then
		ok "$description"
	else
		not_ok "$description" "status $status, not $wanted
$(tail -n 20 "$scratch/err")"
	fi
}

passes_output_intact() {
	head -c 1000000 /dev/urandom >"$scratch/blob"
	"$run" --rw "$scratch" -- cat "$scratch/blob" | cmp - "$scratch/blob"
}

separates_streams() {
	"$run" -- sh -c 'echo out; echo err >/dev/stderr' >"$scratch/out" 2>"$scratch/err" &&
		[ "$(cat "$scratch/out"):$(cat "$scratch/err")" = out:err ]
}

brings_back_files() {
	"$run" --rw "$scratch" -- sh -c "echo brought >$scratch/file; echo lost >$here/file" &&
		[ "$(cat "$scratch/file")" = brought ] && [ ! -e "$here/file" ]
}

keeps_directory_and_words() {
	words="two  words '\$x'"
	cd "$here" && [ "$("$run" -- realpath . "$words")" = "$here
$here/$words" ]
}

runs_twice_at_once() {
	"$run" -- echo first >"$scratch/first" &
	first=$!
	"$run" -- echo second >"$scratch/second" && wait $first &&
		[ "$(cat "$scratch/first" "$scratch/second")" = "first
second" ]
}

splits_nodes() {
	"$run" --nodes 2 -- sh -c 'cat /sys/devices/system/node/has_memory
		cat /sys/devices/system/node/node1/cpulist' >"$scratch/out" &&
		[ "$(cat "$scratch/out")" = "0-1
1" ]
}

reads_disk() {
	truncate -s 1M "$scratch/disk" && printf magic | dd of="$scratch/disk" conv=notrunc status=none
	[ "$("$run" --disk "$scratch/disk" -- head -c 5 /dev/vda)" = magic ]
}

dies_with_runner() {
	"$run" -- sleep 1000 &
	pid=$!
	wait_for 30 pgrep -P $pid qemu >/dev/null
	qemu=$(pgrep -P $pid qemu)
	kill -KILL $pid
	wait_for 10 sh -c "! kill -0 $qemu"
}

# breaks_boots COUNT [SIGNAL]: a stand-in for QEMU whose first guests die as QEMU's own
# sometimes do, or which dies itself, and whose next is QEMU.
breaks_boots() {
	mkdir "$scratch/bin"
	qemu=$(command -v qemu-system-x86_64)
	cat >"$scratch/bin/qemu-system-x86_64" <<-EOF
		#!/bin/sh
		echo >>"$scratch/boots"
		[ "\$(wc -l <"$scratch/boots")" -le "$1" ] || exec "$qemu" "\$@"
		for word; do
			case \$word in file:*) echo "Oops: int3: 0000 [#1]" >"\${word#file:}" ;; esac
		done
		${2+kill -$2 \$\$}
	EOF
	chmod +x "$scratch/bin/qemu-system-x86_64"
	PATH="$scratch/bin:$PATH" "$run" -- echo "command ran" >"$scratch/out" 2>"$scratch/err"
	status=$?
	rm -r "${scratch:?}/bin" "$scratch/boots"
}

boots_again() {
	breaks_boots 1
	[ $status -eq 0 ] && grep -q "booting once more" "$scratch/err" &&
		[ "$(cat "$scratch/out")" = "command ran" ]
}

gives_up_booting() {
	breaks_boots 9
	[ $status -eq 126 ] && grep -q int3 "$scratch/err"
}

boots_again_after_crash() {
	breaks_boots 1 SEGV
	[ $status -eq 0 ] && grep -q "died of signal 11" "$scratch/err" &&
		[ "$(cat "$scratch/out")" = "command ran" ]
}

gives_up_after_crashes() {
	breaks_boots 9 SEGV
	[ $status -eq 125 ] && grep -q "died of signal 11.*log: " "$scratch/err"
}

# From a copy: the way to the checkout may be closed to others.
works_unprivileged() {
	mkdir -m 777 "$scratch/nobody" && chmod 755 "$scratch" &&
		cp -r "$here/.." "$scratch/nobody/vm" && cd "$scratch/nobody" &&
		uid=$(runuser -u nobody -- env VIGIL_CACHE="$scratch/nobody" \
			TMPDIR="$scratch/nobody" vm/run -- id -u) && [ "$uid" = 0 ]
}

plan 28
for kernel in 6.1 6.12; do
	expect 7 "$kernel: exit status 7 is passed on" -k $kernel -- sh -c 'exit 7'
	expect 0 "$kernel: errors of memory arrive" -k $kernel --append ras=cec_disable \
		-- "$here/inject.py"
	expect 126 "$kernel: a panic is seen" -k $kernel -- sh -c 'echo c >/proc/sysrq-trigger'
done
check "with its call trace" grep -q "^  .*sysrq_handle_crash" "$scratch/err"
expect 0 "a panic can be expected" --expect-splat -- sh -c 'echo c >/proc/sysrq-trigger'
expect 1 "no splat where one is expected" --expect-splat -- true
expect 126 "a warning is seen" -- sh -c 'echo "WARNING: CPU: 0 PID: 1 at x.c:1" >/dev/kmsg'
expect 126 "an end without a verdict is seen" -- sh -c 'echo o >/proc/sysrq-trigger; sleep 100'
expect 124 "a time-out is seen" --timeout 15 -- sleep 1000
expect 125 "an unknown kernel is refused" -k 5.10 -- true
find /boot -name 'vmlinuz-6.1.*' -exec head -c 5000000 {} ';' -quit >"$scratch/half"
expect 125 "a kernel that is cut off is refused" -k "$scratch/half" -- true
check "a megabyte arrives intact" passes_output_intact
check "stdout and stderr are kept apart" separates_streams
check "only --rw directories are written" brings_back_files
check "directory and arguments are kept" keeps_directory_and_words
check "two runs at once" runs_twice_at_once
check "memory and CPUs are split over nodes" splits_nodes
check "a disk can be read" reads_disk
check "a guest that the emulator broke while it booted is booted again" boots_again
check "a guest that breaks every time is a failure" gives_up_booting
check "and when it died itself" boots_again_after_crash
check "but not for ever" gives_up_after_crashes
expect 126 "stale code after the command began is a failure" -- sh -c 'echo "Oops: int3" >/dev/kmsg'
check "QEMU dies with the runner" dies_with_runner
if [ "$(id -u)" -eq 0 ]; then
	check "works as an ordinary user" works_unprivileged
else
	skip "works as an ordinary user" "this is one already"
fi
