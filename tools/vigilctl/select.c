// SPDX-License-Identifier: GPL-2.0
/*
 * Some of the components of a list, in an order.
 */
#include <stdlib.h>
#include <string.h>

#include "select.h"
#include "text.h"

static const char *const order_names[NR_ORDERS] = {
	[ORDER_NAME] = "name",
	[ORDER_HEALTH] = "health",
	[ORDER_ISOLATION] = "isolation",
	[ORDER_RISK] = "risk",
	[ORDER_ERRORS] = "errors",
};

const char *order_name(enum order order)
{
	return order_names[order];
}

bool order_parse(const char *text, unsigned int *order)
{
	for (*order = 0; *order < NR_ORDERS; (*order)++)
		if (!strcmp(order_names[*order], text))
			return true;
	return false;
}

/* select_free() frees it; the list must outlive it. */
void select_all(struct selection *selection, const struct vigil_list *list)
{
	selection->size = vigil_list_size(list);
	selection->at = need(calloc(selection->size + 1,
				    sizeof(*selection->at)));
	for (size_t i = 0; i < selection->size; i++)
		selection->at[i] = vigil_list_at(list, i);
}

void select_free(struct selection *selection)
{
	free(selection->at);
	*selection = (struct selection) { 0 };
}

void select_only(struct selection *selection, select_fn stays,
		 const void *data)
{
	size_t kept = 0;

	for (size_t i = 0; i < selection->size; i++)
		if (stays(selection->at[i], data))
			selection->at[kept++] = selection->at[i];
	selection->size = kept;
}

/* The machine sums up the others and says nothing of its own. */
bool select_attention(const struct vigil_record *component, const void *data)
{
	(void)data;
	return vigil_record_uint(component, VIGIL_A_COMPONENT_CLASS) !=
	       VIGIL_CLASS_MACHINE &&
	       vigil_component_needs_attention(component);
}

/* @of_class is an unsigned int, VIGIL_CLASS_... */
bool select_class(const struct vigil_record *component, const void *of_class)
{
	return vigil_record_uint(component, VIGIL_A_COMPONENT_CLASS) ==
	       *(const unsigned int *)of_class;
}

/* @bits is a uint32_t with a bit (1 << VIGIL_HEALTH_...) for each that is meant. */
bool select_healths(const struct vigil_record *component, const void *bits)
{
	uint64_t health = vigil_record_uint(component,
					    VIGIL_A_COMPONENT_HEALTH);

	return health <= VIGIL_HEALTH_MAX &&
	       *(const uint32_t *)bits & (1U << health);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Compares runs of digits as numbers: cpu-9 comes before cpu-10. */
int name_compare(const char *a, const char *b)
{
	while (*a && *b) {
		size_t la = strspn(a, "0123456789"), lb = strspn(b, "0123456789");
		int order;

		if (!la || !lb) {
			if (*a != *b)
				return (unsigned char)*a - (unsigned char)*b;
			a++;
			b++;
			continue;
		}
		for (; la > 1 && *a == '0'; la--)
			a++;
		for (; lb > 1 && *b == '0'; lb--)
			b++;
		order = la == lb ? strncmp(a, b, la) : la < lb ? -1 : 1;
		if (order)
			return order;
		a += la;
		b += lb;
	}
	return is_digit(*a) || *a ? 1 : *b ? -1 : 0;
}

static int compare_names(const struct vigil_record *a,
			 const struct vigil_record *b)
{
	const char *name_a = vigil_record_string(a, VIGIL_A_COMPONENT_NAME);
	const char *name_b = vigil_record_string(b, VIGIL_A_COMPONENT_NAME);

	return name_compare(name_a ? name_a : "", name_b ? name_b : "");
}

/* The greater one first. */
static int compare_uint(uint64_t a, uint64_t b)
{
	return a > b ? -1 : a < b;
}

static int compare_attribute(const struct vigil_record *a,
			     const struct vigil_record *b,
			     unsigned int attribute)
{
	return compare_uint(vigil_record_uint(a, attribute),
			    vigil_record_uint(b, attribute));
}

static int compare_counter(const struct vigil_record *a,
			   const struct vigil_record *b, const char *name)
{
	uint64_t value_a = 0, value_b = 0;

	vigil_component_number(a, name, &value_a);
	vigil_component_number(b, name, &value_b);
	return compare_uint(value_a, value_b);
}

/* The worst first; what nobody has judged comes between degraded and healthy. */
static unsigned int rank_health(const struct vigil_record *component)
{
	static const unsigned char ranks[] = {
		[VIGIL_HEALTH_HEALTHY] = 0, [VIGIL_HEALTH_UNKNOWN] = 1,
		[VIGIL_HEALTH_DEGRADED] = 2, [VIGIL_HEALTH_FAILING] = 3,
		[VIGIL_HEALTH_FAILED] = 4,
	};
	uint64_t health = vigil_record_uint(component,
					    VIGIL_A_COMPONENT_HEALTH);

	return health < ARRAY_SIZE(ranks) ? ranks[health] : 1;
}

static int compare(const struct vigil_record *a, const struct vigil_record *b,
		   enum order order)
{
	int result = 0;

	switch (order) {
	case ORDER_HEALTH:
		result = compare_uint(rank_health(a), rank_health(b));
		break;
	case ORDER_ISOLATION:
		result = compare_attribute(a, b, VIGIL_A_COMPONENT_ISOLATION);
		break;
	case ORDER_RISK:
		result = compare_attribute(a, b,
					   VIGIL_A_COMPONENT_RISK_PERMILLE);
		break;
	case ORDER_ERRORS:
		result = compare_counter(a, b, "uncorrected_errors");
		if (!result)
			result = compare_counter(a, b, "corrected_errors");
		break;
	case ORDER_NAME:
	case NR_ORDERS:
		break;
	}
	return result ? result : compare_names(a, b);
}

struct direction {
	enum order order;
	bool reverse;
};

static int compare_entries(const void *a, const void *b, void *data)
{
	const struct vigil_record *const *one = a, *const *other = b;
	const struct direction *direction = data;
	int result = compare(*one, *other, direction->order);

	return direction->reverse ? -result : result;
}

void select_sort(struct selection *selection, enum order order, bool reverse)
{
	struct direction direction = { order, reverse };

	qsort_r(selection->at, selection->size, sizeof(*selection->at),
		compare_entries, &direction);
}
