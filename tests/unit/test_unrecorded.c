// SPDX-License-Identifier: GPL-2.0
/* What the module does not record is not known: nothing is concluded from a record that is missing. */
#include "tests/unit/stuck_tools.h"
#include "tests/unit/verdict_cases.h"
#include "userspace/base/array.h"

#define CLOSED_UNACCEPTED NOT_ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT\n"

struct unrecorded_case {
	const char *script;
	uint64_t missing; /* hooks */
	uint16_t port; /* the only one that is recorded; 0: all are */
	struct kernel_socket live;
	const char *verdict; /* of a finding; NULL: there is none */
	const char *words; /* in the text */
	const char * not ; /* nowhere in it */
};

static const struct unrecorded_case cases[] = {
	/* accept() may have taken it, unless the kernel says otherwise. */
	{ NOT_ACCEPTED, 0, 0, { 0 }, "accept-queue-waiting", "None has been accepted", "slowly" },
	{ NOT_ACCEPTED, HOOK(ACCEPT), 0, { 0 }, NULL, NULL, NULL },
	{ NOT_ACCEPTED,
	  HOOK(ACCEPT),
	  0,
	  { .cookie = L, .queued = 1, .backlog = 9 },
	  "accept-queue-waiting",
	  "httpd[790] accepts too slowly, or not at all.",
	  "None has been" },
	{ NOT_ACCEPTED "4 B socket SYN_RECV ESTABLISHED orphan port=40001 cookie=203\n",
	  HOOK(ACCEPT),
	  0,
	  { .cookie = L, .queued = 1, .backlog = 9 },
	  NULL,
	  NULL,
	  NULL },
	{ CLOSED_UNACCEPTED, 0, 0, { 0 }, "close-wait-not-accepted", "never accepted", NULL },
	{ CLOSED_UNACCEPTED,
	  HOOK(ACCEPT),
	  0,
	  { 0 },
	  "close-wait-leak",
	  "closed 10.0s ago",
	  "accepted" },
	{ CLOSED_UNACCEPTED,
	  HOOK(ACCEPT),
	  0,
	  { .cookie = B },
	  "close-wait-not-accepted",
	  "nobody has accepted",
	  NULL },
	/* So may an ACK have come, or the request's end. */
	{ "0 B request CLOSE NEW_SYN_RECV\n1 B out SYN,ACK seq=1\n2 B out SYN,ACK seq=1\n3 B out SYN,ACK seq=1\n",
	  HOOK(SEGMENT),
	  0,
	  { 0 },
	  "syn-recv-unanswered",
	  "Whether the SYN-ACK was answered is not known",
	  "our SYN-ACK" },
	{ "0 B request CLOSE NEW_SYN_RECV\n",
	  HOOK(REQUEST_END),
	  0,
	  { 0 },
	  "syn-recv-unanswered",
	  "Records are missing, and this may be over: A SYN came",
	  NULL },
	{ "0 B request CLOSE NEW_SYN_RECV\n",
	  HOOK(REQUEST_END),
	  0,
	  { .cookie = B, .retransmits = 1 },
	  "syn-recv-unanswered",
	  "A SYN came",
	  "Records are" },
	/* Of another port nothing is recorded. Without the module the kernel knows. */
	{ ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001\n",
	  0,
	  443,
	  { 0 },
	  "close-wait-leak",
	  "Records are missing, and this may be over: The peer closed",
	  NULL },
	{ ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001\n",
	  0,
	  80,
	  { 0 },
	  "close-wait-leak",
	  "The peer closed",
	  "Records are" },
	{ "9 B snapshot CLOSE_WAIT inode=6001\n",
	  UNRECORDED_ALL,
	  0,
	  { .cookie = B },
	  "close-wait-leak",
	  "The peer closed",
	  "Records are" },
};

static void check(const struct unrecorded_case *c)
{
	const struct tcptrail_info info = {
		.features = UNRECORDED_ALL & ~c->missing,
		.nports = c->port != 0,
		.ports = { c->port },
	};
	const struct kernel_socket sockets[] = { c->live, { 0 } };
	const struct stuck_kernel kernel = { .sockets = sockets };
	struct tracker *tracker = stuck_script(c->script);
	uint64_t now_ns = tracker_stats(tracker)->newest_ns + 10 * SEC;
	const struct kernel_view view = stuck_kernel_view(&kernel, now_ns);
	const struct stuck_query query = {
		.tracker = tracker,
		.info = &info,
		.now_ns = now_ns,
		.kernel = c->live.cookie ? &view : NULL,
	};
	const struct stuck_result *result;
	const struct finding *found;
	struct stuck_scan *scan;
	struct stuck_out o;
	struct buf out;
	char *text;

	result = stuck_scan_all(&scan, &query);
	if (!c->verdict)
		assert_int_equal(result->count, 0);
	if (c->verdict) {
		found = stuck_by_name(result, c->verdict);
		o = stuck_out_of(result);
		buf_init(&out, NULL);
		stuck_paragraphs(&o, &out, found);
		text = strdup(buf_string(&out));
		stuck_unfold(text);
		if (!strstr(text, c->words))
			fail_msg("no '%s' in: %s", c->words, text);
		if (c->not &&strstr(text, c->not ))
			fail_msg("'%s' in: %s", c->not, text);
		free(text);
		buf_free(&out);
	}
	stuck_scan_free(scan);
	tracker_free(tracker);
}

static void test_unrecorded(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check(&cases[i]);
}

/* Where no record says that TIME-WAITs end they seem to become more and more. */
static void test_ports(void **state)
{
	struct tcptrail_info info = { .features = UNRECORDED_ALL };
	const struct stuck_kernel kernel = { 0 };
	const struct kernel_view view = stuck_kernel_view(&kernel, (10 * SEC));
	struct tracker *tracker = stuck_tracker(0);
	struct stuck_query query = { .tracker = tracker, .info = &info, .now_ns = (10 * SEC) };
	struct stuck_scan *scan;
	uint16_t i;

	for (i = 0; i < PORT_USAGE_BURST; i++)
		stuck_feed_as(tracker, "0 A timewait FIN_WAIT2 TIME_WAIT", i);
	assert_int_equal(stuck_scan_all(&scan, &query)->count, 1);
	info.features &= ~HOOK(TIMEWAIT_END);
	assert_int_equal(stuck_in_slices(scan, &query, SIZE_MAX)->count, 0);
	query.kernel = &view;
	assert_int_equal(stuck_in_slices(scan, &query, SIZE_MAX)->count, 1);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

/* Of lives, and of accept(), something is missing: nothing follows from what is not on record. */
static void test_lives(void **state)
{
	static const uint64_t hooks[] = {
		HOOK(STATE),	      HOOK(REQUEST_BEGIN), HOOK(REQUEST_END),
		HOOK(TIMEWAIT_BEGIN), HOOK(TIMEWAIT_END),  HOOK(ACCEPT),
	};
	struct tcptrail_info info = { .features = UNRECORDED_ALL & ~HOOK(SEGMENT) };

	assert_false(unrecorded_lives(&info)); /* of each connection is known if it has segments */
	info.no_ring = 1;
	assert_true(unrecorded_lives(&info));
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		info = (struct tcptrail_info){ .features = UNRECORDED_ALL & ~hooks[i] };
		assert_true(unrecorded_lives(&info));
	}
	info.features = 0; /* a file that does not say */
	assert_false(unrecorded_lives(&info));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unrecorded),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_lives),
	};

	return cmocka_run_group_tests_name("unrecorded", tests, NULL, NULL);
}
