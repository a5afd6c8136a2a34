// SPDX-License-Identifier: GPL-2.0
/*
 * Which memory module it was, and whether it is still there.
 *
 * An address means the same cells as before if the same module is in the same
 * slot, and if no slot was filled or emptied, because addresses are spread over
 * all modules. A slot is known by its label; a module by its serial number, if
 * the firmware tells one that is not a placeholder. Without a serial number the
 * label has to do.
 *
 * That a module is not there may also mean that its driver has not been loaded
 * yet, so it is not a proof that it is gone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "identity.h"

#define FIRMWARE "dmi-"
/* up to the end of its first half */
#define LAYOUT_BYTES (sizeof(FIRMWARE) - 1 + 16)

/* FNV-1a: this is about accidents, nobody gains from a collision. */
#define HASH_START UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

/* With the NUL, so that "a", "bc" is not "ab", "c". */
static uint64_t hash(uint64_t value, const char *text)
{
	do {
		value = (value ^ (unsigned char)*text) * HASH_PRIME;
	} while (*text++);
	return value;
}

static void describe_by_firmware(char *machine, const struct dmi_dimm *dimms,
				 size_t count)
{
	uint64_t layout = HASH_START, serials = HASH_START;
	char size[32];

	for (size_t i = 0; i < count; i++) {
		snprintf(size, sizeof(size), "%" PRIu64, dimms[i].size_kib);
		layout = hash(layout, dimms[i].locator);
		layout = hash(layout, dimms[i].bank);
		layout = hash(layout, size);
		serials = hash(serials, dimms[i].serial);
	}
	snprintf(machine, MACHINE_TEXT, FIRMWARE "%016" PRIx64 "-%016" PRIx64,
		 layout, serials);
}

static void describe_by_edac(struct inventory *inventory)
{
	uint64_t value = HASH_START;

	for (size_t i = 0; i < inventory->count; i++) {
		value = hash(value, inventory->modules[i].id.name);
		value = hash(value, inventory->modules[i].id.label);
	}
	snprintf(inventory->machine, MACHINE_TEXT, "edac-%016" PRIx64, value);
}

static bool same_locator(const struct module *a, const struct module *b)
{
	return *a->locator && !strcmp(a->locator, b->locator) &&
	       !strcmp(a->id.serial, b->id.serial);
}

/* Two that have the firmware's same words, or the same number, have neither. */
static void drop_doubled(struct inventory *inventory)
{
	for (size_t i = 0; i < inventory->count; i++) {
		struct module *one = &inventory->modules[i];
		bool doubled = false;

		for (size_t j = i + 1; j < inventory->count; j++) {
			struct module *other = &inventory->modules[j];

			if (!same_locator(one, other) &&
			    (!*one->id.serial ||
			     strcmp(one->id.serial, other->id.serial)))
				continue;
			*other->locator = 0;
			*other->id.serial = 0;
			doubled = true;
		}
		if (doubled) {
			*one->locator = 0;
			*one->id.serial = 0;
		}
	}
}

/* Adds what the firmware knows. @count may be 0. */
void inventory_identify(struct inventory *inventory,
			const struct dmi_dimm *dimms, size_t count)
{
	for (size_t i = 0; i < inventory->count; i++) {
		struct module *module = &inventory->modules[i];
		const struct dmi_dimm *dimm = dmi_find(dimms, count,
						       module->id.label);

		if (!dimm)
			continue;
		memcpy(module->locator, dimm->locator, IDENTITY_TEXT);
		memcpy(module->id.serial, dimm->serial, IDENTITY_TEXT);
	}
	drop_doubled(inventory);
	if (count)
		describe_by_firmware(inventory->machine, dimms, count);
	else
		describe_by_edac(inventory);
}

_Static_assert(DMI_TEXT == IDENTITY_TEXT, "strings are copied as a whole");

/* The memory module whose component has this name, or NULL. */
const struct module *inventory_find(const struct inventory *inventory,
				    const char *name)
{
	for (size_t i = 0; i < inventory->count; i++)
		if (!strcmp(inventory->modules[i].id.name, name))
			return &inventory->modules[i];
	return NULL;
}

/* What is in its slot now. Labels need not be unique; names do not last. */
static const struct module *find_slot(const struct inventory *inventory,
				      const struct identity *then)
{
	const struct module *found = NULL;

	for (size_t i = 0; i < inventory->count; i++) {
		const struct module *one = &inventory->modules[i];

		if (strcmp(one->id.label, then->label))
			continue;
		if (!strcmp(one->id.name, then->name))
			return one;
		if (found)
			return NULL;
		if (*then->label)
			found = one;
	}
	return found;
}

static const struct module *find_serial(const struct inventory *inventory,
					const char *serial)
{
	for (size_t i = 0; *serial && i < inventory->count; i++)
		if (!strcmp(inventory->modules[i].id.serial, serial))
			return &inventory->modules[i];
	return NULL;
}

static bool is_firmware(const char *machine)
{
	return !strncmp(machine, FIRMWARE, sizeof(FIRMWARE) - 1);
}

/* When nobody told which memory module it was, all of them have to be the same. */
static enum verdict judge_machine(const struct inventory *inventory,
				  const char *machine, char *why)
{
	if (!strcmp(inventory->machine, machine))
		return VERDICT_SAME;
	if (is_firmware(machine) && is_firmware(inventory->machine)) {
		snprintf(why, WHY_TEXT,
			 "no module known for it, and some have been replaced");
		return VERDICT_OTHER;
	}
	snprintf(why, WHY_TEXT,
		 "no module known for it, and those of the machine may be others");
	return VERDICT_UNCERTAIN;
}

static enum verdict judge_module(const struct inventory *inventory,
				 const struct identity *then, char *why)
{
	const struct module *slot = find_slot(inventory, then);
	const struct module *holder = find_serial(inventory, then->serial);
	const char *what = *then->label ? then->label : then->name;

	if (holder && holder != slot) {
		snprintf(why, WHY_TEXT, "memory module %s was moved to %s", what,
			 *holder->id.label ? holder->id.label : holder->id.name);
		return VERDICT_OTHER;
	}
	if (!slot) {
		snprintf(why, WHY_TEXT, "no memory module %s is known now", what);
		return VERDICT_UNCERTAIN;
	}
	if (*then->serial && *slot->id.serial && !holder) {
		snprintf(why, WHY_TEXT, "memory module %s was replaced", what);
		return VERDICT_OTHER;
	}
	return VERDICT_SAME;
}

/*
 * Is the memory behind an address still what it was? @then is the module that it
 * was on, perhaps not known, @machine the whole inventory. If not, @why says so.
 */
enum verdict inventory_judge(const struct inventory *inventory,
			     const struct identity *then, const char *machine,
			     char *why)
{
	*why = 0;
	if (!identity_is_known(then))
		return judge_machine(inventory, machine, why);
	if (is_firmware(machine) && is_firmware(inventory->machine) &&
	    strncmp(machine, inventory->machine, LAYOUT_BYTES)) {
		snprintf(why, WHY_TEXT,
			 "memory modules were added, removed or resized: addresses have changed");
		return VERDICT_OTHER;
	}
	return judge_module(inventory, then, why);
}
