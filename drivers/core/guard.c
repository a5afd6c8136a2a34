// SPDX-License-Identifier: GPL-2.0
/*
 * Guards: what speaks against taking a component out of use.
 *
 * A survey is filled by the component's provider, who knows what hangs on it, and
 * by the core, who knows whose isolation it is and how much of a class is out of
 * use. It is made twice for each request that is carried out: when it is asked
 * for, so that whoever asks gets the answer at once; and right before the deed,
 * with the component already VIGIL_ISOLATION_PENDING. Two requests that each
 * would leave the last CPU to the other therefore see each other then, and both
 * are refused at worst. No lock is held from the survey to the deed.
 *
 * A guard that is overridden is told all the same, and recorded. No guard but
 * owner is heard for a release.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <kunit/visibility.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core.h"
#include "guard.h"
#include "machine.h"

const char * const vigil_guard_names[] = {
	[VIGIL_GUARD_NONE]		= "none",
	[VIGIL_GUARD_OWNER]		= "owner",
	[VIGIL_GUARD_CLASS_SHARE]	= "class-share",
	[VIGIL_GUARD_CLASS_RATE]	= "class-rate",
	[VIGIL_GUARD_LAST_CPU]		= "last-cpu",
	[VIGIL_GUARD_LAST_CPU_OF_NODE]	= "last-cpu-of-node",
	[VIGIL_GUARD_NODE_MEMORY]	= "node-memory",
	[VIGIL_GUARD_ROOT_DEVICE]	= "root-device",
	[VIGIL_GUARD_MOUNTED]		= "mounted",
	[VIGIL_GUARD_SWAP]		= "swap",
	[VIGIL_GUARD_DEFAULT_ROUTE]	= "default-route",
	[VIGIL_GUARD_VIRTUAL_FUNCTIONS]	= "virtual-functions",
	[VIGIL_GUARD_VFIO]		= "vfio",
	[VIGIL_GUARD_PROVIDER]		= "provider",
	[VIGIL_GUARD_LOCKDOWN]		= "lockdown",
};

static_assert(ARRAY_SIZE(vigil_guard_names) == VIGIL_GUARD_MAX + 1);

/* An empty survey for a request, to be put; or NULL. */
struct vigil_survey *vigil_survey_create(const struct vigil_request *request)
{
	struct vigil_survey *survey = kzalloc(sizeof(*survey), GFP_KERNEL);

	if (!survey)
		return NULL;
	kref_init(&survey->ref);
	survey->verb = request->verb;
	survey->overrides = request->overrides;
	survey->blocker = -1;
	return survey;
}
EXPORT_SYMBOL_IF_KUNIT(vigil_survey_create);

static void free_survey(struct kref *ref)
{
	kfree(container_of(ref, struct vigil_survey, ref));
}

void vigil_survey_put(struct vigil_survey *survey)
{
	if (survey)
		kref_put(&survey->ref, free_survey);
}
EXPORT_SYMBOL_IF_KUNIT(vigil_survey_put);

static bool blocks(const struct vigil_survey *survey, enum vigil_guard guard)
{
	if (guard == VIGIL_GUARD_NONE || (survey->overrides & BIT(guard)))
		return false;
	return survey->verb != VIGIL_VERB_RELEASE ||
	       guard == VIGIL_GUARD_OWNER;
}

/* Where the next finding goes; what blocks first is worth another's place. */
static struct vigil_finding *make_room(struct vigil_survey *survey,
				       bool is_blocker)
{
	if (survey->nr < VIGIL_FINDINGS_MAX)
		return &survey->findings[survey->nr++];
	survey->nr_dropped++;
	return is_blocker ? &survey->findings[VIGIL_FINDINGS_MAX - 1] : NULL;
}

/**
 * vigil_survey_add() - Tell something that a request would hit.
 * @survey: what the provider's @survey was given
 * @guard: the guard that speaks against it, or VIGIL_GUARD_NONE to tell only
 * @format: text for people, one line, cut at VIGIL_REASON_MAX bytes. Everybody may
 *	read it, so it must not contain a physical address.
 *
 * The first 32 findings are kept, and always one that refuses the request.
 *
 * Context: Any; the caller's locks may be held. Does not sleep.
 */
void vigil_survey_add(struct vigil_survey *survey, enum vigil_guard guard,
		      const char *format, ...)
{
	struct vigil_finding *finding;
	bool refuses, first;
	va_list args;

	if (WARN_ON_ONCE(guard > VIGIL_GUARD_MAX))
		return;
	refuses = blocks(survey, guard);
	first = refuses && survey->blocker < 0;
	survey->spoke |= BIT(guard) & ~BIT(VIGIL_GUARD_NONE);

	finding = make_room(survey, first);
	if (!finding)
		return;
	finding->guard = guard;
	finding->blocks = refuses;
	if (first)
		survey->blocker = finding - survey->findings;
	va_start(args, format);
	vscnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}
EXPORT_SYMBOL_GPL(vigil_survey_add);

/* Whether the kernel protects itself from root. */
bool vigil_is_locked_down(void)
{
	return security_locked_down(LOCKDOWN_INTEGRITY_MAX) != 0;
}

static void ask_owner(struct vigil_survey *survey,
		      const struct vigil_facts *facts,
		      const struct vigil_request *request)
{
	if (facts->isolation == VIGIL_ISOLATION_NONE)
		return;
	if (facts->owner == VIGIL_OWNER_EXTERNAL)
		vigil_survey_add(survey, VIGIL_GUARD_OWNER,
				 "isolated by somebody else, not through Vigil");
	else if (facts->isolated_by[0] &&
		 strcmp(facts->isolated_by, request->owner))
		vigil_survey_add(survey, VIGIL_GUARD_OWNER,
				 "isolated by %s, this request is %s's",
				 facts->isolated_by, request->owner);
}

static void ask_class(struct vigil_survey *survey,
		      struct vigil_component *component)
{
	struct vigil_class_use use;

	vigil_machine_class_use(component, &use);
	if (use.nr_isolated >= use.nr_isolated_max)
		vigil_survey_add(survey, VIGIL_GUARD_CLASS_SHARE,
				 "%u of %u %s are out of use, %u may be",
				 use.nr_isolated, use.nr,
				 vigil_class_names[component->desc.class],
				 use.nr_isolated_max);
	if (use.nr_last_hour >= use.nr_last_hour_max)
		vigil_survey_add(survey, VIGIL_GUARD_CLASS_RATE,
				 "%u %s were isolated in the last hour, %u may be",
				 use.nr_last_hour,
				 vigil_class_names[component->desc.class],
				 use.nr_last_hour_max);
}

/* The guards that may speak when a component is isolated. */
u32 vigil_component_guards(const struct vigil_component *component)
{
	u32 guards = component->desc.guards;

	if (component->desc.verbs & BIT(VIGIL_VERB_ISOLATE))
		guards |= BIT(VIGIL_GUARD_OWNER) | BIT(VIGIL_GUARD_CLASS_SHARE) |
			  BIT(VIGIL_GUARD_CLASS_RATE);
	return guards;
}

/**
 * vigil_survey_ask() - Ask everybody who may have something to say.
 * @survey: empty survey
 * @component: component, which the caller keeps registered
 * @request: what is asked of it
 *
 * What is meant is all of a component; page frames have limits of their own
 * (drivers/memory/decide.c), and who releases one says which.
 *
 * Context: Process context, may sleep; calls the provider's @survey.
 */
void vigil_survey_ask(struct vigil_survey *survey,
		      struct vigil_component *component,
		      const struct vigil_request *request)
{
	const struct vigil_component_desc *desc = &component->desc;
	struct vigil_facts facts;

	if (!request->has_address) {
		vigil_component_facts(component, &facts);
		if (request->verb == VIGIL_VERB_RELEASE)
			ask_owner(survey, &facts, request);
		if (request->verb == VIGIL_VERB_ISOLATE &&
		    facts.isolation != VIGIL_ISOLATION_ISOLATED)
			ask_class(survey, component);
	}
	if (desc->ops->survey)
		desc->ops->survey(component, desc->priv, request, survey);
}

/* Whether a guard refuses the request; says in @out which, and why. */
bool vigil_survey_refuses(const struct vigil_survey *survey,
			  struct vigil_outcome *out)
{
	const struct vigil_finding *finding;

	if (survey->blocker < 0)
		return false;
	finding = &survey->findings[survey->blocker];
	out->state = VIGIL_OP_STATE_FAILED;
	out->error = -EACCES;
	scnprintf(out->message, sizeof(out->message), "guard %s: %s",
		  vigil_guard_names[finding->guard], finding->text);
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(vigil_survey_refuses);
