/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink spec as tables, generated into schema.c.
 */
#ifndef VIGIL_SCHEMA_H
#define VIGIL_SCHEMA_H

#include "vigil.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

struct vigil_set;

/**
 * struct vigil_attribute - One attribute of a set.
 * @name: its name in the spec, NULL where the number is a hole or padding
 * @type: how its value is stored
 * @names: names of an enum's values, NULL for other numbers; may have holes
 * @nr_names: size of @names
 * @nested: set of the attributes inside; such attributes may repeat
 */
struct vigil_attribute {
	const char *name;
	enum vigil_field_type type;
	const char *const *names;
	size_t nr_names;
	const struct vigil_set *nested;
};

/**
 * struct vigil_set - The attributes of one kind of object.
 * @name: its name in the spec
 * @attributes: indexed by attribute number
 * @nr_attributes: size of @attributes
 */
struct vigil_set {
	const char *name;
	const struct vigil_attribute *attributes;
	size_t nr_attributes;
};

/**
 * struct vigil_message_type - What a message of the kernel is.
 * @name: name of the operation in the spec
 * @set: what it carries
 */
struct vigil_message_type {
	const char *name;
	const struct vigil_set *set;
};

extern const struct vigil_set vigil_set_component;
extern const struct vigil_set vigil_set_value;
extern const struct vigil_set vigil_set_operation;
extern const struct vigil_set vigil_set_event;
extern const struct vigil_set vigil_set_feature;
extern const struct vigil_set vigil_set_cell;

/* indexed by VIGIL_CMD_..., may have holes */
extern const struct vigil_message_type vigil_message_types[];
extern const size_t vigil_nr_message_types;

#endif /* VIGIL_SCHEMA_H */
