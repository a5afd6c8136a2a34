// SPDX-License-Identifier: GPL-2.0
/* Shrinkers are allocated by the kernel (v6.7). */
#include <linux/shrinker.h>

struct shrinker *probe(void);
struct shrinker *probe(void)
{
	return shrinker_alloc(SHRINKER_NUMA_AWARE, "probe");
}
