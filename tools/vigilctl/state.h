/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page frames that were bad before the last boot: what the files that save and
 * restore them share.
 */
#ifndef VIGILCTL_STATE_H
#define VIGILCTL_STATE_H

#include "identity.h"
#include "json.h"

#define STATE_DIRECTORY "/var/lib/vigil"
#define STATE_FILE STATE_DIRECTORY "/state.json"

/* As many as the kernel keeps; a file with more is none of ours. */
#define STATE_FRAMES_MAX 65536
#define STATE_BYTES_MAX (32u << 20)

#define BOOT_TEXT 40

/**
 * struct state_frame - A page frame that was bad.
 * @address: physical address in bytes
 * @state: VIGIL_FRAME_STATE_... when it was saved
 * @errors: because of errors, not because somebody commanded it
 * @kept: from an earlier file; not seen out of use since
 * @module: the memory module it was on, as far as is known
 * @machine: the machine's memory modules when it was taken, of struct inventory
 */
struct state_frame {
	uint64_t address;
	unsigned int state;
	bool errors;
	bool kept;
	struct identity module;
	char machine[MACHINE_TEXT];
};

/**
 * struct state - What a file says.
 * @boot: the boot in which it was written
 * @page_bytes: size of its page frames
 * @frames: by address, each once
 * @count: number of @frames
 */
struct state {
	char boot[BOOT_TEXT];
	uint64_t page_bytes;
	struct state_frame *frames;
	size_t count;
};

/* state-file.c: pure */
bool state_parse(const char *text, size_t length, struct state *state,
		 char *why);
char *state_format(const struct state *state,
		   const struct inventory *inventory);
struct json_object *state_module_json(const struct identity *id);
void state_sort(struct state *state);
const struct state_frame *state_find(const struct state *state,
				     uint64_t address);
struct state_frame *state_add(struct state *state);
void state_free(struct state *state);

/* state-disk.c */
int state_lock_directory(const char *path);
int state_read(const char *path, struct state *state, char *why);
int state_write(const char *path, int directory, const char *text);
void state_boot_id(char *boot);

/* inventory.c */
enum status inventory_read(struct session *session,
			   struct inventory *inventory);
void inventory_free(struct inventory *inventory);

/**
 * enum frame_run_outcome - What came of a page frame.
 * @FRAME_RUN_DONE: it is as was asked, and was not before
 * @FRAME_RUN_ALREADY: it was before
 * @FRAME_RUN_FAILED: it is not
 */
enum frame_run_outcome {
	FRAME_RUN_DONE,
	FRAME_RUN_ALREADY,
	FRAME_RUN_FAILED,
};

/**
 * struct frame_run - Isolating or releasing page frames, one by one.
 * @session: this run of vigilctl
 * @nodes: components of class memory
 * @verb: VIGIL_VERB_ISOLATE or VIGIL_VERB_RELEASE
 * @reason: why, for the kernel; may be NULL
 * @words: what there is to say about the latest frame
 */
struct frame_run {
	struct session *session;
	struct vigil_list *nodes;
	enum vigil_verb verb;
	const char *reason;
	char words[WHY_TEXT];
};

/* frame-run.c */
enum frame_run_outcome frame_run(struct frame_run *run, uint64_t address);

/* frame.c */
int frame_find(struct session *session, const struct vigil_list *nodes,
	       uint64_t address, const char **node,
	       struct vigil_record **frame);
enum status frame_nodes(struct session *session, struct vigil_list **nodes);
enum status frame_allowed(struct session *session,
			  const struct vigil_list *nodes);

#endif /* VIGILCTL_STATE_H */
