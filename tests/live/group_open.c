// SPDX-License-Identifier: GPL-2.0
/* Handshakes: from CLOSED to ESTABLISHED, or back to CLOSED. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "live.h"

#define CLIENT_OPENS "S CLOSE>SYN_SENT\n> SYN\n< SYN,ACK\nS SYN_SENT>ESTABLISHED\n> ACK\n"
#define SERVER_OPENS                                                  \
	"< SYN\nR CLOSE>NEW_SYN_RECV\n> SYN,ACK\nS LISTEN>SYN_RECV\n" \
	"R NEW_SYN_RECV>CLOSE established\nS SYN_RECV>ESTABLISHED\nA ESTABLISHED\n"

static int start(void **state)
{
	events_start();
	return 0;
}

static void handshake(int family)
{
	struct pair p;

	pair_connect(&p, family);
	expect_events(0, p.cport, p.sport, CLIENT_OPENS);
	expect_events(0, p.sport, p.cport, SERVER_OPENS);
	pair_end(&p);
}

static void handshake_ipv4(void **state)
{
	handshake(AF_INET);
}

static void handshake_ipv6(void **state)
{
	handshake(AF_INET6);
}

static void listener_opens_and_closes(void **state)
{
	struct pair p;

	pair_listen(&p, AF_INET);
	expect_events(0, p.sport, THE_LISTENER, "S CLOSE>LISTEN\n");
	pair_end(&p);
	expect_events(0, p.sport, THE_LISTENER, "S CLOSE>LISTEN\nS LISTEN>CLOSE\n");
}

static void refused(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in mine = { .sin_family = AF_INET, .sin_port = htons(19001) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_port = htons(19002);
	assert_int_equal(bind(fd, (struct sockaddr *)&mine, sizeof(mine)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), -1);
	assert_int_equal(errno, ECONNREFUSED);
	expect_events(0, 19001, 19002, "S CLOSE>SYN_SENT\n> SYN\n< RST,ACK\nS SYN_SENT>CLOSE\n");
	expect_events(0, 19002, 19001, "< SYN\n> RST,ACK\n");
	assert_int_equal(find_event(19001, 19002, "S SYN_SENT>CLOSE").transition.error,
			 ECONNREFUSED);
	close(fd);
}

static void syn_unanswered(void **state)
{
	struct peer peer = peer_new();
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(peer.port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int once = 1;

	inet_pton(AF_INET, PEER_ADDRESS, &a.sin_addr);
	setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &once, sizeof(once));
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), -1);
	assert_int_equal(errno, ETIMEDOUT);
	peer_expect(&peer, TCPTRAIL_SYN);
	expect_events(0, peer.host_port, peer.port,
		      "S CLOSE>SYN_SENT\n> SYN\n> SYN\n?> SYN\nS SYN_SENT>CLOSE\n");
	assert_int_equal(find_event(peer.host_port, peer.port, "S SYN_SENT>CLOSE").transition.error,
			 ETIMEDOUT);
	close(fd);
}

static void connect_given_up(void **state)
{
	struct peer peer = peer_new();
	int fd = socket_to_peer(&peer);

	peer_expect(&peer, TCPTRAIL_SYN);
	close(fd);
	expect_events(0, peer.host_port, peer.port,
		      "S CLOSE>SYN_SENT\n> SYN\nS SYN_SENT>CLOSE closed\n");
}

static void connect_disconnected(void **state)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	struct peer peer = peer_new();
	int fd = socket_to_peer(&peer);

	peer_expect(&peer, TCPTRAIL_SYN);
	assert_int_equal(connect(fd, &nowhere, sizeof(nowhere)), 0);
	expect_events(0, peer.host_port, peer.port,
		      "S CLOSE>SYN_SENT\n> SYN\nS SYN_SENT>CLOSE disconnect\n");
	close(fd);
}

/* The port of the first time is still in the socket, but is not the second one's. */
static void connect_again_without_a_port(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in only = { .sin_family = AF_INET, .sin_port = htons(19005) };
	int holder = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	const struct tcptrail_record *all;
	size_t count, i, failed = 0;

	a.sin_port = htons(19006);
	assert_int_equal(bind(holder, (struct sockaddr *)&only, sizeof(only)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), -1);
	assert_int_equal(errno, ECONNREFUSED);
	write_file("/proc/sys/net/ipv4/ip_local_port_range", "19005 19005");
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), -1);
	assert_int_equal(errno, EADDRNOTAVAIL);
	write_file("/proc/sys/net/ipv4/ip_local_port_range", "32768 60999");
	close(fd);
	close(holder);
	count = all_records(&all);
	for (i = 0; i < count; i++) {
		if (all[i].kind != TCPTRAIL_SOCKET || all[i].rport != 19006 ||
		    all[i].transition.new_state != TCPTRAIL_CLOSE || all[i].transition.error)
			continue;
		failed++;
		assert_int_equal(all[i].transition.reason, TCPTRAIL_REASON_UNSENT);
		assert_int_equal(all[i].lport, 0);
		assert_true(all[i].flags & TCPTRAIL_F_NO_LPORT);
	}
	assert_int_equal(failed, 1);
}

static void simultaneous_open(void **state)
{
	struct peer peer = peer_new();
	int fd = socket_to_peer(&peer);

	peer_expect(&peer, TCPTRAIL_SYN);
	peer_send(&peer, TCPTRAIL_SYN, 0);
	peer_expect(&peer, TCPTRAIL_SYN | TCPTRAIL_ACK);
	peer_send(&peer, TCPTRAIL_ACK, 0);
	expect_events(0, peer.host_port, peer.port,
		      "S CLOSE>SYN_SENT\n> SYN\n< SYN\nS SYN_SENT>SYN_RECV\n> SYN,ACK\n"
		      "S SYN_RECV>ESTABLISHED\n");
	close_now(&fd);
}

static void simultaneous_open_reset(void **state)
{
	struct peer peer = peer_new();
	int fd = socket_to_peer(&peer);

	peer_expect(&peer, TCPTRAIL_SYN);
	peer_send(&peer, TCPTRAIL_SYN, 0);
	peer_expect(&peer, TCPTRAIL_SYN | TCPTRAIL_ACK);
	peer_send(&peer, TCPTRAIL_RST, 0);
	expect_events(0, peer.host_port, peer.port,
		      "S CLOSE>SYN_SENT\n> SYN\n< SYN\nS SYN_SENT>SYN_RECV\n> SYN,ACK\n< RST\n"
		      "S SYN_RECV>CLOSE\n");
	close(fd);
}

/* close() before the handshake is over. */
static void simultaneous_open_closed(void **state)
{
	struct peer peer = peer_new();
	int fd = socket_to_peer(&peer);

	peer_expect(&peer, TCPTRAIL_SYN);
	peer_send(&peer, TCPTRAIL_SYN, 0);
	peer_expect(&peer, TCPTRAIL_SYN | TCPTRAIL_ACK);
	close(fd);
	expect_events(0, peer.host_port, peer.port,
		      "S CLOSE>SYN_SENT\n> SYN\n< SYN\nS SYN_SENT>SYN_RECV\n> SYN,ACK\n"
		      "S SYN_RECV>FIN_WAIT1\n> FIN,ACK\n?> FIN,ACK\n?> FIN,ACK\n?> FIN,ACK\n"
		      "?> FIN,ACK\n");
	peer_send(&peer, TCPTRAIL_RST, 0);
}

/* Data in the SYN, and a child before the third step: no request socket waits. */
static void fast_open(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int queue = 5;
	struct pair p;

	/* client and server, both without a cookie */
	write_file("/proc/sys/net/ipv4/tcp_fastopen", "519");
	pair_listen(&p, AF_INET);
	setsockopt(p.listener, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue));
	a.sin_port = htons(p.sport);
	assert_int_equal(sendto(fd, "hello", 5, MSG_FASTOPEN, (struct sockaddr *)&a, sizeof(a)), 5);
	p.server = accept(p.listener, NULL, NULL);
	p.cport = local_port(fd);
	write_file("/proc/sys/net/ipv4/tcp_fastopen", "1");
	expect_apart(0, p.cport, p.sport, "S CLOSE>SYN_SENT\nS SYN_SENT>ESTABLISHED\n",
		     "> SYN\n< SYN,ACK\n> ACK\n");
	expect_apart(0, p.sport, p.cport,
		     "S LISTEN>SYN_RECV\n?A SYN_RECV\nS SYN_RECV>ESTABLISHED\n?A ESTABLISHED\n",
		     "< SYN\n> SYN,ACK\n");
	assert_int_equal(find_event(p.cport, p.sport, "> SYN").segment.len, 5);
	close(fd);
	pair_end(&p);
}

static void connect_to_itself(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				 .sin_port = htons(19003) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	expect_apart(0, 19003, 19003,
		     "S CLOSE>SYN_SENT\nS SYN_SENT>SYN_RECV\nS SYN_RECV>ESTABLISHED\n",
		     "> SYN\n< SYN\n> SYN,ACK\n< SYN,ACK\n?> ACK\n");
	close_now(&fd);
}

static void over_ipv4_with_an_ipv6_socket(void **state)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6 };
	struct tcptrail_record r;
	struct pair p;
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	pair_listen(&p, AF_INET);
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &a.sin6_addr);
	a.sin6_port = htons(p.sport);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	expect_events(0, local_port(fd), p.sport, CLIENT_OPENS);
	r = find_event(local_port(fd), p.sport, "S SYN_SENT>ESTABLISHED");
	assert_int_equal(r.family, AF_INET);
	assert_memory_equal(r.raddr, &a.sin6_addr, 16);
	assert_memory_equal(r.laddr, &a.sin6_addr, 16);
	close(fd);
	pair_end(&p);
}

int group_open(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(handshake_ipv4, start),
		cmocka_unit_test_setup(handshake_ipv6, start),
		cmocka_unit_test_setup(listener_opens_and_closes, start),
		cmocka_unit_test_setup(refused, start),
		cmocka_unit_test_setup(syn_unanswered, start),
		cmocka_unit_test_setup(connect_given_up, start),
		cmocka_unit_test_setup(connect_disconnected, start),
		cmocka_unit_test_setup(connect_again_without_a_port, start),
		cmocka_unit_test_setup(simultaneous_open, start),
		cmocka_unit_test_setup(simultaneous_open_reset, start),
		cmocka_unit_test_setup(simultaneous_open_closed, start),
		cmocka_unit_test_setup(fast_open, start),
		cmocka_unit_test_setup(connect_to_itself, start),
		cmocka_unit_test_setup(over_ipv4_with_an_ipv6_socket, start),
	};

	return cmocka_run_group_tests_name("open", tests, NULL, NULL);
}
