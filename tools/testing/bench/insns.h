/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many instructions the machine has executed, in a guest whose clock counts
 * them (QEMU's -icount shift=0) and that has one CPU.
 */
#ifndef BENCH_INSNS_H
#define BENCH_INSNS_H

#include <stdint.h>

void insns_start(void);
uint64_t insns_now(void);

#endif /* BENCH_INSNS_H */
