// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl, without an object: whether this machine is fit for work, and why not.
 */
#include "json.h"
#include "summary.h"
#include "terminal.h"

/* The kernel may be older than agents, so what can't be asked is left out. */
static int read_machine(struct session *session, struct summary *summary,
			struct vigil_list **components)
{
	int err = vigil_component_dump(session->vigil, 0, components);

	if (err)
		return err;
	machine_init(&summary->machine, *components);
	if (vigil_source_dump(session->vigil, &summary->sources))
		summary->sources = NULL;
	if (vigil_agent_dump(session->vigil, &summary->agents))
		summary->agents = NULL;
	return 0;
}

static struct json_object *tally_json(const struct tally *tally)
{
	struct json_object *object = json_object_new_object();

	json_add_uint(object, "total", tally->total);
	for (unsigned int i = 0; i <= VIGIL_HEALTH_MAX; i++)
		json_add_uint(object, vigil_health_name(i),
			      tally->of_health[i]);
	json_add_uint(object, "isolated", tally->isolated);
	return object;
}

static struct json_object *classes_json(const struct machine *machine)
{
	struct json_object *object = json_object_new_object();

	for (unsigned int i = 1; i <= VIGIL_CLASS_MAX; i++)
		if (machine->of_class[i].total)
			json_object_object_add(object, vigil_class_name(i),
					       tally_json(&machine->of_class[i]));
	return object;
}

static struct json_object *silent_json(const struct vigil_list *list,
				       bool (*is_silent)(const struct vigil_record *))
{
	struct json_object *array = json_object_new_array();
	const struct vigil_record *one;

	for (size_t i = 0; list && (one = vigil_list_at(list, i)); i++)
		if (is_silent(one))
			json_object_array_add(array, json_record(one));
	return array;
}

static void print_json(const struct session *session,
		       const struct summary *summary, bool torn)
{
	const struct machine *machine = &summary->machine;
	struct json_object *document = json_document();
	struct json_object *attention = json_object_new_array();
	char reason[256];

	machine_reason(machine, reason, sizeof(reason));
	json_add_string(document, "level", level_name(machine_level(machine)));
	json_add_string(document, "verdict", machine_verdict(machine));
	json_add_string(document, "reason", reason);
	if (machine->itself)
		json_object_object_add(document, "machine",
				       json_record(machine->itself));
	json_object_object_add(document, "classes", classes_json(machine));
	for (size_t i = 0; i < machine->attention.size; i++)
		json_object_array_add(attention,
				      json_record(machine->attention.at[i]));
	json_object_object_add(document, "attention", attention);
	json_object_object_add(document, "sources",
			       silent_json(summary->sources, source_is_silent));
	json_object_object_add(document, "agents",
			       silent_json(summary->agents, agent_is_silent));
	json_object_object_add(document, "torn", json_object_new_boolean(torn));
	json_print(session, document);
}

enum status summary(struct session *session, char **operands)
{
	struct summary screen = { 0 };
	enum status status = session_connect(session);
	struct vigil_list *components;
	int err;

	(void)operands;
	if (status != STATUS_OK)
		return status;
	err = read_machine(session, &screen, &components);
	if (err)
		return fail_kernel(session, err, NULL);
	if (terminal_is()) {
		screen.columns = terminal_columns();
		screen.lines = terminal_lines();
		screen.colour = terminal_has_colour();
	}
	if (option_given(session, OPTION_JSON))
		print_json(session, &screen, vigil_list_torn(components));
	else
		summary_print(&screen, stdout);
	machine_free(&screen.machine);
	vigil_list_free(screen.sources);
	vigil_list_free(screen.agents);
	vigil_list_free(components);
	return STATUS_OK;
}
