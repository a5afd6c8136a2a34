#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, the program is the same for all
#
# Components on the command line: showing, isolating, releasing, every exit
# status, and JSON for all of it.

here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
. "$here/ctl-lib.sh"

need_ctl
check_words() {
	check_exit 1 "no such object" nonsense
	check_exit 1 "no such verb" component nonsense
	check_exit 1 "no such option" component show --nonsense
	check_exit 1 "an option of another command" component show --node 1
	check_exit 1 "an option without its argument" component show --class
	check_exit 1 "a class that does not exist" component show --class toaster
	check_exit 1 "a verb without a name" component isolate
	check_exit 1 "too many names" component show a b
	check_exit 1 "a number that is none" \
		component isolate cpu-sim0 --address 0x1g
	check_json 1 'd["schema"] == 1 and d["error"]["status"] == "usage"' \
		"a wrong word in JSON" component nonsense
	check_exit 0 "help" --help
	for command in "component show" "component isolate" "component release" \
		"dimm show" "dimm explain" "frame show" "frame isolate" "frame release" "state save" \
		"state restore" "source show" "model show" "model load" "model unload" "audit show" "pool show" "pool set" \
		"weights show" "weights preload" "weights evict" monitor; do
		# shellcheck disable=SC2086 # two words
		check_says 0 "usage: vigilctl $command" "help for $command" \
			$command --help
	done
}

check_unloaded() {
	check_says 5 "module is not loaded: modprobe vigil" "module not loaded"
	check_json 5 'd["error"]["status"] == "not-found"' \
		"module not loaded in JSON" component show
	check_exit 5 "module not loaded for monitor" monitor --timeout 1
}

check_shows() {
	check_says 0 "^cpu-sim1 .* unknown" "without words"
	check_says 0 "^  simulated_errors +0" "one component" \
		component show cpu-sim0
	check_json 0 'len(d["components"]) == 3 and not d["torn"]' \
		"all in JSON" component show
	check_json 0 'd["components"] == []' \
		"none of a class is an empty list" component show --class pci
	sim 1 health 2 "a simulated reason"
	sim 1 risk 250 60000
	check_json 0 'd["components"][0]["health"] == "degraded" and
		d["components"][0]["risk-permille"] == 250 and
		d["components"][0]["risk-model"] == "sim" and
		d["components"][0]["policy"][0]["maximum"] == 1000' \
		"the names of the spec" component show cpu-sim1
	check_says 5 "did you mean .cpu-sim" "a name that is mistyped" \
		component show cpu-sim9
	check_says 5 "component show. lists them" "a name that is like no other" \
		component show toaster
	check_json 5 'd["error"]["status"] == "not-found"' \
		"no such component in JSON" component isolate toaster
}

check_verbs() {
	check_says 0 "one simulated part would be hit" "a dry run" \
		component isolate cpu-sim0 --dry-run
	check_json 0 'd["components"][0]["isolation"] == "none"' \
		"changes nothing" component show cpu-sim0
	check_json 0 'd["operation"]["state"] == "done" and
		d["operation"]["reason"] == "for a test"' \
		"isolate" component isolate cpu-sim0 --reason "for a test"
	check_json 0 'd["components"][0]["isolation"] == "isolated" and
		d["components"][0]["owner"] == "vigil"' \
		"isolates" component show cpu-sim0
	check_exit 0 "release" component release cpu-sim0
	check_json 0 'd["components"][0]["isolation"] == "none"' \
		"releases" component show cpu-sim0
	sim_set execute_ms 3000
	check_json 4 'd["operation"]["state"] == "pending"' \
		"pending at the deadline" \
		component isolate cpu-sim0 --timeout 0
	check_json 0 'd["operation"]["state"] == "pending"' \
		"pending when nobody waits" component release cpu-sim1 --no-wait
	check_json 0 'd["operation"]["state"] == "done"' \
		"waiting for one that takes long" component isolate cpu-sim2
	sim_set execute_ms 0
	sim_set outcome 2
	check_json 2 'd["operation"]["state"] == "failed"' \
		"an operation that fails" component isolate cpu-sim2
	sim_set outcome 3
	check_exit 4 "an operation whose outcome is not known" \
		component isolate cpu-sim2
	sim_set outcome 1
}

check_refusals() {
	sim_set refuse 22
	check_says 2 "cpu-sim2: the simulation refuses" "the kernel's words" \
		component isolate cpu-sim2
	check_json 2 'd["error"]["message"] == "cpu-sim2: the simulation refuses"' \
		"the kernel's words in JSON" component release cpu-sim2
	sim_set refuse 16
	check_json 3 'd["error"]["status"] == "guard"' \
		"refused because of what is in use" component isolate cpu-sim2
	sim_set refuse 0
}

# as_nobody ARGUMENT...: vigilctl without any privilege.
as_nobody() {
	status=0
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$vigilctl" "$@" >"$work/out" 2>"$work/err" || status=$?
}

check_nobody() {
	as_nobody component show cpu-sim0
	check "anybody may look" [ "$status" -eq 0 ]
	as_nobody component isolate cpu-sim0
	check "not everybody may isolate" [ "$status" -eq 2 ]
	check "and is told so" grep -q "only root" "$work/err"
	as_nobody monitor --timeout 0
	check "anybody may listen" [ "$status" -eq 0 ]
}

plan 61
check_words
check_unloaded
load_sim components=3
check_shows
check_verbs
check_refusals
check_nobody
