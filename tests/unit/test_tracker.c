// SPDX-License-Identifier: GPL-2.0
/* The model: tables of records, and what is known after each. */
#include "tracker_tools.h"

static void test_handshake(void **state)
{
	struct ended ended;
	struct tracker *tracker = feed(HANDSHAKE, &ended);
	const struct conn *a = by_cookie(tracker, 101), *b = by_cookie(tracker, 202);
	uint8_t address[16];

	assert_int_equal(tracker_count(tracker), 2);
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(a->state, TCPTRAIL_ESTABLISHED);
	assert_int_equal(a->role, CONN_ACTIVE);
	assert_int_equal(a->since_ns, BASE_NS + 40040000);
	assert_int_equal(a->lport, 40000);
	assert_int_equal(a->syns, 1);
	assert_int_equal(a->synack_us, 40030);
	assert_int_equal(a->established_us, 40040);
	assert_int_equal(a->inode, 5001);
	assert_int_equal(tracker_task(tracker, a->opener)->pid, 812);
	assert_string_equal(tracker_task(tracker, a->opener)->comm, "curl");

	assert_int_equal(b->state, TCPTRAIL_ESTABLISHED);
	assert_int_equal(b->object, CONN_SOCKET);
	assert_int_equal(b->role, CONN_PASSIVE);
	assert_int_equal(b->synacks, 1);
	assert_int_equal(b->synack_us, 10);
	assert_int_equal(b->established_us, 40060);
	assert_int_equal(b->accepted_us, 49980);
	assert_true(b->flags & CONN_ACCEPTED);
	assert_int_equal(tracker_task(tracker, b->owner)->pid, 790);
	tracker_raddr(tracker, b, address);
	assert_int_equal(address[15], 1);
	tracker_free(tracker);
}

static void test_close_wait(void **state)
{
	struct ended ended;
	struct tracker *tracker = feed(HANDSHAKE CLIENT_CLOSES, &ended);
	const struct conn *a = by_cookie(tracker, 101), *b = by_cookie(tracker, 202);

	/* The full socket's end is not the connection's. */
	assert_int_equal(ended.count, 0);
	assert_int_equal(a->object, CONN_MINISOCKET);
	assert_int_equal(a->state, TCPTRAIL_FIN_WAIT2);
	assert_int_equal(a->since_ns, BASE_NS + 540040000);
	assert_int_equal(a->closer, CONN_CLOSER_US);
	assert_int_equal(a->fin_out_acked_us, 40040);
	assert_int_equal(a->fins, 1);

	assert_int_equal(b->state, TCPTRAIL_CLOSE_WAIT);
	assert_int_equal(b->since_ns, BASE_NS + 520020000);
	assert_int_equal(b->closer, CONN_CLOSER_PEER);
	assert_int_equal(b->unread, 12);
	assert_int_equal(b->fin_in_ns, BASE_NS + 520020000);
	assert_int_equal(b->fin_in_acked_us, 10);
	tracker_free(tracker);
}

static void test_life(void **state)
{
	struct ended ended;
	struct tracker *tracker = feed(HANDSHAKE CLIENT_CLOSES SERVER_CLOSES
				       "60620020 A timewait TIME_WAIT CLOSE reason=timeout\n",
				       &ended);

	/* The server's end was told when time went on, the client's waits. */
	assert_int_equal(ended.count, 1);
	assert_int_equal(ended.conns[0].cookie, 202);
	assert_int_equal(ended.conns[0].end, CONN_NORMAL);
	assert_int_equal(ended.conns[0].state, TCPTRAIL_LAST_ACK);
	assert_int_equal(ended.conns[0].since_ns, BASE_NS + 640030000);
	tracker_settle(tracker);
	assert_int_equal(ended.count, 2);
	assert_int_equal(ended.conns[1].cookie, 101);
	assert_int_equal(ended.conns[1].end, CONN_NORMAL);
	assert_int_equal(ended.conns[1].state, TCPTRAIL_TIME_WAIT);
	assert_int_equal(tracker_count(tracker), 0);
	assert_null(tracker_next(tracker, NULL));
	tracker_free(tracker);
}

static void test_rearmed(void **state)
{
	struct ended ended;
	struct tracker *tracker = feed(HANDSHAKE CLIENT_CLOSES SERVER_CLOSES
				       "820020 A timewait TIME_WAIT TIME_WAIT reason=fin\n",
				       &ended);
	const struct conn *a = by_cookie(tracker, 101);

	assert_int_equal(a->state, TCPTRAIL_TIME_WAIT);
	assert_int_equal(a->rearms, 1);
	assert_int_equal(a->since_ns, BASE_NS + 620020000);
	tracker_free(tracker);
}

/* The totals come with the full socket's last record, also where a minisocket lives on. */
static void test_bytes(void **state)
{
	struct ended ended;
	struct tracker *tracker =
		feed(HANDSHAKE "500000 A socket ESTABLISHED FIN_WAIT1 pid=812 uid=1000\n"
			       "540040 A socket FIN_WAIT1 FIN_WAIT2 uid=1000\n"
			       "540050 A timewait FIN_WAIT2 FIN_WAIT2 uid=1000\n"
			       "540060 A socket FIN_WAIT2 CLOSE sent=5 received=5000000000\n"
			       "600000 B socket ESTABLISHED CLOSE err=104 sent=7 received=5\n",
		     &ended);
	const struct conn *a = by_cookie(tracker, 101), *b = by_cookie(tracker, 202);

	assert_int_equal(a->state, TCPTRAIL_FIN_WAIT2);
	assert_true(a->flags & CONN_HAS_BYTES);
	assert_int_equal(a->sent, 5);
	assert_int_equal(a->received, 5000000000);
	assert_int_equal(a->uid, 1000);
	assert_int_equal(b->sent, 7);
	assert_int_equal(b->received, 5);
	tracker_free(tracker);
}

/* A FIN that overtakes data has its turn when the data is there. */
static void test_early_fin(void **state)
{
	struct ended ended;
	struct tracker *tracker = feed(HANDSHAKE "500000 B in FIN,ACK seq=1101 ack=7001\n"
						 "700000 B socket ESTABLISHED CLOSE_WAIT\n"
						 "700010 B out ACK\n"
						 "900000 B in FIN,ACK seq=1101 ack=7001\n",
				       &ended);
	const struct conn *b = by_cookie(tracker, 202);

	assert_int_equal(b->fin_in_ns, BASE_NS + 700000000);
	assert_int_equal(b->fin_in_acked_us, 10);
	assert_int_equal(b->closer, CONN_CLOSER_PEER);
	tracker_free(tracker);
}

/* Self-transitions, and children that lost a race, change nothing. */
static void test_no_change(void **state)
{
	struct ended ended;
	struct tracker *tracker = feed(HANDSHAKE "80000 A socket ESTABLISHED FIN_WAIT1\n"
						 "90000 A socket FIN_WAIT1 FIN_WAIT1 self\n"
						 "95000 B socket SYN_RECV CLOSE\n",
				       &ended);

	assert_int_equal(by_cookie(tracker, 101)->since_ns, BASE_NS + 80000000);
	assert_int_equal(by_cookie(tracker, 101)->state, TCPTRAIL_FIN_WAIT1);
	assert_int_equal(by_cookie(tracker, 202)->state, TCPTRAIL_ESTABLISHED);
	tracker_settle(tracker);
	assert_int_equal(ended.count, 0);
	tracker_free(tracker);
}

/* Ended, alive after all, and ended for good: told once. */
static void test_revived(void **state)
{
	struct ended ended;
	struct tracker *tracker = feed("0 B request CLOSE NEW_SYN_RECV\n"
				       "1 B request NEW_SYN_RECV CLOSE reason=established\n"
				       "2 B socket SYN_RECV CLOSE\n" /* the loser of two children */
				       "3 B socket SYN_RECV ESTABLISHED\n"
				       "4 B socket ESTABLISHED CLOSE err=104\n"
				       "5 A socket CLOSE SYN_SENT\n"
				       "6 A socket SYN_SENT CLOSE err=111\n",
				       &ended);

	tracker_settle(tracker);
	assert_int_equal(ended.count, 2);
	assert_int_equal(ended.conns[0].cookie, 202);
	assert_int_equal(ended.conns[0].end, CONN_RESET_IN);
	assert_int_equal(ended.conns[1].cookie, 101);
	assert_int_equal(tracker_count(tracker), 0);
	tracker_free(tracker);
}

static void test_listener(void **state)
{
	struct ended ended;
	struct tracker *tracker =
		feed("0 B socket CLOSE LISTEN listener cookie=9 comm=httpd pid=790\n"
		     "10 B request CLOSE NEW_SYN_RECV\n"
		     "20 B request NEW_SYN_RECV CLOSE reason=established\n"
		     "30 B socket SYN_RECV ESTABLISHED\n",
		     &ended);
	const struct conn *b = by_cookie(tracker, 202);

	assert_int_equal(by_cookie(tracker, 9)->role, CONN_LISTENER);
	assert_ptr_equal(tracker_listener(tracker, b), by_cookie(tracker, 9));
	assert_int_equal(b->state, TCPTRAIL_ESTABLISHED);
	tracker_free(tracker);
}

/* Both ends in one namespace find each other. */
static void test_peer(void **state)
{
	struct ended ended;
	struct tracker *tracker = feed("0 A socket CLOSE SYN_SENT netns=5\n"
				       "1 B request CLOSE NEW_SYN_RECV netns=5\n",
				       &ended);

	assert_ptr_equal(tracker_peer(tracker, by_cookie(tracker, 101)), by_cookie(tracker, 202));
	assert_ptr_equal(tracker_peer(tracker, by_cookie(tracker, 202)), by_cookie(tracker, 101));
	tracker_free(tracker);
}

/* A new life under the same name leaves the old minisocket its own. */
static void test_same_name(void **state)
{
	struct ended ended;
	struct tracker *tracker = feed(HANDSHAKE CLIENT_CLOSES SERVER_CLOSES
				       "700000 A socket CLOSE SYN_SENT cookie=103\n"
				       "700010 A in SYN,ACK seq=1 ack=2\n"
				       "700020 A timewait TIME_WAIT CLOSE reason=reuse\n"
				       "700030 A socket SYN_SENT ESTABLISHED cookie=103\n",
				       &ended);

	assert_int_equal(by_cookie(tracker, 103)->state, TCPTRAIL_ESTABLISHED);
	assert_int_equal(by_cookie(tracker, 103)->synack_us, 10);
	assert_int_equal(by_cookie(tracker, 101)->end, CONN_REUSED);
	tracker_free(tracker);
}

static void test_unmatched(void **state)
{
	struct ended ended;
	struct tracker *tracker = feed("0 B in SYN seq=1\n1 B out RST seq=0 ack=2 cookie=0\n"
				       "2 B loss 7\n"
				       "3 B socket CLOSE LISTEN listener cookie=9\n"
				       "4 B out SYN,ACK seq=1 ack=2 cookie=9\n",
				       &ended);

	assert_int_equal(tracker_count(tracker), 1);
	assert_int_equal(tracker_stats(tracker)->unmatched, 3);
	assert_int_equal(by_cookie(tracker, 9)->synacks, 0);
	assert_int_equal(tracker_stats(tracker)->lost, 7);
	tracker_free(tracker);
}

/*
 * When was somebody accepted last? Of two listeners at one port, one that accepts at once hides
 * for a while that the other one does not; a single one has nothing to hide.
 */
static void test_accepted_last(void **state)
{
	static const char accepts[] =
		"1 B socket SYN_RECV ESTABLISHED orphan cookie=11 port=40001\n"
		"5000000 B accept ESTABLISHED cookie=11 port=40001\n"
		"7000000 B socket SYN_RECV ESTABLISHED orphan cookie=12 port=40002\n"
		"7000009 B accept ESTABLISHED cookie=12 port=40002\n";
	static const struct {
		const char *listeners;
		uint64_t last_us;
	} cases[] = {
		{ "0 B socket CLOSE LISTEN listener cookie=9\n", 7000009 },
		{ "0 B socket CLOSE LISTEN listener cookie=9\n"
		  "0 B socket CLOSE LISTEN listener cookie=8\n",
		  5000000 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char script[512];
		struct ended ended;
		struct tracker *tracker;

		snprintf(script, sizeof(script), "%s%s", cases[i].listeners, accepts);
		tracker = feed(script, &ended);
		assert_int_equal(tracker_listener(tracker, by_cookie(tracker, 11))->accept_ns,
				 BASE_NS + cases[i].last_us * 1000);
		tracker_free(tracker);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted_last), cmocka_unit_test(test_handshake),
		cmocka_unit_test(test_close_wait),    cmocka_unit_test(test_life),
		cmocka_unit_test(test_rearmed),	      cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_early_fin),     cmocka_unit_test(test_no_change),
		cmocka_unit_test(test_revived),	      cmocka_unit_test(test_listener),
		cmocka_unit_test(test_peer),	      cmocka_unit_test(test_same_name),
		cmocka_unit_test(test_unmatched),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
