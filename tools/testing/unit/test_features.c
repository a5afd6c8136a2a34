// SPDX-License-Identifier: GPL-2.0
/*
 * History and features of a memory module, held against a list of all errors
 * and the definitions, taken literally.
 */
/* unit-sources: drivers/memory/history.c drivers/memory/features.c */
#include <stdlib.h>

#include "drivers/memory/features.h"
#include "unit.h"

#define LOG_MAX	4000

struct error {
	struct vigil_cell cell;
	u32 time_s;
	u32 count;
	bool scrub;
};

static struct error log_of[LOG_MAX];
static u32 nr_log;
static struct vigil_history history;
static void *memory;
static struct vigil_features_scratch scratch;
static u64 seed;

static u32 draw(u32 n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 33) % n;
}

static void begin(u32 nr_slots)
{
	free(memory);
	memory = malloc(vigil_history_bytes(nr_slots));
	vigil_history_init(&history, memory, nr_slots);
	nr_log = 0;
}

static void add(struct error error)
{
	vigil_history_add(&history, &error.cell, error.time_s, error.count,
			  error.scrub);
	log_of[nr_log++] = error;
}

static struct error entries[LOG_MAX];

/* One entry for each cell with errors in the last six hours. */
static u32 find_entries(u32 now_s)
{
	u32 n = 0, e;

	for (u32 i = 0; i < nr_log; i++) {
		if (log_of[i].time_s + 6 * 3600 < now_s)
			continue;
		for (e = 0; e < n; e++)
			if (!memcmp(&entries[e].cell, &log_of[i].cell,
				    sizeof(log_of[i].cell)))
				break;
		if (e < n)
			entries[e].count += log_of[i].count;
		else
			entries[n++] = log_of[i];
	}
	return n;
}

static u32 bits(u32 n)
{
	return __builtin_popcount(n);
}

static s32 widest(u32 set)
{
	return set ? 31 - __builtin_clz(set) - __builtin_ctz(set) : 0;
}

static void expect_bits(s32 *v, u32 parity)
{
	u32 dqs = 0, beats = 0;

	for (u32 bit = 0; bit < 32; bit++)
		if (parity & 0x80000000u >> bit) {
			dqs |= 1u << bit % 4;
			beats |= 1u << bit / 4;
		}
	v[VIGIL_FEATURE_BITS] += bits(parity);
	v[VIGIL_FEATURE_DQS] += bits(dqs);
	v[VIGIL_FEATURE_BURSTS] += bits(beats);
	v[VIGIL_FEATURE_MAX_DQ_INTERVAL] =
		max(v[VIGIL_FEATURE_MAX_DQ_INTERVAL], widest(dqs));
	v[VIGIL_FEATURE_MAX_BURST_INTERVAL] =
		max(v[VIGIL_FEATURE_MAX_BURST_INTERVAL], widest(beats));
	for (u32 n = 1; n <= 4; n++)
		v[VIGIL_FEATURE_DQ_1 + n - 1] += bits(dqs) == n;
	for (u32 n = 1; n <= 8; n++)
		v[VIGIL_FEATURE_BURST_1 + n - 1] += bits(beats) == n;
}

/* Is this the first entry of its row, which has another column? Or so. */
static bool several(const struct error *in, u32 n, u32 i, bool rows)
{
	bool found = false;

	for (u32 j = 0; j < n; j++) {
		const struct vigil_cell *a = &in[i].cell, *b = &in[j].cell;

		if (a->device != b->device || a->bank != b->bank ||
		    (rows ? a->row != b->row : a->column != b->column))
			continue;
		if (j < i)
			return false;
		found |= rows ? a->column != b->column : a->row != b->row;
	}
	return found;
}

static void expect_places(s32 *v, const struct error *in, u32 n)
{
	bool devices = false, banks = false, rows = false, columns = false;
	u32 mode = VIGIL_FEATURE_MODE_CELL;

	for (u32 i = 0; i < n; i++) {
		devices |= in[i].cell.device != in[0].cell.device;
		banks |= in[i].cell.bank != in[0].cell.bank;
		rows |= in[i].cell.row != in[0].cell.row;
		columns |= in[i].cell.column != in[0].cell.column;
		v[VIGIL_FEATURE_FAULT_ROWS] += several(in, n, i, true);
		v[VIGIL_FEATURE_FAULT_COLUMNS] += several(in, n, i, false);
	}
	if (devices)
		mode = VIGIL_FEATURE_MODE_OTHERS;
	else if (banks)
		mode = VIGIL_FEATURE_MODE_DEVICE;
	else if (columns && rows)
		mode = VIGIL_FEATURE_MODE_BANK;
	else if (columns)
		mode = VIGIL_FEATURE_MODE_ROW;
	else if (rows)
		mode = VIGIL_FEATURE_MODE_COLUMN;
	v[mode] = n > 0;
}

static void expect_window(s32 *v, u32 now_s, u32 seconds, u32 nr_entries)
{
	static struct error in[LOG_MAX];
	u32 n = 0, near = 0;

	memset(v, 0, VIGIL_FEATURES * sizeof(*v));
	for (u32 i = 0; i < nr_entries; i++)
		if (entries[i].time_s + seconds >= now_s)
			in[n++] = entries[i];

	for (u32 i = 0; i < n; i++) {
		v[VIGIL_FEATURE_READ_LOGS] += !in[i].scrub;
		v[VIGIL_FEATURE_SCRUB_LOGS] += in[i].scrub;
		v[VIGIL_FEATURE_READ_COUNT] += in[i].scrub ? 0 : in[i].count;
		v[VIGIL_FEATURE_SCRUB_COUNT] += in[i].scrub ? in[i].count : 0;
		v[VIGIL_FEATURE_ALL_COUNT] += in[i].count;
		expect_bits(v, in[i].cell.parity);
		near = i && in[i].time_s - in[i - 1].time_s <= 60 ? near + 1 : 0;
		if (near > 10) {
			v[VIGIL_FEATURE_STORMS]++;
			near = 0;
		}
	}
	v[VIGIL_FEATURE_ALL_LOGS] = n;
	if (n)
		v[VIGIL_FEATURE_FREQUENCY_Q16] = seconds * 65536ull / n;
	expect_places(v, in, n);
}

static bool check_features(u32 now_s)
{
	static const u32 seconds[] = { 900, 3600, 21600 };
	struct vigil_features features;
	s32 expected[VIGIL_FEATURES];
	u32 n = find_entries(now_s);
	bool good = true;

	vigil_history_expire(&history, now_s);
	vigil_features_compute(&history, &scratch, &features);
	good &= CHECK_INT(history.nr_cells, n);

	for (u32 w = 0; w < 3; w++) {
		expect_window(expected, now_s, seconds[w], n);
		for (u32 i = 0; i < VIGIL_FEATURES; i++) {
			if (features.value[w][i] == expected[i])
				continue;
			printf("# window %u, %s: %d, not %d\n", w,
			       vigil_feature_names[i], features.value[w][i],
			       expected[i]);
			good = CHECK(false);
		}
	}
	return good;
}

static struct error draw_error(u32 time_s, u32 spread)
{
	return (struct error) {
		.cell = {
			.row = draw(spread),
			.column = draw(spread) * 8,
			.bank = draw(1 + spread / 8),
			.device = draw(1 + spread / 16),
			.parity = 1u << draw(32) | 1u << draw(32),
			.located = 1,
			.has_parity = 1,
		},
		.time_s = time_s,
		.count = 1 + draw(3),
		.scrub = draw(4) == 0,
	};
}

/* Streams of all kinds: few and many cells, slow and fast, with pauses. */
static void features_are_right(void)
{
	for (u32 i = 0; i < 60; i++) {
		u32 spread = 1 + draw(24), pace = 1 + draw(300), time_s = 5;
		bool good = true;

		begin(1024);
		for (u32 n = 0; n < 900 && good; n++) {
			time_s += draw(pace) + (draw(100) ? 0 : draw(9000));
			add(draw_error(time_s, spread));
			if (n % 37 == 0 || n > 890)
				good = check_features(time_s);
		}
		CHECK_INT(history.resolution_s, 0);
		CHECK_INT(history.forgotten, 0);
		check_features(time_s + draw(30000));
		if (!good)
			printf("# stream %u: spread %u, pace %u\n", i, spread,
			       pace);
	}
}

/* Growing and shrinking change nothing. */
static void moving_keeps_all(void)
{
	u32 time_s = 100, nr_slots = 64;
	void *fresh;

	begin(nr_slots);
	for (u32 n = 0; n < 2000; n++) {
		time_s += draw(12);
		if (vigil_history_full(&history)) {
			nr_slots *= 2;
			fresh = malloc(vigil_history_bytes(nr_slots));
			vigil_history_move(&history, fresh, nr_slots);
			free(memory);
			memory = fresh;
		}
		add(draw_error(time_s, 20));
		if (n % 101 == 0)
			check_features(time_s);
	}
	CHECK_INT(nr_slots, 2048);
	CHECK_INT(history.forgotten, 0);

	vigil_history_expire(&history, time_s + 21600 - 100);
	fresh = malloc(vigil_history_bytes(64));
	vigil_history_move(&history, fresh, 64);
	free(memory);
	memory = fresh;
	check_features(time_s + 21600 - 100);
}

/* A cell that errs each second for six hours, and some beside it. */
static void chronic_cells_are_cheap(void)
{
	struct error error = draw_error(0, 24), other;
	struct vigil_features features;
	u32 time_s, n = 0;

	begin(64);
	for (time_s = 1; time_s <= 21600; time_s++) {
		vigil_history_add(&history, &error.cell, time_s, 1, false);
		if (time_s % 1000 == 0) {
			other = draw_error(time_s, 24);
			other.cell.row = 1000 + n++;
			vigil_history_add(&history, &other.cell, time_s, 1,
					  false);
		}
	}
	vigil_features_compute(&history, &scratch, &features);
	CHECK_INT(history.forgotten, 0);
	CHECK(history.resolution_s > 0 && history.resolution_s <= 2048);
	CHECK_INT(history.nr_cells, 1 + n);
	CHECK_INT(features.value[VIGIL_WINDOW_6H][VIGIL_FEATURE_ALL_COUNT],
		  21600 + n);
	/* Its first error was long ago; the others are those of 18000, 19000... */
	CHECK_INT(features.value[VIGIL_WINDOW_15M][VIGIL_FEATURE_ALL_COUNT], 1);
	CHECK_INT(features.value[VIGIL_WINDOW_1H][VIGIL_FEATURE_ALL_LOGS], 4);

	/* Exact again when it has become quiet. */
	vigil_history_expire(&history, time_s + 21600 - 1);
	CHECK_INT(history.resolution_s, 0);
}

/* More cells than fit: the oldest go, and that is counted. */
static void too_many_cells_are_counted(void)
{
	struct error error = draw_error(0, 24);

	begin(64);
	for (u32 n = 0; n < 1000; n++) {
		error.cell.row = n;
		vigil_history_add(&history, &error.cell, 10 + n, 2, false);
	}
	CHECK_INT(vigil_history_len(&history), 64);
	CHECK_INT(history.nr_cells, 64);
	CHECK_INT(history.forgotten, 2 * (1000 - 64));
	CHECK_INT(history.resolution_s, 0);
	CHECK_INT(vigil_history_at(&history, history.tail)->cell.row, 936);
}

/* Times of different CPUs come a little out of order. */
static void time_does_not_run_back(void)
{
	struct error error = draw_error(0, 24);

	begin(64);
	vigil_history_add(&history, &error.cell, 100, 1, false);
	vigil_history_add(&history, &error.cell, 99, 1, false);
	error.cell.row++;
	vigil_history_add(&history, &error.cell, 90, 1, false);
	CHECK_INT(vigil_history_len(&history), 2);
	CHECK_INT(vigil_history_at(&history, history.head - 1)->time_s, 100);
}

/* What nobody told is missing, not 0. */
static void unknown_is_missing(void)
{
	struct vigil_features features;
	struct vigil_cell cell = { .row = 0x1234, .column = 5,
				   .device = VIGIL_CELL_NO_DEVICE };
	const s32 *v = features.value[VIGIL_WINDOW_6H];

	begin(64);
	vigil_features_compute(&history, &scratch, &features);
	CHECK_INT(v[VIGIL_FEATURE_MODE_CELL], 0);
	CHECK_INT(v[VIGIL_FEATURE_BITS], 0);
	CHECK_INT(features.mode, VIGIL_FAULT_NONE);

	vigil_history_add(&history, &cell, 5, 3, false);
	vigil_features_compute(&history, &scratch, &features);
	CHECK_INT(v[VIGIL_FEATURE_ALL_COUNT], 3);
	CHECK_INT(v[VIGIL_FEATURE_MODE_CELL], VIGIL_FEATURE_MISSING);
	CHECK_INT(v[VIGIL_FEATURE_FAULT_ROWS], VIGIL_FEATURE_MISSING);
	CHECK_INT(v[VIGIL_FEATURE_BITS], VIGIL_FEATURE_MISSING);
	CHECK_INT(v[VIGIL_FEATURE_BURST_8], VIGIL_FEATURE_MISSING);
	CHECK_INT(features.mode, VIGIL_FAULT_NONE);

	cell.located = 1;
	vigil_history_add(&history, &cell, 5, 1, false);
	vigil_features_compute(&history, &scratch, &features);
	CHECK_INT(v[VIGIL_FEATURE_MODE_CELL], 1);
	CHECK_INT(v[VIGIL_FEATURE_BITS], VIGIL_FEATURE_MISSING);
	CHECK_INT(features.mode, VIGIL_FAULT_CELL);
}

/* Computations are told apart even when their number wraps. */
static void rounds_wrap(void)
{
	begin(1024);
	for (u32 n = 0; n < 500; n++)
		add(draw_error(100 + n, 20));
	scratch.round = UINT32_MAX - 2;
	for (u32 n = 0; n < 5; n++)
		check_features(600 + n);
	CHECK_INT(scratch.round, 3);
}

/* As the definition says: other cells, of the same device and bank. */
static void neighbours_are_counted(void)
{
	static const struct vigil_cell cell = {
		.row = 7, .column = 8, .device = 3, .bank = 2, .located = 1,
	};
	struct vigil_neighbours found;
	struct vigil_cell other;

	begin(VIGIL_HISTORY_SLOTS_MIN);
	vigil_history_neighbours(&history, &cell, &found);
	CHECK_INT(found.row + found.column, 0);
	for (u32 i = 0; i < 10; i++) {
		/* The cell itself; three of its row, four of its column. */
		other = cell;
		other.column += i / 2 == 1 ? i : 0;
		other.row += i >= 4 && i < 8 ? i : 0;
		other.column += i == 9;
		add((struct error) { .cell = other, .time_s = i, .count = 1 });
	}
	/* Another bank, another device, and a place that nobody knows. */
	other = cell;
	other.column++;
	other.bank++;
	add((struct error) { .cell = other, .time_s = 20, .count = 1 });
	other = cell;
	other.row++;
	other.device++;
	add((struct error) { .cell = other, .time_s = 20, .count = 1 });
	other = cell;
	other.row++;
	other.located = 0;
	add((struct error) { .cell = other, .time_s = 20, .count = 1 });
	/* Again: a cell counts once. */
	other = cell;
	other.column += 2;
	add((struct error) { .cell = other, .time_s = 21, .count = 1 });
	vigil_history_neighbours(&history, &cell, &found);
	CHECK_INT(found.row, 3);
	CHECK_INT(found.column, 4);
}

/* However full the history is, only the latest are looked at. */
static void old_neighbours_do_not_count(void)
{
	static const struct vigil_cell cell = { .row = 7, .located = 1 };
	struct vigil_neighbours found;
	struct vigil_cell other = cell;

	begin(1024);
	other.column = 1;
	add((struct error) { .cell = other, .time_s = 1, .count = 1 });
	for (u32 i = 0; i < 63; i++) {
		vigil_history_neighbours(&history, &cell, &found);
		CHECK_INT(found.row, 1);
		other.column = 2 + i;
		other.row = 100 + i;
		add((struct error) { .cell = other, .time_s = 2, .count = 1 });
	}
	other.row++;
	add((struct error) { .cell = other, .time_s = 2, .count = 1 });
	vigil_history_neighbours(&history, &cell, &found);
	CHECK_INT(found.row, 0);
}

static const struct unit_case cases[] = {
	{ "neighbours are counted", neighbours_are_counted },
	{ "old neighbours do not count", old_neighbours_do_not_count },
	{ "features are right", features_are_right },
	{ "moving keeps all", moving_keeps_all },
	{ "chronic cells are cheap", chronic_cells_are_cheap },
	{ "too many cells are counted", too_many_cells_are_counted },
	{ "time does not run back", time_does_not_run_back },
	{ "unknown is missing", unknown_is_missing },
	{ "rounds wrap", rounds_wrap },
};

int main(void)
{
	int failed = unit_run(cases, ARRAY_SIZE(cases));

	free(memory);
	return failed;
}
