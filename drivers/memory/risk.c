// SPDX-License-Identifier: GPL-2.0
/*
 * What a model says of memory modules: the chance of an uncorrectable error in
 * the next seven days, from the numbers that their histories amount to.
 *
 * A model is asked whenever a module is judged. It knows nothing of modules
 * without errors in the last six hours, because it has seen none; the risk of
 * these is unknown. So is that of all when nobody has judged for a while.
 */
#define pr_fmt(fmt) "vigil_memory: " fmt

#include <linux/err.h>
#include <linux/string.h>
#include <linux/vigil/predict.h>

#include "dimm.h"
#include "memory.h"
#include "risk.h"

static_assert(VIGIL_FEATURE_MISSING == VIGIL_PREDICT_MISSING);

/* Several times the longest pause of the watch, which has all judged again. */
#define RISK_TTL_MS	(5 * 60 * 1000)

static struct {
	struct vigil_predictor *predictor;	/* or NULL; vigil_memory_lock */
	s32 numbers[VIGIL_RISK_FEATURES];	/* vigil_memory_lock */
	s64 contributions_q24[VIGIL_RISK_FEATURES];	/* vigil_memory_lock */
} risk;

static void model_changed(void)
{
	vigil_memory_watch(0);
}

/* As in the data that models are trained with. */
static void feature_name(unsigned int feature,
			 char name[VIGIL_PREDICT_NAME_BYTES])
{
	static const char *const windows[VIGIL_WINDOWS] = {
		[VIGIL_WINDOW_15M] = "15m",
		[VIGIL_WINDOW_1H] = "1h",
		[VIGIL_WINDOW_6H] = "6h",
	};

	if (feature < VIGIL_RISK_WINDOWED)
		snprintf(name, VIGIL_PREDICT_NAME_BYTES, "%s_%s",
			 vigil_feature_names[feature % VIGIL_FEATURES],
			 windows[feature / VIGIL_FEATURES]);
	else
		strscpy(name, vigil_ratio_names[feature - VIGIL_RISK_WINDOWED],
			VIGIL_PREDICT_NAME_BYTES);
}

static const struct vigil_predictor_desc desc = {
	.subject = "memory-ue",
	.firmware = "vigil/memory-ue.vgm",
	.nr_features = VIGIL_RISK_FEATURES,
	.feature_name = feature_name,
	.changed = model_changed,
};

/* The watch may be brought forward from now on. */
int vigil_memory_risk_init(void)
{
	struct vigil_predictor *predictor = vigil_predictor_register(&desc);

	if (IS_ERR(predictor))
		return PTR_ERR(predictor);
	mutex_lock(&vigil_memory_lock);
	risk.predictor = predictor;
	mutex_unlock(&vigil_memory_lock);
	return 0;
}

/* Not any more; modules are judged without a model. */
void vigil_memory_risk_exit(void)
{
	struct vigil_predictor *predictor;

	mutex_lock(&vigil_memory_lock);
	predictor = risk.predictor;
	risk.predictor = NULL;
	mutex_unlock(&vigil_memory_lock);
	if (predictor)
		vigil_predictor_unregister(predictor);
}

/* Are there errors that a model could know something about? */
static bool has_errors(const struct vigil_memory_dimm *dimm)
{
	return dimm->features.value[VIGIL_WINDOW_6H][VIGIL_FEATURE_ALL_LOGS];
}

/* All that a model is given, in its order. */
static const s32 *numbers_of_locked(const struct vigil_memory_dimm *dimm)
{
	static_assert(sizeof(dimm->features.value) ==
		      VIGIL_RISK_WINDOWED * sizeof(*risk.numbers));

	lockdep_assert_held(&vigil_memory_lock);

	memcpy(risk.numbers, dimm->features.value,
	       sizeof(dimm->features.value));
	vigil_derive(&dimm->features, risk.numbers + VIGIL_RISK_WINDOWED);
	return risk.numbers;
}

/**
 * vigil_memory_risk_predict() - Ask the model about a memory module.
 * @dimm: the memory module, with the numbers of now
 *
 * Context: Process context, under vigil_memory_lock.
 */
void vigil_memory_risk_predict(struct vigil_memory_dimm *dimm)
{
	struct vigil_prediction *prediction = &dimm->prediction;

	if (!risk.predictor || !has_errors(dimm) ||
	    vigil_predict_eval(risk.predictor, numbers_of_locked(dimm),
			       prediction))
		memset(prediction, 0, sizeof(*prediction));
	if (dimm->component)
		vigil_component_set_risk(dimm->component,
					 prediction->risk_permille,
					 prediction->model,
					 *prediction->model ? RISK_TTL_MS : 0);
}

/**
 * vigil_memory_risk_number() - Tell one of the numbers that a model is given.
 * @dimm: the memory module, judged
 * @index: which, below VIGIL_RISK_FEATURES
 * @number: set to what it is, and to how much it moved the risk
 *
 * Context: Process context, under vigil_memory_lock.
 */
void vigil_memory_risk_number(const struct vigil_memory_dimm *dimm,
			      unsigned int index,
			      struct vigil_risk_number *number)
{
	const s32 *numbers = numbers_of_locked(dimm);

	number->window_s = 0;
	if (index < VIGIL_RISK_WINDOWED) {
		number->name = vigil_feature_names[index % VIGIL_FEATURES];
		number->window_s = vigil_window_seconds[index / VIGIL_FEATURES];
	} else {
		number->name = vigil_ratio_names[index - VIGIL_RISK_WINDOWED];
	}
	number->value = numbers[index];
	number->predicted = risk.predictor && *dimm->prediction.model &&
			    !vigil_predict_explain(risk.predictor, numbers,
						   risk.contributions_q24);
	number->contribution_q24 = risk.contributions_q24[index];
}
