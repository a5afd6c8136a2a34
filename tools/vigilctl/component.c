// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl component: what is there, how it is, and taking it out of use.
 */
#include "show.h"

#define TIMEOUT_DEFAULT_S 30

static enum status show_one(struct session *session, const char *name)
{
	struct json_object *array;
	struct vigil_record *component;
	int err = vigil_component_get(session->vigil, name, &component);

	if (err)
		return fail_kernel(session, err, name);
	if (option_given(session, OPTION_JSON)) {
		array = json_object_new_array();
		show_json_add(array, component);
		show_json_print(session, array, false);
	} else {
		show_component(component, stdout);
	}
	vigil_record_free(component);
	return STATUS_OK;
}

static void print_all_json(const struct session *session,
			   const struct vigil_list *list)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < vigil_list_size(list); i++)
		show_json_add(array, vigil_list_at(list, i));
	show_json_print(session, array, vigil_list_torn(list));
}

static enum status show_all(struct session *session)
{
	struct vigil_list *list;
	int err = vigil_component_dump(session->vigil, session->options.class,
				       &list);

	if (err)
		return fail_kernel(session, err, NULL);
	show_warn_torn(session, list);
	if (option_given(session, OPTION_JSON))
		print_all_json(session, list);
	else
		show_components(list, stdout);
	vigil_list_free(list);
	return STATUS_OK;
}

enum status component_show(struct session *session, char **operands)
{
	enum status status;

	if (*operands && option_given(session, OPTION_CLASS))
		return fail(session, STATUS_USAGE,
			    "either a name or --class, not both");
	status = session_connect(session);
	if (status != STATUS_OK)
		return status;
	return *operands ? show_one(session, *operands) : show_all(session);
}

static enum status operation_status(const struct vigil_record *operation)
{
	switch (vigil_record_uint(operation, VIGIL_A_OPERATION_STATE)) {
	case VIGIL_OP_STATE_DONE:
		return STATUS_OK;
	case VIGIL_OP_STATE_FAILED:
		return STATUS_REFUSED;
	default:
		return STATUS_PENDING;
	}
}

static enum status report(const struct session *session,
			  const struct vigil_record *operation)
{
	enum status status = operation_status(operation);
	struct json_object *document;

	if (option_given(session, OPTION_JSON)) {
		document = json_document();
		json_object_object_add(document, "operation",
				       json_record(operation));
		json_print(session, document);
	} else {
		show_operation(operation, status == STATUS_OK ? stdout :
								stderr);
	}
	if (option_given(session, OPTION_NO_WAIT) && status == STATUS_PENDING)
		return STATUS_OK;
	return status;
}

static enum status run_verb(struct session *session, const char *name,
			    enum vigil_verb verb)
{
	const struct options *options = &session->options;
	struct vigil_request request = {
		.component = name,
		.verb = verb,
		.has_address = option_given(session, OPTION_ADDRESS),
		.dry_run = option_given(session, OPTION_DRY_RUN),
		.address = options->address,
		.reason = options->reason,
	};
	uint64_t timeout_s = option_given(session, OPTION_TIMEOUT) ?
			     options->timeout_s : TIMEOUT_DEFAULT_S;
	struct vigil_record *operation;
	enum status status = session_connect(session);
	int err;

	if (status != STATUS_OK)
		return status;
	if (option_given(session, OPTION_NO_WAIT))
		err = vigil_operation_start(session->vigil, &request,
					    &operation);
	else
		err = vigil_operation_run(session->vigil, &request,
					  timeout_s * 1000, &operation);
	if (err)
		return fail_kernel(session, err, name);
	status = report(session, operation);
	vigil_record_free(operation);
	return status;
}

enum status component_isolate(struct session *session, char **operands)
{
	return run_verb(session, *operands, VIGIL_VERB_ISOLATE);
}

enum status component_release(struct session *session, char **operands)
{
	return run_verb(session, *operands, VIGIL_VERB_RELEASE);
}
