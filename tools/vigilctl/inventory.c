// SPDX-License-Identifier: GPL-2.0
/*
 * The memory modules of this machine: components of class dimm, and what the
 * firmware says. Its table is read as a whole, which needs no module of the
 * kernel, unlike /sys/firmware/dmi/entries.
 */
#include <stdio.h>
#include <stdlib.h>

#include "show.h"
#include "state.h"
#include "text.h"

#define TABLE "/sys/firmware/dmi/tables/DMI"
/* there is one byte for the length of a structure, two for its number */
#define TABLE_BYTES_MAX (1u << 20)

static size_t read_firmware(struct dmi_dimm **dimms)
{
	uint8_t *table = need(malloc(TABLE_BYTES_MAX));
	FILE *file = fopen(TABLE, "re");
	size_t length = 0;

	if (file) {
		length = fread(table, 1, TABLE_BYTES_MAX, file);
		fclose(file);
	}
	length = dmi_parse(table, length, dimms);
	free(table);
	return length;
}

static void copy_text(char *to, const struct vigil_record *record,
		      unsigned int attribute)
{
	const char *text = vigil_record_string(record, attribute);
	char *clean = text_clean(text ? text : "");

	snprintf(to, IDENTITY_TEXT, "%s", clean);
	free(clean);
}

/* Finds them; inventory_free() frees it, whatever is returned. */
enum status inventory_read(struct session *session,
			   struct inventory *inventory)
{
	struct dmi_dimm *dimms;
	struct vigil_list *list;
	size_t count;
	int err;

	*inventory = (struct inventory) { 0 };
	err = vigil_component_dump(session->vigil, VIGIL_CLASS_DIMM, &list);
	if (err)
		return fail_kernel(session, err, NULL);
	inventory->count = vigil_list_size(list);
	inventory->modules = need(calloc(inventory->count + 1,
					 sizeof(*inventory->modules)));
	for (size_t i = 0; i < inventory->count; i++) {
		struct identity *id = &inventory->modules[i].id;

		copy_text(id->name, vigil_list_at(list, i),
			  VIGIL_A_COMPONENT_NAME);
		copy_text(id->label, vigil_list_at(list, i),
			  VIGIL_A_COMPONENT_LABEL);
	}
	vigil_list_free(list);
	count = read_firmware(&dimms);
	inventory_identify(inventory, dimms, count);
	free(dimms);
	return STATUS_OK;
}

void inventory_free(struct inventory *inventory)
{
	free(inventory->modules);
}
