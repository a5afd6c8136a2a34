/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Unit tests in user space. A test program has a table of cases, which its
 * main() hands to unit_run(). It prints TAP. A case that fails goes on, so that
 * all of its complaints are seen; a crash or a sanitizer's report ends the
 * program, and the runner counts that as a failure.
 */
#ifndef VIGIL_UNIT_H
#define VIGIL_UNIT_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif

struct unit_case {
	const char *name;
	void (*run)(void);
};

static bool unit_failed;
static const char *unit_skipped;

#define CHECK(condition) \
	unit_check(condition, #condition, __FILE__, __LINE__)
#define CHECK_STR(got, wanted) \
	unit_check_str(got, wanted, #got, __FILE__, __LINE__)
#define CHECK_INT(got, wanted) \
	unit_check_int(got, wanted, #got, __FILE__, __LINE__)

static inline bool unit_check(bool good, const char *what, const char *file,
			      int line)
{
	if (!good) {
		printf("# %s:%d: not so: %s\n", file, line, what);
		unit_failed = true;
	}
	return good;
}

static inline bool unit_check_str(const char *got, const char *wanted,
				  const char *what, const char *file, int line)
{
	bool good = got && wanted ? !strcmp(got, wanted) : got == wanted;

	if (!good) {
		printf("# %s:%d: %s is \"%s\", not \"%s\"\n", file, line, what,
		       got ? got : "(null)", wanted ? wanted : "(null)");
		unit_failed = true;
	}
	return good;
}

static inline bool unit_check_int(long long got, long long wanted,
				  const char *what, const char *file, int line)
{
	if (got != wanted) {
		printf("# %s:%d: %s is %lld, not %lld\n", file, line, what, got,
		       wanted);
		unit_failed = true;
	}
	return got == wanted;
}

/* Call and return: the case can't be run here. */
static inline void unit_skip(const char *why)
{
	unit_skipped = why;
}

static inline int unit_run(const struct unit_case *cases, size_t count)
{
	bool failed = false;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", count);
	for (size_t i = 0; i < count; i++) {
		unit_failed = false;
		unit_skipped = NULL;
		cases[i].run();
		failed |= unit_failed;
		printf("%s %zu %s", unit_failed ? "not ok" : "ok", i + 1,
		       cases[i].name);
		if (unit_skipped)
			printf(" # SKIP %s", unit_skipped);
		putchar('\n');
	}
	return failed;
}

#endif /* VIGIL_UNIT_H */
