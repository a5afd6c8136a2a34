// SPDX-License-Identifier: GPL-2.0
/*
 * The text format of Prometheus: families, labels that nobody can break out of, and
 * names of counters that no metric may have.
 */
/* unit-sources: tools/vigilctl/metrics-format.c tools/vigilctl/metrics-collect.c */
/* unit-sources: tools/vigilctl/machine.c tools/vigilctl/select.c */
/* unit-sources: tools/vigilctl/show.c tools/vigilctl/table.c */
/* unit-sources: tools/vigilctl/json.c tools/vigilctl/number.c */
/* unit-sources: tools/vigilctl/text.c tools/lib/component.c */
/* unit-sources: tools/lib/handle.c tools/lib/list.c tools/lib/record.c */
/* unit-sources: tools/lib/schema.c */
/* unit-packages: libmnl json-c */
/* unit-cflags: -DVIGILCTL_VERSION=\"0\" -lm */
#include <stdlib.h>

#include "components.h"
#include "metrics.h"
#include "unit.h"

/* What is printed, to be freed. */
static char *printed(struct metrics *metrics)
{
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	metrics_print(metrics, file);
	fclose(file);
	return got;
}

static void families(void)
{
	struct metrics *metrics = metrics_new();
	char *got;

	metrics_add(metrics, "vigil_up", NULL, 1);
	metrics_add_named(metrics, "corrected_errors",
			  metrics_label(NULL, "component", "dimm-1"), 3);
	metrics_add(metrics, "vigil_component_risk_ratio",
		    metrics_label(NULL, "component", "dimm-0"), 0.1);
	metrics_add_named(metrics, "corrected_errors",
			  metrics_label(NULL, "component", "dimm-0"),
			  UINT64_C(1) << 52);
	metrics_add_named(metrics, "free_pages",
			  metrics_label(NULL, "component", "hugepool-0"), 0);
	got = printed(metrics);
	CHECK_STR(got,
		  "# HELP vigil_component_risk_ratio Chance of an uncorrectable failure, 0 to 1.\n"
		  "# TYPE vigil_component_risk_ratio gauge\n"
		  "vigil_component_risk_ratio{component=\"dimm-0\"} 0.1\n"
		  "# HELP vigil_corrected_errors_total Counter of components of that name, see Documentation/ABI.\n"
		  "# TYPE vigil_corrected_errors_total counter\n"
		  "vigil_corrected_errors_total{component=\"dimm-1\"} 3\n"
		  "vigil_corrected_errors_total{component=\"dimm-0\"} 4503599627370496\n"
		  "# HELP vigil_free_pages Counter of components of that name, see Documentation/ABI.\n"
		  "# TYPE vigil_free_pages gauge\n"
		  "vigil_free_pages{component=\"hugepool-0\"} 0\n"
		  "# HELP vigil_up 1 when the kernel's vigil module answers, else 0.\n"
		  "# TYPE vigil_up gauge\n"
		  "vigil_up 1\n");
	free(got);
}

static void hostile_labels(void)
{
	char *labels = metrics_label(NULL, "a", "x\"} 1\nvigil_up 0 \\ \xff");

	labels = metrics_label(labels, "absent", NULL);
	labels = metrics_label(labels, "b", "");
	CHECK_STR(labels, "a=\"x\\\"} 1?vigil_up 0 \\\\ ?\",b=\"\"");
	free(labels);
}

static void hostile_names(void)
{
	struct metrics *metrics = metrics_new();
	char *got;

	metrics_add_named(metrics, "a b{}\n", NULL, 1);
	metrics_add_named(metrics, "a-b{}\n", NULL, 2);
	got = printed(metrics);
	CHECK(strstr(got, "\nvigil_a_b____total{counter=\"a b{}?\"} 1\n"));
	CHECK(strstr(got, "\nvigil_a_b____total{counter=\"a-b{}?\"} 2\n"));
	free(got);
}

static char *collected(const struct metrics_input *input)
{
	char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	metrics_write(input, file);
	fclose(file);
	return got;
}

static void everything(void)
{
	static const struct component_facts facts[] = {
		{ .name = "dimm-0", .class = VIGIL_CLASS_DIMM, .label = "A1",
		  .health = VIGIL_HEALTH_FAILING, .risk_permille = 250,
		  .isolation = VIGIL_ISOLATION_PARTIAL, .corrected = 12,
		  .advice = VIGIL_ADVICE_REPLACE },
	};
	struct metrics_input input = {
		.components = component_list(facts, ARRAY_SIZE(facts)),
	};
	char *got = collected(&input);
	static const char *const wanted[] = {
		"\nvigil_up 1\n",
		"\nvigil_build_info{version=\"0\"} 1\n",
		"\nvigil_component_info{component=\"dimm-0\",class=\"dimm\",label=\"A1\"} 1\n",
		"\nvigil_component_health{component=\"dimm-0\",class=\"dimm\"} 3\n",
		"\nvigil_component_isolation{component=\"dimm-0\",class=\"dimm\"} 3\n",
		"\nvigil_component_advice{component=\"dimm-0\",class=\"dimm\"} 4\n",
		"\nvigil_component_risk_ratio{component=\"dimm-0\",class=\"dimm\"} 0.25\n",
		"\nvigil_corrected_errors_total{component=\"dimm-0\",class=\"dimm\"} 12\n",
		"\nvigil_components{class=\"dimm\",health=\"failing\"} 1\n",
		"\nvigil_components{class=\"dimm\",health=\"healthy\"} 0\n",
		"\nvigil_scrape_torn 0\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		if (!CHECK(strstr(got, wanted[i])))
			printf("# %s\n", wanted[i] + 1);
	free(got);
	vigil_list_free(input.components);
}

static void without_a_kernel(void)
{
	struct metrics_input input = { 0 };
	char *got = collected(&input);

	CHECK(strstr(got, "\nvigil_up 0\n"));
	CHECK(!strstr(got, "vigil_component"));
	free(got);
}

static const struct unit_case cases[] = {
	{ "families with their samples", families },
	{ "labels are escaped", hostile_labels },
	{ "names that no metric may have", hostile_names },
	{ "all that is known of a component", everything },
	{ "the kernel does not answer", without_a_kernel },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
