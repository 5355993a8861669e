// SPDX-License-Identifier: GPL-2.0
/* How the CLOSE-WAITs of a process grow, and when its last descriptor is gone. */
#include "tests/unit/stuck_fixture.h"

#define PID 7

/* One that began so long before NOW and was closed so long before, by @pid; 0: it is not known who. */
static void put_closed(struct fixture *f, uint64_t begun_ago_ns, uint64_t ended_ago_ns,
		       unsigned int pid)
{
	struct tcptrail_record r = script_line("0 B socket ESTABLISHED CLOSE_WAIT");
	char line[96];

	r.time_ns = NOW - begun_ago_ns;
	r.cookie = f->cookie++;
	r.rport = (uint16_t)(40000 + f->cookie);
	tracker_feed(f->tracker, &r, 1);
	snprintf(line, sizeof(line), "0 B socket CLOSE_WAIT LAST_ACK comm=shop pid=%u", pid);
	r.transition = script_line(pid ? line : "0 B socket CLOSE_WAIT LAST_ACK").transition;
	r.flags |= pid ? TCPTRAIL_F_TASK : 0;
	r.time_ns = NOW - ended_ago_ns;
	tracker_feed(f->tracker, &r, 1);
}

/* One that lives: found when it had been there so long at least, if @found. */
static void put_living(struct fixture *f, uint64_t ago_ns, bool found)
{
	put(f,
	    found ? "0 B snapshot CLOSE_WAIT inode=11" :
		    "0 B socket ESTABLISHED CLOSE_WAIT inode=11",
	    1, ago_ns);
}

/* What a process that holds all of them is told; it has used 100 of so many descriptors. */
static struct descriptor_leak leak_of(struct fixture *f, uint64_t fd_limit)
{
	struct holder holder = { .inode = 11, .pid = PID, .task = PID, .fd = 3, .comm = "shop" };
	struct process process = { .pid = PID, .task = PID, .fds = 100, .fd_limit = fd_limit };
	struct holders known = { .owners = { .holders = &holder,
					     .count = 1,
					     .processes = &process,
					     .process_count = 1 } };
	struct descriptor_leak leak;

	find(f, true);
	assert_int_equal(holders_count_leaks(&known, f->result), 0);
	assert_int_equal(known.leaks.count, 1);
	leak = *(const struct descriptor_leak *)hashmap_at(&known.leaks, 0);
	hashmap_fini(&known.leaks);
	return leak;
}

static void assert_no_rate(const struct descriptor_leak *leak)
{
	assert_int_equal(descriptor_leak_per_hour(leak), 0);
	assert_true(leak->out_ns == DESCRIPTOR_LEAK_NEVER);
}

/* One in ten seconds, for ten minutes: begun in the window are those of the last ten minutes. */
static void test_steady_leak(void **state)
{
	struct fixture *f = *state;
	struct descriptor_leak leak;
	unsigned int i;

	for (i = 0; i < 80; i++)
		put_living(f, (5 + 10 * i) * SEC, false);
	leak = leak_of(f, 400);
	assert_int_equal(leak.count, 80);
	assert_int_equal(trend_window_ns(&leak.trend), 10 * MINUTE);
	assert_int_equal(trend_begun(&leak.trend), 60);
	assert_int_equal(trend_ended(&leak.trend), 0);
	assert_int_equal(descriptor_leak_per_hour(&leak), 360);
	assert_int_equal(leak.out_ns, 3000 * SEC);
	assert_int_equal(leak_of(f, 100).out_ns, 0);
	assert_true(leak_of(f, PROCESS_UNLIMITED).out_ns == DESCRIPTOR_LEAK_NEVER);

	/* What is missing from the trail is no part of the window. */
	f->query.complete_ns = NOW - 5 * MINUTE;
	leak = leak_of(f, 400);
	assert_int_equal(trend_begun(&leak.trend), 30);
	assert_int_equal(descriptor_leak_per_hour(&leak), 360);
	f->query.complete_ns = NOW - 50 * SEC;
	leak = leak_of(f, 400);
	assert_no_rate(&leak);
	assert_true(descriptor_leak_is_known(&leak));
	f->query.complete_ns = UINT64_MAX;
	leak = leak_of(f, 400);
	assert_no_rate(&leak);
	assert_false(descriptor_leak_is_known(&leak));

	/* One that nobody is known to have closed may have been the process's. */
	f->query.complete_ns = 0;
	put_closed(f, 2 * MINUTE, 30 * SEC, 0);
	leak = leak_of(f, 400);
	assert_false(descriptor_leak_is_known(&leak));
}

/* Of three that begin two are closed. What others close is theirs. */
static void test_leak_with_closes(void **state)
{
	struct fixture *f = *state;
	struct descriptor_leak leak;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		put_living(f, (2 + 6 * i) * SEC, false);
		put_closed(f, (4 + 6 * i) * SEC, (2 + 6 * i) * SEC, PID);
		put_closed(f, (5 + 6 * i) * SEC, (2 + 6 * i) * SEC, PID);
		put_closed(f, (5 + 6 * i) * SEC, (2 + 6 * i) * SEC, PID + 1);
	}
	leak = leak_of(f, 400);
	assert_int_equal(trend_begun(&leak.trend), 300);
	assert_int_equal(trend_ended(&leak.trend), 200);
	assert_int_equal(descriptor_leak_per_hour(&leak), 600);
}

/* Fifteen at any time, each closed after 15 s, by a process that has been there for long. */
static void test_pool(void **state)
{
	struct fixture *f = *state;
	struct descriptor_leak leak;
	unsigned int i;

	for (i = 0; i < 900; i++) {
		if (i < 15)
			put_living(f, i * SEC, false);
		else
			put_closed(f, i * SEC, (i - 15) * SEC, PID);
	}
	leak = leak_of(f, 400);
	assert_int_equal(leak.count, 15);
	assert_int_equal(trend_begun(&leak.trend), 601);
	assert_int_equal(trend_ended(&leak.trend), 601);
	assert_no_rate(&leak);
}

static void test_no_rate(void **state)
{
	struct fixture *f = *state;
	struct descriptor_leak leak;
	unsigned int i;

	/* A leak that has stopped. */
	for (i = 0; i < 30; i++)
		put_living(f, (82 + i) * SEC, false);
	leak = leak_of(f, 400);
	assert_no_rate(&leak);
	assert_int_equal(trend_begun(&leak.trend), 30);
	assert_int_equal(leak.trend.newest_ns, NOW - 82 * SEC);

	/* Found, when they were so old at least. */
	for (i = 0; i < 600; i++)
		put_living(f, i * SEC, true);
	leak = leak_of(f, 1000);
	assert_no_rate(&leak);
	assert_int_equal(trend_begun(&leak.trend), 30);
}

/* Held by two processes, each of which runs out of descriptors for itself. */
static void test_leaks(void **state)
{
	struct fixture *f = *state;
	struct holder holders[] = { { .inode = 11, .pid = 7, .task = 7, .fd = 3, .comm = "shop" },
				    { .inode = 11, .pid = 7, .task = 7, .fd = 9, .comm = "shop" },
				    { .inode = 11, .pid = 8, .task = 8, .fd = 3, .comm = "shop" },
				    { .inode = 12, .pid = 7, .task = 7, .fd = 4, .comm = "shop" },
				    { .inode = 13, .pid = 7, .task = 7, .fd = 5, .comm = "shop" } };
	struct process processes[] = { { .task = 7, .fds = 20, .fd_limit = 1024 },
				       { .task = 8, .fds = 4, .fd_limit = 1024 } };
	struct holders known = {
		.owners = { .holders = holders,
			    .count = 5,
			    .processes = processes,
			    .process_count = 2 },
	};
	const struct descriptor_leak *leak;
	const struct finding *found;
	struct stuck_words words;
	struct buf out;

	strcpy(processes[0].command, "shop\x1b[2J --port 80");
	strcpy(processes[0].cgroup.path, "/system.slice/shop.service");
	strcpy(processes[0].cgroup.unit, "shop.service");
	f->o.holders = &known;
	put(f, "0 B accept CLOSE_WAIT inode=11", 1, 60 * SEC);
	put(f, "0 B accept CLOSE_WAIT inode=12", 1, 40 * SEC);
	put(f, "0 B accept CLOSE_WAIT inode=13", 1, 1 * SEC); /* not stuck yet, but it counts */
	find(f, true);
	assert_int_equal(f->result->count, 2);
	assert_int_equal(holders_count_leaks(&known, f->result), 0);
	assert_int_equal(known.leaks.count, 2);
	leak = hashmap_find(&known.leaks, &(uint64_t){ 7 });
	assert_int_equal(leak->count, 3);
	assert_int_equal(leak->fds, 20);
	assert_true(
		leak->uncounted); /* when it closed its own descriptor of one is not on record */
	leak = hashmap_find(&known.leaks, &(uint64_t){ 8 });
	assert_int_equal(leak->count, 1);

	found = &f->result->findings[f->result->findings[0].conn->inode != 12];
	stuck_words_of(&f->o, found, &words);
	assert_string_equal(words.verdict.name, "close-wait-leak");
	assert_non_null(strstr(words.verdict.sentence, "has not. It has 3 such sockets."));
	buf_init(&out, NULL);
	stuck_paragraphs(&f->o, &out, found);
	assert_non_null(strstr(buf_string(&out), "unit shop.service, uid 0"));
	assert_non_null(strstr(buf_string(&out), "held by shop[7] fd 4, command: shop\\x1b[2J "
						 "--port 80"));
	out.len = 0;
	stuck_line(&f->o, &out, found);
	assert_non_null(strstr(buf_string(&out), "\"command\":\"shop\\u001b[2J --port 80\""));
	assert_non_null(strstr(buf_string(&out), "\"growth\":{\"count\":3,"
						 "\"fds\":20,\"fd_limit\":1024}"));
	assert_non_null(strstr(buf_string(&out), "\"unit\":\"shop.service\""));
	buf_free(&out);
	hashmap_fini(&known.leaks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_steady_leak, make, drop),
		cmocka_unit_test_setup_teardown(test_leak_with_closes, make, drop),
		cmocka_unit_test_setup_teardown(test_pool, make, drop),
		cmocka_unit_test_setup_teardown(test_no_rate, make, drop),
		cmocka_unit_test_setup_teardown(test_leaks, make, drop),
	};

	return cmocka_run_group_tests_name("descriptor_leak", tests, NULL, NULL);
}
