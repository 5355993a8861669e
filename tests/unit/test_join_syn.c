// SPDX-License-Identifier: GPL-2.0
/* Who sent the SYN that arrives here: known by its number, before a SYN-ACK has both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/script.h"
#include "userspace/base/array.h"
#include "userspace/conn/tracker.h"

#define SYN "0 A socket CLOSE SYN_SENT\n1 A out SYN seq=1000\n"

/* A SYN with the same number under two other ports is somebody else's. */
static void test_syn_arrived(void **state)
{
	static const struct {
		uint16_t lport, rport;
		bool arrived;
	} cases[] = { { 80, 40000, true },
		      { 8080, 40000, true },
		      { 80, 50000, true },
		      { 81, 50000, false } };
	const struct tracker_config config = { .join = true };
	struct tcptrail_record sent[2];
	struct tracker *tracker;
	unsigned int i;

	script_records("0 A socket CLOSE SYN_SENT\n1 A out SYN seq=1000\n", sent, 2);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tcptrail_record arrived = script_line("2 B in SYN seq=1000 cookie=0");

		arrived.lport = cases[i].lport;
		arrived.rport = cases[i].rport;
		assert_int_equal(tracker_create(&tracker, &config), 0);
		tracker_feed(tracker, sent, 2);
		tracker_feed(tracker, &arrived, 1);
		assert_int_equal(!!(tracker_next(tracker, NULL)->flags & CONN_SYN_ARRIVED),
				 cases[i].arrived);
		tracker_free(tracker);
	}
}

/* No SYN-ACK has left: the request is its sender's all the same, if the SYN is the same. */
static void test_request_without_an_answer(void **state)
{
	static const struct {
		const char *script;
		bool joined, answered;
	} cases[] = {
		{ SYN "2 B in SYN seq=1000 cookie=0\n3 B request CLOSE NEW_SYN_RECV\n", true,
		  false },
		{ SYN "2 B in SYN seq=1000 cookie=0\n3 B request CLOSE NEW_SYN_RECV\n"
		      "4 B out SYN,ACK seq=7000 ack=1001\n",
		  true, true },
		{ SYN "2 B in SYN seq=1001 cookie=0\n3 B request CLOSE NEW_SYN_RECV\n", false,
		  false },
		{ SYN "3 B request CLOSE NEW_SYN_RECV\n", false, false },
	};
	const struct tracker_config config = { .join = true };
	struct tcptrail_record records[8];
	const struct conn *client;
	struct tracker *tracker;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(tracker_create(&tracker, &config), 0);
		tracker_feed(tracker, records,
			     script_records(cases[i].script, records, ARRAY_SIZE(records)));
		assert_int_equal(tracker_count(tracker), 2);
		client = tracker_next(tracker, NULL);
		assert_int_equal(client->other != 0, cases[i].joined);
		assert_int_equal(!!(client->flags & CONN_SYN_ANSWERED), cases[i].answered);
		tracker_free(tracker);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syn_arrived),
		cmocka_unit_test(test_request_without_an_answer),
	};

	return cmocka_run_group_tests_name("join_syn", tests, NULL, NULL);
}
