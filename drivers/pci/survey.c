// SPDX-License-Identifier: GPL-2.0
/*
 * What would be hit if a function, and all that is below it, went out of use.
 *
 * "Below" follows the parents of devices: partitions, network devices and the
 * functions under a port are all below a function. What is stacked on top (bonds,
 * volumes) is found by survey_net.c and survey_block.c.
 *
 * Locks: none. What is found may be different a moment later; the core asks
 * again right before it acts, and nothing can do better than that.
 */
#include <linux/kernel.h>
#include <linux/stdarg.h>
#include <linux/string.h>
#include <linux/vgaarb.h>

#include "pci.h"

/**
 * vigil_pci_found() - Tell something that would be hit.
 * @survey: the survey
 * @guard: what speaks against it, or VIGIL_GUARD_NONE
 * @format: what would be hit, for people
 *
 * Context: Process context, may sleep.
 */
void vigil_pci_found(struct vigil_pci_survey *survey, enum vigil_guard guard,
		     const char *format, ...)
{
	char text[VIGIL_REASON_MAX + 1];
	va_list args;

	survey->guards |= BIT(guard);
	if (!survey->survey)
		return;

	va_start(args, format);
	vscnprintf(text, sizeof(text), format, args);
	va_end(args);
	vigil_survey_add(survey->survey,
			 survey->tell_only ? VIGIL_GUARD_NONE : guard, "%s",
			 text);
}

/* Drivers that hand a function to a virtual machine or a program. */
static bool drives_for_user_space(const char *driver)
{
	return strstr(driver, "vfio") || strstr(driver, "uio");
}

static void survey_function(struct vigil_pci_survey *survey,
			    struct pci_dev *pdev)
{
	const char *driver = dev_driver_string(&pdev->dev);
	int nr_virtfn = pci_num_vf(pdev);

	if (nr_virtfn)
		vigil_pci_found(survey, VIGIL_GUARD_VIRTUAL_FUNCTIONS,
				"%s has %d virtual functions", pci_name(pdev),
				nr_virtfn);
	if (!vigil_pci_bound(pdev))
		return;
	if (drives_for_user_space(driver))
		vigil_pci_found(survey, VIGIL_GUARD_VFIO, "%s is held by %s",
				pci_name(pdev), driver);
	else if (!pci_is_bridge(pdev))
		vigil_pci_found(survey, VIGIL_GUARD_NONE,
				"driver %s leaves %s", driver, pci_name(pdev));
	if (pdev == vga_default_device())
		vigil_pci_found(survey, VIGIL_GUARD_ROOT_DEVICE,
				"the console may be on %s", pci_name(pdev));
}

/**
 * vigil_pci_survey() - Tell all that would be hit.
 * @survey: the function, and where to tell
 *
 * Context: Process context, may sleep, no lock held.
 */
void vigil_pci_survey(struct vigil_pci_survey *survey)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev)
		if (vigil_pci_below(&pdev->dev, &survey->pdev->dev))
			survey_function(survey, pdev);
	vigil_pci_survey_block(survey);
	vigil_pci_survey_net(survey);
}
