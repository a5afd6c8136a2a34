// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl dimm: memory modules, which are components of class dimm, their
 * history, and why their health is what it is.
 */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "dimm.h"
#include "terminal.h"
#include "text.h"

static bool attribute_is(const struct vigil_record *component,
			 unsigned int attribute, const char *wanted)
{
	const char *string = vigil_record_string(component, attribute);

	return string && !strcmp(string, wanted);
}

/* The memory module of that name, or the only one with that label. */
static const struct vigil_record *find(const struct vigil_list *list,
				       const char *name, size_t *nr_labels)
{
	const struct vigil_record *one, *labelled = NULL;

	*nr_labels = 0;
	for (size_t i = 0; (one = vigil_list_at(list, i)); i++) {
		if (attribute_is(one, VIGIL_A_COMPONENT_NAME, name))
			return one;
		if (!attribute_is(one, VIGIL_A_COMPONENT_LABEL, name))
			continue;
		labelled = one;
		(*nr_labels)++;
	}
	return *nr_labels == 1 ? labelled : NULL;
}

static enum status fail_not_found(struct session *session, const char *name,
				  size_t nr_labels)
{
	struct vigil_record *component;
	int err;

	if (nr_labels)
		return fail(session, STATUS_USAGE,
			    "%zu memory modules have the label \"%s\": give the name",
			    nr_labels, name);
	err = vigil_component_get(session->vigil, name, &component);
	if (err)
		return fail_kernel(session, err, name);
	vigil_record_free(component);
	return fail(session, STATUS_NOT_FOUND,
		    "%s is no memory module (\"vigilctl dimm show\" lists them)",
		    name);
}

/* What is known of the memory module whose name is @name. */
static enum status read_details(struct session *session, const char *name,
				struct dimm *dimm)
{
	int err = vigil_component_get(session->vigil, name, &dimm->component);

	if (!err)
		err = vigil_feature_dump(session->vigil, name, &dimm->features);
	if (!err)
		err = vigil_cell_dump(session->vigil, name, &dimm->cells);
	if (!err)
		err = vigil_audit_dump(session->vigil, name, 0,
				       &dimm->decisions);
	/* Without one there is less to say. */
	if (!err)
		vigil_model_get(session->vigil, "memory-ue", &dimm->model);
	return err ? fail_kernel(session, err, name) : STATUS_OK;
}

/* Whatever it returns, dimm_free() frees it. */
enum status dimm_read(struct session *session, const char *name,
		      struct dimm *dimm)
{
	const struct vigil_record *found;
	enum status status = session_connect(session);
	struct vigil_list *list;
	size_t nr_labels;
	int err;

	*dimm = (struct dimm) { 0 };
	if (status != STATUS_OK)
		return status;
	err = vigil_component_dump(session->vigil, VIGIL_CLASS_DIMM, &list);
	if (err)
		return fail_kernel(session, err, NULL);
	found = find(list, name, &nr_labels);
	if (found)
		status = read_details(session,
				      show_string(found, VIGIL_A_COMPONENT_NAME),
				      dimm);
	else
		status = fail_not_found(session, name, nr_labels);
	vigil_list_free(list);
	return status;
}

void dimm_free(struct dimm *dimm)
{
	vigil_record_free(dimm->component);
	vigil_list_free(dimm->features);
	vigil_list_free(dimm->cells);
	vigil_list_free(dimm->decisions);
	vigil_record_free(dimm->model);
}

static enum status show_all(struct session *session)
{
	enum status status = session_connect(session);
	struct json_object *array;
	struct vigil_list *list;
	int err;

	if (status != STATUS_OK)
		return status;
	err = vigil_component_dump(session->vigil, VIGIL_CLASS_DIMM, &list);
	if (err)
		return fail_kernel(session, err, NULL);
	show_warn_torn(session, list);
	if (option_given(session, OPTION_JSON)) {
		array = json_object_new_array();
		for (size_t i = 0; i < vigil_list_size(list); i++)
			show_json_add(array, vigil_list_at(list, i));
		show_json_print(session, array, vigil_list_torn(list));
	} else {
		dimm_table(list, stdout);
	}
	vigil_list_free(list);
	return STATUS_OK;
}

static void show_text(const struct dimm *dimm, const struct heatmap *map)
{
	struct heat_style style = {
		.columns = terminal_columns(),
		.colour = terminal_has_colour(),
	};

	setlocale(LC_CTYPE, "");
	style.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	show_component(dimm->component, stdout);
	putchar('\n');
	heatmap_print(map, &style, stdout);
}

static void show_json(const struct session *session, const struct dimm *dimm)
{
	struct json_object *array = json_object_new_array();
	struct json_object *object = show_json_add(array, dimm->component);
	bool torn = vigil_list_torn(dimm->features) ||
		    vigil_list_torn(dimm->cells);

	json_object_object_add(object, "features",
			       dimm_details(dimm->features));
	json_object_object_add(object, "cells", dimm_details(dimm->cells));
	show_json_print(session, array, torn);
}

static void draw(const struct dimm *dimm, const struct heatmap *map, FILE *file)
{
	const struct vigil_record *component = dimm->component;
	char title[256], subtitle[256];

	snprintf(title, sizeof(title), "Memory module %s, %s",
		 show_string(component, VIGIL_A_COMPONENT_NAME),
		 show_string(component, VIGIL_A_COMPONENT_LABEL));
	snprintf(subtitle, sizeof(subtitle), "%s: %s",
		 show_name(component, VIGIL_A_COMPONENT_HEALTH),
		 show_string(component, VIGIL_A_COMPONENT_REASON));
	heatmap_svg(map, title, subtitle, file);
}

/* "-" is standard output. */
static enum status write_svg(const struct session *session,
			     const struct dimm *dimm,
			     const struct heatmap *map)
{
	const char *path = session->options.svg;
	FILE *file = stdout;
	bool bad;

	if (strcmp(path, "-"))
		file = fopen(path, "w");
	if (!file)
		return fail(session, STATUS_REFUSED, "%s: %s", path,
			    strerror(errno));
	draw(dimm, map, file);
	bad = fflush(file) || ferror(file);
	if (file != stdout)
		bad |= !!fclose(file);
	if (bad)
		return fail(session, STATUS_REFUSED, "%s: %s", path,
			    strerror(errno));
	return STATUS_OK;
}

static enum status show_one(struct session *session, const char *name)
{
	struct heatmap map;
	struct dimm dimm;
	enum status status = dimm_read(session, name, &dimm);

	if (status == STATUS_OK && option_given(session, OPTION_JSON)) {
		show_json(session, &dimm);
	} else if (status == STATUS_OK) {
		dimm_cells(dimm.cells, &map);
		if (option_given(session, OPTION_SVG))
			status = write_svg(session, &dimm, &map);
		else
			show_text(&dimm, &map);
		heatmap_free(&map);
	}
	dimm_free(&dimm);
	return status;
}

enum status dimm_show(struct session *session, char **operands)
{
	if (option_given(session, OPTION_SVG)) {
		if (!*operands)
			return fail(session, STATUS_USAGE,
				    "--svg needs the name of a memory module");
		if (option_given(session, OPTION_JSON))
			return fail(session, STATUS_USAGE,
				    "either --svg or --json, not both");
	}
	return *operands ? show_one(session, *operands) : show_all(session);
}

enum status dimm_explain(struct session *session, char **operands)
{
	struct json_object *array, *object;
	struct dimm dimm;
	enum status status = dimm_read(session, *operands, &dimm);

	if (status == STATUS_OK && option_given(session, OPTION_JSON)) {
		array = json_object_new_array();
		object = show_json_add(array, dimm.component);
		json_object_object_add(object, "explanation",
				       dimm_explain_json(&dimm));
		show_json_print(session, array, vigil_list_torn(dimm.features));
	} else if (status == STATUS_OK) {
		dimm_explain_text(&dimm, stdout);
	}
	dimm_free(&dimm);
	return status;
}
