// SPDX-License-Identifier: GPL-2.0
/* Any bytes as what sock_diag answers, and the record that is made of it in use. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "userspace/conn/tracker.h"
#include "userspace/print/line.h"
#include "userspace/print/record_json.h"
#include "userspace/sockdiag/snapshot.h"

static void use(const struct tcptrail_record *record)
{
	struct tracker_config config = { .max_conns = 4 };
	struct line line = { .ascii = true, .relative = true };
	struct tracker *tracker;
	struct clock utc;
	struct buf out;

	if (record->kind != TCPTRAIL_SNAPSHOT)
		abort();
	buf_init(&out, NULL);
	clock_init(&utc, 0, true);
	clock_init(&line.clock, 0, true);
	line_record(&line, &out, record);
	fuzz_check_text(&out);
	out.len = 0;
	record_json(&out, &utc, record);
	fuzz_check_json(&out);
	buf_free(&out);
	if (tracker_create(&tracker, &config))
		abort();
	tracker_feed(tracker, record, 1);
	tracker_free(tracker);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcptrail_record record = { .time_ns = 1000000000, .netns = 1 };
	uint64_t fin_timeout_ns = size ? *data * 1000000000ULL : 0;
	size_t length = size ? size - 1 : 0;
	struct kernel_socket live;
	void *message = malloc(length + !length);

	/* As in libmnl's buffer: aligned, and nothing after it. */
	if (!message)
		abort();
	if (length)
		memcpy(message, data + 1, length);
	if (!diag_parse(&record, &live, message, length, fin_timeout_ns)) {
		use(&record);
		if (live.cookie != record.cookie)
			abort();
	}
	free(message);
	return 0;
}
