// SPDX-License-Identifier: GPL-2.0
/* Source ports: rates, shares, and when they run out. */
#include "tests/unit/stuck_tools.h"

#define NOW (1000 * SEC)

struct fixture {
	struct tracker *tracker;
	struct stuck_kernel kernel;
	struct stuck_scan *scan;
	uint64_t cookie;
	uint64_t complete_ns;
	bool nothing_alive;
};

static bool is_alive(void *arg, const struct conn *c)
{
	return !((struct fixture *)arg)->nothing_alive;
}

static struct fixture make(uint16_t first, uint16_t count)
{
	const struct tracker_config config = { .recent = true };
	struct fixture f = { .cookie = 1000 };

	assert_int_equal(tracker_create(&f.tracker, &config), 0);
	f.kernel.ports = (struct source_ports){ first, (uint16_t)(first + count - 1), count, 0 };
	assert_int_equal(stuck_scan_create(&f.scan), 0);
	return f;
}

static void drop(struct fixture *f)
{
	stuck_scan_free(f->scan);
	tracker_free(f->tracker);
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

/* A further record of the same connection. */
static void put_more(struct fixture *f, const char *line, uint16_t lport, uint64_t ago_ns)
{
	f->cookie--;
	put(f, line, lport, ago_ns);
}

/* A connection of app's that was opened so long before NOW, and lives. */
static void put_live(struct fixture *f, uint16_t lport, uint64_t opened_ago_ns)
{
	put(f, "0 A socket CLOSE SYN_SENT nolport comm=app pid=77", 0, opened_ago_ns);
	put_more(f, "0 A socket SYN_SENT ESTABLISHED", lport, opened_ago_ns);
}

/* Or has become a TIME-WAIT, or has ended without. */
static void put_timewait(struct fixture *f, uint16_t lport, uint64_t ago_ns)
{
	put_live(f, lport, ago_ns);
	put_more(f, "0 A timewait FIN_WAIT2 TIME_WAIT comm=app pid=77", lport, ago_ns);
}

static void put_ended(struct fixture *f, uint16_t lport, uint64_t opened_ago_ns, uint64_t ago_ns)
{
	put_live(f, lport, opened_ago_ns);
	put_more(f, "0 A socket LAST_ACK CLOSE", lport, ago_ns);
}

static const struct stuck_result *scan(struct fixture *f, bool all)
{
	const struct kernel_view kernel = stuck_kernel_view(&f->kernel, 0);
	const struct stuck_query query = {
		.tracker = f->tracker,
		.now_ns = NOW,
		.complete_ns = f->complete_ns,
		.kernel = &kernel,
		.all_ports = all,
		.alive = is_alive,
		.arg = f,
	};

	return stuck_in_slices(f->scan, &query, 7);
}

/* The only burst; and the only destination that is counted, if all are. */
static const struct port_usage *find(struct fixture *f)
{
	const struct stuck_result *result = scan(f, false);
	const struct port_usage *usage = result->count ? result->findings[0].usage : NULL;
	const struct port_usage *one;
	size_t i;

	assert_non_null(usage);
	for (i = 1; i < result->count; i++)
		assert_null(result->findings[i].usage);
	assert_int_equal(result->ports.usages.count, 1);
	one = hashmap_at(&scan(f, true)->ports.usages, 0);
	assert_int_equal(one->used, usage->used);
	assert_int_equal(one->out_ns, usage->out_ns);
	return one;
}

/* One that is no burst, of as many. */
static const struct port_usage *find_any(struct fixture *f, size_t number, size_t count)
{
	const struct stuck_result *result = scan(f, true);

	assert_int_equal(result->ports.usages.count, count);
	return hashmap_at(&result->ports.usages, number);
}

/* A hundred a second, for so long: each takes the next port. */
static void port_usage_for(struct fixture *f, unsigned int seconds)
{
	unsigned int i;

	for (i = 0; i < seconds * 100; i++)
		put_timewait(f, (uint16_t)(f->kernel.ports.first + i), i * (SEC / 100));
}

/* 2000 of 4000 are free, a hundred go each second. */
static void test_runs_out(void **state)
{
	struct fixture f = make(10000, 4000);
	const struct port_usage *list;

	f.complete_ns = NOW - 20 * SEC;
	port_usage_for(&f, 20);
	list = find(&f);
	assert_int_equal(list->timewaits, 2000);
	assert_int_equal(list->used, 2000);
	assert_int_equal(list->ports, 4000);
	assert_int_equal(list->begun, 2000);
	assert_int_equal(list->opened, 2000);
	assert_int_equal(list->gone, 0);
	assert_int_equal(list->window_ns, 20 * SEC);
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

	/* From seconds of history there is no forecast, nor from none. */
	f.complete_ns = NOW - 9 * SEC;
	list = find(&f);
	assert_true(list->out_ns == PORT_USAGE_NEVER);
	assert_int_equal(list->begun, 900);
	assert_int_equal(port_usage_per_minute(list), 0);
	f.complete_ns = UINT64_MAX;
	list = find(&f);
	assert_true(list->out_ns == PORT_USAGE_NEVER);
	assert_int_equal(list->window_ns, 0);
	drop(&f);
}

/* 1000 at once, half a minute ago. */
static void test_burst_long_ago(void **state)
{
	struct fixture f = make(10000, 1500);
	const struct port_usage *list;
	unsigned int i;

	for (i = 0; i < 1000; i++)
		put_timewait(&f, (uint16_t)(10000 + i), 30 * SEC + i * MS);
	list = find(&f);
	assert_int_equal(list->begun, 1000);
	assert_true(list->out_ns == PORT_USAGE_NEVER);
	assert_string_equal(stuck_verdict(scan(&f, false)->findings), "time-wait-churn");
	drop(&f);
}

/* A pool without an upper bound: one in a second, and of each four three end. */
static void test_live(void **state)
{
	struct fixture f = make(10000, 220);
	const struct port_usage *list;
	unsigned int i;

	for (i = 0; i < 120; i++) {
		put_live(&f, (uint16_t)(10000 + i), i * SEC);
		put_ended(&f, 10200, i * SEC, i * SEC);
	}
	list = find(&f);
	assert_int_equal(list->timewaits, 0);
	assert_int_equal(list->live, 120);
	assert_int_equal(list->used, 120);
	assert_int_equal(list->opened, 122);
	assert_int_equal(list->gone, 61);
	assert_in_range(list->out_ns, 97 * SEC, 100 * SEC);
	assert_string_equal(stuck_verdict(scan(&f, false)->findings), "source-ports-out");
	assert_int_equal(scan(&f, false)->stuck, 120);
	f.kernel.ports.count = 120;
	assert_int_equal(find(&f)->out_ns, 0);
	drop(&f);
}

/* As many that live are no matter, if as many end as begin: whoever was long there. */
static void test_pool(void **state)
{
	struct fixture f = make(10000, 160);
	const struct stuck_result *result;
	unsigned int i;

	for (i = 0; i < 600; i++)
		if (i < 100)
			put_live(&f, (uint16_t)(10000 + i), i * SEC / 4);
		else
			put_ended(&f, (uint16_t)(10000 + i % 100), i * SEC / 4,
				  (i - 100) * SEC / 4);
	result = scan(&f, true);
	assert_int_equal(result->count, 0);
	assert_int_equal(((struct port_usage *)hashmap_at(&result->ports.usages, 0))->used, 100);
	drop(&f);
}

static const char *sentence_of(const struct stuck_result *result)
{
	static struct stuck_words words;
	struct stuck_out o = stuck_out_of(result);

	o.kernel = NULL; /* that of scan() is gone */
	stuck_words_of(&o, result->findings, &words);
	return words.verdict.sentence;
}

/* bind() gave them their ports: each is taken for all destinations, and told once. */
static void test_bound(void **state)
{
	struct fixture f = make(10000, 10);
	const struct stuck_result *result;
	unsigned int i;

	for (i = 0; i < 9; i++) {
		struct tcptrail_record r = script_line("0 A socket CLOSE SYN_SENT comm=app pid=77");

		r.time_ns = NOW - SEC;
		r.cookie = f.cookie++;
		r.lport = (uint16_t)(10000 + i);
		r.rport = i % 2 ? 80 : 81;
		tracker_feed(f.tracker, &r, 1);
	}
	assert_int_equal(scan(&f, false)->count, 0);
	assert_true(scan(&f, false)->gauges.ports_share == 0.9);

	/* The last one is taken for one destination only. */
	put_live(&f, 10009, SEC);
	result = scan(&f, false);
	assert_int_equal(result->count, 1);
	assert_string_equal(stuck_verdict(result->findings), "source-ports-bound");
	assert_int_equal(result->findings[0].usage->port, 80);
	assert_int_equal(result->findings[0].usage->used, 10);
	assert_int_equal(result->stuck, 9);
	assert_non_null(
		strstr(sentence_of(result),
		       "has taken 9 of 10 source ports, each for all destinations. To this "
		       "one 10 (100 %) are in use; none is left: connect() to there fails"));

	f.kernel.ports.count = 9;
	result = scan(&f, false);
	assert_int_equal(result->count, 1);
	assert_int_equal(result->findings[0].usage->port, 0);
	assert_non_null(
		strstr(sentence_of(result),
		       "has taken 9 of 9 source ports, most of them for app[77], each for all "
		       "destinations. None is left: connect() to anywhere fails"));
	drop(&f);
}

/* A minute needs 6000: from then on as many come free as are taken. */
static void test_suffices(void **state)
{
	struct fixture f = make(10000, 6050);
	const struct port_usage *list;

	f.complete_ns = NOW - 20 * SEC;
	port_usage_for(&f, 20);
	list = find(&f);
	assert_true(list->out_ns == PORT_USAGE_NEVER);
	f.kernel.ports.count = 5950;
	list = find(&f);
	assert_int_equal(list->out_ns / (SEC / 10), 395);
	drop(&f);
}

/*
 * 200 of 550 are taken, 10 more each second, which would be 35 s; but half of the 200
 * come free in 5 s.
 */
static void test_ports_that_come_free(void **state)
{
	struct fixture f = make(10000, 550);
	const struct port_usage *list;
	unsigned int i;

	f.complete_ns = NOW - 10 * SEC;
	for (i = 0; i < 100; i++)
		put_timewait(&f, (uint16_t)(10200 + i), 55 * SEC);
	for (i = 0; i < 100; i++)
		put_timewait(&f, (uint16_t)(10000 + i), i * SEC / 10);
	list = find_any(&f, 0, 1);
	assert_int_equal(list->used, 200);
	assert_int_equal(list->begun, 100);
	assert_int_equal(list->out_ns / SEC, 45);
	drop(&f);
}

/* What is open takes a port, too; what is out of the range takes none that counts. */
static void test_all_gone(void **state)
{
	struct fixture f = make(10000, 4);
	const struct port_usage *list;

	put(&f, "0 A snapshot CLOSE_WAIT inode=1", 10000, SEC);
	put(&f, "0 A socket SYN_SENT ESTABLISHED", 10001, SEC);
	put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT", 10002, SEC);
	put(&f, "0 A socket SYN_SENT ESTABLISHED", 9999, SEC);
	list = find_any(&f, 0, 1);
	assert_int_equal(list->used, 3);
	assert_int_equal(list->timewaits, 1);
	assert_int_equal(list->conn->state, TCPTRAIL_TIME_WAIT);
	put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT", 10003, SEC);
	list = find(&f);
	assert_int_equal(list->out_ns, 0);

	f.nothing_alive = true;
	assert_int_equal(scan(&f, true)->ports.usages.count, 0);
	drop(&f);
}

/* With tcp_tw_reuse a TIME-WAIT of more than a second stands in nobody's way. */
static void test_reuse(void **state)
{
	struct fixture f = make(10000, 4000);
	const struct port_usage *list;

	port_usage_for(&f, 20);
	f.kernel.ports.tw_reuse = 1;
	list = find(&f);
	assert_int_equal(list->timewaits, 2000);
	assert_int_equal(list->used, 100);
	assert_true(list->reusable && !list->assumed);
	assert_true(list->out_ns == PORT_USAGE_NEVER);
	f.kernel.ports.tw_reuse = 2; /* loopback only, and this is not */
	list = find(&f);
	assert_false(list->reusable);
	assert_int_equal(list->used, 2000);
	drop(&f);
}

/* A server that closes first: by its own port, and no source ports. */
static void test_passive(void **state)
{
	struct fixture f = make(32768, 28232);
	const struct port_usage *list;
	unsigned int i;

	for (i = 0; i < PORT_USAGE_BURST; i++) {
		struct tcptrail_record r = script_line("0 B snapshot TIME_WAIT age_us=1000000");

		if (i == PORT_USAGE_BURST - 1)
			assert_int_equal(scan(&f, false)->count, 0);

		r.time_ns = NOW;
		r.cookie = f.cookie++;
		r.rport = (uint16_t)(40000 + i);
		tracker_feed(f.tracker, &r, 1);
	}
	list = find(&f);
	assert_true(list->passive);
	assert_int_equal(list->port, 80);
	assert_int_equal(list->timewaits, PORT_USAGE_BURST);
	assert_int_equal(list->ports, 0);
	assert_true(list->out_ns == PORT_USAGE_NEVER);
	assert_int_equal(list->begun, 0); /* a second ago, or earlier */
	drop(&f);
}

/*
 * Older than the trail, at a port from which connect() chooses: a listener's own is no source
 * port in use. Without a listener they may be either side's.
 */
static void test_opener(void **state)
{
	struct fixture f = make(80, 4);
	const struct port_usage *list;
	unsigned int i;

	for (i = 0; i < 4; i++)
		put(&f, "0 A snapshot ESTABLISHED inode=1", (uint16_t)(80 + i), SEC);
	list = find(&f);
	assert_int_equal(list->used, 4);
	assert_int_equal(list->guessed, 4);
	assert_non_null(strstr(sentence_of(scan(&f, false)),
			       "EADDRNOTAVAIL (if this side opened the 4 of which it is not "
			       "recorded who did)."));
	put(&f, "0 A snapshot LISTEN listener", 81, SEC);
	put(&f, "0 A snapshot LISTEN listener", 82, SEC);
	put(&f, "0 A snapshot LISTEN listener", 83, SEC);
	list = find_any(&f, 0, 1);
	assert_int_equal(list->used, 1);
	assert_int_equal(list->guessed, 1);
	drop(&f);
}

/* Many short-lived processes of one name, and another program; each destination apart. */
static void test_makers(void **state)
{
	struct fixture f = make(10000, 1000);
	const struct port_usage *list;

	put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT comm=curl pid=5", 10000, 2 * SEC);
	put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT comm=curl pid=6", 10001, 2 * SEC);
	put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT comm=wget pid=7", 10002, SEC);
	put(&f, "0 A timewait FIN_WAIT2 TIME_WAIT netns=9 comm=wget pid=7", 10002, SEC);
	list = find_any(&f, 0, 2);
	assert_int_equal(list->timewaits, 3);
	assert_string_equal(list->comm, "curl");
	assert_int_equal(list->pid, 0);
	assert_int_equal(list->made, 2);
	assert_int_equal(list->begun, 3);
	list = find_any(&f, 1, 2);
	assert_int_equal(list->netns, 9);
	assert_int_equal(list->pid, 7);
	drop(&f);
}

/* A burst among so many other destinations, before and behind them, is found in a second walk. */
static void test_many_destinations(void **state)
{
	struct fixture f = make(10000, 4000);
	const struct port_usage *list;
	const struct stuck_result *result;
	unsigned int i;

	port_usage_for(&f, 10);
	for (i = 0; i < 3000; i++) {
		struct tcptrail_record r = script_line("0 A timewait FIN_WAIT2 TIME_WAIT");

		r.time_ns = NOW;
		r.cookie = f.cookie++;
		r.lport = 10000;
		r.rport = (uint16_t)(1000 + i);
		tracker_feed(f.tracker, &r, 1);
	}
	port_usage_for(&f, 5);
	result = scan(&f, false);
	assert_int_equal(result->count, 1);
	list = result->findings[0].usage;
	assert_int_equal(list->timewaits, 1500);
	assert_int_equal(list->used, 1500);
	assert_int_equal(list->wanted, 1500);
	assert_int_equal(list->made, 1500);
	assert_true(result->gauges.ports_share == 1500 / 4000.0);
	assert_true(result->ports.usages.count < 1000); /* by far not all */
	assert_int_equal(scan(&f, true)->ports.usages.count, 3001);
	drop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_destinations),
		cmocka_unit_test(test_runs_out),
		cmocka_unit_test(test_burst_long_ago),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_suffices),
		cmocka_unit_test(test_ports_that_come_free),
		cmocka_unit_test(test_all_gone),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_passive),
		cmocka_unit_test(test_opener),
		cmocka_unit_test(test_makers),
	};

	return cmocka_run_group_tests_name("port_usage", tests, NULL, NULL);
}
