// SPDX-License-Identifier: GPL-2.0
/*
 * Counting instructions in the guest.
 *
 * With -icount shift=0 the time-stamp counter advances by one for each
 * instruction. When the CPU is idle it does not stand still, it jumps to the
 * next timer, so waiting for a disk would count as work. Therefore the CPU is
 * never idle here: a process of the class SCHED_IDLE runs a loop of two
 * instructions whenever nothing else wants to, and counts its rounds. What is
 * left of the counter after subtracting them is everything that was executed
 * otherwise: the task, kernel threads that work for it, and interrupts.
 *
 * The loop makes no system call and is preempted by whoever wakes up, so it
 * delays nobody.
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <x86intrin.h>

#include "insns.h"

#define LOOP_INSNS	2
/* A timer and a few ticks; without -icount or without the loop it is far more. */
#define PAUSE_US	10000
#define PAUSE_MAX_INSNS	1000000

static uint64_t *rounds;
static pid_t spinner;

static void spin(void)
{
	const struct sched_param none = {};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sched_setscheduler(0, SCHED_IDLE, &none))
		_exit(1);
	asm volatile("1: incq %0\n\tjmp 1b" : "+m"(*rounds));
}

static void stop(void)
{
	kill(spinner, SIGKILL);
}

static void check(void)
{
	uint64_t before = insns_now();

	usleep(PAUSE_US);
	if (!__atomic_load_n(rounds, __ATOMIC_RELAXED) || insns_now() - before > PAUSE_MAX_INSNS)
		errx(1, "instructions can't be counted: one CPU and icount are needed");
}

/* Begin to keep the CPU busy, until this process ends. */
void insns_start(void)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) != 1)
		errx(1, "instructions can be counted on one CPU only");
	rounds = mmap(NULL, sizeof(*rounds), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (rounds == MAP_FAILED)
		err(1, "mmap");
	spinner = fork();
	if (spinner < 0)
		err(1, "fork");
	if (!spinner)
		spin();
	atexit(stop);
	check();
}

/* Instructions so far, without those of the loop. */
uint64_t insns_now(void)
{
	uint64_t all = __rdtsc();

	return all - LOOP_INSNS * __atomic_load_n(rounds, __ATOMIC_RELAXED);
}
