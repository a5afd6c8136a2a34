// SPDX-License-Identifier: GPL-2.0
/*
 * Help, from the table of commands and the table of options.
 */
#include <stdio.h>
#include <string.h>

#include "vigilctl.h"

static void print_words(const struct command *command)
{
	printf("vigilctl %s%s%s", command->object, command->verb ? " " : "",
	       command->verb ? command->verb : "");
}

/* Lists the commands of an object, or all of them. */
void help_overview(const char *object)
{
	puts("usage: vigilctl [-j] [-p] OBJECT VERB [OPTIONS] ...\n");
	for (unsigned int i = 0; i < nr_commands; i++) {
		const struct command *command = &commands[i];

		if (object && strcmp(object, command->object))
			continue;
		printf("  ");
		print_words(command);
		printf("%s%s\n      %s\n", *command->operands ? " " : "",
		       command->operands, command->summary);
	}
	puts("\nEach takes --help. Without a command: component show.\n");
	options_help(0);
	puts("\nExit status: 0 done, 1 usage, 2 refused by the kernel, 3 refused by a guard,\n"
	     "4 pending at the deadline, 5 not found.");
}

void help_command(const struct command *command)
{
	printf("usage: ");
	print_words(command);
	printf(" [OPTIONS]%s%s\n\n%s.\n\n", *command->operands ? " " : "",
	       command->operands, command->summary);
	if (command->details)
		printf("%s\n\n", command->details);
	options_help(command->options);
}
