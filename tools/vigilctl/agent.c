// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl agent: the programs that report on components, and whether they speak.
 */
#include "number.h"
#include "show.h"

const char *agent_state(const struct vigil_record *agent)
{
	if (vigil_record_has(agent, VIGIL_A_AGENT_GONE))
		return "gone";
	return vigil_record_has(agent, VIGIL_A_AGENT_SILENT) ? "silent" :
							       "speaks";
}

static void add_uint(struct table *table, const struct vigil_record *agent,
		     unsigned int attribute)
{
	char text[NUMBER_TEXT];

	if (vigil_record_has(agent, attribute))
		table_add(table,
			  number_format(vigil_record_uint(agent, attribute),
					text));
	else
		table_add(table, NULL);
}

static void print_table(const struct vigil_list *list)
{
	static const char *const titles[] = {
		"NAME", "STATE", ">PROCESS", ">COMPONENTS", ">MS TO LIVE",
	};
	struct table *table = table_new(titles, ARRAY_SIZE(titles));
	const struct vigil_record *agent;

	for (size_t i = 0; (agent = vigil_list_at(list, i)); i++) {
		table_add(table, show_string(agent, VIGIL_A_AGENT_NAME));
		table_add(table, agent_state(agent));
		add_uint(table, agent, VIGIL_A_AGENT_PID);
		add_uint(table, agent, VIGIL_A_AGENT_COMPONENTS);
		add_uint(table, agent, VIGIL_A_AGENT_TTL_MS);
	}
	table_print(table, stdout);
}

enum status agent_show(struct session *session, char **operands)
{
	enum status status = session_connect(session);
	struct json_object *document;
	struct vigil_list *list;
	int err;

	(void)operands;
	if (status != STATUS_OK)
		return status;
	err = vigil_agent_dump(session->vigil, &list);
	if (err)
		return fail_kernel(session, err, NULL);
	if (option_given(session, OPTION_JSON)) {
		document = json_document();
		json_object_object_add(document, "agents", json_list(list));
		json_object_object_add(document, "torn",
				       json_object_new_boolean(vigil_list_torn(list)));
		json_print(session, document);
	} else {
		print_table(list);
	}
	vigil_list_free(list);
	return STATUS_OK;
}
