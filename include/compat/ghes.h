/* SPDX-License-Identifier: GPL-2.0 */
/* Who wants to hear of the firmware's errors can register (v6.2). */
#ifndef _VIGIL_COMPAT_GHES_H
#define _VIGIL_COMPAT_GHES_H

#include <generated/vigil-compat.h>
#include <acpi/ghes.h>
#include <linux/errno.h>

static inline int compat_ghes_register_report_chain(struct notifier_block *nb)
{
#ifdef COMPAT_HAS_GHES_REPORT_CHAIN
	ghes_register_report_chain(nb);
	return 0;
#else
	return -ENOENT;
#endif
}

static inline void
compat_ghes_unregister_report_chain(struct notifier_block *nb)
{
#ifdef COMPAT_HAS_GHES_REPORT_CHAIN
	ghes_unregister_report_chain(nb);
#endif
}

#endif /* _VIGIL_COMPAT_GHES_H */
