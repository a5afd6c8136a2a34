/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which memory module it was, and whether it is still there.
 *
 * Pure: tools/testing/unit tests it.
 */
#ifndef VIGILCTL_IDENTITY_H
#define VIGILCTL_IDENTITY_H

#include "dmi.h"

#define IDENTITY_TEXT 64
#define MACHINE_TEXT 48
#define WHY_TEXT 256

/**
 * struct identity - What tells a memory module from others; "" if not known.
 * @name: name of its component
 * @label: what EDAC calls its slot
 * @serial: serial number
 */
struct identity {
	char name[IDENTITY_TEXT];
	char label[IDENTITY_TEXT];
	char serial[IDENTITY_TEXT];
};

/**
 * struct module - A memory module of this machine.
 * @id: its identity
 * @locator: what the firmware calls its slot, or ""
 */
struct module {
	struct identity id;
	char locator[IDENTITY_TEXT];
};

/**
 * struct inventory - The memory modules of this machine.
 * @modules: those that have a component
 * @count: how many
 * @machine: stands for all that are there; two that are the same are the same
 *	text. With the firmware's words the first half is which slots are filled,
 *	and with how much.
 */
struct inventory {
	struct module *modules;
	size_t count;
	char machine[MACHINE_TEXT];
};

/**
 * enum verdict - What became of the memory behind an address.
 * @VERDICT_SAME: it is the same
 * @VERDICT_UNCERTAIN: it may be, but that is not known now
 * @VERDICT_OTHER: it is another
 */
enum verdict {
	VERDICT_SAME,
	VERDICT_UNCERTAIN,
	VERDICT_OTHER,
};

void inventory_identify(struct inventory *inventory,
			const struct dmi_dimm *dimms, size_t count);
const struct module *inventory_find(const struct inventory *inventory,
				    const char *name);
enum verdict inventory_judge(const struct inventory *inventory,
			     const struct identity *then, const char *machine,
			     char *why);

static inline bool identity_is_known(const struct identity *id)
{
	return *id->name || *id->label || *id->serial;
}

#endif /* VIGILCTL_IDENTITY_H */
