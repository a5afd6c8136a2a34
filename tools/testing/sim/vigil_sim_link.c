// SPDX-License-Identifier: GPL-2.0
/*
 * vigil_sim_link - another subject of predictions: does a PCIe link go down?
 *
 * It shows that the engine knows nothing of memory. debugfs vigil_sim_link/ask
 * takes the numbers of feature_names, "-" where one is not known, and then tells
 * what the model says of them: margin in 1/65536, risk per mille, alarm, model,
 * and what each of the numbers contributed, in 1/2^24.
 */
#define pr_fmt(fmt) "vigil_sim_link: " fmt

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vigil/predict.h>

#define QUESTION_BYTES	256

static const char *const feature_names[] = {
	"aer_correctable_1m", "aer_correctable_1h", "aer_correctable_24h",
	"replay_timeouts_1h", "lanes_lost",
};

static struct {
	struct vigil_predictor *predictor;
	struct dentry *dir;
	struct mutex lock;	/* protects features and nr_changes */
	s32 features[ARRAY_SIZE(feature_names)];
	unsigned int nr_changes;
} sim = {
	.lock = __MUTEX_INITIALIZER(sim.lock),
};

static void feature_name(unsigned int feature,
			 char name[VIGIL_PREDICT_NAME_BYTES])
{
	strscpy(name, feature_names[feature], VIGIL_PREDICT_NAME_BYTES);
}

static void model_changed(void)
{
	mutex_lock(&sim.lock);
	sim.nr_changes++;
	mutex_unlock(&sim.lock);
}

static const struct vigil_predictor_desc desc = {
	.subject = "link-down",
	.nr_features = ARRAY_SIZE(feature_names),
	.feature_name = feature_name,
	.changed = model_changed,
};

static int parse_locked(char *text)
{
	char *word;
	int i, err;

	for (i = 0; i < ARRAY_SIZE(feature_names); i++) {
		word = strsep(&text, " ");
		if (!word)
			return -EINVAL;
		sim.features[i] = VIGIL_PREDICT_MISSING;
		err = strcmp(word, "-") ? kstrtos32(word, 10,
						    &sim.features[i]) : 0;
		if (err)
			return err;
	}
	return text ? -EINVAL : 0;
}

static ssize_t ask_write(struct file *file, const char __user *data,
			 size_t size, loff_t *pos)
{
	char text[QUESTION_BYTES];
	int err;

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, data, size))
		return -EFAULT;
	text[size] = '\0';

	mutex_lock(&sim.lock);
	err = parse_locked(strim(text));
	mutex_unlock(&sim.lock);
	return err ?: size;
}

static int ask_show(struct seq_file *seq, void *unused)
{
	s64 contributions_q24[ARRAY_SIZE(feature_names)];
	struct vigil_prediction prediction;
	int i, err;

	mutex_lock(&sim.lock);
	err = vigil_predict_eval(sim.predictor, sim.features, &prediction) ?:
	      vigil_predict_explain(sim.predictor, sim.features,
				    contributions_q24);
	if (!err) {
		seq_printf(seq, "%d %u %d %s, %u changes\n",
			   prediction.margin_q16, prediction.risk_permille,
			   prediction.alarm, prediction.model,
			   sim.nr_changes);
		for (i = 0; i < ARRAY_SIZE(feature_names); i++)
			seq_printf(seq, "%s %lld\n", feature_names[i],
				   contributions_q24[i]);
	}
	mutex_unlock(&sim.lock);
	return err;
}

static int ask_open(struct inode *inode, struct file *file)
{
	return single_open(file, ask_show, NULL);
}

static const struct file_operations ask_fops = {
	.owner = THIS_MODULE,
	.open = ask_open,
	.read = seq_read,
	.write = ask_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init vigil_sim_link_init(void)
{
	sim.predictor = vigil_predictor_register(&desc);
	if (IS_ERR(sim.predictor))
		return PTR_ERR(sim.predictor);
	sim.dir = debugfs_create_dir("vigil_sim_link", NULL);
	debugfs_create_file("ask", 0600, sim.dir, NULL, &ask_fops);
	return 0;
}

static void __exit vigil_sim_link_exit(void)
{
	debugfs_remove_recursive(sim.dir);
	vigil_predictor_unregister(sim.predictor);
}

module_init(vigil_sim_link_init);
module_exit(vigil_sim_link_exit);

MODULE_DESCRIPTION("Simulated PCIe link, for tests of predictions");
MODULE_AUTHOR("Vigil maintainers");
MODULE_LICENSE("GPL");
