// SPDX-License-Identifier: GPL-2.0
/*
 * vigil-agent-command: an agent that runs commands.
 *
 * Runs a check now and then and reports what it says of a component; and commands
 * that carry out the verbs. One thing at a time: what is asked while the check
 * runs waits for its end.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent.h"
#include "run.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* exit statuses, as vigilctl's */
enum { EXIT_USAGE = 1, EXIT_REFUSED = 2, EXIT_NOT_FOUND = 5 };

#define SECONDS_MAX	86400u
#define TTL_MAX_MS	3600000u

/* counters, in the order of counter_names */
enum { CHECKS, PROBLEMS, TIMEOUTS, NR_COUNTERS };

static const char *const counter_names[NR_COUNTERS] = {
	[CHECKS] = "checks",
	[PROBLEMS] = "problems",
	[TIMEOUTS] = "timeouts",
};

/**
 * struct command - The agent.
 * @name: of the component, without "agent-"
 * @agent_name: of the agent
 * @label: of the component, or NULL
 * @parent: of the component, or NULL
 * @interval_s: between checks
 * @timeout_s: of a check
 * @verbs: shell command for each verb, or NULL
 * @check: the command that checks
 * @vigil: connection
 * @agent: agent
 * @component: name of the component
 */
struct command {
	const char *name;
	const char *agent_name;
	const char *label;
	const char *parent;
	unsigned int interval_s;
	unsigned int timeout_s;
	const char *verbs[VIGIL_VERB_MAX + 1];
	char *const *check;
	struct vigil *vigil;
	struct vigil_agent *agent;
	char component[VIGIL_NAME_MAX + 1];
};

static const char usage_text[] =
"usage: vigil-agent-command --name NAME [OPTION...] -- CHECK [ARGUMENT...]\n"
"\n"
"Run CHECK now and then and report what it says as component agent-NAME. Its exit\n"
"status is the health, as of monitoring plugins: 0 healthy, 1 degraded, 2 failed,\n"
"others unknown. The first line of its output is the reason.\n"
"\n"
"  -n, --name NAME         of letters, digits and :._-\n"
"  -a, --agent NAME        name of the agent (default: that of the component)\n"
"  -l, --label TEXT        what people call the component\n"
"  -p, --parent COMPONENT  what the component is a part of\n"
"  -i, --interval SECONDS  between checks (default 10)\n"
"  -t, --timeout SECONDS   after which a check is ended, and unknown (default 30)\n"
"      --isolate COMMAND   for the shell; takes the component out of use\n"
"      --release COMMAND   gives it back\n"
"      --recover COMMAND   tries to make it work again\n"
"      --test COMMAND      finds out whether it works\n"
"  -h, --help\n"
"\n"
"Commands succeed with exit status 0; the first line of their output is told to who\n"
"asked. They find VIGIL_COMPONENT, VIGIL_VERB and VIGIL_REASON in the environment.\n";

static void stop(int signal)
{
	(void)signal;
	run_stop = true;
}

static int complain(const char *what, const char *why)
{
	fprintf(stderr, "vigil-agent-command: %s: %s\n", what, why);
	return -1;
}

static int parse_seconds(const char *option, const char *text, unsigned int *value)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || !number ||
	    number > SECONDS_MAX)
		return complain(option, "takes 1 to 86400 seconds");
	*value = number;
	return 0;
}

/* Options that are a verb have its number; others are letters. */
static const struct option options[] = {
	{ "name", required_argument, NULL, 'n' },
	{ "agent", required_argument, NULL, 'a' },
	{ "label", required_argument, NULL, 'l' },
	{ "parent", required_argument, NULL, 'p' },
	{ "interval", required_argument, NULL, 'i' },
	{ "timeout", required_argument, NULL, 't' },
	{ "isolate", required_argument, NULL, VIGIL_VERB_ISOLATE },
	{ "release", required_argument, NULL, VIGIL_VERB_RELEASE },
	{ "recover", required_argument, NULL, VIGIL_VERB_RECOVER },
	{ "test", required_argument, NULL, VIGIL_VERB_TEST },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int take_option(struct command *command, int option)
{
	switch (option) {
	case 'n':
		command->name = optarg;
		return 0;
	case 'a':
		command->agent_name = optarg;
		return 0;
	case 'l':
		command->label = optarg;
		return 0;
	case 'p':
		command->parent = optarg;
		return 0;
	case 'i':
		return parse_seconds("--interval", optarg, &command->interval_s);
	case 't':
		return parse_seconds("--timeout", optarg, &command->timeout_s);
	case 'h':
		fputs(usage_text, stdout);
		exit(EXIT_SUCCESS);
	default:
		if (option <= 0 || option > VIGIL_VERB_MAX)
			return -1;
		command->verbs[option] = optarg;
		return 0;
	}
}

static int take_options(struct command *command, int argc, char *argv[])
{
	int option;

	while ((option = getopt_long(argc, argv, "+n:a:l:p:i:t:h", options,
				     NULL)) != -1)
		if (take_option(command, option))
			return -1;
	if (!command->name)
		return complain("--name", "is needed");
	if (optind == argc)
		return complain("CHECK", "is needed, after \"--\"");
	command->check = &argv[optind];
	if (!command->agent_name)
		command->agent_name = command->name;
	if (snprintf(command->component, sizeof(command->component),
		     "agent-%s", command->name) >
	    (int)sizeof(command->component) - 1)
		return complain("--name", "is too long");
	return 0;
}

/* Says three checks long nothing: then something is wrong with us. */
static unsigned int ttl_ms(const struct command *command)
{
	unsigned long long ttl = 3000ull * command->interval_s +
				 3000ull * command->timeout_s;

	return ttl < TTL_MAX_MS ? ttl : TTL_MAX_MS;
}

static int refused(struct command *command, const char *what)
{
	complain(what, vigil_error(command->vigil));
	return EXIT_REFUSED;
}

static int connect(struct command *command)
{
	struct vigil_agent_component component = {
		.name = command->component,
		.label = command->label,
		.parent = command->parent,
		.counters = counter_names,
		.nr_counters = NR_COUNTERS,
	};

	for (size_t i = 0; i < ARRAY_SIZE(command->verbs); i++)
		if (command->verbs[i])
			component.verbs |= 1u << i;
	if (vigil_open(&command->vigil)) {
		complain("can't reach the kernel",
			 "is the module loaded? modprobe vigil");
		return EXIT_NOT_FOUND;
	}
	if (vigil_agent_open(command->vigil, command->agent_name,
			     ttl_ms(command), &command->agent))
		return refused(command, "can't be an agent");
	if (vigil_agent_add(command->agent, &component))
		return refused(command, command->component);
	return 0;
}

static enum vigil_health health_of(const struct run_result *result)
{
	static const enum vigil_health healths[] = {
		VIGIL_HEALTH_HEALTHY,
		VIGIL_HEALTH_DEGRADED,
		VIGIL_HEALTH_FAILED,
	};

	if (result->timed_out || result->status < 0 ||
	    (size_t)result->status >= ARRAY_SIZE(healths))
		return VIGIL_HEALTH_UNKNOWN;
	return healths[result->status];
}

static int run_check(struct command *command)
{
	struct vigil_agent_counter counters[NR_COUNTERS];
	struct vigil_agent_report report = {
		.component = command->component,
		.given = VIGIL_REPORT_HEALTH,
		.counters = counters,
		.nr_counters = NR_COUNTERS,
	};
	struct run_result result;
	int err = run_command(command->check, command->timeout_s * 1000,
			      &result);

	if (run_stop)
		return 0;
	if (err)
		snprintf(result.line, sizeof(result.line),
			 "the check can't be run: %s", strerror(-err));
	if (result.timed_out)
		snprintf(result.line, sizeof(result.line),
			 "the check did not end within %u s",
			 command->timeout_s);
	report.health = health_of(&result);
	report.reason = result.line;
	for (size_t i = 0; i < NR_COUNTERS; i++)
		counters[i].name = counter_names[i];
	counters[CHECKS].increment = 1;
	counters[PROBLEMS].increment = result.status == 1 || result.status == 2;
	counters[TIMEOUTS].increment = result.timed_out;
	if (vigil_agent_report(command->agent, &report))
		return refused(command, "can't report");
	return 0;
}

static void set_environment(const struct command *command,
			    const struct vigil_record *request)
{
	const char *reason = vigil_record_string(request, VIGIL_A_AGENT_REASON);
	const char *verb = vigil_record_name(request, VIGIL_A_AGENT_VERB);

	setenv("VIGIL_COMPONENT", command->component, 1);
	setenv("VIGIL_VERB", verb ? verb : "", 1);
	setenv("VIGIL_REASON", reason ? reason : "", 1);
}

/* Whose time runs out while the command runs, is told so by the kernel. */
static int serve(const struct vigil_record *request, void *data)
{
	struct command *command = data;
	uint64_t verb = vigil_record_uint(request, VIGIL_A_AGENT_VERB);
	uint64_t number = vigil_record_uint(request, VIGIL_A_AGENT_REQUEST);
	char *argv[] = { "/bin/sh", "-c", NULL, NULL };
	struct run_result result;
	bool done;
	int err;

	if (verb >= ARRAY_SIZE(command->verbs) || !command->verbs[verb])
		return vigil_agent_answer(command->agent, number,
					  VIGIL_OP_STATE_FAILED,
					  "no command for that");
	argv[2] = (char *)command->verbs[verb];
	set_environment(command, request);
	err = run_command(argv,
			  vigil_record_uint(request, VIGIL_A_AGENT_TIMEOUT_MS),
			  &result);
	done = !err && !result.timed_out && !result.status;
	if (!done && !result.line[0])
		snprintf(result.line, sizeof(result.line),
			 result.timed_out ? "the command did not end in time" :
					    "the command failed with status %d",
			 result.status);
	err = vigil_agent_answer(command->agent, number,
				 done ? VIGIL_OP_STATE_DONE :
					VIGIL_OP_STATE_FAILED, result.line);
	return err == -ENOENT ? 0 : err;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static int watch(struct command *command)
{
	struct pollfd fd = {
		.fd = vigil_agent_fd(command->agent),
		.events = POLLIN,
	};
	int64_t next_ms = now_ms();

	while (!run_stop) {
		int64_t left_ms = next_ms - now_ms();

		if (left_ms <= 0) {
			int status = run_check(command);

			if (status)
				return status;
			next_ms = now_ms() + command->interval_s * INT64_C(1000);
		}
		if (vigil_agent_read(command->agent, serve, command) < 0)
			return refused(command, "can't serve requests");
		left_ms = next_ms - now_ms();
		if (left_ms > 0 && !run_stop)
			poll(&fd, 1, left_ms < 1000 ? left_ms : 1000);
	}
	return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
	const struct sigaction action = { .sa_handler = stop };
	struct command command = { .interval_s = 10, .timeout_s = 30 };
	int status;

	if (take_options(&command, argc, argv)) {
		fputs("try: vigil-agent-command --help\n", stderr);
		return EXIT_USAGE;
	}
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	status = connect(&command);
	if (!status)
		status = watch(&command);
	vigil_agent_close(command.agent);
	vigil_close(command.vigil);
	return status;
}
