// SPDX-License-Identifier: GPL-2.0
/*
 * Sources of errors: /sys/class/vigil_source/<name>/ and netlink.
 *
 * They come with the module that listens to them, in whatever state, and go
 * with it. Numbers are asked for when somebody reads them.
 *
 * Locks: sources.lock, outside of those that a source's read() takes. Removing
 * a device waits for readers of its files, which take no lock of the core.
 */
#define pr_fmt(fmt) "vigil: " fmt

#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/sysfs.h>
#include <linux/vigil/source.h>
#include <net/genetlink.h>

#include "core.h"
#include "message.h"
#include "netlink_gen.h"

#define SOURCE_SIZE	(128 + VIGIL_NAME_MAX)

static struct {
	struct mutex lock;	/* protects list and nr_changes */
	struct list_head list;
	unsigned int nr_changes;
} sources = {
	.lock = __MUTEX_INITIALIZER(sources.lock),
	.list = LIST_HEAD_INIT(sources.list),
	.nr_changes = 1,
};

static const char *const state_names[] = {
	[VIGIL_SOURCE_STATE_ABSENT]	= "absent",
	[VIGIL_SOURCE_STATE_ARMED]	= "armed",
	[VIGIL_SOURCE_STATE_FAILED]	= "failed",
};

static struct vigil_source_info read_source(struct vigil_source *source)
{
	struct vigil_source_info info = { .state = source->state };

	source->read(source, &info);
	return info;
}

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%s\n", state_names[read_source(dev_get_drvdata(dev)).state]);
}
static DEVICE_ATTR_RO(state);

static ssize_t events_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%llu\n", read_source(dev_get_drvdata(dev)).events);
}
static DEVICE_ATTR_RO(events);

static ssize_t dropped_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%llu\n", read_source(dev_get_drvdata(dev)).dropped);
}
static DEVICE_ATTR_RO(dropped);

static ssize_t quiet_seconds_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	struct vigil_source_info info = read_source(dev_get_drvdata(dev));

	if (!info.spoke)
		return sysfs_emit(buf, "never\n");
	return sysfs_emit(buf, "%llu\n", info.quiet_s);
}
static DEVICE_ATTR_RO(quiet_seconds);

static struct attribute *source_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_events.attr,
	&dev_attr_dropped.attr,
	&dev_attr_quiet_seconds.attr,
	NULL
};
ATTRIBUTE_GROUPS(source);

struct class vigil_source_class = {
	.name = "vigil_source",
};

static int show_source(struct vigil_source *source)
{
	struct device *dev;

	dev = device_create_with_groups(&vigil_source_class, NULL, MKDEV(0, 0),
					source, source_groups, "%s",
					source->name);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	source->dev = dev;

	mutex_lock(&sources.lock);
	list_add_tail(&source->list, &sources.list);
	sources.nr_changes++;
	mutex_unlock(&sources.lock);
	return 0;
}

static void hide_source(struct vigil_source *source)
{
	mutex_lock(&sources.lock);
	list_del(&source->list);
	sources.nr_changes++;
	mutex_unlock(&sources.lock);
	device_unregister(source->dev);
	source->dev = NULL;
}

static void start_listening(struct vigil_source *source)
{
	int err = source->start ? source->start() : -ENOENT;

	source->state = !err ? VIGIL_SOURCE_STATE_ARMED :
			err == -ENOENT ? VIGIL_SOURCE_STATE_ABSENT :
					 VIGIL_SOURCE_STATE_FAILED;
	if (source->state == VIGIL_SOURCE_STATE_FAILED)
		pr_warn("can't listen to %s: %d\n", source->name, err);
}

static void stop_listening(struct vigil_source *source)
{
	if (source->state == VIGIL_SOURCE_STATE_ARMED)
		source->stop();
	source->state = VIGIL_SOURCE_STATE_ABSENT;
}

/**
 * vigil_source_start() - Listen to a source, and show whether that works.
 * @source: the source; stays valid until vigil_source_stop()
 *
 * One that can't be listened to is no error: others may speak, and it is shown
 * as absent or failed.
 *
 * Context: Process context, may sleep; with no lock that its read() takes.
 * Return: 0, or a negative errno when it can't be shown; then it is not listened
 * to either.
 */
int vigil_source_start(struct vigil_source *source)
{
	int err;

	start_listening(source);
	err = show_source(source);
	if (err)
		stop_listening(source);
	return err;
}
EXPORT_SYMBOL_GPL(vigil_source_start);

/**
 * vigil_source_stop() - Stop to listen to a source and forget it.
 * @source: a source, whether or not it was started
 *
 * Context: Process context, may sleep; with no lock that its read() takes.
 * Nothing reads it and it reports nothing afterwards.
 */
void vigil_source_stop(struct vigil_source *source)
{
	if (!source->dev)
		return;
	hide_source(source);
	stop_listening(source);
}
EXPORT_SYMBOL_GPL(vigil_source_stop);

static int put_source(struct sk_buff *skb, struct vigil_source *source)
{
	struct vigil_source_info info = read_source(source);

	if (nla_put_string(skb, VIGIL_A_SOURCE_NAME, source->name) ||
	    nla_put_u32(skb, VIGIL_A_SOURCE_STATE, info.state) ||
	    nla_put_u64_64bit(skb, VIGIL_A_SOURCE_EVENTS, info.events,
			      VIGIL_A_SOURCE_PAD) ||
	    nla_put_u64_64bit(skb, VIGIL_A_SOURCE_DROPPED, info.dropped,
			      VIGIL_A_SOURCE_PAD))
		return -EMSGSIZE;
	if (info.spoke &&
	    nla_put_u64_64bit(skb, VIGIL_A_SOURCE_QUIET_SECONDS, info.quiet_s,
			      VIGIL_A_SOURCE_PAD))
		return -EMSGSIZE;
	return 0;
}

static struct vigil_source *find_source_locked(const char *name)
{
	struct vigil_source *source;

	lockdep_assert_held(&sources.lock);

	list_for_each_entry(source, &sources.list, list)
		if (!strcmp(source->name, name))
			return source;
	return NULL;
}

static int reply_source(struct genl_info *info, const struct nlattr *name)
{
	struct vigil_source *source;
	struct sk_buff *skb;
	void *header;
	int err = -ENOENT;

	skb = vigil_nl_start_reply(info, SOURCE_SIZE, &header);
	if (!skb)
		return -ENOMEM;

	mutex_lock(&sources.lock);
	source = find_source_locked(nla_data(name));
	if (source)
		err = put_source(skb, source);
	mutex_unlock(&sources.lock);
	if (err == -ENOENT)
		NL_SET_ERR_MSG_ATTR(info->extack, name, "no such source");
	return vigil_nl_finish_reply(skb, info, header, err);
}

int vigil_nl_source_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *name = info->attrs[VIGIL_A_SOURCE_NAME];
	int err = vigil_nl_check_attrs(info);

	if (err)
		return err;
	if (!name) {
		GENL_SET_ERR_MSG(info, "say which source");
		return -EINVAL;
	}
	return reply_source(info, name);
}

static int dump_source(struct sk_buff *skb, struct netlink_callback *cb,
		       struct vigil_source *source)
{
	void *header = vigil_nl_start_entry(skb, cb, VIGIL_CMD_SOURCE_GET);

	if (!header)
		return -EMSGSIZE;
	return vigil_nl_finish_entry(skb, header, put_source(skb, source));
}

int vigil_nl_source_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vigil_source *source;
	long n = 0;
	int err = 0;

	if (!cb->args[0] && nlmsg_attrlen(cb->nlh, GENL_HDRLEN)) {
		NL_SET_ERR_MSG(cb->extack, "a dump takes no attributes");
		return -EINVAL;
	}

	mutex_lock(&sources.lock);
	cb->seq = sources.nr_changes;
	list_for_each_entry(source, &sources.list, list) {
		if (n++ < cb->args[0])
			continue;
		err = dump_source(skb, cb, source);
		if (err)
			break;
		cb->args[0] = n;
	}
	mutex_unlock(&sources.lock);
	return vigil_nl_dump_result(skb, err);
}
