// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl run --near: a program on the CPUs and the memory of the node where
 * weights are.
 */
#include <errno.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "text.h"
#include "weights.h"

#define NR_NODES 64

/* The node that has most of a file; where we are, if it has as much. */
static int best_node(const struct weightfs_nodes *nodes)
{
	unsigned int here = 0;
	int best = -1;

	for (int i = 0; i < NR_NODES; i++)
		if (nodes->loaded_bytes[i] &&
		    (best < 0 || nodes->loaded_bytes[i] > nodes->loaded_bytes[best]))
			best = i;
	if (best >= 0 && !getcpu(NULL, &here) && here < NR_NODES &&
	    nodes->loaded_bytes[here] == nodes->loaded_bytes[best])
		best = here;
	return best;
}

static FILE *open_cpulist(int node)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/cpulist",
		 node);
	return fopen(path, "r");
}

/* Adds ranges such as 0-3,8-11 to the set; false if there are none. */
static bool read_cpus(FILE *list, cpu_set_t *cpus)
{
	unsigned int first, last;
	bool any = false;

	while (fscanf(list, "%u", &first) == 1) {
		last = first;
		if (fscanf(list, "-%u", &last) < 0)
			last = first;
		for (; first <= last && first < CPU_SETSIZE; first++) {
			CPU_SET(first, cpus);
			any = true;
		}
		if (getc(list) != ',')
			break;
	}
	return any;
}

static enum status go_to_node(const struct session *session, int node)
{
	unsigned long mask = 1UL << node;
	FILE *list = open_cpulist(node);
	cpu_set_t cpus;
	bool any;

	CPU_ZERO(&cpus);
	any = list && read_cpus(list, &cpus);
	if (list)
		fclose(list);
	if (!any)
		return fail(session, STATUS_REFUSED, "node %d has no CPUs", node);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		return fail(session, STATUS_REFUSED, "the CPUs of node %d: %s",
			    node, strerror(errno));
	if (syscall(SYS_set_mempolicy, MPOL_PREFERRED, &mask, NR_NODES + 1))
		return fail(session, STATUS_REFUSED, "the memory of node %d: %s",
			    node, strerror(errno));
	return STATUS_OK;
}

enum status run_near(struct session *session, char **operands)
{
	struct weights_file file = { .path = (char *)session->options.near };
	enum status status;
	int node;

	if (!option_given(session, OPTION_NEAR))
		return fail(session, STATUS_USAGE, "near what? use --near FILE");
	status = weights_nodes(session, &file);
	if (status != STATUS_OK)
		return status;
	node = best_node(&file.nodes);
	if (node < 0)
		return fail(session, STATUS_REFUSED,
			    "%s: nothing of it is in memory (see weights preload)",
			    file.path);
	status = go_to_node(session, node);
	if (status != STATUS_OK)
		return status;
	execvp(operands[0], operands);
	return fail(session, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_REFUSED,
		    "%s: %s", operands[0], strerror(errno));
}
