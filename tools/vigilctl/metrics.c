// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl metrics: to standard output, or to a file that node_exporter's textfile
 * collector reads, which never sees half of one.
 *
 * That the module is not loaded is something to be told, not a failure.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics.h"
#include "text.h"

static int read_input(struct session *session, struct metrics_input *input)
{
	int err;

	if (vigil_open(&session->vigil))
		return 0;
	err = vigil_component_dump(session->vigil, 0, &input->components);
	if (err)
		return err;
	if (vigil_source_dump(session->vigil, &input->sources))
		input->sources = NULL;
	if (vigil_agent_dump(session->vigil, &input->agents))
		input->agents = NULL;
	return 0;
}

/* The file beside @path that takes its place in the end. */
static char *temporary_name(const char *path)
{
	const char *base = strrchr(path, '/');
	int length = base ? base + 1 - path : 0;
	char *name;

	if (asprintf(&name, "%.*s.%s.XXXXXX", length, path, path + length) < 0)
		need(NULL);
	return name;
}

static int write_to(int fd, const struct metrics_input *input)
{
	FILE *file = fdopen(fd, "w");
	bool bad;

	if (!file) {
		close(fd);
		return -errno;
	}
	metrics_write(input, file);
	bad = fflush(file) || ferror(file) || fchmod(fd, 0644) || fsync(fd);
	if (fclose(file) || bad)
		return errno ? -errno : -EIO;
	return 0;
}

static int replace(const char *path, const struct metrics_input *input)
{
	char *temporary = temporary_name(path);
	int fd = mkstemp(temporary);
	int err = fd < 0 ? -errno : write_to(fd, input);

	if (!err && rename(temporary, path))
		err = -errno;
	if (err && fd >= 0)
		unlink(temporary);
	free(temporary);
	return err;
}

enum status metrics(struct session *session, char **operands)
{
	const char *path = session->options.output;
	struct metrics_input input = { 0 };
	enum status status = STATUS_OK;
	int err;

	(void)operands;
	if (option_given(session, OPTION_JSON))
		return fail(session, STATUS_USAGE,
			    "this is for Prometheus; component show has the numbers as JSON");
	err = read_input(session, &input);
	if (err)
		return fail_kernel(session, err, NULL);
	if (option_given(session, OPTION_OUTPUT)) {
		err = replace(path, &input);
		if (err)
			status = fail(session, STATUS_REFUSED, "%s: %s", path,
				      strerror(-err));
	} else {
		metrics_write(&input, stdout);
	}
	vigil_list_free(input.components);
	vigil_list_free(input.sources);
	vigil_list_free(input.agents);
	return status;
}
