/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guards: what a request would hit, and what speaks against it.
 */
#ifndef _VIGIL_GUARD_H
#define _VIGIL_GUARD_H

#include <linux/kref.h>
#include <linux/vigil/component.h>

/* What a survey lists at most; what blocks is always among it. */
#define VIGIL_FINDINGS_MAX	32

/**
 * struct vigil_finding - Something that a request would hit.
 * @guard: the guard that speaks, VIGIL_GUARD_NONE if it is only told
 * @blocks: it refuses the request
 * @text: in words
 */
struct vigil_finding {
	enum vigil_guard guard;
	bool blocks;
	char text[VIGIL_REASON_MAX + 1];
};

/**
 * struct vigil_survey - All that a request would hit.
 * @ref: references; whoever fills it has the only one
 * @verb: what is asked
 * @overrides: bits of the guards that are not heard
 * @spoke: bits of the guards that spoke
 * @blocker: index in @findings of the first that blocks, negative if none does
 * @nr: how many @findings there are
 * @nr_dropped: how many there was no room for
 * @findings: what was found
 */
struct vigil_survey {
	struct kref ref;
	enum vigil_verb verb;
	u32 overrides;
	u32 spoke;
	int blocker;
	unsigned int nr;
	unsigned int nr_dropped;
	struct vigil_finding findings[VIGIL_FINDINGS_MAX];
};

/* guard.c */
extern const char * const vigil_guard_names[];

struct vigil_survey *vigil_survey_create(const struct vigil_request *request);
void vigil_survey_put(struct vigil_survey *survey);
void vigil_survey_ask(struct vigil_survey *survey,
		      struct vigil_component *component,
		      const struct vigil_request *request);
bool vigil_survey_refuses(const struct vigil_survey *survey,
			  struct vigil_outcome *out);
u32 vigil_component_guards(const struct vigil_component *component);
bool vigil_is_locked_down(void);

#endif /* _VIGIL_GUARD_H */
