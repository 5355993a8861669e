// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: the input is records, as they lie in a ring or a file. Model,
 * verdicts and ladders get them all.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -I. -D_GNU_SOURCE \
 *		-o build/fuzz_model tests/fuzz/fuzz_model.c userspace/snapshot/owners.c \
 *		$(find userspace/model userspace/out -name '*.c')
 *	build/fuzz_model -max_len=8192 -max_total_time=300
 */
#include <stdlib.h>
#include <string.h>

#include "userspace/model/stuck.h"
#include "userspace/model/tale.h"
#include "userspace/out/ladder_out.h"
#include "userspace/out/stuck_out.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run_model(const struct tcptrail_record *records, size_t count, uint64_t now_ns)
{
	struct model_config config = { .max_conns = 8 };
	struct stuck_query query = { .now_ns = now_ns, .states = ~0U, .older_ns = 1 };
	struct model *model;
	struct stuck_out o;
	struct stuck *list = NULL;
	struct buf out;
	size_t i, n = 0;

	if (model_create(&model, &config))
		return;
	model_feed(model, records, count);
	if (model_count(model) > config.max_conns)
		abort();
	o = (struct stuck_out){ .model = model };
	buf_init(&out, NULL);
	if (!stuck_find(model, &query, &list, &n))
		for (i = 0; i < n; i++) {
			stuck_text(&o, &out, &list[i]);
			stuck_json(&o, &out, &list[i]);
		}
	buf_free(&out);
	free(list);
	model_settle(model);
	model_free(model);
}

static void run_ladders(const struct tcptrail_record *records, size_t count)
{
	struct ladder_style style = { .ascii = count & 1, .absolute = count & 2 };
	struct selector selector;
	const struct talk *list;
	struct ladder ladder;
	struct talks *talks;
	struct tale tale;
	struct buf out;
	size_t i, n;

	clock_init(&style.clock, 0, true);
	if (selector_parse(&selector, "::/0") || talks_create(&talks, &selector))
		return;
	if (talks_feed(talks, records, count) || talks_sort(talks, &list, &n))
		n = 0;
	buf_init(&out, NULL);
	for (i = 0; i < n; i++) {
		if (ladder_build(&ladder, &list[i]))
			continue;
		tale_tell(&tale, &ladder);
		ladder_text(&out, &style, &ladder, &tale);
		ladder_json(&out, &style, &ladder, &tale);
		ladder_free(&ladder);
	}
	buf_free(&out);
	talks_free(talks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t count = size / sizeof(struct tcptrail_record);
	struct tcptrail_record *records = calloc(count + 1, sizeof(*records));

	if (!records)
		return 0;
	memcpy(records, data, count * sizeof(*records));
	run_model(records, count, size >= 8 ? records[0].time_ns : 0);
	run_ladders(records, count);
	free(records);
	return 0;
}
