/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far something has come, for people and for programs.
 */
#ifndef VIGILCTL_PROGRESS_H
#define VIGILCTL_PROGRESS_H

#include "vigilctl.h"

/**
 * struct progress - How far a load has come.
 * @session: this run
 * @start_ms: when it began
 * @start_bytes: what was there already
 * @loaded_bytes: what is there now
 * @size_bytes: what there will be
 */
struct progress {
	const struct session *session;
	int64_t start_ms;
	uint64_t start_bytes;
	uint64_t loaded_bytes;
	uint64_t size_bytes;
};

int64_t progress_now_ms(void);
void progress_show(const struct progress *progress);
void progress_count(const struct session *session, uint64_t done,
		    uint64_t total);
void progress_clear(const struct session *session);

#endif /* VIGILCTL_PROGRESS_H */
