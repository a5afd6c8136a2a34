// SPDX-License-Identifier: GPL-2.0
/*
 * Options: one table for all sub-commands, so that an option means the same
 * everywhere and the help can't disagree with what is parsed.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "select.h"

/* the longest time that fits poll() in milliseconds, rounded down */
#define TIMEOUT_MAX_S 2000000

/* Of names of owners. */
#define OWNER_LETTERS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:._-@"

static bool set_address(struct options *options, const char *text)
{
	return number_parse(text, &options->address);
}

static bool set_reason(struct options *options, const char *text)
{
	options->reason = text;
	return *text && strlen(text) <= VIGIL_REASON_MAX;
}

static bool set_timeout(struct options *options, const char *text)
{
	return number_parse(text, &options->timeout_s) &&
	       options->timeout_s <= TIMEOUT_MAX_S;
}

static bool set_node(struct options *options, const char *text)
{
	return number_parse(text, &options->node);
}

static bool set_pages(struct options *options, const char *text)
{
	return number_parse(text, &options->pages);
}

static bool set_bytes(struct options *options, const char *text)
{
	return size_parse(text, &options->bytes);
}

static bool set_spare(struct options *options, const char *text)
{
	return number_parse(text, &options->spare);
}

static bool set_give_back(struct options *options, const char *text)
{
	return number_parse(text, &options->give_back) &&
	       options->give_back <= 1;
}

static bool set_count(struct options *options, const char *text)
{
	return number_parse(text, &options->count) && options->count;
}

static bool set_near(struct options *options, const char *text)
{
	options->near = text;
	return *text;
}

static bool set_svg(struct options *options, const char *text)
{
	options->svg = text;
	return *text;
}

/* The value that a name stands for; 0 is none of them. */
static unsigned int named_value(const char *(*name_of)(unsigned int value),
				const char *text, size_t length)
{
	const char *name;

	for (unsigned int i = 1; (name = name_of(i)); i++)
		if (strlen(name) == length && !strncmp(name, text, length))
			return i;
	return 0;
}

/* Bits of the values whose names are in a list such as "a,b"; 0 if it is wrong. */
static uint32_t named_bits(const char *(*name_of)(unsigned int value),
			   const char *text)
{
	uint32_t bits = 0;

	for (;;) {
		size_t length = strcspn(text, ",");
		const char *zero = name_of(0);
		unsigned int value = named_value(name_of, text, length);

		if (!value && (!zero || strlen(zero) != length ||
			       strncmp(zero, text, length)))
			return 0;
		bits |= 1U << value;
		if (!text[length])
			return bits;
		text += length + 1;
	}
}

static bool set_class(struct options *options, const char *text)
{
	options->class = named_value(vigil_class_name, text, strlen(text));
	return options->class;
}

static bool set_method(struct options *options, const char *text)
{
	options->method = named_value(vigil_method_name, text, strlen(text));
	return options->method || !strcmp(text, vigil_method_name(0));
}

static bool set_override(struct options *options, const char *text)
{
	options->overrides = named_bits(vigil_guard_name, text);
	return options->overrides && !(options->overrides & 1);
}

static bool set_health(struct options *options, const char *text)
{
	options->healths = named_bits(vigil_health_name, text);
	return options->healths;
}

static bool set_owner(struct options *options, const char *text)
{
	options->owner = text;
	return *text && strlen(text) <= VIGIL_OWNER_NAME_MAX &&
	       !text[strspn(text, OWNER_LETTERS)];
}

static bool set_from(struct options *options, const char *text)
{
	return number_parse(text, &options->from) && options->from;
}

static bool set_output(struct options *options, const char *text)
{
	options->output = text;
	return *text;
}

static bool set_html(struct options *options, const char *text)
{
	options->html = text;
	return *text;
}

static bool set_sort(struct options *options, const char *text)
{
	return order_parse(text, &options->sort);
}

/**
 * struct option_spec - One option.
 * @bit: OPTION_...
 * @letter: short form, 0 if there is none
 * @name: long form
 * @argument: name of the argument, NULL if there is none
 * @help: what it does
 * @expects: what the argument has to be
 * @set: parses the argument; false if it is not what is expected
 */
struct option_spec {
	unsigned int bit;
	char letter;
	const char *name;
	const char *argument;
	const char *help;
	const char *expects;
	bool (*set)(struct options *options, const char *text);
};

static const struct option_spec specs[] = {
	{
		.bit = OPTION_CLASS, .name = "class", .argument = "CLASS",
		.help = "only components of this class",
		.expects = "a class, such as memory or weights",
		.set = set_class,
	}, {
		.bit = OPTION_ADDRESS, .name = "address", .argument = "PADDR",
		.help = "the page frame at this physical address in bytes",
		.expects = "a physical address such as 0x12345000",
		.set = set_address,
	}, {
		.bit = OPTION_REASON, .name = "reason", .argument = "TEXT",
		.help = "why, for those who read it later",
		.expects = "1 to 127 bytes of text",
		.set = set_reason,
	}, {
		.bit = OPTION_DRY_RUN, .name = "dry-run",
		.help = "go through every check, change nothing",
	}, {
		.bit = OPTION_TIMEOUT, .name = "timeout", .argument = "SECONDS",
		.help = "how long to wait",
		.expects = "a number of seconds up to 2000000",
		.set = set_timeout,
	}, {
		.bit = OPTION_NO_WAIT, .name = "no-wait",
		.help = "do not wait for the outcome",
	}, {
		.bit = OPTION_NODE, .name = "node", .argument = "NODE",
		.help = "NUMA node (default: all, evenly)",
		.expects = "the number of a NUMA node",
		.set = set_node,
	}, {
		.bit = OPTION_PAGES, .name = "pages", .argument = "N",
		.help = "number of huge pages",
		.expects = "a number of pages",
		.set = set_pages,
	}, {
		.bit = OPTION_BYTES, .name = "bytes", .argument = "SIZE",
		.help = "size, with K, M, G or T for powers of 1024",
		.expects = "a size such as 512M or 16G",
		.set = set_bytes,
	}, {
		.bit = OPTION_SPARE, .name = "spare", .argument = "N",
		.help = "number of huge pages to keep on top for healing",
		.expects = "a number of pages",
		.set = set_spare,
	}, {
		.bit = OPTION_GIVE_BACK, .name = "give-back", .argument = "0|1",
		.help = "give idle pages back when memory is short",
		.expects = "0 or 1",
		.set = set_give_back,
	}, {
		.bit = OPTION_COUNT, .name = "count", .argument = "N",
		.help = "end after so many messages",
		.expects = "a number above 0",
		.set = set_count,
	}, {
		.bit = OPTION_NEAR, .name = "near", .argument = "FILE",
		.help = "a file on weightfs",
		.expects = "a file",
		.set = set_near,
	}, {
		.bit = OPTION_SVG, .name = "svg", .argument = "FILE",
		.help = "draw the errors into a picture, - for standard output",
		.expects = "a file",
		.set = set_svg,
	}, {
		.bit = OPTION_METHOD, .name = "method", .argument = "METHOD",
		.help = "how, where there is more than one way",
		.expects = "a method, such as unbind or function-reset",
		.set = set_method,
	}, {
		.bit = OPTION_OWNER, .name = "owner", .argument = "OWNER",
		.help = "on whose behalf (default: admin)",
		.expects = "one word of up to 31 letters, digits and :._-@",
		.set = set_owner,
	}, {
		.bit = OPTION_OVERRIDE, .name = "override", .argument = "GUARDS",
		.help = "guards that are not to be heard",
		.expects = "names of guards with commas, such as mounted,swap",
		.set = set_override,
	}, {
		.bit = OPTION_WAIT, .name = "wait",
		.help = "wait for the outcome, which is the default",
	}, {
		.bit = OPTION_HEALTH, .name = "health", .argument = "HEALTHS",
		.help = "only components with one of these",
		.expects = "names with commas, such as degraded,failing",
		.set = set_health,
	}, {
		.bit = OPTION_ATTENTION, .name = "attention",
		.help = "only components that need a look",
	}, {
		.bit = OPTION_FROM, .name = "from", .argument = "ID",
		.help = "only records from this number on",
		.expects = "the number of a record",
		.set = set_from,
	}, {
		.bit = OPTION_OUTPUT, .name = "output", .argument = "FILE",
		.help = "replace this file, in one step",
		.expects = "the name of a file",
		.set = set_output,
	}, {
		.bit = OPTION_HTML, .name = "html", .argument = "FILE",
		.help = "the file to write, or - for standard output",
		.expects = "the name of a file, or -",
		.set = set_html,
	}, {
		.bit = OPTION_SORT, .name = "sort", .argument = "COLUMN",
		.help = "column to sort by",
		.expects = "name, health, isolation, risk or errors",
		.set = set_sort,
	}, {
		.bit = OPTION_JSON, .letter = 'j', .name = "json",
		.help = "print JSON",
	}, {
		.bit = OPTION_PRETTY, .letter = 'p', .name = "pretty",
		.help = "print JSON with indents; for monitor, text",
	}, {
		.bit = OPTION_HELP, .letter = 'h', .name = "help",
		.help = "print this help",
	}, {
		.bit = OPTION_VERSION, .letter = 'V', .name = "version",
		.help = "print the version",
	},
};

/* What getopt_long() returns for the long form of an option. */
#define LONG_BASE 256

static void list_allowed(unsigned int allowed, struct option *list)
{
	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		if (!(specs[i].bit & allowed))
			continue;
		*list++ = (struct option) {
			.name = specs[i].name,
			.has_arg = specs[i].argument ? required_argument :
						       no_argument,
			.val = LONG_BASE + i,
		};
	}
	*list = (struct option) { 0 };
}

static const struct option_spec *find_spec(int value)
{
	if (value >= LONG_BASE)
		return &specs[value - LONG_BASE];
	for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
		if (specs[i].letter == value)
			return &specs[i];
	return NULL;
}

static enum status refuse_option(const struct session *session, int value,
				 const char *word)
{
	char letter[] = { '-', optopt, 0 };

	/* in a word like -jx, only the letter tells which one is meant */
	if (optopt && optopt < LONG_BASE)
		word = letter;
	if (value == ':')
		return fail(session, STATUS_USAGE, "%s needs an argument",
			    word);
	return fail(session, STATUS_USAGE,
		    "%s is not an option here (see --help)", word);
}

static enum status take_option(struct session *session, int value,
			       const char *word)
{
	const struct option_spec *spec;

	if (value == ':' || value == '?')
		return refuse_option(session, value, word);
	spec = find_spec(value);
	if (spec->set && !spec->set(&session->options, optarg))
		return fail(session, STATUS_USAGE, "--%s needs %s, not \"%s\"",
			    spec->name, spec->expects, optarg);
	session->options.given |= spec->bit;
	return STATUS_OK;
}

/*
 * Parses the options in @argv, whose first word is skipped. Stops at the first
 * word that is no option, or (@permute) moves such words to the end. optind is
 * the index of the first of them.
 */
enum status options_parse(struct session *session, unsigned int allowed,
			  bool permute, int argc, char **argv)
{
	const char *letters = permute ? ":jphV" : "+:jphV";
	struct option list[ARRAY_SIZE(specs) + 1];
	enum status status = STATUS_OK;
	int value;

	list_allowed(allowed | OPTIONS_EVERYWHERE, list);
	opterr = 0;
	optind = 0;
	while (status == STATUS_OK &&
	       (value = getopt_long(argc, argv, letters, list, NULL)) != -1)
		status = take_option(session, value, argv[optind - 1]);
	return status;
}

void options_help(unsigned int allowed)
{
	puts("Options:");
	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		char name[32];

		if (!(specs[i].bit & (allowed | OPTIONS_EVERYWHERE)))
			continue;
		snprintf(name, sizeof(name), "%s%s%s", specs[i].name,
			 specs[i].argument ? " " : "",
			 specs[i].argument ? specs[i].argument : "");
		if (specs[i].letter)
			printf("  -%c, --%-19s%s\n", specs[i].letter, name,
			       specs[i].help);
		else
			printf("      --%-19s%s\n", name, specs[i].help);
	}
}
