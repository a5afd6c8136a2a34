// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel knows, as samples for Prometheus.
 */
#include <stdlib.h>

#include "machine.h"
#include "metrics.h"

static const char *string(const struct vigil_record *record,
			  unsigned int attribute)
{
	return vigil_record_string(record, attribute);
}

/* The labels by which a component is found. */
static char *identity(const struct vigil_record *component)
{
	char *labels = metrics_label(NULL, "component",
				     string(component, VIGIL_A_COMPONENT_NAME));

	return metrics_label(labels, "class",
			     vigil_record_name(component,
					       VIGIL_A_COMPONENT_CLASS));
}

static void add_info(struct metrics *metrics,
		     const struct vigil_record *component)
{
	char *labels = identity(component);

	labels = metrics_label(labels, "label",
			       string(component, VIGIL_A_COMPONENT_LABEL));
	labels = metrics_label(labels, "parent",
			       string(component, VIGIL_A_COMPONENT_PARENT_NAME));
	labels = metrics_label(labels, "agent",
			       string(component, VIGIL_A_COMPONENT_AGENT));
	labels = metrics_label(labels, "isolated_by",
			       string(component, VIGIL_A_COMPONENT_ISOLATED_BY));
	metrics_add(metrics, "vigil_component_info", labels, 1);
}

static void add_facts(struct metrics *metrics,
		      const struct vigil_record *component)
{
	static const struct {
		const char *family;
		unsigned int attribute;
	} facts[] = {
		{ "vigil_component_health", VIGIL_A_COMPONENT_HEALTH },
		{ "vigil_component_isolation", VIGIL_A_COMPONENT_ISOLATION },
		{ "vigil_component_advice", VIGIL_A_COMPONENT_ADVICE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(facts); i++)
		metrics_add(metrics, facts[i].family, identity(component),
			    vigil_record_uint(component, facts[i].attribute));
	if (vigil_record_has(component, VIGIL_A_COMPONENT_RISK_PERMILLE))
		metrics_add(metrics, "vigil_component_risk_ratio",
			    metrics_label(identity(component), "model",
					  string(component,
						 VIGIL_A_COMPONENT_RISK_MODEL)),
			    vigil_record_uint(component,
					      VIGIL_A_COMPONENT_RISK_PERMILLE) /
			    1000.0);
}

static void add_numbers(struct metrics *metrics,
			const struct vigil_record *component)
{
	const struct vigil_record *one = NULL;
	const char *name;

	while ((one = vigil_record_nested(component, VIGIL_A_COMPONENT_COUNTER,
					  one))) {
		name = string(one, VIGIL_A_VALUE_NAME);
		if (name)
			metrics_add_named(metrics, name, identity(component),
					  vigil_record_uint(one, VIGIL_A_VALUE_VALUE));
	}
	while ((one = vigil_record_nested(component, VIGIL_A_COMPONENT_POLICY,
					  one)))
		metrics_add(metrics, "vigil_policy",
			    metrics_label(identity(component), "policy",
					  string(one, VIGIL_A_VALUE_NAME)),
			    vigil_record_uint(one, VIGIL_A_VALUE_VALUE));
}

/* How many are how, so that nobody has to count. */
static void add_tallies(struct metrics *metrics, const struct vigil_list *list)
{
	struct machine machine;

	machine_init(&machine, list);
	for (unsigned int class = 1; class <= VIGIL_CLASS_MAX; class++) {
		const struct tally *tally = &machine.of_class[class];

		for (unsigned int i = 0; tally->total && i <= VIGIL_HEALTH_MAX; i++) {
			char *labels = metrics_label(NULL, "class",
						     vigil_class_name(class));

			labels = metrics_label(labels, "health",
					       vigil_health_name(i));
			metrics_add(metrics, "vigil_components", labels,
				    tally->of_health[i]);
		}
	}
	machine_free(&machine);
}

static void add_components(struct metrics *metrics,
			   const struct vigil_list *list)
{
	const struct vigil_record *one;

	for (size_t i = 0; (one = vigil_list_at(list, i)); i++) {
		add_info(metrics, one);
		add_facts(metrics, one);
		add_numbers(metrics, one);
	}
	add_tallies(metrics, list);
	metrics_add(metrics, "vigil_scrape_torn", NULL, vigil_list_torn(list));
}

/* One that this machine does not have is no source. */
static void add_source(struct metrics *metrics,
		       const struct vigil_record *source)
{
	uint64_t state = vigil_record_uint(source, VIGIL_A_SOURCE_STATE);
	const char *name = string(source, VIGIL_A_SOURCE_NAME);

	if (state == VIGIL_SOURCE_STATE_ABSENT)
		return;
	metrics_add(metrics, "vigil_source_armed",
		    metrics_label(NULL, "source", name),
		    state == VIGIL_SOURCE_STATE_ARMED);
	metrics_add(metrics, "vigil_source_errors_total",
		    metrics_label(NULL, "source", name),
		    vigil_record_uint(source, VIGIL_A_SOURCE_EVENTS));
	metrics_add(metrics, "vigil_source_dropped_total",
		    metrics_label(NULL, "source", name),
		    vigil_record_uint(source, VIGIL_A_SOURCE_DROPPED));
	if (vigil_record_has(source, VIGIL_A_SOURCE_QUIET_SECONDS))
		metrics_add(metrics, "vigil_source_quiet_seconds",
			    metrics_label(NULL, "source", name),
			    vigil_record_uint(source,
					      VIGIL_A_SOURCE_QUIET_SECONDS));
}

static void add_agent(struct metrics *metrics, const struct vigil_record *agent)
{
	const char *name = string(agent, VIGIL_A_AGENT_NAME);
	bool down = vigil_record_has(agent, VIGIL_A_AGENT_SILENT) ||
		    vigil_record_has(agent, VIGIL_A_AGENT_GONE);

	metrics_add(metrics, "vigil_agent_up",
		    metrics_label(NULL, "agent", name), !down);
	metrics_add(metrics, "vigil_agent_components",
		    metrics_label(NULL, "agent", name),
		    vigil_record_uint(agent, VIGIL_A_AGENT_COMPONENTS));
}

/* Writes all metrics; without components, that the kernel does not answer. */
void metrics_write(const struct metrics_input *input, FILE *file)
{
	struct metrics *metrics = metrics_new();
	const struct vigil_record *one;

	metrics_add(metrics, "vigil_build_info",
		    metrics_label(NULL, "version", VIGILCTL_VERSION), 1);
	metrics_add(metrics, "vigil_up", NULL, !!input->components);
	if (input->components)
		add_components(metrics, input->components);
	for (size_t i = 0; input->sources &&
	     (one = vigil_list_at(input->sources, i)); i++)
		add_source(metrics, one);
	for (size_t i = 0; input->agents &&
	     (one = vigil_list_at(input->agents, i)); i++)
		add_agent(metrics, one);
	metrics_print(metrics, file);
}
