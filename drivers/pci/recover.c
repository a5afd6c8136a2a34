// SPDX-License-Identifier: GPL-2.0
/*
 * Recovery: climb the ladder until a step is verified to have worked.
 *
 * A request that names a method takes that step only. Without one, steps that
 * can't be tried are passed over, and before each step that takes the
 * function out of use the guards are asked; those that speak and are not
 * overridden end the climb. So automatic recovery, which overrides nothing, never
 * takes a disk away from under a file system.
 */
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "pci.h"

#define KERNEL_PATIENCE_MS	5000
#define KERNEL_POLL_MS		50

/* How a climb went. */
struct climb {
	const struct vigil_pci_step *step;	/* the last that was taken */
	int err;				/* of it */
	bool worked;
	bool guarded;				/* guards ended it */
	char flaw[64];				/* what is wrong afterwards */
};

static const struct vigil_pci_step *step_of(enum vigil_method method)
{
	unsigned int i;

	for (i = 0; i < vigil_pci_nr_steps; i++)
		if (vigil_pci_ladder[i].method == method)
			return &vigil_pci_ladder[i];
	return NULL;
}

static const char *obstacle(struct vigil_pci_function *function,
			    const struct vigil_pci_step *step)
{
	struct pci_dev *pdev = vigil_pci_get(function);
	/* Somebody may have removed it in the meantime. */
	bool here = pdev && device_is_registered(&pdev->dev);
	const char *text = step->obstacle(function, here ? pdev : NULL);

	pci_dev_put(pdev);
	return text;
}

/**
 * vigil_pci_recover_obstacle() - Why a recovery can't be tried.
 * @function: the function
 * @method: the method that was asked for
 *
 * Context: Process context, may sleep, no lock held.
 * Return: the reason in words, or NULL when it can be tried.
 */
const char *vigil_pci_recover_obstacle(struct vigil_pci_function *function,
				       enum vigil_method method)
{
	const struct vigil_pci_step *step;

	if (!method)
		return NULL;
	step = step_of(method);
	if (!step)
		return "this is no method to recover";
	return obstacle(function, step);
}

static bool guards_speak(struct vigil_pci_function *function,
			 const struct vigil_request *request)
{
	struct vigil_pci_survey survey = { .pdev = vigil_pci_get(function) };
	u32 heard;

	if (!survey.pdev)
		return false;
	vigil_pci_survey(&survey);
	pci_dev_put(survey.pdev);
	heard = survey.guards & ~BIT(VIGIL_GUARD_NONE) & ~request->overrides;
	return heard;
}

/* Drivers that ask would do nothing with it. */
static bool is_frozen(struct vigil_pci_function *function)
{
	struct pci_dev *pdev = vigil_pci_get(function);
	bool frozen = pdev && pci_channel_offline(pdev);

	pci_dev_put(pdev);
	return frozen;
}

static void take(struct vigil_pci_function *function,
		 const struct vigil_pci_step *step, struct climb *climb)
{
	climb->step = step;
	climb->err = step->take(function);
	climb->worked = vigil_pci_verify(function, climb->flaw,
					 sizeof(climb->flaw)) && !climb->err;
	if (climb->worked && is_frozen(function)) {
		climb->worked = false;
		strscpy(climb->flaw, "the kernel keeps it frozen after an error",
			sizeof(climb->flaw));
	}
}

static void climb_ladder(struct vigil_pci_function *function,
			 const struct vigil_request *request,
			 struct climb *climb)
{
	const struct vigil_pci_step *step = vigil_pci_ladder;

	for (; step < vigil_pci_ladder + vigil_pci_nr_steps; step++) {
		if (obstacle(function, step))
			continue;
		/* Each time: the step before may have brought it into use. */
		if (step->takes_driver)
			climb->guarded = guards_speak(function, request);
		if (climb->guarded)
			return;
		take(function, step, climb);
		if (climb->worked)
			return;
	}
}

static void answer(const struct climb *climb, struct vigil_outcome *out)
{
	if (climb->worked)
		vigil_pci_answer(out, VIGIL_OP_STATE_DONE, 0, "%s worked",
				 climb->step->name);
	else if (climb->guarded && !climb->step)
		vigil_pci_answer(out, VIGIL_OP_STATE_FAILED, -EACCES,
				 "guards speak against all that could be tried, see a dry run");
	else if (climb->guarded)
		vigil_pci_answer(out, VIGIL_OP_STATE_FAILED, -EACCES,
				 "%s did not help, guards speak against more, see a dry run",
				 climb->step->name);
	else if (!climb->step)
		vigil_pci_answer(out, VIGIL_OP_STATE_FAILED, -EOPNOTSUPP,
				 "nothing can be tried");
	else if (climb->flaw[0])
		vigil_pci_answer(out, VIGIL_OP_STATE_FAILED,
				 climb->err ?: -EIO, "%s did not help: %s",
				 climb->step->name, climb->flaw);
	else
		vigil_pci_answer(out, VIGIL_OP_STATE_FAILED, climb->err,
				 "%s failed: error %d", climb->step->name,
				 climb->err);
}

/*
 * The kernel recovers from a fatal PCIe error by itself, with the driver, and
 * between its steps a driver should not be taken off. If that fails the function
 * stays frozen, and is ours.
 */
static void let_kernel_finish(struct vigil_pci_function *function)
{
	struct pci_dev *pdev = vigil_pci_get(function);
	unsigned int waited_ms = 0;

	while (pdev && pdev->error_state == pci_channel_io_frozen &&
	       waited_ms < KERNEL_PATIENCE_MS) {
		msleep(KERNEL_POLL_MS);
		waited_ms += KERNEL_POLL_MS;
	}
	pci_dev_put(pdev);
}

/* Let go of the past, or remember that it went wrong. */
static void conclude(struct vigil_pci_function *function,
		     const struct climb *climb, bool by_policy)
{
	mutex_lock(&function->lock);
	vigil_pci_adopt_locked(function, function->pdev);
	/* Somebody looked after it: automatic recovery starts anew. */
	if (climb->worked && !by_policy)
		memset(&function->attempts, 0, sizeof(function->attempts));
	if (climb->worked)
		vigil_pci_forgive_locked(function);
	else if (climb->step && function->wants_driver && !function->bound)
		function->driverless = true;
	/* Taken out and not found again: not isolated, but lost. */
	function->removed = false;
	function->unplugged = !function->pdev;
	vigil_pci_rejudge_locked(function);
	mutex_unlock(&function->lock);

	vigil_component_count(function->component, climb->worked ?
			      VIGIL_PCI_RECOVERIES :
			      VIGIL_PCI_RECOVERIES_FAILED, 1);
}

/**
 * vigil_pci_recover() - Try to make a function work again.
 * @function: the function, busy
 * @request: what was asked for
 * @out: what came of it
 *
 * Context: Process context, may sleep long, no lock held.
 */
void vigil_pci_recover(struct vigil_pci_function *function,
		       const struct vigil_request *request,
		       struct vigil_outcome *out)
{
	struct climb climb = { };

	let_kernel_finish(function);
	if (request->method)
		take(function, step_of(request->method), &climb);
	else
		climb_ladder(function, request, &climb);
	answer(&climb, out);
	conclude(function, &climb, request->by_policy);
}
