// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl component show: what is there and how it is, or all about one.
 */
#include <stdlib.h>
#include <string.h>

#include "show.h"

/* a component has few ancestors; more of them are a circle */
#define ANCESTORS_MAX 16

/*
 * The name that is meant: of the components of a class, it need not begin with the
 * class. @name has room for NAME_ROOM bytes.
 */
const char *component_name(const struct session *session, const char *word,
			   char *name)
{
	const char *class = session->class ? vigil_class_name(session->class) :
					     NULL;
	size_t length = class ? strlen(class) : 0;

	if (!class || (!strncmp(word, class, length) && word[length] == '-'))
		return word;
	snprintf(name, NAME_ROOM, "%s-%s", class, word);
	return name;
}

static const struct vigil_record *find(const struct vigil_list *list,
				       const char *name)
{
	const struct vigil_record *one;

	for (size_t i = 0; (one = vigil_list_at(list, i)); i++)
		if (!strcmp(show_string(one, VIGIL_A_COMPONENT_NAME), name))
			return one;
	return NULL;
}

/* The names of those that the component is a part of, the nearest first. */
static struct json_object *parents_of(const struct vigil_list *list,
				      const struct vigil_record *component)
{
	struct json_object *array = json_object_new_array();
	const char *parent = vigil_record_string(component,
						 VIGIL_A_COMPONENT_PARENT_NAME);

	for (int i = 0; component && parent && i < ANCESTORS_MAX; i++) {
		json_object_array_add(array, json_object_new_string(parent));
		component = find(list, parent);
		parent = component ?
			 vigil_record_string(component,
					     VIGIL_A_COMPONENT_PARENT_NAME) :
			 NULL;
	}
	return array;
}

static bool is_child(const struct vigil_record *component, const void *parent)
{
	const char *its = vigil_record_string(component,
					      VIGIL_A_COMPONENT_PARENT_NAME);

	return its && !strcmp(its, parent);
}

static void print_family(const struct vigil_list *list,
			 const struct vigil_record *component,
			 const struct selection *children)
{
	struct json_object *parents = parents_of(list, component);

	if (json_object_array_length(parents))
		fputs("part of:", stdout);
	for (size_t i = 0; i < json_object_array_length(parents); i++)
		printf("%s %s", i ? "," : "",
		       json_object_get_string(json_object_array_get_idx(parents, i)));
	if (json_object_array_length(parents))
		putchar('\n');
	json_object_put(parents);
	if (children->size) {
		puts("parts:");
		show_components(children, stdout);
	}
}

static void print_one(const struct session *session,
		      const struct vigil_list *list,
		      const struct vigil_record *component,
		      const struct selection *children)
{
	struct json_object *array, *object, *names;

	if (!option_given(session, OPTION_JSON)) {
		show_component(component, stdout);
		print_family(list, component, children);
		return;
	}
	array = json_object_new_array();
	object = show_json_add(array, component);
	names = json_object_new_array();
	for (size_t i = 0; i < children->size; i++)
		json_object_array_add(names,
				      json_object_new_string(show_string(children->at[i],
									 VIGIL_A_COMPONENT_NAME)));
	json_object_object_add(object, "parents", parents_of(list, component));
	json_object_object_add(object, "children", names);
	show_json_print(session, array, vigil_list_torn(list));
}

static enum status show_one(struct session *session, const char *name)
{
	struct vigil_record *component;
	struct selection children;
	struct vigil_list *list;
	int err = vigil_component_get(session->vigil, name, &component);

	if (err)
		return fail_kernel(session, err, name);
	err = vigil_component_dump(session->vigil, 0, &list);
	if (err) {
		vigil_record_free(component);
		return fail_kernel(session, err, NULL);
	}
	select_all(&children, list);
	select_only(&children, is_child, name);
	select_sort(&children, ORDER_NAME, false);
	print_one(session, list, component, &children);
	select_free(&children);
	vigil_list_free(list);
	vigil_record_free(component);
	return STATUS_OK;
}

static void print_all(const struct session *session,
		      const struct vigil_list *list,
		      const struct selection *selection)
{
	struct json_object *array;

	if (!option_given(session, OPTION_JSON)) {
		show_components(selection, stdout);
		return;
	}
	array = json_object_new_array();
	for (size_t i = 0; i < selection->size; i++)
		show_json_add(array, selection->at[i]);
	show_json_print(session, array, vigil_list_torn(list));
}

static enum status show_all(struct session *session, unsigned int of_class)
{
	bool attention = option_given(session, OPTION_ATTENTION);
	struct selection selection;
	struct vigil_list *list;
	int err;

	if (attention)
		err = vigil_component_dump_attention(session->vigil, of_class,
						     &list);
	else
		err = vigil_component_dump(session->vigil, of_class, &list);
	if (err)
		return fail_kernel(session, err, NULL);
	show_warn_torn(session, list);
	select_all(&selection, list);
	if (option_given(session, OPTION_HEALTH))
		select_only(&selection, select_healths,
			    &session->options.healths);
	print_all(session, list, &selection);
	select_free(&selection);
	vigil_list_free(list);
	return STATUS_OK;
}

enum status component_show(struct session *session, char **operands)
{
	unsigned int filters = OPTION_CLASS | OPTION_HEALTH | OPTION_ATTENTION;
	char name[NAME_ROOM];
	enum status status;

	if (*operands && (session->options.given & filters))
		return fail(session, STATUS_USAGE,
			    "either a name or a filter, not both");
	if (session->class && option_given(session, OPTION_CLASS))
		return fail(session, STATUS_USAGE,
			    "the class is given already");
	status = session_connect(session);
	if (status != STATUS_OK)
		return status;
	if (*operands)
		return show_one(session,
				component_name(session, *operands, name));
	return show_all(session, session->class ? session->class :
						  session->options.class);
}
