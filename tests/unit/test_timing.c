// SPDX-License-Identifier: GPL-2.0
/* Lives: a script of records, and the lines that it comes to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/json_version.h"
#include "tests/unit/script.h"
#include "userspace/print/life_out.h"
#include "userspace/base/array.h"

#define RECORDS_MAX 64

#define HANDSHAKE                                                 \
	"0 A socket CLOSE SYN_SENT nolport comm=curl pid=812\n"   \
	"10 A out SYN seq=1000\n"                                 \
	"20020 B request CLOSE NEW_SYN_RECV\n"                    \
	"20030 B out SYN,ACK seq=7000 ack=1001\n"                 \
	"40030 A in SYN,ACK seq=7000 ack=1001\n"                  \
	"40040 A socket SYN_SENT ESTABLISHED inode=5001\n"        \
	"60070 B request NEW_SYN_RECV CLOSE reason=established\n" \
	"60080 B socket SYN_RECV ESTABLISHED\n"                   \
	"70000 B accept ESTABLISHED comm=web-server pid=112\n"

#define CLIENT_CLOSES                                               \
	"500000 A socket ESTABLISHED FIN_WAIT1 comm=curl pid=812\n" \
	"500010 A out FIN,ACK seq=1101 ack=10001\n"                 \
	"520010 B in FIN,ACK seq=1101 ack=10001\n"                  \
	"520020 B socket ESTABLISHED CLOSE_WAIT\n"                  \
	"520030 B out ACK seq=10001 ack=1102\n"                     \
	"540040 A socket FIN_WAIT1 FIN_WAIT2\n"                     \
	"540050 A timewait FIN_WAIT2 FIN_WAIT2\n"                   \
	"540060 A socket FIN_WAIT2 CLOSE\n"

#define SERVER_CLOSES                                        \
	"600000 B socket CLOSE_WAIT LAST_ACK\n"              \
	"600010 B out FIN,ACK seq=10001 ack=1102\n"          \
	"620010 A in FIN,ACK seq=10001 ack=1102\n"           \
	"620020 A timewait FIN_WAIT2 TIME_WAIT reason=fin\n" \
	"640030 B socket LAST_ACK CLOSE\n"

#define A_LINE "10.0.0.1:40000         > 10.0.0.2:80           "
#define B_LINE "10.0.0.2:80            < 10.0.0.1:40000        "

struct scene {
	const char *script;
	const char *lines; /* of those that ended, then of those that live */
};

static const struct scene scenes[] = {
	/* The whole life of both ends. */
	{ HANDSHAKE CLIENT_CLOSES SERVER_CLOSES
	  "60620020 A timewait TIME_WAIT CLOSE reason=timeout\n",
	  B_LINE "40ms  620ms  -     -     closed by peer web-serv[112]\n" A_LINE
		 "40ms  60.6s  -     -     closed by us   curl[812]\n" },
	/* Those that live: half-closed since. */
	{ HANDSHAKE CLIENT_CLOSES "540070 B out ACK\n",
	  A_LINE "40ms  540ms  -     -     FIN-WAIT-2     curl[812]\n" B_LINE
		 "40ms  520ms  -     -     CLOSE-WAIT     web-serv[112]\n" },
	/* Nobody there: one SYN after the other. */
	{ "0 A socket CLOSE SYN_SENT comm=curl pid=812\n1 A out SYN\n2 A out SYN\n3 A out SYN\n"
	  "9000000 A socket SYN_SENT CLOSE err=110\n",
	  A_LINE "-     9.0s   -     -     never answered 3xSYN curl\n" },
	/* A SYN-ACK comes, and its key is wrong; a RST comes that acknowledges another SYN. */
	{ "0 A socket CLOSE SYN_SENT\n1 A out SYN seq=1\n2 A in SYN,ACK seq=9 ack=2\n"
	  "9000000 A socket SYN_SENT CLOSE err=110\n",
	  A_LINE "-     9.0s   -     -     timed out\n" },
	{ "0 A socket CLOSE SYN_SENT\n1 A out SYN seq=1\n2 A in RST,ACK ack=8\n"
	  "9000000 A socket SYN_SENT CLOSE err=110\n",
	  A_LINE "-     9.0s   -     -     timed out\n" },
	{ "0 A socket CLOSE SYN_SENT comm=curl pid=812\n9 A socket SYN_SENT CLOSE err=111\n",
	  A_LINE "-     9us    -     -     refused        curl[812]\n" },
	{ "0 A socket CLOSE SYN_SENT\n9 A socket SYN_SENT CLOSE err=113\n",
	  A_LINE "-     9us    -     -     unreachable\n" },
	{ "0 B request CLOSE NEW_SYN_RECV\n1 B out SYN,ACK\n2 B out SYN,ACK\n"
	  "9000 B request NEW_SYN_RECV CLOSE reason=timeout\n",
	  B_LINE "-     9.0ms  -     -     expired        2xSYN-ACK\n" },
	{ "0 B request CLOSE NEW_SYN_RECV\n9 B request NEW_SYN_RECV CLOSE reason=netns\n",
	  B_LINE "-     9us    -     -     netns gone\n" },
	{ "0 B request CLOSE NEW_SYN_RECV\n9 B request NEW_SYN_RECV CLOSE reason=listener\n",
	  B_LINE "-     9us    -     -     listener gone\n" },
	/* Resets. */
	{ HANDSHAKE "80000 A socket ESTABLISHED CLOSE err=104\n"
		    "80000 B socket ESTABLISHED CLOSE unread=3\n80010 B out RST\n",
	  A_LINE "40ms  80ms   -     -     RST received   curl[812]\n" B_LINE
		 "40ms  60ms   -     -     reset by us    web-serv[112]\n" },
	/* The peer never closes: half-closed to the end. */
	{ HANDSHAKE CLIENT_CLOSES "60540000 A timewait FIN_WAIT2 CLOSE reason=timeout\n"
				  "60540000 B socket CLOSE_WAIT CLOSE err=103\n",
	  A_LINE "40ms  60.5s  -     -     no FIN came    curl[812]\n" B_LINE
		 "40ms  60.5s  -     -     killed         web-serv[112]\n" },
	/* FINs that are not answered close nothing. */
	{ HANDSHAKE "500000 A socket ESTABLISHED FIN_WAIT1\n500001 A out FIN,ACK\n"
		    "700000 A out FIN,ACK\n900000 A out FIN,ACK\n"
		    "3600040000 A socket FIN_WAIT1 CLOSE err=110\n"
		    "3600040000 B socket ESTABLISHED CLOSE err=103\n",
	  A_LINE "40ms  1.0h   -     -     timed out      3xFIN curl\n" B_LINE
		 "40ms  1.0h   -     -     killed         web-serv[112]\n" },
	/* Both at once. */
	{ "0 A socket SYN_SENT ESTABLISHED\n10 A socket ESTABLISHED FIN_WAIT1\n"
	  "30 A in FIN,ACK\n31 A socket FIN_WAIT1 CLOSING\n"
	  "50 A timewait CLOSING TIME_WAIT\n51 A socket CLOSING CLOSE\n"
	  "60000050 A timewait TIME_WAIT CLOSE reason=timeout\n",
	  A_LINE "-     >60.0s -     -     closed by both\n" },
	/* Its end was lost: the next life under its name tells. */
	{ HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=104\n"
		    "900000000 A socket CLOSE SYN_SENT cookie=103\n"
		    "900000009 A socket SYN_SENT CLOSE cookie=103 err=111\n"
		    "900000010 A socket CLOSE SYN_SENT cookie=101\n",
	  B_LINE "40ms  60ms   -     -     RST received   web-serv[112]\n" A_LINE
		 "-     9us    -     -     refused\n" A_LINE
		 "40ms  -      -     -     end not seen   curl[812]\n" A_LINE
		 "-     -      -     -     SYN-SENT\n" },
	/* What is older than the trail: at least so long, and no handshake. */
	{ "0 B request NEW_SYN_RECV CLOSE reason=established\n9 B socket SYN_RECV ESTABLISHED\n"
	  "90 B socket ESTABLISHED CLOSE err=104\n",
	  B_LINE "-     >90us  -     -     RST received\n" },
	{ "0 A socket CLOSE_WAIT LAST_ACK\n9 A socket LAST_ACK CLOSE\n",
	  "10.0.0.1:40000         ? 10.0.0.2:80           "
	  "-     >9us   -     -     closed by peer\n" },
	/* A TIME-WAIT that was there before: when it began is not known. */
	{ "0 A timewait TIME_WAIT TIME_WAIT reason=fin\n5 A in FIN,ACK\n"
	  "900 A timewait TIME_WAIT CLOSE reason=timeout\n",
	  "10.0.0.1:40000         ? 10.0.0.2:80           "
	  "-     >900us -     -     closed\n" },
	/* SYN cookies: no request, no handshake on record. */
	{ "0 B socket LISTEN SYN_RECV child\n5 B socket SYN_RECV ESTABLISHED\n"
	  "2000 B socket ESTABLISHED CLOSE\n",
	  B_LINE "-     2.0ms  -     -     reset by us\n" },
	/* Listeners are no connections. */
	{ "0 B socket CLOSE LISTEN listener\n9 B socket LISTEN CLOSE listener\n", "" },
};

struct told {
	struct buf out;
	struct life_summary *summary;
	bool joined;
	bool parts;
};

static void tell(struct told *told, const struct tracker *tracker, const struct conn *c)
{
	struct conn_pair pair;
	unsigned int i;

	conn_pair(&pair, tracker, c, told->joined, tracker_stats(tracker)->newest_ns);
	life_text(&told->out, tracker, &pair);
	if (told->parts)
		life_parts(&told->out, tracker, &pair);
	for (i = 0; i < pair.count && told->summary; i++)
		life_summary_add(told->summary, pair.ends[i].c, &pair.ends[i].timing);
}

static void ended(void *arg, const struct tracker *tracker, const struct conn *c)
{
	if (conn_is_connection(c))
		tell(arg, tracker, c);
}

static struct tracker *feed(const char *script, struct told *told)
{
	struct tracker_config config = { .join = told->joined, .ended = ended, .arg = told };
	struct tcptrail_record records[RECORDS_MAX];
	struct tracker *tracker;

	buf_init(&told->out, NULL);
	assert_int_equal(tracker_create(&tracker, &config), 0);
	tracker_feed(tracker, records, script_records(script, records, RECORDS_MAX));
	return tracker;
}

static void test_scenes(void **state)
{
	const struct scene *scene;
	const struct conn *c;

	for (scene = scenes; scene < scenes + ARRAY_SIZE(scenes); scene++) {
		struct told told = { 0 };
		struct tracker *tracker = feed(scene->script, &told);

		tracker_settle(tracker);
		for (c = tracker_next(tracker, NULL); c; c = tracker_next(tracker, c))
			tell(&told, tracker, c);
		assert_string_equal(buf_string(&told.out), scene->lines);
		buf_free(&told.out);
		tracker_free(tracker);
	}
}

/* However long the parts, an IPv4 line has 100 columns at most. */
static void test_width(void **state)
{
	char script[RECORDS_MAX * 80] = "0 A socket CLOSE SYN_SENT comm=sixteen-bytes-ab "
					"pid=4194304\n";
	struct told told = { 0 };
	struct tracker *tracker;
	unsigned int i;

	for (i = 1; i < 20; i++)
		sprintf(script + strlen(script), "%u A out SYN\n%u A out FIN\n", i, i);
	strcat(script, "9000000000000 A socket SYN_SENT CLOSE err=110\n");
	tracker = feed(script, &told);
	tracker_settle(tracker);
	assert_true(strlen(buf_string(&told.out)) <= LIFE_WIDTH + 1);
	assert_non_null(
		strstr(buf_string(&told.out), "104d   -     -     never answered 19xSYN sixtee"));
	buf_free(&told.out);
	life_text_header(&told.out);
	assert_true(strlen(buf_string(&told.out)) <= LIFE_WIDTH + 1);
	buf_free(&told.out);
	tracker_free(tracker);
}

/* A quiet machine: nothing but the clock tells that it is over. */
static void test_advance(void **state)
{
	struct told told = { 0 };
	struct tracker *tracker =
		feed("0 A socket CLOSE SYN_SENT\n9 A socket SYN_SENT CLOSE err=111\n", &told);

	tracker_advance(tracker, 1000009000 + TRACKER_LINGER_NS - 1);
	assert_int_equal(told.out.len, 0);
	assert_true(tracker_is_waiting(tracker));
	tracker_advance(tracker, 1000009000 + TRACKER_LINGER_NS);
	assert_true(told.out.len > 0);
	assert_false(tracker_is_waiting(tracker));
	buf_free(&told.out);
	tracker_free(tracker);
}

static void test_json(void **state)
{
	static const char script[] = HANDSHAKE CLIENT_CLOSES SERVER_CLOSES
		"60620020 A timewait TIME_WAIT CLOSE reason=timeout\n";
	struct told told = { 0 };
	struct tracker *tracker = feed(script, &told);
	const struct conn *c = tracker_next(tracker, NULL);
	struct conn_pair pair;
	struct clock clock;
	struct buf out;

	assert_non_null(c);
	clock_init(&clock, 0, true);
	conn_pair(&pair, tracker, c, false, 0);
	buf_init(&out, NULL);
	life_json(&out, &clock, tracker, &pair);
	assert_string_equal(
		buf_string(&out), JSON_BEGINS
		"\"kind\":\"life\",\"time\":\"1970-01-01T00:01:01.620020000Z\","
		"\"time_ns\":61620020000,\"netns\":1,\"local_address\":\"10.0.0.1\","
		"\"local_port\":40000,\"remote_address\":\"10.0.0.2\",\"remote_port\":80,"
		"\"cookie\":101,\"role\":\"active\",\"closer\":\"us\",\"end\":\"normal\","
		"\"state\":\"time_wait\",\"life_seconds\":60.620020000,\"life_at_least\":false,"
		"\"handshake_seconds\":0.040040000,\"synack_seconds\":0.040030000,"
		"\"answer_seconds\":0.000010000,"
		"\"half_close_seconds\":0.120020000,\"teardown_seconds\":0.120020000,"
		"\"first_ack_seconds\":0.040040000,\"second_fin_seconds\":0.079980000,"
		"\"time_wait_seconds\":60.000000000,\"syns\":1,\"synacks\":0,\"fins\":1,"
		"\"rearms\":0,\"retransmits\":0,\"uid\":0,\"accepted\":false,"
		"\"opener\":{\"pid\":812,\"comm\":\"curl\"},"
		"\"last_task\":{\"pid\":812,\"comm\":\"curl\"},\"ended_by\":\"nobody\","
		"\"evidence\":[\"fin_out\",\"fin_in\",\"fin_acked\",\"no_rst_in\",\"orphan\","
		"\"reason\"]}\n");
	buf_free(&out);
	buf_free(&told.out);
	tracker_free(tracker);
}

/* What accept() takes of MPTCP is no subflow: whether it did is not known. */
static void test_json_mptcp(void **state)
{
	static const char script[] =
		"0 B request CLOSE NEW_SYN_RECV\n5 B socket SYN_RECV ESTABLISHED orphan mptcp\n"
		"900000 B socket ESTABLISHED CLOSE orphan mptcp err=104\n";
	struct told told = { 0 };
	struct tracker *tracker = feed(script, &told);
	struct conn_pair pair;
	struct clock clock;
	struct buf out;

	clock_init(&clock, 0, true);
	conn_pair(&pair, tracker, tracker_next(tracker, NULL), false, 0);
	buf_init(&out, NULL);
	life_json(&out, &clock, tracker, &pair);
	assert_non_null(strstr(buf_string(&out), "\"mptcp\":true"));
	assert_null(strstr(buf_string(&out), "accepted"));
	assert_non_null(strstr(buf_string(&out), "\"mptcp\"]}")); /* among the evidence */
	buf_free(&out);
	buf_free(&told.out);
	tracker_free(tracker);
}

static void test_summary(void **state)
{
	struct told told = { .summary = calloc(1, sizeof(*told.summary)) };
	struct tracker *tracker = feed(HANDSHAKE CLIENT_CLOSES SERVER_CLOSES
				       "60620020 A timewait TIME_WAIT CLOSE reason=timeout\n",
				       &told);

	tracker_settle(tracker);
	buf_free(&told.out);
	life_text_summary(&told.out, told.summary);
	assert_string_equal(
		buf_string(&told.out),
		"2 ends of connections over: 2 closed\n"
		"1 opened by us\n"
		"                  COUNT        P50        P90        P99        MAX\n"
		"  handshake           1   40.040ms   40.040ms   40.040ms   40.040ms\n"
		"  half-close          1  120.020ms  120.020ms  120.020ms  120.020ms\n"
		"  teardown            1  120.020ms  120.020ms  120.020ms  120.020ms\n"
		"  TIME-WAIT           1    60.000s    60.000s    60.000s    60.000s\n"
		"  in state        COUNT        P50        P90        P99        MAX\n"
		"  SYN-SENT            1   40.040ms   40.040ms   40.040ms   40.040ms\n"
		"  ESTABLISHED         1  459.960ms  459.960ms  459.960ms  459.960ms\n"
		"  FIN-WAIT-1          1   40.040ms   40.040ms   40.040ms   40.040ms\n"
		"  FIN-WAIT-2          1   79.980ms   79.980ms   79.980ms   79.980ms\n"
		"1 opened by the peer\n"
		"                  COUNT        P50        P90        P99        MAX\n"
		"  handshake           1   40.060ms   40.060ms   40.060ms   40.060ms\n"
		"  accept wait         1    9.920ms    9.920ms    9.920ms    9.920ms\n"
		"  half-close          1   79.980ms   79.980ms   79.980ms   79.980ms\n"
		"  teardown            1  120.010ms  120.010ms  120.010ms  120.010ms\n"
		"  in state        COUNT        P50        P90        P99        MAX\n"
		"  SYN-RECV            1   40.060ms   40.060ms   40.060ms   40.060ms\n"
		"  ESTABLISHED         1  459.940ms  459.940ms  459.940ms  459.940ms\n"
		"  CLOSE-WAIT          1   79.980ms   79.980ms   79.980ms   79.980ms\n"
		"  LAST-ACK            1   40.030ms   40.030ms   40.030ms   40.030ms\n");
	buf_free(&told.out);
	free(told.summary);
	tracker_free(tracker);
}

/* Columns only for what there is. */
static void test_summary_bare(void **state)
{
	struct told told = { .summary = calloc(1, sizeof(*told.summary)) };
	struct tracker *tracker =
		feed("0 A socket CLOSE SYN_SENT\n9 A socket SYN_SENT CLOSE err=111\n", &told);

	tracker_settle(tracker);
	buf_free(&told.out);
	life_text_summary(&told.out, told.summary);
	assert_string_equal(
		buf_string(&told.out),
		"1 end of connections over: 1 refused\n1 opened by us\n"
		"  in state        COUNT        P50        P90        P99        MAX\n"
		"  SYN-SENT            1        9us        9us        9us        9us\n");
	buf_free(&told.out);
	free(told.summary);
	tracker_free(tracker);
}

/* One end's time in each state, in microseconds, by the way it went. */
static void test_states(void **state)
{
	static const struct {
		const char *what;
		const char *script;
		uint64_t us[TIMING_STATES];
	} cases[] = {
		{ "never answered",
		  "0 A socket CLOSE SYN_SENT\n900 A socket SYN_SENT CLOSE err=110\n",
		  { [TCPTRAIL_SYN_SENT] = 900 } },
		{ "expired",
		  "0 A request CLOSE NEW_SYN_RECV\n1 A out SYN,ACK\n"
		  "900 A request NEW_SYN_RECV CLOSE reason=timeout\n",
		  { [TCPTRAIL_SYN_RECV] = 900 } },
		{ "reset while established",
		  "0 A socket CLOSE SYN_SENT\n100 A socket SYN_SENT ESTABLISHED\n"
		  "350 A socket ESTABLISHED CLOSE err=104\n",
		  { [TCPTRAIL_SYN_SENT] = 100, [TCPTRAIL_ESTABLISHED] = 250 } },
		{ "FIN unanswered",
		  "0 A socket CLOSE SYN_SENT\n100 A socket SYN_SENT ESTABLISHED\n"
		  "200 A socket ESTABLISHED FIN_WAIT1\n900 A socket FIN_WAIT1 CLOSE err=110\n",
		  { [TCPTRAIL_SYN_SENT] = 100,
		    [TCPTRAIL_ESTABLISHED] = 100,
		    [TCPTRAIL_FIN_WAIT1] = 700 } },
		{ "no FIN came",
		  "0 A socket CLOSE SYN_SENT\n100 A socket SYN_SENT ESTABLISHED\n"
		  "200 A socket ESTABLISHED FIN_WAIT1\n230 A socket FIN_WAIT1 FIN_WAIT2\n"
		  "231 A timewait FIN_WAIT2 FIN_WAIT2\n232 A socket FIN_WAIT2 CLOSE\n"
		  "900 A timewait FIN_WAIT2 CLOSE reason=timeout\n",
		  { [TCPTRAIL_SYN_SENT] = 100,
		    [TCPTRAIL_ESTABLISHED] = 100,
		    [TCPTRAIL_FIN_WAIT1] = 30,
		    [TCPTRAIL_FIN_WAIT2] = 670 } },
		{ "crossing FINs",
		  "0 A socket CLOSE SYN_SENT\n100 A socket SYN_SENT ESTABLISHED\n"
		  "200 A socket ESTABLISHED FIN_WAIT1\n250 A socket FIN_WAIT1 CLOSING\n"
		  "300 A timewait CLOSING TIME_WAIT\n301 A socket CLOSING CLOSE\n"
		  "900 A timewait TIME_WAIT CLOSE reason=timeout\n",
		  { [TCPTRAIL_SYN_SENT] = 100,
		    [TCPTRAIL_ESTABLISHED] = 100,
		    [TCPTRAIL_FIN_WAIT1] = 50,
		    [TCPTRAIL_CLOSING] = 50,
		    [TCPTRAIL_TIME_WAIT] = 600 } },
		{ "abandoned in CLOSE-WAIT",
		  "0 A socket CLOSE SYN_SENT\n100 A socket SYN_SENT ESTABLISHED\n"
		  "200 A socket ESTABLISHED CLOSE_WAIT\n900 A socket CLOSE_WAIT CLOSE err=103\n",
		  { [TCPTRAIL_SYN_SENT] = 100,
		    [TCPTRAIL_ESTABLISHED] = 100,
		    [TCPTRAIL_CLOSE_WAIT] = 700 } },
		{ "begun before the trail",
		  "0 A socket ESTABLISHED CLOSE_WAIT\n200 A socket CLOSE_WAIT LAST_ACK\n"
		  "300 A socket LAST_ACK CLOSE\n",
		  { [TCPTRAIL_CLOSE_WAIT] = 200, [TCPTRAIL_LAST_ACK] = 100 } },
		{ "its end was not seen",
		  "0 A socket CLOSE SYN_SENT\n100 A socket SYN_SENT ESTABLISHED\n"
		  "200 A socket ESTABLISHED CLOSE_WAIT\n900 A socket CLOSE SYN_SENT cookie=7\n",
		  { [TCPTRAIL_SYN_SENT] = 100, [TCPTRAIL_ESTABLISHED] = 100 } },
	};
	uint64_t states[TIMING_STATES];
	const struct conn *c;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct told told = { 0 };
		struct tracker *tracker = feed(cases[i].script, &told);

		for (c = tracker_next(tracker, NULL); c->cookie != 101;
		     c = tracker_next(tracker, c))
			;
		timing_states(states, c, 0);
		for (n = 0; n < TIMING_STATES; n++)
			if (states[n] != cases[i].us[n] * 1000)
				fail_msg("%s: %llu ns in %s", cases[i].what,
					 (unsigned long long)states[n], state_name((uint8_t)n));
		buf_free(&told.out);
		tracker_free(tracker);
	}
}

/* Percentiles: exact where they are small, within 1 in 128 everywhere, never above the longest. */
static void test_spread(void **state)
{
	static struct quantiles s;
	uint64_t n, p;

	assert_int_equal(quantiles_percentile(&s, 50), 0);
	for (n = 1; n <= 100; n++)
		quantiles_add(&s, n);
	assert_int_equal(quantiles_percentile(&s, 50), 50);
	assert_int_equal(quantiles_percentile(&s, 90), 90);
	assert_int_equal(quantiles_percentile(&s, 99), 99);
	assert_int_equal(quantiles_percentile(&s, 100), 100);
	memset(&s, 0, sizeof(s));
	for (n = 1; n <= 1000; n++)
		quantiles_add(&s, n * 1000003);
	p = quantiles_percentile(&s, 90);
	assert_in_range(p, 900002700, 900002700 + 900002700 / 128);
	assert_int_equal(quantiles_percentile(&s, 100), 1000003000);
	quantiles_add(&s, UINT64_MAX);
	quantiles_add(&s, 0);
	assert_int_equal(s.max, UINT64_MAX);
	assert_int_equal(quantiles_percentile(&s, 100), UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenes),	     cmocka_unit_test(test_width),
		cmocka_unit_test(test_advance),	     cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_mptcp),   cmocka_unit_test(test_summary),
		cmocka_unit_test(test_summary_bare), cmocka_unit_test(test_spread),
		cmocka_unit_test(test_states),
	};

	return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
