// SPDX-License-Identifier: GPL-2.0
/* A fault drops whichever lock it came with through one helper (v6.6). */
#include <linux/mm.h>

void probe(struct vm_fault *vmf);
void probe(struct vm_fault *vmf)
{
	release_fault_lock(vmf);
}
