// SPDX-License-Identifier: GPL-2.0
/* The judge of endings: by whom, and on what evidence. */
#include "tracker_tools.h"
#include "userspace/base/array.h"
#include "userspace/conn/ending.h"

/* What the judgement rests on. */
static void test_evidence(void **state)
{
	static const struct {
		const char *script;
		uint32_t evidence;
	} cases[] = {
		{ "0 B socket ESTABLISHED CLOSE pid=790 reason=linger\n"
		  "1 B out RST,ACK reset_reason=state\n",
		  EVIDENCE_REASON | EVIDENCE_RESET_REASON | EVIDENCE_RST_OUT },
		{ "0 B socket ESTABLISHED CLOSE pid=790\n1 B out RST,ACK\n", EVIDENCE_RST_OUT },
		{ "0 B request CLOSE NEW_SYN_RECV\n9 B request NEW_SYN_RECV CLOSE reason=timeout acked\n",
		  EVIDENCE_REASON | EVIDENCE_SYN_ACK_ACKED },
		{ "0 B socket ESTABLISHED CLOSE orphan mptcp\n", EVIDENCE_MPTCP },
		/* An end that has had data shows no ACKs. */
		{ HANDSHAKE "80000 A socket ESTABLISHED CLOSE err=110 unacked=9 sent=1 received=0\n"
			    "90000 B socket ESTABLISHED CLOSE err=104\n",
		  EVIDENCE_NO_PROBE },
		{ HANDSHAKE "80000 A socket ESTABLISHED CLOSE err=110 unacked=9 sent=1 received=3\n"
			    "90000 B socket ESTABLISHED CLOSE err=104\n",
		  0 },
		{ HANDSHAKE "70000 A out ACK\n71000 A out ACK\n"
			    "80000 A socket ESTABLISHED CLOSE err=110 unacked=9 sent=1 received=0\n"
			    "90000 B socket ESTABLISHED CLOSE err=104\n",
		  EVIDENCE_PROBES },
		/* A RST of an earlier state had nothing to do with it. */
		{ "0 A socket CLOSE SYN_SENT\n1 A out SYN\n"
		  "2 A out RST cookie=0 reset_reason=invalid_ack\n3 A socket SYN_SENT ESTABLISHED\n"
		  "4 A socket ESTABLISHED CLOSE pid=790\n",
		  0 },
	};
	const uint32_t mask = EVIDENCE_PROBES | EVIDENCE_NO_PROBE | EVIDENCE_REASON |
			      EVIDENCE_RESET_REASON | EVIDENCE_RST_OUT | EVIDENCE_SYN_ACK_ACKED |
			      EVIDENCE_MPTCP;
	struct tracker *tracker;
	struct ended ended;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		tracker = feed(cases[i].script, &ended);
		tracker_settle(tracker);
		assert_true(ended.count >= 1);
		assert_int_equal(ending_of(&ended.conns[0]).evidence & mask, cases[i].evidence);
		tracker_free(tracker);
	}
}

/* A RST that came to the client, and what the server's end says of it; and of their names. */
static void test_between(void **state)
{
	static const struct {
		const char *what;
		struct conn server;
		uint8_t by;
	} cases[] = {
		{ "it sent one",
		  { .lport = 80, .rport = 9, .flags = CONN_SEGMENTS | CONN_RST_OUT },
		  ENDING_BY_PEER },
		{ "it lives, and sent none",
		  { .lport = 80, .rport = 9, .flags = CONN_SEGMENTS },
		  ENDING_BY_BETWEEN },
		{ "it was gone, and a RST under its name would be its own",
		  { .lport = 80, .rport = 9, .flags = CONN_SEGMENTS, .end = CONN_NORMAL },
		  ENDING_BY_BETWEEN },
		{ "it was gone, and behind NAT a RST of no socket has another name",
		  { .lport = 80, .rport = 7, .flags = CONN_SEGMENTS, .end = CONN_NORMAL },
		  ENDING_BY_NETWORK },
		{ "its segments are not on record", { .lport = 80, .rport = 9 }, ENDING_BY_NETWORK },
	};
	const struct conn client = { .lport = 9,
				     .rport = 80,
				     .state = TCPTRAIL_ESTABLISHED,
				     .end = CONN_RESET_IN,
				     .since_ns = 5,
				     .flags = CONN_SEGMENTS | CONN_RST_IN };
	struct conn lossy = client;
	struct conn_pair pair = { .ends = { { .c = &client } }, .count = 1 };
	size_t i;

	assert_int_equal(ending_of_end(&pair, 0).by, ENDING_BY_NETWORK);
	pair.count = 2;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		pair.ends[1].c = &cases[i].server;
		if (ending_of_end(&pair, 0).by != cases[i].by)
			fail_msg("%s: by %u", cases[i].what, ending_of_end(&pair, 0).by);
	}
	/* It came when both had closed: its sender ended nothing. */
	lossy.state = TCPTRAIL_TIME_WAIT;
	lossy.object = CONN_MINISOCKET;
	pair.ends[0].c = &lossy;
	pair.ends[1].c = &cases[0].server;
	assert_int_equal(ending_of_end(&pair, 0).by, ENDING_BY_NOBODY);
	lossy = client;
	/* Records were lost: the server's RST may be one of them. */
	lossy.flags |= CONN_LOSSY;
	pair.ends[0].c = &lossy;
	pair.ends[1].c = &cases[1].server;
	assert_int_equal(ending_of_end(&pair, 0).by, ENDING_BY_NETWORK);
	pair.ends[0].c = &client;
	/* The tracker did not join them: nothing follows from what is missing. */
	pair.apart = true;
	pair.ends[1].c = &cases[1].server;
	assert_int_equal(ending_of_end(&pair, 0).by, ENDING_BY_NETWORK);
}

/* A RST or ICMP that answers the SYN comes from the network: whose it is no record of here says. */
static void test_refused_by_network(void **state)
{
	static const uint8_t why[] = { CONN_WHY_UNTOLD, CONN_WHY_ICMP };
	struct conn client = { .state = TCPTRAIL_SYN_SENT,
			       .end = CONN_REFUSED,
			       .flags = CONN_SEGMENTS };

	for (size_t i = 0; i < ARRAY_SIZE(why); i++) {
		client.why = why[i];
		assert_int_equal(ending_of(&client).by, ENDING_BY_NETWORK);
	}
}

/* A SYN cookie has no request that could be the other end: its SYN-ACK is an answer all the same. */
static void test_answered_by_cookie(void **state)
{
	const struct conn client = { .state = TCPTRAIL_SYN_SENT,
				     .end = CONN_UNANSWERED,
				     .why = CONN_WHY_SYN,
				     .flags = CONN_SYN_ARRIVED | CONN_SYN_ANSWERED };
	struct conn_pair pair = { .ends = { { .c = &client } }, .count = 1 };

	assert_true(ending_of_end(&pair, 0).evidence & EVIDENCE_SYN_ANSWERED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evidence),
		cmocka_unit_test(test_between),
		cmocka_unit_test(test_refused_by_network),
		cmocka_unit_test(test_answered_by_cookie),
	};

	return cmocka_run_group_tests_name("ending", tests, NULL, NULL);
}
