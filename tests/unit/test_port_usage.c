// SPDX-License-Identifier: GPL-2.0
/* TIME-WAIT churn: rates, shares, and when the source ports run out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/script.h"
#include "userspace/diagnose/port_usage.h"
#include "userspace/base/time.h"

#define NOW (1000 * SEC)

struct fixture {
	struct tracker *tracker;
	struct source_ports ports;
	uint64_t cookie;
	bool nothing_alive;
};

static struct source_ports ports_of(void *arg, uint32_t netns)
{
	return ((struct fixture *)arg)->ports;
}

static bool is_alive(void *arg, const struct conn *c)
{
	return !((struct fixture *)arg)->nothing_alive;
}

static struct fixture make(uint16_t first, uint16_t count)
{
	struct tracker_config config = { 0 };
	struct fixture f = { .cookie = 1000 };

	f.ports = (struct source_ports){ first, (uint16_t)(first + count - 1), count, 0 };
	assert_int_equal(tracker_create(&f.tracker, &config), 0);
	return f;
}

/* One record, with another source port and cookie, so long before NOW. */
static void put(struct fixture *f, const char *line, uint16_t lport, uint64_t ago_ns)
{
	struct tcptrail_record r = script_line(line);

	r.time_ns = NOW - ago_ns;
	r.cookie = f->cookie++;
	r.lport = lport;
	tracker_feed(f->tracker, &r, 1);
}

static size_t find(struct fixture *f, uint32_t at_least, struct usage **list)
{
	struct port_usage_query query = {
		.now_ns = NOW, .at_least = at_least, .ports = ports_of, .alive = is_alive, .arg = f
	};
	size_t count;

	assert_int_equal(port_usage_find(f->tracker, &query, list, &count), 0);
	return count;
}

/* A hundred a second, for so long: each takes the next port. */
static void port_usage_for(struct fixture *f, unsigned int seconds)
{
	unsigned int i;

	for (i = 0; i < seconds * 100; i++)
		put(f, "0 A timewait FIN_WAIT2 TIME_WAIT comm=app pid=77",
		    (uint16_t)(f->ports.first + i), i * (SEC / 100));
}

/* 2000 of 4000 are free, a hundred go each second. */
static void test_runs_out(void **state)
{
	struct fixture f = make(10000, 4000);
	struct usage *list;

	port_usage_for(&f, 20);
	assert_int_equal(find(&f, 1000, &list), 1);
	assert_int_equal(list->timewaits, 2000);
	assert_int_equal(list->used, 2000);
	assert_int_equal(list->ports, 4000);
	assert_int_equal(list->begun, 1000);
	assert_int_equal(list->window_ns, PORT_USAGE_WINDOW_NS);
	assert_int_equal(port_usage_per_minute(list), 6000);
	assert_true(port_usage_share(list) == 0.5);
	assert_int_equal(list->out_ns / SEC, 20); /* before the oldest comes free, in 40 s */
	assert_string_equal(list->comm, "app");
	assert_int_equal(list->pid, 77);
	assert_int_equal(list->made, 2000);
	assert_int_equal(list->port, 80);
	assert_int_equal(list->netns, 1);
	assert_int_equal(list->raddr[15], 2);
	assert_false(list->passive);
	assert_int_equal(list->conn->since_ns, NOW);
	free(list);
	tracker_free(f.tracker);
}

/* A minute needs 6000: from then on as many come free as are taken. */
static void test_suffices(void **state)
{
	struct fixture f = make(10000, 6050);
	struct usage *list;

	port_usage_for(&f, 20);
	assert_int_equal(find(&f, 1000, &list), 1);
	assert_true(list->out_ns == PORT_USAGE_NEVER);
	free(list);
	f.ports.count = 5950;
	assert_int_equal(find(&f, 1000, &list), 1);
	assert_int_equal(list->out_ns / (SEC / 10), 395);
	free(list);
	tracker_free(f.tracker);
}

/*
 * 200 of 550 are taken, 10 more each second, which would be 35 s; but half of the 200
 * come free in 5 s.
 */
static void test_ports_that_come_free(void **state)
{
	struct fixture f = make(10000, 550);
	struct usage *list;
	unsigned int i;

	for (i = 0; i < 100; i++)
		put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT", (uint16_t)(10200 + i), 55 * SEC);
	for (i = 0; i < 100; i++)
		put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT", (uint16_t)(10000 + i), i * SEC / 10);
	assert_int_equal(find(&f, 1, &list), 1);
	assert_int_equal(list->used, 200);
	assert_int_equal(list->begun, 100);
	assert_int_equal(list->out_ns / SEC, 45);
	free(list);
	tracker_free(f.tracker);
}

/* What is open takes a port, too; what is out of the range takes none that counts. */
static void test_all_gone(void **state)
{
	struct fixture f = make(10000, 4);
	struct usage *list;

	put(&f, "0 A snapshot CLOSE_WAIT inode=1", 10000, SEC);
	put(&f, "0 A socket SYN_SENT ESTABLISHED", 10001, SEC);
	put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT", 10002, SEC);
	put(&f, "0 A socket CLOSE SYN_SENT", 9999, SEC);
	assert_int_equal(find(&f, 1000, &list), 1);
	assert_int_equal(list->used, 3);
	assert_int_equal(list->timewaits, 1);
	assert_int_equal(list->conn->state, TCPTRAIL_TIME_WAIT);
	free(list);
	put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT", 10003, SEC);
	assert_int_equal(find(&f, 1000, &list), 1);
	assert_int_equal(list->out_ns, 0);
	free(list);

	f.nothing_alive = true;
	assert_int_equal(find(&f, 0, &list), 0);
	free(list);
	tracker_free(f.tracker);
}

/* With tcp_tw_reuse a TIME-WAIT of more than a second stands in nobody's way. */
static void test_reuse(void **state)
{
	struct fixture f = make(10000, 4000);
	struct usage *list;

	port_usage_for(&f, 20);
	f.ports.tw_reuse = 1;
	assert_int_equal(find(&f, 1000, &list), 1);
	assert_int_equal(list->timewaits, 2000);
	assert_int_equal(list->used, 100);
	assert_true(list->out_ns == PORT_USAGE_NEVER);
	free(list);
	f.ports.tw_reuse = 2; /* loopback only, and this is not */
	assert_int_equal(find(&f, 1000, &list), 1);
	assert_int_equal(list->used, 2000);
	free(list);
	tracker_free(f.tracker);
}

/* A server that closes first: by its own port, and no source ports. */
static void test_passive(void **state)
{
	struct fixture f = make(32768, 28232);
	struct usage *list;
	unsigned int i;

	for (i = 0; i < 50; i++) {
		struct tcptrail_record r = script_line("0 B snapshot TIME_WAIT age_us=1000000");

		r.time_ns = NOW;
		r.cookie = f.cookie++;
		r.rport = (uint16_t)(40000 + i);
		tracker_feed(f.tracker, &r, 1);
	}
	assert_int_equal(find(&f, 51, &list), 0);
	free(list);
	assert_int_equal(find(&f, 50, &list), 1);
	assert_true(list->passive);
	assert_int_equal(list->port, 80);
	assert_int_equal(list->timewaits, 50);
	assert_int_equal(list->ports, 0);
	assert_true(list->out_ns == PORT_USAGE_NEVER);
	assert_int_equal(port_usage_per_minute(list), 3000); /* 50 in a second */
	free(list);
	tracker_free(f.tracker);
}

/* Many short-lived processes of one name, and another program; each destination apart. */
static void test_makers(void **state)
{
	struct fixture f = make(10000, 1000);
	struct usage *list;

	put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT comm=curl pid=5", 10000, 2 * SEC);
	put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT comm=curl pid=6", 10001, 2 * SEC);
	put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT comm=wget pid=7", 10002, SEC);
	put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT netns=9 comm=wget pid=7", 10002, SEC);
	assert_int_equal(find(&f, 0, &list), 2);
	assert_int_equal(list[0].timewaits, 3);
	assert_string_equal(list[0].comm, "curl");
	assert_int_equal(list[0].pid, 0);
	assert_int_equal(list[0].made, 2);
	assert_int_equal(list[0].window_ns, 2 * SEC);
	assert_int_equal(list[1].netns, 9);
	assert_int_equal(list[1].pid, 7);
	free(list);
	tracker_free(f.tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs_out),
		cmocka_unit_test(test_suffices),
		cmocka_unit_test(test_ports_that_come_free),
		cmocka_unit_test(test_all_gone),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_passive),
		cmocka_unit_test(test_makers),
	};

	return cmocka_run_group_tests_name("churn", tests, NULL, NULL);
}
