// SPDX-License-Identifier: GPL-2.0
/* The model: sockets that were there already, and what the trail then says of them. */
#include "tracker_tools.h"

static void test_new(void **state)
{
	struct ended ended;
	struct tracker *tracker =
		feed("5000000 A snapshot CLOSE_WAIT age_us=3000000 inode=7 unread=9\n"
		     "5000000 B snapshot SYN_RECV retransmits=2\n",
		     &ended);
	const struct conn *a = by_cookie(tracker, 101), *b = by_cookie(tracker, 202);

	assert_int_equal(a->state, TCPTRAIL_CLOSE_WAIT);
	assert_int_equal(a->since_ns, BASE_NS + 2000000000ULL);
	assert_true(a->flags & CONN_AT_LEAST);
	assert_true(a->flags & CONN_FOUND);
	assert_int_equal(a->inode, 7);
	assert_int_equal(a->unread, 9);
	assert_int_equal(b->state, TCPTRAIL_NEW_SYN_RECV);
	assert_int_equal(b->object, CONN_REQUEST);
	assert_int_equal(b->synacks, 3);
	tracker_free(tracker);
}

/* What the trail saw is exact; the snapshot adds what is so now. */
static void test_known(void **state)
{
	struct ended ended;
	struct tracker *tracker = feed(HANDSHAKE CLIENT_CLOSES
				       "700000 B snapshot CLOSE_WAIT inode=6001 unread=99\n",
				       &ended);
	const struct conn *b = by_cookie(tracker, 202);

	assert_int_equal(b->since_ns, BASE_NS + 520020000);
	assert_false(b->flags & CONN_AT_LEAST);
	assert_true(b->flags & CONN_CONFIRMED);
	assert_int_equal(b->unread, 99);
	tracker_free(tracker);
}

/* A transition after the snapshot is exact; one that the trail missed is not. */
static void test_moves(void **state)
{
	struct ended ended;
	struct tracker *tracker = feed(HANDSHAKE "700000 B snapshot CLOSE_WAIT\n"
						 "700000 A snapshot ESTABLISHED\n"
						 "800000 A socket ESTABLISHED FIN_WAIT1\n",
				       &ended);

	assert_int_equal(by_cookie(tracker, 202)->state, TCPTRAIL_CLOSE_WAIT);
	assert_int_equal(by_cookie(tracker, 202)->since_ns, BASE_NS + 700000000);
	assert_true(by_cookie(tracker, 202)->flags & CONN_AT_LEAST);
	assert_int_equal(by_cookie(tracker, 101)->state, TCPTRAIL_FIN_WAIT1);
	assert_int_equal(by_cookie(tracker, 101)->since_ns, BASE_NS + 800000000);
	assert_false(by_cookie(tracker, 101)->flags & CONN_AT_LEAST);
	tracker_free(tracker);
}

/* A snapshot that is older than what was fed is not believed. */
static void test_late(void **state)
{
	struct tcptrail_record records[RECORDS_MAX];
	struct ended ended;
	struct tracker *tracker = feed(HANDSHAKE CLIENT_CLOSES, &ended);
	size_t count = script_records("300000 B snapshot ESTABLISHED\n", records, RECORDS_MAX);

	tracker_feed(tracker, records, count);
	assert_int_equal(by_cookie(tracker, 202)->state, TCPTRAIL_CLOSE_WAIT);
	assert_int_equal(by_cookie(tracker, 202)->since_ns, BASE_NS + 520020000);
	tracker_free(tracker);
}

/* What was found and then seen to change is exact from there. */
static void test_then_seen(void **state)
{
	struct ended ended;
	struct tracker *tracker = feed("100000 B snapshot ESTABLISHED\n"
				       "100000 A snapshot CLOSE_WAIT\n"
				       "200000 B socket ESTABLISHED CLOSE_WAIT\n",
				       &ended);

	assert_int_equal(by_cookie(tracker, 202)->since_ns, BASE_NS + 200000000);
	assert_false(by_cookie(tracker, 202)->flags & CONN_AT_LEAST);
	assert_true(by_cookie(tracker, 202)->flags & CONN_FOUND);
	assert_true(by_cookie(tracker, 101)->flags & CONN_AT_LEAST);
	tracker_free(tracker);
}

/* Facts that come late: of what is still so, and nothing else. */
static void test_refresh(void **state)
{
	struct tcptrail_record records[RECORDS_MAX];
	struct ended ended;
	struct tracker *tracker = feed(HANDSHAKE CLIENT_CLOSES, &ended);
	const struct conn *b = by_cookie(tracker, 202);
	size_t count = script_records("700000 B snapshot CLOSE_WAIT inode=6001 unread=99\n"
				      "300000 B snapshot CLOSE_WAIT inode=6001 unread=1\n"
				      "700001 B snapshot LAST_ACK inode=6001 unread=2\n"
				      "700002 B snapshot CLOSE_WAIT unread=3\n"
				      "700003 A snapshot CLOSE_WAIT cookie=303 inode=7\n",
				      records, RECORDS_MAX);
	uint32_t known = tracker_count(tracker);

	assert_int_equal(count, 5);
	tracker_refresh(tracker, records, count);
	assert_int_equal(b->unread, 99);
	assert_int_equal(b->inode, 6001);
	assert_int_equal(b->state, TCPTRAIL_CLOSE_WAIT);
	assert_int_equal(b->since_ns, BASE_NS + 520020000);
	assert_int_equal(tracker_count(tracker), known);
	tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refresh), cmocka_unit_test(test_new),
		cmocka_unit_test(test_known),	cmocka_unit_test(test_moves),
		cmocka_unit_test(test_late),	cmocka_unit_test(test_then_seen),
	};

	return cmocka_run_group_tests_name("model_snapshot", tests, NULL, NULL);
}
