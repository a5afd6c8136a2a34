/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory modules: what the files about them share.
 */
#ifndef VIGILCTL_DIMM_H
#define VIGILCTL_DIMM_H

#include "heatmap.h"
#include "show.h"

/**
 * struct dimm - All that is known of a memory module.
 * @component: its component
 * @features: what its history amounts to
 * @cells: its cells that had errors
 * @decisions: what was decided about it
 * @model: what predicts uncorrected errors, or NULL
 */
struct dimm {
	struct vigil_record *component;
	struct vigil_list *features;
	struct vigil_list *cells;
	struct vigil_list *decisions;
	struct vigil_record *model;
};

enum status dimm_read(struct session *session, const char *name,
		      struct dimm *dimm);
void dimm_free(struct dimm *dimm);
const char *dimm_fault(const struct vigil_record *component);
struct json_object *dimm_details(const struct vigil_list *list);

/* dimm-show.c */
void dimm_table(const struct vigil_list *list, FILE *file);
void dimm_cells(const struct vigil_list *list, struct heatmap *map);

/* dimm-explain.c */
void dimm_explain_text(const struct dimm *dimm, FILE *file);
struct json_object *dimm_explain_json(const struct dimm *dimm);

/* dimm-risk.c */
void dimm_risk_text(const struct vigil_list *features, FILE *file);
struct json_object *dimm_risk_json(const struct vigil_list *features);

#endif /* VIGILCTL_DIMM_H */
