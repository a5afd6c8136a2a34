// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl frame: page frames that are out of use.
 */
#include <errno.h>
#include <inttypes.h>

#include "show.h"
#include "state.h"

/* The components of class memory, one at least. */
enum status frame_nodes(struct session *session, struct vigil_list **nodes)
{
	int err = vigil_component_dump(session->vigil, VIGIL_CLASS_MEMORY,
				       nodes);

	if (err)
		return fail_kernel(session, err, NULL);
	if (vigil_list_size(*nodes))
		return STATUS_OK;
	vigil_list_free(*nodes);
	*nodes = NULL;
	return fail(session, STATUS_NOT_FOUND,
		    "no component of class memory: is vigil_memory loaded?");
}

/* Asks at once whether the rest will be allowed, before anything is done. */
enum status frame_allowed(struct session *session,
			  const struct vigil_list *nodes)
{
	const char *node = vigil_record_string(vigil_list_at(nodes, 0),
					       VIGIL_A_COMPONENT_NAME);
	struct vigil_record *frame;
	int err = vigil_frame_get(session->vigil, node, 0, &frame);

	vigil_record_free(frame);
	return err == -EPERM ? fail_kernel(session, err, NULL) : STATUS_OK;
}

/*
 * Asks about the frame at an address, whichever node it belongs to. Returns what
 * vigil_frame_get() returns, and sets *@node to the node's name unless that is
 * not known.
 */
int frame_find(struct session *session, const struct vigil_list *nodes,
	       uint64_t address, const char **node,
	       struct vigil_record **frame)
{
	int err = -ENXIO;

	*frame = NULL;
	for (size_t i = 0; i < vigil_list_size(nodes); i++) {
		*node = vigil_record_string(vigil_list_at(nodes, i),
					    VIGIL_A_COMPONENT_NAME);
		err = vigil_frame_get(session->vigil, *node, address, frame);
		if (err != -EINVAL)
			break;
	}
	if (err && err != -ENOENT)
		*node = NULL;
	return err;
}

static const char *why(const struct vigil_record *frame)
{
	return vigil_record_has(frame, VIGIL_A_FRAME_ERRORS) ? "errors" :
							       "command";
}

/* What EDAC calls the slot of the frame's memory module, or NULL. */
static const char *label_of(const struct inventory *inventory,
			    const struct vigil_record *frame)
{
	const char *dimm = vigil_record_string(frame, VIGIL_A_FRAME_DIMM);
	const struct module *module = dimm ? inventory_find(inventory, dimm) :
					     NULL;

	return module && *module->id.label ? module->id.label : NULL;
}

static void print_table(const struct vigil_list *list,
			const struct inventory *inventory)
{
	static const char *const titles[] = {
		">ADDRESS", "COMPONENT", "STATE", "WHY", "DIMM", "LABEL",
	};
	struct table *table = table_new(titles, ARRAY_SIZE(titles));
	const struct vigil_record *frame;
	char address[32];

	for (size_t i = 0; (frame = vigil_list_at(list, i)); i++) {
		snprintf(address, sizeof(address), "0x%" PRIx64,
			 vigil_record_uint(frame, VIGIL_A_FRAME_ADDRESS));
		table_add(table, address);
		table_add(table, show_string(frame, VIGIL_A_FRAME_COMPONENT));
		table_add(table, show_name(frame, VIGIL_A_FRAME_STATE));
		table_add(table, why(frame));
		table_add(table, show_string(frame, VIGIL_A_FRAME_DIMM));
		table_add(table, label_of(inventory, frame));
	}
	table_print(table, stdout);
}

static void print_json(const struct session *session,
		       const struct vigil_list *list,
		       const struct inventory *inventory)
{
	struct json_object *document = json_document();
	struct json_object *array = json_object_new_array();
	const struct vigil_record *frame;

	for (size_t i = 0; (frame = vigil_list_at(list, i)); i++) {
		struct json_object *object = json_record(frame);
		const char *label = label_of(inventory, frame);

		if (label)
			json_add_string(object, "label", label);
		json_object_array_add(array, object);
	}
	json_object_object_add(document, "frames", array);
	json_print(session, document);
}

enum status frame_show(struct session *session, char **operands)
{
	enum status status = session_connect(session);
	struct inventory inventory;
	struct vigil_list *list;
	int err;

	if (status != STATUS_OK)
		return status;
	err = vigil_frame_dump(session->vigil, *operands, &list);
	if (err)
		return fail_kernel(session, err, *operands);
	status = inventory_read(session, &inventory);
	if (status == STATUS_OK && option_given(session, OPTION_JSON))
		print_json(session, list, &inventory);
	else if (status == STATUS_OK)
		print_table(list, &inventory);
	inventory_free(&inventory);
	vigil_list_free(list);
	return status;
}
