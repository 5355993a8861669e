// SPDX-License-Identifier: GPL-2.0
/*
 * Memory, by the kernel's account of this process, against what is stated: in
 * conn.h for each connection end that is tracked, in conversation.h for each record that is
 * kept for a ladder.
 *
 * Under the address sanitizer the same is done, with less of it, and nothing is
 * measured: memory there is another thing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "userspace/conn/tracker.h"
#include "tests/measure.h"
#include "userspace/diagnose/stuck.h"
#include "userspace/explain/conversation.h"

#ifdef __SANITIZE_ADDRESS__
#define MEASURED false
#define CONNS 100000U
#define RECORDS 100000UL
#else
#define MEASURED true
#define CONNS 1000000U
#define RECORDS (2 * CONVERSATIONS_RECORDS_MAX) /* the last of them fills it */
#endif

#define SLACK (4UL << 20) /* the pools' steps, and what malloc keeps */
#define BATCH 1000

static void within(size_t before, size_t bytes, const char *what)
{
	size_t now = resident_bytes(), grown = now > before ? now - before : 0;

	if (!MEASURED)
		return;
	assert_true(before && now);
	print_message("# %s: %zu bytes, at most %zu\n", what, grown, bytes + SLACK);
	assert_true(grown <= bytes + SLACK);
}

static void make_address(uint8_t address[16], uint8_t family, uint32_t n)
{
	memset(address, 0, 16);
	if (family == AF_INET)
		memset(address + 10, 0xff, 2);
	else
		address[0] = 0xfd;
	memcpy(address + 12, &n, 4);
}

/* Connection @n, established, in the hands of task @pid. */
static struct tcptrail_record make(uint32_t n, uint8_t family, uint32_t pid)
{
	struct tcptrail_record r = {
		.time_ns = 1000000000ULL + n,
		.cookie = n + 1,
		.netns = 1,
		.kind = TCPTRAIL_SOCKET,
		.family = family,
		.lport = 80,
		.rport = 40000,
		.flags = TCPTRAIL_F_TASK,
		.transition = { .old_state = TCPTRAIL_SYN_SENT,
				.new_state = TCPTRAIL_ESTABLISHED,
				.pid = pid,
				.comm = "server" },
	};

	make_address(r.laddr, family, 1);
	make_address(r.raddr, family, n);
	return r;
}

static void feed(struct tracker *tracker, uint32_t first, uint32_t count, uint8_t family,
		 bool tasks)
{
	struct tcptrail_record records[BATCH];
	uint32_t n, i;

	for (n = 0; n < count; n += BATCH) {
		for (i = 0; i < BATCH; i++)
			records[i] = make(first + n + i, family, tasks ? first + n + i : 1);
		tracker_feed(tracker, records, BATCH);
	}
}

static struct tracker *create(uint32_t limit)
{
	struct tracker_config config = { .max_conns = limit };
	struct tracker *tracker;

	malloc_trim(0);
	assert_int_equal(tracker_create(&tracker, &config), 0);
	return tracker;
}

static void grow(uint8_t family, bool tasks, size_t bytes, const char *what)
{
	size_t before;
	struct tracker *tracker;

	malloc_trim(0);
	before = resident_bytes();
	tracker = create(CONNS);
	feed(tracker, 0, CONNS, family, tasks);
	assert_int_equal(tracker_count(tracker), CONNS);
	within(before, CONNS * bytes, what);
	tracker_free(tracker);
	malloc_trim(0);
	within(before, 0, "after it is freed");
}

static void test_ipv4(void **state)
{
	grow(AF_INET, false, CONN_MEMORY_IPV4, "a connection end, IPv4, all");
}

static void test_ipv6(void **state)
{
	grow(AF_INET6, false, CONN_MEMORY_IPV6, "a connection end, IPv6, all");
}

static void test_tasks(void **state)
{
	grow(AF_INET6, true, CONN_MEMORY_IPV6 + CONN_MEMORY_TASK, "each of another task, all");
}

/* Beyond the limit nothing grows, whoever comes and goes. */
static void test_limit(void **state)
{
	uint32_t limit = CONNS / 10;
	size_t before;
	struct tracker *tracker = create(limit);

	feed(tracker, 0, limit, AF_INET6, true);
	before = resident_bytes();
	feed(tracker, limit, CONNS, AF_INET6, true);
	assert_int_equal(tracker_count(tracker), limit);
	assert_int_equal(tracker_stats(tracker)->evicted, CONNS);
	within(before, 0, "ten times the limit, more");
	tracker_free(tracker);
}

/* Opened and closed, with a minisocket each: what ends is let go. */
static void test_turnover(void **state)
{
	struct tcptrail_record r[3];
	struct tracker *tracker = create(CONNS);
	size_t before = resident_bytes();
	uint32_t n;

	for (n = 0; n < CONNS; n++) {
		r[0] = make(n, AF_INET6, n);
		r[0].time_ns = 1000000000ULL + n * 100000ULL;
		r[1] = r[0];
		r[1].kind = TCPTRAIL_TIMEWAIT;
		r[1].transition.old_state = TCPTRAIL_FIN_WAIT2;
		r[1].transition.new_state = TCPTRAIL_TIME_WAIT;
		r[2] = r[1];
		r[2].transition.old_state = TCPTRAIL_TIME_WAIT;
		r[2].transition.new_state = TCPTRAIL_CLOSE;
		r[2].transition.reason = TCPTRAIL_REASON_TIMEOUT;
		tracker_feed(tracker, r, 3);
	}
	/* In TRACKER_LINGER_NS there are a thousand of them. */
	assert_in_range(tracker_count(tracker), 1, 1001);
	assert_int_equal(tracker_stats(tracker)->created, CONNS);
	within(before, 2000 * (CONN_MEMORY_IPV6 + CONN_MEMORY_TASK), "all that came and went");
	tracker_free(tracker);
}

static void test_stuck(void **state)
{
	struct tracker *tracker = create(CONNS);
	const struct stuck_query query = {
		.tracker = tracker, .now_ns = 1ULL << 60, .states = ~0U, .older_ns = 1
	};
	struct stuck_scan *scan;
	size_t before;

	feed(tracker, 0, CONNS, AF_INET, false);
	malloc_trim(0);
	before = resident_bytes();
	assert_int_equal(stuck_find(&scan, &query), 0);
	assert_int_equal(stuck_scan_result(scan)->count, CONNS);
	/* The list has room for twice as many, of which half is touched; and sorted. */
	within(before, 2 * CONNS * sizeof(struct finding), "a list of all that are stuck");
	stuck_scan_free(scan);
	malloc_trim(0);
	within(before, 0, "after it is freed");
	tracker_free(tracker);
}

/* Each record a conversation of its own takes the most memory. */
static void test_conversations(void **state)
{
	struct tcptrail_record r = make(0, AF_INET, 1);
	struct selector selector;
	const struct conversation *list;
	struct conversations *conversations;
	size_t before, count, n;

	malloc_trim(0);
	before = resident_bytes();
	assert_int_equal(selector_parse(&selector, ":80"), 0);
	assert_int_equal(conversations_create(&conversations, &selector), 0);
	for (n = 0; n < RECORDS; n++) {
		r = make((uint32_t)n, AF_INET, 1);
		assert_int_equal(conversations_feed(conversations, &r, 1), 0);
	}
	within(before, CONVERSATIONS_RECORDS_MAX * sizeof(r), "records of conversations");
	assert_int_equal(conversations_sort(conversations, &list, &count), 0);
	assert_int_equal(count + conversations_dropped(conversations), RECORDS);
	within(before, CONVERSATIONS_RECORDS_MAX * CONVERSATIONS_RECORD_BYTES,
	       "and the conversations");
	conversations_free(conversations);
	malloc_trim(0);
	within(before, 0, "after they are freed");
}

/* A trail of nothing but losses, of which a conversation remembers that there were some. */
static void test_losses(void **state)
{
	struct tcptrail_record r[2] = { make(0, AF_INET, 1), { .kind = TCPTRAIL_LOSS } };
	struct selector selector;
	const struct conversation *list;
	struct conversations *conversations;
	size_t before, count, n;

	assert_int_equal(selector_parse(&selector, ":80"), 0);
	assert_int_equal(conversations_create(&conversations, &selector), 0);
	assert_int_equal(conversations_feed(conversations, r, 1), 0);
	before = resident_bytes();
	r[1].loss.cause = TCPTRAIL_LOSS_OVERWRITTEN;
	for (n = 0; n < RECORDS; n++) {
		r[1].time_ns = r[0].time_ns + n;
		assert_int_equal(conversations_feed(conversations, &r[1], 1), 0);
	}
	if (MEASURED)
		assert_in_range(resident_bytes() - before, 0, SLACK / 4);
	assert_int_equal(conversations_sort(conversations, &list, &count), 0);
	assert_int_equal(count, 1);
	assert_true(list[0].lossy);
	conversations_free(conversations);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),	      cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_tasks),	      cmocka_unit_test(test_limit),
		cmocka_unit_test(test_turnover),      cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_conversations), cmocka_unit_test(test_losses),
	};

	/* A huge page that is used a little is no use of memory to be blamed for. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	mallopt(M_MMAP_THRESHOLD, 128 << 10); /* or it rises with what tests before have freed */
	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
