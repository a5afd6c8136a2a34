// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a state file: there and back, cut off, and with wrong bytes.
 */
/* unit-sources: tools/lib/list.c */
/* unit-sources: tools/vigilctl/state-file.c tools/vigilctl/json.c tools/vigilctl/text.c */
/* unit-sources: tools/lib/record.c tools/lib/schema.c */
/* unit-packages: json-c libmnl */
#include <stdlib.h>

#include "state.h"
#include "unit.h"

#define HEAD "{\"format\":\"vigil-state\",\"version\":1,\"boot-id\":\"b\",\"page-bytes\":4096,"

#define FRAMES(frames) HEAD "\"frames\":[" frames "]}"
#define HELD(address, more) "{\"address\":" #address ",\"state\":\"held\"" more "}"
#define TEXT_48 "012345678901234567890123456789012345678901234567"

static char *make_text(void)
{
	struct module module = {
		.id = { "dimm-mc0.0", "A\"1", "S1" }, .locator = "L",
	};
	struct inventory inventory = { &module, 1, "dmi-1" };
	struct state state = { .boot = "boot", .page_bytes = 4096 };
	struct state_frame *frame;
	char *text;

	frame = state_add(&state);
	frame->address = UINT64_C(0xfedcba9876543000);
	frame->state = VIGIL_FRAME_STATE_HELD;
	frame = state_add(&state);
	frame->address = 4096;
	frame->state = VIGIL_FRAME_STATE_EXTERNAL;
	frame->errors = true;
	frame->kept = true;
	frame->module = module.id;
	memcpy(frame->machine, inventory.machine, MACHINE_TEXT);
	text = state_format(&state, &inventory);
	state_free(&state);
	return text;
}

static void there_and_back(void)
{
	const struct state_frame *frame;
	char *text = make_text(), why[WHY_TEXT];
	struct state state;

	if (CHECK(state_parse(text, strlen(text), &state, why)) &&
	    CHECK_INT(state.count, 2)) {
		CHECK_STR(state.boot, "boot");
		CHECK_INT(state.page_bytes, 4096);
		frame = &state.frames[0];
		CHECK_INT(frame->address, 4096);
		CHECK_INT(frame->state, VIGIL_FRAME_STATE_EXTERNAL);
		CHECK(frame->errors && frame->kept);
		CHECK_STR(frame->module.label, "A\"1");
		CHECK_STR(frame->module.serial, "S1");
		CHECK_STR(frame->machine, "dmi-1");
		frame = state_find(&state, UINT64_C(0xfedcba9876543000));
		CHECK(frame && !frame->errors && !frame->kept &&
		      !identity_is_known(&frame->module));
		CHECK(!state_find(&state, 8192));
	}
	state_free(&state);
	free(text);
}

/* A copy of its own size, so that reading beyond it is noticed. */
static bool parse_copy(const char *text, size_t length, char *why)
{
	char *copy = malloc(length ? length : 1);
	struct state state;
	bool good;

	memcpy(copy, text, length);
	good = state_parse(copy, length, &state, why);
	CHECK(good || (!state.count && !state.frames));
	state_free(&state);
	free(copy);
	return good;
}

static void cut_off(void)
{
	char *text = make_text(), why[WHY_TEXT], wanted[64];

	for (size_t length = 0; length < strlen(text); length++) {
		CHECK(!parse_copy(text, length, why));
		snprintf(wanted, sizeof(wanted), "is cut off at byte %zu", length);
		if (!CHECK_STR(why, wanted))
			break;
	}
	CHECK(parse_copy(text, strlen(text), why));
	free(text);
}

static void wrong_bytes(void)
{
	static const char bytes[] = { 0, ' ', '"', '{', '}', '[', ',', '-', '9',
				      'e', '.', '\\', '\x80', '\xff' };
	char *text = make_text(), why[WHY_TEXT];
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++) {
		char byte = text[i];

		for (size_t j = 0; j < sizeof(bytes); j++) {
			text[i] = bytes[j];
			parse_copy(text, length, why);
		}
		text[i] = byte;
	}
	free(text);
}

static void refused(void)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "[]", "is JSON, but no state of Vigil" },
		{ "{}", "is JSON, but no state of Vigil" },
		{ "{\"format\":1}", "is JSON, but no state of Vigil" },
		{ "{\"format\":\"vigil-state\"}",
		  "has another version, and this vigilctl reads version 1" },
		{ "{\"format\":\"vigil-state\",\"version\":2}",
		  "has another version, and this vigilctl reads version 1" },
		{ "{\"format\":\"vigil-state\",\"version\":1}",
		  "\"boot-id\" or \"page-bytes\" is not valid" },
		{ HEAD "\"frames\":{}}", "has no array \"frames\"" },
		{ FRAMES("1"), "frame number 0: \"frame\" is not valid" },
		{ FRAMES("{}"), "frame number 0: \"address\" is not valid" },
		{ FRAMES("{\"address\":-1}"),
		  "frame number 0: \"address\" is not valid" },
		{ FRAMES("{\"address\":1.5}"),
		  "frame number 0: \"address\" is not valid" },
		{ FRAMES(HELD(1, "") ",{\"address\":1}"),
		  "frame number 1: \"state\" is not valid" },
		{ FRAMES(HELD(1, ",\"errors\":1")),
		  "frame number 0: \"errors\" is not valid" },
		{ FRAMES(HELD(1, ",\"module\":[]")),
		  "frame number 0: \"module\" is not valid" },
		{ FRAMES(HELD(1, ",\"module\":{\"label\":\"a\\u0000b\"}")),
		  "frame number 0: \"module\" is not valid" },
		{ FRAMES(HELD(1, ",\"machine\":\"" TEXT_48 "\"")),
		  "frame number 0: \"machine\" is not valid" },
	};
	char why[WHY_TEXT];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		CHECK(!parse_copy(table[i].text, strlen(table[i].text), why));
		CHECK_STR(why, table[i].why);
	}
}

static void doubled(void)
{
	static const char text[] =
		FRAMES(HELD(8192, "") "," HELD(4096, ",\"later\":[1]") ","
		       HELD(8192, "")) "\n\n";
	struct state state;
	char why[WHY_TEXT];

	if (CHECK(state_parse(text, strlen(text), &state, why)) &&
	    CHECK_INT(state.count, 2)) {
		CHECK_INT(state.frames[0].address, 4096);
		CHECK_INT(state.frames[1].address, 8192);
	}
	state_free(&state);
}

static void check_many(size_t count, const char *wanted)
{
	static const char frame[] = "{\"address\":4096,\"state\":\"held\"},";
	size_t length = sizeof(frame) - 1;
	char *text = malloc(sizeof(HEAD) + 16 + count * length), why[WHY_TEXT];
	char *p = text + sprintf(text, HEAD "\"frames\":[");
	struct state state;

	for (size_t i = 0; i < count; i++, p += length)
		memcpy(p, frame, length);
	memcpy(p - 1, "]}", 2);
	*why = 0;
	CHECK_INT(state_parse(text, p + 1 - text, &state, why), !*wanted);
	CHECK_STR(why, wanted);
	state_free(&state);
	free(text);
}

static void too_many(void)
{
	check_many(65536, "");
	check_many(65537,
		   "has 65537 page frames, and Vigil keeps 65536 at most");
	check_many(1000000,
		   "has more values than a state with 65536 page frames");
	check_many(1100000, "is longer than 33554432 bytes");
}

static const struct unit_case cases[] = {
	{ "there and back", there_and_back },
	{ "cut off anywhere", cut_off },
	{ "wrong bytes anywhere", wrong_bytes },
	{ "what is refused, and the words", refused },
	{ "frames that are there twice", doubled },
	{ "more frames than there can be", too_many },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
