/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A provider that does what a test wants.
 */
#ifndef _VIGIL_CORE_TESTS_FAKE_H
#define _VIGIL_CORE_TESTS_FAKE_H

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/vigil/component.h>

/* Time for what should happen at once on a slow machine. */
#define PATIENCE_MS	10000

/**
 * struct fake - A provider.
 * @desc: of its component
 * @component: its component, NULL after a test that unregisters it
 * @limit: value of its policy
 * @derived: value of its counter that is read
 * @refuse: what check returns
 * @outcome: how operations end
 * @entered: completed when execute begins
 * @leave: execute waits for it when @blocks is set
 * @unregistered: for a test that unregisters in another thread
 * @blocks: execute waits for @leave
 * @running: operations that execute
 * @nr_executed: operations that were executed
 * @overlapped: two executed at the same time
 */
struct fake {
	struct vigil_component_desc desc;
	struct vigil_component *component;
	u64 limit;
	u64 derived;
	int refuse;
	struct vigil_outcome outcome;
	struct completion entered;
	struct completion leave;
	struct completion unregistered;
	bool blocks;
	atomic_t running;
	atomic_t nr_executed;
	bool overlapped;
};

int fake_init(struct kunit *test);
void fake_exit(struct kunit *test);

#endif /* _VIGIL_CORE_TESTS_FAKE_H */
