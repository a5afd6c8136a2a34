// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl model: what predicts failures, and from which file it came.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "number.h"
#include "show.h"
#include "text.h"

/* Of the file's header, for messages; the kernel verifies it. */
#define MAGIC "VGMF"
#define SUBJECT_OFFSET 96
#define SUBJECT_BYTES 24
#define HEADER_BYTES 128

static void print_origin(const struct vigil_record *model)
{
	time_t trained = vigil_record_uint(model, VIGIL_A_MODEL_TRAINED);
	bool firmware = vigil_record_uint(model, VIGIL_A_MODEL_ORIGIN) ==
			VIGIL_MODEL_ORIGIN_FIRMWARE;
	char date[32] = "?";
	struct tm tm;

	if (gmtime_r(&trained, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	show_line(stdout, "  Model    %s %s, trained %s, %s",
		  show_string(model, VIGIL_A_MODEL_NAME),
		  show_string(model, VIGIL_A_MODEL_VERSION), date,
		  firmware ? "installed below /lib/firmware" :
			     "loaded by command");
}

static void print_model(const struct vigil_record *model)
{
	char bytes[NUMBER_TEXT], asked[NUMBER_TEXT];

	print_origin(model);
	number_format(vigil_record_uint(model, VIGIL_A_MODEL_BYTES), bytes);
	number_format(vigil_record_uint(model, VIGIL_A_MODEL_EVALUATIONS),
		      asked);
	show_line(stdout, "  File     %s bytes, SHA-256 %s", bytes,
		  show_string(model, VIGIL_A_MODEL_HASH));
	show_line(stdout, "  Trees    %" PRIu64 ", depth %" PRIu64
		  ", of %" PRIu64 " numbers",
		  vigil_record_uint(model, VIGIL_A_MODEL_TREES),
		  vigil_record_uint(model, VIGIL_A_MODEL_DEPTH),
		  vigil_record_uint(model, VIGIL_A_MODEL_FEATURES));
	show_line(stdout, "  Alarm    from a risk of %" PRIu64 " in 1000 on",
		  vigil_record_uint(model, VIGIL_A_MODEL_ALARM_PERMILLE));
	show_line(stdout, "  Asked    %s times", asked);
	if (vigil_record_has(model, VIGIL_A_MODEL_MESSAGE))
		show_line(stdout, "  The last one was refused: %s",
			  show_string(model, VIGIL_A_MODEL_MESSAGE));
}

static void print_subject(const struct vigil_record *model)
{
	show_line(stdout, "%s", show_string(model, VIGIL_A_MODEL_SUBJECT));
	if (vigil_record_uint(model, VIGIL_A_MODEL_ORIGIN) !=
	    VIGIL_MODEL_ORIGIN_NONE)
		print_model(model);
	else
		show_line(stdout, "  No model, thresholds judge alone: %s",
			  show_string(model, VIGIL_A_MODEL_MESSAGE));
}

static void print_json(const struct session *session,
		       const struct vigil_list *list)
{
	struct json_object *document = json_document();
	struct json_object *array = json_object_new_array();
	const struct vigil_record *model;

	for (size_t i = 0; (model = vigil_list_at(list, i)); i++)
		json_object_array_add(array, json_record(model));
	json_object_object_add(document, "models", array);
	json_object_object_add(document, "torn",
			       json_object_new_boolean(vigil_list_torn(list)));
	json_print(session, document);
}

/* One model; it is freed. */
static void print_one(const struct session *session,
		      struct vigil_record *model)
{
	struct json_object *document;

	if (option_given(session, OPTION_JSON)) {
		document = json_document();
		json_object_object_add(document, "model", json_record(model));
		json_print(session, document);
	} else {
		print_subject(model);
	}
	vigil_record_free(model);
}

/* fail_kernel() would look for a component of that name. */
static enum status fail_subject(const struct session *session, int err,
				const char *subject)
{
	enum status status = err == -ENOENT ? STATUS_NOT_FOUND :
					      STATUS_REFUSED;
	const char *words = vigil_error(session->vigil);

	if (err == -EPERM && !strcmp(words, strerror(EPERM)))
		words = "only root may do this";
	return fail(session, status, "%s: %s", subject, words);
}

static enum status show_all(const struct session *session)
{
	const struct vigil_record *model;
	struct vigil_list *list;
	int err = vigil_model_dump(session->vigil, &list);

	if (err)
		return fail_kernel(session, err, NULL);
	if (option_given(session, OPTION_JSON)) {
		print_json(session, list);
	} else {
		if (!vigil_list_size(list))
			puts("Nothing is predicted; is vigil_memory loaded?");
		for (size_t i = 0; (model = vigil_list_at(list, i)); i++)
			print_subject(model);
	}
	vigil_list_free(list);
	return STATUS_OK;
}

enum status model_show(struct session *session, char **operands)
{
	enum status status = session_connect(session);
	struct vigil_record *model;
	int err;

	if (status != STATUS_OK || !*operands)
		return status != STATUS_OK ? status : show_all(session);
	err = vigil_model_get(session->vigil, *operands, &model);
	if (err)
		return fail_subject(session, err, *operands);
	print_one(session, model);
	return STATUS_OK;
}

/* Reads a file that is not larger than a model may be; -1 with errno set. */
static ssize_t read_file(const char *path, char *data, size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t bytes = 0;
	ssize_t n = fd < 0 ? -1 : 1;
	int err;

	while (n > 0 && bytes < max) {
		n = read(fd, data + bytes, max - bytes);
		if (n > 0)
			bytes += n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	err = errno;
	if (fd >= 0)
		close(fd);
	errno = err;
	return n < 0 ? -1 : (ssize_t)bytes;
}

static enum status load(struct session *session, const char *path,
			const char *data, size_t bytes)
{
	char subject[SUBJECT_BYTES + 1] = "";
	enum status status;
	struct vigil_record *model;
	int err;

	if (bytes > VIGIL_MODEL_FILE_MAX)
		return fail(session, STATUS_REFUSED,
			    "%s: longer than a model may be, 128 KiB", path);
	if (bytes < HEADER_BYTES || memcmp(data, MAGIC, strlen(MAGIC)))
		return fail(session, STATUS_REFUSED, "%s: not a model file",
			    path);
	memcpy(subject, data + SUBJECT_OFFSET, SUBJECT_BYTES);
	status = session_connect(session);
	if (status != STATUS_OK)
		return status;
	err = vigil_model_load(session->vigil, subject, data, bytes, &model);
	if (err)
		return fail_subject(session, err, path);
	print_one(session, model);
	return STATUS_OK;
}

enum status model_load(struct session *session, char **operands)
{
	char *data = need(malloc(VIGIL_MODEL_FILE_MAX + 1));
	ssize_t bytes = read_file(*operands, data, VIGIL_MODEL_FILE_MAX + 1);
	enum status status;

	if (bytes < 0)
		status = fail(session, errno == ENOENT ? STATUS_NOT_FOUND :
							 STATUS_REFUSED,
			      "%s: %s", *operands, strerror(errno));
	else
		status = load(session, *operands, data, bytes);
	free(data);
	return status;
}

enum status model_unload(struct session *session, char **operands)
{
	enum status status = session_connect(session);
	struct vigil_record *model;
	int err;

	if (status != STATUS_OK)
		return status;
	err = vigil_model_unload(session->vigil, *operands, &model);
	if (err)
		return fail_subject(session, err, *operands);
	print_one(session, model);
	return STATUS_OK;
}
