/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Holes in the machine's sequence of messages.
 */
#ifndef VIGIL_SEQUENCE_H
#define VIGIL_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct vigil_sequence - What a listener expects.
 * @next: number of the next message, 0 when anything may come
 */
struct vigil_sequence {
	uint64_t next;
};

/**
 * vigil_sequence_gap() - Take note of a message's number.
 * @sequence: what was expected
 * @number: the number
 * @first: set to the first number that was missed
 * @last: set to the last number that was missed
 *
 * Return: true if messages were missed before this one.
 */
static inline bool vigil_sequence_gap(struct vigil_sequence *sequence,
				      uint64_t number, uint64_t *first,
				      uint64_t *last)
{
	bool gap = sequence->next && number > sequence->next;

	if (gap) {
		*first = sequence->next;
		*last = number - 1;
	}
	if (number >= sequence->next)
		sequence->next = number + 1;
	return gap;
}

#endif /* VIGIL_SEQUENCE_H */
