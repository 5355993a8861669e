// SPDX-License-Identifier: GPL-2.0
/* A snapshot merged with a trail; sockets whose end was lost; the rows of a table of options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/base/array.h"
#include "userspace/session/message.h"
#include "userspace/session/session.h"

#define RECORDS 200

/* What snapshot_merge() puts, and after how many it shall stop. */
struct put {
	struct tcptrail_record records[2 * RECORDS];
	size_t count;
	size_t limit;
};

static int put(void *arg, const struct tcptrail_record *records, size_t count)
{
	struct put *p = arg;

	assert_true(count > 0);
	memcpy(&p->records[p->count], records, count * sizeof(*records));
	p->count += count;
	return p->limit && p->count >= p->limit;
}

static void fill(struct tcptrail_record *records, uint8_t kind, unsigned int most)
{
	uint64_t time_ns = 0;

	memset(records, 0, RECORDS * sizeof(*records));
	for (unsigned int i = 0; i < RECORDS; i++) {
		time_ns += (unsigned int)rand() % most;
		records[i].kind = kind;
		records[i].seq = i;
		records[i].time_ns = time_ns;
	}
}

/* All in the order of their times; of one time what the snapshot has comes first. */
static void check_order(const struct put *p)
{
	uint64_t next[2] = { 0 };

	assert_int_equal(p->count, 2 * RECORDS);
	for (size_t i = 0; i < p->count; i++) {
		const struct tcptrail_record *r = &p->records[i];

		assert_int_equal(r->seq, next[r->kind == TCPTRAIL_SNAPSHOT]++);
		if (!i)
			continue;
		assert_true(r[-1].time_ns <= r->time_ns);
		if (r[-1].time_ns == r->time_ns && r->kind == TCPTRAIL_SNAPSHOT)
			assert_int_equal(r[-1].kind, TCPTRAIL_SNAPSHOT);
	}
}

static void test_merge(void **state)
{
	static struct tcptrail_record trail[RECORDS], list[RECORDS];
	const struct snapshot snapshot = { .records = list, .count = RECORDS };
	static struct put p;
	size_t next, at, count;

	for (unsigned int i = 0; i < 100; i++) {
		p.count = 0;
		next = 0;
		fill(trail, TCPTRAIL_SOCKET, i % 2 ? 3 : 20);
		fill(list, TCPTRAIL_SNAPSHOT, i % 3 ? 3 : 20);
		for (at = 0; at < RECORDS; at += count) {
			count = (unsigned int)rand() % 40;
			count = count < RECORDS - at ? count : RECORDS - at;
			assert_int_equal(
				snapshot_merge(&snapshot, &next, &trail[at], count, put, &p), 0);
		}
		assert_int_equal(snapshot_merge(&snapshot, &next, NULL, 0, put, &p), 0);
		check_order(&p);
	}
}

static void test_merge_stops(void **state)
{
	static struct tcptrail_record trail[RECORDS], list[RECORDS];
	const struct snapshot snapshot = { .records = list, .count = RECORDS };
	static struct put p = { .limit = 100 };
	size_t next = 0;

	fill(trail, TCPTRAIL_SOCKET, 3);
	fill(list, TCPTRAIL_SNAPSHOT, 3);
	assert_int_equal(snapshot_merge(&snapshot, &next, trail, RECORDS, put, &p), 1);
	assert_in_range(p.count, 100, 120);
}

static uint32_t home_netns(void)
{
	struct stat st;

	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	return (uint32_t)st.st_ino;
}

static struct tcptrail_record close_wait(uint64_t cookie, uint32_t netns, uint64_t time_ns)
{
	struct tcptrail_record r = {
		.kind = TCPTRAIL_SOCKET,
		.time_ns = time_ns,
		.netns = netns,
		.cookie = cookie,
		.lport = 80,
		.rport = (uint16_t)cookie,
	};

	r.laddr[10] = r.laddr[11] = r.raddr[10] = r.raddr[11] = 0xff;
	r.laddr[12] = r.raddr[12] = 10;
	r.transition.old_state = TCPTRAIL_ESTABLISHED;
	r.transition.new_state = TCPTRAIL_CLOSE_WAIT;
	return r;
}

static bool lives(const struct tracker *tracker, const struct tcptrail_record *r)
{
	const struct conn *c = tracker_next(tracker, NULL);

	while (c && c->cookie != r->cookie)
		c = tracker_next(tracker, c);
	return c && !c->end;
}

/* Of what the kernel does not list any more only that is gone which it would have listed. */
static void test_resync(void **state)
{
	const struct tracker_config config = { 0 };
	uint32_t netns = home_netns();
	struct tcptrail_record gone = close_wait(1ULL << 60, netns, time_now_ns());
	struct tcptrail_record elsewhere = close_wait((1ULL << 60) + 1, 1, time_now_ns());
	struct tcptrail_record new;
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct resync resync = { 0 };
	struct tracker *tracker;
	unsigned int listeners = 0;
	int err;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size) || listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(tracker_create(&tracker, &config), 0);
	tracker_feed(tracker, &gone, 1);
	tracker_feed(tracker, &elsewhere, 1);
	err = resync_begin(&resync, tracker, SNAPSHOT_ALL_STATES, 3, NULL);
	if (err)
		print_message("sock_diag: %s\n", strerror(-err));
	if (err) {
		tracker_free(tracker);
		close(fd);
		skip();
	}
	new = close_wait((1ULL << 60) + 2, netns, time_now_ns());
	resync_feed(&resync, tracker, &new, 1);
	assert_true(lives(tracker, &gone));
	resync_end(&resync, tracker);
	assert_false(lives(tracker, &gone));
	assert_true(lives(tracker, &elsewhere));
	assert_true(lives(tracker, &new));
	for (const struct conn *c = tracker_next(tracker, NULL); c; c = tracker_next(tracker, c))
		listeners += c->state == TCPTRAIL_LISTEN && c->lport == ntohs(address.sin_port);
	assert_int_equal(listeners, 1);
	/* Another loss at once is not worth another list. */
	assert_false(resync_is_due(&resync, 3, false, UINT64_MAX));
	assert_false(resync_is_due(&resync, 4, false, time_now_ns()));
	assert_true(resync_is_due(&resync, 4, false, UINT64_MAX));
	/* What is never on record is asked for again and again. */
	assert_true(resync_is_due(&resync, 3, true, UINT64_MAX));
	resync_free(&resync);
	tracker_free(tracker);
	close(fd);
}

static void test_options(void **state)
{
	char *argv[] = { "life", "--num=7", "word",   "-v",   "--span", "2s",
			 "-i",	 "file",    "--unit", "--po", "80,81",	NULL };
	struct filter filter = { 0 };
	const char *file = NULL, *unit = "none";
	uint64_t number = 0, span_ns = 0;
	bool verbose = false, other = false;
	const struct option_row rows[] = {
		option_string("-i FILE", "", &file),
		option_flag("-v, --verbose", "", &verbose),
		option_flag("--other", "", &other),
		{ .help = "a paragraph\n" },
		option_number("--number N", "", "a number", &number, 7, 8),
		option_span("--span T", "", "a time", &span_ns, SEC, 2 * SEC),
		option_string("--unit[=N]", "", &unit),
		option_filter("--port N", "", "a port", &filter, FILTER_PORT),
		{ 0 },
	};

	optind = 0;
	assert_int_equal(options_parse("", rows, 11, argv), CMD_OK);
	assert_string_equal(argv[optind], "word");
	assert_null(argv[optind + 1]);
	assert_string_equal(file, "file");
	assert_null(unit);
	assert_true(verbose);
	assert_false(other);
	assert_int_equal(number, 7);
	assert_int_equal(span_ns, 2 * SEC);
	assert_int_equal(filter.count, 2);
}

static void test_option_ranges(void **state)
{
	uint64_t n = 0;
	const struct option_row number = option_number("--number N", "", "7 or 8", &n, 7, 8);
	const struct option_row any = option_number("--any N", "", "a number", &n, 1, 0);
	const struct option_row span = option_span("--by-span[=T]", "", "1s", &n, SEC, SEC);
	char *text;

	assert_int_equal(number.set(&number, "6"), -EINVAL);
	assert_int_equal(number.set(&number, "9"), -EINVAL);
	assert_int_equal(number.set(&number, " 7"), -EINVAL);
	assert_int_equal(number.set(&number, ""), -EINVAL);
	assert_int_equal(n, 0);
	assert_int_equal(number.set(&number, "8"), 0);
	assert_int_equal(n, 8);
	assert_int_equal(any.set(&any, "0"), -EINVAL);
	assert_int_equal(any.set(&any, "18446744073709551615"), 0);
	assert_int_equal(any.set(&any, "18446744073709551616"), -EINVAL);
	assert_int_equal(span.set(&span, "999ms"), -EINVAL);
	assert_int_equal(span.set(&span, "1s"), 0);
	text = option_error(&number, "9", -EINVAL);
	assert_string_equal(text, "--number 9: has to be 7 or 8");
	free(text);
	text = option_error(&span, "x", -E2BIG);
	assert_string_equal(text, "--by-span=x: too many: 1000000000 is the most");
	free(text);
}

static struct losses after(struct losses losses, const struct tcptrail_record *records,
			   size_t count)
{
	losses_add(&losses, records, count);
	return losses;
}

/* Since when no record is missing: rates are made of nothing older. */
static void test_complete(void **state)
{
	const struct losses history = { .complete_ns = 100 };
	const struct losses from_now = { .complete_ns = 100, .from_now = true };
	const struct losses file = { 0 };
	struct tcptrail_record r[] = {
		{ .kind = TCPTRAIL_SOCKET, .time_ns = 150, .cpu = 0, .seq = 0 },
		{ .kind = TCPTRAIL_SNAPSHOT, .time_ns = 155, .cpu = 0, .seq = 0 },
		{ .kind = TCPTRAIL_SEGMENT, .time_ns = 160, .cpu = 3, .seq = 0 },
		{ .kind = TCPTRAIL_SOCKET, .time_ns = 170, .cpu = 0, .seq = 1 },
	};
	const struct tcptrail_record loss = {
		.kind = TCPTRAIL_LOSS,
		.time_ns = 200,
		.loss = { .cause = TCPTRAIL_LOSS_OVERWRITTEN, .count = 1 },
	};
	const struct tcptrail_record unseen = {
		.kind = TCPTRAIL_LOSS,
		.time_ns = 300,
		.loss = { .cause = TCPTRAIL_LOSS_SNAPSHOT },
	};

	assert_int_equal(after(history, r, ARRAY_SIZE(r)).complete_ns, 100);
	assert_int_equal(after(file, r, ARRAY_SIZE(r)).complete_ns, 150);
	/* The ring of CPU 3 has forgotten what came before its first record. */
	r[2].seq = 1;
	assert_int_equal(after(history, r, ARRAY_SIZE(r)).complete_ns, 160);
	assert_int_equal(after(file, r, ARRAY_SIZE(r)).complete_ns, 160);
	assert_int_equal(after(from_now, r, ARRAY_SIZE(r)).complete_ns, 100);
	assert_int_equal(after(from_now, &loss, 1).complete_ns, 200);
	assert_int_equal(after(from_now, &unseen, 1).complete_ns, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),	      cmocka_unit_test(test_merge_stops),
		cmocka_unit_test(test_resync),	      cmocka_unit_test(test_options),
		cmocka_unit_test(test_option_ranges), cmocka_unit_test(test_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
