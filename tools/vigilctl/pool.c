// SPDX-License-Identifier: GPL-2.0
/*
 * vigilctl pool: huge pages reserved on each NUMA node, which are components of
 * class hugepool with the node's number as instance.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "show.h"

#define TARGET "target_pages"
#define SPARE "spare_pages"
#define GIVE_BACK "give_back"
#define PAGE_SIZE "page_size_bytes"

static const char *const titles[] = {
	"NAME", ">PAGE", ">TARGET", ">SPARE", ">FREE", ">USED", ">SHORTFALL",
	">SINCE", ">PER MINUTE", "HEALTH", "REASON",
};

/* Pools on their way to the screen, as JSON or as a table. */
struct output {
	const struct session *session;
	struct json_object *array;
	struct table *table;
};

static void output_begin(struct output *output, const struct session *session)
{
	*output = (struct output) { .session = session };
	if (option_given(session, OPTION_JSON))
		output->array = json_object_new_array();
	else
		output->table = table_new(titles, ARRAY_SIZE(titles));
}

static void output_pool(struct output *output, const struct vigil_record *pool)
{
	struct table *table = output->table;

	if (output->array) {
		show_json_add(output->array, pool);
		return;
	}
	table_add(table, show_string(pool, VIGIL_A_COMPONENT_NAME));
	show_add_number(table, pool, PAGE_SIZE, size_format);
	show_add_number(table, pool, TARGET, number_format);
	show_add_number(table, pool, SPARE, number_format);
	show_add_number(table, pool, "free_pages", number_format);
	show_add_number(table, pool, "used_pages", number_format);
	show_add_number(table, pool, "shortfall_pages", number_format);
	show_add_number(table, pool, "shortfall_seconds", duration_format);
	show_add_number(table, pool, "fill_pages_per_minute", number_format);
	table_add(table, show_name(pool, VIGIL_A_COMPONENT_HEALTH));
	table_add(table, show_string(pool, VIGIL_A_COMPONENT_REASON));
}

/* A failure is a JSON document of its own, so there the pools are dropped. */
static void output_end(struct output *output, enum status status, bool torn)
{
	if (output->table)
		table_print(output->table, stdout);
	else if (status == STATUS_OK)
		show_json_print(output->session, output->array, torn);
	else
		json_object_put(output->array);
}

/**
 * struct pools - The pools that are meant.
 * @list: pools of all nodes
 * @count: how many of them are meant
 * @name: name of the one that is meant, empty if all are
 */
struct pools {
	struct vigil_list *list;
	size_t count;
	char name[VIGIL_NAME_MAX + 1];
};

/* The next pool that is meant, from *@index on, or NULL. */
static const struct vigil_record *next_pool(const struct pools *pools,
					    size_t *index)
{
	const struct vigil_record *pool;

	while ((pool = vigil_list_at(pools->list, (*index)++))) {
		const char *name = vigil_record_string(pool,
						       VIGIL_A_COMPONENT_NAME);

		if (name && (!*pools->name || !strcmp(pools->name, name)))
			return pool;
	}
	return NULL;
}

static enum status find_pools(struct session *session, struct pools *pools)
{
	enum status status = session_connect(session);
	size_t index = 0;
	int err;

	*pools = (struct pools) { 0 };
	if (status != STATUS_OK)
		return status;
	err = vigil_component_dump(session->vigil, VIGIL_CLASS_HUGEPOOL,
				   &pools->list);
	if (err)
		return fail_kernel(session, err, NULL);
	show_warn_torn(session, pools->list);
	if (option_given(session, OPTION_NODE))
		snprintf(pools->name, sizeof(pools->name), "hugepool-%" PRIu64,
			 session->options.node);
	while (next_pool(pools, &index))
		pools->count++;
	if (!pools->count && *pools->name)
		return fail(session, STATUS_NOT_FOUND,
			    "node %" PRIu64 " has no pool (\"vigilctl pool show\" lists them)",
			    session->options.node);
	return STATUS_OK;
}

enum status pool_show(struct session *session, char **operands)
{
	const struct vigil_record *pool;
	struct output output;
	struct pools pools;
	enum status status;
	size_t index = 0;

	if (*operands && !number_parse(*operands, &session->options.node))
		return fail(session, STATUS_USAGE,
			    "NODE is the number of a NUMA node, not \"%s\"",
			    *operands);
	if (*operands)
		session->options.given |= OPTION_NODE;
	status = find_pools(session, &pools);
	if (status == STATUS_OK) {
		output_begin(&output, session);
		while ((pool = next_pool(&pools, &index)))
			output_pool(&output, pool);
		output_end(&output, status, vigil_list_torn(pools.list));
	}
	vigil_list_free(pools.list);
	return status;
}

/* How many pages are asked for; bytes are rounded up to whole pages. */
static bool wanted_pages(const struct session *session,
			 const struct pools *pools, uint64_t *pages)
{
	uint64_t bytes = session->options.bytes, size = 0;
	size_t index = 0;

	*pages = session->options.pages;
	if (option_given(session, OPTION_PAGES))
		return true;
	vigil_component_number(next_pool(pools, &index), PAGE_SIZE, &size);
	if (!size)
		return false;
	*pages = bytes / size + !!(bytes % size);
	if (bytes % size && !option_given(session, OPTION_JSON))
		fprintf(stderr, "vigilctl: %" PRIu64 " bytes are rounded up to %" PRIu64
			" pages of %" PRIu64 "\n", bytes, *pages, size);
	return true;
}

/**
 * struct change - A policy to set.
 * @option: OPTION_... that asks for it
 * @policy: its name
 * @value: what it becomes
 * @spread: that is for all pools together, not for each of them
 */
struct change {
	unsigned int option;
	const char *policy;
	uint64_t value;
	bool spread;
};

/* The first pools get what can't be divided. */
static uint64_t value_for(const struct change *change,
			  const struct pools *pools, size_t nth)
{
	if (!change->spread)
		return change->value;
	return change->value / pools->count +
	       (nth < change->value % pools->count);
}

/* Makes the changes that were asked for to one pool, and shows it then. */
static enum status set_pool(const struct pools *pools, const char *name,
			    size_t nth, const struct change *changes,
			    struct output *output)
{
	const struct session *session = output->session;
	struct vigil_record *after = NULL;

	for (; changes->policy; changes++) {
		int err;

		if (!option_given(session, changes->option))
			continue;
		vigil_record_free(after);
		err = vigil_policy_set(session->vigil, name, changes->policy,
				       value_for(changes, pools, nth),
				       &after);
		if (err)
			return fail_kernel(session, err, name);
	}
	output_pool(output, after);
	vigil_record_free(after);
	return STATUS_OK;
}

static enum status set_and_show(struct session *session,
				const struct pools *pools)
{
	struct output output;
	enum status status = STATUS_OK;
	size_t index = 0, nth = 0;
	const struct vigil_record *pool;
	struct change changes[] = {
		{ .option = OPTION_PAGES | OPTION_BYTES, .policy = TARGET,
		  .spread = true },
		{ .option = OPTION_SPARE, .policy = SPARE, .spread = true,
		  .value = session->options.spare },
		{ .option = OPTION_GIVE_BACK, .policy = GIVE_BACK,
		  .value = session->options.give_back },
		{ 0 },
	};

	if (!pools->count)
		return fail(session, STATUS_NOT_FOUND,
			    "no huge-page pool: modprobe vigil_hugepool");
	if (!wanted_pages(session, pools, &changes[0].value))
		return fail(session, STATUS_REFUSED,
			    "the pool does not tell its page size: use --pages");
	output_begin(&output, session);
	while (status == STATUS_OK && (pool = next_pool(pools, &index)))
		status = set_pool(pools,
				  vigil_record_string(pool, VIGIL_A_COMPONENT_NAME),
				  nth++, changes, &output);
	output_end(&output, status, false);
	return status;
}

enum status pool_set(struct session *session, char **operands)
{
	struct pools pools;
	enum status status;

	(void)operands;
	if (option_given(session, OPTION_PAGES) &&
	    option_given(session, OPTION_BYTES))
		return fail(session, STATUS_USAGE,
			    "either --pages or --bytes, not both");
	if (!option_given(session, OPTION_PAGES | OPTION_BYTES | OPTION_SPARE |
				   OPTION_GIVE_BACK))
		return fail(session, STATUS_USAGE,
			    "nothing to set: --pages, --bytes, --spare or --give-back is needed");
	status = find_pools(session, &pools);
	if (status == STATUS_OK)
		status = set_and_show(session, &pools);
	vigil_list_free(pools.list);
	return status;
}
