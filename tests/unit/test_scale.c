// SPDX-License-Identifier: GPL-2.0
/*
 * Ten times as much takes about ten times as long, whatever it is: what was quadratic
 * would take a hundred. Processor time, the best of a few, so that a busy machine
 * does not matter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "userspace/explain/ladder.h"
#include "tests/measure.h"
#include "userspace/conn/tracker.h"
#include "userspace/diagnose/stuck.h"
#include "userspace/explain/narrative.h"

#ifdef __SANITIZE_ADDRESS__
#define FEW 2000U
#else
#define FEW 20000U
#endif
#define MANY (10 * FEW)
#define RUNS 3
#define RATIO_MAX 45 /* more than ten for what the caches do, and far from a hundred */

typedef void (*fill_fn)(struct tcptrail_record *r, uint32_t n);
typedef void (*use_fn)(const struct tcptrail_record *records, uint32_t count);

static double best_of(const struct tcptrail_record *records, uint32_t count, use_fn use)
{
	double best = 1e9, began, took;
	int run;

	for (run = 0; run < RUNS; run++) {
		began = seconds(CLOCK_THREAD_CPUTIME_ID);
		use(records, count);
		took = seconds(CLOCK_THREAD_CPUTIME_ID) - began;
		if (took < best)
			best = took;
	}
	return best;
}

static void grows_evenly(fill_fn fill, use_fn use, const char *what)
{
	struct tcptrail_record *records = calloc(MANY, sizeof(*records));
	double few, many;
	uint32_t n;

	assert_non_null(records);
	for (n = 0; n < MANY; n++)
		fill(&records[n], n);
	few = best_of(records, FEW, use);
	many = best_of(records, MANY, use);
	free(records);
	print_message("# %s: %.1f and %.1f ms, %.0f times\n", what, few * 1e3, many * 1e3,
		      many / few);
	assert_true(many < RATIO_MAX * few);
}

static void fill(struct tcptrail_record *r, uint32_t n, uint32_t connection)
{
	r->time_ns = 1000000000ULL + n;
	r->cookie = connection + 1;
	r->netns = 1;
	r->kind = TCPTRAIL_SOCKET;
	r->family = AF_INET;
	r->lport = 80;
	r->rport = 40000;
	memset(r->laddr + 10, 0xff, 2);
	memset(r->raddr + 10, 0xff, 2);
	memcpy(r->raddr + 12, &connection, 4);
	r->transition.old_state = TCPTRAIL_ESTABLISHED;
	r->transition.new_state = TCPTRAIL_CLOSE_WAIT;
}

/* Each of another connection. */
static void fill_apart(struct tcptrail_record *r, uint32_t n)
{
	fill(r, n, n);
}

/* The same two ends, over and over, each time another socket. */
static void fill_same_ends(struct tcptrail_record *r, uint32_t n)
{
	fill(r, n, 7);
	r->cookie = n + 1;
	r->transition.old_state = TCPTRAIL_SYN_SENT;
	r->transition.new_state = TCPTRAIL_ESTABLISHED;
}

/* One socket that opens and closes, over and over. */
static void fill_same_socket(struct tcptrail_record *r, uint32_t n)
{
	static const uint8_t states[] = { TCPTRAIL_CLOSE, TCPTRAIL_SYN_SENT, TCPTRAIL_ESTABLISHED,
					  TCPTRAIL_FIN_WAIT1 };

	fill(r, n, 7);
	r->transition.old_state = states[n % 4];
	r->transition.new_state = states[(n + 1) % 4];
}

/* One connection and its segments, both ends here, none the same as another. */
static void fill_segments(struct tcptrail_record *r, uint32_t n)
{
	fill(r, n, 7);
	r->kind = TCPTRAIL_SEGMENT;
	memset(&r->transition, 0, sizeof(r->transition));
	r->segment.direction = n % 2 ? TCPTRAIL_IN : TCPTRAIL_OUT;
	r->segment.tcp_flags = TCPTRAIL_ACK | (n % 3 ? 0 : TCPTRAIL_FIN);
	r->segment.seq = n;
}

/* TIME-WAITs that end all at once, and wait to be told. */
static void fill_ending(struct tcptrail_record *r, uint32_t n)
{
	fill(r, n, n / 2);
	r->time_ns = 1000000000ULL;
	r->kind = TCPTRAIL_TIMEWAIT;
	r->transition.old_state = n % 2 ? TCPTRAIL_TIME_WAIT : TCPTRAIL_FIN_WAIT2;
	r->transition.new_state = n % 2 ? TCPTRAIL_CLOSE : TCPTRAIL_TIME_WAIT;
}

static void use_model(const struct tcptrail_record *records, uint32_t count)
{
	struct tracker_config config = { .max_conns = MANY };
	struct stuck_query query = { .now_ns = 1ULL << 60, .states = ~0U, .older_ns = 1 };
	struct stuck_scan *scan;
	struct tracker *tracker;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	tracker_feed(tracker, records, count);
	query.tracker = tracker;
	assert_int_equal(stuck_find(&scan, &query), 0);
	stuck_scan_free(scan);
	tracker_settle(tracker);
	tracker_free(tracker);
}

/* Full from a hundred connections on. */
static void use_small_model(const struct tcptrail_record *records, uint32_t count)
{
	struct tracker_config config = { .max_conns = 100 };
	struct tracker *tracker;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	tracker_feed(tracker, records, count);
	tracker_settle(tracker);
	tracker_free(tracker);
}

static void use_conversations(const struct tcptrail_record *records, uint32_t count)
{
	struct selector selector;
	const struct conversation *list;
	struct conversations *conversations;
	size_t found, i;

	assert_int_equal(selector_parse(&selector, ":80"), 0);
	assert_int_equal(conversations_create(&conversations, &selector), 0);
	assert_int_equal(conversations_feed(conversations, records, count), 0);
	assert_int_equal(conversations_sort(conversations, &list, &found), 0);
	for (i = 0; i < found; i++) {
		struct ladder ladder;
		struct narrative narrative;

		assert_int_equal(ladder_build(&ladder, &list[i]), 0);
		narrative_make(&narrative, &ladder);
		ladder_free(&ladder);
	}
	conversations_free(conversations);
}

static void test_model(void **state)
{
	grows_evenly(fill_apart, use_model, "model, connections apart");
	grows_evenly(fill_same_ends, use_model, "model, the same ends");
	grows_evenly(fill_same_socket, use_model, "model, one socket");
	grows_evenly(fill_segments, use_model, "model, segments");
	grows_evenly(fill_ending, use_model, "model, all end at once");
}

static void test_full_model(void **state)
{
	grows_evenly(fill_apart, use_small_model, "full model, connections apart");
	grows_evenly(fill_same_ends, use_small_model, "full model, the same ends");
	grows_evenly(fill_ending, use_small_model, "full model, all end at once");
}

static void test_conversations(void **state)
{
	grows_evenly(fill_apart, use_conversations, "conversations, connections apart");
	grows_evenly(fill_same_ends, use_conversations, "conversations, the same ends");
	grows_evenly(fill_same_socket, use_conversations, "conversations, one socket");
	grows_evenly(fill_segments, use_conversations, "conversations, segments");
	grows_evenly(fill_ending, use_conversations, "conversations, all end at once");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_full_model),
		cmocka_unit_test(test_conversations),
	};

	/* Memory is kept: to get it from the kernel anew costs more than to use it. */
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	return cmocka_run_group_tests_name("scale", tests, NULL, NULL);
}
