// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl audit: what was decided, and the numbers that led to it.
 */
#include "audit.h"

enum status audit_show(struct session *session, char **operands)
{
	enum status status = session_connect(session);
	struct json_object *document;
	struct vigil_list *list;
	int err;

	if (status != STATUS_OK)
		return status;
	err = vigil_audit_dump(session->vigil, *operands, session->options.from,
			       &list);
	if (err)
		return fail_kernel(session, err, *operands);
	if (option_given(session, OPTION_JSON)) {
		document = json_document();
		json_object_object_add(document, "decisions",
				       json_list(list));
		json_print(session, document);
	} else if (!vigil_list_size(list)) {
		puts(option_given(session, OPTION_FROM) ?
		     "Nothing has been decided from that record on." :
		     "Nothing has been decided since vigil was loaded.");
	} else {
		audit_print(list, SIZE_MAX, stdout);
	}
	vigil_list_free(list);
	return STATUS_OK;
}
