#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 6.12, who may do what, no locks of its own
#
# Who may do what: the source decides for the caller, also about what is loaded,
# and no namespace, id-mapping or mount option makes it more.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/weightfs-lib.sh"

need_commands setpriv unshare
modprobe -q ext4 || :
modprobe -q loop || :
load_weightfs 24
size=$((4 * 1024 * 1024))
mkdir -p "$source_dir/closed" "$work/mapped" "$work/second"
for name in model private listed closed/model; do
	make_model "$name" "$size"
done
chmod 600 "$source_dir/private"
cp "$(command -v id)" "$source_dir/id"
chmod 4755 "$source_dir/id"
# Where anybody can run it, which the checkout need not be.
cp "$programs/weightfs-client" "$work/client"
mount_weights ""

# as USER COMMAND...
as() {
	_user=$1
	shift
	setpriv --reuid "$_user" --regid "$_user" --clear-groups "$@"
}

# Root of a user namespace, who is nobody outside of it.
as_ns_root() {
	as 65534 unshare -Urm "$@"
}

# refused REASON COMMAND...: it fails, and says why.
refused() {
	_reason=$1
	shift
	! "$@" >"$work/output" 2>&1 || return 1
	cat "$work/output"
	grep -qi "$_reason" "$work/output"
}

# maps USER FILE [FLAVOUR]: and finds the right bytes
maps() {
	_result=$(as "$1" "$work/client" verify "$mnt/$2" "${3:-shared}") || return 1
	[ "$(field "$_result" wrong_pages)" -eq 0 ]
}

may_not() {
	refused "permission denied" maps "$@"
}

plan 28
check "root loads a private file" maps 0 private
check "nobody else can map it" may_not 65534 private
check "nor read it" may_not 65534 private read
chmod 644 "$source_dir/private"
check "a new mode holds at once" maps 65534 private
chmod 600 "$source_dir/private"
check "also when it takes something away" may_not 65534 private
maps 0 closed/model
chmod 700 "$source_dir/closed"
check "a closed directory keeps what is loaded" may_not 65534 closed/model

if ! command -v setfacl >/dev/null; then
	skip "an ACL takes away" "no setfacl"
	skip "but not from others" "no setfacl"
	skip "an ACL gives" "no setfacl"
	skip "until it is changed" "no setfacl"
else
	setfacl -m u:65534:--- "$source_dir/listed"
	check "an ACL takes away" may_not 65534 listed
	check "but not from others" maps 65533 listed
	setfacl -m u:65533:r "$source_dir/private"
	check "an ACL gives" maps 65533 private
	setfacl -b "$source_dir/private"
	check "until it is changed" may_not 65533 private
fi

check "set-user-ID works in the source" [ "$(as 65534 "$source_dir/id" -u)" = 0 ]
check "but not here" [ "$(as 65534 "$mnt/id" -u)" = 65534 ]

stays_read_only() {
	mount -o remount,rw "$mnt"
	mount -o remount,bind,rw "$mnt"
	refused "read-only" touch "$mnt/new" && refused "read-only" rm "$mnt/listed"
}

no_device() {
	[ -c "$mnt/zero" ] && refused "permission denied" head -c 1 "$mnt/zero"
}

check "the mount stays read-only" stays_read_only
mknod -m 666 "$source_dir/zero" c 1 5
mount -o remount,dev,suid "$mnt"
check "and without devices" no_device
check "and without set-user-ID" [ "$(as 65534 "$mnt/id" -u)" = 65534 ]

user="root of a user namespace"
if ! as_ns_root true 2>/dev/null; then
	for test in "has the mount" "sees what all may see" "maps it" \
		"sees nothing more" "cannot mount" "cannot change the mount" \
		"cannot write there"; do
		skip "$user $test" "no user namespaces"
	done
else
	check "$user has the mount" as_ns_root mountpoint -q "$mnt"
	check "$user sees what all may see" as_ns_root cmp "$source_dir/model" "$mnt/model"
	check "$user maps it" as_ns_root "$work/client" verify "$mnt/model" private-write
	check "$user sees nothing more" \
		refused "permission denied" as_ns_root cat "$mnt/private"
	check "$user cannot mount" refused "permission denied" \
		as_ns_root mount -t weightfs -o "source=$source_dir" none "$work/second"
	check "$user cannot change the mount" \
		refused "permission denied" as_ns_root mount -o remount,scrub=1 "$mnt"
	check "$user cannot write there" refused "read-only" as_ns_root sh -c \
		"mount -o remount,bind,rw $mnt; touch $mnt/new"
fi

# What belongs to 0 belongs to 1000 behind the mapping.
unshare -U sleep 1000 &
sleeper=$!
on_exit kill "$sleeper"
in_namespace() {
	[ "$(readlink /proc/$sleeper/ns/user)" != "$(readlink /proc/self/ns/user)" ]
}
wait_for 30 in_namespace
for map in uid_map gid_map; do
	echo 0 1000 1000 >/proc/$sleeper/$map
done
idmap() {
	"$programs/weightfs-idmap" "/proc/$sleeper/ns/user" "$@"
}

check "an id-mapped mount is refused" refused "invalid argument" idmap "$mnt" "$work/mapped"
check "which does no harm" maps 65534 model

# mapped_source: ext4 behind the mapping, or a reason.
mapped_source() {
	reason="no ext4"
	mount_image "$work/image" "$work/second" || return
	cp -p "$source_dir/private" "$work/second"
	reason="no id-mapped mounts"
	idmap "$work/second" "$work/mapped" || return
	on_exit umount "$work/mapped"
	umount "$mnt"
	mount -t weightfs -o "source=$work/mapped" none "$mnt"
}

dontneed() {
	maps 1000 private && counter_is loaded_bytes "$size" &&
		as 1000 "$work/client" advise "$mnt/private" dontneed &&
		counter_is loaded_bytes 0
}

source="an id-mapped source"
if mapped_source; then
	weights=/sys/class/vigil/weights-$(mountpoint -d "$mnt")
	check "$source has its owners" [ "$(stat -c %u:%g "$mnt/private")" = 1000:1000 ]
	check "$source: its owner may read" maps 1000 private
	check "$source: nobody else may" may_not 65534 private
	check "$source: its owner may let go" dontneed
else
	for test in "has its owners" "its owner may read" "nobody else may" 		"its owner may let go"; do
		skip "$source: $test" "$reason"
	done
fi
