// SPDX-License-Identifier: GPL-2.0
/*
 * Memory modules of the firmware, whole and mangled; which label means which; and
 * whether a memory module is still the one that it was.
 */
/* unit-sources: tools/vigilctl/dmi.c tools/vigilctl/identity.c tools/vigilctl/text.c */
#include <stdlib.h>

#include "identity.h"
#include "unit.h"

#define TABLE_BYTES 4096

struct table {
	uint8_t bytes[TABLE_BYTES];
	size_t length;
};

static void add_bytes(struct table *table, const void *bytes, size_t length)
{
	memcpy(table->bytes + table->length, bytes, length);
	table->length += length;
}

/* A structure of type 17, of SMBIOS 2.8. */
static void add_device(struct table *table, uint16_t size, const char *locator,
		       const char *bank, const char *serial)
{
	uint8_t fields[0x28] = { 17, sizeof(fields) };
	const char *const strings[] = { locator, bank, "maker", serial };

	fields[0x0c] = size & 0xff;
	fields[0x0d] = size >> 8;
	fields[0x10] = 1;
	fields[0x11] = 2;
	fields[0x17] = 3;
	fields[0x18] = 4;
	fields[0x1d] = 0x80;	/* extended size: 32 GiB */
	add_bytes(table, fields, sizeof(fields));
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		add_bytes(table, strings[i], strlen(strings[i]) + 1);
	add_bytes(table, "", 1);
}

static void add_other(struct table *table, uint8_t type)
{
	uint8_t fields[] = { type, 6, 0, 0, 1, 2 };

	add_bytes(table, fields, sizeof(fields));
	add_bytes(table, "\0", 2);
}

static void make_table(struct table *table)
{
	*table = (struct table) { 0 };
	add_other(table, 1);
	add_device(table, 16384, "DIMM_A1", "NODE 1", "8125AA01");
	add_device(table, 0, "DIMM_A2", "NODE 1", "NO DIMM");
	add_device(table, 0x7fff, " DIMM_B1 ", "NODE 2", " 00000000");
	add_other(table, 16);
	add_device(table, 0xffff, "DIMM_B2", "NODE 2", "8125AA02");
	add_other(table, 127);
	add_device(table, 16384, "BEYOND", "THE END", "8125AA03");
}

static void whole_table(void)
{
	struct dmi_dimm *dimms;
	struct table table;

	make_table(&table);
	if (!CHECK_INT(dmi_parse(table.bytes, table.length, &dimms), 3)) {
		free(dimms);
		return;
	}
	CHECK_STR(dimms[0].locator, "DIMM_A1");
	CHECK_STR(dimms[0].bank, "NODE 1");
	CHECK_STR(dimms[0].serial, "8125AA01");
	CHECK_INT(dimms[0].size_kib, 16384 << 10);
	CHECK_STR(dimms[1].locator, "DIMM_B1");
	CHECK_STR(dimms[1].serial, "");
	CHECK_INT(dimms[1].size_kib, 0x8000 << 10);
	CHECK_STR(dimms[2].locator, "DIMM_B2");
	CHECK_INT(dimms[2].size_kib, 0);
	free(dimms);
}

/* A copy of its own size, so that reading beyond it is noticed. */
static size_t parse_copy(const uint8_t *bytes, size_t length)
{
	uint8_t *copy = malloc(length ? length : 1);
	struct dmi_dimm *dimms;
	size_t count;

	memcpy(copy, bytes, length);
	count = dmi_parse(copy, length, &dimms);
	free(copy);
	free(dimms);
	return count;
}

static void mangled_tables(void)
{
	size_t count, before = 0;
	struct table table;

	make_table(&table);
	for (size_t length = 0; length <= table.length; length++) {
		count = parse_copy(table.bytes, length);
		CHECK(count >= before && count <= 3);
		before = count;
	}
	CHECK_INT(before, 3);
	for (size_t i = 0; i < table.length; i++) {
		uint8_t byte = table.bytes[i];

		for (unsigned int value = 0; value < 256; value += 15) {
			table.bytes[i] = value;
			CHECK(parse_copy(table.bytes, table.length) <= 5);
		}
		table.bytes[i] = byte;
	}
}

static void old_structures(void)
{
	/* of SMBIOS 2.1: nothing behind the bank's name */
	uint8_t fields[0x15] = { 17, sizeof(fields), [0x0c] = 0x00, 0x82,
				 [0x10] = 1, [0x11] = 9 };
	struct table table = { 0 };
	struct dmi_dimm *dimms;

	add_bytes(&table, fields, sizeof(fields));
	add_bytes(&table, "SLOT\xff 1\0", 9);
	if (CHECK_INT(dmi_parse(table.bytes, table.length, &dimms), 1)) {
		CHECK_STR(dimms->locator, "SLOT? 1");
		CHECK_STR(dimms->bank, "");
		CHECK_STR(dimms->serial, "");
		CHECK_INT(dimms->size_kib, 0x200);
	}
	free(dimms);
}

static void serials(void)
{
	static const char *const real[] = {
		"8125AA01", "0x2B37A1F4", "S0M1-0001", "00000001", "1A", "A1B2",
	};
	static const char *const placeholders[] = {
		"", " ", "Unknown", "UNKNOWN", "NO DIMM", "No Dimm", "None",
		"Not Specified", "N/A", "0", "00000000", "0x00000000",
		"FFFFFFFF", "0xFFFFFFFF", "XXXXXXXX", "SerNum0", "A1_SerNum1",
		"To Be Filled By O.E.M.", "Default string", "Serial Number",
		"[Empty]", "Not Available", "12345678", "--------", "Undefined",
	};

	for (size_t i = 0; i < ARRAY_SIZE(real); i++)
		if (!CHECK(dmi_serial_is_real(real[i])))
			printf("# with \"%s\"\n", real[i]);
	for (size_t i = 0; i < ARRAY_SIZE(placeholders); i++)
		if (!CHECK(!dmi_serial_is_real(placeholders[i])))
			printf("# with \"%s\"\n", placeholders[i]);
}

static void labels(void)
{
	static const struct dmi_dimm dimms[] = {
		{ .locator = "DIMM 1", .bank = "P0 CHANNEL A" },
		{ .locator = "DIMM 10", .bank = "P0 CHANNEL A" },
		{ .locator = "DIMM 1", .bank = "P0 CHANNEL B" },
		{ .locator = "", .bank = "P0 CHANNEL B" },
		{ .locator = "DIMM_C1", .bank = "BANK 0" },
		{ .locator = "C1", .bank = "BANK 0" },
	};
	static const struct {
		const char *label;
		int wanted;
	} table[] = {
		{ "P0 CHANNEL A DIMM 1", 0 }, { "P0 CHANNEL B DIMM 1", 2 },
		{ "P0 CHANNEL A DIMM 10", 1 }, { "CPU0 DIMM 10", 1 },
		{ "DIMM 10", 1 }, { "DIMM 1", -1 }, { "CPU0 DIMM 1", -1 },
		{ "DIMM 100", -1 }, { "", -1 }, { "P0 CHANNEL B", -1 },
		{ "DIMM_C1", 4 }, { "CPU_SrcID#0_MC#0_Chan#0_DIMM#0", -1 },
		{ "CPU0_DIMM_C1", 4 }, { "C1", 5 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const struct dmi_dimm *found;

		found = dmi_find(dimms, ARRAY_SIZE(dimms), table[i].label);
		if (!CHECK_INT(found ? found - dimms : -1, table[i].wanted))
			printf("# with \"%s\"\n", table[i].label);
	}
}

#define NR_MODULES 4

static void make_modules(struct module *modules)
{
	static const char *const names[] = { "A1", "A2", "TWIN", "TWIN" };

	memset(modules, 0, NR_MODULES * sizeof(*modules));
	for (int i = 0; i < NR_MODULES; i++) {
		snprintf(modules[i].id.name, IDENTITY_TEXT, "dimm-mc0.%d", i);
		snprintf(modules[i].id.label, IDENTITY_TEXT, "%s", names[i]);
	}
}

static const struct dmi_dimm firmware[] = {
	{ .locator = "A1", .serial = "S1", .size_kib = 1 },
	{ .locator = "A2", .serial = "S2", .size_kib = 1 },
	{ .locator = "TWIN", .serial = "S3", .size_kib = 1 },
};

static void identified(void)
{
	struct module modules[NR_MODULES];
	struct inventory inventory = { modules, NR_MODULES, "" };
	char machine[MACHINE_TEXT];

	make_modules(modules);
	inventory_identify(&inventory, firmware, 3);
	CHECK_STR(modules[0].id.serial, "S1");
	CHECK_STR(modules[0].locator, "A1");
	CHECK_STR(modules[2].id.serial, "");
	CHECK_STR(modules[3].id.serial, "");
	CHECK(!strncmp(inventory.machine, "dmi-", 4));
	CHECK_INT(strlen(inventory.machine), 37);
	memcpy(machine, inventory.machine, sizeof(machine));
	inventory_identify(&inventory, firmware, 2);
	CHECK(strcmp(machine, inventory.machine));
	make_modules(modules);
	inventory_identify(&inventory, NULL, 0);
	CHECK(!strncmp(inventory.machine, "edac-", 5));
	CHECK_STR(modules[0].id.serial, "");
	CHECK(inventory_find(&inventory, "dimm-mc0.1") == &modules[1]);
	CHECK(!inventory_find(&inventory, "dimm-mc0.9"));
}

static void judged(void)
{
	static const struct {
		struct identity then;
		enum verdict wanted;
		const char *why;
	} table[] = {
		{ { "dimm-mc0.0", "A1", "S1" }, VERDICT_SAME, "" },
		{ { "dimm-mc1.7", "A1", "S1" }, VERDICT_SAME, "" },
		{ { "dimm-mc0.0", "A1", "" }, VERDICT_SAME, "" },
		{ { "dimm-mc0.3", "TWIN", "" }, VERDICT_SAME, "" },
		{ { "dimm-mc0.3", "TWIN", "S9" }, VERDICT_SAME, "" },
		{ { "dimm-mc1.7", "TWIN", "" }, VERDICT_UNCERTAIN,
		  "no memory module TWIN is known now" },
		{ { "dimm-mc0.0", "A9", "" }, VERDICT_UNCERTAIN,
		  "no memory module A9 is known now" },
		{ { "dimm-mc0.0", "", "" }, VERDICT_UNCERTAIN,
		  "no memory module dimm-mc0.0 is known now" },
		{ { "dimm-mc0.0", "A1", "S9" }, VERDICT_OTHER,
		  "memory module A1 was replaced" },
		{ { "dimm-mc0.0", "A1", "S2" }, VERDICT_OTHER,
		  "memory module A1 was moved to A2" },
		{ { "dimm-mc0.9", "A9", "S2" }, VERDICT_OTHER,
		  "memory module A9 was moved to A2" },
	};
	struct module modules[NR_MODULES];
	struct inventory inventory = { modules, NR_MODULES, "" };
	char why[WHY_TEXT];

	make_modules(modules);
	inventory_identify(&inventory, firmware, 3);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		enum verdict verdict;

		verdict = inventory_judge(&inventory, &table[i].then,
					  inventory.machine, why);
		if (!CHECK_INT(verdict, table[i].wanted) ||
		    !CHECK_STR(why, table[i].why))
			printf("# number %zu\n", i);
	}
}

/* Whether all memory modules have to be the same, or none added or removed. */
static void judged_by_machine(void)
{
	struct identity nobody = { 0 }, known = { "dimm-mc0.0", "A1", "S1" };
	struct dmi_dimm other[3];
	struct module modules[NR_MODULES];
	struct inventory inventory = { modules, NR_MODULES, "" };
	char machine[MACHINE_TEXT], why[WHY_TEXT];

	make_modules(modules);
	inventory_identify(&inventory, firmware, 3);
	memcpy(machine, inventory.machine, sizeof(machine));
	CHECK_INT(inventory_judge(&inventory, &nobody, machine, why),
		  VERDICT_SAME);
	CHECK_INT(inventory_judge(&inventory, &nobody, "edac-0", why),
		  VERDICT_UNCERTAIN);
	CHECK_INT(inventory_judge(&inventory, &nobody, "", why),
		  VERDICT_UNCERTAIN);
	CHECK_INT(inventory_judge(&inventory, &known, "", why), VERDICT_SAME);

	memcpy(other, firmware, sizeof(other));
	snprintf(other[1].serial, DMI_TEXT, "S7");
	inventory_identify(&inventory, other, 3);
	CHECK_INT(inventory_judge(&inventory, &known, machine, why),
		  VERDICT_SAME);
	CHECK_INT(inventory_judge(&inventory, &nobody, machine, why),
		  VERDICT_OTHER);

	other[1].size_kib = 2;
	inventory_identify(&inventory, other, 3);
	CHECK_INT(inventory_judge(&inventory, &known, machine, why),
		  VERDICT_OTHER);
}

static const struct unit_case cases[] = {
	{ "a table of the firmware", whole_table },
	{ "tables that are cut off or wrong", mangled_tables },
	{ "structures that are older", old_structures },
	{ "serial numbers and placeholders", serials },
	{ "labels and locators", labels },
	{ "memory modules get what the firmware knows", identified },
	{ "the same memory module, moved, replaced, not there", judged },
	{ "other memory modules in the machine", judged_by_machine },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
