/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Audit: what was decided about a component, and the numbers that led to it.
 */
#ifndef _LINUX_VIGIL_AUDIT_H
#define _LINUX_VIGIL_AUDIT_H

#include <linux/types.h>
#include <uapi/linux/vigil.h>

struct vigil_component;

/* Numbers of one decision, and the longest name of one, in bytes. */
#define VIGIL_AUDIT_NUMBERS	12
#define VIGIL_AUDIT_NAME_MAX	23

/**
 * struct vigil_audit_number - A number that led to a decision.
 * @name: its name, with its unit where it has one
 * @value: what it was then
 */
struct vigil_audit_number {
	const char *name;
	u64 value;
};

/**
 * struct vigil_audit - A decision.
 * @action: what was decided
 * @step: what came of it
 * @has_address: @address is valid
 * @address: physical address in bytes of the page frame that is meant
 * @reason: why, for people; everybody may read it
 * @numbers: what led to it, VIGIL_AUDIT_NUMBERS at most
 * @nr_numbers: how many they are
 */
struct vigil_audit {
	enum vigil_audit_action action;
	enum vigil_audit_step step;
	bool has_address;
	u64 address;
	const char *reason;
	const struct vigil_audit_number *numbers;
	unsigned int nr_numbers;
};

void vigil_component_audit(struct vigil_component *component,
			   const struct vigil_audit *audit);

#endif /* _LINUX_VIGIL_AUDIT_H */
