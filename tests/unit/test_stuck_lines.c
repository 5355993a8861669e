// SPDX-License-Identifier: GPL-2.0
/* /stuck of the exporter: lines that are picked in slices. */
#include "tests/unit/stuck_tools.h"

#include "userspace/exporter/stuck_lines.h"

static const struct stuck_kernel reused = { .ports = { 40000, 41999, 2000, .tw_reuse = 1 } };

/* 3000 CLOSE-WAITs of many ages, a burst of TIME-WAITs, a flood of SYNs. */
static struct tracker *make_stuck(void)
{
	struct tracker *tracker = stuck_tracker(10000);
	char line[128];
	unsigned int i;

	for (i = 0; i < 1200; i++)
		stuck_feed_as(tracker, "60000000 A timewait FIN_WAIT2 TIME_WAIT comm=shop pid=5",
			      (uint16_t)i);
	for (i = 2000; i < 5000; i++) {
		snprintf(line, sizeof(line), "%u A socket ESTABLISHED CLOSE_WAIT inode=%u",
			 i * 7919 % 3000 / 2 * 10000, i);
		stuck_feed_as(tracker, line, (uint16_t)i);
	}
	for (i = 5000; i < 5100; i++) {
		struct tcptrail_record r;

		snprintf(line, sizeof(line),
			 "20 B request CLOSE NEW_SYN_RECV cookie=%u raddr=10.7.0.%u", 100000 + i,
			 i - 5000);
		r = script_line(line);
		tracker_feed(tracker, &r, 1);
	}
	return tracker;
}

#define STUCK_NOW_NS (62 * SEC)

/* All lines, at most so many at a time as are promised. */
static void put_lines(const struct stuck_scan *scan, struct buf *out)
{
	const struct stuck_out o = stuck_out_of(stuck_scan_result(scan));
	struct stuck_lines told = { 0 };
	size_t i, from, lines;
	bool more;

	buf_init(out, NULL);
	do {
		from = out->len;
		more = stuck_lines_more(&told, &o, stuck_scan_result(scan), out);
		for (lines = 0, i = from; i < out->len; i++)
			lines += out->data[i] == '\n';
		assert_true(lines <= STUCK_LINES_SLICE);
	} while (more);
}

/* All but two of those that are kept. */
static void expect_lines(const struct stuck_result *all, size_t but, size_t and, struct buf *out)
{
	const struct stuck_out o = stuck_out_of(all);
	size_t i;

	buf_init(out, NULL);
	for (i = 0; i < STUCK_LINES_MAX; i++)
		if (i != but && i != and)
			stuck_line(&o, out, &all->findings[i]);
}

/* What /stuck picks in slices is what stuck finds in one go. */
static void test_lines(void **state)
{
	const struct kernel_view kernel = stuck_kernel_view(&reused, 0);
	struct tracker *tracker = make_stuck();
	struct stuck_query query = { .tracker = tracker,
				     .now_ns = STUCK_NOW_NS,
				     .kernel = &kernel };
	const struct stuck_result *all;
	struct stuck_scan *batch, *scan;
	struct stuck_lines cursor = { 0 };
	struct buf expected, told;
	struct tcptrail_record r;
	struct stuck_out o;

	all = stuck_scan_all(&batch, &query);
	assert_int_equal(all->count, 1 + 3000 + 100);
	assert_int_equal(stuck_scan_create(&scan), 0);
	query.max_findings = STUCK_LINES_MAX;
	assert_int_equal(stuck_in_slices(scan, &query, 7)->count, STUCK_LINES_MAX);
	assert_int_equal(stuck_scan_result(scan)->stuck, all->stuck);
	expect_lines(all, SIZE_MAX, SIZE_MAX, &expected);
	put_lines(scan, &told);
	assert_string_equal(buf_string(&told), buf_string(&expected));
	assert_non_null(strstr(buf_string(&told), "\"verdict\":\"syn-recv-flood\""));
	assert_non_null(strstr(buf_string(&told), "\"maker\":{\"comm\":\"shop\",\"pid\":5"));
	buf_free(&told);
	buf_free(&expected);

	/* One has moved on, another's place is taken: neither is told. */
	expect_lines(all, 1, 2, &expected);
	r = script_line("61900000 A socket CLOSE_WAIT LAST_ACK");
	r.cookie = all->findings[1].cookie;
	tracker_feed(tracker, &r, 1);
	r = script_line("61900000 A socket LAST_ACK CLOSE");
	tracker_feed(tracker, &r, 1);
	r.cookie = all->findings[2].cookie;
	tracker_feed(tracker, &r, 1);
	tracker_settle(tracker);
	stuck_feed_as(tracker, "61900000 A socket ESTABLISHED CLOSE_WAIT", 6000);
	put_lines(scan, &told);
	assert_string_equal(buf_string(&told), buf_string(&expected));
	buf_free(&expected);

	/* A new scan while the old one is told: the telling begins anew. */
	told.len = 0;
	o = stuck_out_of(stuck_scan_result(scan));
	stuck_lines_more(&cursor, &o, stuck_scan_result(scan), &told);
	stuck_in_slices(scan, &query, 100);
	while (stuck_lines_more(&cursor, &o, stuck_scan_result(scan), &told))
		;
	put_lines(scan, &expected);
	assert_string_equal(buf_string(&told), buf_string(&expected));
	buf_free(&told);
	buf_free(&expected);
	stuck_scan_free(batch);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_lines) };

	return cmocka_run_group_tests_name("stuck_lines", tests, NULL, NULL);
}
