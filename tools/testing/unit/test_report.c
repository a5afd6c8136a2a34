// SPDX-License-Identifier: GPL-2.0
/*
 * The page that can be mailed: whatever somebody wrote is text in it, it loads
 * nothing, and every element that is opened is closed.
 */
/* unit-sources: tools/vigilctl/report-page.c tools/vigilctl/report-history.c */
/* unit-sources: tools/vigilctl/report-style.c tools/vigilctl/html.c */
/* unit-sources: tools/vigilctl/machine.c tools/vigilctl/select.c */
/* unit-sources: tools/vigilctl/summary-show.c tools/vigilctl/audit-show.c */
/* unit-sources: tools/vigilctl/dimm-show.c tools/vigilctl/heatmap.c */
/* unit-sources: tools/vigilctl/heatmap-svg.c tools/vigilctl/show.c */
/* unit-sources: tools/vigilctl/table.c tools/vigilctl/json.c */
/* unit-sources: tools/vigilctl/number.c tools/vigilctl/text.c */
/* unit-sources: tools/lib/component.c tools/lib/handle.c tools/lib/list.c */
/* unit-sources: tools/lib/record.c tools/lib/schema.c */
/* unit-packages: libmnl json-c */
/* unit-cflags: -DVIGILCTL_VERSION=\"0\" -lm */
#include <stdlib.h>

#include "components.h"
#include "html.h"
#include "report.h"
#include "unit.h"

#define EVIL "<script>\"'&</script>\033[2J"

static void text(void)
{
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	html_text(file, EVIL "\xff");
	fclose(file);
	CHECK_STR(got, "&lt;script&gt;&quot;&#39;&amp;&lt;/script&gt;?[2J?");
	free(got);
}

static struct vigil_record *parse(const struct nlmsghdr *nlh)
{
	struct vigil_record *record = NULL;
	const char *name;

	CHECK_INT(vigil_message_parse(nlh, &name, &record), 0);
	return record;
}

static struct vigil_list *decisions(void)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_AUDIT_GET);
	struct vigil_list *list = vigil_list_new();

	mnl_attr_put_strz(nlh, VIGIL_A_AUDIT_COMPONENT, EVIL);
	mnl_attr_put_u32(nlh, VIGIL_A_AUDIT_ACTION, VIGIL_AUDIT_ACTION_ISOLATE);
	mnl_attr_put_u32(nlh, VIGIL_A_AUDIT_STEP, VIGIL_AUDIT_STEP_DONE);
	mnl_attr_put_strz(nlh, VIGIL_A_AUDIT_REASON, EVIL);
	mnl_attr_put_u32(nlh, VIGIL_A_AUDIT_UID, 0);
	mnl_attr_put_u32(nlh, VIGIL_A_AUDIT_PID, 12);
	mnl_attr_put_strz(nlh, VIGIL_A_AUDIT_COMM, EVIL);
	mnl_attr_put_strz(nlh, VIGIL_A_AUDIT_OWNER, EVIL);
	mnl_attr_put_u32(nlh, VIGIL_A_AUDIT_OVERRIDE,
			 1 << VIGIL_GUARD_MOUNTED | 1 << VIGIL_GUARD_SWAP);
	mnl_attr_put_u32(nlh, VIGIL_A_AUDIT_ISOLATION_BEFORE,
			 VIGIL_ISOLATION_NONE);
	mnl_attr_put_u32(nlh, VIGIL_A_AUDIT_ISOLATION_AFTER,
			 VIGIL_ISOLATION_ISOLATED);
	vigil_list_add(list, parse(nlh));
	return list;
}

static struct vigil_list *cells(void)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_CELL_GET);
	struct vigil_list *list = vigil_list_new();

	mnl_attr_put_u32(nlh, VIGIL_A_CELL_BANK, 1);
	mnl_attr_put_u32(nlh, VIGIL_A_CELL_ROW, 2);
	mnl_attr_put_u32(nlh, VIGIL_A_CELL_COLUMN, 3);
	mnl_attr_put_u32(nlh, VIGIL_A_CELL_COUNT, 4);
	vigil_list_add(list, parse(nlh));
	return list;
}

/* A page about hostile components, to be freed. */
static char *page(void)
{
	static const struct component_facts facts[] = {
		{ .name = EVIL, .class = VIGIL_CLASS_DIMM, .label = EVIL,
		  .reason = EVIL, .health = VIGIL_HEALTH_FAILED,
		  .isolation = VIGIL_ISOLATION_PARTIAL, .risk_permille = 905 },
		{ .name = "cpu-0", .health = VIGIL_HEALTH_HEALTHY },
	};
	struct report report = {
		.host = EVIL, .system = EVIL,
		.components = component_list(facts, ARRAY_SIZE(facts)),
		.decisions = decisions(),
		.nr_maps = 1,
	};
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	machine_init(&report.machine, report.components);
	report.maps[0].component = vigil_list_at(report.components, 0);
	report.maps[0].cells = cells();
	report_write(&report, file);
	fclose(file);
	machine_free(&report.machine);
	vigil_list_free(report.maps[0].cells);
	vigil_list_free(report.decisions);
	vigil_list_free(report.components);
	return got;
}

static void nothing_but_text(void)
{
	char *got = page();

	CHECK(strstr(got, "&lt;script&gt;"));
	CHECK(!strstr(got, "<script"));
	CHECK(!strchr(got, '\033'));
	CHECK(strstr(got, "90.5 %"));
	CHECK(strstr(got, "overridden: mounted swap, isolation was none, now isolated"));
	CHECK(strstr(got, "<svg"));
	free(got);
}

static void loads_nothing(void)
{
	static const char *const words[] = {
		" src=", " href=", "url(", "@import", "<link", "<iframe",
		"<img", "<?xml",
	};
	char *got = page();

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!CHECK(!strstr(got, words[i])))
			printf("# %s\n", words[i]);
	CHECK(strstr(got, "default-src 'none'"));
	free(got);
}

/* Elements that have no end. */
static bool is_void(const char *name, size_t length)
{
	return length == 4 && !strncmp(name, "meta", 4);
}

/* The first element that is not closed as it should be; NULL if all are. */
static const char *find_unbalanced(const char *text)
{
	const char *open[64];
	size_t depth = 0;

	while ((text = strchr(text, '<'))) {
		bool end = text[1] == '/';
		const char *name = text + 1 + end, *close = strchr(text, '>');
		size_t length = strcspn(name, " />\n");

		text++;
		if (!close || *name == '!' || is_void(name, length) ||
		    close[-1] == '/')
			continue;
		if (!end && depth == ARRAY_SIZE(open))
			return name;
		if (!end)
			open[depth++] = name;
		else if (!depth || strncmp(open[--depth], name, length))
			return name;
	}
	return depth ? open[depth - 1] : NULL;
}

static void all_is_closed(void)
{
	char *got = page();
	const char *bad = find_unbalanced(got);

	if (!CHECK(!bad))
		printf("# %.60s\n", bad);
	CHECK(find_unbalanced("<a><b></a></b>"));
	free(got);
}

static const struct unit_case cases[] = {
	{ "text of any kind", text },
	{ "hostile words are text", nothing_but_text },
	{ "nothing is loaded", loads_nothing },
	{ "every element is closed", all_is_closed },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
