// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of /proc/self/mountinfo, whole and mangled.
 */
/* unit-sources: tools/vigilctl/mounts.c tools/vigilctl/text.c */
#include <stdlib.h>

#include "mounts.h"
#include "unit.h"

static bool parse(const char *text, struct mount *mount)
{
	char *line = strdup(text);
	bool good = mount_parse(line, mount);

	free(line);
	return good;
}

static void whole_line(void)
{
	struct mount mount;

	if (!CHECK(parse("36 35 0:45 / /models ro,noatime shared:1 - weightfs /data/models ro\n",
			 &mount)))
		return;
	CHECK_STR(mount.device, "0:45");
	CHECK_STR(mount.point, "/models");
	CHECK_STR(mount.source, "/data/models");
	mount_free(&mount);
}

static void escapes_are_undone(void)
{
	struct mount mount;

	if (!CHECK(parse("1 2 0:45 / /my\\040models\\134x ro - weightfs /a\\011b\\9 ro",
			 &mount)))
		return;
	CHECK_STR(mount.point, "/my models\\x");
	CHECK_STR(mount.source, "/a\tb\\9");
	mount_free(&mount);
}

static void others_are_refused(void)
{
	static const char *const lines[] = {
		"", "\n", " ", "-", " - ", "1 2 3 4 5", "1 2 3 4 5 -",
		"36 35 8:1 / / rw - ext4 /dev/sda1 rw",
		"36 35 0:45 - weightfs /data ro",
		"36 35 0:45 / /models ro - weightfs",
		"36 35 0:45 / /models ro",
	};
	struct mount mount;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (!CHECK(!parse(lines[i], &mount)))
			printf("# with \"%s\"\n", lines[i]);
}

static const struct unit_case cases[] = {
	{ "a whole line", whole_line },
	{ "escapes are undone", escapes_are_undone },
	{ "other and mangled lines are refused", others_are_refused },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
