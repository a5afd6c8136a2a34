#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, the program is the same for all
#
# Components on the command line: showing, filters, every verb, guards, policies,
# operations, every exit status, and JSON for all of it.

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
	check_exit 1 "a guard that does not exist" \
		component isolate cpu-sim0 --override toaster
	check_exit 1 "one that can't be overridden is no number" \
		component isolate cpu-sim0 --override none
	check_exit 1 "a health that does not exist" component show --health well,ill
	check_exit 1 "an owner of two words" \
		component isolate cpu-sim0 --owner "two words"
	check_exit 1 "waiting and not" component isolate cpu-sim0 --wait --no-wait
	check_exit 1 "top without a terminal" top
	for command in "component show" "component isolate" "component release" \
		"component recover" "cpu test" "pci isolate" "policy set" "operation show" \
		"agent show" check metrics top report \
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
	check_says 3 "^UNKNOWN - .*modprobe vigil" "module not loaded for check" check
	check_says 0 "^vigil_up 0" "module not loaded for metrics" metrics
}

check_shows() {
	check_says 0 "^cpu  +3 .* 3 " "without words"
	check_says 0 "^  simulated_errors +0" "one component" \
		component show cpu-sim0
	check_json 0 '[c["name"] for c in d["components"]] ==
		["machine-0", "cpu-sim0", "cpu-sim1", "cpu-sim2"] and not d["torn"]' \
		"all in JSON" component show
	check_json 0 'len(d["components"]) == 3' "those of a class" cpu show
	check_json 0 'd["components"] == []' \
		"none of a class is an empty list" component show --class pci
	sim 1 health 2 "a simulated reason"
	sim 1 risk 250 60000
	check_json 0 'd["components"][0]["health"] == "degraded" and
		d["components"][0]["risk-permille"] == 250 and
		d["components"][0]["risk-model"] == "sim" and
		d["components"][0]["policy"][0]["maximum"] == 1000' \
		"the names of the spec" component show cpu-sim1
	check_json 0 '[c["name"] for c in d["components"]] == ["cpu-sim1"]' \
		"those with one of some healths" cpu show --health failing,degraded
	check_json 0 '"cpu-sim1" in [c["name"] for c in d["components"]] and
		"cpu-sim0" not in [c["name"] for c in d["components"]]' \
		"those that need a look" component show --attention
	check_json 0 'd["components"][0]["name"] == "cpu-sim1" and
		d["components"][0]["parents"] == [] and d["components"][0]["children"] == []' \
		"a name without its class" cpu show sim1
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
		d["operation"]["owner"] == "joe" and
		d["operation"]["reason"] == "for a test"' \
		"isolate" cpu isolate sim0 --reason "for a test" --owner joe
	check_json 0 'd["components"][0]["isolation"] == "isolated" and
		d["components"][0]["isolated-by"] == "joe" and
		d["components"][0]["owner"] == "vigil"' \
		"isolates" component show cpu-sim0
	check_json 3 'd["error"]["guard"] == "owner"' \
		"somebody else's isolation" component release cpu-sim0
	check_says 0 "owner +is overridden" "is released by overriding that" \
		component release cpu-sim0 --override owner
	check_json 0 'd["components"][0]["isolation"] == "none"' \
		"releases" component show cpu-sim0
	check_exit 0 "what is in use already is released" component release cpu-sim0
	check_json 0 'd["operation"]["method"] == "rebind" and
		d["operation"]["verb"] == "recover"' \
		"recover by a method" cpu recover sim0 --method rebind
	check_exit 2 "by a method that it does not have" \
		cpu recover sim0 --method bus-reset
	check_exit 0 "test" cpu test sim0 --wait
}

check_guards() {
	sim_set tells 2
	sim_set guard 13
	check_json 3 '[f["guard"] for f in d["operation"]["finding"]] ==
		["none", "none", "provider"] and
		[f.get("blocks") for f in d["operation"]["finding"]] == [None, None, True]' \
		"a dry run lists all that would be hit" cpu isolate sim0 --dry-run
	check_says 3 "^provider +refuses +the simulation objects" \
		"to people as well" cpu isolate sim0 --dry-run
	check_says 3 "guard provider: .*" "a guard refuses" cpu isolate sim0
	check_says 3 "override provider does it" "and the way out is told" \
		cpu isolate sim0
	check_exit 0 "which goes" cpu isolate sim0 --override provider,swap
	check_json 0 'any(a.get("override") == ["provider"] and a["comm"] == "vigilctl" and
		a["isolation-after"] == "isolated" for a in d["decisions"])' \
		"and is recorded" audit show cpu-sim0
	ctl -j audit show
	_last=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["decisions"][-1]["id"])' \
		<"$work/out")
	check_json 0 "[a['id'] for a in d['decisions']] == [$_last]" \
		"records from a number on" audit show --from "$_last"
	sim_set guard 0
	sim_set tells 0
	check_exit 0 "released" cpu release sim0
}

check_policies() {
	check_says 0 "^machine-0 +isolations_per_hour_max +8 +0 +1000000" \
		"policies with what they may be" policy show
	check_json 0 'd["components"][0]["policy"][0]["value"] == 500' \
		"a policy is set" policy set cpu-sim0 limit_errors 500
	check_says 2 "accepts 10 to 1000" "not to everything" \
		policy set cpu-sim0 limit_errors 5000
	check_exit 1 "a value that is no number" policy set cpu-sim0 limit_errors many
	check_exit 5 "a component that is not there" policy set toaster limit_errors 10
	for policy in isolated_share_max_permille isolations_per_hour_max; do
		ctl policy set machine-0 $policy 1000
	done
}

check_operations() {
	check_json 0 'd["operations"][-1]["verb"] == "release"' \
		"the latest operations" operation show
	check_says 0 "^  verb +isolate" "one of them" operation show 1
	check_exit 5 "one that is not known" operation show 12345
	check_exit 1 "one that has no number" operation show sim0
}

check_outcomes() {
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

plan 105
check_words
check_unloaded
load_sim components=3 verbs=30
check_shows
check_verbs
check_guards
check_policies
check_operations
check_outcomes
check_refusals
check_nobody
