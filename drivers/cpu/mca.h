/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a machine check of x86 says about the CPU that reported it.
 *
 * Pure: builds in user space too, where tools/testing/unit tests it.
 */
#ifndef VIGIL_CPU_MCA_H
#define VIGIL_CPU_MCA_H

#include "error.h"

/**
 * struct vigil_mca - The parts of a machine check that matter.
 * @status: IA32_MCi_STATUS
 * @mcgcap: IA32_MCG_CAP of the CPU, which says how to read @status
 * @ipid: on AMD with scalable MCA what kind of bank it is, else 0
 * @is_amd: AMD or Hygon; otherwise it reads as Intel's
 * @is_memory: of AMD only: the kernel says that it is DRAM's
 */
struct vigil_mca {
	u64 status;
	u64 mcgcap;
	u64 ipid;
	bool is_amd;
	bool is_memory;
};

bool vigil_mca_classify(const struct vigil_mca *mca,
			struct vigil_cpu_error *error);

#endif /* VIGIL_CPU_MCA_H */
