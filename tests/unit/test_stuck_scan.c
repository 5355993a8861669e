// SPDX-License-Identifier: GPL-2.0
/* A scan in slices, as the exporter makes it: the gauges, when they change, the groups. */
#include "tests/unit/stuck_tools.h"

#include <stdio.h>
#include <stdlib.h>

#include "userspace/base/array.h"
#include "userspace/exporter/groups.h"

static const struct stuck_kernel thousand = {
	.ports = { .first = 40000, .last = 40999, .count = 1000 },
};

static const struct stuck_kernel reused = { .ports = { 40000, 41999, 2000, .tw_reuse = 1 } };

static bool unit_name(void *arg, uint64_t cgroup, char name[GROUPS_NAME_MAX])
{
	snprintf(name, GROUPS_NAME_MAX, "unit%d", (int)cgroup);
	return cgroup < 4;
}

/* Connections to one destination, @cgroup and all. */
static void open_many(struct tracker *tracker, unsigned int count, uint64_t cgroup)
{
	static uint64_t cookie = 1000;
	struct tcptrail_record r;
	unsigned int i;

	for (i = 0; i < count; i++) {
		r = script_line("0 A socket CLOSE SYN_SENT inode=5");
		r.cookie = ++cookie;
		r.lport = (uint16_t)(40000 + (cookie - 1001));
		r.transition.cgroup = cgroup;
		tracker_feed(tracker, &r, 1);
	}
}

static struct tracker *make_tracker(void)
{
	struct tracker *tracker = stuck_tracker(2000);
	struct tcptrail_record r;

	open_many(tracker, 250, 1);
	open_many(tracker, 30, 2);
	open_many(tracker, 20, 3);
	r = script_line("0 B snapshot CLOSE_WAIT age_us=1000000 inode=7 unread=11");
	tracker_feed(tracker, &r, 1);
	return tracker;
}

static void test_gauges(void **state)
{
	const struct kernel_view kernel = stuck_kernel_view(&thousand, 0);
	struct tracker *tracker = make_tracker();
	const struct stuck_query query = { .tracker = tracker,
					   .now_ns = 31 * SEC,
					   .kernel = &kernel };
	const struct stuck_gauges *gauges;
	unsigned int slices = 0, i;
	struct stuck_scan *scan;
	uint64_t stuck = 0;

	assert_int_equal(stuck_scan_create(&scan), 0);
	stuck_scan_begin(scan, &query);
	while (!stuck_scan_step(scan, 7)) {
		slices++;
		/* Half a scan is not told. */
		assert_int_equal(stuck_scan_result(scan)->number, 0);
	}
	assert_int_equal(slices, 2 * (301 + 1) / 7);
	assert_int_equal(stuck_scan_step(scan, 7), 1);
	gauges = &stuck_scan_result(scan)->gauges;
	assert_int_equal(gauges->since_ns[TCPTRAIL_SYN_SENT], 1 * SEC);
	assert_int_equal(gauges->since_ns[TCPTRAIL_CLOSE_WAIT], 0);
	assert_int_equal(gauges->since_ns[TCPTRAIL_LISTEN], STUCK_NOBODY);
	assert_int_equal(gauges->unread, 11);
	assert_true(gauges->ports_share > 0.2999 && gauges->ports_share < 0.3001);
	assert_int_equal(gauges->ports, 1000);
	for (i = 0; i < VERDICT_RULES_MAX; i++)
		stuck += gauges->stuck[i];
	assert_int_equal(stuck, 301);
	assert_int_equal(stuck_scan_result(scan)->stuck, 301);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

static struct stuck_gauges scan_at(struct stuck_scan *scan, struct stuck_query *query,
				   uint64_t now_ns)
{
	query->now_ns = now_ns;
	return stuck_in_slices(scan, query, 100)->gauges;
}

static bool same(const struct stuck_gauges *a, const struct stuck_gauges *b)
{
	return !memcmp(a->stuck, b->stuck, sizeof(a->stuck)) &&
	       !memcmp(a->since_ns, b->since_ns, sizeof(a->since_ns)) &&
	       a->unaccepted_since_ns == b->unaccepted_since_ns && a->unread == b->unread &&
	       a->ports_share == b->ports_share && a->ports == b->ports;
}

/* Without a record nothing changes but at the times that a scan names. */
static void test_next(void **state)
{
	static const char *const lines[] = {
		"0 A socket CLOSE SYN_SENT",
		"300000 A timewait FIN_WAIT2 TIME_WAIT",
		"700000 A timewait FIN_WAIT2 TIME_WAIT",
		"900000 B socket ESTABLISHED CLOSE_WAIT",
		"1000000 A socket FIN_WAIT1 FIN_WAIT2",
	};
	/* Its port may be taken again, twice; SYN, CLOSE-WAIT, FIN-WAIT-2, TIME-WAIT twice. */
	static const uint64_t due_ms[] = { 2300, 2700, 4000, 11900, 62000, 66300, 66700 };
	const struct kernel_view kernel = stuck_kernel_view(&reused, 0);
	struct stuck_query query = { .tracker = stuck_tracker(100), .kernel = &kernel };
	struct tracker *tracker = (struct tracker *)query.tracker;
	struct stuck_gauges now, before;
	struct stuck_scan *scan;
	unsigned int i;
	uint64_t at_ns;

	assert_int_equal(stuck_scan_create(&scan), 0);
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		stuck_feed_as(tracker, lines[i], (uint16_t)i);
	before = scan_at(scan, &query, 2 * SEC);
	for (i = 0; i < ARRAY_SIZE(due_ms); i++) {
		at_ns = stuck_scan_result(scan)->next_ns;
		assert_int_equal(at_ns, due_ms[i] * MS);
		now = scan_at(scan, &query, at_ns - 1);
		assert_true(same(&now, &before));
		now = scan_at(scan, &query, at_ns);
		/* A TIME-WAIT that does not end is no verdict by itself. */
		assert_true(same(&now, &before) == (due_ms[i] > 66000));
		before = now;
	}
	assert_true(stuck_scan_result(scan)->next_ns == UINT64_MAX);
	now = scan_at(scan, &query, 1000000 * SEC);
	assert_true(same(&now, &before));
	stuck_scan_free(scan);
	tracker_free(tracker);
}

/* Ports, addresses and namespaces are told apart, in whatever order they come. */
static void test_destinations(void **state)
{
	const struct kernel_view kernel = stuck_kernel_view(&reused, 0);
	struct tracker *tracker = stuck_tracker(1000);
	struct stuck_query query = { .tracker = tracker, .kernel = &kernel };
	struct tcptrail_record r;
	struct stuck_scan *scan;
	uint16_t i;

	assert_int_equal(stuck_scan_create(&scan), 0);
	for (i = 0; i < 200; i++) {
		r = script_line("0 A socket SYN_SENT ESTABLISHED");
		r.cookie = 1000 + i;
		r.lport = (uint16_t)(40000 + i);
		if (i % 8 == 1)
			r.rport++;
		if (i % 8 == 3)
			r.raddr[15]++;
		if (i % 8 == 5)
			r.laddr[15]++;
		if (i % 8 == 7)
			r.netns++;
		tracker_feed(tracker, &r, 1);
	}
	assert_true(scan_at(scan, &query, SEC).ports_share == 100 / 2000.0);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

/* Among very many destinations those that matter are counted exactly, and few others at all. */
static void test_many_destinations(void **state)
{
	const unsigned int others = 40000;
	struct tracker *tracker = stuck_tracker(0);
	struct stuck_query query = { .tracker = tracker, .now_ns = 2 * SEC };
	const struct stuck_result *result;
	struct stuck_scan *scan;
	struct tcptrail_record r;
	uint32_t i;

	for (i = 0; i < others + 1300; i++) {
		r = script_line(i < others + 300 ? "0 A socket SYN_SENT ESTABLISHED" :
						   "0 A timewait FIN_WAIT2 TIME_WAIT");
		r.cookie = 1000 + i;
		r.lport = (uint16_t)(33000 + i % 20000);
		r.netns = i < others + 300 ? 1 : 7;
		if (i < others)
			memcpy(r.raddr + 12, &(uint32_t){ 10 + i * 256 }, 4);
		tracker_feed(tracker, &r, 1);
	}
	result = stuck_scan_all(&scan, &query);
	assert_int_equal(result->count, 1);
	assert_int_equal(result->findings[0].usage->timewaits, 1000);
	assert_int_equal(result->findings[0].usage->used, 1000);
	assert_true(result->gauges.ports_share == 1000 / 28232.0);
	assert_in_range(result->ports.usages.count, 2, 100);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

/*
 * So many at one destination are a burst, one less are none: in each scan anew. Where the
 * ports suffice it is shown, and nobody is stuck by it.
 */
static void test_burst(void **state)
{
	const struct kernel_view kernel = stuck_kernel_view(&reused, 0);
	struct tracker *tracker = stuck_tracker(2000);
	struct stuck_query query = { .tracker = tracker, .now_ns = SEC, .kernel = &kernel };
	const struct stuck_result *result;
	struct stuck_scan *scan;
	uint16_t i;

	assert_int_equal(stuck_scan_create(&scan), 0);
	/* The ports that they keep are free in a second: never more than half are in use. */
	for (i = 0; i < 900; i++)
		stuck_feed_as(tracker, "0 A timewait FIN_WAIT2 TIME_WAIT", i);
	for (; i < PORT_USAGE_BURST + 2; i++) {
		stuck_feed_as(tracker, "0 A timewait FIN_WAIT2 TIME_WAIT", i);
		query.now_ns = 4 * SEC;
		result = stuck_in_slices(scan, &query, 100);
		assert_int_equal(result->count, i + 1 >= PORT_USAGE_BURST);
		assert_int_equal(result->stuck, 0);
		assert_int_equal(stuck_by(result, "time-wait-churn"), 0);
		if (!result->count)
			continue;
		assert_string_equal(stuck_verdict(result->findings), "time-wait-churn");
		assert_int_equal(result->findings[0].usage->timewaits, i + 1);
	}
	assert_true(scan_at(scan, &query, SEC).ports_share == (PORT_USAGE_BURST + 2) / 2000.0);
	assert_true(scan_at(scan, &query, 4 * SEC).ports_share == 0);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

#define LIVE_NS (22 * SEC)

static const struct kernel_socket lives[] = {
	{ 1001, KERNEL_TIMER_PROBE, .has_info = true, .sent_ms = 12000 },
	{ 1002, KERNEL_TIMER_RETRANSMIT, 3, .has_info = true, .acked_ms = 12000 },
	{ 1003, KERNEL_TIMER_RETRANSMIT, 3, .has_info = true, .acked_ms = 9000 },
	{ 1004, .has_info = true, .acked_ms = 12000 },
	{ 1005, KERNEL_TIMER_PROBE, .has_info = true },
	{ 1006, KERNEL_TIMER_RETRANSMIT, 3, .has_info = true },
	{ 1007, .queued = 2, .backlog = 1 },
	{ 0 },
};

static void feed_lives(struct tracker *tracker)
{
	struct tcptrail_record r;
	char line[128];
	unsigned int i;

	for (i = 1; i <= 4; i++)
		stuck_feed_as(tracker, "0 A socket SYN_SENT ESTABLISHED unacked=7", (uint16_t)i);
	stuck_feed_as(tracker, "20000000 A socket ESTABLISHED FIN_WAIT1 orphan unacked=7", 5);
	stuck_feed_as(tracker, "20000000 A socket CLOSE_WAIT LAST_ACK", 6);
	r = script_line("0 B socket CLOSE LISTEN listener cookie=1007");
	tracker_feed(tracker, &r, 1);
	for (i = 0; i < VERDICT_FLOOD; i++) {
		snprintf(line, sizeof(line),
			 "20000000 B request CLOSE NEW_SYN_RECV cookie=%u raddr=10.7.0.%u",
			 2000 + i, i);
		r = script_line(line);
		r.lport = 81;
		tracker_feed(tracker, &r, 1);
	}
	r = script_line("20000000 B request CLOSE NEW_SYN_RECV cookie=3000");
	tracker_feed(tracker, &r, 1);
}

/* What the kernel knows decides between two verdicts, and over what has none without. */
static void test_live(void **state)
{
	struct stuck_kernel known = { .sockets = lives, .ports = reused.ports };
	struct kernel_socket later[ARRAY_SIZE(lives)];
	struct kernel_view kernel = stuck_kernel_view(&known, LIVE_NS);
	struct tracker *tracker = stuck_tracker(1000);
	struct stuck_query query = { .tracker = tracker, .now_ns = LIVE_NS, .kernel = &kernel };
	const struct stuck_result *result;
	struct stuck_scan *scan;

	assert_int_equal(stuck_scan_create(&scan), 0);
	feed_lives(tracker);
	result = stuck_in_slices(scan, &query, 100);
	assert_int_equal(stuck_by(result, "established-zero-window"), 1);
	assert_int_equal(stuck_by(result, "established-unanswered"), 1);
	assert_int_equal(stuck_by(result, "accept-queue-full"), 1);
	assert_int_equal(stuck_by(result, "fin-wait1-zero-window"), 0); /* not yet */
	query.now_ns = LIVE_NS + SEC;
	kernel.at_ns = LIVE_NS + SEC;
	memcpy(later, lives, sizeof(lives));
	later[2].acked_ms += 1000;
	known.sockets = later;
	result = stuck_in_slices(scan, &query, 100);
	assert_int_equal(stuck_by(result, "established-unanswered"), 2);
	query.now_ns = 40 * SEC;
	result = stuck_in_slices(scan, &query, 100);
	assert_int_equal(stuck_by(result, "fin-wait1-zero-window"), 1);
	assert_int_equal(stuck_by(result, "last-ack-unanswered"), 1);
	assert_int_equal(stuck_by(result, "syn-recv-flood"), VERDICT_FLOOD);
	assert_int_equal(stuck_by(result, "syn-recv-queue-full"), 1);
	assert_int_equal(stuck_by(result, "established-unanswered"), 2);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

/*
 * Older than the trail, and nothing has moved for 50 s: the kernel knows, and every scan
 * says so at once, not ten seconds after the exporter has begun.
 */
static void test_stalled_before(void **state)
{
	static const struct kernel_socket sockets[] = {
		{ .cookie = 202, .timer = KERNEL_TIMER_PROBE, .has_info = true, .sent_ms = 50000 },
		{ 0 },
	};
	const struct stuck_kernel known = { .sockets = sockets };
	const struct kernel_view kernel = stuck_kernel_view(&known, 61 * SEC);
	struct tracker *tracker =
		stuck_script("60000000 B snapshot FIN_WAIT1 orphan unacked=4096\n");
	struct stuck_query query = { .tracker = tracker, .now_ns = 61 * SEC, .kernel = &kernel };
	const struct stuck_result *result;
	struct stuck_scan *scan;

	assert_int_equal(stuck_scan_create(&scan), 0);
	result = stuck_in_slices(scan, &query, 1);
	assert_int_equal(result->stuck, 1);
	assert_int_equal(stuck_by(result, "fin-wait1-zero-window"), 1);
	assert_int_equal(finding_age(result->findings, query.now_ns), 50 * SEC);
	query.now_ns = 71 * SEC;
	result = stuck_in_slices(scan, &query, 1);
	assert_int_equal(finding_age(result->findings, query.now_ns), 60 * SEC);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

static void count_group(void *arg, const struct conn *c)
{
	groups_count(arg, c);
}

static void test_groups(void **state)
{
	struct tracker *tracker = make_tracker();
	struct stuck_query query = { .tracker = tracker, .now_ns = SEC, .visit = count_group };
	struct group_set sets[GROUPS_KINDS], *set;
	struct groups *groups;
	struct stuck_scan *scan;
	struct conn c = { .lport = 443, .rport = 80, .role = CONN_ACTIVE, .end = CONN_NORMAL };

	groups = groups_create();
	assert_non_null(groups);
	assert_int_equal(groups_by_port(groups, (uint16_t[]){ 80, 443 }, 2), 0);
	assert_int_equal(groups_by_unit(groups, 2, unit_name, NULL), 0);
	query.arg = groups;
	assert_int_equal(stuck_scan_create(&scan), 0);
	groups_begin(groups);
	stuck_in_slices(scan, &query, 100);
	groups_end(groups);
	assert_int_equal(groups_copy(sets, groups), 0);
	set = &sets[GROUPS_BY_PORT];
	assert_int_equal(set->count, 3);
	assert_int_equal(set->list[0].sockets[TCPTRAIL_SYN_SENT], 300);
	assert_int_equal(set->list[0].sockets[TCPTRAIL_CLOSE_WAIT], 1);
	set = &sets[GROUPS_BY_UNIT];
	assert_string_equal(set->list[0].name, "unit1");
	assert_int_equal(set->list[0].sockets[TCPTRAIL_SYN_SENT], 250);
	assert_string_equal(set->list[1].name, "unit2");
	assert_int_equal(set->list[1].sockets[TCPTRAIL_SYN_SENT], 30);
	/* The third has no place of its own, and what is in none neither. */
	assert_string_equal(set->list[2].name, "other");
	assert_int_equal(set->list[2].sockets[TCPTRAIL_SYN_SENT], 20);
	assert_int_equal(set->list[2].sockets[TCPTRAIL_CLOSE_WAIT], 1);

	/* Its own port goes before the peer's. */
	c.state = TCPTRAIL_TIME_WAIT;
	groups_ended(groups, &c);
	group_sets_free(sets);
	assert_int_equal(groups_copy(sets, groups), 0);
	assert_int_equal(sets[GROUPS_BY_PORT].list[1].ended[CONN_NORMAL], 1);
	assert_int_equal(sets[GROUPS_BY_PORT].list[0].ended[CONN_NORMAL], 0);
	group_sets_free(sets);
	stuck_scan_free(scan);
	groups_free(groups);
	tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gauges),	       cmocka_unit_test(test_next),
		cmocka_unit_test(test_destinations),   cmocka_unit_test(test_many_destinations),
		cmocka_unit_test(test_burst),	       cmocka_unit_test(test_live),
		cmocka_unit_test(test_stalled_before), cmocka_unit_test(test_groups),
	};

	return cmocka_run_group_tests_name("stuck_scan", tests, NULL, NULL);
}
