// SPDX-License-Identifier: GPL-2.0
/*
 * Connections whose story is known, between alice and bob (tests/guest/hosts.sh):
 *
 *	scene NAME PORT
 *
 * plays one of them, with bob's port PORT. One process plays both hosts, each
 * under its name.
 */
#include "tests/guest/wire.h"
#include "userspace/base/array.h"

/* Longer than an ACK is delayed, and than a segment is under way. */
#define A_WHILE 300

#define THIRD_STEP "tcp flags & (fin|syn|rst|ack) == ack"
#define ANY_SYN "tcp flags & (syn|ack) == syn"

static uint16_t port;
static int alice, bob, listener;

static void accept_it(void)
{
	be("bob");
	bob = accept(listener, NULL, NULL);
	must(bob, "accept");
}

static void connect_from(uint16_t from)
{
	alice = socket_at("alice", from);
	if (connect_to(alice, BOB, port))
		die("connect");
}

static void established(void)
{
	listener = listen_at(port);
	connect_from(0);
	accept_it();
}

static void close_at(const char *host, int fd)
{
	be(host);
	close(fd);
}

/* So that its FIN is a segment of its own, and has arrived. */
static void close_later(const char *host, int fd)
{
	pause_ms(A_WHILE);
	close_at(host, fd);
	pause_ms(A_WHILE);
}

/* How long a kernel tries depends on the round trip that it measured. */
static void wait_until_gone_from(const char *host, const char *state)
{
	run("for try in $(seq 300); do "
	    "[ -n \"$(ip netns exec %s ss -Htn state %s '( dport = :%u or sport = :%u )')\" ] || "
	    "exit 0; sleep 0.1; done; exit 1",
	    host, state, port, port);
}

static void end_it(void)
{
	close_later("alice", alice);
	close_later("bob", bob);
}

/* Segments to @host's end of this connection. */
static void lose_to(const char *host, const char *which, bool once)
{
	char match[128];

	snprintf(match, sizeof(match), "tcp %s %u %s", strcmp(host, "bob") ? "sport" : "dport",
		 port, which);
	lose(host, match, once);
}

static void reject_with(const char *how)
{
	char match[64];

	snprintf(match, sizeof(match), "tcp dport %u", port);
	reject("bob", match, how);
	alice = socket_at("alice", 0);
	connect_to(alice, BOB, port);
}

static void forge_from(const char *host, uint16_t from, uint8_t flags, uint32_t seq, uint32_t ack,
		       unsigned int payload)
{
	bool is_alice = !strcmp(host, "alice");
	const struct segment s = {
		.from = is_alice ? ALICE : BOB,
		.to = is_alice ? BOB : ALICE,
		.from_port = is_alice ? from : port,
		.to_port = is_alice ? port : from,
		.flags = flags,
		.seq = seq,
		.ack = ack,
		.payload = payload,
	};

	forge(host, &s);
}

/* Openings */

static void refused(void)
{
	alice = socket_at("alice", 0);
	connect_to(alice, BOB, port);
}

static void rejected(void)
{
	reject_with("type port-unreachable");
}

static void unreachable(void)
{
	reject_with("type host-unreachable");
}

static void filtered(void)
{
	lose_to("bob", "", false);
	alice = socket_at("alice", 0);
	set(alice, IPPROTO_TCP, TCP_SYNCNT, 1);
	connect_to(alice, BOB, port);
}

static void abandoned(void)
{
	lose_to("bob", "", false);
	alice = socket_at("alice", 0);
	begin_to_connect(alice, BOB, port);
	pause_ms(A_WHILE);
	close_at("alice", alice);
}

static void syn_lost(void)
{
	lose_to("bob", ANY_SYN, true);
	established();
	end_it();
}

static void synack_lost(void)
{
	lose_to("alice", "tcp flags & (syn|ack) == (syn|ack)", true);
	established();
	end_it();
}

/* Bob has not heard of the connection that alice has, until he asks again. */
static void third_step_lost(void)
{
	lose_to("bob", THIRD_STEP, true);
	established();
	end_it();
}

static void request_expired(void)
{
	set_sysctl("bob", "tcp_synack_retries", "1");
	listener = listen_at(port);
	lose_to("alice", "", false);
	alice = socket_at("alice", 0);
	begin_to_connect(alice, BOB, port);
	pause_ms(A_WHILE);
	close_at("alice", alice);
	wait_until_gone_from("bob", "syn-recv");
	set_sysctl("bob", "tcp_synack_retries", "5");
}

static void never_accepted(void)
{
	listener = listen_at(port);
	connect_from(0);
	pause_ms(A_WHILE);
}

static void stale_syn(void)
{
	listener = listen_at(port);
	alice = socket_at("alice", 41000);
	begin_to_connect(alice, BOB, port);
	forge_from("alice", 41000, SYN, 1000, 0, 0);
	accept_it();
	end_it();
}

/* Alice has no socket there. */
static void stray_syn(void)
{
	listener = listen_at(port);
	forge_from("alice", 41001, SYN, 1000, 0, 0);
	pause_ms(A_WHILE);
}

static void simultaneous_open(void)
{
	alice = socket_at("alice", 41002);
	bob = socket_at("bob", port);
	begin_to_connect(bob, ALICE, 41002);
	begin_to_connect(alice, BOB, port);
	pause_ms(A_WHILE);
	end_it();
}

static void syn_cookie(void)
{
	set_sysctl("bob", "tcp_syncookies", "2");
	established();
	end_it();
	set_sysctl("bob", "tcp_syncookies", "1");
}

static void open_fast(const char *mode, uint16_t at_port, size_t bytes)
{
	const struct sockaddr_in to = at(BOB, at_port);

	listener = listen_at(at_port);
	set(listener, IPPROTO_TCP, TCP_FASTOPEN, 5);
	set_sysctl("bob", "tcp_fastopen", mode);
	set_sysctl("alice", "tcp_fastopen", mode);
	alice = socket_at("alice", 0);
	must(sendto(alice, "hello", bytes, MSG_FASTOPEN, (const struct sockaddr *)&to, sizeof(to)),
	     "MSG_FASTOPEN");
	accept_it();
}

static void fast_open(void)
{
	open_fast("519", port, 5); /* server and client, without a cookie */
	read_some(bob, 5);
	end_it();
}

/* The cookie that one connection got (on another port: it is the host's) opens the next. */
static void fast_open_cookie(void)
{
	open_fast("3", (uint16_t)(port + 1000), 5);
	end_it();
	close_at("bob", listener);
	open_fast("3", port, 0);
	end_it();
}

/* Closings */

static void four_way(void)
{
	established();
	be("alice");
	send_bytes(alice, 100);
	wait_for(bob);
	be("bob");
	send_bytes(bob, 2000);
	pause_ms(A_WHILE);
	read_some(alice, 2000);
	read_some(bob, 100);
	close_at("alice", alice);
	wait_for(bob);
	close_later("bob", bob);
}

/* Bob's ACK waits for his FIN. */
static void three_segments(void)
{
	established();
	set(bob, IPPROTO_TCP, TCP_QUICKACK, 0);
	close_at("alice", alice);
	wait_for(bob);
	close_at("bob", bob);
	pause_ms(A_WHILE);
}

static void half_close(void)
{
	established();
	be("alice");
	send_bytes(alice, 100);
	shutdown(alice, SHUT_WR);
	read_all(bob);
	be("bob");
	send_bytes(bob, 3000);
	pause_ms(A_WHILE);
	send_bytes(bob, 2000);
	pause_ms(A_WHILE);
	close_at("bob", bob);
	read_all(alice);
	close_at("alice", alice);
	pause_ms(A_WHILE);
}

static void simultaneous_close(void)
{
	established();
	pause_ms(A_WHILE);
	be("alice");
	shutdown(alice, SHUT_WR);
	shutdown(bob, SHUT_WR);
	pause_ms(2 * A_WHILE);
}

static void lost_last_ack(void)
{
	established();
	close_later("alice", alice);
	lose_to("bob", THIRD_STEP, true);
	close_at("bob", bob);
	pause_ms(4 * A_WHILE);
}

static void linger_0(void)
{
	established();
	pause_ms(A_WHILE);
	be("alice");
	abort_now(alice);
	pause_ms(A_WHILE);
}

static void unread(void)
{
	established();
	be("alice");
	send_bytes(alice, 812);
	pause_ms(A_WHILE);
	close_at("bob", bob);
	pause_ms(A_WHILE);
}

/* What alice does not read any more, for she has closed. */
static void data_for_nobody(void)
{
	established();
	close_later("alice", alice);
	be("bob");
	send_bytes(bob, 10);
	pause_ms(A_WHILE);
}

static void fin_wait2_timeout(void)
{
	set_sysctl("alice", "tcp_fin_timeout", "2");
	established();
	close_later("alice", alice);
	wait_until_gone_from("alice", "fin-wait-2");
	set_sysctl("alice", "tcp_fin_timeout", "60");
}

static void killed(void)
{
	established();
	pause_ms(A_WHILE);
	run("ip netns exec alice ss -Htn -K dport = :%u >/dev/null", port);
	pause_ms(A_WHILE);
}

/* Deaths */

static void keepalive(void)
{
	established();
	set(alice, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(alice, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	set(alice, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	set(alice, IPPROTO_TCP, TCP_KEEPCNT, 2);
	pause_ms(A_WHILE);
	lose_to("bob", "", false);
	read_all(alice);
}

static void user_timeout(void)
{
	established();
	set(alice, IPPROTO_TCP, TCP_USER_TIMEOUT, 1000);
	pause_ms(A_WHILE);
	lose_to("bob", "", false);
	be("alice");
	send_bytes(alice, 812);
	read_all(alice);
}

static void retransmits(void)
{
	set_sysctl("alice", "tcp_retries2", "3");
	established();
	pause_ms(A_WHILE);
	lose_to("bob", "", false);
	be("alice");
	send_bytes(alice, 812);
	read_all(alice);
	set_sysctl("alice", "tcp_retries2", "15");
}

/* Bob's window is shut, and then he is gone. */
static void zero_window(void)
{
	set_sysctl("alice", "tcp_retries2", "3");
	established();
	be("alice");
	fcntl(alice, F_SETFL, O_NONBLOCK);
	for (unsigned int i = 0; i < 20; i++) {
		while (write(alice, (char[4096]){ 0 }, 4096) > 0)
			;
		pause_ms(100);
	}
	lose_to("bob", "", false);
	fcntl(alice, F_SETFL, 0);
	wait_for(alice);
	set_sysctl("alice", "tcp_retries2", "15");
}

static void fin_unanswered(void)
{
	set_sysctl("alice", "tcp_orphan_retries", "2");
	established();
	pause_ms(A_WHILE);
	lose_to("bob", "", false);
	close_at("alice", alice);
	wait_until_gone_from("alice", "fin-wait-1");
	set_sysctl("alice", "tcp_orphan_retries", "0");
}

/* TIME-WAIT */

/* Alice closes first: she is in TIME-WAIT. */
static void time_wait_at_alice(uint16_t from)
{
	listener = listen_at(port);
	connect_from(from);
	accept_it();
	end_it();
}

static void reuse_by_connect(void)
{
	set_sysctl("alice", "tcp_tw_reuse", "1");
	set_sysctl("alice", "ip_local_port_range", "42000 42000");
	time_wait_at_alice(0);
	pause_ms(2000); /* their timestamps must differ by a second */
	connect_from(0);
	accept_it();
	end_it();
	set_sysctl("alice", "ip_local_port_range", "32768 60999");
}

static void reuse_by_syn(void)
{
	listener = listen_at(port);
	connect_from(41003);
	accept_it();
	close_later("bob", bob);
	close_later("alice", alice);
	connect_from(41003);
	accept_it();
	end_it();
}

/* An old duplicate of bob's is answered; he knows nothing any more. */
static void assassination(void)
{
	uint32_t seq, ack;

	listener = listen_at(port);
	connect_from(41004);
	accept_it();
	be("bob");
	send_bytes(bob, 50);
	pause_ms(A_WHILE);
	read_some(alice, 50);
	seq = sequence(alice, TCP_RECV_QUEUE);
	ack = sequence(alice, TCP_SEND_QUEUE);
	end_it();
	forge_from("bob", 41004, ACK, seq - 50, ack, 50);
	pause_ms(A_WHILE);
}

static const struct {
	const char *name;
	void (*play)(void);
} scenes[] = {
	{ "refused", refused },
	{ "rejected", rejected },
	{ "unreachable", unreachable },
	{ "filtered", filtered },
	{ "abandoned", abandoned },
	{ "syn-lost", syn_lost },
	{ "synack-lost", synack_lost },
	{ "third-step-lost", third_step_lost },
	{ "request-expired", request_expired },
	{ "never-accepted", never_accepted },
	{ "stale-syn", stale_syn },
	{ "stray-syn", stray_syn },
	{ "simultaneous-open", simultaneous_open },
	{ "syn-cookie", syn_cookie },
	{ "fast-open", fast_open },
	{ "fast-open-cookie", fast_open_cookie },
	{ "four-way", four_way },
	{ "three-segments", three_segments },
	{ "half-close", half_close },
	{ "simultaneous-close", simultaneous_close },
	{ "lost-last-ack", lost_last_ack },
	{ "linger-0", linger_0 },
	{ "unread", unread },
	{ "data-for-nobody", data_for_nobody },
	{ "fin-wait2-timeout", fin_wait2_timeout },
	{ "killed", killed },
	{ "keepalive", keepalive },
	{ "user-timeout", user_timeout },
	{ "retransmits", retransmits },
	{ "zero-window", zero_window },
	{ "fin-unanswered", fin_unanswered },
	{ "reuse-by-connect", reuse_by_connect },
	{ "reuse-by-syn", reuse_by_syn },
	{ "assassination", assassination },
};

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 3) {
		fprintf(stderr, "usage: scene NAME PORT\n");
		return 2;
	}
	port = (uint16_t)atoi(argv[2]);
	for (i = 0; i < ARRAY_SIZE(scenes); i++) {
		if (strcmp(argv[1], scenes[i].name))
			continue;
		scenes[i].play();
		lose_no_more("alice");
		lose_no_more("bob");
		return 0;
	}
	fprintf(stderr, "scene: %s: no such scene\n", argv[1]);
	return 2;
}
