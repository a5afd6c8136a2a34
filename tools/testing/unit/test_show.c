// SPDX-License-Identifier: GPL-2.0
/*
 * Tables and JSON against golden files, which were looked at by a person.
 */
/* unit-sources: tools/vigilctl/show.c tools/vigilctl/table.c */
/* unit-sources: tools/vigilctl/operation-show.c tools/vigilctl/select.c */
/* unit-sources: tools/vigilctl/json.c tools/vigilctl/number.c */
/* unit-sources: tools/vigilctl/text.c tools/lib/component.c */
/* unit-sources: tools/lib/handle.c tools/lib/list.c tools/lib/record.c */
/* unit-sources: tools/lib/schema.c */
/* unit-packages: libmnl json-c */
#include <errno.h>
#include <stdlib.h>

#include "list.h"
#include "message.h"
#include "record.h"
#include "operation.h"
#include "unit.h"

static char *read_file(const char *path)
{
	char *text = NULL;
	size_t room = 0;
	FILE *file = fopen(path, "r");

	if (!file || getdelim(&text, &room, 0, file) < 0)
		printf("# can't read %s\n", path);
	if (file)
		fclose(file);
	return text;
}

static void check_golden(const char *got, const char *path)
{
	char *wanted = read_file(path);

	CHECK_STR(got, wanted);
	free(wanted);
}

static struct vigil_record *parse(const struct nlmsghdr *nlh)
{
	struct vigil_record *record = NULL;
	const char *name;

	CHECK_INT(vigil_message_parse(nlh, &name, &record), 0);
	return record;
}

static struct vigil_record *full_component(void)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));

	return parse(message_component(buffer));
}

static struct vigil_record *bare_component(void)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_COMPONENT_GET);

	mnl_attr_put_strz(nlh, VIGIL_A_COMPONENT_NAME, "pci-0000:01:00.0");
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_HEALTH, VIGIL_HEALTH_MAX + 1);
	return parse(nlh);
}

static void table_of_components(void)
{
	struct vigil_list *list = vigil_list_new();
	struct selection selection;
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	vigil_list_add(list, full_component());
	vigil_list_add(list, bare_component());
	select_all(&selection, list);
	show_components(&selection, file);
	select_free(&selection);
	fclose(file);
	check_golden(got, "golden/components.txt");
	free(got);
	vigil_list_free(list);
}

static void one_component(void)
{
	struct vigil_record *component = full_component();
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	show_component(component, file);
	fclose(file);
	check_golden(got, "golden/component.txt");
	free(got);
	vigil_record_free(component);
}

static void json_of_a_component(void)
{
	struct vigil_record *component = full_component();
	struct json_object *document = json_document();

	json_object_object_add(document, "component", json_record(component));
	check_golden(json_object_to_json_string_ext(document,
						    JSON_C_TO_STRING_PRETTY),
		     "golden/component.json");
	json_object_put(document);
	vigil_record_free(component);
}

static void operation(void)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_OPERATION_NTF);
	struct vigil_record *record;
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	mnl_attr_put_strz(nlh, VIGIL_A_OPERATION_COMPONENT, "memory-0");
	mnl_attr_put_u32(nlh, VIGIL_A_OPERATION_VERB, VIGIL_VERB_ISOLATE);
	mnl_attr_put(nlh, VIGIL_A_OPERATION_DRY_RUN, 0, NULL);
	mnl_attr_put_u32(nlh, VIGIL_A_OPERATION_STATE, VIGIL_OP_STATE_FAILED);
	record = parse(nlh);
	operation_line(record, file);
	fclose(file);
	CHECK_STR(got, "memory-0: isolate (dry run) failed: -\n");
	free(got);
	vigil_record_free(record);
}

static void add_finding(struct nlmsghdr *nlh, unsigned int guard, bool blocks,
			const char *text)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh,
						  VIGIL_A_OPERATION_FINDING);

	mnl_attr_put_u32(nlh, VIGIL_A_FINDING_GUARD, guard);
	if (blocks)
		mnl_attr_put(nlh, VIGIL_A_FINDING_BLOCKS, 0, NULL);
	mnl_attr_put_strz(nlh, VIGIL_A_FINDING_TEXT, text);
	mnl_attr_nest_end(nlh, nest);
}

static void findings(void)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_ISOLATE);
	struct vigil_record *record;
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	mnl_attr_put_u32(nlh, VIGIL_A_OPERATION_STATE, VIGIL_OP_STATE_DONE);
	add_finding(nlh, VIGIL_GUARD_NONE, false, "12 processes are bound to it");
	add_finding(nlh, VIGIL_GUARD_LAST_CPU_OF_NODE, true,
		    "it is the last CPU of node 1");
	add_finding(nlh, VIGIL_GUARD_CLASS_SHARE, false, "3 of 4 are isolated");
	record = parse(nlh);
	operation_findings(record, file);
	fclose(file);
	CHECK_STR(got, "GUARD                            WHAT WOULD BE HIT\n"
		       "-                 tells          12 processes are bound to it\n"
		       "last-cpu-of-node  refuses        it is the last CPU of node 1\n"
		       "class-share       is overridden  3 of 4 are isolated\n");
	CHECK_INT(operation_status(record), STATUS_GUARD);
	free(got);
	vigil_record_free(record);
}

static enum status status_of(enum vigil_op_state state, unsigned int error)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_OPERATION_NTF);
	struct vigil_record *record;
	enum status status;

	mnl_attr_put_u32(nlh, VIGIL_A_OPERATION_STATE, state);
	if (error)
		mnl_attr_put_u32(nlh, VIGIL_A_OPERATION_ERRNO, error);
	record = parse(nlh);
	status = operation_status(record);
	vigil_record_free(record);
	return status;
}

static void exit_status(void)
{
	CHECK_INT(status_of(VIGIL_OP_STATE_DONE, 0), STATUS_OK);
	CHECK_INT(status_of(VIGIL_OP_STATE_FAILED, EIO), STATUS_REFUSED);
	CHECK_INT(status_of(VIGIL_OP_STATE_FAILED, EACCES), STATUS_GUARD);
	CHECK_INT(status_of(VIGIL_OP_STATE_TIMEOUT, 0), STATUS_PENDING);
	CHECK_INT(status_of(VIGIL_OP_STATE_PENDING, 0), STATUS_PENDING);
}

static void name_of_a_guard(void)
{
	char guard[GUARD_ROOM];

	CHECK(json_guard_name("cpu-3: guard last-cpu: it is", guard));
	CHECK_STR(guard, "last-cpu");
	CHECK(!json_guard_name("guard toaster: it is", guard));
	CHECK(!json_guard_name("guard last-cpu", guard));
	CHECK(!json_guard_name("too many operations are pending", guard));
}

static const struct unit_case cases[] = {
	{ "table of components", table_of_components },
	{ "all about one component", one_component },
	{ "JSON of a component", json_of_a_component },
	{ "an operation", operation },
	{ "what an operation would hit", findings },
	{ "exit status of an operation", exit_status },
	{ "the guard that refused", name_of_a_guard },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
