// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl: see and change the health of a server's components.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "state.h"
#include "vigilctl.h"

#define ANY_NUMBER 1000000

const struct command commands[] = {
	{
		.object = "component", .verb = "show",
		.operands = "[NAME | --class CLASS]",
		.summary = "Show the components and their health",
		.options = OPTION_CLASS, .max_operands = 1,
		.run = component_show,
	}, {
		.object = "component", .verb = "isolate", .operands = "NAME",
		.summary = "Take a component, or a page frame of it, out of use",
		.details = "Waits 30 seconds for the outcome unless told otherwise.",
		.options = OPTION_ADDRESS | OPTION_REASON | OPTION_DRY_RUN |
			   OPTION_TIMEOUT | OPTION_NO_WAIT,
		.min_operands = 1, .max_operands = 1,
		.run = component_isolate,
	}, {
		.object = "component", .verb = "release", .operands = "NAME",
		.summary = "Give back what was isolated",
		.details = "Waits 30 seconds for the outcome unless told otherwise.",
		.options = OPTION_ADDRESS | OPTION_REASON | OPTION_DRY_RUN |
			   OPTION_TIMEOUT | OPTION_NO_WAIT,
		.min_operands = 1, .max_operands = 1,
		.run = component_release,
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
		.details = "With the numbers that led to it. The kernel keeps the latest 256.",
		.max_operands = 1,
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
		.object = "monitor", .operands = "",
		.summary = "Show the components, then everything that happens to them",
		.details = "One JSON object a line, or with --pretty one line of text.",
		.options = OPTION_COUNT | OPTION_TIMEOUT,
		.run = monitor,
	},
};

const unsigned int nr_commands = ARRAY_SIZE(commands);

static const struct command *find_command(const char *object, const char *verb)
{
	for (unsigned int i = 0; i < nr_commands; i++)
		if (!strcmp(object, commands[i].object) &&
		    (!verb || !commands[i].verb ||
		     !strcmp(verb, commands[i].verb)))
			return &commands[i];
	return NULL;
}

static enum status fail_unknown(const struct session *session,
				const char *object, const char *verb)
{
	if (!find_command(object, NULL))
		return fail(session, STATUS_USAGE,
			    "no object \"%s\" (see vigilctl --help)", object);
	return fail(session, STATUS_USAGE,
		    "no verb \"%s\" (see vigilctl %s --help)", verb, object);
}

static enum status run_command(struct session *session,
			       const struct command *command, int nr_operands,
			       char **operands)
{
	if (option_given(session, OPTION_HELP)) {
		help_command(command);
		return STATUS_OK;
	}
	if (nr_operands < command->min_operands)
		return fail(session, STATUS_USAGE, "which %s?",
			    command->operands);
	if (nr_operands > command->max_operands)
		return fail(session, STATUS_USAGE, "unexpected \"%s\"",
			    operands[command->max_operands]);
	return command->run(session, operands);
}

/* The first command of an object is the one that is meant without a verb. */
static enum status run(struct session *session, int argc, char **argv)
{
	const char *object = argc > 0 ? argv[0] : "component";
	const char *verb = argc > 1 && *argv[1] != '-' ? argv[1] : NULL;
	const struct command *command = find_command(object, verb);
	int words = argc == 0 ? 0 : verb && command && command->verb;
	enum status status;

	if (!command)
		return fail_unknown(session, object, verb);
	if (argc > 0) {
		status = options_parse(session, command->options, true,
				       argc - words, argv + words);
		if (status != STATUS_OK)
			return status;
		words += optind;
	}
	if (option_given(session, OPTION_VERSION)) {
		puts("vigilctl " VIGILCTL_VERSION);
		return STATUS_OK;
	}
	if (option_given(session, OPTION_HELP) && !verb && command->verb) {
		help_overview(argc > 0 ? object : NULL);
		return STATUS_OK;
	}
	return run_command(session, command, argc - words, argv + words);
}

int main(int argc, char **argv)
{
	struct session session = { 0 };
	enum status status;

	status = options_parse(&session, 0, false, argc, argv);
	if (status == STATUS_OK)
		status = run(&session, argc - optind, argv + optind);
	vigil_close(session.vigil);
	return status;
}
