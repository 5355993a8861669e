// SPDX-License-Identifier: GPL-2.0
/* A record as a line for people and as a line of JSON. */
#include "json_version.h"
#include "out_tools.h"

#include <stdlib.h>
#include <time.h>

#include "userspace/print/line.h"
#include "userspace/print/record_json.h"

#define REALTIME 1795414495LL /* 2026-11-23T06:14:55Z, minus the record's one second */

static int set_up(void **state)
{
	setenv("TZ", "UTC", 1);
	tzset();
	return 0;
}

static void check_line(struct line *l, const struct tcptrail_record *r, const char *expected)
{
	struct buf b;

	buf_init(&b, NULL);
	line_record(l, &b, r);
	assert_string_equal(buf_string(&b), expected);
	buf_free(&b);
}

static struct line plain(void)
{
	struct line l = { .ascii = true, .home_netns = NETNS, .date = "2026-11-23" };

	clock_init(&l.clock, (REALTIME - 1) * 1000000000, false);
	return l;
}

static void test_transitions(void **state)
{
	struct line l = plain();
	struct tcptrail_record r;

	r = make_transition(TCPTRAIL_SOCKET, TCPTRAIL_CLOSE_WAIT, TCPTRAIL_LAST_ACK);
	set_task(&r, 17, "nginx");
	r.transition.unread = 812;
	r.transition.unacked = 5;
	r.transition.retransmits = 2;
	r.transition.error = 104;
	r.time_ns += 123456789;
	check_line(&l, &r,
		   "06:14:55.123456 CLOSE-WAIT   > LAST-ACK     10.0.0.1:80        "
		   "10.0.0.2:41234     nginx[17] unread=812 unacked=5 retrans=2 ECONNRESET\n");

	r = make_transition(TCPTRAIL_TIMEWAIT, TCPTRAIL_TIME_WAIT, TCPTRAIL_TIME_WAIT);
	r.transition.reason = TCPTRAIL_REASON_FIN;
	check_line(&l, &r,
		   "06:14:55.000000 TIME-WAIT    > TIME-WAIT    10.0.0.1:80        "
		   "10.0.0.2:41234     re-armed fin\n");

	r = make_transition(TCPTRAIL_SOCKET, TCPTRAIL_CLOSE, TCPTRAIL_LISTEN);
	r.flags = TCPTRAIL_F_NO_RADDR | TCPTRAIL_F_NO_RPORT | TCPTRAIL_F_NO_LADDR;
	r.netns = 5;
	check_line(&l, &r,
		   "06:14:55.000000 CLOSED       > LISTEN       *:80               "
		   "*:*                netns 5\n");

	r = make_transition(TCPTRAIL_SNAPSHOT, TCPTRAIL_CLOSE_WAIT, TCPTRAIL_CLOSE_WAIT);
	record_set_min_age_ns(&r, 840000000000);
	check_line(&l, &r,
		   "06:14:55.000000 CLOSE-WAIT   > CLOSE-WAIT   10.0.0.1:80        "
		   "10.0.0.2:41234     found at least 14m00s\n");
}

static void test_segments(void **state)
{
	struct tcptrail_record r = make_record(TCPTRAIL_SEGMENT);
	struct line l = plain();

	r.segment.direction = TCPTRAIL_OUT;
	r.segment.tcp_flags = TCPTRAIL_SYN | TCPTRAIL_ACK;
	r.segment.seq = 4294967295U;
	r.segment.ack = 1;
	r.segment.window = 65535;
	check_line(&l, &r,
		   "06:14:55.000000   sent SYN,ACK              10.0.0.1:80        "
		   "10.0.0.2:41234     seq 4294967295 ack 1 win 65535\n");
	r.segment.direction = TCPTRAIL_IN;
	r.segment.tcp_flags = TCPTRAIL_RST;
	r.segment.len = 9;
	check_line(&l, &r,
		   "06:14:55.000000   got  RST                  10.0.0.1:80        "
		   "10.0.0.2:41234     seq 4294967295 len 9 win 65535\n");
}

/* Names that differ in one place only, many more than are kept: each line has its own. */
static void test_many_names(void **state)
{
	static const uint16_t flags[] = { TCPTRAIL_F_NO_LADDR, TCPTRAIL_F_NO_RADDR,
					  TCPTRAIL_F_NO_LPORT, TCPTRAIL_F_NO_RPORT };
	struct line kept = plain();

	srand(5);
	for (unsigned int i = 0; i < 20000; i++) {
		struct tcptrail_record r = make_transition(TCPTRAIL_SOCKET, 1, 8);
		struct line fresh = plain();
		struct buf b;

		switch (rand() % 4) {
		case 0:
			r.laddr[rand() % 16] ^= 1;
			break;
		case 1:
			r.raddr[rand() % 16] ^= 1;
			break;
		case 2:
			r.rport = (uint16_t)rand();
			break;
		default:
			r.lport = (uint16_t)(r.lport + rand() % 2);
			r.flags |= flags[rand() % 4];
		}
		buf_init(&b, NULL);
		line_record(&fresh, &b, &r);
		check_line(&kept, &r, buf_string(&b));
		buf_free(&b);
	}
}

static void test_losses(void **state)
{
	struct tcptrail_record r = { .kind = TCPTRAIL_LOSS, .time_ns = 1000000000 };
	struct line l = plain();

	r.loss.cause = TCPTRAIL_LOSS_OVERWRITTEN;
	r.loss.count = 1234;
	check_line(&l, &r,
		   "06:14:55.000000 -- 1,234 records lost here: reader too slow for the ring --\n");
}

/* A task may call itself what it likes; a terminal shall not obey it. */
static void test_hostile(void **state)
{
	struct tcptrail_record r = make_transition(TCPTRAIL_SOCKET, 200, 13);
	struct line l = plain();
	struct clock utc;
	struct buf b;

	set_task(&r, 17, "\x1b[2J\r\n\x9b\xff");
	check_line(&l, &r,
		   "06:14:55.000000 200          > 13           10.0.0.1:80        "
		   "10.0.0.2:41234     \\x1b[2J\\x0d\\x0a\\x9b\\xff[17]\n");
	r = make_record(77);
	check_line(&l, &r,
		   "06:14:55.000000   kind 77                   10.0.0.1:80        "
		   "10.0.0.2:41234\n");

	/* Any bytes at all: no more than a crash to be feared, so none to be had. */
	srand(3);
	clock_init(&utc, INT64_MAX, true);
	l.color = true;
	buf_init(&b, NULL);
	for (unsigned int i = 0; i < 100000; i++) {
		for (unsigned int j = 0; j < sizeof(r); j++)
			((uint8_t *)&r)[j] = (uint8_t)rand();
		r.kind = i % 3 ? i % 8 : r.kind;
		b.len = 0;
		line_record(&l, &b, &r);
		assert_true(b.len < 1024);
		assert_int_equal(b.data[b.len - 1], '\n');
		l.relative = !l.relative;
		record_json(&b, &utc, &r);
	}
	buf_free(&b);
}

static void test_relative_and_days(void **state)
{
	struct tcptrail_record r = make_transition(TCPTRAIL_SOCKET, 7, 2);
	struct line l = plain();

	l.relative = true;
	check_line(
		&l, &r,
		"      0.000000 CLOSED       > SYN-SENT     10.0.0.1:80        10.0.0.2:41234\n");
	r.time_ns += 61000001000;
	check_line(
		&l, &r,
		"     61.000001 CLOSED       > SYN-SENT     10.0.0.1:80        10.0.0.2:41234\n");
	r.time_ns = 999000000;
	check_line(
		&l, &r,
		"     -0.001000 CLOSED       > SYN-SENT     10.0.0.1:80        10.0.0.2:41234\n");
	l.relative = false;
	r.time_ns = 86400ULL * 1000000000;
	check_line(
		&l, &r,
		"-- 2026-11-24 --\n"
		"06:14:54.000000 CLOSED       > SYN-SENT     10.0.0.1:80        10.0.0.2:41234\n");
}

static void check_json(const struct tcptrail_record *r, const char *expected)
{
	struct clock utc;
	struct buf b;

	clock_init(&utc, (REALTIME - 1) * 1000000000, true);
	buf_init(&b, NULL);
	record_json(&b, &utc, r);
	assert_string_equal(buf_string(&b), expected);
	buf_free(&b);
}

static void test_json(void **state)
{
	struct tcptrail_record r;

	r = make_transition(TCPTRAIL_SOCKET, TCPTRAIL_CLOSE_WAIT, TCPTRAIL_LAST_ACK);
	set_task(&r, 17, "ng\"inx");
	r.flags |= TCPTRAIL_F_PEER_FIN;
	r.transition.inode = 5;
	r.transition.error = 104;
	check_json(&r, JSON_BEGINS
		   "\"time\":\"2026-11-23T06:14:55.000000000Z\",\"mono_ns\":1000000000,"
		   "\"cpu\":3,\"seq\":7,\"kind\":\"socket\",\"netns\":4026531840,\"cookie\":99,"
		   "\"family\":\"ipv4\",\"local_address\":\"10.0.0.1\",\"local_port\":80,"
		   "\"remote_address\":\"10.0.0.2\",\"remote_port\":41234,"
		   "\"old_state\":\"close_wait\",\"new_state\":\"last_ack\",\"peer_fin\":true,"
		   "\"pid\":17,\"comm\":\"ng\\\"inx\",\"uid\":0,\"inode\":5,\"unread\":0,"
		   "\"unacked\":0,\"retransmits\":0,\"retrans_total\":0,"
		   "\"error\":\"ECONNRESET\",\"errno\":104}\n");

	r = make_transition(TCPTRAIL_SOCKET, TCPTRAIL_LAST_ACK, TCPTRAIL_CLOSE);
	r.flags |= TCPTRAIL_F_BYTES;
	r.transition.sent = 5000000000;
	r.transition.received = 7;
	check_json(&r, JSON_BEGINS
		   "\"time\":\"2026-11-23T06:14:55.000000000Z\",\"mono_ns\":1000000000,"
		   "\"cpu\":3,\"seq\":7,\"kind\":\"socket\",\"netns\":4026531840,\"cookie\":99,"
		   "\"family\":\"ipv4\",\"local_address\":\"10.0.0.1\",\"local_port\":80,"
		   "\"remote_address\":\"10.0.0.2\",\"remote_port\":41234,"
		   "\"old_state\":\"last_ack\",\"new_state\":\"close\",\"unread\":0,"
		   "\"unacked\":0,\"sent\":5000000000,\"received\":7,\"retransmits\":0,"
		   "\"retrans_total\":0}\n");

	r = make_record(TCPTRAIL_SEGMENT);
	r.flags = TCPTRAIL_F_NO_LADDR | TCPTRAIL_F_NO_RPORT;
	r.segment.tcp_flags = TCPTRAIL_SYN;
	check_json(&r, JSON_BEGINS
		   "\"time\":\"2026-11-23T06:14:55.000000000Z\",\"mono_ns\":1000000000,"
		   "\"cpu\":3,\"seq\":7,\"kind\":\"segment\",\"netns\":4026531840,"
		   "\"cookie\":99,\"family\":\"ipv4\",\"local_port\":80,"
		   "\"remote_address\":\"10.0.0.2\",\"direction\":\"in\",\"tcp_flags\":\"SYN\","
		   "\"tcp_seq\":0,\"len\":0,\"window\":0}\n");

	r = (struct tcptrail_record){ .kind = TCPTRAIL_LOSS, .time_ns = 1000000000 };
	r.loss.cause = TCPTRAIL_LOSS_LIMITED;
	r.loss.count = 12;
	check_json(&r, JSON_BEGINS
		   "\"time\":\"2026-11-23T06:14:55.000000000Z\",\"mono_ns\":1000000000,"
		   "\"cpu\":0,\"seq\":0,\"kind\":\"loss\",\"cause\":\"limited\",\"count\":12,"
		   "\"since_mono_ns\":0}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transitions), cmocka_unit_test(test_segments),
		cmocka_unit_test(test_many_names),  cmocka_unit_test(test_losses),
		cmocka_unit_test(test_hostile),	    cmocka_unit_test(test_relative_and_days),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests_name("line", tests, set_up, NULL);
}
