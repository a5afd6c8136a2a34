// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl report: all there is to know about this machine's health, as a page.
 */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "report.h"

/* What a kernel or a user may not have is left out. */
static struct vigil_list *ask(struct session *session,
			      int (*dump)(struct vigil *vigil,
					  struct vigil_list **list))
{
	struct vigil_list *list;

	return dump(session->vigil, &list) ? NULL : list;
}

static void read_maps(struct session *session, struct report *report)
{
	const struct vigil_record *one;

	for (size_t i = 0; (one = vigil_list_at(report->components, i)); i++) {
		struct report_map *map = &report->maps[report->nr_maps];

		if (report->nr_maps == REPORT_MAPS_MAX)
			break;
		if (vigil_record_uint(one, VIGIL_A_COMPONENT_CLASS) !=
		    VIGIL_CLASS_DIMM)
			continue;
		if (vigil_cell_dump(session->vigil,
				    show_string(one, VIGIL_A_COMPONENT_NAME),
				    &map->cells))
			continue;
		map->component = one;
		if (vigil_list_size(map->cells))
			report->nr_maps++;
		else
			vigil_list_free(map->cells);
	}
}

static int read_report(struct session *session, struct report *report)
{
	int err = vigil_component_dump(session->vigil, 0, &report->components);

	if (err)
		return err;
	machine_init(&report->machine, report->components);
	report->sources = ask(session, vigil_source_dump);
	report->agents = ask(session, vigil_agent_dump);
	report->models = ask(session, vigil_model_dump);
	report->operations = ask(session, vigil_operation_dump);
	if (vigil_audit_dump(session->vigil, NULL, 0, &report->decisions))
		report->decisions = NULL;
	read_maps(session, report);
	return 0;
}

static void free_report(struct report *report)
{
	for (size_t i = 0; i < report->nr_maps; i++)
		vigil_list_free(report->maps[i].cells);
	machine_free(&report->machine);
	vigil_list_free(report->components);
	vigil_list_free(report->sources);
	vigil_list_free(report->agents);
	vigil_list_free(report->models);
	vigil_list_free(report->decisions);
	vigil_list_free(report->operations);
}

/* "-" is standard output. */
static enum status write_page(const struct session *session,
			      const struct report *report)
{
	const char *path = session->options.html;
	FILE *file = stdout;
	bool bad;

	if (strcmp(path, "-"))
		file = fopen(path, "we");
	if (!file)
		return fail(session, STATUS_REFUSED, "%s: %s", path,
			    strerror(errno));
	report_write(report, file);
	bad = fflush(file) || ferror(file);
	if (file != stdout)
		bad |= !!fclose(file);
	if (bad)
		return fail(session, STATUS_REFUSED, "%s: %s", path,
			    strerror(errno));
	return STATUS_OK;
}

enum status report_html(struct session *session, char **operands)
{
	struct utsname names = { 0 };
	struct report page = { .host = names.nodename, .time = time(NULL) };
	char system[256];
	enum status status;
	int err;

	(void)operands;
	if (!option_given(session, OPTION_HTML))
		return fail(session, STATUS_USAGE,
			    "where to? use --html FILE, or --html -");
	if (option_given(session, OPTION_JSON))
		return fail(session, STATUS_USAGE,
			    "either --html or --json, not both");
	status = session_connect(session);
	if (status != STATUS_OK)
		return status;
	uname(&names);
	snprintf(system, sizeof(system), "Linux %.100s, %.100s", names.release,
		 names.machine);
	page.system = system;
	err = read_report(session, &page);
	if (err)
		return fail_kernel(session, err, NULL);
	status = write_page(session, &page);
	free_report(&page);
	return status;
}
