// SPDX-License-Identifier: GPL-2.0
/*
 * One finder: a scan at once, as stuck and top make it, and one in slices, as the exporter
 * does, find the same of the same records. Findings and gauges are compared one by one,
 * and so are the lines of /stuck; and the number of sockets that are stuck is the same by
 * whatever it is counted.
 */
#include "tests/unit/stuck_tools.h"
#include "tests/unit/verdict_cases.h"

#include <stdlib.h>

#include "userspace/base/array.h"
#include "userspace/exporter/stuck_lines.h"

static void same_finding(const struct finding *a, const struct finding *b)
{
	assert_ptr_equal(a->conn, b->conn);
	assert_int_equal(a->cookie, b->cookie);
	assert_int_equal(a->since_ns, b->since_ns);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->at_least, b->at_least);
	assert_int_equal(a->rule, b->rule);
	assert_int_equal(a->stuck_ns, b->stuck_ns);
	assert_memory_equal(&a->live, &b->live, sizeof(a->live));
	assert_int_equal(!a->queue, !b->queue);
	if (a->queue) {
		assert_ptr_equal(a->queue->listener, b->queue->listener);
		assert_int_equal(a->queue->waiting, b->queue->waiting);
		assert_int_equal(a->queue->since_ns, b->queue->since_ns);
		assert_int_equal(a->queue->queued, b->queue->queued);
		assert_int_equal(a->queue->backlog, b->queue->backlog);
	}
	assert_int_equal(!a->handshakes, !b->handshakes);
	if (a->handshakes)
		assert_memory_equal(a->handshakes, b->handshakes, sizeof(*a->handshakes));
	assert_int_equal(!a->usage, !b->usage);
	if (a->usage)
		assert_memory_equal(a->usage, b->usage, offsetof(struct port_usage, hash));
}

static void same_gauges(const struct stuck_gauges *a, const struct stuck_gauges *b)
{
	unsigned int i;

	for (i = 0; i < VERDICT_RULES_MAX; i++)
		assert_int_equal(a->stuck[i], b->stuck[i]);
	for (i = 0; i < STUCK_STATES; i++)
		assert_int_equal(a->since_ns[i], b->since_ns[i]);
	assert_int_equal(a->unaccepted_since_ns, b->unaccepted_since_ns);
	assert_int_equal(a->unread, b->unread);
	assert_true(a->ports_share == b->ports_share);
	assert_int_equal(a->ports, b->ports);
}

/* By the findings, by the gauges, in sum: stuck are those whose rule says so. */
static void counted_once(const struct stuck_result *result)
{
	uint64_t by_finding = 0, by_gauge = 0;
	size_t i;

	for (i = 0; i < result->count; i++)
		if (verdict_is_stuck(result->findings[i].rule))
			by_finding += finding_sockets(&result->findings[i]);
	for (i = 0; i < VERDICT_RULES_MAX; i++)
		by_gauge += result->gauges.stuck[i];
	assert_int_equal(by_finding, result->stuck);
	assert_int_equal(by_gauge, result->stuck);
}

/* The lines of stuck --json --all, and those of /stuck. */
static void same_lines(const struct stuck_result *batch, const struct stuck_result *sliced)
{
	const struct stuck_out o = stuck_out_of(batch), o2 = stuck_out_of(sliced);
	struct stuck_groups groups;
	struct stuck_lines lines = { 0 };
	struct buf left, right;
	size_t i, n;

	assert_int_equal(stuck_groups_make(&groups, batch, NULL, true), 0);
	assert_int_equal(groups.count, batch->count);
	buf_init(&left, NULL);
	buf_init(&right, NULL);
	for (i = 0; i < batch->count; i++)
		stuck_line(&o, &left, &batch->findings[i]);
	while (stuck_lines_more(&lines, &o2, sliced, &right))
		;
	assert_string_equal(buf_string(&left), buf_string(&right));
	/* In groups the order is another one: each line is there. */
	for (i = 0; i < groups.count; i++) {
		n = right.len;
		stuck_json(&o, &right, &groups.groups[i]);
		assert_non_null(strstr(buf_string(&left), buf_string(&right) + n));
		right.len = n;
	}
	buf_free(&left);
	buf_free(&right);
	stuck_groups_free(&groups);
}

static unsigned int different_verdicts(const struct stuck_query *query)
{
	struct stuck_scan *scan;
	const struct stuck_result *result = stuck_scan_all(&scan, query);
	unsigned int i, verdicts = 0;
	uint64_t seen = 0;

	for (i = 0; i < result->count; i++)
		if (result->findings[i].rule != FINDING_NO_RULE)
			seen |= 1ULL << result->findings[i].rule;
	for (i = 0; verdict_name(i); i++)
		verdicts += seen >> i & 1;
	stuck_scan_free(scan);
	return verdicts;
}

static void agree(const struct stuck_query *query)
{
	static const size_t steps[] = { 1, 2, 7, 4096 };
	const struct stuck_result *batch, *sliced;
	struct stuck_query like_exporter = *query;
	struct stuck_scan *whole, *scan;
	size_t i, n;

	batch = stuck_scan_all(&whole, query);
	counted_once(batch);
	like_exporter.max_findings = STUCK_LINES_MAX;
	assert_true(batch->count <= STUCK_LINES_MAX);
	assert_int_equal(stuck_scan_create(&scan), 0);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		sliced = stuck_in_slices(scan, &like_exporter, steps[i]);
		counted_once(sliced);
		assert_int_equal(sliced->count, batch->count);
		assert_int_equal(sliced->stuck, batch->stuck);
		assert_int_equal(sliced->next_ns, batch->next_ns);
		for (n = 0; n < batch->count; n++)
			same_finding(&sliced->findings[n], &batch->findings[n]);
		same_gauges(&sliced->gauges, &batch->gauges);
		same_lines(batch, sliced);
	}
	stuck_scan_free(whole);
	stuck_scan_free(scan);
}

/* Before and after each threshold, by default, and with all that can be asked. */
static void agree_at_times(struct stuck_query *query, uint64_t then_ns)
{
	static const uint64_t later_ns[] = { 0, 3 * SEC, 11 * SEC, 66 * SEC, 1000 * SEC };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(later_ns); i++) {
		query->now_ns = then_ns + later_ns[i];
		query->states = 0;
		query->older_ns = 0;
		agree(query);
		query->older_ns = SEC;
		agree(query);
		query->states = ~0U;
		query->older_ns = 1;
		agree(query);
	}
}

static void check_script(const char *script, uint64_t age_s, const struct kernel_socket *live)
{
	struct tracker *tracker = stuck_script(script);
	const struct stuck_kernel kernel = {
		.sockets = (struct kernel_socket[2]){ live ? *live : (struct kernel_socket){ 0 } },
	};
	const struct kernel_view view = stuck_kernel_view(&kernel, 0);
	struct stuck_query query = { .tracker = tracker, .kernel = live ? &view : NULL };
	uint64_t newest_ns = tracker_stats(tracker)->newest_ns;

	agree_at_times(&query, newest_ns + age_s * SEC);
	query.all_ports = true;
	agree_at_times(&query, newest_ns);
	tracker_free(tracker);
}

static void test_each_verdict(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verdict_cases); i++)
		check_script(verdict_cases[i].script, verdict_cases[i].age_s, NULL);
	for (i = 0; i < ARRAY_SIZE(verdict_live_cases); i++)
		check_script(verdict_live_cases[i].rule.script, verdict_live_cases[i].rule.age_s,
			     &verdict_live_cases[i].live);
}

/* A case among others: in namespaces and with cookies of its own. */
static void feed_apart(struct tracker *tracker, const char *script, uint32_t number)
{
	struct tcptrail_record records[STUCK_RECORDS_MAX];
	size_t count = script_records(script, records, STUCK_RECORDS_MAX), i;

	for (i = 0; i < count; i++) {
		records[i].netns += 10 * number;
		if (records[i].cookie)
			records[i].cookie += 1000 * number;
	}
	tracker_feed(tracker, records, count);
}

static void feed_flood(struct tracker *tracker, unsigned int count)
{
	struct tcptrail_record r;
	unsigned int i;

	for (i = 0; i < count; i++) {
		r = script_line("2000000 B request CLOSE NEW_SYN_RECV");
		r.cookie = 5000000 + i;
		r.raddr[14] = (uint8_t)(i >> 8);
		r.raddr[15] = (uint8_t)i;
		tracker_feed(tracker, &r, 1);
	}
}

static void feed_burst(struct tracker *tracker, const char *line, unsigned int count)
{
	struct tcptrail_record r = script_line(line);
	bool ours = r.lport != 80;
	unsigned int i;

	for (i = 0; i < count; i++) {
		r.cookie = 6000000 + r.netns * 10000 + i;
		*(ours ? &r.lport : &r.rport) = (uint16_t)(33000 + i);
		tracker_feed(tracker, &r, 1);
	}
}

/* Every verdict in one tracker, a flood, bursts of both kinds, and a tracker that overflows. */
static void test_all_at_once(void **state)
{
	const size_t lives = ARRAY_SIZE(verdict_live_cases);
	struct kernel_socket *sockets = calloc(lives + 1, sizeof(*sockets));
	const struct stuck_kernel kernel = { .sockets = sockets };
	const struct kernel_view view = stuck_kernel_view(&kernel, 61 * SEC);
	static const uint32_t limits[] = { 0, 1000 };
	struct stuck_query query = { .kernel = &view };
	struct tracker *tracker;
	uint32_t number = 0;
	size_t i, n;

	for (n = 0; n < ARRAY_SIZE(limits); n++) {
		tracker = stuck_tracker(limits[n]);
		for (i = 0, number = 0; i < ARRAY_SIZE(verdict_cases); i++)
			feed_apart(tracker, verdict_cases[i].script, ++number);
		for (i = 0; i < lives; i++) {
			feed_apart(tracker, verdict_live_cases[i].rule.script, ++number);
			sockets[i] = verdict_live_cases[i].live;
			sockets[i].cookie += 1000 * number;
		}
		feed_flood(tracker, VERDICT_FLOOD + 6);
		feed_burst(tracker, "3000000 A timewait FIN_WAIT2 TIME_WAIT comm=app pid=7", 1100);
		feed_burst(tracker, "3000000 B timewait FIN_WAIT2 TIME_WAIT comm=srv pid=8", 1200);
		query.tracker = tracker;
		query.now_ns = 5 * SEC;
		agree(&query);
		query.now_ns = 61 * SEC;
		agree(&query);
		query.now_ns = 200 * SEC;
		agree(&query);
		if (!limits[n])
			assert_in_range(different_verdicts(&query), 17, VERDICT_RULES_MAX);
		query.states = 1U << TCPTRAIL_CLOSE_WAIT | 1U << TCPTRAIL_LISTEN;
		agree(&query);
		query.states = 0;
		tracker_free(tracker);
	}
	free(sockets);
}

/* What moves between slices: no scan is wrong in its sums, and the next one knows. */
static void test_between_slices(void **state)
{
	struct tracker *tracker = stuck_tracker(300);
	struct stuck_query query = { .tracker = tracker,
				     .now_ns = 30 * SEC,
				     .max_findings = STUCK_LINES_MAX };
	struct stuck_scan *scan;
	uint16_t number = 0;
	int done, round;

	assert_int_equal(stuck_scan_create(&scan), 0);
	for (round = 0; round < 20; round++) {
		stuck_scan_begin(scan, &query);
		do {
			done = stuck_scan_step(scan, 5);
			stuck_feed_as(tracker, "0 A socket ESTABLISHED CLOSE_WAIT inode=5",
				      (uint16_t)(number % 400));
			stuck_feed_as(tracker, "10000000 A socket CLOSE_WAIT LAST_ACK",
				      (uint16_t)((number + 200) % 400));
			stuck_feed_as(tracker, "10000000 A socket LAST_ACK CLOSE",
				      (uint16_t)((number + 300) % 400));
			number++;
		} while (!done);
		assert_int_equal(done, 1);
		counted_once(stuck_scan_result(scan));
		tracker_settle(tracker);
	}
	stuck_scan_free(scan);
	agree(&query);
	tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_verdict),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_between_slices),
	};

	return cmocka_run_group_tests_name("stuck_agree", tests, NULL, NULL);
}
