// SPDX-License-Identifier: GPL-2.0
/*
 * A process may call itself what it likes, and no output lets a terminal obey the name.
 *
 * Whether a plain char has a sign differs from machine to machine, and with it what a
 * comparison of bytes above 0x7f says: test_safe_other_char is this test built as on the
 * machines where it is the other way round.
 */
#include <stdlib.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/stuck_tools.h"
#include "tests/unit/tracker_tools.h"
#include "userspace/base/json.h"
#include "userspace/conn/timing.h"
#include "userspace/explain/narrative.h"
#include "userspace/exporter/openmetrics.h"
#include "userspace/print/ladder_out.h"
#include "userspace/print/life_out.h"
#include "userspace/print/line.h"
#include "userspace/session/message.h"
#include "userspace/top/grid.h"

static const struct {
	const char *name;
	const char *shown;
} names[] = {
	{ "nginx", "nginx" },
	{ "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "\x1b[2J", "\\x1b[2J" },
	{ "a\nb\x7f", "a\\x0ab\\x7f" },
	{ "\x9b"
	  "2J",
	  "\\x9b2J" },
	{ "\xc2\x9b"
	  "2J",
	  "\\xc2\\x9b2J" },
	{ "\xe2\x80\xaex", "\\xe2\\x80\\xaex" }, /* U+202E: right to left */
	{ "\xe2\x81\xa6x", "\\xe2\\x81\\xa6x" }, /* U+2066 */
	{ "\xe2\x80\x8fx", "\\xe2\\x80\\x8fx" }, /* U+200F */
	{ "\xe2\x80\xa8x", "\\xe2\\x80\\xa8x" }, /* U+2028: a line ends */
	{ "x\xc3", "x\\xc3" }, /* cut in half, as the kernel cuts names */
	{ "\xc0\x9bx", "\\xc0\\x9bx" }, /* overlong */
};

static const char script[] = "0 A socket CLOSE SYN_SENT nolport\n"
			     "10 A out SYN seq=1000\n"
			     "20 A in SYN,ACK seq=7000 ack=1001\n"
			     "30 A socket SYN_SENT ESTABLISHED\n"
			     "40 A out ACK seq=1001 ack=7001\n"
			     "50 A in FIN,ACK seq=7001 ack=1001\n"
			     "60 A socket ESTABLISHED CLOSE_WAIT\n";

static void print_watch(struct buf *out, const struct tcptrail_record *records, size_t count)
{
	struct line line = { 0 };

	clock_init(&line.clock, 0, true);
	for (size_t i = 0; i < count; i++)
		line_record(&line, out, &records[i]);
}

static void print_life(struct buf *out, const struct tcptrail_record *records, size_t count)
{
	struct tracker_config config = { 0 };
	struct tracker *tracker;
	struct conn_pair pair;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	tracker_feed(tracker, records, count);
	conn_pair(&pair, tracker, tracker_next(tracker, NULL), false, BASE_NS);
	life_text(out, tracker, &pair);
	life_parts(out, tracker, &pair);
	tracker_free(tracker);
}

static void print_stuck(struct buf *out, const struct tcptrail_record *records, size_t count)
{
	struct stuck_query query = { .now_ns = 100 * SEC };
	struct tracker *tracker = stuck_tracker(0);
	const struct stuck_result *result;
	struct stuck_scan *scan;
	struct stuck_out o;

	tracker_feed(tracker, records, count);
	query.tracker = tracker;
	result = stuck_scan_all(&scan, &query);
	assert_int_equal(result->count, 1);
	o = stuck_out_of(result);
	stuck_paragraphs(&o, out, result->findings);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

static void print_explain(struct buf *out, const struct tcptrail_record *records, size_t count)
{
	struct conversations *conversations;
	const struct conversation *list;
	struct ladder_style style = { 0 };
	struct narrative narrative;
	struct selector selector;
	struct ladder ladder;
	size_t n;

	assert_int_equal(selector_parse(&selector, ":80"), 0);
	assert_int_equal(conversations_create(&conversations, &selector), 0);
	assert_int_equal(conversations_feed(conversations, records, count), 0);
	assert_int_equal(conversations_sort(conversations, &list, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(ladder_build(&ladder, list), 0);
	narrative_make(&narrative, &ladder);
	clock_init(&style.clock, 0, true);
	ladder_text(out, &style, &ladder, &narrative);
	assert_int_equal(ladder_svg(out, &style, &ladder, &narrative), 0);
	ladder_free(&ladder);
	conversations_free(conversations);
}

static void print_label(struct buf *out, const struct tcptrail_record *records, size_t count)
{
	struct openmetrics e = { .out = out };

	/* Where a backslash is escaped, the form below is not looked for. */
	openmetrics_gauge(&e, "x", "Help.");
	openmetrics_label(&e, "comm", records->transition.comm);
	openmetrics_u64(&e, 1);
}

static void print_screen(struct buf *out, const struct tcptrail_record *records, size_t count)
{
	struct grid grid = { 0 };
	struct area area;

	assert_int_equal(grid_resize(&grid, 80, 1), 0);
	area = grid_area(&grid);
	area_put(&area, 0, 0, GRID_PLAIN, records->transition.comm);
	grid_row(&grid, 0, out);
	grid_free(&grid);
}

/* What is said on standard error: here the name is one that a file has. */
static void print_note(struct buf *out, const struct tcptrail_record *records, size_t count)
{
	char text[1024];
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);
	size_t n;

	assert_non_null(file);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	cmd_note("%s: not a trail", records->transition.comm);
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(file);
	n = fread(text, 1, sizeof(text), file);
	fclose(file);
	buf_mem(out, text, n);
}

static void print_json(struct buf *out, const struct tcptrail_record *records, size_t count)
{
	struct json j;

	json_begin(&j, out);
	json_strn(&j, "comm", records->transition.comm, 16);
	json_end(&j);
	fuzz_check_json(out);
}

static const struct output {
	void (*print)(struct buf *out, const struct tcptrail_record *records, size_t count);
	bool other_form; /* than put_safe()'s */
} outputs[] = {
	{ print_watch, false },	  { print_life, false }, { print_stuck, false },
	{ print_explain, false }, { print_label, true }, { print_screen, true },
	{ print_note, false },	  { print_json, true },
};

static void test_outputs(void **state)
{
	struct tcptrail_record records[RECORDS_MAX];
	size_t count = script_records(script, records, RECORDS_MAX), i, n;
	struct buf out;

	for (n = 0; n < ARRAY_SIZE(names); n++) {
		records[0].flags |= TCPTRAIL_F_TASK;
		records[0].transition.pid = 812;
		memset(records[0].transition.comm, 0, 16);
		memcpy(records[0].transition.comm, names[n].name, strlen(names[n].name));
		for (i = 0; i < ARRAY_SIZE(outputs); i++) {
			buf_init(&out, NULL);
			outputs[i].print(&out, records, count);
			fuzz_check_text(&out);
			if (!outputs[i].other_form)
				assert_non_null(strstr(buf_string(&out), names[n].shown));
			buf_free(&out);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outputs),
	};

	return cmocka_run_group_tests_name("safe", tests, NULL, NULL);
}
