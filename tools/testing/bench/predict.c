// SPDX-License-Identifier: GPL-2.0
/*
 * predict [--insns] MODEL.vgm MODEL.json CONFIG ROWS FEATURES LIMIT ROUNDS FLAVOUR
 *
 * What it costs to ask a forest about one row, Vigil's engine beside libxgboost's C
 * API (in-place prediction of margins, one thread), with the same forest and the same
 * rows: nanoseconds, or instructions in a guest that counts them. Prints JSON lines,
 * and fails when the two decide differently about a row: is the margin above LIMIT?
 *
 * ROWS has FEATURES 32-bit integers for each row. CONFIG is libxgboost's.
 */
#define _GNU_SOURCE
#include <err.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>
#include <xgboost/c_api.h>

#include "drivers/predict/forest.h"
#include "insns.h"

#define MUST(call) \
	do { \
		if (call) \
			errx(1, "libxgboost: %s", XGBGetLastError()); \
	} while (0)

static const char *config;

struct rows {
	s32 *numbers;
	float *floats;
	size_t nr;
	u32 nr_features;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static void *read_file(const char *path, size_t *bytes)
{
	FILE *file = fopen(path, "rb");
	char *data;

	if (!file || fseek(file, 0, SEEK_END))
		err(1, "%s", path);
	*bytes = ftell(file);
	rewind(file);
	data = malloc(*bytes);
	if (!data || fread(data, 1, *bytes, file) != *bytes)
		err(1, "%s", path);
	fclose(file);
	return data;
}

static struct rows read_rows(const char *path, u32 nr_features)
{
	struct rows rows = { .nr_features = nr_features };
	size_t bytes, nr;

	rows.numbers = read_file(path, &bytes);
	nr = bytes / sizeof(s32);
	rows.nr = nr / nr_features;
	rows.floats = malloc(nr * sizeof(float));
	for (size_t i = 0; i < nr; i++)
		rows.floats[i] = rows.numbers[i] == VIGIL_FOREST_MISSING ?
				 NAN : (float)rows.numbers[i];
	return rows;
}

static struct vigil_forest *open_vigil(const char *path)
{
	const struct vigil_format_header *header;
	struct vigil_forest *forest;
	const char *why;
	size_t bytes;
	void *data = read_file(path, &bytes);

	header = data;
	forest = vigil_forest_open(data, bytes, header->schema,
				   header->nr_features, &why);
	if (IS_ERR(forest))
		errx(1, "%s: %s", path, why);
	free(data);
	return forest;
}

static BoosterHandle open_xgboost(const char *path)
{
	BoosterHandle booster;

	MUST(XGBoosterCreate(NULL, 0, &booster));
	MUST(XGBoosterLoadModel(booster, path));
	MUST(XGBoosterSetParam(booster, "nthread", "1"));
	return booster;
}

/* The description of a row is made once, as a careful user would. */
static float ask_xgboost(BoosterHandle booster, float *row, u32 nr)
{
	static char array[256];
	static float *described;
	bst_ulong const *shape;
	const float *result;
	bst_ulong dim;

	if (described != row) {
		snprintf(array, sizeof(array),
			 "{\"data\": [%zu, true], \"shape\": [1, %u], \"typestr\": \"<f4\", \"version\": 3}",
			 (size_t)row, nr);
		described = row;
	}
	MUST(XGBoosterPredictFromDense(booster, array, config, NULL, &shape,
				       &dim, &result));
	return *result;
}

static double per_row_vigil(const struct vigil_forest *forest,
			    const struct rows *rows, uint64_t (*clock)(void))
{
	uint64_t start = clock();
	s64 sum = 0;

	for (size_t i = 0; i < rows->nr; i++)
		sum += vigil_forest_margin(forest,
					   rows->numbers + i * rows->nr_features);
	/* The sum is used, so that it is computed. */
	return (double)(clock() - start + (sum == 1)) / rows->nr;
}

static double per_row_xgboost(BoosterHandle booster, const struct rows *rows,
			      uint64_t (*clock)(void))
{
	float row[rows->nr_features];
	uint64_t start = clock();

	for (size_t i = 0; i < rows->nr; i++) {
		memcpy(row, rows->floats + i * rows->nr_features, sizeof(row));
		ask_xgboost(booster, row, rows->nr_features);
	}
	return (double)(clock() - start) / rows->nr;
}

static size_t count_differences(const struct vigil_forest *forest,
				BoosterHandle booster, const struct rows *rows,
				double limit)
{
	size_t differences = 0;

	for (size_t i = 0; i < rows->nr; i++) {
		size_t at = i * rows->nr_features;
		s32 ours = vigil_forest_margin(forest, rows->numbers + at);
		float theirs = ask_xgboost(booster, rows->floats + at,
					   rows->nr_features);

		differences += (ours >= (s32)lround(limit * 65536)) !=
			       (theirs >= limit);
	}
	return differences;
}

static void print(const char *name, const char *subject, const char *flavour,
		  const double *values, int nr)
{
	printf("{\"name\": \"%s\", \"unit\": \"%s\", \"subject\": \"%s\", ", name,
	       strcmp(name, "row_ns") ? "instructions" : "ns", subject);
	printf("\"variant\": \"%s\", \"values\": [", flavour);
	for (int i = 0; i < nr; i++)
		printf("%s%.1f", i ? ", " : "", values[i]);
	puts("]}");
}

int main(int argc, char **argv)
{
	bool insns = argc > 1 && !strcmp(argv[1], "--insns");
	uint64_t (*clock)(void) = insns ? insns_now : now_ns;
	const char *name = insns ? "row_insns" : "row_ns";
	struct vigil_forest *forest;
	BoosterHandle booster;
	struct rows rows;
	size_t differ;
	int rounds;

	argv += insns;
	if (argc != 9 + insns)
		errx(1, "see the comment at its top");
	forest = open_vigil(argv[1]);
	booster = open_xgboost(argv[2]);
	config = argv[3];
	rows = read_rows(argv[4], atoi(argv[5]));
	rounds = atoi(argv[7]);
	differ = count_differences(forest, booster, &rows, atof(argv[6]));
	if (differ)
		errx(1, "%zu of %zu rows decided differently", differ, rows.nr);
	if (insns)
		insns_start();

	double ours[rounds], theirs[rounds];

	for (int i = 0; i < rounds; i++) {
		ours[i] = per_row_vigil(forest, &rows, clock);
		theirs[i] = per_row_xgboost(booster, &rows, clock);
	}
	print(name, "vigil", argv[8], ours, rounds);
	print(name, "libxgboost", argv[8], theirs, rounds);
	fprintf(stderr, "%s: the same decision about each of %zu rows\n",
		argv[8], rows.nr);
	return 0;
}
