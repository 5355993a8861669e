// SPDX-License-Identifier: GPL-2.0
/* Any records as talks: ladders, tales, and what is drawn of them. */
#include <stdlib.h>

#include "fuzz.h"
#include "userspace/explain/narrative.h"
#include "userspace/print/ladder_out.h"

static void draw(const struct conversation *conversation, unsigned int style_bits)
{
	struct ladder_style style = { .ascii = style_bits & 1, .absolute = style_bits & 2 };
	struct buf text, json, svg;
	struct ladder ladder;
	struct narrative narrative;

	clock_init(&style.clock, 0, true);
	if (ladder_build(&ladder, conversation))
		abort();
	narrative_make(&narrative, &ladder);
	buf_init(&text, NULL);
	buf_init(&json, NULL);
	ladder_text(&text, &style, &ladder, &narrative);
	ladder_json(&json, &style, &ladder, &narrative);
	buf_init(&svg, NULL);
	if (ladder_svg(&svg, &style, &ladder, &narrative))
		abort();
	fuzz_check_text(&text);
	fuzz_check_json(&json);
	fuzz_check_xml(&svg);
	buf_free(&text);
	buf_free(&json);
	buf_free(&svg);
	ladder_free(&ladder);
}

static void run(const char *text, const struct tcptrail_record *records, size_t count,
		unsigned int style_bits)
{
	struct selector selector;
	const struct conversation *list;
	struct conversations *conversations;
	size_t i, n;

	if (selector_parse(&selector, text) || conversations_create(&conversations, &selector))
		abort();
	if (conversations_feed(conversations, records, count) ||
	    conversations_sort(conversations, &list, &n))
		abort();
	for (i = 0; i < n; i++)
		draw(&list[i], style_bits);
	conversations_free(conversations);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const selectors[] = { "::/0", ":80", "cookie:101", "0.0.0.2:80" };
	unsigned int bits = size ? *data >> 1 : 0;
	struct tcptrail_record *records;
	size_t count;

	records = fuzz_records(data, size, &count);
	run(selectors[bits >> 2 & 3], records, count, bits & 3);
	free(records);
	return 0;
}
