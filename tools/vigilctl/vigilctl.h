/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the sub-commands of vigilctl share.
 */
#ifndef VIGILCTL_H
#define VIGILCTL_H

#include <stdbool.h>
#include <stdint.h>

#include "agent.h"
#include "vigil.h"

/* Room for the name of a component. */
#define NAME_ROOM (VIGIL_NAME_MAX + 32)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Exit status, part of the interface. */
enum status {
	STATUS_OK = 0,
	STATUS_USAGE = 1,
	STATUS_REFUSED = 2,	/* by the kernel */
	STATUS_GUARD = 3,	/* by a guard */
	STATUS_PENDING = 4,	/* at the deadline */
	STATUS_NOT_FOUND = 5,
};

enum option_bit {
	OPTION_JSON = 1 << 0,
	OPTION_PRETTY = 1 << 1,
	OPTION_HELP = 1 << 2,
	OPTION_VERSION = 1 << 3,
	OPTION_CLASS = 1 << 4,
	OPTION_ADDRESS = 1 << 5,
	OPTION_REASON = 1 << 6,
	OPTION_DRY_RUN = 1 << 7,
	OPTION_TIMEOUT = 1 << 8,
	OPTION_NO_WAIT = 1 << 9,
	OPTION_NODE = 1 << 10,
	OPTION_PAGES = 1 << 11,
	OPTION_BYTES = 1 << 12,
	OPTION_COUNT = 1 << 13,
	OPTION_SPARE = 1 << 14,
	OPTION_GIVE_BACK = 1 << 15,
	OPTION_NEAR = 1 << 16,
	OPTION_SVG = 1 << 17,
	OPTION_METHOD = 1 << 18,
	OPTION_OWNER = 1 << 19,
	OPTION_OVERRIDE = 1 << 20,
	OPTION_WAIT = 1 << 21,
	OPTION_HEALTH = 1 << 22,
	OPTION_ATTENTION = 1 << 23,
	OPTION_FROM = 1 << 24,
	OPTION_OUTPUT = 1 << 25,
	OPTION_HTML = 1 << 26,
	OPTION_SORT = 1 << 27,
};

#define OPTIONS_EVERYWHERE \
	(OPTION_JSON | OPTION_PRETTY | OPTION_HELP | OPTION_VERSION)

/**
 * struct options - What was asked for on the command line.
 * @given: OPTION_... of those that were given; the others' values are 0
 * @class: of --class, VIGIL_CLASS_...
 * @reason: of --reason
 * @address: of --address
 * @timeout_s: of --timeout
 * @node: of --node
 * @pages: of --pages
 * @bytes: of --bytes
 * @spare: of --spare
 * @give_back: of --give-back
 * @count: of --count
 * @near: of --near
 * @svg: of --svg
 * @method: of --method, VIGIL_METHOD_...
 * @overrides: of --override, bits (1 << VIGIL_GUARD_...)
 * @healths: of --health, bits (1 << VIGIL_HEALTH_...)
 * @from: of --from
 * @owner: of --owner
 * @output: of --output
 * @html: of --html
 * @sort: of --sort, enum order
 */
struct options {
	unsigned int given;
	unsigned int class;
	const char *reason;
	uint64_t address;
	uint64_t timeout_s;
	uint64_t node;
	uint64_t pages;
	uint64_t bytes;
	uint64_t spare;
	uint64_t give_back;
	uint64_t count;
	const char *near;
	const char *svg;
	unsigned int method;
	uint32_t overrides;
	uint32_t healths;
	uint64_t from;
	const char *owner;
	const char *output;
	const char *html;
	unsigned int sort;
};

/**
 * struct session - One run of vigilctl.
 * @options: what was asked for
 * @vigil: connection, after session_connect()
 * @class: VIGIL_CLASS_... when the object is that class, else 0
 */
struct session {
	struct options options;
	struct vigil *vigil;
	unsigned int class;
};

/**
 * struct command - One verb of one object.
 * @object: first word
 * @verb: second word, NULL if there is none
 * @operands: the operands, for the help
 * @summary: what it does, one line for the help
 * @details: more for the help, may be NULL
 * @options: OPTION_... that it takes besides OPTIONS_EVERYWHERE
 * @min_operands: least number of operands
 * @max_operands: greatest number of operands
 * @usage_status: exit status of a wrong command line, if not STATUS_USAGE
 * @run: carries it out; the operands end with NULL
 */
struct command {
	const char *object;
	const char *verb;
	const char *operands;
	const char *summary;
	const char *details;
	unsigned int options;
	int min_operands;
	int max_operands;
	int usage_status;
	enum status (*run)(struct session *session, char **operands);
};

extern const struct command commands[];
extern const unsigned int nr_commands;

static inline bool option_given(const struct session *session,
				enum option_bit bit)
{
	return session->options.given & bit;
}

/* options.c */
enum status options_parse(struct session *session, unsigned int allowed,
			  bool permute, int argc, char **argv);
void options_help(unsigned int allowed);

/* main.c */
const char *class_object(unsigned int i, unsigned int *of_class);

/* help.c */
void help_overview(const char *object, const char *word);
void help_command(const struct command *command, const char *word);

/* session.c */
enum status session_connect(struct session *session);
int session_catch_signals(void);
enum status fail(const struct session *session, enum status status,
		 const char *format, ...)
	__attribute__((format(printf, 3, 4)));
enum status fail_kernel(const struct session *session, int err,
			const char *name);

/* component.c */
const char *component_name(const struct session *session, const char *word,
			   char *name);
enum status component_show(struct session *session, char **operands);

/* verb.c */
enum status component_isolate(struct session *session, char **operands);
enum status component_release(struct session *session, char **operands);
enum status component_recover(struct session *session, char **operands);
enum status component_test(struct session *session, char **operands);

/* agent.c */
const char *agent_state(const struct vigil_record *agent);
enum status agent_show(struct session *session, char **operands);

/* policy.c */
enum status policy_show(struct session *session, char **operands);
enum status policy_set(struct session *session, char **operands);

/* operation.c */
enum status operation_show(struct session *session, char **operands);

/* summary.c */
enum status summary(struct session *session, char **operands);

/* check.c */
enum status check(struct session *session, char **operands);

/* metrics.c */
enum status metrics(struct session *session, char **operands);

/* top.c */
enum status top(struct session *session, char **operands);

/* report.c */
enum status report_html(struct session *session, char **operands);

/* pool.c */
enum status pool_show(struct session *session, char **operands);
enum status pool_set(struct session *session, char **operands);

/* hand-over.c */
enum status pool_hand_over(struct session *session, char **operands);

/* frame.c */
enum status frame_show(struct session *session, char **operands);

/* frame-run.c */
enum status frame_isolate(struct session *session, char **operands);
enum status frame_release(struct session *session, char **operands);

/* state-save.c */
enum status state_save(struct session *session, char **operands);

/* state-restore.c */
enum status state_restore(struct session *session, char **operands);

/* model.c */
enum status model_show(struct session *session, char **operands);
enum status model_load(struct session *session, char **operands);
enum status model_unload(struct session *session, char **operands);

/* source.c */
enum status source_show(struct session *session, char **operands);

/* audit.c */
enum status audit_show(struct session *session, char **operands);

/* dimm.c */
enum status dimm_show(struct session *session, char **operands);
enum status dimm_explain(struct session *session, char **operands);

/* weights.c */
enum status weights_show(struct session *session, char **operands);

/* load.c */
enum status weights_preload(struct session *session, char **operands);
enum status weights_evict(struct session *session, char **operands);

/* keep.c */
enum status weights_cancel(struct session *session, char **operands);
enum status weights_pin(struct session *session, char **operands);
enum status weights_unpin(struct session *session, char **operands);

/* run.c */
enum status run_near(struct session *session, char **operands);

/* monitor.c */
enum status monitor(struct session *session, char **operands);

#endif /* VIGILCTL_H */
