// SPDX-License-Identifier: GPL-2.0
/*
 * Memory modules: the table, what is made of cells, and why health is what it
 * is, against golden files, which were looked at by a person.
 */
/* unit-sources: tools/vigilctl/dimm-show.c tools/vigilctl/dimm-explain.c */
/* unit-sources: tools/vigilctl/dimm-risk.c */
/* unit-sources: tools/vigilctl/audit-show.c tools/vigilctl/heatmap.c tools/vigilctl/show.c */
/* unit-sources: tools/vigilctl/select.c tools/vigilctl/table.c tools/vigilctl/json.c */
/* unit-sources: tools/vigilctl/number.c tools/vigilctl/text.c */
/* unit-sources: tools/lib/component.c tools/lib/handle.c tools/lib/list.c */
/* unit-sources: tools/lib/record.c tools/lib/schema.c */
/* unit-packages: libmnl json-c */
#include <stdlib.h>

#include "dimm.h"
#include "list.h"
#include "message.h"
#include "record.h"
#include "unit.h"

/* What is told of a memory module; the rest is the same for all. */
struct facts {
	enum vigil_health health;
	unsigned int cells;
	unsigned int storms;
	unsigned int mode;
	unsigned int uncorrected;
	unsigned int risk_permille;
	unsigned int failing_storms;
};

static struct vigil_record *parse(const struct nlmsghdr *nlh)
{
	struct vigil_record *record = NULL;
	const char *name;

	CHECK_INT(vigil_message_parse(nlh, &name, &record), 0);
	return record;
}

static struct vigil_record *component_of(const struct facts *facts)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_COMPONENT_GET);
	uint16_t counter = VIGIL_A_COMPONENT_COUNTER;
	uint16_t policy = VIGIL_A_COMPONENT_POLICY;

	mnl_attr_put_strz(nlh, VIGIL_A_COMPONENT_NAME, "dimm-mc0.1.0");
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_CLASS, VIGIL_CLASS_DIMM);
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_HEALTH, facts->health);
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_ADVICE, VIGIL_ADVICE_WATCH);
	mnl_attr_put_strz(nlh, VIGIL_A_COMPONENT_REASON, "a reason\033[2J");
	mnl_attr_put_strz(nlh, VIGIL_A_COMPONENT_LABEL, "CPU0_A1");
	if (facts->risk_permille) {
		mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_RISK_PERMILLE,
				 facts->risk_permille);
		mnl_attr_put_strz(nlh, VIGIL_A_COMPONENT_RISK_MODEL, "forest-1");
	}
	message_value(nlh, counter, "corrected_errors", 1234567);
	message_value(nlh, counter, "uncorrected_errors", facts->uncorrected);
	message_value(nlh, counter, "cells_6h", facts->cells);
	message_value(nlh, counter, "storms_6h", facts->storms);
	message_value(nlh, counter, "fault_mode_6h", facts->mode);
	message_value(nlh, policy, "watch_cells", 2);
	message_value(nlh, policy, "failing_cells", 64);
	message_value(nlh, policy, "failing_storms", facts->failing_storms);
	message_value(nlh, policy, "dwell_seconds", 5400);
	return parse(nlh);
}

static void add_feature(struct vigil_list *list, const char *name,
			unsigned int window_s, unsigned int value)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_FEATURE_GET);

	mnl_attr_put_strz(nlh, VIGIL_A_FEATURE_COMPONENT, "dimm-mc0.1.0");
	mnl_attr_put_strz(nlh, VIGIL_A_FEATURE_NAME, name);
	mnl_attr_put_u32(nlh, VIGIL_A_FEATURE_WINDOW_SECONDS, window_s);
	mnl_attr_put_u32(nlh, VIGIL_A_FEATURE_VALUE, value);
	CHECK_INT(vigil_list_add(list, parse(nlh)), 0);
}

/* A number that a model was given, and how much it moved what that says. */
static void add_moved(struct vigil_list *list, const char *name,
		      unsigned int window_s, double moved)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_FEATURE_GET);

	mnl_attr_put_strz(nlh, VIGIL_A_FEATURE_NAME, name);
	mnl_attr_put_u32(nlh, VIGIL_A_FEATURE_WINDOW_SECONDS, window_s);
	if (moved > 0)
		mnl_attr_put_u32(nlh, VIGIL_A_FEATURE_VALUE, 12345);
	mnl_attr_put_u32(nlh, VIGIL_A_FEATURE_CONTRIBUTION,
			 (int32_t)(moved * 65536));
	CHECK_INT(vigil_list_add(list, parse(nlh)), 0);
}

static struct vigil_record *model_of(unsigned int alarm_permille)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_MODEL_GET);

	mnl_attr_put_strz(nlh, VIGIL_A_MODEL_SUBJECT, "memory-ue");
	mnl_attr_put_u32(nlh, VIGIL_A_MODEL_ALARM_PERMILLE, alarm_permille);
	return parse(nlh);
}

static void add_decision(struct vigil_list *list)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_AUDIT_GET);
	uint16_t number = VIGIL_A_AUDIT_NUMBER;

	mnl_attr_put_u64(nlh, VIGIL_A_AUDIT_ID, 7);
	mnl_attr_put_strz(nlh, VIGIL_A_AUDIT_COMPONENT, "dimm-mc0.1.0");
	mnl_attr_put_u32(nlh, VIGIL_A_AUDIT_ACTION,
			 VIGIL_AUDIT_ACTION_OFFLINE_PAGE);
	mnl_attr_put_u32(nlh, VIGIL_A_AUDIT_STEP, VIGIL_AUDIT_STEP_DECIDED);
	mnl_attr_put_u64(nlh, VIGIL_A_AUDIT_AGE_SECONDS, 90);
	mnl_attr_put_u64(nlh, VIGIL_A_AUDIT_ADDRESS, 0x12345000);
	mnl_attr_put_strz(nlh, VIGIL_A_AUDIT_REASON, "a reason\033[2J");
	message_value(nlh, number, "page_errors", 2);
	message_value(nlh, number, "threshold", 2);
	message_value(nlh, number, "cells_6h", 1234);
	message_value(nlh, number, "errors_6h", 123456);
	message_value(nlh, number, "node_pages_hour", 18);
	CHECK_INT(vigil_list_add(list, parse(nlh)), 0);
}

static struct dimm dimm_of(const struct facts *facts)
{
	struct dimm dimm = {
		.component = component_of(facts),
		.features = vigil_list_new(),
		.decisions = vigil_list_new(),
	};

	add_decision(dimm.decisions);
	add_feature(dimm.features, "all_ce_log_num", 900, facts->cells / 4);
	add_feature(dimm.features, "all_ce_log_num", 3600, facts->cells / 2);
	add_feature(dimm.features, "all_ce_log_num", 21600, facts->cells);
	add_feature(dimm.features, "all_ce_count", 21600, 10 * facts->cells);
	return dimm;
}

static void check_golden(const char *got, const char *path)
{
	char *wanted = NULL;
	size_t room = 0;
	FILE *file = fopen(path, "r");

	if (!CHECK(file))
		return;
	CHECK(getdelim(&wanted, &room, 0, file) > 0);
	fclose(file);
	CHECK_STR(got, wanted);
	free(wanted);
}

/* The words about a memory module, to be freed. */
static char *words(const struct facts *facts)
{
	struct dimm dimm = dimm_of(facts);
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	dimm_explain_text(&dimm, file);
	fclose(file);
	vigil_record_free(dimm.component);
	vigil_list_free(dimm.features);
	vigil_list_free(dimm.decisions);
	return got;
}

static void table(void)
{
	static const struct facts facts[] = {
		{ .health = VIGIL_HEALTH_HEALTHY },
		{ .health = VIGIL_HEALTH_FAILING, .cells = 70, .storms = 2,
		  .mode = 4, .uncorrected = 1 },
		{ .health = VIGIL_HEALTH_MAX + 1, .mode = 7 },
	};
	struct vigil_list *list = vigil_list_new();
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	for (size_t i = 0; i < ARRAY_SIZE(facts); i++)
		vigil_list_add(list, component_of(&facts[i]));
	dimm_table(list, file);
	fclose(file);
	check_golden(got, "golden/dimms.txt");
	free(got);
	vigil_list_free(list);
}

static void explanation(void)
{
	char *got = words(&(struct facts) {
		.health = VIGIL_HEALTH_FAILING, .cells = 40, .mode = 4,
		.risk_permille = 250, .failing_storms = 3, .storms = 1,
	});

	check_golden(got, "golden/dimm-explain.txt");
	free(got);
}

static void what_moved(void)
{
	struct dimm dimm = dimm_of(&(struct facts) {
		.health = VIGIL_HEALTH_FAILING, .cells = 12, .mode = 3,
		.risk_permille = 340,
	});
	struct json_object *array;
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	dimm.model = model_of(210);
	add_moved(dimm.features, "fault_row_num", 21600, 1.25);
	add_moved(dimm.features, "error_dq_count\033[2J", 3600, -0.5);
	for (int i = 0; i < 6; i++)
		add_moved(dimm.features, "dq_count=1", 900, 0.01 * (i + 1));
	dimm_explain_text(&dimm, file);
	fclose(file);
	check_golden(got, "golden/dimm-explain-risk.txt");
	free(got);

	array = dimm_risk_json(dimm.features);
	CHECK_INT(json_object_array_length(array), 8);
	CHECK_STR(json_object_to_json_string_ext(json_object_array_get_idx(array, 1),
						 JSON_C_TO_STRING_PLAIN),
		  "{\"name\":\"error_dq_count?[2J\",\"window-seconds\":3600,\"contribution\":-32768}");
	json_object_put(array);
	vigil_record_free(dimm.component);
	vigil_record_free(dimm.model);
	vigil_list_free(dimm.features);
	vigil_list_free(dimm.decisions);
}

static void explain_in_json(void)
{
	struct dimm dimm = dimm_of(&(struct facts) {
		.health = VIGIL_HEALTH_DEGRADED, .cells = 1, .mode = 1,
		.uncorrected = 3,
	});
	struct json_object *object = dimm_explain_json(&dimm);

	check_golden(json_object_to_json_string_ext(object,
						    JSON_C_TO_STRING_PRETTY),
		     "golden/dimm-explain.json");
	json_object_put(object);
	vigil_record_free(dimm.component);
	vigil_list_free(dimm.features);
	vigil_list_free(dimm.decisions);
}

/* Each verdict has its reason, also while nothing upholds it any more. */
static void reasons(void)
{
	static const struct {
		struct facts facts;
		const char *says;
	} tests[] = {
		{ { .health = VIGIL_HEALTH_FAILING, .cells = 64 },
		  "It is failing because cells_6h is 64, and 64 suffices." },
		{ { .health = VIGIL_HEALTH_FAILING, .cells = 32 },
		  "It stays failing while cells_6h, now 32, is 32 or more." },
		{ { .health = VIGIL_HEALTH_FAILING, .cells = 31 },
		  "No number keeps it failing: that ends when it has been so for 1 h 30 min." },
		{ { .health = VIGIL_HEALTH_FAILING, .uncorrected = 2 },
		  "Uncorrected errors counted so far: 2." },
		{ { .health = VIGIL_HEALTH_DEGRADED, .cells = 2 },
		  "It is degraded because cells_6h is 2, and 2 suffices." },
		{ { .health = VIGIL_HEALTH_DEGRADED, .cells = 1 },
		  "It stays degraded while cells_6h, now 1, is 1 or more." },
		{ { .health = VIGIL_HEALTH_DEGRADED, .storms = 5,
		    .failing_storms = 10 },
		  "It stays degraded while storms_6h, now 5, is 5 or more." },
		{ { .health = VIGIL_HEALTH_DEGRADED },
		  "No number keeps it degraded" },
		{ { .health = VIGIL_HEALTH_DEGRADED, .failing_storms = 10 },
		  "better when storms_6h is below 5 and cells_6h is below 1 for 1 h 30 min" },
		{ { .health = VIGIL_HEALTH_HEALTHY, .risk_permille = 1000 },
		  "failing when cells_6h reaches 1\n" },
		{ { .health = VIGIL_HEALTH_UNKNOWN }, "It has not been judged." },
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		char *got = words(&tests[i].facts);

		if (!CHECK(strstr(got, tests[i].says)))
			printf("# no \"%s\"\n", tests[i].says);
		free(got);
	}
}

static void cells(void)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));
	struct vigil_list *list = vigil_list_new();
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_CELL_GET);
	struct json_object *array;
	struct heatmap map;

	mnl_attr_put_strz(nlh, VIGIL_A_CELL_COMPONENT, "dimm-mc0.1.0");
	mnl_attr_put_u32(nlh, VIGIL_A_CELL_BANK, 0);
	mnl_attr_put_u32(nlh, VIGIL_A_CELL_ROW, 7);
	mnl_attr_put_u32(nlh, VIGIL_A_CELL_COLUMN, 8);
	mnl_attr_put_u32(nlh, VIGIL_A_CELL_COUNT, 3);
	vigil_list_add(list, parse(nlh));
	nlh = message_begin(buffer, VIGIL_CMD_CELL_GET);
	mnl_attr_put_u32(nlh, VIGIL_A_CELL_RANK, 1);
	mnl_attr_put_u32(nlh, VIGIL_A_CELL_COUNT, 4);
	vigil_list_add(list, parse(nlh));

	dimm_cells(list, &map);
	CHECK_INT(map.nr_spots, 1);
	CHECK_INT(map.spots[0].errors, 3);
	CHECK_INT(map.max_row, 7);
	CHECK_INT(map.max_column, 8);
	CHECK_INT(map.unplaced_errors, 4);
	CHECK_INT(map.nr_devices, 2);
	heatmap_free(&map);
	array = dimm_details(list);
	CHECK_STR(json_object_to_json_string_ext(array, JSON_C_TO_STRING_PLAIN),
		  "[{\"bank\":0,\"row\":7,\"column\":8,\"count\":3},{\"rank\":1,\"count\":4}]");
	json_object_put(array);
	vigil_list_free(list);
}

static const struct unit_case cases[] = {
	{ "table of memory modules", table },
	{ "an explanation", explanation },
	{ "what moved the risk", what_moved },
	{ "an explanation in JSON", explain_in_json },
	{ "each verdict has its reason", reasons },
	{ "cells", cells },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
