// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl weights cancel, pin and unpin: orders about files, answered at once.
 */
#include <stdio.h>

#include "weights.h"

static enum status control(struct session *session, char **operands,
			   unsigned long request, const char *done)
{
	struct weights_files files;
	enum status status = weights_find(session, operands, &files);

	for (size_t i = 0; i < files.count && status == STATUS_OK; i++)
		status = weights_control(session, &files.files[i], request);
	if (status == STATUS_OK && option_given(session, OPTION_JSON))
		json_print(session, weights_document(&files));
	else if (status == STATUS_OK)
		printf("%s %zu file%s\n", done, files.count,
		       files.count == 1 ? "" : "s");
	weights_free(&files);
	return status;
}

enum status weights_cancel(struct session *session, char **operands)
{
	return control(session, operands, WEIGHTFS_IOC_CANCEL,
		       "stopped loading");
}

enum status weights_pin(struct session *session, char **operands)
{
	return control(session, operands, WEIGHTFS_IOC_PIN, "pinned");
}

enum status weights_unpin(struct session *session, char **operands)
{
	return control(session, operands, WEIGHTFS_IOC_UNPIN, "unpinned");
}
