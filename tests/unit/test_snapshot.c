// SPDX-License-Identifier: GPL-2.0
/* The snapshot of real sockets on the loopback, and messages that make no sense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/sockdiag/snapshot.h"
#include "userspace/base/array.h"
#include "userspace/base/time.h"

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

static uint64_t cookie_of(int fd)
{
	socklen_t size = sizeof(uint64_t);
	uint64_t cookie = 0;

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size), 0);
	return cookie;
}

static uint32_t inode_of(const char *path, int fd)
{
	struct stat st;

	assert_int_equal(path ? stat(path, &st) : fstat(fd, &st), 0);
	return (uint32_t)st.st_ino;
}

static int listener_of(int family, int protocol, struct sockaddr_storage *address, socklen_t *size)
{
	int fd = socket(family, SOCK_STREAM, protocol);
	struct sockaddr_in *in = (struct sockaddr_in *)address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;

	if (fd < 0)
		return -1;
	memset(address, 0, sizeof(*address));
	address->ss_family = (sa_family_t)family;
	*size = family == AF_INET ? sizeof(*in) : sizeof(*in6);
	if (family == AF_INET)
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		in6->sin6_addr = in6addr_loopback;
	if (bind(fd, (struct sockaddr *)address, *size) || listen(fd, 8)) {
		close(fd);
		return -1;
	}
	assert_int_equal(getsockname(fd, (struct sockaddr *)address, size), 0);
	return fd;
}

static int listener(int family, struct sockaddr_storage *address, socklen_t *size)
{
	return listener_of(family, 0, address, size);
}

static int client(int family, const struct sockaddr_storage *address, socklen_t size)
{
	int fd = socket(family, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)address, size), 0);
	return fd;
}

static const struct tcptrail_record *find(const struct snapshot *s, uint64_t cookie)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->records[i].kind == TCPTRAIL_SNAPSHOT && s->records[i].cookie == cookie)
			return &s->records[i];
	return NULL;
}

static void take(struct snapshot *snapshot, uint32_t states)
{
	int err = snapshot_list(snapshot, states);

	if (err == -ENOENT || err == -EPROTONOSUPPORT || err == -EPERM) {
		snapshot_free(snapshot);
		skip(); /* a kernel without inet_diag, or a sandbox */
	}
	assert_int_equal(err, 0);
}

static void look_at(int family)
{
	struct sockaddr_storage address;
	const struct tcptrail_record *r;
	const struct kernel_socket *live;
	struct snapshot snapshot;
	uint64_t before_ns, waiting;
	socklen_t size;
	int l = listener(family, &address, &size), c, s, queued, tries;

	if (l < 0)
		skip(); /* no IPv6 here */
	c = client(family, &address, size);
	s = accept(l, NULL, NULL);
	assert_true(s >= 0);
	queued = client(family, &address, size);
	assert_int_equal(send(c, "123456789", 9, 0), 9);
	shutdown(c, SHUT_WR);
	waiting = cookie_of(s);

	/* The FIN, and its ACK, are on their way: a moment later they are there. */
	for (tries = 0; tries < 100; tries++) {
		before_ns = time_now_ns();
		take(&snapshot, SNAPSHOT_ALL_STATES);
		r = find(&snapshot, cookie_of(c));
		assert_non_null(r);
		if (r->transition.new_state == TCPTRAIL_FIN_WAIT2)
			break;
		snapshot_free(&snapshot);
		usleep(10000);
	}
	r = find(&snapshot, waiting);
	assert_non_null(r);
	assert_int_equal(r->transition.new_state, TCPTRAIL_CLOSE_WAIT);
	assert_int_equal(r->transition.old_state, TCPTRAIL_CLOSE_WAIT);
	assert_int_equal(r->transition.unread, 9);
	assert_int_equal(r->transition.inode, inode_of(NULL, s));
	assert_int_equal(r->transition.uid, getuid());
	assert_int_equal(r->family, family);
	assert_int_equal(r->lport, ntohs(((struct sockaddr_in *)&address)->sin_port));
	assert_int_equal(r->laddr[15], 1);
	assert_int_equal(r->laddr[10], family == AF_INET ? 0xff : 0);
	assert_int_equal(r->netns, inode_of("/proc/self/ns/net", -1));
	assert_true(r->flags & TCPTRAIL_F_PEER_FIN);
	assert_true(r->time_ns >= before_ns && r->time_ns <= time_now_ns());
	assert_true(record_min_age_ns(r) < 60000000000ULL);

	r = find(&snapshot, cookie_of(c));
	assert_non_null(r);
	assert_int_equal(r->transition.new_state, TCPTRAIL_FIN_WAIT2);
	assert_false(r->flags & TCPTRAIL_F_ORPHAN);

	r = find(&snapshot, cookie_of(l));
	assert_non_null(r);
	assert_int_equal(r->transition.new_state, TCPTRAIL_LISTEN);
	assert_int_equal(r->transition.unread, 1); /* one waits to be accepted */
	assert_int_equal(r->flags & TCPTRAIL_F_NO_RPORT, TCPTRAIL_F_NO_RPORT);
	assert_non_null(snapshot_netns(&snapshot, r->netns));
	live = snapshot_live(&snapshot, cookie_of(l));
	assert_non_null(live);
	assert_int_equal(live->queued, 1);
	assert_int_equal(live->backlog, 8);
	assert_false(kernel_socket_queue_full(live));
	live = snapshot_live(&snapshot, waiting);
	assert_non_null(live);
	assert_true(live->has_info);
	assert_true(live->received_ms < 60000 && live->acked_ms < 60000);
	assert_int_equal(live->sent_ms, KERNEL_NEVER_MS);
	assert_true(live->end_unread);
	assert_int_equal(live->timer, KERNEL_TIMER_NONE);
	assert_null(snapshot_live(&snapshot, 1ULL << 60));
	snapshot_free(&snapshot);

	/* Only what is asked for. */
	take(&snapshot, 1U << TCPTRAIL_FIN_WAIT2 | 1U << TCPTRAIL_LISTEN);
	assert_non_null(find(&snapshot, cookie_of(c)));
	assert_non_null(find(&snapshot, cookie_of(l)));
	assert_null(find(&snapshot, waiting));
	snapshot_free(&snapshot);
	close(queued);
	close(s);
	close(c);
	close(l);
}

static void test_ipv4(void **state)
{
	look_at(AF_INET);
}

static void test_ipv6(void **state)
{
	look_at(AF_INET6);
}

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* A listener of MPTCP's, a subflow at either end, and a plain listener. */
static void test_mptcp(void **state)
{
	struct sockaddr_storage address, plain_address;
	unsigned int subflows = 0, listeners = 0;
	struct snapshot snapshot;
	socklen_t size, plain_size;
	int l = listener_of(AF_INET, IPPROTO_MPTCP, &address, &size), plain, c, s;
	uint16_t port = ((struct sockaddr_in *)&address)->sin_port;

	if (l < 0 || geteuid() != 0)
		skip();
	plain = listener(AF_INET, &plain_address, &plain_size);
	c = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	assert_int_equal(connect(c, (struct sockaddr *)&address, size), 0);
	s = accept(l, NULL, NULL);
	take(&snapshot, SNAPSHOT_ALL_STATES);
	for (size_t i = 0; i < snapshot.count; i++) {
		const struct tcptrail_record *r = &snapshot.records[i];

		if (r->lport != ntohs(port) && r->rport != ntohs(port))
			continue;
		assert_true(r->flags & TCPTRAIL_F_MPTCP);
		subflows += r->transition.new_state == TCPTRAIL_ESTABLISHED;
		listeners += r->transition.new_state == TCPTRAIL_LISTEN;
	}
	assert_int_equal(subflows, 2);
	assert_int_equal(listeners, 1);
	assert_false(find(&snapshot, cookie_of(plain))->flags & TCPTRAIL_F_MPTCP);
	snapshot_free(&snapshot);
	close(plain);
	close(s);
	close(c);
	close(l);
}

/* What the kernel says of a socket, as far as it matters here. */
static void message(uint8_t state, uint32_t wqueue, uint32_t unsent, struct tcptrail_record *r,
		    struct kernel_socket *live)
{
	struct {
		struct inet_diag_msg msg;
		struct nlattr attr;
		char info[sizeof(struct tcp_info)];
	} m = { 0 };
	struct tcp_info info = {
		.tcpi_notsent_bytes = unsent,
		.tcpi_last_data_sent = UINT32_MAX - 300000, /* since nothing was */
	};

	m.msg.idiag_family = AF_INET;
	m.msg.idiag_state = state;
	m.msg.idiag_wqueue = wqueue;
	m.attr.nla_type = INET_DIAG_INFO;
	m.attr.nla_len = sizeof(m.attr) + sizeof(m.info);
	memcpy(m.info, &info, sizeof(info));
	memset(r, 0, sizeof(*r));
	assert_int_equal(diag_parse(r, live, &m, sizeof(m), 0), 0);
}

/* SYN and FIN count among the kernel's bytes; before a connection is there, its times are none. */
static void test_no_bytes(void **state)
{
	static const struct {
		uint8_t state;
		uint32_t wqueue, unsent;
		uint32_t unacked_told, unsent_told;
		bool has_info;
	} cases[] = {
		{ TCPTRAIL_SYN_SENT, 1, 0, 0, 0, false },
		{ TCPTRAIL_SYN_SENT, 6, 0, 5, 0, false }, /* Fast Open */
		{ TCPTRAIL_SYN_RECV, 1, 0, 0, 0, false },
		{ TCPTRAIL_ESTABLISHED, 7, 7, 7, 7, true },
		{ TCPTRAIL_FIN_WAIT1, 1, 0, 0, 0, true },
		{ TCPTRAIL_LAST_ACK, 8, 8, 7, 7, true },
		{ TCPTRAIL_CLOSE_WAIT, 8, 3, 8, 3, true },
	};
	struct tcptrail_record r;
	struct kernel_socket live;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		message(cases[i].state, cases[i].wqueue, cases[i].unsent, &r, &live);
		assert_int_equal(r.transition.unacked, cases[i].unacked_told);
		assert_int_equal(live.unsent, cases[i].unsent_told);
		assert_int_equal(live.has_info, cases[i].has_info);
	}
}

/* Until @s is in CLOSE-WAIT: then what the kernel knows of it. */
static struct kernel_socket in_close_wait(int s)
{
	const struct kernel_socket *live;
	struct kernel_socket found = { 0 };
	struct snapshot snapshot;
	int tries;

	for (tries = 0; tries < 100 && !found.cookie; tries++) {
		take(&snapshot, 1U << TCPTRAIL_CLOSE_WAIT);
		live = snapshot_live(&snapshot, cookie_of(s));
		if (live)
			found = *live;
		else
			usleep(10000);
		snapshot_free(&snapshot);
	}
	assert_int_equal(found.cookie, cookie_of(s));
	return found;
}

/* A read that takes the last byte takes a FIN, too, that stands behind that byte. */
static void test_end_of_file(void **state)
{
	static const struct {
		const char *sent;
		size_t read;
		bool end_unread, received;
	} cases[] = {
		{ "", 0, true, false },
		{ "", 9, false, false }, /* the end, and nothing else */
		{ "12345", 0, true, true },
		{ "12345", 4, true, true },
		{ "12345", 5, false, true },
		{ "12345", 9, false, true },
	};
	struct sockaddr_storage address;
	struct kernel_socket live;
	char buffer[16];
	socklen_t size;
	int l = listener(AF_INET, &address, &size), c, s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		c = client(AF_INET, &address, size);
		s = accept(l, NULL, NULL);
		send(c, cases[i].sent, strlen(cases[i].sent), 0);
		shutdown(c, SHUT_WR);
		in_close_wait(s);
		if (cases[i].read)
			assert_true(recv(s, buffer, cases[i].read, 0) >= 0);
		live = in_close_wait(s);
		assert_int_equal(live.end_unread, cases[i].end_unread);
		assert_int_equal(live.received_ms != KERNEL_NEVER_MS, cases[i].received);
		assert_int_equal(live.sent_ms, KERNEL_NEVER_MS);
		close(c);
		close(s);
	}
	close(l);
}

/* Of established sockets only those on which nothing moves, with all about them. */
static void test_stalled(void **state)
{
	struct sockaddr_storage address;
	const struct kernel_socket *live = NULL;
	struct snapshot snapshot;
	static char block[1 << 16];
	socklen_t size;
	int l = listener(AF_INET, &address, &size), c, s, idle, tries;

	assert_true(l >= 0);
	idle = client(AF_INET, &address, size);
	c = client(AF_INET, &address, size);
	s = accept(l, NULL, NULL);
	assert_true(s >= 0);
	while (send(c, block, sizeof(block), MSG_DONTWAIT) > 0)
		;
	/* The peer's window closes with the last segment that fits; then the timer asks. */
	for (tries = 0; tries < 500; tries++) {
		take(&snapshot, SNAPSHOT_STALLED | 1U << TCPTRAIL_LISTEN);
		live = snapshot_live(&snapshot, cookie_of(c));
		if (live)
			break;
		snapshot_free(&snapshot);
		usleep(10000);
	}
	assert_non_null(live);
	assert_true(kernel_socket_zero_window(live));
	assert_true(live->has_info);
	assert_true(live->unsent > 0);
	assert_non_null(find(&snapshot, cookie_of(c)));
	assert_true(find(&snapshot, cookie_of(c))->transition.unacked > 0);
	assert_non_null(find(&snapshot, cookie_of(l)));
	assert_null(find(&snapshot, cookie_of(idle)));
	assert_null(find(&snapshot, cookie_of(s)));
	snapshot_free(&snapshot);
	close(idle);
	close(s);
	close(c);
	close(l);
}

static void test_order(void **state)
{
	struct snapshot snapshot;
	size_t i;

	take(&snapshot, SNAPSHOT_ALL_STATES);
	for (i = 1; i < snapshot.count; i++)
		assert_true(snapshot.records[i].time_ns >= snapshot.records[i - 1].time_ns);
	assert_null(snapshot_netns(&snapshot, 1));
	snapshot_free(&snapshot);
}

/* A FIN that is repeated: the turns before this one add up to what is told at the least. */
static void test_repeated(void **state)
{
	struct __attribute__((packed)) {
		struct inet_diag_msg msg;
		struct nlattr attr;
		struct tcp_info info;
	} m = { .msg = { .idiag_family = AF_INET,
			 .idiag_state = TCPTRAIL_LAST_ACK,
			 .idiag_timer = KERNEL_TIMER_RETRANSMIT,
			 .idiag_retrans = 5,
			 .idiag_expires = 5000,
			 .idiag_wqueue = 1 },
		.attr = { sizeof(m.attr) + sizeof(m.info), INET_DIAG_INFO },
		.info = { .tcpi_rto = 6400000 } };
	struct tcptrail_record r = { 0 };
	struct kernel_socket live;

	/* 0.2 + 0.4 + 0.8 + 1.6 + 3.2 s, and 1.4 s of 6.4 s */
	assert_int_equal(diag_parse(&r, &live, &m, sizeof(m), 0), 0);
	assert_int_equal(record_min_age_ns(&r), 7600000000ULL);
	assert_int_equal(r.seq, 0);
	m.msg.idiag_wqueue = 2; /* that may be data from before the close */
	assert_int_equal(diag_parse(&r, &live, &m, sizeof(m), 0), 0);
	assert_int_equal(record_min_age_ns(&r), 0);

	/* Five turns, and one SYN only was sent again: the others did not leave this machine. */
	m.msg.idiag_state = TCPTRAIL_SYN_SENT;
	m.info.tcpi_total_retrans = 1;
	m.info.tcpi_snd_mss = 536;
	assert_int_equal(diag_parse(&r, &live, &m, sizeof(m), 0), 0);
	assert_int_equal(r.transition.retrans_total, 1);
	assert_int_equal(live.repeated_ms, 7600);
	assert_true(kernel_socket_not_leaving(&live));
	m.info.tcpi_total_retrans = 5;
	assert_int_equal(diag_parse(&r, &live, &m, sizeof(m), 0), 0);
	assert_false(kernel_socket_not_leaving(&live));
}

/* What comes over netlink is not trusted: any length, any bytes. */
static void test_hostile(void **state)
{
	uint8_t message[sizeof(struct inet_diag_msg) + 64];
	struct tcptrail_record r;
	struct kernel_socket live;
	uint64_t seed = 88172645463325252ULL;
	size_t length, i, good = 0;
	unsigned int round;

	for (round = 0; round < 200000; round++) {
		for (i = 0; i < sizeof(message); i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			message[i] = (uint8_t)(seed >> 32);
		}
		length = seed % (sizeof(message) + 1);
		if (round & 1)
			message[0] = seed & 2 ? AF_INET : AF_INET6;
		/* An attribute that claims a length around what there is. */
		message[sizeof(struct inet_diag_msg)] = (uint8_t)(seed >> 8) & 127;
		message[sizeof(struct inet_diag_msg) + 1] = 0;
		message[sizeof(struct inet_diag_msg) + 2] = INET_DIAG_INFO;
		message[sizeof(struct inet_diag_msg) + 3] = 0;
		memset(&r, 0, sizeof(r));
		if (diag_parse(&r, &live, message, length, 0))
			continue;
		good++;
		assert_int_equal(r.kind, TCPTRAIL_SNAPSHOT);
		assert_true(length >= sizeof(struct inet_diag_msg));
	}
	assert_true(good > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),	cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_mptcp),	cmocka_unit_test(test_no_bytes),
		cmocka_unit_test(test_stalled), cmocka_unit_test(test_end_of_file),
		cmocka_unit_test(test_order),	cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
