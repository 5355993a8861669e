// SPDX-License-Identifier: GPL-2.0
/* Many stuck sockets: what is told together, and in which order. */
#include "tests/unit/stuck_fixture.h"
#include "userspace/base/array.h"

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
		cmocka_unit_test_setup_teardown(test_relays, make, drop),
	};

	return cmocka_run_group_tests_name("stuck_group", tests, NULL, NULL);
}
