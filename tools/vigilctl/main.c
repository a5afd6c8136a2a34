// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl: see and change the health of a server's components.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "vigilctl.h"

/* Objects that are the components of one class, whose names need no prefix. */
static const unsigned int class_objects[] = {
	VIGIL_CLASS_CPU, VIGIL_CLASS_PCI, VIGIL_CLASS_MEMORY,
};

/* The name of the i-th of them, NULL after the last. */
const char *class_object(unsigned int i, unsigned int *of_class)
{
	if (i >= ARRAY_SIZE(class_objects))
		return NULL;
	*of_class = class_objects[i];
	return vigil_class_name(class_objects[i]);
}

/* What the commands of an object are listed under. */
static const char *resolve_object(struct session *session, const char *word)
{
	unsigned int of_class;
	const char *name;

	for (unsigned int i = 0; (name = class_object(i, &of_class)); i++) {
		if (strcmp(name, word))
			continue;
		session->class = of_class;
		return "component";
	}
	return word;
}

static const struct command *find_command(const char *object, const char *verb)
{
	for (unsigned int i = 0; i < nr_commands; i++)
		if (!strcmp(object, commands[i].object) &&
		    (!verb || !commands[i].verb ||
		     !strcmp(verb, commands[i].verb)))
			return &commands[i];
	return NULL;
}

static enum status fail_unknown(struct session *session, const char *object,
				const char *verb)
{
	if (!find_command(resolve_object(session, object), NULL))
		return fail(session, STATUS_USAGE,
			    "no object \"%s\" (see vigilctl --help)", object);
	return fail(session, STATUS_USAGE,
		    "no verb \"%s\" (see vigilctl %s --help)", verb, object);
}

static enum status check_operands(struct session *session,
				  const struct command *command,
				  int nr_operands, char **operands)
{
	if (nr_operands < command->min_operands)
		return fail(session, STATUS_USAGE, "which %s?",
			    command->operands);
	if (nr_operands > command->max_operands)
		return fail(session, STATUS_USAGE, "unexpected \"%s\"",
			    operands[command->max_operands]);
	return STATUS_OK;
}

/* Whether the command line was about the program itself. */
static bool answer_about(const struct session *session,
			 const struct command *command, const char *word,
			 bool overview)
{
	if (option_given(session, OPTION_VERSION))
		puts("vigilctl " VIGILCTL_VERSION);
	else if (!option_given(session, OPTION_HELP))
		return false;
	else if (!word || overview)
		help_overview(word ? command->object : NULL, word);
	else
		help_command(command, word);
	return true;
}

static enum status usage_status(const struct command *command,
				enum status status)
{
	return command->usage_status ? (enum status)command->usage_status :
				       status;
}

/*
 * The first command of an object is the one that is meant without a verb; without
 * an object it is the summary.
 */
static enum status run(struct session *session, int argc, char **argv)
{
	const char *word = argc > 0 ? argv[0] : NULL;
	const char *object = word ? resolve_object(session, word) : "summary";
	const char *verb = argc > 1 && *argv[1] != '-' ? argv[1] : NULL;
	const struct command *command = find_command(object, verb);
	int words = word && verb && command && command->verb;
	enum status status = STATUS_OK;

	if (!command)
		return fail_unknown(session, word, verb);
	if (word) {
		status = options_parse(session, command->options, true,
				       argc - words, argv + words);
		if (status != STATUS_OK)
			return usage_status(command, status);
		words += optind;
	}
	if (answer_about(session, command, word, command->verb && !verb))
		return STATUS_OK;
	status = check_operands(session, command, argc - words, argv + words);
	if (status != STATUS_OK)
		return usage_status(command, status);
	return command->run(session, argv + words);
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
