// SPDX-License-Identifier: GPL-2.0
/* Request sockets: the server's SYN-RECEIVED, and how it ends. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "live.h"

#define ASKED "< SYN\nR CLOSE>NEW_SYN_RECV\n> SYN,ACK\n"

static int start(void **state)
{
	events_start();
	return 0;
}

/*
 * Why two handshakes are not enough: the SYN is an old duplicate, its sender
 * knows nothing of it, and refuses the SYN-ACK.
 */
static void stale_duplicate_syn(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	pair_listen(&p, AF_INET);
	peer_half_open(&peer, p.sport);
	peer_send(&peer, TCPTRAIL_RST, 0);
	expect_events(0, p.sport, peer.port, ASKED "< RST\nR NEW_SYN_RECV>CLOSE reset\n");
	pair_end(&p);
}

static void third_step_never_comes(void **state)
{
	struct peer peer = peer_new();
	struct tcptrail_record r;
	struct pair p;

	write_file("/proc/sys/net/ipv4/tcp_synack_retries", "1");
	pair_listen(&p, AF_INET);
	peer_half_open(&peer, p.sport);
	expect_events(0, p.sport, peer.port, ASKED "> SYN,ACK\nR NEW_SYN_RECV>CLOSE timeout\n");
	r = find_event(p.sport, peer.port, "R NEW_SYN_RECV>CLOSE timeout");
	assert_in_range(r.transition.srtt_us, 2900000, 20000000);
	assert_true(r.transition.retransmits > 0);
	write_file("/proc/sys/net/ipv4/tcp_synack_retries", "5");
	pair_end(&p);
}

static void listener_goes_away(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	pair_listen(&p, AF_INET);
	peer_half_open(&peer, p.sport);
	pair_end(&p);
	expect_events(0, p.sport, peer.port, ASKED "R NEW_SYN_RECV>CLOSE listener\n");
}

static void listener_goes_away_first(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	pair_listen(&p, AF_INET);
	peer_half_open(&peer, p.sport);
	pair_end(&p);
	peer_send(&peer, TCPTRAIL_ACK, 0);
	peer_expect(&peer, TCPTRAIL_RST);
	expect_events(0, p.sport, peer.port, ASKED "R NEW_SYN_RECV>CLOSE listener\n> RST\n");
}

/* An ICMP message about another segment changes nothing. */
static void unreachable(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	pair_listen(&p, AF_INET);
	peer_half_open(&peer, p.sport);
	peer_send_unreachable(&peer, peer.ack + 1000);
	peer_send_unreachable(&peer, peer.ack - 1);
	expect_events(0, p.sport, peer.port, ASKED "R NEW_SYN_RECV>CLOSE icmp\n");
	pair_end(&p);
}

static void unreachable_for_another(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	pair_listen(&p, AF_INET);
	peer_half_open(&peer, p.sport);
	peer_send_unreachable(&peer, peer.ack + 1000);
	peer_send(&peer, TCPTRAIL_RST, 0);
	expect_events(0, p.sport, peer.port, ASKED "< RST\nR NEW_SYN_RECV>CLOSE reset\n");
	pair_end(&p);
}

static void killed(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	pair_listen(&p, AF_INET);
	peer_half_open(&peer, p.sport);
	run("ss -tnK state syn-recv sport = :%u dport = :%u >/dev/null", p.sport, peer.port);
	expect_events(0, p.sport, peer.port, ASKED "R NEW_SYN_RECV>CLOSE killed\n");
	pair_end(&p);
}

/* The peer answers the SYN-ACK, and sends no data: there is no connection yet. */
static void deferred(void **state)
{
	struct peer peer = peer_new(), silent = peer_new();
	struct tcptrail_record r;
	struct pair p;
	int seconds = 1;

	pair_listen(&p, AF_INET);
	assert_int_equal(setsockopt(p.listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds,
				    sizeof(seconds)),
			 0);
	peer_half_open(&silent, p.sport);
	peer_connect_to(&peer, p.sport);
	peer_send(&peer, TCPTRAIL_RST, 0);
	peer_send(&silent, TCPTRAIL_RST, 0);
	r = find_event(p.sport, peer.port, "R NEW_SYN_RECV>CLOSE reset");
	assert_true(r.flags & TCPTRAIL_F_ACKED);
	r = find_event(p.sport, silent.port, "R NEW_SYN_RECV>CLOSE reset");
	assert_false(r.flags & TCPTRAIL_F_ACKED);
	pair_end(&p);
}

static void syn_cookie(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	write_file("/proc/sys/net/ipv4/tcp_syncookies", "2");
	pair_listen(&p, AF_INET);
	peer_connect_to(&peer, p.sport);
	p.server = accept(p.listener, NULL, NULL);
	write_file("/proc/sys/net/ipv4/tcp_syncookies", "1");
	expect_events(0, p.sport, peer.port,
		      "< SYN\n> SYN,ACK\nS LISTEN>SYN_RECV\nS SYN_RECV>ESTABLISHED\n"
		      "A ESTABLISHED\n");
	close_now(&p.server);
	pair_end(&p);
}

/* The reason must not be that of the connection before it. */
static void reset_after_syn_cookie(void **state)
{
	syn_cookie(state);
	stale_duplicate_syn(state);
}

/*
 * A Fast Open child is cloned without a request to end, and stays in SYN_RECV.
 * The next request that ends on this CPU has nothing to do with it.
 */
static void reset_after_fast_open(void **state)
{
	struct peer fast = peer_new();
	struct pair p;

	/* A server; no cookie needed; for all listeners. */
	write_file("/proc/sys/net/ipv4/tcp_fastopen", "1538");
	pair_listen(&p, AF_INET);
	fast.host_port = p.sport;
	peer_send(&fast, TCPTRAIL_SYN, 10);
	peer_expect(&fast, TCPTRAIL_SYN | TCPTRAIL_ACK);
	write_file("/proc/sys/net/ipv4/tcp_fastopen", "1");
	expect_events(0, p.sport, fast.port, "< SYN\nS LISTEN>SYN_RECV\n> SYN,ACK\n");
	stale_duplicate_syn(state);
	peer_send(&fast, TCPTRAIL_RST, 0);
	pair_end(&p);
}

int group_request(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(stale_duplicate_syn, start),
		cmocka_unit_test_setup(third_step_never_comes, start),
		cmocka_unit_test_setup(listener_goes_away, start),
		cmocka_unit_test_setup(listener_goes_away_first, start),
		cmocka_unit_test_setup(unreachable, start),
		cmocka_unit_test_setup(unreachable_for_another, start),
		cmocka_unit_test_setup(killed, start),
		cmocka_unit_test_setup(deferred, start),
		cmocka_unit_test_setup(syn_cookie, start),
		cmocka_unit_test_setup(reset_after_syn_cookie, start),
		cmocka_unit_test_setup(reset_after_fast_open, start),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
