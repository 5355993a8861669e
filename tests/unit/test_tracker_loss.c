// SPDX-License-Identifier: GPL-2.0
/* What was lost, or is never recorded: what follows from a record that is not there? */
#include "tracker_tools.h"
#include "userspace/base/array.h"
#include "userspace/conn/pair.h"
#include "userspace/conn/timing.h"

/* Of those that live, too, what is missing may be among what was lost: their accept(). */
static void test_loss_while_it_lives(void **state)
{
	static const char *const scripts[] = {
		"0 B request CLOSE NEW_SYN_RECV\n5 B socket SYN_RECV ESTABLISHED orphan\n",
		"0 B request CLOSE NEW_SYN_RECV\n5 B socket SYN_RECV ESTABLISHED orphan\n"
		"9 B loss 5\n",
	};
	struct tracker *tracker;
	struct ended ended;
	struct timing timing;

	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		tracker = feed(scripts[i], &ended);
		tracker_settle(tracker);
		timing_of(&timing, by_cookie(tracker, 202), BASE_NS + SEC);
		assert_int_equal(timing.unaccepted, !i);
		tracker_free(tracker);
	}
}

/* A loss that is told after an end, by another CPU's ring: what was missing may be among it. */
static void test_late_loss(void **state)
{
	static const struct {
		const char *script;
		uint8_t end, why;
	} cases[] = {
		{ "0 A socket CLOSE SYN_SENT\n1 A out SYN\n9000 A socket SYN_SENT CLOSE err=111\n"
		  "60000 A loss 5 since=100\n",
		  CONN_REFUSED, CONN_WHY_UNTOLD },
		{ "0 A socket CLOSE SYN_SENT\n1 A out SYN\n9000 A socket SYN_SENT CLOSE err=111\n"
		  "60000 A loss 5 since=100\n61000 A loss 5 since=60500\n",
		  CONN_REFUSED, CONN_WHY_UNTOLD },
		/* All of it was lost later. */
		{ "0 A socket CLOSE SYN_SENT\n1 A out SYN\n9 A socket SYN_SENT CLOSE err=111\n"
		  "60000 A loss 5 since=59000\n",
		  CONN_REFUSED, CONN_WHY_ICMP },
		{ "0 B in SYN\n1 B request CLOSE NEW_SYN_RECV\n2 B out SYN,ACK\n"
		  "9000 B request NEW_SYN_RECV CLOSE reason=reset\n60000 A loss 5 since=100\n",
		  CONN_RESET, CONN_WHY_UNTOLD },
		{ "0 B in SYN\n79999 B in RST\n80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		  "80002 B in FIN,ACK\n80003 B socket FIN_WAIT1 FIN_WAIT2 orphan\n"
		  "80004 B socket FIN_WAIT2 CLOSE orphan\n160000 A loss 5 since=100\n",
		  CONN_NORMAL, CONN_WHY_UNTOLD },
		/* Among it may be the RST of close(). */
		{ "0 B in SYN\n80000 B socket ESTABLISHED CLOSE_WAIT unread=7\n"
		  "81000 B socket CLOSE_WAIT LAST_ACK pid=790 unread=7\n"
		  "81002 B socket LAST_ACK CLOSE pid=790 unread=7\n160000 A loss 5 since=100\n",
		  CONN_NORMAL, CONN_WHY_UNREAD },
	};
	struct tracker *tracker;
	struct ended ended;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		tracker = feed(cases[i].script, &ended);
		tracker_settle(tracker);
		assert_int_equal(ended.count, 1);
		assert_int_equal(ended.conns[0].end, cases[i].end);
		assert_int_equal(ended.conns[0].why, cases[i].why);
		tracker_free(tracker);
	}
}

static void keep_pair(void *arg, const struct tracker *tracker, const struct conn *c)
{
	conn_pair(arg, tracker, c, false, 0);
	assert_int_equal(c->why, CONN_WHY_UNTOLD);
}

/* Without the hook of TIME-WAIT, or of accept(), neither is said to have failed to come. */
static void test_missing_hooks(void **state)
{
	static const char script[] = HANDSHAKE "80000 A socket ESTABLISHED FIN_WAIT1 pid=812\n"
					       "90000 A socket FIN_WAIT1 FIN_WAIT2 orphan\n"
					       "90001 A socket FIN_WAIT2 CLOSE orphan peer_fin\n"
					       "90002 B socket ESTABLISHED CLOSE_WAIT orphan\n";
	struct conn_pair pair;
	struct tracker_config config = { .incomplete = true, .ended = keep_pair, .arg = &pair };
	struct tcptrail_record records[16];
	const struct conn *c;
	struct tracker *tracker;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	tracker_feed(tracker, records, script_records(script, records, ARRAY_SIZE(records)));
	tracker_settle(tracker);
	for (c = tracker_next(tracker, NULL); c; c = tracker_next(tracker, c)) {
		conn_pair(&pair, tracker, c, false, 0);
		assert_false(pair.ends[0].timing.unaccepted);
	}
	tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loss_while_it_lives),
		cmocka_unit_test(test_late_loss),
		cmocka_unit_test(test_missing_hooks),
	};

	return cmocka_run_group_tests_name("tracker_loss", tests, NULL, NULL);
}
