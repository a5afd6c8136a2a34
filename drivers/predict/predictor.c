// SPDX-License-Identifier: GPL-2.0
/*
 * Subjects and the models that judge them.
 *
 * A model is verified, then swapped in while others may be asking the one
 * before; that goes when nobody uses it any more. One that is refused changes
 * nothing but the message.
 *
 * Locks: predictor->lock, inside the core's lock of subjects and outside of
 * none. Who asks a model is in an RCU read-side section.
 */
#define pr_fmt(fmt) "vigil_predict: " fmt

#include <crypto/sha2.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/firmware.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vigil/predict.h>

#include "forest.h"

/**
 * struct loaded - A model in use.
 * @forest: its trees; constant
 * @origin: where it came from; constant
 * @hash: SHA-256 of the file; constant
 * @bytes: size of the file; constant
 * @alarm_permille: risk at the margin of an alarm; constant
 * @evaluations: how often it was asked
 * @title: name and version; constant
 */
struct loaded {
	struct vigil_forest *forest;
	enum vigil_model_origin origin;
	u8 hash[SHA256_DIGEST_SIZE];
	u32 bytes;
	u32 alarm_permille;
	atomic64_t evaluations;
	char title[sizeof_field(struct vigil_prediction, model)];
};

/**
 * struct vigil_predictor - A subject and its model.
 * @subject: how the core knows it
 * @desc: the caller's; constant
 * @schema: hash of the names of its numbers; constant
 * @lock: protects @message, and serialises writers of @loaded
 * @loaded: the model, or NULL; written under @lock, read under RCU
 * @message: why there is none, or why the last one was refused; static text
 */
struct vigil_predictor {
	struct vigil_subject subject;
	const struct vigil_predictor_desc *desc;
	u64 schema;
	struct mutex lock;	/* protects message; writers of loaded */
	struct loaded __rcu *loaded;
	const char *message;
};

static struct vigil_predictor *to_predictor(struct vigil_subject *subject)
{
	return container_of(subject, struct vigil_predictor, subject);
}

/* Names in their order, a line for each: the first 8 bytes of the SHA-256. */
static u64 schema_of(const struct vigil_predictor_desc *desc)
{
	char name[VIGIL_PREDICT_NAME_BYTES];
	u8 hash[SHA256_DIGEST_SIZE];
	struct sha256_state state;
	unsigned int i;
	__le64 first;

	sha256_init(&state);
	for (i = 0; i < desc->nr_features; i++) {
		desc->feature_name(i, name);
		sha256_update(&state, name, strlen(name));
		sha256_update(&state, "\n", 1);
	}
	sha256_final(&state, hash);
	memcpy(&first, hash, sizeof(first));
	return le64_to_cpu(first);
}

static void free_loaded(struct loaded *loaded)
{
	if (!loaded)
		return;
	vigil_forest_free(loaded->forest);
	kfree(loaded);
}

static struct loaded *make_loaded(const struct vigil_predictor *predictor,
				  const void *data, size_t bytes,
				  const char **why)
{
	const struct vigil_forest_info *info;
	struct loaded *loaded;
	int err;

	loaded = kzalloc(sizeof(*loaded), GFP_KERNEL);
	if (!loaded)
		return ERR_PTR(-ENOMEM);
	loaded->forest = vigil_forest_open(data, bytes, predictor->schema,
					   predictor->desc->nr_features, why);
	if (IS_ERR(loaded->forest)) {
		err = PTR_ERR(loaded->forest);
		kfree(loaded);
		return ERR_PTR(err);
	}

	info = vigil_forest_info(loaded->forest);
	if (strcmp(info->subject, predictor->desc->subject)) {
		*why = "the model predicts something else";
		free_loaded(loaded);
		return ERR_PTR(-EINVAL);
	}
	sha256(data, bytes, loaded->hash);
	loaded->bytes = bytes;
	loaded->alarm_permille = vigil_forest_permille(loaded->forest,
						       info->alarm_q16);
	scnprintf(loaded->title, sizeof(loaded->title), "%s %s", info->name,
		  info->version);
	return loaded;
}

/* Put a model, or none, in the place of the one that is there. */
static int replace(struct vigil_predictor *predictor, struct loaded *loaded,
		   const char *message)
{
	struct loaded *before;

	mutex_lock(&predictor->lock);
	before = rcu_replace_pointer(predictor->loaded, loaded,
				     lockdep_is_held(&predictor->lock));
	predictor->message = message;
	mutex_unlock(&predictor->lock);

	if (!before && !loaded)
		return -ENOENT;
	synchronize_rcu();
	free_loaded(before);
	vigil_subject_changed(&predictor->subject);
	if (predictor->desc->changed)
		predictor->desc->changed();
	return 0;
}

static void refuse(struct vigil_predictor *predictor, const char *why)
{
	mutex_lock(&predictor->lock);
	predictor->message = why;
	mutex_unlock(&predictor->lock);
}

static int take(struct vigil_predictor *predictor, const struct firmware *file,
		enum vigil_model_origin origin, const char **why)
{
	struct loaded *loaded = make_loaded(predictor, file->data, file->size,
					    why);

	if (IS_ERR(loaded)) {
		refuse(predictor, *why ?: "out of memory");
		return PTR_ERR(loaded);
	}
	loaded->origin = origin;
	pr_info("%s: model %s, from %s\n", predictor->desc->subject,
		loaded->title, origin == VIGIL_MODEL_ORIGIN_COMMAND ?
		"an administrator" : predictor->desc->firmware);
	return replace(predictor, loaded, "");
}

static int load(struct vigil_subject *subject, const void *data, size_t bytes,
		const char **why)
{
	const struct firmware file = { .data = data, .size = bytes };

	return take(to_predictor(subject), &file, VIGIL_MODEL_ORIGIN_COMMAND,
		    why);
}

static int unload(struct vigil_subject *subject)
{
	return replace(to_predictor(subject), NULL, "unloaded by command");
}

/* The file that a package has installed, if there is one. */
static void load_firmware(struct vigil_predictor *predictor)
{
	const char *name = predictor->desc->firmware;
	const struct firmware *file;
	const char *why = NULL;
	int err;

	if (!name) {
		refuse(predictor, "none has been loaded");
		return;
	}
	/* No fallback: a machine without a model must not wait for one. */
	err = request_firmware_direct(&file, name, predictor->subject.dev);
	if (err) {
		refuse(predictor, err == -ENOENT ?
		       "none is installed below /lib/firmware" :
		       "the installed one could not be read");
		return;
	}
	err = take(predictor, file, VIGIL_MODEL_ORIGIN_FIRMWARE, &why);
	if (err)
		pr_warn("%s is refused: %s\n", name, why ?: "out of memory");
	release_firmware(file);
}

static void tell_loaded(const struct loaded *loaded,
			struct vigil_model_info *info)
{
	const struct vigil_forest_info *forest =
		vigil_forest_info(loaded->forest);

	info->origin = loaded->origin;
	strscpy(info->name, forest->name, sizeof(info->name));
	strscpy(info->version, forest->version, sizeof(info->version));
	snprintf(info->hash, sizeof(info->hash), "%*phN",
		 (int)sizeof(loaded->hash), loaded->hash);
	info->nr_trees = forest->nr_trees;
	info->depth = forest->max_depth;
	info->bytes = loaded->bytes;
	info->alarm_permille = loaded->alarm_permille;
	info->trained_s = forest->trained_s;
	info->evaluations = atomic64_read(&loaded->evaluations);
}

static void tell(struct vigil_subject *subject, struct vigil_model_info *info)
{
	struct vigil_predictor *predictor = to_predictor(subject);
	const struct loaded *loaded;

	info->nr_features = predictor->desc->nr_features;
	info->schema = predictor->schema;
	mutex_lock(&predictor->lock);
	strscpy(info->message, predictor->message, sizeof(info->message));
	loaded = rcu_dereference_protected(predictor->loaded,
					   lockdep_is_held(&predictor->lock));
	if (loaded)
		tell_loaded(loaded, info);
	mutex_unlock(&predictor->lock);
}

/**
 * vigil_predictor_register() - Make a subject known, and load its model.
 * @desc: the subject; stays valid until it is unregistered
 *
 * The model's file is loaded at once if there is one. One that is refused is
 * not an error: the subject's message says why.
 *
 * Context: Process context, may sleep; with no lock that @desc->changed takes.
 * Return: the predictor or ERR_PTR() of a negative errno.
 */
struct vigil_predictor *
vigil_predictor_register(const struct vigil_predictor_desc *desc)
{
	struct vigil_predictor *predictor;
	int err;

	predictor = kzalloc(sizeof(*predictor), GFP_KERNEL);
	if (!predictor)
		return ERR_PTR(-ENOMEM);
	predictor->desc = desc;
	predictor->schema = schema_of(desc);
	predictor->message = "";
	mutex_init(&predictor->lock);
	predictor->subject = (struct vigil_subject) {
		.name = desc->subject,
		.read = tell,
		.load = load,
		.unload = unload,
	};
	err = vigil_subject_register(&predictor->subject);
	if (err) {
		kfree(predictor);
		return ERR_PTR(err);
	}
	load_firmware(predictor);
	return predictor;
}
EXPORT_SYMBOL_GPL(vigil_predictor_register);

/**
 * vigil_predictor_unregister() - Forget a subject and its model.
 * @predictor: a subject that was registered, and that nobody asks any more
 *
 * Context: Process context, may sleep; with no lock that the subject's changed()
 * takes.
 */
void vigil_predictor_unregister(struct vigil_predictor *predictor)
{
	vigil_subject_unregister(&predictor->subject);
	free_loaded(rcu_access_pointer(predictor->loaded));
	mutex_destroy(&predictor->lock);
	kfree(predictor);
}
EXPORT_SYMBOL_GPL(vigil_predictor_unregister);

/**
 * vigil_predict_eval() - Ask the model of a subject.
 * @predictor: the subject
 * @features: as many numbers as it has, VIGIL_PREDICT_MISSING where one is not
 *	known
 * @prediction: what the model says
 *
 * Takes as many steps as the model has trees, times their depth: 400 for 100
 * trees of depth 4. Allocates nothing.
 *
 * Context: Any but NMI. Takes no lock.
 * Return: 0, or -ENOENT when there is no model.
 */
int vigil_predict_eval(struct vigil_predictor *predictor, const s32 *features,
		       struct vigil_prediction *prediction)
{
	struct loaded *loaded;
	int err = -ENOENT;

	rcu_read_lock();
	loaded = rcu_dereference(predictor->loaded);
	if (loaded) {
		const struct vigil_forest *forest = loaded->forest;
		s32 margin_q16 = vigil_forest_margin(forest, features);

		atomic64_inc(&loaded->evaluations);
		prediction->margin_q16 = margin_q16;
		prediction->risk_permille =
			vigil_forest_permille(forest, margin_q16);
		prediction->alarm =
			margin_q16 >= vigil_forest_info(forest)->alarm_q16;
		prediction->alarm_permille = loaded->alarm_permille;
		strscpy(prediction->model, loaded->title,
			sizeof(prediction->model));
		err = 0;
	}
	rcu_read_unlock();
	return err;
}
EXPORT_SYMBOL_GPL(vigil_predict_eval);

/**
 * vigil_predict_explain() - Which numbers moved what the model says.
 * @predictor: the subject
 * @features: as for vigil_predict_eval()
 * @contributions_q24: set to how much each of them moved the margin, in 1/2^24
 *
 * Each step down a tree is credited to the number that decided it (Saabas,
 * "Interpreting random forests", 2014).
 *
 * Context: Any but NMI. Takes no lock.
 * Return: 0, or -ENOENT when there is no model.
 */
int vigil_predict_explain(struct vigil_predictor *predictor,
			  const s32 *features, s64 *contributions_q24)
{
	const struct loaded *loaded;
	int err = -ENOENT;

	rcu_read_lock();
	loaded = rcu_dereference(predictor->loaded);
	if (loaded) {
		vigil_forest_explain(loaded->forest, features,
				     contributions_q24);
		err = 0;
	}
	rcu_read_unlock();
	return err;
}
EXPORT_SYMBOL_GPL(vigil_predict_explain);
