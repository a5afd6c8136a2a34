// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a state file, in both directions.
 *
 * Nothing here is believed: a file may be cut off, or somebody else's. One that
 * is not wholly right is refused as a whole.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"
#include "text.h"

#define FORMAT "vigil-state"
#define VERSION 1

/* objects in arrays in objects, with room for what a later one may add */
#define DEPTH 8

/* a frame has 13 at most, and the rest is little beside them */
#define VALUES_MAX (16 * STATE_FRAMES_MAX)

static const char *const state_names[] = {
	[VIGIL_FRAME_STATE_PENDING] = "pending",
	[VIGIL_FRAME_STATE_HELD] = "held",
	[VIGIL_FRAME_STATE_OFFLINED] = "offlined",
	[VIGIL_FRAME_STATE_EXTERNAL] = "external",
};

static bool get_uint(struct json_object *object, const char *key,
		     uint64_t *value)
{
	struct json_object *member;

	if (!json_object_object_get_ex(object, key, &member) ||
	    !json_object_is_type(member, json_type_int) ||
	    json_object_get_int64(member) < 0)
		return false;
	*value = json_object_get_uint64(member);
	return true;
}

/* A string that may be absent; false if it is something else, or too long. */
static bool get_text(struct json_object *object, const char *key, char *text,
		     size_t size)
{
	struct json_object *member;
	size_t length;

	*text = 0;
	if (!json_object_object_get_ex(object, key, &member))
		return true;
	if (!json_object_is_type(member, json_type_string))
		return false;
	length = json_object_get_string_len(member);
	if (length >= size || strlen(json_object_get_string(member)) != length)
		return false;
	memcpy(text, json_object_get_string(member), length + 1);
	return true;
}

static bool get_flag(struct json_object *object, const char *key, bool *flag)
{
	struct json_object *member;

	*flag = false;
	if (!json_object_object_get_ex(object, key, &member))
		return true;
	*flag = json_object_get_boolean(member);
	return json_object_is_type(member, json_type_boolean);
}

static bool get_module(struct json_object *object, struct identity *id)
{
	struct json_object *module;

	*id = (struct identity) { 0 };
	if (!json_object_object_get_ex(object, "module", &module))
		return true;
	return json_object_is_type(module, json_type_object) &&
	       get_text(module, "name", id->name, sizeof(id->name)) &&
	       get_text(module, "label", id->label, sizeof(id->label)) &&
	       get_text(module, "serial", id->serial, sizeof(id->serial));
}

static bool get_state(struct json_object *object, unsigned int *state)
{
	char name[16];

	if (!get_text(object, "state", name, sizeof(name)))
		return false;
	for (*state = 1; *state < ARRAY_SIZE(state_names); ++*state)
		if (!strcmp(name, state_names[*state]))
			return true;
	return false;
}

/* Returns the key that is wrong, or NULL. */
static const char *get_frame(struct json_object *object,
			     struct state_frame *frame)
{
	if (!json_object_is_type(object, json_type_object))
		return "frame";
	if (!get_uint(object, "address", &frame->address))
		return "address";
	if (!get_state(object, &frame->state))
		return "state";
	if (!get_flag(object, "errors", &frame->errors))
		return "errors";
	if (!get_flag(object, "kept", &frame->kept))
		return "kept";
	if (!get_module(object, &frame->module))
		return "module";
	if (!get_text(object, "machine", frame->machine,
		      sizeof(frame->machine)))
		return "machine";
	return NULL;
}

static bool get_frames(struct json_object *document, struct state *state,
		       char *why)
{
	struct json_object *array;
	const char *wrong;
	size_t count;

	if (!json_object_object_get_ex(document, "frames", &array) ||
	    !json_object_is_type(array, json_type_array)) {
		snprintf(why, WHY_TEXT, "has no array \"frames\"");
		return false;
	}
	count = json_object_array_length(array);
	if (count > STATE_FRAMES_MAX) {
		snprintf(why, WHY_TEXT,
			 "has %zu page frames, and Vigil keeps %d at most",
			 count, STATE_FRAMES_MAX);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		wrong = get_frame(json_object_array_get_idx(array, i),
				  state_add(state));
		if (!wrong)
			continue;
		snprintf(why, WHY_TEXT, "frame number %zu: \"%s\" is not valid",
			 i, wrong);
		return false;
	}
	state_sort(state);
	return true;
}

static bool get_head(struct json_object *document, struct state *state,
		     char *why)
{
	char format[32] = "";
	uint64_t version;

	if (!json_object_is_type(document, json_type_object) ||
	    !get_text(document, "format", format, sizeof(format)) ||
	    strcmp(format, FORMAT)) {
		snprintf(why, WHY_TEXT, "is JSON, but no state of Vigil");
		return false;
	}
	if (!get_uint(document, "version", &version) || version != VERSION) {
		snprintf(why, WHY_TEXT,
			 "has another version, and this vigilctl reads version %d",
			 VERSION);
		return false;
	}
	if (!get_text(document, "boot-id", state->boot, sizeof(state->boot)) ||
	    !get_uint(document, "page-bytes", &state->page_bytes) ||
	    !state->page_bytes) {
		snprintf(why, WHY_TEXT,
			 "\"boot-id\" or \"page-bytes\" is not valid");
		return false;
	}
	return true;
}

static struct json_object *parse_json(const char *text, size_t length,
				      char *why)
{
	struct json_tokener *tokener = need(json_tokener_new_ex(DEPTH));
	struct json_object *document;
	enum json_tokener_error error;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	document = json_tokener_parse_ex(tokener, text, length);
	error = json_tokener_get_error(tokener);
	if (error == json_tokener_continue)
		snprintf(why, WHY_TEXT, "is cut off at byte %zu", length);
	else if (error != json_tokener_success)
		snprintf(why, WHY_TEXT, "is no JSON: %s at byte %zu",
			 json_tokener_error_desc(error),
			 json_tokener_get_parse_end(tokener));
	else if (!document)
		snprintf(why, WHY_TEXT, "is JSON, but no state of Vigil");
	json_tokener_free(tokener);
	return document;
}

/* A value takes a hundred times the memory of its text: look before parsing. */
static bool has_too_many_values(const char *text, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += text[i] == ',' || text[i] == '{' || text[i] == '[';
	return count > VALUES_MAX;
}

/* Reads a text; if false @why says what is wrong, and @state is empty. */
bool state_parse(const char *text, size_t length, struct state *state,
		 char *why)
{
	struct json_object *document;
	bool good;

	*state = (struct state) { 0 };
	if (length > STATE_BYTES_MAX) {
		snprintf(why, WHY_TEXT, "is longer than %u bytes",
			 STATE_BYTES_MAX);
		return false;
	}
	if (has_too_many_values(text, length)) {
		snprintf(why, WHY_TEXT,
			 "has more values than a state with %d page frames",
			 STATE_FRAMES_MAX);
		return false;
	}
	while (length && strchr(" \t\r\n", text[length - 1]) &&
	       text[length - 1])
		length--;
	document = parse_json(text, length, why);
	if (!document)
		return false;
	good = get_head(document, state, why) &&
	       get_frames(document, state, why);
	json_object_put(document);
	if (!good)
		state_free(state);
	return good;
}

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	if (*text)
		json_add_string(object, key, text);
}

static void add_flag(struct json_object *object, const char *key, bool flag)
{
	if (flag)
		json_object_object_add(object, key, json_object_new_boolean(1));
}

struct json_object *state_module_json(const struct identity *id)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "name", id->name);
	add_text(object, "label", id->label);
	add_text(object, "serial", id->serial);
	return object;
}

static struct json_object *frame_json(const struct state_frame *frame)
{
	struct json_object *object = json_object_new_object();

	json_add_uint(object, "address", frame->address);
	json_add_string(object, "state", state_names[frame->state]);
	add_flag(object, "errors", frame->errors);
	add_flag(object, "kept", frame->kept);
	if (identity_is_known(&frame->module))
		json_object_object_add(object, "module",
				       state_module_json(&frame->module));
	add_text(object, "machine", frame->machine);
	return object;
}

static struct json_object *modules_json(const struct inventory *inventory)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < inventory->count; i++) {
		const struct module *module = &inventory->modules[i];
		struct json_object *object = state_module_json(&module->id);

		add_text(object, "locator", module->locator);
		json_object_array_add(array, object);
	}
	return array;
}

/* Writes a text, to be freed. */
char *state_format(const struct state *state,
		   const struct inventory *inventory)
{
	struct json_object *document = json_object_new_object();
	struct json_object *frames = json_object_new_array();
	int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	char *text;

	json_add_string(document, "format", FORMAT);
	json_add_uint(document, "version", VERSION);
	json_add_string(document, "boot-id", state->boot);
	json_add_uint(document, "page-bytes", state->page_bytes);
	json_object_object_add(document, "modules", modules_json(inventory));
	for (size_t i = 0; i < state->count; i++)
		json_object_array_add(frames, frame_json(&state->frames[i]));
	json_object_object_add(document, "frames", frames);
	text = need(strdup(json_object_to_json_string_ext(document, flags)));
	json_object_put(document);
	return text;
}

static int compare(const void *a, const void *b)
{
	const struct state_frame *one = a, *other = b;

	return (one->address > other->address) -
	       (one->address < other->address);
}

/* Orders the frames, and drops those whose address was there before. */
void state_sort(struct state *state)
{
	size_t count = 0;

	if (!state->count)
		return;
	qsort(state->frames, state->count, sizeof(*state->frames), compare);
	for (size_t i = 1; i < state->count; i++)
		if (state->frames[i].address != state->frames[count].address)
			state->frames[++count] = state->frames[i];
	state->count = count + 1;
}

/* The frame with this address, or NULL. */
const struct state_frame *state_find(const struct state *state,
				     uint64_t address)
{
	struct state_frame key = { .address = address };

	if (!state->count)
		return NULL;
	return bsearch(&key, state->frames, state->count, sizeof(key), compare);
}

/* Adds a frame that is all zero; state_sort() when all are there. */
struct state_frame *state_add(struct state *state)
{
	size_t count = state->count;
	struct state_frame *frame;

	/* each time that as many more are needed as there are */
	if (!(count & (count - 1)))
		state->frames = need(reallocarray(state->frames,
						  count ? 2 * count : 1,
						  sizeof(*frame)));
	frame = &state->frames[state->count++];
	*frame = (struct state_frame) { 0 };
	return frame;
}

void state_free(struct state *state)
{
	free(state->frames);
	*state = (struct state) { 0 };
}
