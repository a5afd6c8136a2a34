// SPDX-License-Identifier: GPL-2.0
/*
 * Operations: their ends, their order and their bounds.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/kthread.h>

#include "../core.h"
#include "fake.h"

/* Somebody who asks for a verb and waits. */
struct client {
	struct fake *fake;
	struct vigil_outcome outcome;
	int err;
	struct completion answered;
};

static int ask(void *data)
{
	const struct vigil_request request = {
		.verb = VIGIL_VERB_ISOLATE,
		.reason = "client",
	};
	struct client *client = data;

	client->err = vigil_component_request(client->fake->component, &request,
					      &client->outcome);
	complete(&client->answered);
	return 0;
}

static void start_client(struct kunit *test, struct client *client)
{
	struct task_struct *task;

	client->fake = test->priv;
	init_completion(&client->answered);
	task = kthread_run(ask, client, "vigil-kunit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
}

static void expect_answer(struct kunit *test, struct client *client)
{
	unsigned long left;

	left = wait_for_completion_timeout(&client->answered,
					   msecs_to_jiffies(PATIENCE_MS));
	KUNIT_ASSERT_NE(test, left, 0UL);
}

static void expect_entered(struct kunit *test, struct fake *fake)
{
	unsigned long left;

	left = wait_for_completion_timeout(&fake->entered,
					   msecs_to_jiffies(PATIENCE_MS));
	KUNIT_ASSERT_NE(test, left, 0UL);
}

static int request(struct fake *fake, enum vigil_verb verb, bool dry_run,
		   struct vigil_outcome *out)
{
	const struct vigil_request request = {
		.verb = verb,
		.dry_run = dry_run,
		.reason = "test",
	};

	return vigil_component_request(fake->component, &request, out);
}

static void operation_is_done(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_outcome out;

	KUNIT_EXPECT_EQ(test, request(fake, VIGIL_VERB_ISOLATE, false, &out),
			0);
	KUNIT_EXPECT_EQ(test, out.state, VIGIL_OP_STATE_DONE);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->nr_executed), 1);
}

static void operation_fails(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_outcome out;

	fake->outcome.state = VIGIL_OP_STATE_FAILED;
	fake->outcome.error = -ENXIO;
	KUNIT_EXPECT_EQ(test, request(fake, VIGIL_VERB_RELEASE, false, &out),
			0);
	KUNIT_EXPECT_EQ(test, out.state, VIGIL_OP_STATE_FAILED);
	KUNIT_EXPECT_EQ(test, out.error, -ENXIO);
}

static void failure_has_an_errno(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_outcome out;

	fake->outcome.state = VIGIL_OP_STATE_FAILED;
	fake->outcome.error = 5;
	request(fake, VIGIL_VERB_RELEASE, false, &out);
	KUNIT_EXPECT_EQ(test, out.error, -EIO);
}

static void no_outcome_is_a_timeout(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_outcome out;

	fake->outcome.state = VIGIL_OP_STATE_PENDING;
	request(fake, VIGIL_VERB_RELEASE, false, &out);
	KUNIT_EXPECT_EQ(test, out.state, VIGIL_OP_STATE_TIMEOUT);
}

static void dry_run_executes_nothing(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_outcome out;
	u64 before = vigil_seq();

	KUNIT_EXPECT_EQ(test, request(fake, VIGIL_VERB_ISOLATE, true, &out), 0);
	KUNIT_EXPECT_EQ(test, out.state, VIGIL_OP_STATE_DONE);
	KUNIT_EXPECT_NE(test, out.message[0], '\0');
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->nr_executed), 0);
	KUNIT_EXPECT_EQ(test, vigil_seq(), before);
}

static void guard_refuses(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_outcome out;

	fake->refuse = -EPERM;
	KUNIT_EXPECT_EQ(test, request(fake, VIGIL_VERB_ISOLATE, false, &out),
			-EPERM);
	KUNIT_EXPECT_STREQ(test, out.message, "refused by a guard");
	KUNIT_EXPECT_EQ(test, request(fake, VIGIL_VERB_ISOLATE, true, &out),
			-EPERM);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->nr_executed), 0);
}

static void unsupported_verb_is_refused(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct vigil_outcome out;

	KUNIT_EXPECT_EQ(test, request(fake, VIGIL_VERB_TEST, false, &out),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, request(fake, 0, false, &out), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, request(fake, 99, false, &out), -EOPNOTSUPP);
}

static void operations_are_serialised(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct client clients[4] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(clients); i++)
		start_client(test, &clients[i]);
	for (i = 0; i < ARRAY_SIZE(clients); i++)
		expect_answer(test, &clients[i]);
	KUNIT_EXPECT_FALSE(test, fake->overlapped);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->nr_executed), 4);
}

static void queue_is_bounded(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct client *clients;
	unsigned int i, nr_busy = 0;

	clients = kunit_kcalloc(test, 12, sizeof(*clients), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clients);
	WRITE_ONCE(fake->blocks, true);
	for (i = 0; i < 12; i++)
		start_client(test, &clients[i]);
	/* Those who are refused are answered while the first one blocks. */
	for (i = 0; i < 12; i++)
		if (wait_for_completion_timeout(&clients[i].answered, HZ))
			nr_busy += clients[i].err == -EBUSY;
	KUNIT_EXPECT_EQ(test, nr_busy, 4U);

	complete_all(&fake->leave);
	for (i = 0; i < 12; i++)
		if (clients[i].err != -EBUSY)
			expect_answer(test, &clients[i]);
}

static int unregister(void *data)
{
	struct fake *fake = data;

	vigil_component_unregister(fake->component);
	complete(&fake->unregistered);
	return 0;
}

/* One operation runs and one waits while their component goes. */
static void unregister_ends_operations(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct client running = {}, waiting = {};
	unsigned int waited_ms;

	WRITE_ONCE(fake->blocks, true);
	start_client(test, &running);
	expect_entered(test, fake);
	start_client(test, &waiting);
	for (waited_ms = 0; waited_ms < PATIENCE_MS; waited_ms += 20) {
		if (READ_ONCE(fake->component->nr_pending) == 2)
			break;
		msleep(20);
	}

	kthread_run(unregister, fake, "vigil-kunit");
	expect_answer(test, &waiting);
	KUNIT_EXPECT_EQ(test, waiting.outcome.state, VIGIL_OP_STATE_FAILED);
	KUNIT_EXPECT_EQ(test, waiting.outcome.error, -ENODEV);
	KUNIT_EXPECT_FALSE(test, completion_done(&fake->unregistered));

	complete_all(&fake->leave);
	wait_for_completion(&fake->unregistered);
	fake->component = NULL;
	expect_answer(test, &running);
	KUNIT_EXPECT_EQ(test, running.outcome.state, VIGIL_OP_STATE_DONE);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->nr_executed), 1);
}

static struct kunit_case operation_cases[] = {
	KUNIT_CASE(operation_is_done),
	KUNIT_CASE(operation_fails),
	KUNIT_CASE(failure_has_an_errno),
	KUNIT_CASE(no_outcome_is_a_timeout),
	KUNIT_CASE(dry_run_executes_nothing),
	KUNIT_CASE(guard_refuses),
	KUNIT_CASE(unsupported_verb_is_refused),
	KUNIT_CASE(operations_are_serialised),
	KUNIT_CASE(queue_is_bounded),
	KUNIT_CASE(unregister_ends_operations),
	{}
};

static struct kunit_suite operation_suite = {
	.name = "vigil_operation",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = operation_cases,
};

kunit_test_suite(operation_suite);
