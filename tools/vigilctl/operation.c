// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl operation: what was asked for, and how far it has come.
 */
#include <errno.h>
#include <inttypes.h>

#include "number.h"
#include "operation.h"

static enum status show_one(struct session *session, uint64_t id)
{
	struct vigil_record *operation;
	struct json_object *document;
	int err = vigil_operation_get(session->vigil, id, &operation);

	if (err == -ENOENT)
		return fail(session, STATUS_NOT_FOUND,
			    "the kernel does not know operation %" PRIu64 " (any more)",
			    id);
	if (err)
		return fail_kernel(session, err, NULL);
	if (option_given(session, OPTION_JSON)) {
		document = json_document();
		json_object_object_add(document, "operation",
				       json_record(operation));
		json_print(session, document);
	} else {
		show_fields(operation, stdout);
		operation_findings(operation, stdout);
	}
	vigil_record_free(operation);
	return STATUS_OK;
}

static enum status show_all(struct session *session)
{
	struct vigil_list *list;
	struct json_object *document;
	int err = vigil_operation_dump(session->vigil, &list);

	if (err)
		return fail_kernel(session, err, NULL);
	if (option_given(session, OPTION_JSON)) {
		document = json_document();
		json_object_object_add(document, "operations", json_list(list));
		json_print(session, document);
	} else {
		operation_table(list, stdout);
	}
	vigil_list_free(list);
	return STATUS_OK;
}

enum status operation_show(struct session *session, char **operands)
{
	enum status status;
	uint64_t id = 0;

	if (*operands && !number_parse(*operands, &id))
		return fail(session, STATUS_USAGE,
			    "\"%s\" is not the number of an operation", *operands);
	status = session_connect(session);
	if (status != STATUS_OK)
		return status;
	return *operands ? show_one(session, id) : show_all(session);
}
