// SPDX-License-Identifier: GPL-2.0
/*
 * What every run has: a connection, and one way to say why it failed.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>

#include "json.h"
#include "text.h"

/* mistyped names are at most so far from the right one */
#define NEAR_DISTANCE 3

static void print_failure(const struct session *session, enum status status,
			  const char *message)
{
	struct json_object *document;
	char *clean;

	if (option_given(session, OPTION_JSON)) {
		document = json_document();
		json_add_error(document, status, message);
		json_print(session, document);
		return;
	}
	clean = text_clean(message);
	fflush(stdout);
	fprintf(stderr, "vigilctl: %s\n", clean);
	free(clean);
}

/* Says why the run fails and returns @status. */
enum status fail(const struct session *session, enum status status,
		 const char *format, ...)
{
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	print_failure(session, status, message);
	return status;
}

/* The name of a component that is nearest to @name, to be freed, or NULL. */
static char *nearest_name(const struct session *session, const char *name)
{
	unsigned int best = NEAR_DISTANCE + 1;
	struct vigil_list *list;
	char *nearest = NULL;

	if (vigil_component_dump(session->vigil, 0, &list))
		return NULL;
	for (size_t i = 0; i < vigil_list_size(list); i++) {
		const char *its = vigil_record_string(vigil_list_at(list, i),
						      VIGIL_A_COMPONENT_NAME);
		unsigned int distance;

		distance = its ? text_distance(name, its) : best;
		if (distance >= best)
			continue;
		best = distance;
		free(nearest);
		nearest = need(strdup(its));
	}
	vigil_list_free(list);
	return nearest;
}

/* What a guard refused can be looked at, and gone through with. */
static void print_guard_hint(const char *message)
{
	char guard[GUARD_ROOM];

	if (!json_guard_name(message, guard))
		return;
	fputs("vigilctl: --dry-run lists all that would be hit", stderr);
	if (strcmp(guard, vigil_guard_name(VIGIL_GUARD_LOCKDOWN)))
		fprintf(stderr, "; --override %s does it nevertheless", guard);
	fputc('\n', stderr);
}

static enum status fail_not_found(const struct session *session,
				  const char *name, const char *words)
{
	char *nearest = nearest_name(session, name);
	enum status status;

	if (!nearest)
		status = fail(session, STATUS_NOT_FOUND,
			      "no component \"%s\" (\"vigilctl component show\" lists them)",
			      name);
	else if (strcmp(nearest, name))
		status = fail(session, STATUS_NOT_FOUND,
			      "no component \"%s\"; did you mean \"%s\"?",
			      name, nearest);
	else
		status = fail(session, STATUS_NOT_FOUND, "%s: %s", name, words);
	free(nearest);
	return status;
}

/* Says why the kernel did not do what was asked of component @name, if any. */
enum status fail_kernel(const struct session *session, int err,
			const char *name)
{
	enum status status = STATUS_REFUSED;
	char words[256], guard[GUARD_ROOM];

	snprintf(words, sizeof(words), "%s", vigil_error(session->vigil));
	if (name && (err == -ENODEV || err == -ENOENT))
		return fail_not_found(session, name, words);
	if (err == -EBUSY || err == -EACCES ||
	    (err == -EPERM && json_guard_name(words, guard)))
		status = STATUS_GUARD;
	else if (err == -ENODEV || err == -ENOENT)
		status = STATUS_NOT_FOUND;
	if (err == -EPERM && !strcmp(words, strerror(EPERM)))
		snprintf(words, sizeof(words), "only root may do this");
	fail(session, status, "%s%s%s", name ? name : "", name ? ": " : "",
	     words);
	if (status == STATUS_GUARD && !option_given(session, OPTION_JSON))
		print_guard_hint(words);
	return status;
}

/* A file descriptor that becomes readable when the user wants to end. */
int session_catch_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

enum status session_connect(struct session *session)
{
	int err = vigil_open(&session->vigil);

	if (err == -ENOENT)
		return fail(session, STATUS_NOT_FOUND,
			    "the vigil module is not loaded: modprobe vigil");
	if (err)
		return fail(session, STATUS_REFUSED,
			    "can't talk to the kernel: %s", strerror(-err));
	return STATUS_OK;
}
