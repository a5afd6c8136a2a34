// SPDX-License-Identifier: GPL-2.0
/*
 * Where weightfs is mounted, from /proc/self/mountinfo. See proc(5): the fields
 * up to the mount point have fixed places, those after " - " again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mounts.h"
#include "text.h"

static bool is_octal(const char *s)
{
	return s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' &&
	       s[2] >= '0' && s[2] <= '7';
}

/* Undoes the kernel's \ooo in place. */
static char *unescape(char *string)
{
	char *from = string, *to = string;

	while (*from) {
		if (*from == '\\' && is_octal(from + 1)) {
			*to++ = (from[1] - '0') << 6 | (from[2] - '0') << 3 |
				(from[3] - '0');
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = 0;
	return string;
}

/*
 * Parses a line, which is changed. Returns false when it is not a mount of
 * weightfs.
 */
bool mount_parse(char *line, struct mount *mount)
{
	char *device = NULL, *point = NULL, *word, *type, *source;

	line[strcspn(line, "\n")] = 0;
	for (int i = 0; (word = strsep(&line, " ")) && strcmp(word, "-"); i++) {
		if (i == 2)
			device = word;
		if (i == 4)
			point = word;
	}
	type = strsep(&line, " ");
	source = strsep(&line, " ");
	if (!point || !type || strcmp(type, "weightfs") || !source)
		return false;
	mount->device = need(strdup(device));
	mount->point = need(strdup(unescape(point)));
	mount->source = need(strdup(unescape(source)));
	return true;
}

/* Finds the first mount whose files have the device number @device. */
bool mount_find(const char *device, struct mount *mount)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	while (file && !found && getline(&line, &size, file) >= 0) {
		if (!mount_parse(line, mount))
			continue;
		found = !strcmp(mount->device, device);
		if (!found)
			mount_free(mount);
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

void mount_free(struct mount *mount)
{
	free(mount->device);
	free(mount->point);
	free(mount->source);
}
