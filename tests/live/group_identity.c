// SPDX-License-Identifier: GPL-2.0
/* Whose it is: cookie, process, inode, uid, addresses. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live.h"

static int start(void **state)
{
	events_start();
	return 0;
}

static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len), 0);
	assert_true(cookie);
	return cookie;
}

static uint32_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return (uint32_t)st.st_ino;
}

static void assert_ours(const struct tcptrail_record *r)
{
	assert_true(r->flags & TCPTRAIL_F_TASK);
	assert_int_equal(r->transition.pid, getpid());
	assert_string_equal(r->transition.comm, "tcptrail-live");
}

static void assert_nobodys(const struct tcptrail_record *r)
{
	assert_false(r->flags & TCPTRAIL_F_TASK);
	assert_int_equal(r->transition.pid, 0);
	assert_int_equal(r->transition.comm[0], 0);
}

static void client_has_one_cookie(void **state)
{
	struct tcptrail_record r;
	uint64_t cookie;
	uint32_t inode;
	struct pair p;

	pair_connect(&p, AF_INET);
	cookie = cookie_of(p.client);
	inode = inode_of(p.client);
	r = find_event(p.cport, p.sport, "S CLOSE>SYN_SENT");
	assert_ours(&r);
	assert_int_equal(r.cookie, cookie);
	assert_int_equal(r.transition.inode, inode);
	r = find_event(p.cport, p.sport, "> SYN");
	assert_int_equal(r.cookie, cookie);
	r = find_event(p.cport, p.sport, "S SYN_SENT>ESTABLISHED");
	assert_int_equal(r.cookie, cookie);
	assert_int_equal(r.transition.inode, inode);

	close_fd(&p.client);
	r = find_event(p.cport, p.sport, "S ESTABLISHED>FIN_WAIT1");
	assert_ours(&r);
	assert_int_equal(r.cookie, cookie);
	r = find_event(p.cport, p.sport, "T FIN_WAIT2>FIN_WAIT2");
	assert_int_equal(r.cookie, cookie);
	r = find_event(p.cport, p.sport, "S FIN_WAIT2>CLOSE");
	assert_int_equal(r.cookie, cookie);
	close_fd(&p.server);
	r = find_event(p.cport, p.sport, "T FIN_WAIT2>TIME_WAIT fin");
	assert_int_equal(r.cookie, cookie);
	assert_true(r.flags & TCPTRAIL_F_ORPHAN);
	pair_end(&p);
}

static void server_has_one_cookie(void **state)
{
	struct tcptrail_record r;
	uint64_t cookie;
	struct pair p;

	pair_connect(&p, AF_INET);
	cookie = cookie_of(p.server);
	r = find_event(p.sport, p.cport, "R CLOSE>NEW_SYN_RECV");
	assert_int_equal(r.cookie, cookie);
	r = find_event(p.sport, p.cport, "> SYN,ACK");
	assert_int_equal(r.cookie, cookie);
	r = find_event(p.sport, p.cport, "R NEW_SYN_RECV>CLOSE established");
	assert_int_equal(r.cookie, cookie);
	r = find_event(p.sport, p.cport, "S LISTEN>SYN_RECV");
	assert_true(r.cookie == 0 || r.cookie == cookie); /* up to 6.12 not known yet */
	assert_true(r.flags & TCPTRAIL_F_CHILD);
	r = find_event(p.sport, p.cport, "S SYN_RECV>ESTABLISHED");
	assert_int_equal(r.cookie, cookie);
	assert_nobodys(&r);
	assert_int_equal(r.transition.inode, 0);
	r = find_event(p.sport, p.cport, "A ESTABLISHED");
	assert_ours(&r);
	assert_int_equal(r.cookie, cookie);
	assert_int_equal(r.transition.inode, inode_of(p.server));

	close_fd(&p.client);
	r = find_event(p.sport, p.cport, "S ESTABLISHED>CLOSE_WAIT");
	assert_int_equal(r.cookie, cookie);
	assert_int_equal(r.transition.inode, inode_of(p.server));
	close_fd(&p.server);
	r = find_event(p.sport, p.cport, "S CLOSE_WAIT>LAST_ACK");
	assert_ours(&r);
	pair_end(&p);
}

static void owner_is_told(void **state)
{
	struct tcptrail_record r;
	struct pair p;

	assert_int_equal(seteuid(65534), 0);
	pair_connect(&p, AF_INET);
	assert_int_equal(seteuid(0), 0);
	r = find_event(p.cport, p.sport, "S SYN_SENT>ESTABLISHED");
	assert_int_equal(r.transition.uid, 65534);
	assert_true(r.transition.cgroup);
	pair_end(&p);
}

static void one_end_right(const struct tcptrail_record *r, const uint8_t *address, uint16_t cport,
			  uint16_t sport)
{
	uint16_t far = r->lport == sport ? cport : sport;

	if (!(r->flags & TCPTRAIL_F_NO_LPORT))
		assert_true(r->lport == cport || r->lport == sport);
	if (!(r->flags & TCPTRAIL_F_NO_RPORT))
		assert_int_equal(r->rport, r->flags & TCPTRAIL_F_NO_LPORT ? sport : far);
	if (!(r->flags & TCPTRAIL_F_NO_LADDR))
		assert_memory_equal(r->laddr, address, 16);
	if (!(r->flags & TCPTRAIL_F_NO_RADDR))
		assert_memory_equal(r->raddr, address, 16);
}

/* Each record of a connection has the right 4-tuple, or says what it lacks. */
static void tuple_right_or_flagged(int family, const char *expected)
{
	const struct tcptrail_record *r;
	uint8_t address[16];
	struct pair p;
	size_t n, whole = 0, ours = 0;

	inet_pton(AF_INET6, expected, address);
	pair_listen(&p, family);
	events_start(); /* the listener, bound to all addresses, is not meant */
	pair_connect_more(&p, family);
	close_fd(&p.client);
	close_fd(&p.server);
	n = all_records(&r);
	for (size_t i = 0; i < n; i++) {
		if (r[i].lport != p.sport && r[i].rport != p.sport)
			continue;
		one_end_right(&r[i], address, p.cport, p.sport);
		ours++;
		if (!(r[i].flags & (TCPTRAIL_F_NO_LADDR | TCPTRAIL_F_NO_RADDR |
				    TCPTRAIL_F_NO_LPORT | TCPTRAIL_F_NO_RPORT)))
			whole++;
	}
	assert_true(ours >= 20);
	assert_in_range(ours - whole, 0, 2); /* CLOSE>SYN_SENT and LISTEN>SYN_RECV at most */
	pair_end(&p);
}

static void tuple_ipv4(void **state)
{
	tuple_right_or_flagged(AF_INET, "::ffff:127.0.0.1");
}

static void tuple_ipv6(void **state)
{
	tuple_right_or_flagged(AF_INET6, "::1");
}

/*
 * An IPv4 connection with a listener for both families. Its child has to be
 * cloned before it gets its addresses.
 */
static void tuple_ipv4_of_an_ipv6_listener(void **state)
{
	struct peer peer = peer_new();
	const struct tcptrail_record *r;
	uint8_t host[16], far[16];
	struct pair p;
	size_t n, ours = 0;

	inet_pton(AF_INET6, "::ffff:" HOST_ADDRESS, host);
	inet_pton(AF_INET6, "::ffff:" PEER_ADDRESS, far);
	pair_listen(&p, AF_INET6);
	events_start();
	peer_connect_to(&peer, p.sport);
	p.server = accept(p.listener, NULL, NULL);
	close_fd(&p.server);
	n = all_records(&r);
	for (size_t i = 0; i < n; i++) {
		if (r[i].lport != p.sport)
			continue;
		if (!(r[i].flags & TCPTRAIL_F_NO_LADDR))
			assert_memory_equal(r[i].laddr, host, 16);
		if (!(r[i].flags & TCPTRAIL_F_NO_RADDR))
			assert_memory_equal(r[i].raddr, far, 16);
		ours++;
	}
	assert_true(ours >= 7);
	peer_send(&peer, TCPTRAIL_RST | TCPTRAIL_ACK, 0);
	pair_end(&p);
}

/* Whether or not the kernel has looked the socket up when the segment passes. */
static void received_segments_name_no_socket(void **state)
{
	struct peer peer = peer_new();
	struct tcptrail_record r;
	struct pair p;

	pair_listen(&p, AF_INET);
	peer_connect_to(&peer, p.sport);
	p.server = accept(p.listener, NULL, NULL);
	peer_send(&peer, TCPTRAIL_FIN | TCPTRAIL_ACK, 0);
	r = find_event(p.sport, peer.port, "< FIN,ACK");
	assert_int_equal(r.segment.state, TCPTRAIL_NO_STATE);
	assert_int_equal(r.cookie, 0);
	peer_send(&peer, TCPTRAIL_RST | TCPTRAIL_ACK, 0);
	pair_end(&p);
}

/* The answer to a segment of no connection names no socket, and the rate limit holds for it. */
static void refusal_names_no_socket(void **state)
{
	struct peer peer = peer_new();
	struct tcptrail_record r;
	struct pair p;

	pair_listen(&p, AF_INET);
	peer.host_port = p.sport;
	peer_send(&peer, TCPTRAIL_ACK, 0);
	peer_expect(&peer, TCPTRAIL_RST);
	r = find_event(p.sport, peer.port, "> RST");
	assert_int_equal(r.segment.state, TCPTRAIL_NO_STATE);
	assert_int_equal(r.cookie, 0);
	pair_end(&p);
}

/* All records of a socket, the ports that it had and had not. */
static size_t connects(uint64_t cookie, uint16_t *ports, size_t *unknown)
{
	const struct tcptrail_record *r;
	size_t n = all_records(&r), found = 0;

	*unknown = 0;
	for (size_t i = 0; i < n; i++) {
		if (r[i].cookie != cookie || r[i].kind != TCPTRAIL_SOCKET ||
		    r[i].transition.new_state != TCPTRAIL_SYN_SENT)
			continue;
		if (r[i].flags & TCPTRAIL_F_NO_LPORT) {
			assert_int_equal(r[i].lport, 0);
			++*unknown;
		}
		ports[found++] = r[i].lport;
	}
	return found;
}

/* while (connect(fd) < 0) sleep(1); */
static void port_of_a_later_connect(void **state)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons(19010) };
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = htons(19011) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), bound = socket(AF_INET, SOCK_STREAM, 0);
	uint64_t cookie = cookie_of(fd), bound_cookie = cookie_of(bound);
	uint16_t ports[8];
	size_t unknown;

	for (int i = 0; i < 3; i++)
		assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), -1);
	assert_int_equal(connects(cookie, ports, &unknown), 3);
	assert_int_equal(unknown, 3);
	close(fd);

	assert_int_equal(bind(bound, (struct sockaddr *)&from, sizeof(from)), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(connect(bound, (struct sockaddr *)&to, sizeof(to)), -1);
	assert_int_equal(connects(bound_cookie, ports, &unknown), 3);
	assert_int_equal(unknown, 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(ports[i], 19011);
	close(bound);
}

/* Each record of a full socket says so. A listener of MPTCP's takes plain TCP, too. */
static void assert_mptcp(uint16_t lport, uint16_t rport, bool is_mptcp)
{
	const struct tcptrail_record *r;
	size_t n = all_records(&r), seen = 0;

	for (size_t i = 0; i < n; i++) {
		if (r[i].lport != lport || r[i].rport != rport || r[i].kind == TCPTRAIL_SEGMENT ||
		    r[i].kind == TCPTRAIL_REQUEST || r[i].flags & TCPTRAIL_F_CHILD ||
		    (r[i].kind == TCPTRAIL_TIMEWAIT && r[i].flags & TCPTRAIL_F_ORPHAN))
			continue;
		assert_int_equal(!!(r[i].flags & TCPTRAIL_F_MPTCP), is_mptcp);
		seen++;
	}
	assert_true(seen >= 4);
}

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* A connection of MPTCP's, and one of plain TCP with the same listener. */
static void mptcp_is_told(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				 .sin_port = htons(19012) };
	struct sockaddr_in from = { .sin_family = AF_INET };
	int listener, client, server;
	char byte;

	if (access("/proc/sys/net/mptcp/enabled", F_OK))
		skip(); /* not built into this kernel */
	write_file("/proc/sys/net/mptcp/enabled", "1");
	listener = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_true(find_event(19012, THE_LISTENER, "S CLOSE>LISTEN").flags & TCPTRAIL_F_MPTCP);
	for (int mptcp = 1; mptcp >= 0; mptcp--) {
		client = socket(AF_INET, SOCK_STREAM, mptcp ? IPPROTO_MPTCP : 0);
		from.sin_port = htons((uint16_t)(19013 + mptcp));
		assert_int_equal(bind(client, (struct sockaddr *)&from, sizeof(from)), 0);
		assert_int_equal(connect(client, (struct sockaddr *)&a, sizeof(a)), 0);
		server = accept(listener, NULL, NULL);
		assert_int_equal(write(client, "x", 1), 1);
		assert_int_equal(read(server, &byte, 1), 1);
		close(client);
		close(server);
		assert_mptcp((uint16_t)(19013 + mptcp), 19012, mptcp);
		assert_mptcp(19012, (uint16_t)(19013 + mptcp), mptcp);
	}
	close(listener);
}

static bool all_zero(const uint8_t *bytes, size_t n)
{
	while (n && !*bytes) {
		bytes++;
		n--;
	}
	return !n;
}

static bool comm_padded(const char *comm)
{
	size_t len = strnlen(comm, 16);

	return all_zero((const uint8_t *)comm + len, 16 - len);
}

/* What the ring held before, or the kernel's memory, shines through nowhere. */
static void nothing_leaks(void **state)
{
	const struct tcptrail_record *r;
	struct pair p;
	size_t n;

	for (int i = 0; i < 20; i++) {
		pair_connect(&p, i & 1 ? AF_INET6 : AF_INET);
		pair_end(&p);
	}
	events_start_history();
	n = all_records(&r);
	assert_true(n > 200);
	for (size_t i = 0; i < n; i++) {
		const uint64_t *words = (const void *)&r[i];

		assert_int_equal(r[i].reserved, 0);
		if (r[i].kind == TCPTRAIL_SEGMENT)
			assert_true(all_zero(r[i].segment.reserved, sizeof(r[i].segment.reserved)));
		else if (r[i].kind != TCPTRAIL_LOSS)
			assert_true(comm_padded(r[i].transition.comm));
		for (size_t w = 0; w < sizeof(*r) / 8; w++)
			assert_true(words[w] >> 47 != 0x1ffff); /* a kernel address on amd64 */
	}
}

int group_identity(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(client_has_one_cookie, start),
		cmocka_unit_test_setup(server_has_one_cookie, start),
		cmocka_unit_test_setup(owner_is_told, start),
		cmocka_unit_test_setup(tuple_ipv4, start),
		cmocka_unit_test_setup(tuple_ipv6, start),
		cmocka_unit_test_setup(tuple_ipv4_of_an_ipv6_listener, start),
		cmocka_unit_test_setup(received_segments_name_no_socket, start),
		cmocka_unit_test_setup(refusal_names_no_socket, start),
		cmocka_unit_test_setup(port_of_a_later_connect, start),
		cmocka_unit_test_setup(mptcp_is_told, start),
		cmocka_unit_test_setup(nothing_leaks, start),
	};

	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
