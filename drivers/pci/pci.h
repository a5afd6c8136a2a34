/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of vigil_pci share.
 *
 * A function is what a component stands for: a place on a bus. The pci_dev in it
 * comes and goes (removed, scanned again), the component stays.
 */
#ifndef VIGIL_PCI_H
#define VIGIL_PCI_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/vigil/component.h>
#include <linux/workqueue.h>

#include "attempts.h"
#include "judge.h"
#include "rate.h"

/* Own counters come first; those of AER are absent without it. */
enum vigil_pci_counter {
	VIGIL_PCI_RECOVERIES,
	VIGIL_PCI_RECOVERIES_FAILED,
	VIGIL_PCI_LINK_DEGRADATIONS,
	VIGIL_PCI_LINK_LANES,
	VIGIL_PCI_LINK_LANES_CAPABLE,
	VIGIL_PCI_LINK_SPEED,
	VIGIL_PCI_LINK_SPEED_CAPABLE,
	VIGIL_PCI_POWER_STATE,
	VIGIL_PCI_NR_PLAIN_COUNTERS,
	VIGIL_PCI_AER_CORRECTABLE = VIGIL_PCI_NR_PLAIN_COUNTERS,
	VIGIL_PCI_AER_NONFATAL,
	VIGIL_PCI_AER_FATAL,
	VIGIL_PCI_NR_COUNTERS,
};

enum vigil_pci_policy {
	VIGIL_PCI_POLL_S,
	VIGIL_PCI_CORRECTED_MAX,
	VIGIL_PCI_WINDOW_S,
	VIGIL_PCI_QUIET_S,
	VIGIL_PCI_LANES_EXPECTED,
	VIGIL_PCI_JUDGE_SPEED,
	VIGIL_PCI_ISOLATE_METHOD,
	VIGIL_PCI_AUTO_RECOVER,
	VIGIL_PCI_GRACE_MS,
	VIGIL_PCI_BURST,
	VIGIL_PCI_BURST_S,
	VIGIL_PCI_GIVE_UP,
	VIGIL_PCI_NR_POLICIES,
};

/* Errors by class, in the order of the counters. */
enum vigil_pci_severity {
	VIGIL_PCI_CORRECTABLE,
	VIGIL_PCI_NONFATAL,
	VIGIL_PCI_FATAL,
	VIGIL_PCI_NR_SEVERITIES,
};

/* "ffffffff:ff:ff.f" */
#define VIGIL_PCI_INSTANCE_SIZE	20
#define VIGIL_PCI_LABEL_SIZE	48

/**
 * struct vigil_pci_function - One function, or the place where it was.
 * @node: in the list of functions, parents before children; work of wq only
 * @parent: the port above it, which outlives it, or NULL; constant
 * @nr_children: functions whose @parent it is; work of wq only
 * @key: vigil_pci_key() of the place; constant
 * @domain: PCI domain; constant
 * @bus: number of its bus; constant
 * @devfn: device and function on it; constant
 * @ids: vendor and device, as pci_dev has them; constant
 * @is_port: there is a bus below it; constant
 * @has_aer: it can report errors, and they are listened to; constant
 * @instance: of the component; constant
 * @label: of the component; constant
 * @component: set before anything else can see the function
 * @lock: protects @pdev to @health; outside notify.lock, never held
 *	while a driver, a reset or a scan is called
 * @pdev: the function itself, with a reference, or NULL
 * @busy: a verb is at work on it; what happens to it is no surprise
 * @stopped: works are not queued any more
 * @removed: Vigil took it out of the kernel
 * @unplugged: it is not on its bus, and nobody took it away in order
 * @bound: it had a driver when Vigil last looked
 * @wants_driver: it has had one, so it should get one again
 * @driverless: recovery ended without a driver
 * @absent_polls: how often in a row it did not answer
 * @fatal: it had a fatal error, and has not been quiet or recovered since
 * @gave_up: automatic recovery has given up
 * @waiting: automatic recovery has been asked for
 * @seen_link: the first link is known
 * @last_error_s: when the last error was, boot time
 * @corrected: rate of correctable errors
 * @nonfatal: rate of non-fatal errors
 * @link: what is known of the link
 * @link_degraded: the last verdict's
 * @attempts: automatic recoveries
 * @health: the last verdict's
 * @policies: READ_ONCE(), WRITE_ONCE()
 * @new_errors: errors not judged yet, by severity
 * @errors: judges them
 * @poll: looks at link and presence
 * @recovery: automatic recovery
 */
struct vigil_pci_function {
	struct list_head node;
	struct vigil_pci_function *parent;
	unsigned int nr_children;
	unsigned long key;
	u32 domain;
	u8 bus;
	u8 devfn;
	u32 ids;
	bool is_port;
	bool has_aer;
	char instance[VIGIL_PCI_INSTANCE_SIZE];
	char label[VIGIL_PCI_LABEL_SIZE];
	struct vigil_component *component;

	struct mutex lock;	/* protects pdev to health */
	struct pci_dev *pdev;
	bool busy;
	bool stopped;
	bool removed;
	bool unplugged;
	bool bound;
	bool wants_driver;
	bool driverless;
	bool fatal;
	bool gave_up;
	bool waiting;
	bool seen_link;
	bool link_degraded;
	unsigned int absent_polls;
	u64 last_error_s;
	struct vigil_pci_rate corrected;
	struct vigil_pci_rate nonfatal;
	struct vigil_pci_link_signs link;
	struct vigil_pci_attempts attempts;
	enum vigil_health health;

	u32 policies[VIGIL_PCI_NR_POLICIES];
	atomic_t new_errors[VIGIL_PCI_NR_SEVERITIES];
	struct delayed_work errors;
	struct delayed_work poll;
	struct delayed_work recovery;
};

static inline u32 vigil_pci_policy(const struct vigil_pci_function *function,
				   enum vigil_pci_policy policy)
{
	return READ_ONCE(function->policies[policy]);
}

/* One place of the machine as a number: an index of an xarray. */
static inline unsigned long vigil_pci_key(u32 domain, u8 bus, u8 devfn)
{
	return (unsigned long)domain << 16 | bus << 8 | devfn;
}

/* Is @dev the function @top, a virtual one of it, or anything below them? */
static inline bool vigil_pci_below(const struct device *dev,
				   const struct device *top)
{
	for (; dev; dev = dev->parent)
		if (dev == top ||
		    (dev_is_pci(dev) && dev_is_pci(top) &&
		     &pci_physfn(to_pci_dev(dev))->dev == top))
			return true;
	return false;
}

/* main.c */
extern struct workqueue_struct *vigil_pci_wq;
bool vigil_pci_class_wanted(u8 base_class);

/* function.c */
int vigil_pci_functions_start(void);
void vigil_pci_functions_stop(void);
void vigil_pci_reconcile(void);
struct vigil_pci_function *vigil_pci_find_rcu(unsigned long key);
void vigil_pci_arm(struct vigil_pci_function *function,
		   struct delayed_work *work, unsigned long delay);
void vigil_pci_adopt_locked(struct vigil_pci_function *function,
			    struct pci_dev *pdev);
struct pci_dev *vigil_pci_get(struct vigil_pci_function *function);
struct pci_dev *vigil_pci_lookup(struct vigil_pci_function *function);

/* component.c */
int vigil_pci_component_register(struct vigil_pci_function *function);

/* health.c */
void vigil_pci_health_init(struct vigil_pci_function *function);
void vigil_pci_rejudge_locked(struct vigil_pci_function *function);
void vigil_pci_forgive_locked(struct vigil_pci_function *function);
u64 vigil_pci_now_s(void);

/* link.c */
void vigil_pci_link_init(struct vigil_pci_function *function);
void vigil_pci_look_locked(struct vigil_pci_function *function);
bool vigil_pci_awake(struct pci_dev *pdev);

/* command.c */
extern const struct vigil_component_ops vigil_pci_ops;
bool vigil_pci_bound(struct pci_dev *pdev);
bool vigil_pci_verify(struct vigil_pci_function *function, char *text,
		      size_t size);
__printf(4, 5)
void vigil_pci_answer(struct vigil_outcome *out, enum vigil_op_state state,
		      int err, const char *format, ...);

/* keep.c */
/**
 * struct vigil_pci_subtree - A function and all below it, with references.
 * @node: in the list of what is kept awhile; of keep.c
 * @until: how long, jiffies; of keep.c
 * @nr: valid ones of @pdevs
 * @max: those that there is room for
 * @pdevs: the functions, each after the port above it
 */
struct vigil_pci_subtree {
	struct list_head node;
	unsigned long until;
	unsigned int nr;
	unsigned int max;
	struct pci_dev *pdevs[];
};

struct vigil_pci_subtree *vigil_pci_subtree_get(struct pci_dev *pdev);
void vigil_pci_subtree_put(struct vigil_pci_subtree *tree);
void vigil_pci_keep_awhile(struct vigil_pci_subtree *tree);
void vigil_pci_keep_exit(void);

/* bus.c */
bool vigil_pci_survives_reset(struct pci_dev *pdev);
const char *vigil_pci_bus_obstacle(struct pci_dev *pdev);
int vigil_pci_reset_bus(struct vigil_pci_function *function);

/* isolate.c */
void vigil_pci_isolate(struct vigil_pci_function *function,
		       const struct vigil_request *request,
		       struct vigil_outcome *out);
void vigil_pci_release(struct vigil_pci_function *function,
		       const struct vigil_request *request,
		       struct vigil_outcome *out);
enum vigil_method vigil_pci_isolate_method(struct vigil_pci_function *function,
					   const struct vigil_request *request);
int vigil_pci_unbind(struct vigil_pci_function *function);
int vigil_pci_bind(struct vigil_pci_function *function);
int vigil_pci_take_turn(void);
void vigil_pci_end_turn(void);
int vigil_pci_remove(struct vigil_pci_function *function);
int vigil_pci_rescan(struct vigil_pci_function *function);

/* ladder.c */
struct vigil_pci_step {
	enum vigil_method method;
	const char *name;
	bool takes_driver;	/* takes the function out of use on the way */
	/* Why it can't be tried, or NULL. */
	const char *(*obstacle)(struct vigil_pci_function *function,
				struct pci_dev *pdev);
	int (*take)(struct vigil_pci_function *function);
};

extern const struct vigil_pci_step vigil_pci_ladder[];
extern const unsigned int vigil_pci_nr_steps;

/* recover.c */
const char *vigil_pci_recover_obstacle(struct vigil_pci_function *function,
				       enum vigil_method method);
void vigil_pci_recover(struct vigil_pci_function *function,
		       const struct vigil_request *request,
		       struct vigil_outcome *out);

/* auto.c */
void vigil_pci_auto_init(struct vigil_pci_function *function);
void vigil_pci_auto_consider_locked(struct vigil_pci_function *function);
void vigil_pci_auto_policy_changed(struct vigil_pci_function *function);

/* survey.c */
struct vigil_pci_survey {
	struct pci_dev *pdev;		/* the function, with all below it */
	struct vigil_survey *survey;	/* where to tell, or NULL */
	bool tell_only;			/* nothing is to be refused */
	u32 guards;			/* bits of those that spoke */
};

__printf(3, 4)
void vigil_pci_found(struct vigil_pci_survey *survey, enum vigil_guard guard,
		     const char *format, ...);
void vigil_pci_survey(struct vigil_pci_survey *survey);

#ifdef CONFIG_BLOCK
void vigil_pci_survey_block(struct vigil_pci_survey *survey);
#else
static inline void vigil_pci_survey_block(struct vigil_pci_survey *survey)
{
}
#endif

#ifdef CONFIG_INET
void vigil_pci_survey_net(struct vigil_pci_survey *survey);
#else
static inline void vigil_pci_survey_net(struct vigil_pci_survey *survey)
{
}
#endif

/* aer.c */
#if defined(CONFIG_PCIEAER) && defined(CONFIG_TRACEPOINTS)
int vigil_pci_aer_start(void);
void vigil_pci_aer_stop(void);
bool vigil_pci_aer_armed(void);
#else
static inline int vigil_pci_aer_start(void)
{
	return 0;
}

static inline void vigil_pci_aer_stop(void)
{
}

static inline bool vigil_pci_aer_armed(void)
{
	return false;
}
#endif

#endif /* VIGIL_PCI_H */
