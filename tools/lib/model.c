// SPDX-License-Identifier: GPL-2.0
/*
 * Prediction models: what judges, and what is to judge from now on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"

/* An attribute has less than 64 KiB. */
#define PIECE_BYTES 32768

int vigil_model_dump(struct vigil *vigil, struct vigil_list **list)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, vigil->family,
						   VIGIL_CMD_MODEL_GET,
						   NLM_F_DUMP);

	return vigil_request_list(vigil, nlh, list);
}

/* A request about a subject, or NULL with @err set. */
static struct nlmsghdr *begin(struct vigil *vigil, uint8_t command,
			      const char *subject, int *err)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, vigil->family,
						   command, 0);

	*err = vigil_request_string(vigil, nlh, VIGIL_A_MODEL_SUBJECT, subject,
				    VIGIL_NAME_MAX);
	return *err ? NULL : nlh;
}

int vigil_model_get(struct vigil *vigil, const char *subject,
		    struct vigil_record **model)
{
	struct nlmsghdr *nlh;
	int err;

	*model = NULL;
	nlh = begin(vigil, VIGIL_CMD_MODEL_GET, subject, &err);
	return nlh ? vigil_request_record(vigil, nlh, model) : err;
}

static void put_data(struct nlmsghdr *nlh, const char *data, size_t bytes)
{
	while (bytes) {
		size_t piece = bytes < PIECE_BYTES ? bytes : PIECE_BYTES;

		mnl_attr_put(nlh, VIGIL_A_MODEL_DATA, piece, data);
		data += piece;
		bytes -= piece;
	}
}

int vigil_model_load(struct vigil *vigil, const char *subject,
		     const void *data, size_t bytes,
		     struct vigil_record **model)
{
	struct nlmsghdr *nlh, *large;
	int err;

	*model = NULL;
	if (bytes > VIGIL_MODEL_FILE_MAX)
		return vigil_fail(vigil, -EFBIG,
				  "longer than a model may be, 128 KiB");
	nlh = begin(vigil, VIGIL_CMD_MODEL_LOAD, subject, &err);
	if (!nlh)
		return err;
	large = malloc(sizeof(vigil->request) + bytes +
		       (bytes / PIECE_BYTES + 1) * 2 * MNL_ATTR_HDRLEN);
	if (!large)
		return vigil_fail(vigil, -ENOMEM, "%s", strerror(ENOMEM));
	memcpy(large, nlh, nlh->nlmsg_len);
	put_data(large, data, bytes);
	err = vigil_request_record(vigil, large, model);
	free(large);
	return err;
}

int vigil_model_unload(struct vigil *vigil, const char *subject,
		       struct vigil_record **model)
{
	struct nlmsghdr *nlh;
	int err;

	*model = NULL;
	nlh = begin(vigil, VIGIL_CMD_MODEL_UNLOAD, subject, &err);
	return nlh ? vigil_request_record(vigil, nlh, model) : err;
}
