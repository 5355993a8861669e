// SPDX-License-Identifier: GPL-2.0
/* Payload bytes of a connection: those that the sockets really carried. */
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live.h"

#define FIN_ACK (TCPTRAIL_FIN | TCPTRAIL_ACK)

static int start(void **state)
{
	events_start();
	return 0;
}

static void send_bytes(int fd, size_t bytes)
{
	static const char data[65536];

	while (bytes) {
		ssize_t n = write(fd, data, bytes < sizeof(data) ? bytes : sizeof(data));

		assert_true(n > 0);
		bytes -= (size_t)n;
	}
}

static void receive_bytes(int fd, size_t bytes)
{
	char data[65536];

	while (bytes) {
		ssize_t n = read(fd, data, bytes < sizeof(data) ? bytes : sizeof(data));

		assert_true(n > 0);
		bytes -= (size_t)n;
	}
}

/* Up to the end of file. */
static void receive_all(int fd)
{
	char data[4096];

	while (read(fd, data, sizeof(data)) > 0)
		;
}

static void expect_bytes(uint16_t lport, uint16_t rport, const char *event, uint64_t sent,
			 uint64_t received)
{
	struct tcptrail_record r = find_event(lport, rport, event);

	if (!(r.flags & TCPTRAIL_F_BYTES) || r.transition.sent != sent ||
	    r.transition.received != received)
		fail_msg("%s: %llu sent, %llu received, not %llu, %llu", event,
			 (unsigned long long)r.transition.sent,
			 (unsigned long long)r.transition.received, (unsigned long long)sent,
			 (unsigned long long)received);
}

/* Both ends' last transitions: what one has sent the other has received. */
static void expect_ends(const struct pair *p, const char *client, const char *server, uint64_t up,
			uint64_t down)
{
	expect_bytes(p->cport, p->sport, client, up, down);
	expect_bytes(p->sport, p->cport, server, down, up);
}

/* Up to the server, down to the client, each read as soon as it was sent. */
static void exchange(const struct pair *p, size_t up, size_t down)
{
	send_bytes(p->client, up);
	receive_bytes(p->server, up);
	send_bytes(p->server, down);
	receive_bytes(p->client, down);
}

/* One end closes, the other one when it has read that. */
static void close_in_turn(int *first, int *second)
{
	close_fd(first);
	receive_all(*second);
	close_fd(second);
}

static void both_ways(int family)
{
	struct pair p;

	pair_connect(&p, family);
	exchange(&p, 1000, 70000);
	close_in_turn(&p.client, &p.server);
	expect_ends(&p, "S FIN_WAIT2>CLOSE", "S LAST_ACK>CLOSE", 1000, 70000);
	pair_end(&p);
}

static void each_way_ipv4(void **state)
{
	both_ways(AF_INET);
}

static void each_way_ipv6(void **state)
{
	both_ways(AF_INET6);
}

static void nothing_at_all(void **state)
{
	struct pair p;

	pair_connect(&p, AF_INET);
	close_in_turn(&p.server, &p.client);
	expect_ends(&p, "S LAST_ACK>CLOSE", "S FIN_WAIT2>CLOSE", 0, 0);
	pair_end(&p);
}

static void data_after_our_fin(void **state)
{
	struct pair p;

	pair_connect(&p, AF_INET);
	send_bytes(p.client, 100);
	shutdown(p.client, SHUT_WR);
	receive_all(p.server);
	send_bytes(p.server, 3000);
	close_in_turn(&p.server, &p.client);
	expect_ends(&p, "S FIN_WAIT2>CLOSE", "S LAST_ACK>CLOSE", 100, 3000);
	pair_end(&p);
}

static void reset(void **state)
{
	struct pair p;

	pair_connect(&p, AF_INET);
	exchange(&p, 500, 20);
	close_now(&p.client);
	expect_ends(&p, "S ESTABLISHED>CLOSE linger", "S ESTABLISHED>CLOSE", 500, 20);
	pair_end(&p);
}

static void only_a_syn(void **state)
{
	struct peer peer = peer_new();
	int fd = socket_to_peer(&peer);

	peer_expect(&peer, TCPTRAIL_SYN);
	peer_send(&peer, TCPTRAIL_RST | TCPTRAIL_ACK, 0);
	expect_bytes(peer.host_port, peer.port, "S SYN_SENT>CLOSE", 0, 0);
	close(fd);
}

static void simultaneous_close(void **state)
{
	struct peer peer = peer_new();
	uint32_t not_yet;
	struct pair p;

	pair_listen(&p, AF_INET);
	peer_connect_to(&peer, p.sport);
	p.server = accept(p.listener, NULL, NULL);
	peer_send(&peer, TCPTRAIL_ACK, 30);
	receive_bytes(p.server, 30);
	send_bytes(p.server, 40);
	peer_expect(&peer, TCPTRAIL_ACK);
	peer_send(&peer, TCPTRAIL_ACK, 0);
	not_yet = peer.ack;
	close_fd(&p.server);
	peer_expect(&peer, FIN_ACK);
	peer_send_at(&peer, FIN_ACK, peer.seq, not_yet, 0);
	peer.seq++;
	peer_send(&peer, TCPTRAIL_ACK, 0);
	expect_bytes(p.sport, peer.port, "S CLOSING>CLOSE", 40, 30);
	pair_end(&p);
}

static struct tcp_info tcp_info_of(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	return info;
}

/* Write until nothing moves any more: as much is left as was a while ago. */
static size_t write_until_full(int fd)
{
	uint32_t left = 0, before;
	size_t written = 0;
	char data[4096] = "";
	int tries = 0;
	ssize_t n;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	do {
		before = left;
		while ((n = write(fd, data, sizeof(data))) > 0)
			written += (size_t)n;
		sleep_ms(300);
		left = tcp_info_of(fd).tcpi_notsent_bytes;
	} while ((!left || left != before) && ++tries < 50);
	assert_true(left > 0);
	return written;
}

/* A FIN that waits behind data is no byte either, nor is what never left. */
static void the_window_is_full(void **state)
{
	struct pair p;
	size_t sent;

	pair_connect(&p, AF_INET);
	sent = write_until_full(p.client);
	shutdown(p.client, SHUT_WR);
	sent -= tcp_info_of(p.client).tcpi_notsent_bytes - 1; /* the FIN waits there, too */
	close_now(&p.server);
	expect_bytes(p.cport, p.sport, "S FIN_WAIT1>CLOSE", sent, 0);
	pair_end(&p);
}

static void in_a_child(void (*move)(int fd, size_t bytes), int fd, size_t bytes)
{
	if (!fork()) {
		move(fd, bytes);
		_exit(0);
	}
}

/* Both ends send at the same time, and read all that the other one sends. */
static void pump(const struct pair *p, size_t bytes)
{
	int status;

	in_a_child(send_bytes, p->client, bytes);
	in_a_child(send_bytes, p->server, 2 * bytes);
	in_a_child(receive_bytes, p->server, bytes);
	receive_bytes(p->client, 2 * bytes);
	for (int i = 0; i < 3; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
}

/* What is lost on the way goes out again, and counts once. */
static void retransmitted(void **state)
{
	struct pair p;
	unsigned int rounds = 0;

	run("modprobe sch_netem && tc qdisc add dev lo root netem delay 1ms loss 10%%");
	pair_connect(&p, AF_INET);
	/* A segment here is up to 64 KiB: a few of them may all get through. */
	do {
		pump(&p, 300000);
		rounds++;
	} while (!tcp_info_of(p.server).tcpi_total_retrans && rounds < 20);
	close_in_turn(&p.client, &p.server);
	find_event(p.sport, p.cport, "S LAST_ACK>CLOSE");
	run("tc qdisc del dev lo root");
	expect_ends(&p, "S FIN_WAIT2>CLOSE", "S LAST_ACK>CLOSE", rounds * 300000, rounds * 600000);
	assert_true(find_event(p.sport, p.cport, "S LAST_ACK>CLOSE").transition.retrans_total > 0);
	pair_end(&p);
}

/* A queue that refuses segments makes the sender offer them again. */
static void refused_by_our_queue(void **state)
{
	struct tcptrail_record r;
	struct pair p;

	run("modprobe sch_netem && tc qdisc add dev lo root netem delay 5ms limit 2");
	pair_connect(&p, AF_INET);
	pump(&p, 300000);
	close_in_turn(&p.client, &p.server);
	find_event(p.sport, p.cport, "S LAST_ACK>CLOSE");
	run("tc -s qdisc show dev lo | grep -q 'dropped [1-9]' && tc qdisc del dev lo root");
	expect_bytes(p.sport, p.cport, "S LAST_ACK>CLOSE", 600000, 300000);
	r = find_event(p.cport, p.sport, "S FIN_WAIT2>CLOSE");
	assert_int_equal(r.transition.received, 600000);
	assert_in_range(r.transition.sent, 300000, 300001);
	pair_end(&p);
}

int group_bytes(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_way_ipv4, start),
		cmocka_unit_test_setup(each_way_ipv6, start),
		cmocka_unit_test_setup(nothing_at_all, start),
		cmocka_unit_test_setup(data_after_our_fin, start),
		cmocka_unit_test_setup(reset, start),
		cmocka_unit_test_setup(only_a_syn, start),
		cmocka_unit_test_setup(simultaneous_close, start),
		cmocka_unit_test_setup(the_window_is_full, start),
		cmocka_unit_test_setup(retransmitted, start),
		cmocka_unit_test_setup(refused_by_our_queue, start),
	};

	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
