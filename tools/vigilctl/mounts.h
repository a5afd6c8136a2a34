/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where weightfs is mounted.
 */
#ifndef VIGILCTL_MOUNTS_H
#define VIGILCTL_MOUNTS_H

#include <stdbool.h>

/**
 * struct mount - One mount of weightfs.
 * @device: "<major>:<minor>" of its files
 * @point: where it is mounted
 * @source: the directory that it shows
 */
struct mount {
	char *device;
	char *point;
	char *source;
};

bool mount_parse(char *line, struct mount *mount);
bool mount_find(const char *device, struct mount *mount);
void mount_free(struct mount *mount);

#endif /* VIGILCTL_MOUNTS_H */
