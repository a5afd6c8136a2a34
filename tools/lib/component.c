// SPDX-License-Identifier: GPL-2.0
/*
 * Components: one, all, and their policies.
 */
#include <errno.h>
#include <string.h>

#include "handle.h"

/* a dump that is torn so often is handed out as it is, and says so */
#define DUMP_ATTEMPTS 5

int vigil_component_get(struct vigil *vigil, const char *name,
			struct vigil_record **component)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, vigil->family,
						   VIGIL_CMD_COMPONENT_GET, 0);
	int err = vigil_request_string(vigil, nlh, VIGIL_A_COMPONENT_NAME, name,
				       VIGIL_NAME_MAX);

	*component = NULL;
	return err ? err : vigil_request_record(vigil, nlh, component);
}

static bool find_number(const struct vigil_record *component,
			unsigned int attribute, const char *name,
			uint64_t *value)
{
	const struct vigil_record *number = NULL;

	while ((number = vigil_record_nested(component, attribute, number))) {
		const char *its = vigil_record_string(number,
						      VIGIL_A_VALUE_NAME);

		if (!its || strcmp(its, name) ||
		    !vigil_record_has(number, VIGIL_A_VALUE_VALUE))
			continue;
		*value = vigil_record_uint(number, VIGIL_A_VALUE_VALUE);
		return true;
	}
	return false;
}

bool vigil_component_number(const struct vigil_record *component,
			    const char *name, uint64_t *value)
{
	return find_number(component, VIGIL_A_COMPONENT_COUNTER, name, value) ||
	       find_number(component, VIGIL_A_COMPONENT_POLICY, name, value);
}

bool vigil_component_needs_attention(const struct vigil_record *component)
{
	uint64_t health = vigil_record_uint(component,
					    VIGIL_A_COMPONENT_HEALTH);

	/* an agent has to keep on talking, and nobody else */
	if (health == VIGIL_HEALTH_UNKNOWN &&
	    vigil_record_uint(component, VIGIL_A_COMPONENT_CLASS) ==
	    VIGIL_CLASS_AGENT)
		return true;
	return health > VIGIL_HEALTH_HEALTHY ||
	       vigil_record_uint(component, VIGIL_A_COMPONENT_ISOLATION) !=
	       VIGIL_ISOLATION_NONE ||
	       vigil_record_uint(component, VIGIL_A_COMPONENT_ADVICE) !=
	       VIGIL_ADVICE_NONE;
}

static int dump_once(struct vigil *vigil, unsigned int of_class,
		     bool attention, struct vigil_list **list)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, vigil->family,
						   VIGIL_CMD_COMPONENT_GET,
						   NLM_F_DUMP);

	if (of_class)
		mnl_attr_put_u32(nlh, VIGIL_A_COMPONENT_CLASS, of_class);
	if (attention)
		mnl_attr_put(nlh, VIGIL_A_COMPONENT_ATTENTION, 0, NULL);
	return vigil_request_list(vigil, nlh, list);
}

static int dump(struct vigil *vigil, unsigned int of_class, bool attention,
		struct vigil_list **list)
{
	int err;

	*list = NULL;
	for (int i = 0; i < DUMP_ATTEMPTS; i++) {
		vigil_list_free(*list);
		err = dump_once(vigil, of_class, attention, list);
		if (err || !vigil_list_torn(*list))
			break;
	}
	return err;
}

int vigil_component_dump(struct vigil *vigil, unsigned int of_class,
			 struct vigil_list **list)
{
	return dump(vigil, of_class, false, list);
}

int vigil_component_dump_attention(struct vigil *vigil, unsigned int of_class,
				   struct vigil_list **list)
{
	return dump(vigil, of_class, true, list);
}

int vigil_policy_set(struct vigil *vigil, const char *component,
		     const char *policy, uint64_t value,
		     struct vigil_record **after)
{
	struct nlmsghdr *nlh = vigil_request_begin(vigil, vigil->family,
						   VIGIL_CMD_POLICY_SET, 0);
	struct nlattr *nest;
	int err;

	*after = NULL;
	err = vigil_request_string(vigil, nlh, VIGIL_A_COMPONENT_NAME,
				   component, VIGIL_NAME_MAX);
	if (err)
		return err;
	nest = mnl_attr_nest_start(nlh, VIGIL_A_COMPONENT_POLICY);
	err = vigil_request_string(vigil, nlh, VIGIL_A_VALUE_NAME, policy,
				   VIGIL_NAME_MAX);
	if (err)
		return err;
	mnl_attr_put_u64(nlh, VIGIL_A_VALUE_VALUE, value);
	mnl_attr_nest_end(nlh, nest);
	return vigil_request_record(vigil, nlh, after);
}
