// SPDX-License-Identifier: GPL-2.0
/*
 * Help, from the table of commands and the table of options.
 */
#include <stdio.h>
#include <string.h>

#include "vigilctl.h"

static void print_words(const struct command *command, const char *word)
{
	printf("vigilctl %s%s%s", word ? word : command->object,
	       command->verb ? " " : "", command->verb ? command->verb : "");
}

static void print_class_objects(void)
{
	unsigned int of_class;
	const char *name;

	printf("\nShort for the components of a class, whose names then need no prefix:");
	for (unsigned int i = 0; (name = class_object(i, &of_class)); i++)
		printf(" %s", name);
	putchar('\n');
}

/*
 * Lists the commands of an object, or all of them. @word is what the user calls
 * the object.
 */
void help_overview(const char *object, const char *word)
{
	puts("usage: vigilctl [-j] [-p] [OBJECT [VERB] [OPTIONS] ...]\n");
	for (unsigned int i = 0; i < nr_commands; i++) {
		const struct command *command = &commands[i];

		if (object ? strcmp(object, command->object) :
			     !strcmp(command->object, "summary"))
			continue;
		printf("  ");
		print_words(command, word);
		printf("%s%s\n      %s\n", *command->operands ? " " : "",
		       command->operands, command->summary);
	}
	if (!object)
		print_class_objects();
	puts("\nEach takes --help. Without an object: whether this machine is fit for work.\n");
	options_help(0);
	puts("\nExit status: 0 done, 1 usage, 2 refused by the kernel, 3 refused by a guard,\n"
	     "4 pending at the deadline, 5 not found.");
}

void help_command(const struct command *command, const char *word)
{
	printf("usage: ");
	print_words(command, word);
	printf(" [OPTIONS]%s%s\n\n%s.\n\n", *command->operands ? " " : "",
	       command->operands, command->summary);
	if (command->details)
		printf("%s\n\n", command->details);
	options_help(command->options);
}
