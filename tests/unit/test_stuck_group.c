// SPDX-License-Identifier: GPL-2.0
/* Many stuck sockets: what is told together, in which order, and how leaks grow. */
#include "tests/unit/stuck_tools.h"
#include "userspace/base/array.h"

#define NOW (10000 * SEC)

struct fixture {
	struct tracker *tracker;
	struct stuck_query query;
	struct stuck_scan *scan;
	const struct stuck_result *result;
	struct stuck_out o;
	struct stuck_groups groups;
	uint64_t cookie;
};

static int make(void **state)
{
	const struct tracker_config config = { .recent = true };
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(tracker_create(&f->tracker, &config), 0);
	f->query =
		(struct stuck_query){ .tracker = f->tracker, .now_ns = NOW, .close_waits = true };
	assert_int_equal(stuck_scan_create(&f->scan), 0);
	f->o = (struct stuck_out){ .tracker = f->tracker, .now_ns = NOW };
	f->cookie = 1000;
	*state = f;
	return 0;
}

static int drop(void **state)
{
	struct fixture *f = *state;

	stuck_groups_free(&f->groups);
	stuck_scan_free(f->scan);
	tracker_free(f->tracker);
	free(f);
	return 0;
}

/* A socket of the server's with a peer of its own, so long before now. */
static uint64_t put(struct fixture *f, const char *line, uint8_t peer, uint64_t ago_ns)
{
	struct tcptrail_record r = script_line(line);

	r.time_ns = NOW - ago_ns;
	r.cookie = f->cookie++;
	r.raddr[15] = peer;
	r.rport = (uint16_t)(40000 + f->cookie);
	tracker_feed(f->tracker, &r, 1);
	return r.cookie;
}

static void find(struct fixture *f, bool each)
{
	stuck_groups_free(&f->groups);
	f->result = stuck_in_slices(f->scan, &f->query, 3);
	assert_int_equal(stuck_groups_make(&f->groups, f->result, f->o.holders, each), 0);
}

static const struct finding *member(const struct fixture *f, size_t group, size_t number)
{
	return f->groups.groups[group].members[number];
}

static const char *verdict_of(const struct fixture *f, size_t group)
{
	return stuck_verdict(member(f, group, 0));
}

#define LEAK "0 B accept CLOSE_WAIT inode=1 comm=shop pid=7"

static void test_same_owner_and_peer(void **state)
{
	struct fixture *f = *state;
	struct buf out;
	int i;

	for (i = 0; i < 50; i++)
		put(f, LEAK, 1, (20 + (uint64_t)i) * SEC);
	for (i = 0; i < 3; i++)
		put(f, LEAK, 2, 30 * SEC);
	put(f, "0 B accept CLOSE_WAIT inode=1 comm=other pid=8", 1, 90 * SEC);
	put(f, "0 B accept CLOSE_WAIT inode=1 unread=5 comm=shop pid=7", 1, 15 * SEC);
	put(f, "0 B accept CLOSE_WAIT inode=1 unread=7 comm=shop pid=7", 1, 12 * SEC);
	find(f, false);
	assert_int_equal(f->groups.count, 4);
	assert_int_equal(f->groups.groups[0].count, 50);
	assert_int_equal(f->groups.groups[0].peers, 1);
	assert_int_equal(finding_age(member(f, 0, 0), NOW), 69 * SEC);
	assert_int_equal(finding_age(member(f, 0, 49), NOW), 20 * SEC);
	/* By all their age: 3 x 30 s before the older one, by chance in no other order. */
	assert_int_equal(f->groups.groups[1].age_ns, 90 * SEC);
	assert_int_equal(f->groups.groups[2].age_ns, 90 * SEC);
	assert_string_equal(verdict_of(f, 3), "close-wait-unread");
	assert_int_equal(f->groups.groups[3].unread, 12);

	buf_init(&out, NULL);
	stuck_text(&f->o, &out, &f->groups.groups[0]);
	assert_non_null(strstr(buf_string(&out),
			       "CLOSE-WAIT   >=1m09s   10.0.0.2:80           10.0.0.1  "));
	assert_non_null(strstr(buf_string(&out), "    50 sockets, the newest at least 20.0s so;"));
	out.len = 0;
	stuck_json(&f->o, &out, &f->groups.groups[3]);
	assert_non_null(strstr(buf_string(&out), "\"kind\":\"group\",\"state\":\"close_wait\""));
	assert_non_null(strstr(buf_string(&out), "\"remote_address\":\"10.0.0.1\",\"count\":2,"
						 "\"peers\":1,\"age_seconds\":15.000000000"));
	assert_non_null(strstr(buf_string(&out), "\"unread\":12,"));
	buf_free(&out);

	find(f, true);
	assert_int_equal(f->groups.count, 56);
	assert_int_equal(finding_age(member(f, 0, 0), NOW), 90 * SEC);
}

static void test_many_peers(void **state)
{
	struct fixture *f = *state;
	struct buf out;
	uint8_t i;

	for (i = 0; i < 9; i++)
		put(f, LEAK, i, 20 * SEC);
	find(f, false);
	assert_int_equal(f->groups.count, 1);
	assert_int_equal(f->groups.groups[0].peers, 9);
	buf_init(&out, NULL);
	stuck_text(&f->o, &out, &f->groups.groups[0]);
	assert_non_null(strstr(buf_string(&out), "10.0.0.2:80           *  "));
	assert_non_null(strstr(buf_string(&out), "9 sockets of 9 peers"));
	buf_free(&out);
}

/* A socket of the client's, towards the server's port. */
static void put_opened(struct fixture *f, const char *line, uint64_t ago_ns)
{
	struct tcptrail_record r = script_line(line);

	r.time_ns = NOW - ago_ns;
	r.cookie = f->cookie++;
	r.lport = (uint16_t)(40000 + f->cookie);
	tracker_feed(f->tracker, &r, 1);
}

/* Each worker of a service has forgotten some: one entry. Another service's are another's. */
static void test_workers(void **state)
{
	struct holder holders[13];
	struct process processes[13] = { 0 };
	struct holders known = { .owners = { .holders = holders,
					     .count = 13,
					     .processes = processes,
					     .process_count = 13 } };
	struct fixture *f = *state;
	struct stuck_words words;
	char line[64];
	unsigned int i;

	f->o.holders = &known;
	for (i = 0; i < 13; i++) {
		holders[i] = (struct holder){ .inode = 11 + i, .pid = 7 + i, .task = 7 + i };
		strcpy(holders[i].comm, "worker");
		processes[i].task = processes[i].pid = 7 + i;
		strcpy(processes[i].cgroup.unit, i < 12 ? "shop.service" : "session-1.scope");
		/* Of those that it has accepted, and of those that it has opened. */
		snprintf(line, sizeof(line), "0 B accept CLOSE_WAIT inode=%u cgroup=%u", 11 + i,
			 i < 12 ? 5U : 6U);
		put(f, line, 1, 20 * SEC);
		snprintf(line, sizeof(line), "0 A snapshot CLOSE_WAIT inode=%u cgroup=%u", 11 + i,
			 i < 12 ? 5U : 6U);
		put_opened(f, line, 30 * SEC);
	}
	find(f, false);
	assert_int_equal(f->groups.count, 4);
	assert_int_equal(f->groups.groups[0].count, 12);
	assert_int_equal(f->groups.groups[0].processes, 12);
	assert_int_equal(f->groups.groups[1].processes, 12);
	assert_int_equal(f->groups.groups[2].processes, 1);
	stuck_words(&f->o, &f->groups.groups[0], &words);
	assert_non_null(strstr(words.verdict.sentence, "and 11 more processes have not."));
	find(f, true);
	assert_int_equal(f->groups.count, 26);
}

/* What spreads stands before what lasts, and that before what passes. */
static void test_order(void **state)
{
	struct fixture *f = *state;
	struct buf out;
	unsigned int i;

	put(f, "0 B socket ESTABLISHED FIN_WAIT1 orphan comm=app pid=812", 1, 5000 * SEC);
	put(f, LEAK, 1, 100 * SEC);
	for (i = 0; i < VERDICT_FLOOD; i++)
		put(f, "0 B request CLOSE NEW_SYN_RECV", (uint8_t)i, 4 * SEC);
	find(f, false);
	assert_int_equal(f->groups.count, 3);
	assert_string_equal(verdict_of(f, 0), "syn-recv-flood");
	assert_int_equal(f->groups.groups[0].count, VERDICT_FLOOD);
	assert_int_equal(f->groups.groups[0].peers, VERDICT_FLOOD);
	assert_string_equal(verdict_of(f, 1), "close-wait-leak");
	assert_string_equal(verdict_of(f, 2), "fin-wait1-unanswered");

	/* A request has no bytes; a task that does not hold the socket stands in brackets. */
	buf_init(&out, NULL);
	stuck_text(&f->o, &out, &f->groups.groups[0]);
	assert_null(strstr(buf_string(&out), "unread"));
	out.len = 0;
	stuck_text(&f->o, &out, &f->groups.groups[2]);
	assert_non_null(strstr(buf_string(&out), " (app[812])\n"));
	assert_non_null(strstr(buf_string(&out), "    unread 0, unacknowledged 0\n"));
	buf_free(&out);
}

/* Listeners of one process are told apart by their ports, for which they are there. */
static void test_listeners(void **state)
{
	struct fixture *f = *state;
	struct tcptrail_record r = script_line("0 B socket CLOSE LISTEN listener comm=d pid=9");
	char local[ENDPOINT_MAX + 1], remote[ENDPOINT_MAX + 1];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		r.cookie = 1 + i;
		r.lport = (uint16_t)(80 + i / 2);
		r.laddr[15] = (uint8_t)(i + 1);
		tracker_feed(f->tracker, &r, 1);
	}
	find(f, false);
	assert_int_equal(f->groups.count, 0);
	f->query.states = 1U << TCPTRAIL_LISTEN;
	find(f, false);
	assert_int_equal(f->groups.count, 2);
	assert_int_equal(f->result->stuck, 0);
	assert_int_equal(f->groups.groups[0].count, 2);
	stuck_ends(&f->o, &f->groups.groups[1], local, remote);
	assert_string_equal(local, "10.0.0.3:81");
	assert_string_equal(remote, "*");
}

/* One is late; the others have just begun, as many do at any time where clients are far away. */
static void test_busy_listener(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < VERDICT_FLOOD; i++)
		put(f, "0 B request CLOSE NEW_SYN_RECV", (uint8_t)i, i ? SEC : 4 * SEC);
	find(f, false);
	assert_int_equal(f->groups.count, 1);
	assert_string_equal(verdict_of(f, 0), "syn-recv-unanswered");
}

/* As many from one address are no flood: its answers go another way. */
static void test_asymmetric(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < VERDICT_FLOOD; i++)
		put(f, "0 B request CLOSE NEW_SYN_RECV", 1, 4 * SEC);
	find(f, false);
	assert_int_equal(f->groups.count, 1);
	assert_string_equal(verdict_of(f, 0), "syn-recv-unanswered");
	assert_int_equal(f->result->findings[0].handshakes->count, VERDICT_FLOOD);
	assert_int_equal(f->result->findings[0].handshakes->peers, 1);
}

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

/* Of a relay's two legs one speaks for both, however many relays there are. */
static void test_relays(void **state)
{
	static const char *const steps[] = {
		"0 B accept ESTABLISHED inode=1 comm=proxy pid=7",
		"0 B socket ESTABLISHED CLOSE_WAIT inode=1",
		"0 A socket ESTABLISHED FIN_WAIT1 inode=2 comm=proxy pid=7",
		"0 A socket FIN_WAIT1 FIN_WAIT2 inode=2",
	};
	const unsigned int relays = 20000;
	struct fixture *f = *state;
	struct tcptrail_record r;
	unsigned int i, step;

	for (i = 0; i < relays; i++)
		for (step = 0; step < ARRAY_SIZE(steps); step++) {
			r = script_line(steps[step]);
			r.cookie = f->cookie + 2 * i + step / 2;
			r.time_ns = NOW - 200 * SEC + i * MS + step * US;
			*(step < 2 ? &r.rport : &r.lport) = (uint16_t)(20000 + i);
			tracker_feed(f->tracker, &r, 1);
		}
	find(f, false);
	assert_int_equal(f->result->count, 2 * relays);
	assert_int_equal(f->groups.count, 1);
	assert_string_equal(verdict_of(f, 0), "close-wait-relay");
	assert_int_equal(f->groups.groups[0].count, relays);
	find(f, true);
	assert_int_equal(f->groups.count, 2 * relays);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_owner_and_peer, make, drop),
		cmocka_unit_test_setup_teardown(test_many_peers, make, drop),
		cmocka_unit_test_setup_teardown(test_workers, make, drop),
		cmocka_unit_test_setup_teardown(test_order, make, drop),
		cmocka_unit_test_setup_teardown(test_asymmetric, make, drop),
		cmocka_unit_test_setup_teardown(test_busy_listener, make, drop),
		cmocka_unit_test_setup_teardown(test_listeners, make, drop),
		cmocka_unit_test_setup_teardown(test_leaks, make, drop),
		cmocka_unit_test_setup_teardown(test_steady_leak, make, drop),
		cmocka_unit_test_setup_teardown(test_leak_with_closes, make, drop),
		cmocka_unit_test_setup_teardown(test_pool, make, drop),
		cmocka_unit_test_setup_teardown(test_no_rate, make, drop),
		cmocka_unit_test_setup_teardown(test_relays, make, drop),
	};

	return cmocka_run_group_tests_name("stuck_group", tests, NULL, NULL);
}
