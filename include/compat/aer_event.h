/* SPDX-License-Identifier: GPL-2.0 */
/* What tracepoint aer_event tells of a transaction. */
#ifndef _VIGIL_COMPAT_AER_EVENT_H
#define _VIGIL_COMPAT_AER_EVENT_H

#include <generated/vigil-compat.h>
#include <linux/aer.h>
#include <ras/ras_event.h>

#ifdef COMPAT_HAS_PCIE_TLP_LOG
#define compat_aer_tlp_log pcie_tlp_log
#else
#define compat_aer_tlp_log aer_header_log_regs
#endif

#endif /* _VIGIL_COMPAT_AER_EVENT_H */
