#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, the program is the same for all
#
# Weights on the command line: showing, loading ahead, letting go.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/ctl-lib.sh"

# Some kernels do in seconds what others do in a minute.
patience_s=60

need_ctl
load_core
insert drivers/hugepool/vigil_hugepool
insert drivers/weightfs/weightfs

models=$work/my\ models
mount_point=$work/mount
mkdir -p "$models/deep" "$mount_point"
head -c 9000001 /dev/urandom >"$models/one"
head -c 5000000 /dev/urandom >"$models/deep/two"
mount -t weightfs -o source="$models" none "$mount_point" ||
	skip_all "cannot mount weightfs"
on_exit umount "$mount_point"

# hold_mapping FILE: in the background, until let_go.
hold_mapping() {
	python3 -c 'import mmap, os, sys, time
with open(sys.argv[1], "rb") as file:
    mapping = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
mapping[0]
open(sys.argv[2], "w").close()
time.sleep(3600)' "$1" "$work/held" &
	holder=$!
	on_exit let_go
	wait_for "$patience_s" [ -e "$work/held" ]
}

let_go() {
	kill "$holder" 2>/dev/null || return 0
	wait "$holder" 2>/dev/null || :
}

plan 18
check_json 0 'd["components"][0]["mount-point"].endswith("/mount") and
	d["components"][0]["source"].endswith("/my models")' \
	"mounts" weights show
check_says 0 "/mount .*/my models" "mounts in a table" weights show
check_json 0 'd["files"][0]["loaded-bytes"] == 0 and
	d["files"][0]["size-bytes"] == 9000001' \
	"a file that is not loaded" weights show "$mount_point/one"
check_json 0 'len(d["components"]) == 1 and len(d["files"]) == 1' \
	"a mount and a file" weights show "$mount_point" "$mount_point/deep/two"
check_says 2 "not on a weightfs mount" "a file elsewhere" \
	weights show "$models/one"
check_json 2 '"not on a weightfs" in d["error"]["message"]' \
	"a directory elsewhere" weights preload "$models"
check_exit 5 "no file" weights preload "$mount_point/three"
check_says 0 "loaded 2 files, 13.3 MiB" "loading a tree" \
	weights preload "$mount_point"
check_json 0 'all(f["loaded-bytes"] == f["size-bytes"] for f in d["files"])' \
	"loads it" weights show "$mount_point/one" "$mount_point/deep/two"
check_exit 0 "loading what is loaded" weights preload "$mount_point"
ctl -j weights preload "$mount_point/one"
check "progress is JSON lines" python3 -c 'import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
sys.exit(not (lines[0]["type"] == "progress" and lines[-1]["files"]))' \
	"$work/out"
check_exit 0 "starting and not waiting" weights preload --no-wait "$mount_point"
check_says 0 "let go of 4.7 MiB" "letting go" \
	weights evict "$mount_point/deep/two"
check_exit 0 "letting go of nothing" weights evict "$mount_point/deep"
hold_mapping "$mount_point/one"
check_says 2 "8.5 MiB stay: mapped" "what is mapped stays" \
	weights evict "$mount_point"
check_json 2 'd["files"] and "8.5 MiB stay" in d["error"]["message"]' \
	"and is told beside the files" weights evict "$mount_point"
let_go
check_json 0 'd["files"][0]["loaded-bytes"] == 0' \
	"what was mapped does not" weights evict "$mount_point/one"

# The file is big enough to be interrupted, unless the machine is very fast.
truncate -s 400M "$models/big"
"$vigilctl" -j weights preload "$mount_point/big" >"$work/lines" &
preload=$!
wait_for "$patience_s" [ -s "$work/lines" ]
kill -INT "$preload" 2>/dev/null || :
status=0
wait "$preload" || status=$?
if [ "$status" -eq 0 ]; then
	skip "interrupting leaves the load going" "it was faster"
else
	check "interrupting leaves the load going" \
		[ "$status:$(grep -c "goes on loading" "$work/lines")" = 4:1 ]
fi
