// SPDX-License-Identifier: GPL-2.0
/* Why a RST was sent: what each kernel tells. Before 6.10 none does. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "live.h"

#define FIN_ACK (TCPTRAIL_FIN | TCPTRAIL_ACK)

static bool kernel_tells;

static int start(void **state)
{
	int fd = open_device();

	kernel_tells = !info_of(fd).hooks[TCPTRAIL_HOOK_RESET_ABORT];
	close(fd);
	events_start();
	return 0;
}

static struct tcptrail_record sent(uint16_t lport, uint16_t rport, const char *event,
				   uint8_t reason)
{
	struct tcptrail_record r = find_event(lport, rport, event);

	assert_int_equal(r.segment.reset_reason, kernel_tells ? reason : TCPTRAIL_RESET_NONE);
	return r;
}

/* Its peer is of our own making. */
static void accepted(struct peer *peer, struct pair *p)
{
	pair_listen(p, AF_INET);
	peer_connect_to(peer, p->sport);
	p->server = accept(p->listener, NULL, NULL);
	find_event(p->sport, peer->port, "A ESTABLISHED");
}

static void set(int fd, int level, int option, int value)
{
	assert_int_equal(setsockopt(fd, level, option, &value, sizeof(value)), 0);
}

static void linger_of_0(int family)
{
	struct tcptrail_record r;
	struct pair p;

	pair_connect(&p, family);
	close_now(&p.client);
	r = sent(p.cport, p.sport, "> RST,ACK", TCPTRAIL_RESET_STATE);
	assert_true(r.cookie);
	/* Who receives it knows nothing of that. */
	r = find_event(p.sport, p.cport, "< RST,ACK");
	assert_int_equal(r.segment.reset_reason, TCPTRAIL_RESET_NONE);
	pair_end(&p);
}

static void linger_of_0_ipv4(void **state)
{
	linger_of_0(AF_INET);
}

static void linger_of_0_ipv6(void **state)
{
	linger_of_0(AF_INET6);
}

static void disconnected(void **state)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct pair p;

	pair_connect(&p, AF_INET);
	assert_int_equal(connect(p.client, &none, sizeof(none)), 0);
	sent(p.cport, p.sport, "> RST,ACK", TCPTRAIL_RESET_STATE);
	pair_end(&p);
}

static void unread(void **state)
{
	struct pair p;

	pair_connect(&p, AF_INET);
	assert_int_equal(write(p.client, "0123456789", 10), 10);
	sleep_ms(100);
	close_fd(&p.server);
	sent(p.sport, p.cport, "> RST,ACK", TCPTRAIL_RESET_UNREAD);
	pair_end(&p);
}

static void linger2_below_0(void **state)
{
	struct pair p;

	pair_connect(&p, AF_INET);
	set(p.client, IPPROTO_TCP, TCP_LINGER2, -1);
	shutdown(p.client, SHUT_WR);
	find_event(p.cport, p.sport, "S FIN_WAIT1>FIN_WAIT2");
	close_fd(&p.client);
	sent(p.cport, p.sport, "> RST,ACK", TCPTRAIL_RESET_LINGER2);
	pair_end(&p);
}

/* The kernel ends it when the FIN is acknowledged, and calls that late data. */
static void linger2_below_0_at_once(void **state)
{
	struct pair p;

	pair_connect(&p, AF_INET);
	set(p.client, IPPROTO_TCP, TCP_LINGER2, -1);
	close_fd(&p.client);
	find_event(p.cport, p.sport, "S FIN_WAIT2>CLOSE linger2");
	sent(p.cport, p.sport, "> RST", TCPTRAIL_RESET_LATE_DATA);
	pair_end(&p);
}

static void too_many_orphans(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	accepted(&peer, &p);
	write_file("/proc/sys/net/ipv4/tcp_max_orphans", "0");
	close_fd(&p.server);
	sent(p.sport, peer.port, "> RST,ACK", TCPTRAIL_RESET_MEMORY);
	write_file("/proc/sys/net/ipv4/tcp_max_orphans", "4096");
	pair_end(&p);
}

static void listener_closed(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	pair_listen(&p, AF_INET);
	peer_connect_to(&peer, p.sport);
	find_event(p.sport, peer.port, "S SYN_RECV>ESTABLISHED");
	pair_end(&p);
	sent(p.sport, peer.port, "> RST,ACK", TCPTRAIL_RESET_STATE);
}

static void keepalive(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	accepted(&peer, &p);
	set(p.server, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	set(p.server, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	set(p.server, IPPROTO_TCP, TCP_KEEPCNT, 1);
	set(p.server, SOL_SOCKET, SO_KEEPALIVE, 1);
	sent(p.sport, peer.port, "> RST,ACK", TCPTRAIL_RESET_KEEPALIVE);
	pair_end(&p);
}

/* The peer takes no more, our FIN waits behind data, and we let go of it. */
static void data_not_sent(void **state)
{
	struct linger now = { 1, 0 };
	struct peer peer = peer_new();
	static char data[1 << 20];
	struct pair p;

	accepted(&peer, &p);
	assert_true(send(p.server, data, sizeof(data), MSG_DONTWAIT) > 20000);
	peer_send(&peer, FIN_ACK, 0);
	find_event(p.sport, peer.port, "S ESTABLISHED>CLOSE_WAIT");
	shutdown(p.server, SHUT_WR);
	find_event(p.sport, peer.port, "S CLOSE_WAIT>LAST_ACK");
	assert_int_equal(setsockopt(p.server, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
	close_fd(&p.server);
	sent(p.sport, peer.port, "> RST,ACK", TCPTRAIL_RESET_UNSENT);
	pair_end(&p);
}

static void no_socket_ipv4(void **state)
{
	struct peer peer = peer_new();
	struct tcptrail_record r;

	peer.host_port = 19100;
	peer_send(&peer, TCPTRAIL_SYN, 0);
	peer_expect(&peer, TCPTRAIL_RST | TCPTRAIL_ACK);
	r = sent(19100, peer.port, "> RST,ACK", TCPTRAIL_RESET_NO_SOCKET);
	assert_int_equal(r.cookie, 0);
	peer_send(&peer, TCPTRAIL_ACK, 10);
	sent(19100, peer.port, "> RST", TCPTRAIL_RESET_NO_SOCKET);
}

static void no_socket_ipv6(void **state)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6,
				  .sin6_addr = in6addr_loopback,
				  .sin6_port = htons(19101) };
	struct sockaddr_in6 mine = { .sin6_family = AF_INET6, .sin6_port = htons(19102) };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&mine, sizeof(mine)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), -1);
	sent(19101, 19102, "> RST,ACK", TCPTRAIL_RESET_NO_SOCKET);
	close(fd);
}

static void answer_to_another_syn(void **state)
{
	struct peer peer = peer_new();
	int fd = socket_to_peer(&peer);

	peer_expect(&peer, TCPTRAIL_SYN);
	peer_send_at(&peer, TCPTRAIL_SYN | TCPTRAIL_ACK, peer.seq, peer.ack + 1000, 0);
	sent(peer.host_port, peer.port, "> RST", TCPTRAIL_RESET_INVALID_ACK);
	close(fd);
}

/* In FIN-WAIT-1: the peer does not acknowledge our FIN, and sends on. */
static void late_data(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	accepted(&peer, &p);
	close_fd(&p.server);
	find_event(p.sport, peer.port, "S ESTABLISHED>FIN_WAIT1");
	peer_send(&peer, TCPTRAIL_ACK, 10);
	sent(p.sport, peer.port, "> RST", TCPTRAIL_RESET_LATE_DATA);
	pair_end(&p);
}

/* In FIN-WAIT-2 there is only a minisocket to receive it. */
static void late_data_for_a_minisocket(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	accepted(&peer, &p);
	close_fd(&p.server);
	peer_expect(&peer, FIN_ACK);
	peer_send(&peer, TCPTRAIL_ACK, 0);
	find_event(p.sport, peer.port, "T FIN_WAIT2>FIN_WAIT2");
	peer_send(&peer, TCPTRAIL_ACK, 10);
	sent(p.sport, peer.port, "> RST", TCPTRAIL_RESET_TIMEWAIT);
	pair_end(&p);
}

static void syn_inside_the_window(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	pair_listen(&p, AF_INET);
	peer_half_open(&peer, p.sport);
	peer_send(&peer, TCPTRAIL_SYN, 0);
	sent(p.sport, peer.port, "> RST,ACK", TCPTRAIL_RESET_INVALID_SYN);
	pair_end(&p);
}

/* The kernel calls this one an invalid SYN, too. */
static void accept_queue_full(void **state)
{
	struct peer first = peer_new(), second = peer_new();
	struct pair p;

	write_file("/proc/sys/net/ipv4/tcp_abort_on_overflow", "1");
	pair_listen(&p, AF_INET);
	peer_half_open(&first, p.sport);
	peer_half_open(&second, p.sport);
	assert_int_equal(listen(p.listener, 0), 0);
	peer_send(&first, TCPTRAIL_ACK, 0);
	find_event(p.sport, first.port, "S SYN_RECV>ESTABLISHED");
	peer_send(&second, TCPTRAIL_ACK, 0);
	sent(p.sport, second.port, "> RST", TCPTRAIL_RESET_INVALID_SYN);
	write_file("/proc/sys/net/ipv4/tcp_abort_on_overflow", "0");
	pair_end(&p);
}

static void ack_for_a_listener(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	pair_listen(&p, AF_INET);
	peer.host_port = p.sport;
	peer_send(&peer, TCPTRAIL_ACK, 0);
	sent(p.sport, peer.port, "> RST", TCPTRAIL_RESET_FLAGS);
	pair_end(&p);
}

/* netfilter sends it in the listener's name; TCP knows nothing of it. */
static void rejected_by_netfilter(void **state)
{
	struct peer peer = peer_new();
	struct tcptrail_record r;
	struct pair p;

	pair_listen(&p, AF_INET);
	run("nft 'table ip t { chain c { type filter hook input priority 0; "
	    "tcp dport %u reject with tcp reset; }; }'",
	    p.sport);
	peer.host_port = p.sport;
	peer_send(&peer, TCPTRAIL_SYN, 0);
	peer_expect(&peer, TCPTRAIL_RST | TCPTRAIL_ACK);
	run("nft delete table ip t");
	r = find_event(p.sport, peer.port, "> RST,ACK");
	assert_int_equal(r.segment.reset_reason, TCPTRAIL_RESET_NONE);
	pair_end(&p);
}

int group_reset(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(linger_of_0_ipv4, start),
		cmocka_unit_test_setup(linger_of_0_ipv6, start),
		cmocka_unit_test_setup(disconnected, start),
		cmocka_unit_test_setup(unread, start),
		cmocka_unit_test_setup(linger2_below_0, start),
		cmocka_unit_test_setup(linger2_below_0_at_once, start),
		cmocka_unit_test_setup(too_many_orphans, start),
		cmocka_unit_test_setup(listener_closed, start),
		cmocka_unit_test_setup(keepalive, start),
		cmocka_unit_test_setup(data_not_sent, start),
		cmocka_unit_test_setup(no_socket_ipv4, start),
		cmocka_unit_test_setup(no_socket_ipv6, start),
		cmocka_unit_test_setup(answer_to_another_syn, start),
		cmocka_unit_test_setup(late_data, start),
		cmocka_unit_test_setup(late_data_for_a_minisocket, start),
		cmocka_unit_test_setup(syn_inside_the_window, start),
		cmocka_unit_test_setup(accept_queue_full, start),
		cmocka_unit_test_setup(ack_for_a_listener, start),
		cmocka_unit_test_setup(rejected_by_netfilter, start),
	};

	return cmocka_run_group_tests_name("reset", tests, NULL, NULL);
}
