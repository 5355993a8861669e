// SPDX-License-Identifier: GPL-2.0
/* Verdicts: records to the name of the rule, and the words that it must have. */
#include "tests/unit/stuck_tools.h"
#include "tests/unit/verdict_cases.h"
#include "userspace/base/array.h"

static void check_case(const struct verdict_case *rule, const struct kernel_socket *live)
{
	struct tracker *tracker = stuck_script(rule->script);
	const struct stuck_kernel kernel = {
		.sockets = (struct kernel_socket[2]){ live ? *live : (struct kernel_socket){ 0 } },
	};
	const struct kernel_view view = stuck_kernel_view(&kernel, 0);
	const struct stuck_query query = {
		.tracker = tracker,
		.now_ns = tracker_stats(tracker)->newest_ns + rule->age_s * SEC,
		.kernel = &view,
	};
	const struct finding *found;
	struct stuck_words words;
	struct stuck_scan *scan;
	struct stuck_out o;
	struct buf out;
	char *text;

	found = stuck_by_name(stuck_scan_all(&scan, &query), rule->name);
	o = stuck_out_of(stuck_scan_result(scan));
	stuck_words_of(&o, found, &words);
	assert_string_equal(words.verdict.name, rule->name);
	assert_true(words.verdict.remedy[0]);
	buf_init(&out, NULL);
	stuck_paragraphs(&o, &out, found);
	text = strdup(buf_string(&out));
	stuck_unfold(text);
	if (!strstr(text, rule->words))
		fail_msg("%s: no '%s' in: %s", rule->name, rule->words, text);
	free(text);
	buf_free(&out);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

static void test_rules(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verdict_cases); i++)
		check_case(&verdict_cases[i], NULL);
	for (i = 0; i < ARRAY_SIZE(verdict_live_cases); i++)
		check_case(&verdict_live_cases[i].rule, &verdict_live_cases[i].live);
}

/* A second earlier nothing is too long. */
static void test_stuck_after(void **state)
{
	static const struct {
		const char *script;
		uint64_t last_s;
	} cases[] = {
		{ ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT\n", 9 },
		{ ACCEPTED "9 B timewait FIN_WAIT2 TIME_WAIT\n", 64 },
		{ ACCEPTED "9 B timewait FIN_WAIT2 FIN_WAIT2\n", 59 },
		{ "0 A socket CLOSE SYN_SENT\n", 2 },
		{ ACCEPTED, 1000000 },
		{ "0 B socket CLOSE LISTEN listener\n", 1000000 },
		/* Of a TIME-WAIT that does not end nothing is known that would be said. */
		{ ACCEPTED "9 B timewait FIN_WAIT2 TIME_WAIT\n", 1000000 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tracker *tracker = stuck_script(cases[i].script);
		const struct stuck_query query = {
			.tracker = tracker,
			.now_ns = tracker_stats(tracker)->newest_ns + cases[i].last_s * SEC,
		};
		struct stuck_scan *scan;

		assert_int_equal(stuck_scan_all(&scan, &query)->count, 0);
		stuck_scan_free(scan);
		tracker_free(tracker);
	}
}

static bool only_accepted(void *arg, const struct conn *conn)
{
	return conn->flags & CONN_ACCEPTED;
}

static void test_query(void **state)
{
	struct tracker *tracker = stuck_script(ACCEPTED "500000 A socket ESTABLISHED CLOSE_WAIT\n"
							"600000 B socket ESTABLISHED CLOSE_WAIT\n");
	struct stuck_query query = { .tracker = tracker, .now_ns = 20 * SEC };
	const struct stuck_result *result;
	struct stuck_scan *scan;

	result = stuck_scan_all(&scan, &query);
	assert_int_equal(result->count, 2);
	assert_int_equal(result->stuck, 2);
	assert_int_equal(result->findings[0].conn->cookie, 101); /* the older one first */
	assert_int_equal(finding_age(&result->findings[0], query.now_ns), 18500000000ULL);

	query.older_ns = 18450000000ULL;
	assert_int_equal(stuck_in_slices(scan, &query, SIZE_MAX)->count, 1);

	query.older_ns = 0;
	query.alive = only_accepted;
	result = stuck_in_slices(scan, &query, SIZE_MAX);
	assert_int_equal(result->count, 1);
	assert_int_equal(result->findings[0].conn->cookie, 202);
	assert_int_not_equal(result->gauges.since_ns[TCPTRAIL_CLOSE_WAIT], STUCK_NOBODY);

	/* Who is not wanted is there all the same. */
	query.alive = NULL;
	query.wanted = only_accepted;
	result = stuck_in_slices(scan, &query, SIZE_MAX);
	assert_int_equal(result->count, 1);
	assert_int_equal(result->stuck, 1);
	assert_int_equal(result->gauges.since_ns[TCPTRAIL_CLOSE_WAIT], 1500000000);

	query.states = 1U << TCPTRAIL_LAST_ACK;
	assert_int_equal(stuck_in_slices(scan, &query, SIZE_MAX)->count, 0);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

/*
 * What is normal for ever is listed when it is asked for by name. That alone makes
 * nobody stuck: neither healthy listeners, nor whoever just has bytes under way.
 */
static void test_normal_state(void **state)
{
	static const struct kernel_socket sockets[] = {
		{ .cookie = B, .timer = KERNEL_TIMER_RETRANSMIT, .has_info = true, .acked_ms = 3 },
		{ .cookie = L, .queued = 0, .backlog = 5 },
		{ 0 },
	};
	const struct stuck_kernel kernel = { .sockets = sockets };
	const struct kernel_view view = stuck_kernel_view(&kernel, 0);
	struct tracker *tracker = stuck_script(LISTENING ACCEPTED
					       "9 B snapshot ESTABLISHED inode=6001 unacked=9\n"
					       "9 A socket CLOSE LISTEN listener cookie=8\n");
	struct stuck_query query = {
		.tracker = tracker,
		.now_ns = 20 * SEC,
		.kernel = &view,
		.states = 1U << TCPTRAIL_ESTABLISHED | 1U << TCPTRAIL_LISTEN,
	};
	const struct stuck_result *result;
	struct stuck_scan *scan;
	size_t i;

	result = stuck_scan_all(&scan, &query);
	assert_int_equal(result->count, 3);
	assert_int_equal(result->stuck, 0);
	for (i = 0; i < result->count; i++)
		assert_int_equal(result->findings[i].rule, FINDING_NO_RULE);
	query.older_ns = 1000 * SEC;
	assert_int_equal(stuck_in_slices(scan, &query, SIZE_MAX)->count, 0);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

/* One connection, of which the kernel says @live as of @asked_s: how long it is stuck; 0: it is not */
static uint64_t stuck_s(const char *script, const struct kernel_socket *live, uint64_t asked_s,
			uint64_t now_s)
{
	const struct stuck_kernel kernel = {
		.sockets = (struct kernel_socket[2]){ *live },
	};
	struct kernel_view view = stuck_kernel_view(&kernel, asked_s * SEC);
	struct tracker *tracker = stuck_script(script);
	const struct stuck_query query = { .tracker = tracker,
					   .now_ns = now_s * SEC,
					   .kernel = &view };
	struct stuck_scan *scan;
	const struct stuck_result *result = stuck_scan_all(&scan, &query);
	uint64_t age_s = 0;

	assert_int_equal(result->count, result->stuck);
	if (result->count)
		age_s = finding_age(result->findings, query.now_ns) / SEC;
	stuck_scan_free(scan);
	tracker_free(tracker);
	return age_s;
}

/* The kernel was asked a while ago: since then data may have moved. */
static void test_live_age(void **state)
{
	static const char script[] = ACCEPTED "9 B snapshot ESTABLISHED inode=6001 unacked=900\n";
	struct kernel_socket live = {
		.cookie = B, .timer = KERNEL_TIMER_PROBE, .has_info = true, .sent_ms = 8000
	};

	assert_int_equal(stuck_s(script, &live, 97, 100), 0);
	live.sent_ms = 11000;
	assert_int_equal(stuck_s(script, &live, 97, 100), 14);
}

/* A half-closed connection on which data flows is in use; since when none does it is not. */
static void test_half_closed(void **state)
{
	static const char close_wait[] = ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001\n";
	static const char fin_wait2[] = ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 inode=6001\n"
						 "10 B socket FIN_WAIT1 FIN_WAIT2 inode=6001\n";
	struct kernel_socket live = { .cookie = B, .has_info = true };

	live.sent_ms = 2000;
	live.received_ms = 99000;
	assert_int_equal(stuck_s(close_wait, &live, 100, 100), 0);
	assert_int_equal(stuck_s(close_wait, &live, 100, 120), 0); /* not known of now */
	live.sent_ms = 12000;
	assert_int_equal(stuck_s(close_wait, &live, 100, 100), 12);
	live.sent_ms = KERNEL_NEVER_MS;
	assert_int_equal(stuck_s(close_wait, &live, 101, 101), 99);
	live.received_ms = 2000;
	assert_int_equal(stuck_s(fin_wait2, &live, 101, 101), 0);
	live.received_ms = 61000;
	assert_int_equal(stuck_s(fin_wait2, &live, 101, 101), 61);
	/* The kernel was asked too early, or it does not list the socket where it was asked. */
	live.cookie = 77;
	assert_int_equal(stuck_s(close_wait, &live, 10, 100), 0);
	assert_int_equal(stuck_s(close_wait, &live, 12, 101), 99);
}

/* Data was sent after a long pause: it waits since then, whatever else is older. */
static void test_after_pause(void **state)
{
	static const char script[] = ACCEPTED "9 B snapshot ESTABLISHED inode=6001 unacked=900\n";
	struct kernel_socket live = { .cookie = B,
				      .timer = KERNEL_TIMER_RETRANSMIT,
				      .retransmits = 2,
				      .resent = 2,
				      .has_info = true,
				      .acked_ms = 1000000,
				      .received_ms = 1000000,
				      .repeated_ms = 1500,
				      .mss = 1448 };

	assert_int_equal(stuck_s(script, &live, 2000, 2000), 0);
	live.repeated_ms = 11000;
	assert_int_equal(stuck_s(script, &live, 2000, 2000), 11);
}

/* Connections of app's, so many each second for so long, up to the second @until_s. */
static void make_burst(struct tracker *tracker, unsigned int seconds, unsigned int each_second,
		       unsigned int until_s)
{
	static const char *const lines[] = {
		"0 A socket CLOSE SYN_SENT nolport comm=app pid=77",
		"0 A socket SYN_SENT ESTABLISHED",
		"0 A timewait FIN_WAIT2 TIME_WAIT comm=app pid=77",
	};
	unsigned int i, k, n = 0;
	struct tcptrail_record r;

	for (i = 0; i < seconds * each_second; i++, n++)
		for (k = 0; k < ARRAY_SIZE(lines); k++) {
			r = script_line(lines[k]);
			r.cookie = 1000 + n;
			r.lport = k ? (uint16_t)(33000 + n) : 0;
			r.time_ns = (until_s - seconds) * SEC + (i + 1) * SEC / each_second;
			tracker_feed(tracker, &r, 1);
		}
}

static void test_burst(void **state)
{
	const struct tracker_config config = { .recent = true };
	struct stuck_query query = { .now_ns = 120 * SEC, .complete_ns = 100 * SEC };
	const struct stuck_result *result;
	struct stuck_words words;
	struct tracker *tracker;
	struct stuck_scan *scan;
	struct stuck_out o;
	struct buf out;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	query.tracker = tracker;
	make_burst(tracker, 20, 600, 120);
	result = stuck_scan_all(&scan, &query);
	assert_int_equal(result->count, 1);
	assert_int_equal(result->findings[0].usage->timewaits, 12000);
	o = stuck_out_of(result);
	stuck_words_of(&o, result->findings, &words);
	/* A minute of it takes 36,000 of 28,232 ports: each of them is to blame. */
	assert_string_equal(words.verdict.name, "time-wait-ports-out");
	assert_int_equal(words.verdict.weight, VERDICT_AFFECTS_OTHERS);
	assert_int_equal(result->stuck, 12000);
	assert_non_null(
		strstr(words.verdict.sentence,
		       "12000 TIME-WAITs towards one destination, made by app[77], 12000 of "
		       "them begun in the last 20 s"));
	assert_non_null(
		strstr(words.verdict.sentence,
		       "12000 of 28232 ports (43 %) are in use; 12000 were opened in the "
		       "last 20 s, 0 ended and left no TIME-WAIT: at this rate none is left "
		       "in 27 s (if net.ipv4.ip_local_port_range is the default, which is not "
		       "known here)."));
	buf_init(&out, NULL);
	stuck_line(&o, &out, result->findings);
	assert_non_null(strstr(buf_string(&out), "\"kind\":\"pile\""));
	assert_non_null(strstr(buf_string(&out), "\"remote_port\":80,\"count\":12000"));
	assert_non_null(strstr(buf_string(&out), "\"begun\":12000,\"per_minute\":36000,"));
	buf_free(&out);

	/* Half a minute later, without more: no harm. It is shown, and nobody is stuck. */
	query.now_ns = 150 * SEC;
	result = stuck_in_slices(scan, &query, SIZE_MAX);
	assert_int_equal(result->count, 1);
	assert_string_equal(stuck_verdict(result->findings), "time-wait-churn");
	assert_int_equal(result->stuck, 0);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

/* Each of two ends has its window closed by the other: one entry, unless each is asked for. */
static void test_deadlock(void **state)
{
	static const struct kernel_socket sockets[] = {
		{ .cookie = A, .timer = KERNEL_TIMER_PROBE, .has_info = true, .sent_ms = 40000 },
		{ .cookie = B, .timer = KERNEL_TIMER_PROBE, .has_info = true, .sent_ms = 30000 },
		{ 0 },
	};
	const struct stuck_kernel kernel = { .sockets = sockets };
	const struct kernel_view view = stuck_kernel_view(&kernel, 0);
	struct tracker *tracker = stuck_script(
		BOTH_ENDS "60000000 A snapshot ESTABLISHED inode=5001 unread=7 unacked=11\n"
			  "60000000 B snapshot ESTABLISHED inode=6001 unread=8 unacked=12\n");
	const struct stuck_query query = {
		.tracker = tracker,
		.now_ns = tracker_stats(tracker)->newest_ns,
		.kernel = &view,
	};
	struct stuck_groups groups;
	struct stuck_scan *scan;
	struct stuck_words words;
	struct stuck_out o;

	assert_int_equal(stuck_by(stuck_scan_all(&scan, &query), "established-deadlock"), 2);
	assert_int_equal(stuck_groups_make(&groups, stuck_scan_result(scan), NULL, true), 0);
	assert_int_equal(groups.count, 2);
	stuck_groups_free(&groups);
	assert_int_equal(stuck_groups_make(&groups, stuck_scan_result(scan), NULL, false), 0);
	assert_int_equal(groups.count, 1);
	o = stuck_out_of(stuck_scan_result(scan));
	stuck_words(&o, groups.groups, &words);
	assert_non_null(
		strstr(words.verdict.sentence,
		       "curl[812] has 7 bytes unread and 11 to send, httpd[790] has 8 unread "
		       "and 12 to send."));
	stuck_groups_free(&groups);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

/* Until the RST of the end that is gone has had time to arrive, nothing is said. */
static void test_half_open(void **state)
{
	struct tracker *tracker = stuck_script(
		BOTH_ENDS "10 B socket ESTABLISHED CLOSE comm=httpd pid=790\n11 B out RST\n");
	struct stuck_query query = { .tracker = tracker, .now_ns = 5 * SEC };
	const struct kernel_view kernel = { .at_ns = 15 * SEC };
	struct stuck_scan *scan;

	assert_int_equal(stuck_scan_all(&scan, &query)->count, 0);
	query.now_ns = 20 * SEC;
	assert_int_equal(stuck_in_slices(scan, &query, 1)->stuck, 1);
	/* What arrived may be among the records that are lost, unless the kernel is asked later. */
	tracker_feed(tracker,
		     (struct tcptrail_record[]){ script_line("9000000 A loss count=2 since=8") },
		     1);
	assert_int_equal(stuck_in_slices(scan, &query, 1)->stuck, 0);
	query.kernel = &kernel;
	assert_int_equal(stuck_in_slices(scan, &query, 1)->stuck, 1);
	tracker_feed(tracker,
		     (struct tcptrail_record[]){
			     script_line("20000000 A socket ESTABLISHED CLOSE err=104") },
		     1);
	assert_int_equal(stuck_in_slices(scan, &query, 1)->stuck, 0);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),	    cmocka_unit_test(test_stuck_after),
		cmocka_unit_test(test_query),	    cmocka_unit_test(test_normal_state),
		cmocka_unit_test(test_live_age),    cmocka_unit_test(test_burst),
		cmocka_unit_test(test_half_closed), cmocka_unit_test(test_deadlock),
		cmocka_unit_test(test_half_open),   cmocka_unit_test(test_after_pause),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
