/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Predictions by small forests of decision trees, for any module.
 *
 * A module registers a subject: what is predicted, and the names of the numbers
 * that it can tell. Whoever trains a model trains it for these names; it is
 * loaded from a file below /lib/firmware, or by an administrator, and may be
 * replaced or go at any time. So a module works without one, too.
 */
#ifndef _LINUX_VIGIL_PREDICT_H
#define _LINUX_VIGIL_PREDICT_H

#include <linux/types.h>
#include <linux/vigil/model.h>

struct vigil_predictor;

/* "Not known" among the numbers. */
#define VIGIL_PREDICT_MISSING	S32_MIN

/* Longest name of a number, with a NUL. */
#define VIGIL_PREDICT_NAME_BYTES	64

/**
 * struct vigil_predictor_desc - A subject.
 * @subject: what is predicted, memory-ue for example; as a file name
 * @firmware: the model's file below /lib/firmware, or NULL
 * @nr_features: numbers that a model is given, 1024 at most
 * @feature_name: write the name of a number
 * @changed: optional; the model came, went, or is another one now. Process
 *	context; must not register or unregister a predictor
 *
 * Stays valid until the predictor is unregistered.
 */
struct vigil_predictor_desc {
	const char *subject;
	const char *firmware;
	unsigned int nr_features;
	void (*feature_name)(unsigned int feature,
			     char name[VIGIL_PREDICT_NAME_BYTES]);
	void (*changed)(void);
};

/**
 * struct vigil_prediction - What a model says.
 * @margin_q16: log odds, in 1/65536
 * @risk_permille: chance that it happens, 0 to 1000
 * @alarm: the margin is at or above that from which on the model calls for action
 * @alarm_permille: risk at that margin
 * @model: name and version of the model
 */
struct vigil_prediction {
	s32 margin_q16;
	u32 risk_permille;
	bool alarm;
	u32 alarm_permille;
	char model[VIGIL_MODEL_NAME_BYTES + VIGIL_MODEL_VERSION_BYTES];
};

struct vigil_predictor *
vigil_predictor_register(const struct vigil_predictor_desc *desc);
void vigil_predictor_unregister(struct vigil_predictor *predictor);
int vigil_predict_eval(struct vigil_predictor *predictor, const s32 *features,
		       struct vigil_prediction *prediction);
int vigil_predict_explain(struct vigil_predictor *predictor,
			  const s32 *features, s64 *contributions_q24);

#endif /* _LINUX_VIGIL_PREDICT_H */
