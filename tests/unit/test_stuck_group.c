// SPDX-License-Identifier: GPL-2.0
/* Many stuck sockets: what is told together, in which order, and how leaks grow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/script.h"
#include "userspace/base/array.h"
#include "userspace/base/time.h"
#include "userspace/print/stuck_out.h"

#define MINUTE (60 * SEC)
#define NOW (10000 * SEC)

struct fixture {
	struct tracker *tracker;
	struct stuck_query query;
	struct stuck_out o;
	struct stuck *list;
	size_t count;
	struct stuck_groups groups;
	uint64_t cookie;
};

static int make(void **state)
{
	struct tracker_config config = { 0 };
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(tracker_create(&f->tracker, &config), 0);
	f->query.now_ns = NOW;
	f->o.tracker = f->tracker;
	f->cookie = 1000;
	*state = f;
	return 0;
}

static int drop(void **state)
{
	struct fixture *f = *state;

	stuck_groups_free(&f->groups);
	free(f->list);
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
	free(f->list);
	assert_int_equal(stuck_find(f->tracker, &f->query, &f->list, &f->count), 0);
	assert_int_equal(stuck_groups_make(&f->groups, &f->o, f->list, f->count, each), 0);
}

static const char *verdict_of(const struct fixture *f, size_t group)
{
	int rule = stuck_rule(&f->o, f->groups.groups[group].members[0]);

	return rule < 0 ? "" : verdict_name((unsigned int)rule);
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
	assert_int_equal(f->groups.groups[0].members[0]->age_ns, 69 * SEC);
	assert_int_equal(f->groups.groups[0].members[49]->age_ns, 20 * SEC);
	/* By all their age: 3 x 30 s before the older one, by chance in no other order. */
	assert_int_equal(f->groups.groups[1].age_ns, 90 * SEC);
	assert_int_equal(f->groups.groups[2].age_ns, 90 * SEC);
	assert_string_equal(verdict_of(f, 3), "close-wait-unread");
	assert_int_equal(f->groups.groups[3].unread, 12);

	buf_init(&out, NULL);
	stuck_text_group(&f->o, &out, &f->groups.groups[0]);
	assert_non_null(strstr(buf_string(&out),
			       "CLOSE-WAIT   >=1m09s   10.0.0.2:80           10.0.0.1  "));
	assert_non_null(strstr(buf_string(&out), "    50 sockets, the newest at least 20.0s so;"));
	out.len = 0;
	stuck_json_group(&f->o, &out, &f->groups.groups[3]);
	assert_non_null(strstr(buf_string(&out), "\"kind\":\"group\",\"state\":\"close_wait\""));
	assert_non_null(strstr(buf_string(&out), "\"remote_address\":\"10.0.0.1\",\"count\":2,"
						 "\"peers\":1,\"age_seconds\":15.000000000"));
	assert_non_null(strstr(buf_string(&out), "\"unread\":12,"));
	buf_free(&out);

	find(f, true);
	assert_int_equal(f->groups.count, 56);
	assert_int_equal(f->groups.groups[0].members[0]->age_ns, 90 * SEC);
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
	stuck_text_group(&f->o, &out, &f->groups.groups[0]);
	assert_non_null(strstr(buf_string(&out), "10.0.0.2:80           *  "));
	assert_non_null(strstr(buf_string(&out), "9 sockets of 9 peers"));
	buf_free(&out);
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
	stuck_text_group(&f->o, &out, &f->groups.groups[0]);
	assert_null(strstr(buf_string(&out), "unread"));
	out.len = 0;
	stuck_text_group(&f->o, &out, &f->groups.groups[2]);
	assert_non_null(strstr(buf_string(&out), " (app[812])\n"));
	assert_non_null(strstr(buf_string(&out), "    unread 0, unacknowledged 0\n"));
	buf_free(&out);
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
	assert_int_equal(f->list[0].requests, VERDICT_FLOOD);
	assert_int_equal(f->list[0].requesters, 1);
}

static void test_growth(void **state)
{
	const uint64_t since_ns[] = { NOW - 20 * MINUTE, NOW - 9 * MINUTE, NOW - MINUTE, NOW };
	struct descriptor_leak g = { .fds = 100, .fd_limit = 103 };

	descriptor_leak_of(&g, since_ns, 4, NOW);
	assert_int_equal(g.count, 4);
	assert_int_equal(g.begun, 3); /* in the last ten minutes */
	assert_int_equal(descriptor_leak_per_hour(&g), 18);
	assert_int_equal(g.out_ns, 10 * MINUTE);
	g.fd_limit = 100;
	descriptor_leak_of(&g, since_ns, 4, NOW);
	assert_int_equal(g.out_ns, 0);
	g.fd_limit = UINT64_MAX;
	descriptor_leak_of(&g, since_ns, 4, NOW);
	assert_true(g.out_ns == DESCRIPTOR_LEAK_NEVER);
	/* Two make no trend. */
	g.fd_limit = 103;
	descriptor_leak_of(&g, since_ns + 2, 2, NOW);
	assert_int_equal(descriptor_leak_per_hour(&g), 0);
	assert_true(g.out_ns == DESCRIPTOR_LEAK_NEVER);
	/* Long ago, and no more since. */
	descriptor_leak_of(&g, since_ns, 3, NOW + 60 * MINUTE);
	assert_int_equal(descriptor_leak_per_hour(&g), 0);
	assert_true(g.out_ns == DESCRIPTOR_LEAK_NEVER);
}

/* Held by two processes, each of which runs out of descriptors for itself. */
static void test_leaks(void **state)
{
	struct fixture *f = *state;
	struct holder holders[] = { { 11, 7, 3, "shop" },
				    { 11, 7, 9, "shop" },
				    { 11, 8, 3, "shop" },
				    { 12, 7, 4, "shop" },
				    { 13, 7, 5, "shop" } };
	struct process processes[] = { { .pid = 7, .comm = "shop", .fds = 20, .fd_limit = 1024 },
				       { .pid = 8, .comm = "shop", .fds = 4, .fd_limit = 1024 } };
	struct owners owners = {
		.holders = holders, .count = 5, .processes = processes, .process_count = 2
	};
	struct stuck_words words;
	struct process_leak *leaks;
	size_t i;

	strcpy(processes[0].command, "shop\x1b[2J --port 80");
	strcpy(processes[0].cgroup.path, "/system.slice/shop.service");
	strcpy(processes[0].cgroup.unit, "shop.service");
	f->o.owners = &owners;
	put(f, "0 B accept CLOSE_WAIT inode=11", 1, 60 * SEC);
	put(f, "0 B accept CLOSE_WAIT inode=12", 1, 40 * SEC);
	put(f, "0 B accept CLOSE_WAIT inode=13", 1, 1 * SEC); /* not stuck yet, but it counts */
	assert_int_equal(stuck_leaks(&f->o, &f->query, &leaks, &f->o.leak_count), 0);
	f->o.leaks = leaks;
	assert_int_equal(f->o.leak_count, 2);
	assert_int_equal(leaks[0].pid, 7);
	assert_int_equal(leaks[0].leak.count, 3);
	assert_int_equal(leaks[0].leak.fds, 20);
	assert_int_equal(descriptor_leak_per_hour(&leaks[0].leak), 180);
	assert_int_equal(leaks[1].pid, 8);
	assert_int_equal(leaks[1].leak.count, 1);

	find(f, true);
	assert_int_equal(f->count, 2);
	for (i = 0; i < f->count; i++)
		if (f->list[i].conn->inode == 12)
			break;
	stuck_words(&f->o, &f->list[i], &words);
	assert_string_equal(words.verdict.name, "close-wait-leak");
	assert_non_null(strstr(words.verdict.sentence,
			       "It has 3 such sockets, 180 more an hour: its last descriptor (20 "
			       "of 1024 are in use) is gone in 5 hours."));
	struct buf out;

	buf_init(&out, NULL);
	stuck_text(&f->o, &out, &f->list[i]);
	assert_non_null(strstr(buf_string(&out), "unit shop.service, uid 0"));
	assert_non_null(strstr(buf_string(&out), "held by shop[7] fd 4, command: shop\\x1b[2J "
						 "--port 80"));
	out.len = 0;
	stuck_json(&f->o, &out, &f->list[i]);
	assert_non_null(strstr(buf_string(&out), "\"command\":\"shop\\u001b[2J --port 80\""));
	assert_non_null(strstr(buf_string(&out), "\"growth\":{\"count\":3,\"per_hour\":180,"
						 "\"fds\":20,\"fd_limit\":1024,\"out_seconds\":"));
	assert_non_null(strstr(buf_string(&out), "\"unit\":\"shop.service\""));
	buf_free(&out);
	free(leaks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_owner_and_peer, make, drop),
		cmocka_unit_test_setup_teardown(test_many_peers, make, drop),
		cmocka_unit_test_setup_teardown(test_order, make, drop),
		cmocka_unit_test_setup_teardown(test_asymmetric, make, drop),
		cmocka_unit_test_setup_teardown(test_leaks, make, drop),
		cmocka_unit_test(test_growth),
	};

	return cmocka_run_group_tests_name("stuck_group", tests, NULL, NULL);
}
