// SPDX-License-Identifier: GPL-2.0
/* Accept queues: who waits, since when, and whether anybody is accepted. */
#include "tests/unit/stuck_tools.h"

#include "userspace/base/array.h"

/* Who waits longest at a full queue, and who accepts nobody, is known by listener. */
static void test_accept_queues(void **state)
{
	static const struct kernel_socket sockets[] = {
		{ .cookie = 9, .queued = 2, .backlog = 1 },
		{ .cookie = 8, .queued = 0, .backlog = 1 },
		{ 0 },
	};
	const struct stuck_kernel known = { .sockets = sockets };
	const struct kernel_view kernel = stuck_kernel_view(&known, 100 * SEC);
	struct tracker *tracker =
		stuck_script("0 B socket CLOSE LISTEN listener cookie=9\n"
			     "0 A socket CLOSE LISTEN listener cookie=8\n"
			     "1000000 B request CLOSE NEW_SYN_RECV\n"
			     "1000001 B request NEW_SYN_RECV CLOSE reason=established\n"
			     "1000002 B socket SYN_RECV ESTABLISHED\n"
			     "3000000 B socket SYN_RECV ESTABLISHED port=40001 cookie=203\n"
			     "97500000 B request CLOSE NEW_SYN_RECV port=40002 cookie=204\n");
	struct stuck_query query = { .tracker = tracker, .now_ns = 100 * SEC, .kernel = &kernel };
	const struct stuck_result *result;
	const struct accept_queue *queue;
	struct stuck_scan *scan;

	result = stuck_scan_all(&scan, &query);
	assert_int_equal(result->count, 1);
	assert_string_equal(stuck_verdict(result->findings), "accept-queue-full");
	assert_int_equal(finding_age(result->findings, query.now_ns), 98 * SEC);
	assert_true(result->findings[0].at_least);
	queue = result->findings[0].queue;
	assert_int_equal(queue->listener->cookie, 9);
	assert_int_equal(queue->waiting, 2);
	assert_int_equal(queue->since_ns, 2 * SEC);
	assert_int_equal(result->waiting.queues.count, 2);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

#define LISTENERS                                                    \
	"0 B socket CLOSE LISTEN listener cookie=9 comm=one pid=1\n" \
	"0 B socket CLOSE LISTEN listener cookie=8 comm=two pid=2\n"

/* Two are established, 2 and 3 s after the listener; the time is 30 s. */
#define TWO_WAIT                                                               \
	"2000000 B socket SYN_RECV ESTABLISHED orphan port=40001 cookie=301\n" \
	"3000000 B socket SYN_RECV ESTABLISHED orphan port=40002 cookie=302\n"

#define ACCEPTED_AT(time) \
	time " B accept ESTABLISHED port=40001 cookie=301 inode=5 comm=one pid=1\n"
#define LATER_ONE                                                               \
	"24000000 B socket SYN_RECV ESTABLISHED orphan port=40003 cookie=303\n" \
	"25000000 B accept ESTABLISHED port=40003 cookie=303 inode=6 comm=two pid=2\n"

/* A queue that moves is not stuck; of several at a port each is judged by itself. */
static void test_waiting(void **state)
{
	static const struct {
		const char *script;
		uint32_t queued[2]; /* of listeners 9 and 8, by the kernel */
		uint64_t found; /* the listener's cookie, 0: none */
		uint32_t waiting;
		uint64_t age_s;
	} cases[] = {
		{ "0 B socket CLOSE LISTEN listener cookie=9\n" TWO_WAIT, { 2 }, 9, 2, 28 },
		{ "0 B socket CLOSE LISTEN listener cookie=9\n" TWO_WAIT, { 0 }, 0, 0, 0 },
		{ "0 B socket CLOSE LISTEN listener cookie=9\n" TWO_WAIT ACCEPTED_AT("25000000"),
		  { 1 },
		  0,
		  0,
		  0 },
		{ "0 B socket CLOSE LISTEN listener cookie=9\n" TWO_WAIT ACCEPTED_AT("19000000"),
		  { 1 },
		  9,
		  1,
		  27 },
		{ LISTENERS TWO_WAIT, { 2, 0 }, 9, 2, 28 },
		{ LISTENERS TWO_WAIT, { 0, 2 }, 8, 2, 28 },
		/* One that was established later came out of the other queue. */
		{ LISTENERS TWO_WAIT LATER_ONE, { 2, 0 }, 9, 2, 28 },
		{ LISTENERS TWO_WAIT ACCEPTED_AT("25000000"), { 1, 0 }, 0, 0, 0 },
		{ LISTENERS TWO_WAIT ACCEPTED_AT("25000000") LATER_ONE, { 1, 0 }, 0, 0, 0 },
		/* One of them may be in the other queue, not both. */
		{ LISTENERS TWO_WAIT "29000000 B socket SYN_RECV ESTABLISHED orphan port=40004 "
				     "cookie=304\n",
		  { 2, 1 },
		  9,
		  2,
		  28 },
	};
	const uint64_t now_ns = 31 * SEC; /* a script begins at 1 s */
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct kernel_socket sockets[] = {
			{ .cookie = 9, .queued = cases[i].queued[0], .backlog = 64 },
			{ .cookie = 8, .queued = cases[i].queued[1], .backlog = 64 },
			{ 0 },
		};
		const struct stuck_kernel known = { .sockets = sockets };
		const struct kernel_view kernel = stuck_kernel_view(&known, now_ns);
		struct tracker *tracker = stuck_script(cases[i].script);
		struct stuck_query query = {
			.tracker = tracker,
			.now_ns = now_ns,
			.kernel = &kernel,
		};
		const struct stuck_result *result;
		struct stuck_scan *scan;

		result = stuck_scan_all(&scan, &query);
		assert_int_equal(result->count, !!cases[i].found);
		if (cases[i].found) {
			assert_string_equal(stuck_verdict(result->findings),
					    "accept-queue-waiting");
			assert_int_equal(result->findings->conn->cookie, cases[i].found);
			assert_int_equal(result->findings->waiting, cases[i].waiting);
			assert_int_equal(finding_age(result->findings, query.now_ns),
					 cases[i].age_s * SEC);
		}
		stuck_scan_free(scan);
		tracker_free(tracker);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accept_queues),
		cmocka_unit_test(test_waiting),
	};

	return cmocka_run_group_tests_name("accept_queue", tests, NULL, NULL);
}
