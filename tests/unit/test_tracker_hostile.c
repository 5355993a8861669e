// SPDX-License-Identifier: GPL-2.0
/*
 * Records that make no sense: nothing they say makes the model misbehave or
 * grow beyond its limit. The same numbers on every run; build with
 * CFLAGS="-g -fsanitize=address,undefined" to see what a mistake would do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "userspace/conn/counters.h"
#include "userspace/explain/ladder.h"
#include "userspace/conn/tracker.h"
#include "userspace/diagnose/stuck.h"
#include "userspace/explain/narrative.h"
#include "userspace/print/ladder_out.h"

#define RECORDS 300000

static uint64_t seed;

static uint64_t random_u64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static unsigned int below(unsigned int n)
{
	return (unsigned int)(random_u64() >> 33) % n;
}

/* Few names, so that records meet; now and then all bytes are noise. */
static void make_record(struct tcptrail_record *r, unsigned int names)
{
	unsigned int i;

	for (i = 0; i < sizeof(*r) / 8; i++)
		((uint64_t *)r)[i] = random_u64();
	if (below(50) == 0)
		return;
	r->kind = (const uint8_t[]){ 1, 1, 1, 2, 3, 4, 5, 5, 6, 128 }[below(10)];
	if (below(20))
		r->time_ns = 1000000000ULL + random_u64() % 100000000000ULL;
	r->cookie = below(3) ? below(names) : 0;
	r->netns = below(3);
	r->flags = below(4) ? 0 : r->flags;
	r->family = (const uint8_t[]){ 2, 10, 0 }[below(3)];
	for (i = 0; i < 2; i++) {
		uint8_t *address = i ? r->raddr : r->laddr;

		memset(address, 0, 16);
		if (below(4))
			memset(address + 10, 0xff, 2);
		address[15] = (uint8_t)below(4);
	}
	r->lport = (uint16_t)below(names);
	r->rport = (uint16_t)below(4);
	if (r->kind == TCPTRAIL_SEGMENT) {
		r->segment.direction = below(2);
		r->segment.seq = below(names);
		r->segment.ack = below(4);
	} else if (r->kind != TCPTRAIL_LOSS) {
		r->transition.old_state = (uint8_t)below(14);
		r->transition.new_state = (uint8_t)below(14);
		r->transition.reason = (uint8_t)below(13);
		memset(r->transition.comm, 'a' + (char)below(26), 16);
		r->transition.pid = below(100);
	}
}

static void count_ended(void *arg, const struct tracker *tracker, const struct conn *conn)
{
	uint8_t address[16];

	const struct conn *other = tracker_peer(tracker, conn);

	/* The other one is told with it, if it is over, too. */
	++*(uint64_t *)arg;
	if (conn->other && other->end && !(other->flags & CONN_QUEUED))
		++*(uint64_t *)arg;
	assert_true(conn->end != CONN_LIVES && conn->end < CONN_ENDS);
	tracker_laddr(tracker, conn, address);
	tracker_raddr(tracker, conn, address);
	tracker_task(tracker, conn->opener);
}

static void check(const struct tracker *tracker, uint32_t limit)
{
	uint64_t places[COUNTERS_PLACES] = { 0 };
	const struct conn *c;
	uint32_t count = 0;

	for (c = tracker_next(tracker, NULL); c; c = tracker_next(tracker, c)) {
		count++;
		places[counters_place(c)]++;
		if (c->other)
			assert_ptr_equal(tracker_peer(tracker, tracker_peer(tracker, c)), c);
		tracker_listener(tracker, c);
		if (c->owner)
			assert_true(tracker_task(tracker, c->owner)->refs > 0);
	}
	assert_int_equal(count, tracker_count(tracker));
	assert_true(count <= limit);
	/* places[0] is for those that do not live. */
	assert_memory_equal(&places[1], &tracker_counters(tracker)->places[1],
			    sizeof(places) - sizeof(places[0]));
}

static void run_model(uint32_t limit, unsigned int names, bool join)
{
	struct tracker_config config = { .max_conns = limit, .join = join, .ended = count_ended };
	struct stuck_query query = { .states = ~0U, .older_ns = 1 };
	struct tcptrail_record records[100];
	const struct tracker_stats *stats;
	struct tracker *tracker;
	struct stuck_scan *scan;
	uint64_t ended = 0;
	size_t i, n;

	config.arg = &ended;
	seed = 0x2545f4914f6cdd1dULL + limit;
	assert_int_equal(tracker_create(&tracker, &config), 0);
	for (i = 0; i < RECORDS / 100; i++) {
		for (n = 0; n < 100; n++)
			make_record(&records[n], names);
		tracker_feed(tracker, records, 100);
		if (i % 100 == 0)
			check(tracker, limit);
	}
	query.tracker = tracker;
	query.now_ns = random_u64();
	assert_int_equal(stuck_find(&scan, &query), 0);
	stuck_scan_free(scan);
	tracker_settle(tracker);
	check(tracker, limit);
	stats = tracker_stats(tracker);
	assert_int_equal(stats->records, RECORDS);
	assert_int_equal(stats->ended, ended);
	assert_int_equal(stats->created, ended + tracker_count(tracker));
	tracker_free(tracker);
}

static void test_few_names(void **state)
{
	run_model(1000, 50, false);
	run_model(1000, 50, true);
}

static void test_many_names(void **state)
{
	run_model(1000, 60000, false);
	run_model(1000, 60000, true);
}

static void test_tiny(void **state)
{
	run_model(1, 100, false);
	run_model(1, 100, true);
}

static void test_roomy(void **state)
{
	run_model(100000, 60000, false);
	run_model(100000, 60000, true);
}

/* A flood of half-open connections costs those that were flooded, nobody else. */
static void test_flood(void **state)
{
	struct tracker_config config = { .max_conns = 1000 };
	struct tcptrail_record r = { .kind = TCPTRAIL_SOCKET, .netns = 1 };
	const struct conn *c;
	struct tracker *tracker;
	unsigned int i, kept = 0;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	memset(r.laddr + 10, 0xff, 2);
	memset(r.raddr + 10, 0xff, 2);
	r.transition.old_state = TCPTRAIL_ESTABLISHED;
	r.transition.new_state = TCPTRAIL_CLOSE_WAIT;
	for (i = 1; i <= 100; i++) {
		r.cookie = i;
		r.rport = (uint16_t)i;
		r.time_ns = i;
		tracker_feed(tracker, &r, 1);
	}
	r.kind = TCPTRAIL_REQUEST;
	r.transition.old_state = TCPTRAIL_CLOSE;
	r.transition.new_state = TCPTRAIL_NEW_SYN_RECV;
	for (i = 0; i < 100000; i++) {
		r.cookie = 1000 + i;
		memcpy(r.raddr + 12, &i, 4);
		r.time_ns = 1000 + i;
		tracker_feed(tracker, &r, 1);
	}
	for (c = tracker_next(tracker, NULL); c; c = tracker_next(tracker, c))
		kept += c->state == TCPTRAIL_CLOSE_WAIT;
	assert_int_equal(kept, 100);
	assert_int_equal(tracker_count(tracker), 1000);
	assert_int_equal(tracker_stats(tracker)->evicted, 100000 + 100 - 1000);
	tracker_free(tracker);
}

/* Ladders of noise: whatever is in them, they are drawn in 80 columns or not at all. */
static void run_ladders(const char *text, unsigned int count, unsigned int names)
{
	struct ladder_style style = { 0 };
	struct tcptrail_record r;
	struct selector selector;
	const struct conversation *list;
	struct ladder ladder;
	struct conversations *conversations;
	size_t conversations_count, i;
	struct narrative narrative;
	struct buf out;

	clock_init(&style.clock, 0, true);
	assert_int_equal(selector_parse(&selector, text), 0);
	assert_int_equal(conversations_create(&conversations, &selector), 0);
	for (i = 0; i < count; i++) {
		make_record(&r, names);
		assert_int_equal(conversations_feed(conversations, &r, 1), 0);
	}
	assert_int_equal(conversations_sort(conversations, &list, &conversations_count), 0);
	buf_init(&out, NULL);
	for (i = 0; i < conversations_count; i++) {
		assert_int_equal(ladder_build(&ladder, &list[i]), 0);
		narrative_make(&narrative, &ladder);
		style.absolute = i & 1;
		style.ascii = i & 2;
		out.len = 0;
		ladder_text(&out, &style, &ladder, &narrative);
		ladder_json(&out, &style, &ladder, &narrative);
		ladder_free(&ladder);
	}
	buf_free(&out);
	conversations_free(conversations);
}

static void test_ladders(void **state)
{
	seed = 88172645463325252ULL;
	run_ladders(":2", 20000, 50);
	run_ladders("cookie:7", 20000, 20);
	run_ladders("0.0.0.1", 20000, 3);
	run_ladders("::2", 5000, 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few_names), cmocka_unit_test(test_many_names),
		cmocka_unit_test(test_tiny),	  cmocka_unit_test(test_roomy),
		cmocka_unit_test(test_flood),	  cmocka_unit_test(test_ladders),
	};

	return cmocka_run_group_tests_name("model_hostile", tests, NULL, NULL);
}
