// SPDX-License-Identifier: GPL-2.0
/*
 * Subjects of predictions and their models: /sys/class/vigil_model/<subject>/
 * and netlink.
 *
 * Locks: models.lock, outside of vigil_notify_lock() and of those that a
 * subject's callbacks take. Removing a device waits for readers of its files,
 * which take no lock of the core.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/device.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sysfs.h>
#include <linux/vigil/model.h>
#include <net/genetlink.h>

#include <compat/netlink.h>

#include "core.h"
#include "message.h"
#include "netlink_gen.h"

/* Upper bound; the strings outweigh the rest. */
#define MODEL_SIZE	(256 + VIGIL_NAME_MAX + sizeof(struct vigil_model_info))

static struct {
	struct mutex lock;	/* protects list, nr_changes; serialises loads */
	struct list_head list;
	unsigned int nr_changes;
} models = {
	.lock = __MUTEX_INITIALIZER(models.lock),
	.list = LIST_HEAD_INIT(models.list),
	.nr_changes = 1,
};

static const char *const origin_names[] = {
	[VIGIL_MODEL_ORIGIN_NONE]	= "none",
	[VIGIL_MODEL_ORIGIN_FIRMWARE]	= "firmware",
	[VIGIL_MODEL_ORIGIN_COMMAND]	= "command",
};

static void read_model(struct device *dev, struct vigil_model_info *info)
{
	struct vigil_subject *subject = dev_get_drvdata(dev);

	*info = (struct vigil_model_info) { 0 };
	subject->read(subject, info);
}

/* One line of what is known of the model. */
#define MODEL_ATTR(_name, _format, _value)				\
static ssize_t _name##_show(struct device *dev,				\
			    struct device_attribute *attr, char *buf)	\
{									\
	struct vigil_model_info info;					\
									\
	read_model(dev, &info);						\
	return sysfs_emit(buf, _format "\n", _value);			\
}									\
static DEVICE_ATTR_RO(_name)

MODEL_ATTR(origin, "%s", origin_names[info.origin]);
MODEL_ATTR(name, "%s", info.name);
MODEL_ATTR(version, "%s", info.version);
MODEL_ATTR(hash, "%s", info.hash);
MODEL_ATTR(trees, "%u", info.nr_trees);
MODEL_ATTR(bytes, "%u", info.bytes);
MODEL_ATTR(evaluations, "%llu", info.evaluations);
MODEL_ATTR(message, "%s", info.message);

static struct attribute *model_attrs[] = {
	&dev_attr_origin.attr,
	&dev_attr_name.attr,
	&dev_attr_version.attr,
	&dev_attr_hash.attr,
	&dev_attr_trees.attr,
	&dev_attr_bytes.attr,
	&dev_attr_evaluations.attr,
	&dev_attr_message.attr,
	NULL
};
ATTRIBUTE_GROUPS(model);

struct class vigil_model_class = {
	.name = "vigil_model",
};

/**
 * vigil_subject_register() - Make a subject known.
 * @subject: the subject; stays valid until it is unregistered
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno.
 */
int vigil_subject_register(struct vigil_subject *subject)
{
	struct device *dev;

	dev = device_create_with_groups(&vigil_model_class, NULL, MKDEV(0, 0),
					subject, model_groups, "%s",
					subject->name);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	subject->dev = dev;

	mutex_lock(&models.lock);
	list_add_tail(&subject->list, &models.list);
	models.nr_changes++;
	mutex_unlock(&models.lock);
	return 0;
}
EXPORT_SYMBOL_GPL(vigil_subject_register);

/**
 * vigil_subject_unregister() - Forget a subject.
 * @subject: a subject that was registered; afterwards none of its callbacks runs
 *
 * Context: Process context, may sleep; with no lock that its callbacks take.
 */
void vigil_subject_unregister(struct vigil_subject *subject)
{
	mutex_lock(&models.lock);
	list_del(&subject->list);
	models.nr_changes++;
	mutex_unlock(&models.lock);
	device_unregister(subject->dev);
}
EXPORT_SYMBOL_GPL(vigil_subject_unregister);

static int put_model(struct sk_buff *skb, const struct vigil_model_info *info)
{
	if (nla_put_string(skb, VIGIL_A_MODEL_NAME, info->name) ||
	    nla_put_string(skb, VIGIL_A_MODEL_VERSION, info->version) ||
	    nla_put_string(skb, VIGIL_A_MODEL_HASH, info->hash) ||
	    nla_put_u32(skb, VIGIL_A_MODEL_TREES, info->nr_trees) ||
	    nla_put_u32(skb, VIGIL_A_MODEL_DEPTH, info->depth) ||
	    nla_put_u32(skb, VIGIL_A_MODEL_BYTES, info->bytes) ||
	    nla_put_u64_64bit(skb, VIGIL_A_MODEL_TRAINED, info->trained_s,
			      VIGIL_A_MODEL_PAD) ||
	    nla_put_u32(skb, VIGIL_A_MODEL_ALARM_PERMILLE,
			info->alarm_permille) ||
	    nla_put_u64_64bit(skb, VIGIL_A_MODEL_EVALUATIONS,
			      info->evaluations, VIGIL_A_MODEL_PAD))
		return -EMSGSIZE;
	return 0;
}

static int put_subject(struct sk_buff *skb, struct vigil_subject *subject)
{
	struct vigil_model_info info;

	read_model(subject->dev, &info);
	if (nla_put_string(skb, VIGIL_A_MODEL_SUBJECT, subject->name) ||
	    nla_put_u32(skb, VIGIL_A_MODEL_ORIGIN, info.origin) ||
	    nla_put_u32(skb, VIGIL_A_MODEL_FEATURES, info.nr_features) ||
	    nla_put_u64_64bit(skb, VIGIL_A_MODEL_SCHEMA, info.schema,
			      VIGIL_A_MODEL_PAD) ||
	    nla_put_u64_64bit(skb, VIGIL_A_MODEL_SEQ,
			      READ_ONCE(subject->seq), VIGIL_A_MODEL_PAD))
		return -EMSGSIZE;
	if (*info.message &&
	    nla_put_string(skb, VIGIL_A_MODEL_MESSAGE, info.message))
		return -EMSGSIZE;
	return info.origin == VIGIL_MODEL_ORIGIN_NONE ? 0 :
							put_model(skb, &info);
}

/**
 * vigil_subject_changed() - Tell everybody that a subject's model changed.
 * @subject: a subject that is registered
 *
 * Context: Process context, may sleep; with no lock that its read() takes.
 */
void vigil_subject_changed(struct vigil_subject *subject)
{
	struct vigil_model_info info;
	char name[16 + VIGIL_MODEL_NAME_BYTES];
	char *envp[] = { name, NULL };
	struct sk_buff *skb;
	void *header;

	read_model(subject->dev, &info);
	snprintf(name, sizeof(name), "VIGIL_MODEL=%s", info.name);

	vigil_notify_lock();
	WRITE_ONCE(subject->seq, vigil_seq_next_locked());
	skb = vigil_start_notification(MODEL_SIZE, VIGIL_CMD_MODEL_NTF,
				       &header);
	if (skb)
		vigil_finish_notification(skb, header,
					  put_subject(skb, subject));
	kobject_uevent_env(&subject->dev->kobj, KOBJ_CHANGE, envp);
	vigil_notify_unlock();
}
EXPORT_SYMBOL_GPL(vigil_subject_changed);

static struct vigil_subject *find_subject_locked(struct genl_info *info)
{
	struct nlattr *name = info->attrs[VIGIL_A_MODEL_SUBJECT];
	struct vigil_subject *subject;

	lockdep_assert_held(&models.lock);

	if (!name) {
		GENL_SET_ERR_MSG(info, "say which subject");
		return ERR_PTR(-EINVAL);
	}
	list_for_each_entry(subject, &models.list, list)
		if (!strcmp(subject->name, nla_data(name)))
			return subject;
	NL_SET_ERR_MSG_ATTR(info->extack, name,
			    "nobody predicts that; is its module loaded?");
	return ERR_PTR(-ENOENT);
}

/* Do something to the subject that was named, and tell how it is then. */
static int do_subject(struct genl_info *info,
		      int (*work)(struct genl_info *info,
				  struct vigil_subject *subject))
{
	struct vigil_subject *subject;
	struct sk_buff *skb;
	void *header;
	int err;

	skb = vigil_nl_start_reply(info, MODEL_SIZE, &header);
	if (!skb)
		return -ENOMEM;

	mutex_lock(&models.lock);
	subject = find_subject_locked(info);
	err = PTR_ERR_OR_ZERO(subject);
	if (!err && work)
		err = work(info, subject);
	if (!err)
		err = put_subject(skb, subject);
	mutex_unlock(&models.lock);
	return vigil_nl_finish_reply(skb, info, header, err);
}

int vigil_nl_model_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vigil_nl_check_attrs(info) ?: do_subject(info, NULL);
}

/* The pieces of a file; their number and order are the sender's. */
static size_t collect(struct genl_info *info, char *data)
{
	const struct nlattr *attr;
	size_t bytes = 0;
	int rem;

	nla_for_each_attr(attr, nlmsg_attrdata(info->nlhdr, GENL_HDRLEN),
			  nlmsg_attrlen(info->nlhdr, GENL_HDRLEN), rem) {
		if (nla_type(attr) != VIGIL_A_MODEL_DATA)
			continue;
		if (data)
			memcpy(data + bytes, nla_data(attr), nla_len(attr));
		bytes += nla_len(attr);
	}
	return bytes;
}

static int load_model(struct genl_info *info, struct vigil_subject *subject)
{
	size_t bytes = collect(info, NULL);
	const char *why = NULL;
	char *data;
	int err;

	if (!bytes) {
		GENL_SET_ERR_MSG(info, "give the content of a model file");
		return -EINVAL;
	}
	if (bytes > VIGIL_MODEL_BYTES_MAX) {
		GENL_SET_ERR_MSG(info, "longer than a model may be, 128 KiB");
		return -EFBIG;
	}

	data = kvmalloc(bytes, GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	collect(info, data);
	err = subject->load(subject, data, bytes, &why);
	kvfree(data);
	if (err && why)
		NL_SET_ERR_MSG_FMT(info->extack, "%.*s",
				   NETLINK_MAX_FMTMSG_LEN - 1, why);
	return err;
}

int vigil_nl_model_load_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vigil_nl_may_change(skb, info->extack) ?:
	       do_subject(info, load_model);
}

static int unload_model(struct genl_info *info, struct vigil_subject *subject)
{
	int err = subject->unload(subject);

	if (err == -ENOENT)
		GENL_SET_ERR_MSG(info, "there is no model to unload");
	return err;
}

int vigil_nl_model_unload_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vigil_nl_may_change(skb, info->extack) ?:
	       vigil_nl_check_attrs(info) ?: do_subject(info, unload_model);
}

static int dump_subject(struct sk_buff *skb, struct netlink_callback *cb,
			struct vigil_subject *subject)
{
	void *header = vigil_nl_start_entry(skb, cb, VIGIL_CMD_MODEL_GET);

	if (!header)
		return -EMSGSIZE;
	return vigil_nl_finish_entry(skb, header, put_subject(skb, subject));
}

int vigil_nl_model_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vigil_subject *subject;
	long n = 0;
	int err = 0;

	if (!cb->args[0] && nlmsg_attrlen(cb->nlh, GENL_HDRLEN)) {
		NL_SET_ERR_MSG(cb->extack, "a dump takes no attributes");
		return -EINVAL;
	}

	mutex_lock(&models.lock);
	cb->seq = models.nr_changes;
	list_for_each_entry(subject, &models.list, list) {
		if (n++ < cb->args[0])
			continue;
		err = dump_subject(skb, cb, subject);
		if (err)
			break;
		cb->args[0] = n;
	}
	mutex_unlock(&models.lock);
	return vigil_nl_dump_result(skb, err);
}
