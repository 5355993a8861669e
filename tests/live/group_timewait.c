// SPDX-License-Identifier: GPL-2.0
/* Timewait minisockets: how they change, and each of their ends. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "live.h"

#define FIN_ACK (TCPTRAIL_FIN | TCPTRAIL_ACK)
#define MSL2_S 60 /* TCP_TIMEWAIT_LEN */

static int start(void **state)
{
	events_start();
	return 0;
}

/* A connection that @peer opened, and we closed first. Records from then on. */
static void closed_by_us(struct peer *peer, struct pair *p)
{
	pair_listen(p, AF_INET);
	peer_connect_to(peer, p->sport);
	p->server = accept(p->listener, NULL, NULL);
	close_fd(&p->server);
	peer_expect(peer, FIN_ACK);
}

static void in_time_wait(struct peer *peer, struct pair *p)
{
	closed_by_us(peer, p);
	peer_send(peer, FIN_ACK, 0);
	peer_expect(peer, TCPTRAIL_ACK);
	find_event(p->sport, peer->port, "T FIN_WAIT2>TIME_WAIT");
	events_start();
}

static void in_fin_wait2(struct peer *peer, struct pair *p)
{
	closed_by_us(peer, p);
	peer_send(peer, TCPTRAIL_ACK, 0);
	find_event(p->sport, peer->port, "T FIN_WAIT2>FIN_WAIT2");
	find_event(p->sport, peer->port, "S FIN_WAIT2>CLOSE");
	events_start();
}

/* Why TIME-WAIT lasts 2 MSL: our last ACK was lost, the FIN comes again. */
static void last_ack_lost(void **state)
{
	struct peer peer = peer_new();
	struct tcptrail_record r;
	struct pair p;

	in_time_wait(&peer, &p);
	peer_send_at(&peer, FIN_ACK, peer.seq - 1, peer.ack, 0);
	expect_apart(0, p.sport, peer.port, "T TIME_WAIT>TIME_WAIT fin\n", "< FIN,ACK\n> ACK\n");
	r = find_event(p.sport, peer.port, "T TIME_WAIT>TIME_WAIT fin");
	assert_true(r.flags & TCPTRAIL_F_SELF);
	pair_end(&p);
}

static void rearmed_by_an_ack(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	in_time_wait(&peer, &p);
	peer_send(&peer, TCPTRAIL_ACK, 0);
	expect_events(0, p.sport, peer.port, "T TIME_WAIT>TIME_WAIT segment\n");
	pair_end(&p);
}

static void assassinated(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	in_time_wait(&peer, &p);
	peer_send(&peer, TCPTRAIL_RST, 0);
	expect_events(0, p.sport, peer.port, "< RST\nT TIME_WAIT>CLOSE reset\n");
	pair_end(&p);
}

static void taken_over_by_a_syn(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	in_time_wait(&peer, &p);
	peer.seq += 100000;
	peer_connect_to(&peer, p.sport);
	expect_events(0, p.sport, peer.port,
		      "< SYN\nT TIME_WAIT>CLOSE syn\nR CLOSE>NEW_SYN_RECV\n> SYN,ACK\n"
		      "S LISTEN>SYN_RECV\nR NEW_SYN_RECV>CLOSE established\n"
		      "S SYN_RECV>ESTABLISHED\n");
	pair_end(&p);
}

static int connect_from(uint16_t from, uint16_t to)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	a.sin_port = htons(from);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	a.sin_port = htons(to);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void taken_over_by_a_connect(void **state)
{
	struct pair p;
	int fd;

	pair_listen(&p, AF_INET);
	p.client = connect_from(19010, p.sport);
	p.server = accept(p.listener, NULL, NULL);
	close_fd(&p.client);
	find_event(19010, p.sport, "T FIN_WAIT2>FIN_WAIT2");
	close_fd(&p.server);
	find_event(19010, p.sport, "T FIN_WAIT2>TIME_WAIT fin");
	sleep_ms(1100); /* timestamps have to differ by a second */
	events_start();
	fd = connect_from(19010, p.sport);
	find_event(19010, p.sport, "T TIME_WAIT>CLOSE reuse");
	close_now(&fd);
	pair_end(&p);
}

static void fin_wait2_runs_out(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	write_file("/proc/sys/net/ipv4/tcp_fin_timeout", "2");
	in_fin_wait2(&peer, &p);
	expect_events(0, p.sport, peer.port, "T FIN_WAIT2>CLOSE timeout\n");
	write_file("/proc/sys/net/ipv4/tcp_fin_timeout", "60");
	pair_end(&p);
}

static void data_for_nobody(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	in_fin_wait2(&peer, &p);
	peer_send(&peer, TCPTRAIL_ACK, 10);
	expect_events(0, p.sport, peer.port, "> RST\nT FIN_WAIT2>CLOSE data\n");
	pair_end(&p);
}

static void reset_in_fin_wait2(void **state)
{
	struct peer peer = peer_new();
	struct pair p;

	in_fin_wait2(&peer, &p);
	peer_send(&peer, TCPTRAIL_RST, 0);
	expect_events(0, p.sport, peer.port, "< RST\nT FIN_WAIT2>CLOSE reset\n");
	pair_end(&p);
}

static void killed(void **state)
{
	struct peer peer = peer_new();
	struct utsname kernel;
	struct pair p;

	uname(&kernel);
	if (atoi(kernel.release) < 6) {
		print_message("%s cannot SOCK_DESTROY a minisocket (EOPNOTSUPP)\n", kernel.release);
		skip();
	}
	in_time_wait(&peer, &p);
	run("ss -Htn -K state time-wait sport = :%u >/dev/null", p.sport);
	expect_events(0, p.sport, peer.port, "T TIME_WAIT>CLOSE killed\n");
	pair_end(&p);
}

/* Started by the first test and looked at by the last: it takes a minute. */
static struct pair waiting;

static void begins_to_wait(void **state)
{
	pair_connect(&waiting, AF_INET);
	close_fd(&waiting.client);
	find_event(waiting.cport, waiting.sport, "T FIN_WAIT2>FIN_WAIT2");
	close_fd(&waiting.server);
	find_event(waiting.cport, waiting.sport, "T FIN_WAIT2>TIME_WAIT fin");
}

static void waits_2_msl(void **state)
{
	struct tcptrail_record begin, end;
	const char *over = "T TIME_WAIT>CLOSE timeout";

	events_start_history();
	begin = find_event(waiting.cport, waiting.sport, "T FIN_WAIT2>TIME_WAIT fin");
	for (int i = 0; i < MSL2_S + 10 && !has_event(waiting.cport, waiting.sport, over); i++)
		sleep_ms(1000);
	end = find_event(waiting.cport, waiting.sport, over);
	assert_in_range((end.time_ns - begin.time_ns) / 1000000, MSL2_S * 1000 - 100,
			MSL2_S * 1000 + 6000);
	assert_int_equal(begin.cookie, end.cookie);
	pair_end(&waiting);
}

int group_timewait(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(begins_to_wait, start),
		cmocka_unit_test_setup(last_ack_lost, start),
		cmocka_unit_test_setup(rearmed_by_an_ack, start),
		cmocka_unit_test_setup(assassinated, start),
		cmocka_unit_test_setup(taken_over_by_a_syn, start),
		cmocka_unit_test_setup(taken_over_by_a_connect, start),
		cmocka_unit_test_setup(fin_wait2_runs_out, start),
		cmocka_unit_test_setup(data_for_nobody, start),
		cmocka_unit_test_setup(reset_in_fin_wait2, start),
		cmocka_unit_test_setup(killed, start),
		cmocka_unit_test(waits_2_msl),
	};

	return cmocka_run_group_tests_name("timewait", tests, NULL, NULL);
}
