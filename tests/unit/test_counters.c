// SPDX-License-Identifier: GPL-2.0
/* The model's numbers: a script of records, and what was counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/script.h"
#include "userspace/conn/counters.h"
#include "userspace/base/array.h"
#include "userspace/base/time.h"

#define RECORDS_MAX 64

#define HANDSHAKE                                                     \
	"0 A socket CLOSE SYN_SENT nolport comm=curl pid=812\n"       \
	"10 A out SYN seq=1000\n"                                     \
	"20010 B in SYN seq=1000\n"                                   \
	"20020 B request CLOSE NEW_SYN_RECV\n"                        \
	"20030 B out SYN,ACK seq=7000 ack=1001\n"                     \
	"40030 A in SYN,ACK seq=7000 ack=1001\n"                      \
	"40040 A socket SYN_SENT ESTABLISHED inode=5001\n"            \
	"60060 B socket LISTEN SYN_RECV child unaddressed cookie=0\n" \
	"60070 B request NEW_SYN_RECV CLOSE reason=established\n"     \
	"60080 B socket SYN_RECV ESTABLISHED orphan\n"

#define ACCEPT "1070080 B accept ESTABLISHED comm=httpd pid=790 inode=6001\n"

#define CLIENT_CLOSES                                          \
	"2000000 A socket ESTABLISHED FIN_WAIT1 inode=5001\n"  \
	"2000010 A out FIN,ACK seq=1101 ack=10001\n"           \
	"2020010 B in FIN,ACK seq=1101 ack=10001\n"            \
	"2020020 B socket ESTABLISHED CLOSE_WAIT inode=6001\n" \
	"2040040 A socket FIN_WAIT1 FIN_WAIT2 orphan\n"        \
	"2040050 A timewait FIN_WAIT2 FIN_WAIT2\n"             \
	"2040060 A socket FIN_WAIT2 CLOSE orphan\n"

#define SERVER_CLOSES                                       \
	"2500000 B socket CLOSE_WAIT LAST_ACK inode=6001\n" \
	"2500010 B out FIN,ACK seq=10001 ack=1102\n"        \
	"2520010 A in FIN,ACK seq=10001 ack=1102\n"         \
	"2520020 A timewait FIN_WAIT2 TIME_WAIT reason=fin\n"

#define LAST_ACK_LOST                                         \
	"2700010 B out FIN,ACK seq=10001 ack=1102\n"          \
	"2720020 A timewait TIME_WAIT TIME_WAIT reason=fin\n" \
	"2740030 B socket LAST_ACK CLOSE orphan\n"

#define TIME_WAIT_OVER "62720020 A timewait TIME_WAIT CLOSE reason=timeout\n"

static struct tracker *feed(const char *script)
{
	struct tracker_config config = { .max_conns = 100 };
	struct tcptrail_record records[RECORDS_MAX];
	size_t count = script_records(script, records, RECORDS_MAX);
	struct tracker *tracker;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	tracker_feed(tracker, records, count);
	return tracker;
}

static uint64_t histogram_count(const struct histogram *h)
{
	uint64_t count = 0;

	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
		count += h->buckets[i];
	return count;
}

/* Which bucket has the one span; -1 if there is not exactly one. */
static int bucket_of_one(const struct histogram *h)
{
	int i;

	if (histogram_count(h) != 1)
		return -1;
	for (i = 0; !h->buckets[i]; i++)
		;
	return i;
}

static void expect_one(const struct histogram *h, enum histogram_scale scale, uint64_t span_ns)
{
	int i = bucket_of_one(h);

	assert_int_not_equal(i, -1);
	assert_true(i == HISTOGRAM_BUCKETS - 1 || span_ns <= histogram_bounds[scale][i]);
	assert_true(i == 0 || span_ns > histogram_bounds[scale][i - 1]);
	/* Some are kept in whole microseconds. */
	assert_in_range(h->sum_s * SEC + h->sum_ns, span_ns - 1000, span_ns + 1000);
}

static void test_sockets(void **state)
{
	static const struct {
		const char *script;
		enum conn_object object[2];
		uint8_t state[2];
		unsigned int unaccepted;
	} scenes[] = {
		{ "0 A socket CLOSE SYN_SENT nolport\n10 B request CLOSE NEW_SYN_RECV\n",
		  { CONN_SOCKET, CONN_REQUEST },
		  { TCPTRAIL_SYN_SENT, TCPTRAIL_NEW_SYN_RECV },
		  0 },
		{ HANDSHAKE,
		  { CONN_SOCKET, CONN_SOCKET },
		  { TCPTRAIL_ESTABLISHED, TCPTRAIL_ESTABLISHED },
		  1 },
		{ HANDSHAKE
		  "1000000 B in FIN,ACK\n1000010 B socket ESTABLISHED CLOSE_WAIT orphan\n",
		  { CONN_SOCKET, CONN_SOCKET },
		  { TCPTRAIL_ESTABLISHED, TCPTRAIL_CLOSE_WAIT },
		  1 },
		{ HANDSHAKE ACCEPT CLIENT_CLOSES,
		  { CONN_MINISOCKET, CONN_SOCKET },
		  { TCPTRAIL_FIN_WAIT2, TCPTRAIL_CLOSE_WAIT },
		  0 },
		{ HANDSHAKE ACCEPT CLIENT_CLOSES SERVER_CLOSES,
		  { CONN_MINISOCKET, CONN_SOCKET },
		  { TCPTRAIL_TIME_WAIT, TCPTRAIL_LAST_ACK },
		  0 },
	};
	const struct counters *counters;
	struct tracker *tracker;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(scenes); i++) {
		tracker = feed(scenes[i].script);
		counters = tracker_counters(tracker);
		assert_int_equal(counters_sockets(counters, scenes[i].object[0],
						  scenes[i].state[0]),
				 scenes[i].object[0] == scenes[i].object[1] &&
						 scenes[i].state[0] == scenes[i].state[1] ?
					 2 :
					 1);
		assert_true(counters_sockets(counters, scenes[i].object[1], scenes[i].state[1]) >
			    0);
		assert_int_equal(counters_unaccepted(counters), scenes[i].unaccepted);
		tracker_free(tracker);
	}
}

static void test_whole_life(void **state)
{
	struct tracker *tracker =
		feed(HANDSHAKE ACCEPT CLIENT_CLOSES SERVER_CLOSES LAST_ACK_LOST TIME_WAIT_OVER);
	const struct counters *c = tracker_counters(tracker);
	unsigned int place;

	tracker_settle(tracker);
	for (place = 1; place < COUNTERS_PLACES; place++)
		assert_int_equal(c->places[place], 0);

	assert_int_equal(c->opened[CONN_ACTIVE], 1);
	assert_int_equal(c->opened[CONN_PASSIVE], 1);
	assert_int_equal(c->accepted, 1);
	assert_int_equal(c->ended[CONN_NORMAL], 2);
	assert_int_equal(c->transitions[TCPTRAIL_CLOSE][TCPTRAIL_SYN_SENT], 1);
	assert_int_equal(c->transitions[TCPTRAIL_LISTEN][TCPTRAIL_SYN_RECV], 1);
	assert_int_equal(c->transitions[TCPTRAIL_FIN_WAIT2][TCPTRAIL_CLOSE], 1);
	assert_int_equal(c->transitions[TCPTRAIL_FIN_WAIT2][TCPTRAIL_TIME_WAIT], 0);
	assert_int_equal(c->requests, 1);
	assert_int_equal(c->request_ends[TCPTRAIL_REASON_ESTABLISHED], 1);
	assert_int_equal(c->time_waits, 1);
	assert_int_equal(c->overflows, 0);
	assert_int_equal(c->rearms[TCPTRAIL_REASON_FIN], 1);
	assert_int_equal(c->minisocket_ends[TCPTRAIL_TIME_WAIT][TCPTRAIL_REASON_TIMEOUT], 1);
	assert_int_equal(c->retransmits[COUNTERS_SYN], 0);
	assert_int_equal(c->retransmits[COUNTERS_FIN], 1);

	expect_one(&c->handshake[CONN_ACTIVE], HISTOGRAM_FAST, 40040000);
	expect_one(&c->handshake[CONN_PASSIVE], HISTOGRAM_FAST, 40060000);
	expect_one(&c->accept_wait, HISTOGRAM_FAST, 1010 * MS);
	expect_one(&c->time_wait, HISTOGRAM_SLOW, 60200000000);
	assert_int_equal(histogram_count(&c->half_close), 2);
	assert_int_equal(histogram_count(&c->teardown), 2);
	expect_one(&c->state[TCPTRAIL_SYN_SENT], HISTOGRAM_SLOW, 40040000);
	/* The request socket's time is in it, and told once. */
	expect_one(&c->state[TCPTRAIL_SYN_RECV], HISTOGRAM_SLOW, 40060000);
	assert_int_equal(histogram_count(&c->state[TCPTRAIL_NEW_SYN_RECV]), 0);
	assert_int_equal(histogram_count(&c->state[TCPTRAIL_ESTABLISHED]), 2);
	expect_one(&c->state[TCPTRAIL_FIN_WAIT2], HISTOGRAM_SLOW, 479980000);
	expect_one(&c->state[TCPTRAIL_CLOSE_WAIT], HISTOGRAM_SLOW, 479980000);
	expect_one(&c->state[TCPTRAIL_LAST_ACK], HISTOGRAM_SLOW, 240030000);
	expect_one(&c->state[TCPTRAIL_TIME_WAIT], HISTOGRAM_SLOW, 60200 * MS);
	tracker_free(tracker);
}

static void test_retransmits(void **state)
{
	struct tracker *tracker = feed("0 A socket CLOSE SYN_SENT nolport\n"
				       "10 A out SYN\n"
				       "1000010 A out SYN\n"
				       "3000010 A out SYN\n"
				       "20 B request CLOSE NEW_SYN_RECV\n"
				       "30 B out SYN,ACK\n"
				       "1000030 B out SYN,ACK\n"
				       "9000000 B request NEW_SYN_RECV CLOSE reason=timeout\n"
				       "9500000 A in RST,ACK\n"
				       "9500010 A socket SYN_SENT CLOSE err=111\n"
				       "9600000 B out RST\n");
	const struct counters *c = tracker_counters(tracker);

	tracker_settle(tracker);
	assert_int_equal(c->retransmits[COUNTERS_SYN], 2);
	assert_int_equal(c->retransmits[COUNTERS_SYN_ACK], 1);
	assert_int_equal(c->resets[TCPTRAIL_IN], 1);
	assert_int_equal(c->resets[TCPTRAIL_OUT], 1);
	assert_int_equal(c->request_ends[TCPTRAIL_REASON_TIMEOUT], 1);
	assert_int_equal(c->ended[CONN_REFUSED], 1);
	assert_int_equal(c->ended[CONN_UNANSWERED], 1);
	assert_int_equal(c->opened[CONN_PASSIVE], 0);
	assert_int_equal(histogram_count(&c->handshake[CONN_ACTIVE]), 0);
	tracker_free(tracker);
}

/* What began before the trail has no length that could be told. */
static void test_found(void **state)
{
	struct tracker *tracker = feed("0 A snapshot CLOSE_WAIT age_us=5000000 inode=7\n"
				       "0 B snapshot LISTEN listener inode=8\n"
				       "1000000 A socket CLOSE_WAIT LAST_ACK\n"
				       "1500000 A socket LAST_ACK CLOSE\n");
	const struct counters *c = tracker_counters(tracker);

	assert_int_equal(counters_sockets(c, CONN_SOCKET, TCPTRAIL_LISTEN), 1);
	tracker_settle(tracker);
	assert_int_equal(histogram_count(&c->state[TCPTRAIL_CLOSE_WAIT]), 0);
	expect_one(&c->state[TCPTRAIL_LAST_ACK], HISTOGRAM_SLOW, 500 * MS);
	assert_int_equal(c->ended[CONN_NORMAL], 1);
	tracker_free(tracker);
}

/* The active closer's socket is gone, and no minisocket has taken over. */
static void test_overflow(void **state)
{
	struct tracker *tracker = feed(HANDSHAKE ACCEPT
				       "2000000 A socket ESTABLISHED FIN_WAIT1 inode=5001\n"
				       "2040040 A socket FIN_WAIT1 FIN_WAIT2 orphan\n"
				       "2040050 A in FIN,ACK\n"
				       "2040060 A socket FIN_WAIT2 CLOSE orphan\n");

	assert_int_equal(tracker_counters(tracker)->overflows, 1);
	assert_int_equal(tracker_counters(tracker)->time_waits, 0);
	tracker_free(tracker);

	/* Nor has one for the time until the peer closes. */
	tracker = feed(HANDSHAKE ACCEPT "2000000 A socket ESTABLISHED FIN_WAIT1 inode=5001\n"
					"2040040 A socket FIN_WAIT1 FIN_WAIT2 orphan\n"
					"2040060 A socket FIN_WAIT2 CLOSE orphan\n");
	assert_int_equal(tracker_counters(tracker)->overflows, 1);
	tracker_free(tracker);

	/* Its time was over, in a full socket. */
	tracker = feed(HANDSHAKE ACCEPT "2000000 A socket ESTABLISHED FIN_WAIT1 inode=5001\n"
					"2040040 A socket FIN_WAIT1 FIN_WAIT2 orphan\n"
					"122040060 A socket FIN_WAIT2 CLOSE orphan\n");
	assert_int_equal(tracker_counters(tracker)->overflows, 0);
	tracker_free(tracker);
}

/* Each bound is the longest span of its bucket; what is longer than all has the last. */
static void test_histogram(void **state)
{
	unsigned int scale, i;

	for (scale = 0; scale < HISTOGRAM_SCALES; scale++) {
		struct histogram h = { 0 };

		for (i = 0; i < HISTOGRAM_BUCKETS - 1; i++) {
			histogram_add(&h, scale, histogram_bounds[scale][i]);
			assert_int_equal(h.buckets[i], 1 + (i > 0));
			histogram_add(&h, scale, histogram_bounds[scale][i] + 1);
			assert_int_equal(h.buckets[i + 1], 1);
			assert_true(!i ||
				    histogram_bounds[scale][i] > histogram_bounds[scale][i - 1]);
		}
		assert_int_equal(histogram_count(&h), 2 * (HISTOGRAM_BUCKETS - 1));
		histogram_add(&h, scale, UINT64_MAX);
		histogram_add(&h, scale, UINT64_MAX);
		assert_int_equal(h.buckets[HISTOGRAM_BUCKETS - 1], 3);
		/* More nanoseconds than 64 bits hold. */
		assert_true(h.sum_s > 2 * (UINT64_MAX / SEC));
		assert_true(h.sum_ns < SEC);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sockets),	    cmocka_unit_test(test_whole_life),
		cmocka_unit_test(test_retransmits), cmocka_unit_test(test_found),
		cmocka_unit_test(test_overflow),    cmocka_unit_test(test_histogram),
	};

	return cmocka_run_group_tests_name("census", tests, NULL, NULL);
}
