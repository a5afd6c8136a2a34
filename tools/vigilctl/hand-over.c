// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl pool hand-over: idle pages of a pool become pages of hugetlb, for
 * programs that want MAP_HUGETLB.
 *
 * There is no way from one to the other but through the page allocator: the pool
 * frees as many pages as are meant, and hugetlb is asked for as many more at
 * once. Somebody else may be faster, so what hugetlb has afterwards is read back,
 * and the pool's target is lowered by what arrived there and by no more.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "show.h"

#define TARGET "target_pages"

/**
 * struct hand_over - One run.
 * @pool: name of the pool
 * @file: where hugetlb's number of pages on the node is read and written
 * @target: of the pool before
 * @spare: idle pages that the pool keeps
 * @free: idle pages before
 * @used: pages in use before
 * @before: pages that hugetlb had
 * @arrived: pages that it got
 */
struct hand_over {
	char pool[VIGIL_NAME_MAX + 1];
	char file[128];
	uint64_t target;
	uint64_t spare;
	uint64_t free;
	uint64_t used;
	uint64_t before;
	uint64_t arrived;
};

static bool read_number(const char *path, uint64_t *value)
{
	FILE *file = fopen(path, "re");
	bool done = file && fscanf(file, "%" SCNu64, value) == 1;

	if (file)
		fclose(file);
	return done;
}

/* The number is refused, if it is, when it leaves the buffer. */
static bool write_number(const char *path, uint64_t value)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return false;
	fprintf(file, "%" PRIu64, value);
	return !fclose(file);
}

static enum status look(struct session *session, struct hand_over *run)
{
	uint64_t node = session->options.node, page_size = 0;
	struct vigil_record *pool;
	int err;

	snprintf(run->pool, sizeof(run->pool), "hugepool-%" PRIu64, node);
	err = vigil_component_get(session->vigil, run->pool, &pool);
	if (err)
		return fail_kernel(session, err, run->pool);
	vigil_component_number(pool, "page_size_bytes", &page_size);
	vigil_component_number(pool, TARGET, &run->target);
	vigil_component_number(pool, "spare_pages", &run->spare);
	vigil_component_number(pool, "free_pages", &run->free);
	vigil_component_number(pool, "used_pages", &run->used);
	vigil_record_free(pool);
	snprintf(run->file, sizeof(run->file),
		 "/sys/devices/system/node/node%" PRIu64
		 "/hugepages/hugepages-%" PRIu64 "kB/nr_hugepages",
		 node, page_size / 1024);
	if (!read_number(run->file, &run->before))
		return fail(session, STATUS_NOT_FOUND,
			    "hugetlb has no pages of that size: %s", run->file);
	return STATUS_OK;
}

static int set_target(struct session *session, const struct hand_over *run,
		      uint64_t target)
{
	struct vigil_record *after = NULL;
	int err = vigil_policy_set(session->vigil, run->pool, TARGET, target,
				   &after);

	vigil_record_free(after);
	return err;
}

/*
 * Pages that are missing are not idle, so it is not enough to lower the target by
 * what is wanted: for a moment it is what makes the pool free exactly that.
 */
static enum status move(struct session *session, struct hand_over *run)
{
	uint64_t wanted = session->options.pages, after = run->before;
	int err, refused = 0;

	err = set_target(session, run,
			 run->used + run->free - run->spare - wanted);
	if (err)
		return fail_kernel(session, err, run->pool);
	if (!write_number(run->file, run->before + wanted))
		refused = errno;
	read_number(run->file, &after);
	if (after > run->before)
		run->arrived = after - run->before;
	if (run->arrived > wanted)
		run->arrived = wanted;
	err = set_target(session, run, run->target - run->arrived);
	if (err)
		return fail_kernel(session, err, run->pool);
	if (refused)
		return fail(session, STATUS_REFUSED, "%s: %s", run->file,
			    strerror(refused));
	return STATUS_OK;
}

static enum status report(const struct session *session,
			  const struct hand_over *run)
{
	uint64_t wanted = session->options.pages;
	struct json_object *document;

	if (run->arrived < wanted)
		return fail(session, STATUS_REFUSED,
			    "%" PRIu64 " of %" PRIu64 " pages arrived, the others went back to %s",
			    run->arrived, wanted, run->pool);
	if (!option_given(session, OPTION_JSON)) {
		printf("%s: %" PRIu64 " pages handed over to hugetlb\n",
		       run->pool, run->arrived);
		return STATUS_OK;
	}
	document = json_document();
	json_object_object_add(document, "pool",
			       json_object_new_string(run->pool));
	json_object_object_add(document, "pages",
			       json_object_new_uint64(run->arrived));
	json_print(session, document);
	return STATUS_OK;
}

enum status pool_hand_over(struct session *session, char **operands)
{
	struct hand_over run = { 0 };
	enum status status;

	(void)operands;
	if (!option_given(session, OPTION_NODE) ||
	    !option_given(session, OPTION_PAGES))
		return fail(session, STATUS_USAGE,
			    "--node and --pages are needed");
	status = session_connect(session);
	if (status == STATUS_OK)
		status = look(session, &run);
	if (status != STATUS_OK)
		return status;
	if (run.free < run.spare ||
	    run.free - run.spare < session->options.pages ||
	    run.used + run.free - run.spare > run.target)
		return fail(session, STATUS_GUARD,
			    "%s has %" PRIu64 " idle pages, %" PRIu64 " of them spare",
			    run.pool, run.free, run.spare);
	status = move(session, &run);
	return status == STATUS_OK ? report(session, &run) : status;
}
