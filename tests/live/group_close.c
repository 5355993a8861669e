// SPDX-License-Identifier: GPL-2.0
/* Teardowns of full sockets. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live.h"

#define FIN_ACK (TCPTRAIL_FIN | TCPTRAIL_ACK)

static int start(void **state)
{
	events_start();
	return 0;
}

/* Everything up to here is of no interest. */
static void connected(struct pair *p)
{
	pair_connect(p, AF_INET);
	find_event(p->sport, p->cport, "A ESTABLISHED");
	events_start();
}

/* Accepts what @peer opens; records from then on. */
static int accepted(struct peer *peer, struct pair *p)
{
	pair_listen(p, AF_INET);
	peer_connect_to(peer, p->sport);
	p->server = accept(p->listener, NULL, NULL);
	find_event(p->sport, peer->port, "A ESTABLISHED");
	events_start();
	return p->server;
}

static void four_way(void **state)
{
	struct pair p;

	connected(&p);
	close_fd(&p.client);
	expect_apart(0, p.cport, p.sport,
		     "S ESTABLISHED>FIN_WAIT1\nS FIN_WAIT1>FIN_WAIT2\n"
		     "T FIN_WAIT2>FIN_WAIT2\nS FIN_WAIT2>CLOSE\n",
		     "> FIN,ACK\n");
	expect_apart(0, p.sport, p.cport, "S ESTABLISHED>CLOSE_WAIT\n", "< FIN,ACK\n> ACK\n");
	close_fd(&p.server);
	expect_apart(0, p.cport, p.sport,
		     "S ESTABLISHED>FIN_WAIT1\nS FIN_WAIT1>FIN_WAIT2\n"
		     "T FIN_WAIT2>FIN_WAIT2\nS FIN_WAIT2>CLOSE\nT FIN_WAIT2>TIME_WAIT fin\n",
		     "> FIN,ACK\n< FIN,ACK\n> ACK\n");
	expect_apart(0, p.sport, p.cport,
		     "S ESTABLISHED>CLOSE_WAIT\nS CLOSE_WAIT>LAST_ACK\nS LAST_ACK>CLOSE\n",
		     "< FIN,ACK\n> ACK\n> FIN,ACK\n");
	pair_end(&p);
}

/* The peer's FIN acknowledges ours: three segments. */
static void three_way(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	accepted(&peer, &p);
	close_fd(&p.server);
	peer_expect(&peer, FIN_ACK);
	peer_send(&peer, FIN_ACK, 0);
	expect_apart(0, p.sport, peer.port,
		     "S ESTABLISHED>FIN_WAIT1\nS FIN_WAIT1>FIN_WAIT2\n"
		     "T FIN_WAIT2>TIME_WAIT\nS FIN_WAIT2>CLOSE\n",
		     "> FIN,ACK\n< FIN,ACK\n> ACK\n");
	pair_end(&p);
}

static void half_close(void **state)
{
	char data[100] = "";
	struct pair p;

	connected(&p);
	shutdown(p.client, SHUT_WR);
	assert_int_equal(read(p.server, data, sizeof(data)), 0);
	assert_int_equal(write(p.server, data, 100), 100);
	assert_int_equal(read(p.client, data, sizeof(data)), 100);
	close_fd(&p.server);
	expect_apart(0, p.cport, p.sport,
		     "S ESTABLISHED>FIN_WAIT1\nS FIN_WAIT1>FIN_WAIT2\n"
		     "T FIN_WAIT2>TIME_WAIT\nS FIN_WAIT2>CLOSE\n",
		     "> FIN,ACK\n< FIN,ACK\n> ACK\n");
	expect_apart(0, p.sport, p.cport,
		     "S ESTABLISHED>CLOSE_WAIT\nS CLOSE_WAIT>LAST_ACK\nS LAST_ACK>CLOSE\n",
		     "< FIN,ACK\n?> ACK\n> FIN,ACK\n");
	pair_end(&p);
}

static void close_after_shutdown(void **state)
{
	struct tcptrail_record r;
	struct pair p;

	connected(&p);
	shutdown(p.client, SHUT_WR);
	find_event(p.cport, p.sport, "S FIN_WAIT1>FIN_WAIT2");
	close_fd(&p.client);
	expect_apart(0, p.cport, p.sport,
		     "S ESTABLISHED>FIN_WAIT1\nS FIN_WAIT1>FIN_WAIT2\nS FIN_WAIT2>FIN_WAIT2\n"
		     "T FIN_WAIT2>FIN_WAIT2\nS FIN_WAIT2>CLOSE\n",
		     "> FIN,ACK\n");
	r = find_event(p.cport, p.sport, "S FIN_WAIT2>FIN_WAIT2");
	assert_true(r.flags & TCPTRAIL_F_SELF);
	r = find_event(p.cport, p.sport, "T FIN_WAIT2>FIN_WAIT2");
	assert_false(r.flags & TCPTRAIL_F_SELF);
	pair_end(&p);
}

static void simultaneous_close(void **state)
{
	struct peer peer = peer_new();
	uint32_t not_yet;
	struct pair p;

	accepted(&peer, &p);
	not_yet = peer.ack;
	close_fd(&p.server);
	peer_expect(&peer, FIN_ACK);
	peer_send_at(&peer, FIN_ACK, peer.seq, not_yet, 0);
	peer.seq++;
	peer_expect(&peer, TCPTRAIL_ACK);
	peer_send(&peer, TCPTRAIL_ACK, 0);
	expect_apart(0, p.sport, peer.port,
		     "S ESTABLISHED>FIN_WAIT1\nS FIN_WAIT1>CLOSING\nT CLOSING>TIME_WAIT\n"
		     "S CLOSING>CLOSE\n",
		     "> FIN,ACK\n< FIN,ACK\n> ACK\n");
	pair_end(&p);
}

static void abort_with_linger(void **state)
{
	struct pair p;

	connected(&p);
	close_now(&p.client);
	expect_events(0, p.cport, p.sport, "S ESTABLISHED>CLOSE linger\n> RST,ACK\n");
	expect_events(0, p.sport, p.cport, "< RST,ACK\nS ESTABLISHED>CLOSE\n");
	assert_int_equal(find_event(p.sport, p.cport, "S ESTABLISHED>CLOSE").transition.error,
			 ECONNRESET);
	pair_end(&p);
}

/* The kernel looks at unread bytes first. */
static void abort_with_linger_and_unread_data(void **state)
{
	struct pair p;

	connected(&p);
	assert_int_equal(write(p.server, "0123456789", 10), 10);
	sleep_ms(100);
	close_now(&p.client);
	expect_events(0, p.cport, p.sport, "S ESTABLISHED>CLOSE\n> RST,ACK\n");
	pair_end(&p);
}

static void abort_with_connect(void **state)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct linger now = { 1, 0 };
	struct pair p;

	connected(&p);
	setsockopt(p.client, SOL_SOCKET, SO_LINGER, &now, sizeof(now)); /* means nothing here */
	assert_int_equal(connect(p.client, &none, sizeof(none)), 0);
	expect_events(0, p.cport, p.sport, "S ESTABLISHED>CLOSE disconnect\n> RST,ACK\n");
	pair_end(&p);
}

static void close_in_repair_mode(void **state)
{
	struct pair p;
	int on = 1;

	connected(&p);
	assert_int_equal(setsockopt(p.client, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)), 0);
	close_fd(&p.client);
	expect_events(0, p.cport, p.sport, "S ESTABLISHED>CLOSE repair\n");
	pair_end(&p);
}

static void close_with_unread_data(void **state)
{
	struct pair p;

	connected(&p);
	assert_int_equal(write(p.client, "0123456789", 10), 10);
	sleep_ms(100);
	close_fd(&p.server);
	expect_events(0, p.sport, p.cport, "S ESTABLISHED>CLOSE\n> RST,ACK\n");
	assert_int_equal(find_event(p.sport, p.cport, "S ESTABLISHED>CLOSE").transition.unread, 10);
	pair_end(&p);
}

static void close_wait_tells_unread_bytes(void **state)
{
	struct tcptrail_record r;
	struct pair p;

	connected(&p);
	assert_int_equal(write(p.client, "0123456789", 10), 10);
	close_fd(&p.client);
	r = find_event(p.sport, p.cport, "S ESTABLISHED>CLOSE_WAIT");
	assert_int_equal(r.transition.unread, 10);
	assert_true(r.flags & TCPTRAIL_F_PEER_FIN);
	assert_false(r.flags & TCPTRAIL_F_ORPHAN);
	pair_end(&p);
}

static void never_accepted(void **state)
{
	struct peer peer = peer_new();
	struct tcptrail_record r;
	struct pair p;

	pair_listen(&p, AF_INET);
	peer_connect_to(&peer, p.sport);
	peer_send(&peer, FIN_ACK, 0);
	r = find_event(p.sport, peer.port, "S ESTABLISHED>CLOSE_WAIT");
	assert_true(r.flags & TCPTRAIL_F_ORPHAN);
	assert_int_equal(r.transition.inode, 0);
	pair_end(&p);
	expect_apart(0, p.sport, peer.port,
		     "R CLOSE>NEW_SYN_RECV\nS LISTEN>SYN_RECV\nR NEW_SYN_RECV>CLOSE established\n"
		     "S SYN_RECV>ESTABLISHED\nS ESTABLISHED>CLOSE_WAIT\nS CLOSE_WAIT>CLOSE\n",
		     "< SYN\n> SYN,ACK\n< FIN,ACK\n?> ACK\n> RST,ACK\n");
}

/* The peer never acknowledges our FIN: it comes again, until we give up. */
static void last_ack_unanswered(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	write_file("/proc/sys/net/ipv4/tcp_orphan_retries", "2");
	accepted(&peer, &p);
	peer_send(&peer, FIN_ACK, 0);
	peer_expect(&peer, TCPTRAIL_ACK);
	close_fd(&p.server);
	expect_apart(0, p.sport, peer.port,
		     "S ESTABLISHED>CLOSE_WAIT\nS CLOSE_WAIT>LAST_ACK\nS LAST_ACK>CLOSE\n",
		     "< FIN,ACK\n> ACK\n> FIN,ACK\n> FIN,ACK\n?> FIN,ACK\n?> FIN,ACK\n?> FIN,ACK\n"
		     "?> RST,ACK\n?> RST\n");
	write_file("/proc/sys/net/ipv4/tcp_orphan_retries", "0");
	pair_end(&p);
}

static void fin_wait1_unanswered(void **state)
{
	struct peer peer = peer_new();
	struct tcptrail_record r;
	struct pair p;

	write_file("/proc/sys/net/ipv4/tcp_orphan_retries", "2");
	accepted(&peer, &p);
	close_fd(&p.server);
	expect_apart(
		0, p.sport, peer.port, "S ESTABLISHED>FIN_WAIT1\nS FIN_WAIT1>CLOSE\n",
		"> FIN,ACK\n> FIN,ACK\n?> FIN,ACK\n?> FIN,ACK\n?> FIN,ACK\n?> RST,ACK\n?> RST\n");
	r = find_event(p.sport, peer.port, "S FIN_WAIT1>CLOSE");
	assert_int_equal(r.transition.error, ETIMEDOUT);
	assert_true(r.transition.retrans_total >= 1);
	write_file("/proc/sys/net/ipv4/tcp_orphan_retries", "0");
	pair_end(&p);
}

static void reset_in_fin_wait1(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	accepted(&peer, &p);
	close_fd(&p.server);
	peer_expect(&peer, FIN_ACK);
	peer_send(&peer, TCPTRAIL_RST | TCPTRAIL_ACK, 0);
	expect_apart(0, p.sport, peer.port, "S ESTABLISHED>FIN_WAIT1\nS FIN_WAIT1>CLOSE\n",
		     "> FIN,ACK\n< RST,ACK\n");
	pair_end(&p);
}

static void reset_in_last_ack(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	accepted(&peer, &p);
	peer_send(&peer, FIN_ACK, 0);
	peer_expect(&peer, TCPTRAIL_ACK);
	close_fd(&p.server);
	peer_expect(&peer, FIN_ACK);
	peer_send(&peer, TCPTRAIL_RST | TCPTRAIL_ACK, 0);
	expect_apart(0, p.sport, peer.port,
		     "S ESTABLISHED>CLOSE_WAIT\nS CLOSE_WAIT>LAST_ACK\nS LAST_ACK>CLOSE\n",
		     "< FIN,ACK\n> ACK\n> FIN,ACK\n< RST,ACK\n");
	pair_end(&p);
}

/* Nobody holds the socket any more, and the peer goes on sending. */
static void no_minisocket_to_be_had(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	write_file("/proc/sys/net/ipv4/tcp_max_tw_buckets", "0");
	accepted(&peer, &p);
	close_fd(&p.server);
	peer_expect(&peer, FIN_ACK);
	peer_send(&peer, FIN_ACK, 0);
	expect_apart(0, p.sport, peer.port,
		     "S ESTABLISHED>FIN_WAIT1\nS FIN_WAIT1>FIN_WAIT2\nS FIN_WAIT2>CLOSE\n",
		     "> FIN,ACK\n< FIN,ACK\n> ACK\n");
	write_file("/proc/sys/net/ipv4/tcp_max_tw_buckets", "8192");
	pair_end(&p);
}

int group_close(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(four_way, start),
		cmocka_unit_test_setup(three_way, start),
		cmocka_unit_test_setup(half_close, start),
		cmocka_unit_test_setup(close_after_shutdown, start),
		cmocka_unit_test_setup(simultaneous_close, start),
		cmocka_unit_test_setup(abort_with_linger, start),
		cmocka_unit_test_setup(abort_with_linger_and_unread_data, start),
		cmocka_unit_test_setup(abort_with_connect, start),
		cmocka_unit_test_setup(close_in_repair_mode, start),
		cmocka_unit_test_setup(close_with_unread_data, start),
		cmocka_unit_test_setup(close_wait_tells_unread_bytes, start),
		cmocka_unit_test_setup(never_accepted, start),
		cmocka_unit_test_setup(last_ack_unanswered, start),
		cmocka_unit_test_setup(fin_wait1_unanswered, start),
		cmocka_unit_test_setup(reset_in_fin_wait1, start),
		cmocka_unit_test_setup(reset_in_last_ack, start),
		cmocka_unit_test_setup(no_minisocket_to_be_had, start),
	};

	return cmocka_run_group_tests_name("close", tests, NULL, NULL);
}
