/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists of components for tests of what sums them up.
 */
#ifndef VIGIL_UNIT_COMPONENTS_H
#define VIGIL_UNIT_COMPONENTS_H

#include "list.h"
#include "message.h"
#include "record.h"

/* What a component is to be; what is 0 or NULL is left at its default. */
struct component_facts {
	const char *name;
	enum vigil_class class;
	enum vigil_health health;
	enum vigil_isolation isolation;
	enum vigil_advice advice;
	const char *reason;
	const char *label;
	unsigned int risk_permille;
	uint64_t corrected;
};

static inline struct vigil_record *
component_record(const struct component_facts *facts)
{
	static char buffer[MESSAGE_BYTES] __attribute__((aligned(4)));
	struct nlmsghdr *nlh = message_begin(buffer, VIGIL_CMD_COMPONENT_GET);
	struct vigil_record *record = NULL;
	const char *name;

	mnl_attr_put_strz(nlh, VIGIL_A_COMPONENT_NAME, facts->name);
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_CLASS,
			 facts->class ? facts->class : VIGIL_CLASS_CPU);
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_HEALTH, facts->health);
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_ISOLATION, facts->isolation);
	mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_ADVICE, facts->advice);
	if (facts->risk_permille)
		mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_RISK_PERMILLE,
				 facts->risk_permille);
	mnl_attr_put_strz(nlh, VIGIL_A_COMPONENT_REASON,
			  facts->reason ? facts->reason : "");
	if (facts->label)
		mnl_attr_put_strz(nlh, VIGIL_A_COMPONENT_LABEL, facts->label);
	message_value(nlh, VIGIL_A_COMPONENT_COUNTER, "corrected_errors",
		      facts->corrected);
	vigil_message_parse(nlh, &name, &record);
	return record;
}

static inline struct vigil_list *
component_list(const struct component_facts *facts, size_t count)
{
	struct vigil_list *list = vigil_list_new();

	for (size_t i = 0; i < count; i++)
		vigil_list_add(list, component_record(&facts[i]));
	return list;
}

#endif /* VIGIL_UNIT_COMPONENTS_H */
