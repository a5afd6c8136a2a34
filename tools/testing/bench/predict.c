// SPDX-License-Identifier: GPL-2.0
/*
 * predict OURS THEIRS ROWS vigil|libxgboost|same [ROUNDS] - one model, ours and
 * XGBoost's, and rows of s32, one at a time.
 *
 * "same" compares what they say of each row. The others go over all rows, ROUNDS
 * times, and print one line of JSON: the best time of a row and, where the machine
 * tells them, instructions.
 */
#include <err.h>
#include <linux/perf_event.h>
#include <math.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>
#include <xgboost/c_api.h>

#include "drivers/predict/forest.h"

/* Sums of floats are not exact, and leaves were rounded. */
#define TOLERANCE_Q16	16

#define ALL_TREES	"\"iteration_begin\":0,\"iteration_end\":0"

struct mapping {
	const void *data;
	size_t bytes;
};

static struct vigil_forest *forest;
static BoosterHandle booster;
static DMatrixHandle proxy;	/* once for all rows: it need not make its own */
static const s32 *rows;
static size_t nr_rows, nr_features;
static float *floats;		/* all rows, NaN where a number is missing */
static float *current;		/* the one that libxgboost looks at */
static char where[128];		/* ... and how it knows that */

static struct mapping map(const char *name)
{
	int fd = open(name, O_RDONLY);
	struct mapping file;
	struct stat about;

	if (fd < 0 || fstat(fd, &about))
		err(1, "%s", name);
	file.bytes = about.st_size;
	file.data = mmap(NULL, file.bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE,
			 fd, 0);
	if (file.data == MAP_FAILED)
		err(1, "%s", name);
	close(fd);
	return file;
}

static void must(int failed)
{
	if (failed)
		errx(1, "libxgboost: %s", XGBGetLastError());
}

static void open_ours(const char *name)
{
	struct mapping file = map(name);
	const struct vigil_format_header *header = file.data;
	const char *why;

	nr_features = le16_to_cpu(header->nr_features);
	forest = vigil_forest_open(file.data, file.bytes,
				   le64_to_cpu(header->schema), nr_features, &why);
	if (IS_ERR(forest))
		errx(1, "%s: %s", name, why);
}

static void open_theirs(const char *name)
{
	must(XGBoosterCreate(NULL, 0, &booster));
	must(XGBoosterLoadModel(booster, name));
	must(XGBoosterSetParam(booster, "nthread", "1"));
	must(XGProxyDMatrixCreate(&proxy));
}

static void read_rows(const char *name)
{
	struct mapping file = map(name);
	size_t count = file.bytes / sizeof(s32);

	rows = file.data;
	nr_rows = count / nr_features;
	floats = malloc(file.bytes);
	current = malloc(nr_features * sizeof(*current));
	for (size_t i = 0; i < count; i++)
		floats[i] = rows[i] == VIGIL_FOREST_MISSING ? NAN : rows[i];
	snprintf(where, sizeof(where),
		 "{\"data\":[%zu,true],\"shape\":[1,%zu],\"typestr\":\"<f4\",\"version\":3}",
		 (size_t)current, nr_features);
}

static long long ask_ours(size_t row)
{
	s32 margin_q16 = vigil_forest_margin(forest, rows + row * nr_features);

	return margin_q16 + vigil_forest_permille(forest, margin_q16);
}

static float margin_of_theirs(size_t row)
{
	static const char how[] = "{\"type\":1,\"training\":false,\"missing\":NaN," ALL_TREES
				  ",\"strict_shape\":false,\"cache_id\":0}";
	const bst_ulong *shape;
	const float *result;
	bst_ulong dimensions;

	memcpy(current, floats + row * nr_features, nr_features * sizeof(*current));
	must(XGBoosterPredictFromDense(booster, where, how, proxy, &shape, &dimensions,
				       &result));
	return *result;
}

static long long ask_theirs(size_t row)
{
	return margin_of_theirs(row) * 65536;
}

/* Decisions are the same, and what they are made of. */
static int compare(void)
{
	s32 alarm_q16 = vigil_forest_info(forest)->alarm_q16;
	size_t alarms = 0, others = 0;

	for (size_t row = 0; row < nr_rows; row++) {
		s32 ours = vigil_forest_margin(forest, rows + row * nr_features);
		double theirs = margin_of_theirs(row) * 65536.0;

		alarms += ours >= alarm_q16;
		others += (ours >= alarm_q16) != (theirs >= alarm_q16) ||
			  fabs(ours - theirs) > TOLERANCE_Q16;
	}
	printf("{\"rows\": %zu, \"alarms\": %zu, \"others\": %zu}\n", nr_rows, alarms,
	       others);
	return others != 0;
}

/* Of this thread: whoever else runs here does not count. */
static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

/* Counts instructions of this program, if the machine and its rules let it. */
static int open_counter(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static long long count(int counter)
{
	long long insns;

	return read(counter, &insns, sizeof(insns)) == sizeof(insns) ? insns : 0;
}

static void measure(long long (*ask)(size_t row), int rounds)
{
	double best_ns = INFINITY, begin_ns, insns = 0;
	int counter = open_counter();

	for (int round = 0; round < rounds; round++) {
		insns = -count(counter);
		begin_ns = now_ns();
		for (size_t row = 0; row < nr_rows; row++)
			__asm__ volatile("" : : "r"(ask(row)));
		best_ns = fmin(best_ns, now_ns() - begin_ns);
		insns += count(counter);
	}
	printf("{\"row_ns\": %.1f", best_ns / nr_rows);
	if (counter >= 0)
		printf(", \"row_insns\": %.1f", insns / nr_rows);
	puts("}");
}

int main(int argc, char **argv)
{
	bool is_ours;
	int rounds;

	if (argc < 5)
		errx(1, "usage: predict OURS THEIRS ROWS vigil|libxgboost|same [ROUNDS]");
	is_ours = !strcmp(argv[4], "vigil");
	rounds = argc > 5 ? atoi(argv[5]) : 1;
	open_ours(argv[1]);
	if (!is_ours)
		open_theirs(argv[2]);
	read_rows(argv[3]);
	if (!strcmp(argv[4], "same"))
		return compare();
	measure(is_ours ? ask_ours : ask_theirs, rounds);
	return 0;
}
