// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl check: one word, one line and an exit status for a monitoring system, a
 * scheduler or a probe.
 *
 * It asks the kernel of this machine and nobody else. Of the whole machine only
 * the components that need a look are read, so that it takes no longer where there
 * are thousands.
 */
#include <errno.h>
#include <string.h>

#include "check.h"
#include "json.h"

static int finish(const struct session *session, enum level level,
		  const char *message, const struct machine *machine)
{
	struct json_object *document, *attention;

	if (!option_given(session, OPTION_JSON)) {
		check_print(message, level, machine, stdout);
		return check_status(level);
	}
	document = json_document();
	attention = json_object_new_array();
	for (size_t i = 0; i < machine->attention.size; i++)
		json_object_array_add(attention,
				      json_record(machine->attention.at[i]));
	json_add_string(document, "level", level_name(level));
	json_add_string(document, "message", message);
	json_object_object_add(document, "attention", attention);
	json_print(session, document);
	return check_status(level);
}

static int finish_unknown(const struct session *session, const char *message)
{
	struct machine nothing = { 0 };

	return finish(session, LEVEL_UNKNOWN, message, &nothing);
}

/* Says how the components of a list, and the machine if it is meant, are. */
static int judge(const struct session *session, const struct vigil_list *list,
		 const struct vigil_record *itself)
{
	struct machine machine;
	char message[512];
	int status;

	machine_init(&machine, list);
	if (itself && !machine.itself)
		machine_take(&machine, itself);
	if (!itself && !machine.all.total && option_given(session, OPTION_CLASS))
		snprintf(message, sizeof(message), "there is no component of class %s",
			 vigil_class_name(session->options.class));
	else
		check_message(&machine, message, sizeof(message));
	status = finish(session, machine_level(&machine), message, &machine);
	machine_free(&machine);
	return status;
}

static int check_machine(struct session *session)
{
	struct vigil_record *itself = NULL;
	struct vigil_list *list;
	int err, status;

	err = vigil_component_get(session->vigil, MACHINE_NAME, &itself);
	if (!err)
		err = vigil_component_dump_attention(session->vigil, 0, &list);
	else if (err == -ENODEV || err == -ENOENT)
		err = vigil_component_dump(session->vigil, 0, &list);
	if (err) {
		vigil_record_free(itself);
		return finish_unknown(session, vigil_error(session->vigil));
	}
	status = judge(session, list, itself);
	vigil_list_free(list);
	vigil_record_free(itself);
	return status;
}

static int check_class(struct session *session)
{
	struct vigil_list *list;
	int status;

	if (vigil_component_dump(session->vigil, session->options.class, &list))
		return finish_unknown(session, vigil_error(session->vigil));
	status = judge(session, list, NULL);
	vigil_list_free(list);
	return status;
}

static int check_one(struct session *session, const char *name)
{
	struct vigil_record *component;
	const struct vigil_record *only;
	struct machine machine = { .attention = { .at = &only } };
	char message[512];
	int status;

	if (vigil_component_get(session->vigil, name, &component)) {
		snprintf(message, sizeof(message), "%s: %s", name,
			 vigil_error(session->vigil));
		return finish_unknown(session, message);
	}
	only = component;
	machine_take(&machine, component);
	machine.attention.size = vigil_component_needs_attention(component);
	check_describe(component, message, sizeof(message));
	status = finish(session, component_level(component), message, &machine);
	vigil_record_free(component);
	return status;
}

static int run(struct session *session, const char *name)
{
	int err = vigil_open(&session->vigil);

	if (*name && option_given(session, OPTION_CLASS))
		return finish_unknown(session,
				      "either a name or --class, not both");
	if (err == -ENOENT)
		return finish_unknown(session,
				      "the vigil module is not loaded: modprobe vigil");
	if (err)
		return finish_unknown(session, strerror(-err));
	if (*name)
		return check_one(session, name);
	return option_given(session, OPTION_CLASS) ? check_class(session) :
						     check_machine(session);
}

/* Its exit status is one of enum check_status. */
enum status check(struct session *session, char **operands)
{
	return (enum status)run(session, *operands ? *operands : "");
}
