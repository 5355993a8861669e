// SPDX-License-Identifier: GPL-2.0
/* The exporter's walk over all connections: who is stuck, the worst, the groups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/script.h"
#include "userspace/exporter/stuck_scan.h"
#include "userspace/base/array.h"
#include "userspace/base/time.h"
#include "userspace/exporter/top_n.h"
#include "userspace/diagnose/stuck.h"
#include "userspace/diagnose/verdict.h"
#include "userspace/print/stuck_out.h"

static struct source_ports thousand(void *arg, uint32_t netns)
{
	return (struct source_ports){ .first = 40000, .last = 40999, .count = 1000 };
}

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

static struct tracker *make_model(void)
{
	struct tracker_config config = { .max_conns = 2000 };
	struct tcptrail_record r;
	struct tracker *tracker;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	open_many(tracker, 250, 1);
	open_many(tracker, 30, 2);
	open_many(tracker, 20, 3);
	r = script_line("0 B snapshot CLOSE_WAIT age_us=1000000 inode=7 unread=11");
	tracker_feed(tracker, &r, 1);
	return tracker;
}

static void test_sweep(void **state)
{
	struct stuck_scan_config config = { .ports = thousand };
	struct tracker *tracker = make_model();
	const struct stuck_scan_found *found;
	uint64_t now_ns = 31 * SEC, stuck = 0;
	unsigned int slices = 0, i;
	struct stuck_scan *stuck_scan;

	assert_int_equal(stuck_scan_create(&stuck_scan, &config), 0);
	while (!stuck_scan_on(stuck_scan, tracker, now_ns, 7)) {
		slices++;
		assert_int_equal(stuck_scan_found(stuck_scan)->at_ns,
				 0); /* half a walk is not told */
	}
	assert_int_equal(slices, 301 / 7);
	found = stuck_scan_found(stuck_scan);
	assert_int_equal(stuck_scan_age_ns(found->since_ns[TCPTRAIL_SYN_SENT], now_ns), 30 * SEC);
	assert_int_equal(stuck_scan_age_ns(found->since_ns[TCPTRAIL_CLOSE_WAIT], now_ns), 31 * SEC);
	assert_int_equal(stuck_scan_age_ns(found->since_ns[TCPTRAIL_LISTEN], now_ns), 0);
	assert_int_equal(found->unread, 11);
	assert_true(found->ports_share > 0.2999 && found->ports_share < 0.3001);
	assert_int_equal(found->ports, 1000);
	for (i = 0; i < STUCK_SCAN_VERDICTS && verdict_name(i); i++)
		stuck += found->stuck[i];
	assert_int_equal(stuck, 301);
	stuck_scan_free(stuck_scan);
	tracker_free(tracker);
}

static struct source_ports reused(void *arg, uint32_t netns)
{
	return (struct source_ports){ 40000, 41999, 2000, .tw_reuse = 1 };
}

/* A record of @line for a connection of its own. */
static void feed_as(struct tracker *tracker, const char *line, uint16_t number)
{
	struct tcptrail_record r = script_line(line);

	r.cookie = 1000 + number;
	r.lport = (uint16_t)(40000 + number);
	tracker_feed(tracker, &r, 1);
}

static struct stuck_scan_found walk(struct stuck_scan *stuck_scan, const struct tracker *tracker,
				    uint64_t now_ns)
{
	struct stuck_scan_found found;

	while (!stuck_scan_on(stuck_scan, tracker, now_ns, 100))
		;
	found = *stuck_scan_found(stuck_scan);
	found.at_ns = 0;
	return found;
}

static bool same(const struct stuck_scan_found *a, const struct stuck_scan_found *b)
{
	return !memcmp(a->stuck, b->stuck, sizeof(a->stuck)) &&
	       !memcmp(a->since_ns, b->since_ns, sizeof(a->since_ns)) &&
	       a->unaccepted_since_ns == b->unaccepted_since_ns && a->unread == b->unread &&
	       a->ports_share == b->ports_share && a->ports == b->ports;
}

/* Without a record nothing changes but at the times that a walk names. */
static void test_sweep_next(void **state)
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
	struct tracker_config tracker_config = { .max_conns = 100 };
	struct stuck_scan_config config = { .ports = reused };
	struct stuck_scan_found now, before;
	struct tracker *tracker;
	struct stuck_scan *stuck_scan;
	unsigned int i;
	uint64_t at_ns;

	assert_int_equal(tracker_create(&tracker, &tracker_config), 0);
	assert_int_equal(stuck_scan_create(&stuck_scan, &config), 0);
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		feed_as(tracker, lines[i], (uint16_t)i);
	at_ns = 2 * SEC;
	before = walk(stuck_scan, tracker, at_ns);
	for (i = 0; i < ARRAY_SIZE(due_ms); i++) {
		at_ns = stuck_scan_next_ns(stuck_scan);
		assert_int_equal(at_ns, due_ms[i] * 1000000);
		now = walk(stuck_scan, tracker, at_ns - 1);
		assert_true(same(&now, &before));
		now = walk(stuck_scan, tracker, at_ns);
		/* A TIME-WAIT that does not end is no verdict by itself. */
		assert_true(same(&now, &before) == (due_ms[i] > 66000));
		before = now;
	}
	assert_true(stuck_scan_next_ns(stuck_scan) == UINT64_MAX);
	now = walk(stuck_scan, tracker, 1000000 * SEC);
	assert_true(same(&now, &before));
	stuck_scan_free(stuck_scan);
	tracker_free(tracker);
}

/* Ports, addresses and namespaces are told apart, in whatever order they come. */
static void test_sweep_destinations(void **state)
{
	struct tracker_config tracker_config = { .max_conns = 1000 };
	struct stuck_scan_config config = { .ports = reused };
	struct tcptrail_record r;
	struct stuck_scan_found found;
	struct tracker *tracker;
	struct stuck_scan *stuck_scan;
	uint16_t i;

	assert_int_equal(tracker_create(&tracker, &tracker_config), 0);
	assert_int_equal(stuck_scan_create(&stuck_scan, &config), 0);
	for (i = 0; i < 200; i++) {
		r = script_line("0 A socket CLOSE SYN_SENT");
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
	found = walk(stuck_scan, tracker, SEC);
	assert_true(found.ports_share == 100 / 2000.0);
	stuck_scan_free(stuck_scan);
	tracker_free(tracker);
}

/* So many at one destination are a pile, one less are none: in each walk anew. */
static void test_sweep_pile(void **state)
{
	struct tracker_config tracker_config = { .max_conns = 2000 };
	struct stuck_scan_config config = { .ports = reused };
	struct stuck_scan_found found;
	struct tracker *tracker;
	struct stuck_scan *stuck_scan;
	uint16_t i, rule = 0;

	while (strcmp(verdict_name(rule), "time-wait-churn") != 0)
		rule++;
	assert_int_equal(tracker_create(&tracker, &tracker_config), 0);
	assert_int_equal(stuck_scan_create(&stuck_scan, &config), 0);
	for (i = 0; i < VERDICT_BURST + 2; i++) {
		feed_as(tracker, "0 A timewait FIN_WAIT2 TIME_WAIT", i);
		found = walk(stuck_scan, tracker, SEC);
		assert_int_equal(found.stuck[rule], i + 1 < VERDICT_BURST ? 0 : i + 1);
	}
	assert_true(found.ports_share == (VERDICT_BURST + 2) / 2000.0);
	stuck_scan_free(stuck_scan);
	tracker_free(tracker);
}

/* 3000 CLOSE-WAITs of many ages, a pile of TIME-WAITs, a flood of SYNs. */
static struct tracker *make_stuck(void)
{
	struct tracker_config config = { .max_conns = 10000 };
	struct tracker *tracker;
	char line[128];
	unsigned int i;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	for (i = 0; i < 1200; i++)
		feed_as(tracker, "60000000 A timewait FIN_WAIT2 TIME_WAIT comm=shop pid=5", i);
	for (i = 2000; i < 5000; i++) {
		snprintf(line, sizeof(line), "%u A socket ESTABLISHED CLOSE_WAIT inode=%u",
			 i * 7919 % 3000 / 2 * 10000, i);
		feed_as(tracker, line, i);
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
static void tell_worst(const struct top_n *worst, const struct stuck_scan *stuck_scan,
		       struct buf *out)
{
	struct top_n_facts facts = { STUCK_NOW_NS, stuck_scan_requests(stuck_scan), NULL };
	struct top_n_cursor cursor = { 0 };
	size_t i, from, lines;
	bool more;

	buf_init(out, NULL);
	do {
		from = out->len;
		more = top_n_tell(worst, &facts, &cursor, out);
		for (lines = 0, i = from; i < out->len; i++)
			lines += out->data[i] == '\n';
		assert_true(lines <= TOP_N_SLICE);
	} while (more);
}

/* What is picked in slices is what stuck finds in one go. */
static void test_worst(void **state)
{
	struct stuck_query query = { .now_ns = STUCK_NOW_NS, .ports = reused };
	struct stuck_scan_config config = { .ports = reused };
	struct tracker *tracker = make_stuck();
	struct stuck_out o = { .tracker = tracker };
	struct top_n_facts facts = { .now_ns = STUCK_NOW_NS };
	struct top_n_cursor cursor = { 0 };
	struct buf expected, told;
	struct tcptrail_record r;
	struct stuck_scan *stuck_scan;
	struct stuck *list;
	size_t i, count;

	assert_int_equal(top_n_create(&config.worst, tracker, reused, NULL), 0);
	assert_int_equal(stuck_scan_create(&stuck_scan, &config), 0);
	while (!stuck_scan_on(stuck_scan, tracker, STUCK_NOW_NS, 7))
		;
	buf_init(&expected, NULL);
	assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
	assert_int_equal(count, 1 + 3000 + 100);
	for (i = 0; i < TOP_N_MAX; i++)
		stuck_json(&o, &expected, &list[i]);
	tell_worst(config.worst, stuck_scan, &told);
	assert_string_equal(buf_string(&told), buf_string(&expected));
	assert_non_null(strstr(buf_string(&told), "\"verdict\":\"syn-recv-flood\""));
	assert_non_null(strstr(buf_string(&told), "\"maker\":{\"comm\":\"shop\",\"pid\":5"));
	buf_free(&told);

	/* One has moved on, another's place is taken: neither is told. */
	r = script_line("61900000 A socket CLOSE_WAIT LAST_ACK");
	r.cookie = list[1].conn->cookie;
	tracker_feed(tracker, &r, 1);
	r = script_line("61900000 A socket LAST_ACK CLOSE");
	tracker_feed(tracker, &r, 1);
	r.cookie = list[2].conn->cookie;
	tracker_feed(tracker, &r, 1);
	tracker_settle(tracker);
	feed_as(tracker, "61900000 A socket ESTABLISHED CLOSE_WAIT", 6000);
	buf_free(&expected);
	buf_init(&expected, NULL);
	for (i = 0; i < TOP_N_MAX; i++)
		if (i != 1 && i != 2)
			stuck_json(&o, &expected, &list[i]);
	tell_worst(config.worst, stuck_scan, &told);
	assert_string_equal(buf_string(&told), buf_string(&expected));

	/* A new list while the old one is told: it begins anew. */
	buf_free(&expected);
	told.len = 0;
	facts.requests = stuck_scan_requests(stuck_scan);
	top_n_tell(config.worst, &facts, &cursor, &told);
	walk(stuck_scan, tracker, STUCK_NOW_NS);
	while (top_n_tell(config.worst, &facts, &cursor, &told))
		;
	tell_worst(config.worst, stuck_scan, &expected);
	assert_string_equal(buf_string(&told), buf_string(&expected));
	buf_free(&told);
	buf_free(&expected);
	free(list);
	stuck_scan_free(stuck_scan);
	top_n_free(config.worst);
	tracker_free(tracker);
}

static uint64_t stuck_by(const struct stuck_scan_found *found, const char *name)
{
	unsigned int i = 0;

	while (strcmp(verdict_name(i), name) != 0)
		i++;
	return found->stuck[i];
}

#define LIVE_NS (22 * SEC)

static const struct kernel_socket *live_by_cookie(void *arg, uint64_t cookie, uint64_t *at_ns)
{
	static const struct kernel_socket lives[] = {
		{ 1001, KERNEL_TIMER_PROBE, .has_info = true, .sent_ms = 12000 },
		{ 1002, KERNEL_TIMER_RETRANSMIT, 3, .has_info = true, .acked_ms = 12000 },
		{ 1003, KERNEL_TIMER_RETRANSMIT, 3, .has_info = true, .acked_ms = 9000 },
		{ 1004, .has_info = true, .acked_ms = 12000 },
		{ 1005, KERNEL_TIMER_PROBE, .has_info = true },
		{ 1006, KERNEL_TIMER_RETRANSMIT, 3, .has_info = true },
		{ 1007, .queued = 2, .backlog = 1 },
	};
	size_t i;

	*at_ns = LIVE_NS;
	for (i = 0; i < ARRAY_SIZE(lives); i++)
		if (lives[i].cookie == cookie)
			return &lives[i];
	return NULL;
}

/* What the kernel knows decides between two verdicts, and over what has none without. */
static void test_sweep_live(void **state)
{
	struct stuck_scan_config config = { .ports = reused, .live = live_by_cookie };
	struct tracker_config tracker_config = { .max_conns = 1000 };
	struct stuck_scan_found found;
	struct tcptrail_record r;
	struct tracker *tracker;
	struct stuck_scan *stuck_scan;
	char line[128];
	unsigned int i;

	assert_int_equal(tracker_create(&tracker, &tracker_config), 0);
	assert_int_equal(stuck_scan_create(&stuck_scan, &config), 0);
	for (i = 1; i <= 4; i++)
		feed_as(tracker, "0 A socket SYN_SENT ESTABLISHED unacked=7", i);
	feed_as(tracker, "20000000 A socket ESTABLISHED FIN_WAIT1 unacked=7", 5);
	feed_as(tracker, "20000000 A socket CLOSE_WAIT LAST_ACK", 6);
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

	found = walk(stuck_scan, tracker, LIVE_NS);
	assert_int_equal(stuck_by(&found, "established-zero-window"), 1);
	assert_int_equal(stuck_by(&found, "established-unanswered"), 1);
	assert_int_equal(stuck_by(&found, "accept-queue-full"), 1);
	assert_int_equal(stuck_by(&found, "fin-wait1-zero-window"), 0); /* not yet */
	assert_true(stuck_scan_next_ns(stuck_scan) <= LIVE_NS + SEC);
	found = walk(stuck_scan, tracker, LIVE_NS + SEC);
	assert_int_equal(stuck_by(&found, "established-unanswered"), 2);
	found = walk(stuck_scan, tracker, 40 * SEC);
	assert_int_equal(stuck_by(&found, "fin-wait1-zero-window"), 1);
	assert_int_equal(stuck_by(&found, "last-ack-unanswered"), 1);
	assert_int_equal(stuck_by(&found, "syn-recv-flood"), VERDICT_FLOOD);
	assert_int_equal(stuck_by(&found, "syn-recv-queue-full"), 1);
	assert_int_equal(stuck_by(&found, "established-unanswered"), 2);
	stuck_scan_free(stuck_scan);
	tracker_free(tracker);
}

static void test_groups(void **state)
{
	struct tracker *tracker = make_model();
	struct stuck_scan_config config = { 0 };
	const struct group_set *set;
	struct groups *groups;
	struct stuck_scan *stuck_scan;
	struct conn c = { .lport = 443, .rport = 80, .role = CONN_ACTIVE, .end = CONN_NORMAL };

	assert_int_equal(groups_create(&groups), 0);
	assert_int_equal(groups_by_port(groups, (uint16_t[]){ 80, 443 }, 2), 0);
	assert_int_equal(groups_by_unit(groups, 2, unit_name, NULL), 0);
	config.groups = groups;
	assert_int_equal(stuck_scan_create(&stuck_scan, &config), 0);
	while (!stuck_scan_on(stuck_scan, tracker, SEC, 100))
		;
	set = groups_ports(groups);
	assert_int_equal(set->count, 3);
	assert_int_equal(set->list[0].sockets[TCPTRAIL_SYN_SENT], 300);
	assert_int_equal(set->list[0].sockets[TCPTRAIL_CLOSE_WAIT], 1);
	set = groups_units(groups);
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
	assert_int_equal(groups_ports(groups)->list[1].ended[CONN_NORMAL], 1);
	assert_int_equal(groups_ports(groups)->list[0].ended[CONN_NORMAL], 0);
	stuck_scan_free(stuck_scan);
	groups_free(groups);
	tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sweep),	   cmocka_unit_test(test_sweep_next),
		cmocka_unit_test(test_sweep_pile), cmocka_unit_test(test_sweep_destinations),
		cmocka_unit_test(test_worst),	   cmocka_unit_test(test_sweep_live),
		cmocka_unit_test(test_groups),
	};

	return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
