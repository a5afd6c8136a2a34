// SPDX-License-Identifier: GPL-2.0
/*
 * What vigilctl can do, one entry for each verb of each object. Help, the parser
 * of the command line and a test of the completion and the manual pages read it.
 */
#include "check.h"
#include "state.h"

#define ANY_NUMBER 1000000

#define VERB_OPTIONS \
	(OPTION_ADDRESS | OPTION_METHOD | OPTION_OWNER | OPTION_OVERRIDE | \
	 OPTION_REASON | OPTION_DRY_RUN | OPTION_TIMEOUT | OPTION_WAIT | \
	 OPTION_NO_WAIT)
#define VERB_DETAILS \
	"Waits 30 seconds for the outcome unless told otherwise; what has not begun by\n" \
	"--timeout is not done any more. --dry-run lists all that would be hit."

const struct command commands[] = {
	{
		.object = "summary", .operands = "",
		.summary = "Say whether this machine is fit for work, and why not",
		.run = summary,
	}, {
		.object = "component", .verb = "show",
		.operands = "[NAME]",
		.summary = "Show the components and their health, or all about one",
		.options = OPTION_CLASS | OPTION_HEALTH | OPTION_ATTENTION,
		.max_operands = 1,
		.run = component_show,
	}, {
		.object = "component", .verb = "isolate", .operands = "NAME",
		.summary = "Take a component, or a page frame of it, out of use",
		.details = VERB_DETAILS, .options = VERB_OPTIONS,
		.min_operands = 1, .max_operands = 1,
		.run = component_isolate,
	}, {
		.object = "component", .verb = "release", .operands = "NAME",
		.summary = "Give back what was isolated",
		.details = VERB_DETAILS, .options = VERB_OPTIONS,
		.min_operands = 1, .max_operands = 1,
		.run = component_release,
	}, {
		.object = "component", .verb = "recover", .operands = "NAME",
		.summary = "Try to make a component work again",
		.details = VERB_DETAILS, .options = VERB_OPTIONS,
		.min_operands = 1, .max_operands = 1,
		.run = component_recover,
	}, {
		.object = "component", .verb = "test", .operands = "NAME",
		.summary = "Find out whether a component works",
		.details = VERB_DETAILS, .options = VERB_OPTIONS,
		.min_operands = 1, .max_operands = 1,
		.run = component_test,
	}, {
		.object = "policy", .verb = "show", .operands = "[COMPONENT]",
		.summary = "Show policies, their values and what they may be",
		.options = OPTION_CLASS, .max_operands = 1,
		.run = policy_show,
	}, {
		.object = "policy", .verb = "set", .operands = "COMPONENT POLICY VALUE",
		.summary = "Change a policy of a component",
		.min_operands = 3, .max_operands = 3,
		.run = policy_set,
	}, {
		.object = "operation", .verb = "show", .operands = "[ID]",
		.summary = "Show the latest operations, or how far one has come",
		.max_operands = 1,
		.run = operation_show,
	}, {
		.object = "dimm", .verb = "show", .operands = "[NAME | LABEL]",
		.summary = "Show the memory modules, or where one of them had errors",
		.details = "The map has a line for each bank with errors; rows lie side by side.",
		.options = OPTION_SVG, .max_operands = 1,
		.run = dimm_show,
	}, {
		.object = "dimm", .verb = "explain", .operands = "NAME | LABEL",
		.summary = "Say why the health of a memory module is what it is",
		.min_operands = 1, .max_operands = 1,
		.run = dimm_explain,
	}, {
		.object = "frame", .verb = "show", .operands = "[COMPONENT]",
		.summary = "Show the page frames that are out of use, and why",
		.max_operands = 1,
		.run = frame_show,
	}, {
		.object = "frame", .verb = "isolate", .operands = "ADDRESS... | -",
		.summary = "Take page frames out of use, those of a bad row for example",
		.details = "\"-\" reads addresses from standard input, one in a line.\n"
			   "Each is verified; one that fails does not stop the rest.",
		.options = OPTION_REASON | OPTION_DRY_RUN,
		.min_operands = 1, .max_operands = ANY_NUMBER,
		.run = frame_isolate,
	}, {
		.object = "frame", .verb = "release", .operands = "ADDRESS... | -",
		.summary = "Give back page frames that were isolated",
		.options = OPTION_REASON | OPTION_DRY_RUN,
		.min_operands = 1, .max_operands = ANY_NUMBER,
		.run = frame_release,
	}, {
		.object = "state", .verb = "save", .operands = "[FILE]",
		.summary = "Write down which page frames are bad, for the next boot",
		.details = "FILE is " STATE_FILE " unless told otherwise.",
		.max_operands = 1,
		.run = state_save,
	}, {
		.object = "state", .verb = "restore", .operands = "[FILE]",
		.summary = "Take page frames out of use that were bad before",
		.details = "Those whose memory module is not the same any more are left alone.\n"
			   "FILE is " STATE_FILE " unless told otherwise.",
		.options = OPTION_DRY_RUN, .max_operands = 1,
		.run = state_restore,
	}, {
		.object = "source", .verb = "show", .operands = "",
		.summary = "Show who reports errors, and when he spoke last",
		.run = source_show,
	}, {
		.object = "agent", .verb = "show", .operands = "",
		.summary = "Show the programs that report on components",
		.run = agent_show,
	}, {
		.object = "model", .verb = "show", .operands = "[SUBJECT]",
		.summary = "Show what predicts failures, and from which file it came",
		.max_operands = 1,
		.run = model_show,
	}, {
		.object = "model", .verb = "load", .operands = "FILE",
		.summary = "Have a model judge from now on",
		.details = "One that is refused leaves the one that is there.",
		.min_operands = 1, .max_operands = 1,
		.run = model_load,
	}, {
		.object = "model", .verb = "unload", .operands = "SUBJECT",
		.summary = "Have thresholds judge alone from now on",
		.min_operands = 1, .max_operands = 1,
		.run = model_unload,
	}, {
		.object = "audit", .verb = "show", .operands = "[NAME]",
		.summary = "Show what was decided, about all or about one component",
		.details = "With the numbers that led to it. The kernel keeps the latest 512.",
		.options = OPTION_FROM, .max_operands = 1,
		.run = audit_show,
	}, {
		.object = "pool", .verb = "show", .operands = "[NODE]",
		.summary = "Show the huge pages reserved on each NUMA node",
		.max_operands = 1,
		.run = pool_show,
	}, {
		.object = "pool", .verb = "set",
		.operands = "[--pages N | --bytes SIZE] [--spare N] [--give-back 0|1]",
		.summary = "Change how many huge pages are reserved",
		.details = "Bytes are rounded up to whole pages.\n"
			   "The kernel fills the pool in the background; pool show tells how far.",
		.options = OPTION_NODE | OPTION_PAGES | OPTION_BYTES |
			   OPTION_SPARE | OPTION_GIVE_BACK,
		.run = pool_set,
	}, {
		.object = "pool", .verb = "hand-over",
		.operands = "--node NODE --pages N",
		.summary = "Turn idle pages of a pool into pages of hugetlb",
		.details = "The pool's target is lowered by as many as arrive there.",
		.options = OPTION_NODE | OPTION_PAGES,
		.run = pool_hand_over,
	}, {
		.object = "weights", .verb = "show",
		.operands = "[MOUNT | FILE]...",
		.summary = "Show mounts of weightfs, or how much of files is in memory",
		.max_operands = ANY_NUMBER,
		.run = weights_show,
	}, {
		.object = "weights", .verb = "preload",
		.operands = "FILE|DIRECTORY...",
		.summary = "Load weights into memory and wait until they are there",
		.details = "Interrupting it leaves the load going; weights cancel stops it.",
		.options = OPTION_TIMEOUT | OPTION_NO_WAIT,
		.min_operands = 1, .max_operands = ANY_NUMBER,
		.run = weights_preload,
	}, {
		.object = "weights", .verb = "evict",
		.operands = "FILE|DIRECTORY...",
		.summary = "Let go of weights in memory that nobody has mapped",
		.min_operands = 1, .max_operands = ANY_NUMBER,
		.run = weights_evict,
	}, {
		.object = "weights", .verb = "cancel",
		.operands = "FILE|DIRECTORY...",
		.summary = "Stop loading weights that nobody waits for",
		.min_operands = 1, .max_operands = ANY_NUMBER,
		.run = weights_cancel,
	}, {
		.object = "weights", .verb = "pin",
		.operands = "FILE|DIRECTORY...",
		.summary = "Keep weights in memory whatever the budgets say",
		.details = "What is not loaded yet is loaded by preload, or when it is used.",
		.min_operands = 1, .max_operands = ANY_NUMBER,
		.run = weights_pin,
	}, {
		.object = "weights", .verb = "unpin",
		.operands = "FILE|DIRECTORY...",
		.summary = "Take a pin back",
		.min_operands = 1, .max_operands = ANY_NUMBER,
		.run = weights_unpin,
	}, {
		.object = "run", .operands = "--near FILE -- COMMAND...",
		.summary = "Run a program on the NUMA node where weights are",
		.details = "On CPUs of the node that has most of the file, with memory from there.",
		.options = OPTION_NEAR,
		.min_operands = 1, .max_operands = ANY_NUMBER,
		.run = run_near,
	}, {
		.object = "check", .operands = "[NAME]",
		.summary = "Say in one line whether all is well, for a monitoring system",
		.details = "Exit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.",
		.options = OPTION_CLASS, .max_operands = 1,
		.usage_status = CHECK_UNKNOWN,
		.run = check,
	}, {
		.object = "metrics", .operands = "",
		.summary = "Print all numbers in the text format of Prometheus",
		.options = OPTION_OUTPUT,
		.run = metrics,
	}, {
		.object = "top", .operands = "",
		.summary = "Show the components on the whole terminal, as they change",
		.details = "Keys: q quit, a all or attention, s sort, r reverse.\n"
			   "Arrows and page keys move.",
		.options = OPTION_CLASS | OPTION_ATTENTION | OPTION_SORT,
		.run = top,
	}, {
		.object = "report", .operands = "--html FILE",
		.summary = "Write all there is to know into one page that can be mailed",
		.options = OPTION_HTML,
		.run = report_html,
	}, {
		.object = "monitor", .operands = "",
		.summary = "Show the components, then everything that happens to them",
		.details = "One JSON object a line, or with --pretty one line of text.",
		.options = OPTION_COUNT | OPTION_TIMEOUT,
		.run = monitor,
	},
};

const unsigned int nr_commands = ARRAY_SIZE(commands);
