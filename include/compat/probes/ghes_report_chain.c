// SPDX-License-Identifier: GPL-2.0
/* Who wants to hear of the firmware's errors can register (v6.2). */
#include <acpi/ghes.h>

void probe(struct notifier_block *nb);
void probe(struct notifier_block *nb)
{
	ghes_register_report_chain(nb);
	ghes_unregister_report_chain(nb);
}
