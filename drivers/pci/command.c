// SPDX-License-Identifier: GPL-2.0
/*
 * The verbs of a function: what is refused, what is surveyed, who carries it out.
 *
 * The core runs one verb at a time for each component. While it runs the function
 * is busy, and neither polled nor reconciled; afterwards both are done.
 *
 * Guards: isolation is refused for what the survey finds. A recovery that names
 * a method that takes the function out of use on the way, too. The ladder is not:
 * its first steps hurt nobody, and recover.c asks before the others.
 */
#include <linux/kernel.h>
#include <linux/pm_runtime.h>
#include <linux/stdarg.h>
#include <linux/string.h>

#include "pci.h"

/**
 * vigil_pci_bound() - Whether a function has a driver.
 * @pdev: the function
 *
 * Context: Any. A hint, unless the caller holds the device's lock.
 * Return: true if it has.
 */
bool vigil_pci_bound(struct pci_dev *pdev)
{
	return READ_ONCE(pdev->dev.driver);
}

/**
 * vigil_pci_answer() - Say what came of a request.
 * @out: where to say it
 * @state: done or failed
 * @err: negative errno if it failed
 * @format: in words
 *
 * Context: Any.
 */
void vigil_pci_answer(struct vigil_outcome *out, enum vigil_op_state state,
		      int err, const char *format, ...)
{
	va_list args;

	out->state = state;
	out->error = err;
	va_start(args, format);
	vscnprintf(out->message, sizeof(out->message), format, args);
	va_end(args);
}

static int refuse(struct vigil_outcome *out, int err, const char *message)
{
	vigil_pci_answer(out, VIGIL_OP_STATE_FAILED, err, "%s", message);
	return err;
}

static int check_isolate(struct vigil_pci_function *function,
			 const struct vigil_request *request,
			 struct vigil_outcome *out)
{
	enum vigil_method method = vigil_pci_isolate_method(function, request);

	if (method != VIGIL_METHOD_UNBIND && method != VIGIL_METHOD_REMOVE)
		return refuse(out, -EINVAL,
			      "a PCI function is isolated by unbind or remove");
	if (method == VIGIL_METHOD_UNBIND && function->is_port)
		return refuse(out, -EINVAL,
			      "what is below a port works without its driver: use remove");
	strscpy(out->message, method == VIGIL_METHOD_UNBIND ?
		"its driver would be taken off" :
		"it would be removed, with all that is below it",
		sizeof(out->message));
	return 0;
}

static int check_recover(struct vigil_component *component,
			 struct vigil_pci_function *function,
			 const struct vigil_request *request,
			 struct vigil_outcome *out)
{
	const char *obstacle;

	if (vigil_component_isolation(component) == VIGIL_ISOLATION_ISOLATED)
		return refuse(out, -EBUSY, "it is isolated: release it instead");

	obstacle = vigil_pci_recover_obstacle(function, request->method);
	if (obstacle)
		return refuse(out, -EOPNOTSUPP, obstacle);
	strscpy(out->message, request->method ?
		"this step of the ladder would be taken" :
		"the ladder would be climbed until a step works",
		sizeof(out->message));
	return 0;
}

static int check(struct vigil_component *component, void *priv,
		 const struct vigil_request *request, struct vigil_outcome *out)
{
	switch (request->verb) {
	case VIGIL_VERB_ISOLATE:
		return check_isolate(priv, request, out);
	case VIGIL_VERB_RECOVER:
		return check_recover(component, priv, request, out);
	default:
		if (request->method)
			return refuse(out, -EINVAL,
				      "only isolate and recover take a method");
		return 0;
	}
}

static bool takes_driver(enum vigil_method method)
{
	unsigned int i;

	for (i = 0; i < vigil_pci_nr_steps; i++)
		if (vigil_pci_ladder[i].method == method)
			return vigil_pci_ladder[i].takes_driver;
	return true;
}

static void survey(struct vigil_component *component, void *priv,
		   const struct vigil_request *request,
		   struct vigil_survey *where)
{
	struct vigil_pci_survey survey = { .survey = where };

	if (request->verb == VIGIL_VERB_RECOVER)
		survey.tell_only = !request->method ||
				   !takes_driver(request->method);
	else if (request->verb != VIGIL_VERB_ISOLATE)
		return;

	survey.pdev = vigil_pci_get(priv);
	if (!survey.pdev)
		return;
	vigil_pci_survey(&survey);
	pci_dev_put(survey.pdev);
}

/* In words, what is wrong with it, or "". */
static void find_flaw(struct vigil_pci_function *function,
		      struct pci_dev *pdev, char *text, size_t size)
{
	u16 vendor = U16_MAX, lnksta;

	text[0] = '\0';
	if (!pci_device_is_present(pdev) ||
	    pci_read_config_word(pdev, PCI_VENDOR_ID, &vendor))
		strscpy(text, "it does not answer", size);
	else if (vendor != pdev->vendor && !pdev->is_virtfn)
		scnprintf(text, size, "its vendor reads as %04x, not %04x",
			  vendor, pdev->vendor);
	else if (function->seen_link &&
		 !pcie_capability_read_word(pdev, PCI_EXP_LNKSTA, &lnksta) &&
		 !vigil_pci_link_of(lnksta).lanes)
		strscpy(text, "its link is down", size);
	else if (function->wants_driver && !vigil_pci_bound(pdev))
		strscpy(text, "it has no driver", size);
}

/**
 * vigil_pci_verify() - Find out whether a function works, as far as can be seen.
 * @function: the function
 * @text: says what is wrong with it
 * @size: of @text
 *
 * Present, with the vendor that it had, its link up, and a driver if it ever had
 * one. Wakes a function that sleeps.
 *
 * Context: Process context, may sleep, no lock held.
 * Return: true if nothing is wrong.
 */
bool vigil_pci_verify(struct vigil_pci_function *function, char *text,
		      size_t size)
{
	struct pci_dev *pdev = vigil_pci_get(function);

	if (!pdev || !device_is_registered(&pdev->dev)) {
		strscpy(text, "it is gone", size);
		pci_dev_put(pdev);
		return false;
	}
	pm_runtime_get_sync(&pdev->dev);
	find_flaw(function, pdev, text, size);
	pm_runtime_put(&pdev->dev);
	pci_dev_put(pdev);
	return !text[0];
}

static void test(struct vigil_pci_function *function,
		 struct vigil_outcome *out)
{
	char flaw[64];

	if (!vigil_pci_verify(function, flaw, sizeof(flaw))) {
		vigil_pci_answer(out, VIGIL_OP_STATE_FAILED, -EIO, "%s", flaw);
		return;
	}
	mutex_lock(&function->lock);
	vigil_pci_look_locked(function);
	if (function->link.now.lanes)
		vigil_pci_answer(out, VIGIL_OP_STATE_DONE, 0,
				 "it answers, link x%u at %u MT/s",
				 function->link.now.lanes,
				 function->link.now.speed_mtps);
	else
		vigil_pci_answer(out, VIGIL_OP_STATE_DONE, 0, "it answers");
	mutex_unlock(&function->lock);
}

static void begin(struct vigil_component *component,
		  struct vigil_pci_function *function)
{
	mutex_lock(&function->lock);
	/* Who registers it may not have been told of it yet. */
	function->component = component;
	function->busy = true;
	mutex_unlock(&function->lock);
}

static void end(struct vigil_pci_function *function)
{
	mutex_lock(&function->lock);
	vigil_pci_adopt_locked(function, function->pdev);
	function->busy = false;
	mutex_unlock(&function->lock);
	vigil_pci_arm(function, &function->poll, 0);
	/* What happened meanwhile was left to us. */
	vigil_pci_reconcile();
}

static void execute(struct vigil_component *component, void *priv,
		    const struct vigil_request *request,
		    struct vigil_outcome *out)
{
	begin(component, priv);
	switch (request->verb) {
	case VIGIL_VERB_ISOLATE:
		vigil_pci_isolate(priv, request, out);
		break;
	case VIGIL_VERB_RELEASE:
		vigil_pci_release(priv, request, out);
		break;
	case VIGIL_VERB_RECOVER:
		/* What was before it in the queue may have isolated it. */
		if (vigil_component_isolation(component) ==
		    VIGIL_ISOLATION_ISOLATED)
			vigil_pci_answer(out, VIGIL_OP_STATE_FAILED, -EBUSY,
					 "it is isolated: release it instead");
		else
			vigil_pci_recover(priv, request, out);
		break;
	default:
		test(priv, out);
	}
	end(priv);
}

const struct vigil_component_ops vigil_pci_ops = {
	.check = check,
	.survey = survey,
	.execute = execute,
};
