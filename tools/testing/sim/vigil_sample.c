// SPDX-License-Identifier: GPL-2.0
/*
 * A sample provider: how a driver shows its devices to Vigil.
 *
 * The device is an accelerator "sample0" that exists in this file only. Its driver
 * counts what goes wrong, judges it, and knows how to stop and start it; Vigil does
 * the rest: sysfs, netlink, guards, deadlines, the audit ring. To see it work:
 *
 *	insmod vigil_sample.ko
 *	echo 3 >/sys/module/vigil_sample/parameters/inject_errors
 *	vigilctl component show agent-sample0
 *	vigilctl component isolate agent-sample0 --dry-run
 *
 * A driver of a real device links its component to the one of its PCI function, if
 * it has got that from vigil_pci, through @parent. See
 * Documentation/design/providers.rst.
 */
#define pr_fmt(fmt) "vigil_sample: " fmt

#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/vigil/component.h>

/* Corrected errors from which on the device is degraded. */
#define DEGRADED_ERRORS	10

enum { COUNTER_CORRECTED, COUNTER_RESETS, NR_COUNTERS };

/**
 * struct sample - The device.
 * @lock: protects all but @nr_jobs; callbacks take it, so that it is not held while a
 *	component is registered or unregistered
 * @running: it computes
 * @nr_errors: since the last reset
 * @nr_jobs: of users; READ_ONCE(), WRITE_ONCE()
 * @board: component of what it is on, a part of the machine
 * @component: what Vigil shows, NULL before and after
 */
struct sample {
	struct mutex lock;	/* protects all but nr_jobs; inside no other */
	bool running;
	unsigned int nr_errors;
	unsigned int nr_jobs;
	struct vigil_component *board;
	struct vigil_component *component;
};

static struct sample sample = {
	.lock = __MUTEX_INITIALIZER(sample.lock),
	.running = true,
};

module_param_named(jobs, sample.nr_jobs, uint, 0644);
MODULE_PARM_DESC(jobs, "How many jobs are on the device, whom isolating it would hit");

/* Facts are told whenever they may have changed; Vigil sees if they did. */
static void judge(struct sample *dev, struct vigil_component *component)
{
	char reason[VIGIL_REASON_MAX + 1];

	lockdep_assert_held(&dev->lock);

	snprintf(reason, sizeof(reason), "%u corrected errors since the last reset",
		 dev->nr_errors);
	vigil_component_set_health(component,
				   dev->nr_errors < DEGRADED_ERRORS ?
					   VIGIL_HEALTH_HEALTHY :
					   VIGIL_HEALTH_DEGRADED, reason);
}

static void see_errors(struct sample *dev, unsigned int n)
{
	struct vigil_component *component = dev->component;

	lockdep_assert_held(&dev->lock);

	vigil_component_count(component, COUNTER_CORRECTED, n);
	vigil_component_event(component, VIGIL_EVENT_KIND_CORRECTED_ERROR, n);
	dev->nr_errors += n;
	judge(dev, component);
}

/* In a driver an interrupt handler counts, and leaves the rest to a work item. */
static int inject_errors(const char *val, const struct kernel_param *kp)
{
	unsigned int n;
	int err;

	err = kstrtouint(val, 0, &n);
	if (err)
		return err;

	mutex_lock(&sample.lock);
	if (sample.component)
		see_errors(&sample, n);
	else
		err = -ENODEV;
	mutex_unlock(&sample.lock);
	return err;
}

static const struct kernel_param_ops inject_ops = {
	.set = inject_errors,
};

module_param_cb(inject_errors, &inject_ops, NULL, 0200);
MODULE_PARM_DESC(inject_errors, "Have so many corrected errors happen");

/* What would be hit, before anybody does something: also for a dry run. */
static void sample_survey(struct vigil_component *component, void *priv,
			  const struct vigil_request *request,
			  struct vigil_survey *survey)
{
	struct sample *dev = priv;
	unsigned int nr_jobs = READ_ONCE(dev->nr_jobs);

	if (request->verb == VIGIL_VERB_RELEASE ||
	    request->verb == VIGIL_VERB_TEST)
		return;
	vigil_survey_add(survey, VIGIL_GUARD_NONE, "the device is reset");
	if (nr_jobs)
		vigil_survey_add(survey, VIGIL_GUARD_PROVIDER,
				 "%u jobs compute on it and would be lost",
				 nr_jobs);
}

static void fail(struct vigil_outcome *out, int err, const char *message)
{
	out->state = VIGIL_OP_STATE_FAILED;
	out->error = err;
	strscpy(out->message, message, sizeof(out->message));
}

static void done(struct vigil_outcome *out, const char *message)
{
	out->state = VIGIL_OP_STATE_DONE;
	strscpy(out->message, message, sizeof(out->message));
}

static void isolate(struct sample *dev, struct vigil_component *component,
		    const struct vigil_request *request,
		    struct vigil_outcome *out)
{
	dev->running = false;
	/* A driver reads a register here: done means that it was verified. */
	if (dev->running) {
		fail(out, -EIO, "the device did not stop");
		return;
	}
	vigil_component_set_isolation(component, VIGIL_ISOLATION_ISOLATED,
				      VIGIL_OWNER_VIGIL, request->reason);
	done(out, "stopped");
}

static void release(struct sample *dev, struct vigil_component *component,
		    const struct vigil_request *request,
		    struct vigil_outcome *out)
{
	dev->running = true;
	vigil_component_set_isolation(component, VIGIL_ISOLATION_NONE,
				      VIGIL_OWNER_NONE, request->reason);
	done(out, "started");
}

static void recover(struct sample *dev, struct vigil_component *component,
		    struct vigil_outcome *out)
{
	dev->nr_errors = 0;
	vigil_component_count(component, COUNTER_RESETS, 1);
	judge(dev, component);
	done(out, "reset");
}

/* One at a time for a component; ends in bounded time, and sets what is then true. */
static void sample_execute(struct vigil_component *component, void *priv,
			   const struct vigil_request *request,
			   struct vigil_outcome *out)
{
	struct sample *dev = priv;

	mutex_lock(&dev->lock);
	switch (request->verb) {
	case VIGIL_VERB_ISOLATE:
		isolate(dev, component, request, out);
		break;
	case VIGIL_VERB_RELEASE:
		release(dev, component, request, out);
		break;
	case VIGIL_VERB_RECOVER:
		recover(dev, component, out);
		break;
	default:
		fail(out, -EOPNOTSUPP, "not that verb");
	}
	mutex_unlock(&dev->lock);
}

static const struct vigil_component_ops sample_ops = {
	.survey = sample_survey,
	.execute = sample_execute,
};

static const struct vigil_counter_desc sample_counters[] = {
	[COUNTER_CORRECTED]	= { .name = "corrected_errors" },
	[COUNTER_RESETS]	= { .name = "resets" },
};

static_assert(ARRAY_SIZE(sample_counters) == NR_COUNTERS);

static int __init sample_init(void)
{
	static const struct vigil_component_desc board_desc = {
		.class = VIGIL_CLASS_AGENT,
		.instance = "sample-board",
		.label = "sample board",
		.owner = THIS_MODULE,
	};
	struct vigil_component_desc desc = {
		.class = VIGIL_CLASS_AGENT,
		.instance = "sample0",
		.label = "sample accelerator",
		.owner = THIS_MODULE,
		.verbs = BIT(VIGIL_VERB_ISOLATE) | BIT(VIGIL_VERB_RELEASE) |
			 BIT(VIGIL_VERB_RECOVER),
		.guards = BIT(VIGIL_GUARD_PROVIDER),
		.ops = &sample_ops,
		.counters = sample_counters,
		.nr_counters = ARRAY_SIZE(sample_counters),
		.priv = &sample,
	};

	struct vigil_component *component;

	sample.board = vigil_component_register(&board_desc);
	if (IS_ERR(sample.board))
		return PTR_ERR(sample.board);

	desc.parent = sample.board;
	component = vigil_component_register(&desc);
	if (IS_ERR(component)) {
		vigil_component_unregister(sample.board);
		return PTR_ERR(component);
	}

	mutex_lock(&sample.lock);
	sample.component = component;
	judge(&sample, component);
	mutex_unlock(&sample.lock);
	return 0;
}

/* Nobody speaks of a component that goes, and parts go before the whole. */
static void __exit sample_exit(void)
{
	struct vigil_component *component;

	mutex_lock(&sample.lock);
	component = sample.component;
	sample.component = NULL;
	mutex_unlock(&sample.lock);

	vigil_component_unregister(component);
	vigil_component_unregister(sample.board);
}

module_init(sample_init);
module_exit(sample_exit);

MODULE_DESCRIPTION("Sample of a driver whose device is a component");
MODULE_AUTHOR("Vigil maintainers");
MODULE_LICENSE("GPL");
