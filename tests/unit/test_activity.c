// SPDX-License-Identifier: GPL-2.0
/* The numbers of a live screen: each thing counted once, at whichever look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "script.h"
#include "userspace/conn/activity.h"
#include "userspace/base/time.h"
#include "userspace/conn/filter_conn.h"

#define RECORDS_MAX 256

/* A client and a server, 20 ms apart; the SYN is sent twice. */
static const char story[] = "0 A socket CLOSE SYN_SENT nolport comm=curl pid=812\n"
			    "10 A out SYN seq=1\n"
			    "1000000 A out SYN seq=1\n"
			    "1010000 B in SYN seq=1\n"
			    "1010010 B request CLOSE NEW_SYN_RECV\n"
			    "1010020 B out SYN,ACK seq=9 ack=2\n"
			    "1020000 A in SYN,ACK seq=9 ack=2\n"
			    "1020010 A socket SYN_SENT ESTABLISHED\n"
			    "1030000 B socket LISTEN SYN_RECV child unaddressed\n"
			    "1030001 B request NEW_SYN_RECV CLOSE reason=established\n"
			    "1030010 B socket SYN_RECV ESTABLISHED\n"
			    "1030510 B accept ESTABLISHED comm=nginx pid=99 inode=5\n"
			    "2000000 A socket ESTABLISHED FIN_WAIT1 comm=curl pid=812\n"
			    "2000010 A out FIN,ACK seq=2 ack=10\n"
			    "2010000 B in FIN,ACK seq=2 ack=10\n"
			    "2010010 B socket ESTABLISHED CLOSE_WAIT inode=5\n"
			    "2020000 A socket FIN_WAIT1 FIN_WAIT2\n"
			    "2500000 A out RST,ACK seq=3 ack=10\n"
			    "2500010 A socket FIN_WAIT2 CLOSE\n"
			    "2510000 B in RST,ACK seq=3 ack=10\n"
			    "2510010 B socket CLOSE_WAIT CLOSE err=104\n"
			    "3000000 A loss 17\n";

struct run {
	struct tracker *tracker;
	struct activity *activity;
};

static void start(struct run *r)
{
	struct tracker_config config = { .record = activity_record, .step = activity_step };

	r->activity = calloc(1, sizeof(*r->activity));
	assert_non_null(r->activity);
	config.arg = r->activity;
	assert_int_equal(tracker_create(&r->tracker, &config), 0);
}

static void finish(struct run *r)
{
	tracker_free(r->tracker);
	free(r->activity);
}

static void look(struct run *r, uint64_t now_ns)
{
	tracker_advance(r->tracker, now_ns);
	activity_update(r->activity, r->tracker, now_ns);
}

/* Feed the story; look after every @step records. */
static void play(struct run *r, size_t step)
{
	struct tcptrail_record records[RECORDS_MAX];
	size_t count = script_records(story, records, RECORDS_MAX), i, n;

	for (i = 0; i < count; i += n) {
		n = count - i < step ? count - i : step;
		tracker_feed(r->tracker, &records[i], n);
		look(r, records[i + n - 1].time_ns);
	}
	tracker_settle(r->tracker);
	look(r, 5 * SEC);
}

static uint64_t spans(const struct run *r, enum activity_time which, uint64_t *max)
{
	struct quantiles *sum = malloc(sizeof(*sum));
	uint64_t count;

	window_sum(&r->activity->windows[which], 5 * SEC, sum);
	count = sum->count;
	*max = sum->max;
	free(sum);
	return count;
}

/* However often one looks, and whatever ends between two looks. */
static void test_once(void **state)
{
	for (size_t step = 1; step < 30; step++) {
		struct run r;
		const struct activity *s;
		uint64_t max;

		start(&r);
		s = r.activity;
		play(&r, step);
		assert_int_equal(s->total, 0);
		assert_int_equal(counters_entered(&s->counters, TCPTRAIL_SYN_SENT), 1);
		assert_int_equal(counters_entered(&s->counters, TCPTRAIL_SYN_RECV), 1);
		assert_int_equal(counters_entered(&s->counters, TCPTRAIL_ESTABLISHED), 2);
		assert_int_equal(counters_entered(&s->counters, TCPTRAIL_CLOSE_WAIT), 1);
		assert_int_equal(counters_entered(&s->counters, TCPTRAIL_FIN_WAIT2), 1);
		assert_int_equal(counters_entered(&s->counters, TCPTRAIL_TIME_WAIT), 0);
		assert_int_equal(counters_entered(&s->counters, TCPTRAIL_ESTABLISHED), 2);
		assert_int_equal(counters_all_ended(&s->counters), 2);
		assert_int_equal(s->counters.retransmits[COUNTERS_SYN], 1);
		assert_int_equal(s->counters.retransmits[COUNTERS_SYN_ACK], 0);
		assert_int_equal(s->counters.resets[TCPTRAIL_OUT], 1);
		assert_int_equal(s->counters.resets[TCPTRAIL_IN], 1);
		assert_int_equal(s->lost, 17);
		assert_int_equal(spans(&r, ACTIVITY_CLIENT, &max), 1);
		assert_int_equal(max, 1020010000);
		assert_int_equal(spans(&r, ACTIVITY_SERVER, &max), 1);
		assert_in_range(max, 20000000, 20010000);
		assert_int_equal(spans(&r, ACTIVITY_ACCEPT, &max), 1);
		assert_int_equal(max, 500000);
		finish(&r);
	}
}

static void test_gauges(void **state)
{
	struct tcptrail_record records[RECORDS_MAX];
	const struct flow *flow;
	struct run r;

	start(&r);
	assert_true(script_records(story, records, RECORDS_MAX) > 16);
	tracker_feed(r.tracker, records, 5);
	activity_update(r.activity, r.tracker, 2 * SEC);
	assert_int_equal(r.activity->states[TCPTRAIL_SYN_SENT], 1);
	assert_int_equal(r.activity->states[TCPTRAIL_SYN_RECV], 1);
	assert_int_equal(r.activity->total, 2);
	tracker_feed(r.tracker, &records[5], 11);
	activity_update(r.activity, r.tracker, 3 * SEC);
	assert_int_equal(r.activity->states[TCPTRAIL_SYN_RECV], 0);
	assert_int_equal(r.activity->states[TCPTRAIL_FIN_WAIT1], 1);
	assert_int_equal(r.activity->states[TCPTRAIL_CLOSE_WAIT], 1);
	assert_int_equal(r.activity->total, 2);
	assert_int_equal(activity_recent_ns(r.activity), SEC);
	assert_int_equal(r.activity->flows.count, 3);
	for (unsigned int i = 0; i < 3; i++) {
		flow = &r.activity->flows.list[i];
		if (!strcmp(flow->key.comm, "curl")) {
			assert_false(flow->key.passive);
			assert_int_equal(flow->key.port, 80);
			assert_int_equal(flow->opened, 1);
			assert_int_equal(flow->live, 1);
			/* It was there at the first look: history, not recent. */
			assert_int_equal(flow_recent(flow), 0);
		} else if (!strcmp(flow->key.comm, "nginx")) {
			assert_true(flow->key.passive);
			assert_int_equal(flow->live, 1);
		} else {
			/* Before accept() nobody was known to have it. */
			assert_int_equal(flow->live, 0);
		}
	}
	/* What has ended is no socket, though it waits to be told. */
	tracker_feed(r.tracker, &records[16], 5);
	activity_update(r.activity, r.tracker, 3 * SEC);
	assert_int_equal(tracker_count(r.tracker), 2);
	assert_int_equal(r.activity->total, 0);
	finish(&r);
}

static bool wanted(void *arg, const struct tracker *m, const struct conn *c, uint8_t state)
{
	return filter_conn(arg, m, c, state);
}

/* Of those that are wanted, in what has no task of its own, too. */
static void test_wanted(void **state)
{
	struct filter f = { 0 };
	struct run r;

	start(&r);
	assert_int_equal(filter_add(&f, FILTER_COMM, "curl"), 0);
	r.activity->wanted = wanted;
	r.activity->arg = &f;
	play(&r, 3);
	assert_int_equal(counters_entered(&r.activity->counters, TCPTRAIL_ESTABLISHED), 1);
	assert_int_equal(counters_entered(&r.activity->counters, TCPTRAIL_CLOSE_WAIT), 0);
	assert_int_equal(counters_entered(&r.activity->counters, TCPTRAIL_FIN_WAIT2), 1);
	assert_int_equal(r.activity->counters.resets[TCPTRAIL_OUT], 1);
	assert_int_equal(counters_all_ended(&r.activity->counters), 1);
	assert_int_equal(r.activity->lost, 17);
	activity_restart(r.activity);
	assert_true(r.activity->wanted == wanted);
	assert_int_equal(counters_all_ended(&r.activity->counters), 0);
	finish(&r);
}

static void test_window(void **state)
{
	struct window *w = calloc(1, sizeof(*w));
	struct quantiles *sum = malloc(sizeof(*sum));

	window_sum(w, 100 * SEC, sum);
	assert_int_equal(sum->count, 0);
	window_add(w, 100 * SEC, 5);
	window_add(w, 130 * SEC, 7);
	window_sum(w, 130 * SEC, sum);
	assert_int_equal(sum->count, 2);
	assert_int_equal(sum->max, 7);
	window_sum(w, 159 * SEC, sum);
	assert_int_equal(sum->count, 2);
	window_sum(w, 175 * SEC, sum);
	assert_int_equal(sum->count, 1);
	assert_int_equal(quantiles_percentile(sum, 50), 7);
	window_sum(w, 10000 * SEC, sum);
	assert_int_equal(sum->count, 0);
	/* What is older than the slot's present slice changes nothing. */
	window_add(w, 1000 * SEC, 9);
	window_add(w, 100 * SEC, 1);
	window_sum(w, 1000 * SEC, sum);
	assert_int_equal(sum->count, 1);
	/* What is said to come much later keeps its slot from nobody. */
	for (uint64_t i = 0; i < WINDOW_SLICES; i++)
		window_add(w, 100000 * SEC + i * WINDOW_SLICE_NS, 1);
	window_sum(w, 1000 * SEC, sum);
	assert_int_equal(sum->count, 0);
	window_add(w, 1000 * SEC, 9);
	window_sum(w, 1000 * SEC, sum);
	assert_int_equal(sum->count, 1);
	assert_int_equal(sum->max, 9);
	window_add(w, UINT64_MAX, 1);
	window_add(w, 0, 1);
	window_sum(w, UINT64_MAX, sum);
	window_sum(w, 0, sum);
	free(sum);
	free(w);
}

/* One record from far ahead: what comes after it is counted as without it. */
static void test_far_ahead(void **state)
{
	const struct tcptrail_record ahead = { .kind = TCPTRAIL_LOSS,
					       .time_ns = 1000000 * SEC,
					       .loss.count = 1 };
	struct tcptrail_record records[RECORDS_MAX];
	size_t count = script_records(story, records, RECORDS_MAX);
	uint64_t max;
	struct run r;

	start(&r);
	tracker_feed(r.tracker, &ahead, 1);
	activity_update(r.activity, r.tracker, SEC / 2);
	tracker_feed(r.tracker, records, count);
	activity_update(r.activity, r.tracker, 5 * SEC);
	assert_int_equal(spans(&r, ACTIVITY_CLIENT, &max), 1);
	assert_int_equal(spans(&r, ACTIVITY_SERVER, &max), 1);
	finish(&r);
}

/* A table that is full stays so. */
static void test_flows_bounded(void **state)
{
	struct tcptrail_record r;
	struct run run;

	start(&run);
	for (unsigned int i = 0; i < FLOWS_MAX + 100; i++) {
		r = script_line("10 A socket CLOSE SYN_SENT comm=curl pid=812");
		r.cookie = 1000 + i;
		r.lport = (uint16_t)(1000 + i);
		r.rport = (uint16_t)(20000 + i);
		tracker_feed(run.tracker, &r, 1);
	}
	activity_update(run.activity, run.tracker, 2 * SEC);
	assert_int_equal(run.activity->flows.count, FLOWS_MAX);
	/* What is idle goes, after as many looks as are recent. */
	tracker_free(run.tracker);
	assert_int_equal(tracker_create(&run.tracker, &(struct tracker_config){ 0 }), 0);
	for (unsigned int i = 0; i < FLOWS_UPDATES + 2; i++)
		activity_update(run.activity, run.tracker, (3 + i) * SEC);
	assert_int_equal(run.activity->flows.count, 0);
	finish(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),	  cmocka_unit_test(test_gauges),
		cmocka_unit_test(test_wanted),	  cmocka_unit_test(test_window),
		cmocka_unit_test(test_far_ahead), cmocka_unit_test(test_flows_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
