// SPDX-License-Identifier: GPL-2.0
/* Both ends of a connection as one: who finds whom, and what is told of both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/script.h"
#include "userspace/print/life_out.h"
#include "userspace/base/array.h"

#define RECORDS_MAX 64

#define HANDSHAKE                                                 \
	"0 A socket CLOSE SYN_SENT nolport comm=curl pid=812\n"   \
	"10 A out SYN seq=1000\n"                                 \
	"20020 B request CLOSE NEW_SYN_RECV orphan\n"             \
	"20030 B out SYN,ACK seq=7000 ack=1001\n"                 \
	"40030 A in SYN,ACK seq=7000 ack=1001\n"                  \
	"40040 A socket SYN_SENT ESTABLISHED inode=5001\n"        \
	"60070 B request NEW_SYN_RECV CLOSE reason=established\n" \
	"60080 B socket SYN_RECV ESTABLISHED orphan\n"            \
	"70000 B accept ESTABLISHED comm=web-server pid=112\n"

#define TEARDOWN                                                    \
	"500000 A socket ESTABLISHED FIN_WAIT1 comm=curl pid=812\n" \
	"500010 A out FIN,ACK seq=1101 ack=10001\n"                 \
	"520010 B in FIN,ACK seq=1101 ack=10001\n"                  \
	"520020 B socket ESTABLISHED CLOSE_WAIT\n"                  \
	"520030 B out ACK seq=10001 ack=1102\n"                     \
	"540040 A socket FIN_WAIT1 FIN_WAIT2\n"                     \
	"540050 A timewait FIN_WAIT2 FIN_WAIT2\n"                   \
	"540060 A socket FIN_WAIT2 CLOSE sent=100 received=90000\n" \
	"600000 B socket CLOSE_WAIT LAST_ACK uid=33\n"              \
	"600010 B out FIN,ACK seq=10001 ack=1102\n"                 \
	"620010 A in FIN,ACK seq=10001 ack=1102\n"                  \
	"620020 A timewait FIN_WAIT2 TIME_WAIT reason=fin\n"        \
	"620030 A out ACK seq=1102 ack=10002\n"                     \
	"640030 B socket LAST_ACK CLOSE sent=90000 received=100\n"

#define TIME_WAIT_OVER "60620020 A timewait TIME_WAIT CLOSE reason=timeout\n"

struct scene {
	const char *name;
	const char *script;
	const char *told; /* each as it is told, then what is left, oldest first */
};

static const struct scene scenes[] = {
	{ "one line, when both ends are over, and the steps of both",
	  HANDSHAKE TEARDOWN TIME_WAIT_OVER,
	  "10.0.0.1:40000        => 10.0.0.2:80           40ms  60.6s  100   90.0k client closed  "
	  "curl+web-serv\n"
	  "  client  netns 1, cookie 101, uid 0\n"
	  "      task    opened by curl[812]\n"
	  "      opened  SYN out, SYN-ACK in 40ms, established 10us\n"
	  "      closed  FIN out, ACK in 40ms, FIN in 80ms, ACK out 10us; half-closed 120ms; "
	  "TIME-WAIT 60.0s\n"
	  "      bytes   100 sent, 90,000 received\n"
	  "  server  netns 2, cookie 202, uid 33\n"
	  "      task    accepted by web-server[112]\n"
	  "      opened  SYN in, SYN-ACK out 10us, ACK in 40ms, accept() 9.9ms\n"
	  "      closed  FIN in, ACK out 10us, FIN out 80ms, ACK in 40ms; half-closed 80ms\n"
	  "      bytes   90,000 sent, 100 received\n"
	  "  closed normally, first by the client\n" },
	{ "the server's end is over and waits for the client's TIME-WAIT", HANDSHAKE TEARDOWN,
	  "left: 10.0.0.1:40000        => 10.0.0.2:80           40ms  640ms  100   90.0k "
	  "TIME-WAIT      curl+web-serv\n" },
	{ "who reset it, and why: bytes unread",
	  HANDSHAKE
	  "80000 B socket ESTABLISHED CLOSE unread=3 pid=112 comm=web-server sent=0 received=3\n"
	  "80010 B out RST\n100000 A in RST\n"
	  "100010 A socket ESTABLISHED CLOSE err=104 sent=3 received=0\n",
	  "10.0.0.1:40000        => 10.0.0.2:80           40ms  100ms  3     0     server reset   "
	  "curl+web-serv\n"
	  "  client  netns 1, cookie 101, uid 0\n"
	  "      task    opened by curl[812]\n"
	  "      opened  SYN out, SYN-ACK in 40ms, established 10us\n"
	  "      bytes   3 sent, 0 received\n"
	  "  server  netns 2, cookie 202, uid 0\n"
	  "      task    accepted by web-server[112]\n"
	  "      opened  SYN in, SYN-ACK out 10us, ACK in 40ms, accept() 9.9ms\n"
	  "      bytes   0 sent, 3 received\n"
	  "  reset by the server: closed with 3 bytes unread\n" },
	{ "the same addresses and ports in another pair of namespaces are another connection",
	  HANDSHAKE
	  "1000 A socket CLOSE SYN_SENT netns=3 cookie=103\n"
	  "1020 B request CLOSE NEW_SYN_RECV netns=4 cookie=204\n"
	  "1030 B out SYN,ACK seq=8000 ack=2001 netns=4 cookie=204\n"
	  "1040 A in SYN,ACK seq=8000 ack=2001 netns=3\n"
	  "80000 A socket ESTABLISHED CLOSE err=104\n80000 B socket ESTABLISHED CLOSE pid=112\n",
	  "10.0.0.1:40000        => 10.0.0.2:80           40ms  80ms   -     -     server reset   "
	  "curl+web-serv\n"
	  "left: 10.0.0.1:40000        => 10.0.0.2:80           -     79ms   -     -     SYN-SENT\n" },
	{ "with NAT between them the ends call each other by other names",
	  "0 A socket CLOSE SYN_SENT\n5 B request CLOSE NEW_SYN_RECV port=51234\n"
	  "6 B out SYN,ACK seq=7000 ack=1001 port=51234\n7 A in SYN,ACK seq=7000 ack=1001\n"
	  "8 A socket SYN_SENT CLOSE err=110\n9 B request NEW_SYN_RECV CLOSE reason=timeout "
	  "port=51234\n",
	  "10.0.0.1:40000        => 10.0.0.2:80           -     8us    -     -     timed out\n"
	  "  client  netns 1, cookie 101, uid 0\n"
	  "      opened  SYN out, SYN-ACK in 7us\n"
	  "  server  netns 2, cookie 202, uid 0\n"
	  "      opened  SYN in, SYN-ACK out 1us\n"
	  "  timed out; a SYN-ACK came, and was not taken\n" },
	{ "where the destination was translated before the SYN was seen to go, too",
	  "0 A socket CLOSE SYN_SENT nolport\n"
	  "1 A out SYN seq=1000 raddr=10.0.0.9\n5 B request CLOSE NEW_SYN_RECV\n"
	  "6 B out SYN,ACK seq=7000 ack=1001\n7 A in SYN,ACK seq=7000 ack=1001\n"
	  "8 A socket SYN_SENT ESTABLISHED\n",
	  "left: 10.0.0.1:40000        => 10.0.0.2:80           8us   8us    -     -     "
	  "ESTABLISHED\n" },
	{ "an answer to a stale SYN joins nobody for good",
	  "0 A socket CLOSE SYN_SENT\n5 B request CLOSE NEW_SYN_RECV cookie=209 port=9999\n"
	  "6 B out SYN,ACK seq=70 ack=11 cookie=209 port=9999\n7 A in SYN,ACK seq=70 ack=11\n"
	  "8 B in RST seq=11 port=9999\n"
	  "8 B request NEW_SYN_RECV CLOSE reason=reset cookie=209 port=9999\n"
	  "10 B request CLOSE NEW_SYN_RECV\n11 B out SYN,ACK seq=7000 ack=1001\n"
	  "12 A in SYN,ACK seq=7000 ack=1001\n13 A socket SYN_SENT ESTABLISHED\n"
	  "14 B socket SYN_RECV ESTABLISHED\n",
	  "10.0.0.2:80            < 10.0.0.1:9999         -     3us    -     -     RST received\n"
	  "  here  netns 2, cookie 209, uid 0\n"
	  "      opened  SYN in, SYN-ACK out 1us\n"
	  "  reset by a RST in the name of the peer\n"
	  "left: 10.0.0.1:40000        => 10.0.0.2:80           13us  14us   -     -     "
	  "ESTABLISHED\n" },
	{ "without a SYN-ACK on record no guess is made across namespaces",
	  "0 A socket SYN_SENT ESTABLISHED\n1 B socket SYN_RECV ESTABLISHED\n",
	  "left: 10.0.0.1:40000         > 10.0.0.2:80           -     >1us   -     -     "
	  "ESTABLISHED\n"
	  "left: 10.0.0.2:80            < 10.0.0.1:40000        -     -      -     -     "
	  "ESTABLISHED\n" },
	{ "in one namespace the name is enough",
	  "0 A socket SYN_SENT ESTABLISHED netns=5\n1 B socket SYN_RECV ESTABLISHED netns=5\n"
	  "2 B socket ESTABLISHED CLOSE netns=5\n3 A socket ESTABLISHED CLOSE err=104 netns=5\n",
	  "10.0.0.1:40000        => 10.0.0.2:80           -     >3us   -     -     server reset\n"
	  "  client  netns 5, cookie 101, uid 0\n"
	  "  server  netns 5, cookie 202, uid 0\n"
	  "  reset by the server\n" },
	{ "a socket that connects to itself has no other end",
	  "0 A socket CLOSE SYN_SENT\n1 A out SYN seq=5\n2 A socket SYN_SENT SYN_RECV\n"
	  "3 A out SYN,ACK seq=5 ack=6\n4 A in SYN,ACK seq=5 ack=6\n"
	  "5 A socket SYN_RECV ESTABLISHED\n6 A socket ESTABLISHED CLOSE\n",
	  "10.0.0.1:40000         > 10.0.0.2:80           5us   6us    -     -     reset by us\n"
	  "  here  netns 1, cookie 101, uid 0\n"
	  "      opened  SYN out, SYN-ACK in 3us, established 2us\n"
	  "  reset by this end\n" },
	{ "both open at the same time",
	  "0 A socket CLOSE SYN_SENT\n1 B socket CLOSE SYN_SENT\n2 A socket SYN_SENT SYN_RECV\n"
	  "3 A out SYN,ACK seq=5 ack=10\n4 B socket SYN_SENT SYN_RECV\n"
	  "5 B out SYN,ACK seq=9 ack=6\n6 A in SYN,ACK seq=9 ack=6\n"
	  "7 A socket SYN_RECV ESTABLISHED\n8 B in SYN,ACK seq=5 ack=10\n"
	  "9 B socket SYN_RECV ESTABLISHED\n",
	  "left: 10.0.0.1:40000        => 10.0.0.2:80           7us   9us    -     -     "
	  "ESTABLISHED\n" },
	{ "the SYN-ACK is lost: the number of the SYN tells whose request it is",
	  "0 A socket CLOSE SYN_SENT nolport\n1 A out SYN seq=1000\n"
	  "2 B request CLOSE NEW_SYN_RECV\n3 B out SYN,ACK seq=7000 ack=1001\n",
	  "left: 10.0.0.1:40000        => 10.0.0.2:80           -     3us    -     -     "
	  "SYN-SENT\n" },
	{ "the request goes and the SYN comes again: the last request counts, the first is told",
	  "0 A socket CLOSE SYN_SENT nolport\n1 A out SYN seq=1000\n"
	  "2 B request CLOSE NEW_SYN_RECV\n3 B out SYN,ACK seq=7000 ack=1001\n"
	  "4 B request NEW_SYN_RECV CLOSE reason=icmp\n1000000 A out SYN seq=1000\n"
	  "1000001 B request CLOSE NEW_SYN_RECV cookie=203\n"
	  "1000002 B out SYN,ACK seq=8000 ack=1001 cookie=203\n",
	  "10.0.0.2:80            < 10.0.0.1:40000        -     2us    -     -     unreachable\n"
	  "left: 10.0.0.1:40000        => 10.0.0.2:80           -     1.0s   -     -     "
	  "SYN-SENT       2xSYN\n" },
	{ "a SYN cookie: no socket has sent the SYN-ACK, and the child has its name",
	  "0 A socket CLOSE SYN_SENT nolport\n1 A out SYN seq=1000\n2 B in SYN seq=1000\n"
	  "3 B out SYN,ACK seq=7000 ack=1001 cookie=0\n4 A in SYN,ACK seq=7000 ack=1001\n"
	  "5 A socket SYN_SENT ESTABLISHED\n6 B socket SYN_RECV ESTABLISHED\n",
	  "left: 10.0.0.1:40000        => 10.0.0.2:80           5us   6us    -     -     "
	  "ESTABLISHED\n" },
	{ "older than the trail: a FIN has two numbers, too",
	  "0 A socket ESTABLISHED FIN_WAIT1\n1 A out FIN,ACK seq=70 ack=90\n"
	  "2 B in FIN,ACK seq=70 ack=90\n3 B socket ESTABLISHED CLOSE_WAIT\n",
	  "left: 10.0.0.1:40000        =? 10.0.0.2:80           -     >3us   -     -     "
	  "FIN-WAIT-1\n" },
	{ "an end comes back to life while it waits to be told: it is told once",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=104\n"
		    "300000 B socket CLOSE_WAIT LAST_ACK\n400000 B socket LAST_ACK CLOSE\n"
		    "900000 A socket ESTABLISHED CLOSE err=104\n",
	  "10.0.0.1:40000        => 10.0.0.2:80           40ms  900ms  -     -     RST received   "
	  "curl+web-serv\n" },
};

struct told {
	struct buf out;
	const char *prefix;
	bool parts;
};

static void tell(void *arg, const struct tracker *tracker, const struct conn *c)
{
	struct told *told = arg;
	struct conn_pair pair;

	conn_pair(&pair, tracker, c, true, tracker_stats(tracker)->newest_ns);
	/* Of two that live, or wait, the first stands for both. */
	if (*told->prefix && pair.ends[0].c != c)
		return;
	buf_str(&told->out, told->prefix);
	life_text(&told->out, tracker, &pair);
	if (told->parts && !*told->prefix)
		life_parts(&told->out, tracker, &pair);
}

static void test_scenes(void **state)
{
	struct tcptrail_record records[RECORDS_MAX];
	const struct scene *scene;
	const struct conn *c;
	struct tracker *tracker;

	for (scene = scenes; scene < scenes + ARRAY_SIZE(scenes); scene++) {
		struct told told = { .prefix = "", .parts = strstr(scene->told, "\n  ") };
		struct tracker_config config = { .join = true, .ended = tell, .arg = &told };

		buf_init(&told.out, NULL);
		assert_int_equal(tracker_create(&tracker, &config), 0);
		tracker_feed(tracker, records, script_records(scene->script, records, RECORDS_MAX));
		tracker_settle(tracker);
		told.prefix = "left: ";
		for (c = tracker_next(tracker, NULL); c; c = tracker_next(tracker, c))
			tell(&told, tracker, c);
		if (strcmp(buf_string(&told.out), scene->told))
			print_message("%s:\n", scene->name);
		assert_string_equal(buf_string(&told.out), scene->told);
		buf_free(&told.out);
		tracker_free(tracker);
	}
}

/* Of two ends, the one that tells why: in a word and in a sentence. */
static const struct {
	const char *script;
	const char *told;
} causes[] = {
	{ TEARDOWN TIME_WAIT_OVER, "client closed: closed normally, first by the client" },
	/* An assassination took nothing from a connection that was over. */
	{ TEARDOWN "900000 A in RST\n900010 A timewait TIME_WAIT CLOSE reason=reset\n",
	  "client closed: closed normally, first by the client; a RST ended its TIME-WAIT "
	  "(RFC 1337)" },
	{ TEARDOWN "900000 A timewait TIME_WAIT CLOSE reason=reuse\n",
	  "reused: closed normally, first by the client; its TIME-WAIT made room for a new "
	  "connection" },
	{ TEARDOWN "900000 A timewait TIME_WAIT CLOSE reason=netns\n",
	  "client closed: closed normally, first by the client; its network namespace went while "
	  "it was in TIME-WAIT" },
	/* A RST that only one of the two ends knows of. */
	{ "500000 A in RST\n500010 A socket ESTABLISHED CLOSE err=104\n"
	  "900000 B socket ESTABLISHED CLOSE err=110\n",
	  "timed out: timed out: no answer to the probes of the server came" },
	{ "500000 A in RST\n500010 A socket ESTABLISHED CLOSE err=104\n"
	  "500020 B in RST\n500030 B socket ESTABLISHED CLOSE err=104\n",
	  "reset between: reset by a RST that the server did not send: something between sent "
	  "it" },
	{ "500000 B out RST cookie=0\n500001 A in RST\n"
	  "500010 A socket ESTABLISHED CLOSE err=104\n900000 B socket ESTABLISHED CLOSE err=104\n",
	  "reset by host: reset by a RST that this machine sent in the name of the server, but "
	  "not its socket: a firewall that rejects" },
	/* The end in TIME-WAIT is the server's. */
	{ "500000 B socket ESTABLISHED FIN_WAIT1\n520000 A socket ESTABLISHED CLOSE_WAIT\n"
	  "540000 B timewait FIN_WAIT2 FIN_WAIT2\n600000 A socket CLOSE_WAIT LAST_ACK\n"
	  "620000 B timewait FIN_WAIT2 TIME_WAIT reason=fin\n640000 A socket LAST_ACK CLOSE\n"
	  "900000 B timewait TIME_WAIT CLOSE reason=syn\n",
	  "reused: closed normally, first by the server; its TIME-WAIT made room for a new "
	  "connection" },
	/* What came after it follows from the FIN-WAIT-2 that was over. */
	{ "500000 A socket ESTABLISHED FIN_WAIT1\n520020 B socket ESTABLISHED CLOSE_WAIT\n"
	  "540040 A socket FIN_WAIT1 FIN_WAIT2\n540050 A timewait FIN_WAIT2 FIN_WAIT2\n"
	  "60540050 A timewait FIN_WAIT2 CLOSE reason=timeout\n"
	  "70000000 B socket CLOSE_WAIT LAST_ACK\n70020000 A in FIN,ACK\n70020010 A out RST\n"
	  "70040000 B in RST\n70040010 B socket LAST_ACK CLOSE err=104\n",
	  "no FIN came: the client closed, and no FIN came in answer for tcp_fin_timeout; later "
	  "a RST told the server" },
	/* The client gave up first; the server closed later, in its own way. */
	{ "500000 A socket ESTABLISHED CLOSE err=110 unacked=9 retransmits=15\n"
	  "900000 B socket ESTABLISHED CLOSE unread=3 pid=112\n900010 B out RST\n",
	  "timed out: timed out: 9 bytes of the client were not acknowledged" },
	{ "500000 B socket ESTABLISHED CLOSE err=110 unacked=9 user_timeout\n"
	  "900000 A socket ESTABLISHED CLOSE err=110\n",
	  "timed out: timed out: the TCP_USER_TIMEOUT of the server was over, 9 bytes not "
	  "acknowledged" },
	{ "500000 B socket ESTABLISHED CLOSE err=110 user_timeout\n"
	  "900000 A socket ESTABLISHED CLOSE err=110\n",
	  "timed out: timed out: the TCP_USER_TIMEOUT of the server was over" },
};

static void tell_cause(void *arg, const struct tracker *tracker, const struct conn *c)
{
	struct buf *out = arg;
	struct conn_pair pair;

	conn_pair(&pair, tracker, c, true, 0);
	/* Nothing that comes after an end lengthens it. */
	assert_true(pair.ends[0].timing.half_close <= pair.ends[0].timing.life);
	assert_true(pair.ends[1].timing.half_close <= pair.ends[1].timing.life);
	buf_printf(out, "%s: ", life_word(&pair));
	life_sentence(out, &pair);
}

static void test_causes(void **state)
{
	struct tcptrail_record records[RECORDS_MAX];
	struct tracker *tracker;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(causes); i++) {
		char script[4096];
		struct buf out;
		struct tracker_config config = { .join = true, .ended = tell_cause, .arg = &out };

		buf_init(&out, NULL);
		snprintf(script, sizeof(script), "%s%s", HANDSHAKE, causes[i].script);
		assert_int_equal(tracker_create(&tracker, &config), 0);
		tracker_feed(tracker, records, script_records(script, records, RECORDS_MAX));
		tracker_settle(tracker);
		assert_string_equal(buf_string(&out), causes[i].told);
		buf_free(&out);
		tracker_free(tracker);
	}
}

/* One end is gone: the last line is no "alive". */
static void test_survivors(void **state)
{
	static const struct {
		const char *script;
		const char *told;
	} cases[] = {
		{ "", "alive" },
		{ "500000 A socket ESTABLISHED CLOSE pid=812 reason=repair\n",
		  "closed by the client without a word: TCP_REPAIR; half-open: the server lives on, "
		  "in ESTABLISHED" },
		{ TEARDOWN, "closed normally, first by the client; in TIME-WAIT" },
	};
	struct tcptrail_record records[RECORDS_MAX];
	struct tracker_config config = { .join = true };
	struct tracker *tracker;
	struct conn_pair pair;
	char script[4096];
	struct buf out;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		buf_init(&out, NULL);
		snprintf(script, sizeof(script), "%s%s", HANDSHAKE, cases[i].script);
		assert_int_equal(tracker_create(&tracker, &config), 0);
		tracker_feed(tracker, records, script_records(script, records, RECORDS_MAX));
		tracker_settle(tracker);
		conn_pair(&pair, tracker, tracker_next(tracker, NULL), true, 0);
		life_sentence(&out, &pair);
		assert_string_equal(buf_string(&out), cases[i].told);
		buf_free(&out);
		tracker_free(tracker);
	}
}

/* Without room for more, ends that wait for their others go first, and nothing hangs. */
static void test_evict(void **state)
{
	struct tracker_config config = { .max_conns = 40, .join = true };
	struct tcptrail_record records[RECORDS_MAX];
	struct tracker *tracker;
	unsigned int i;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	for (i = 0; i < 500; i++) {
		char script[512];

		/* The servers' ends are over, the clients' live on. */
		snprintf(script, sizeof(script),
			 "%u A socket CLOSE SYN_SENT cookie=%u port=%u\n"
			 "%u B request CLOSE NEW_SYN_RECV cookie=%u port=%u\n"
			 "%u B out SYN,ACK seq=%u ack=%u cookie=%u port=%u\n"
			 "%u A in SYN,ACK seq=%u ack=%u port=%u\n"
			 "%u B request NEW_SYN_RECV CLOSE reason=reset cookie=%u port=%u\n",
			 i * 1000000, 1000 + i, 10000 + i, i * 1000000 + 1, 5000 + i, 10000 + i,
			 i * 1000000 + 2, 7000 + i, i + 1, 5000 + i, 10000 + i, i * 1000000 + 3,
			 7000 + i, i + 1, 10000 + i, i * 1000000 + 4, 5000 + i, 10000 + i);
		tracker_feed(tracker, records, script_records(script, records, RECORDS_MAX));
		assert_true(tracker_count(tracker) <= 40);
	}
	assert_true(tracker_stats(tracker)->ended > 400);
	tracker_settle(tracker);
	tracker_free(tracker);
}

/* A file that lies: an end in whose place of the numbers a time is opens once more. */
static void test_gone_keeps_its_time(void **state)
{
	struct tracker_config config = { .join = true };
	struct tcptrail_record records[RECORDS_MAX];
	size_t count = script_records(HANDSHAKE "80000 A socket ESTABLISHED CLOSE err=110\n"
						"90000 B socket ESTABLISHED SYN_RECV\n"
						"90001 B out SYN,ACK seq=5 ack=6\n",
				      records, RECORDS_MAX);
	struct tracker *tracker;
	const struct conn *c;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	tracker_feed(tracker, records, count);
	for (c = tracker_next(tracker, NULL); c && c->cookie != 202;)
		c = tracker_next(tracker, c);
	assert_non_null(c);
	assert_true(c->flags & CONN_PEER_GONE);
	assert_int_equal(c->peer_gone_ns, 1000000000 + 80000000);
	tracker_free(tracker);
}

static bool no_a(void *arg, const struct conn *c)
{
	return c->cookie == 101;
}

/* Half-open is what a record says: not where the end was not seen, nor where it was none. */
static void test_peer_not_gone(void **state)
{
	static const struct {
		const char *script;
		bool unseen;
		bool gone;
	} cases[] = {
		{ HANDSHAKE "80000 A socket ESTABLISHED CLOSE err=110\n", false, true },
		{ HANDSHAKE "80000 A socket ESTABLISHED CLOSE err=110\n"
			    "90000 A socket ESTABLISHED FIN_WAIT1\n",
		  false, false },
		{ HANDSHAKE, true, false },
	};
	const struct tracker_config config = { .join = true };
	struct tcptrail_record records[RECORDS_MAX];
	const struct conn *c;
	struct tracker *tracker;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(tracker_create(&tracker, &config), 0);
		tracker_feed(tracker, records,
			     script_records(cases[i].script, records, RECORDS_MAX));
		if (cases[i].unseen)
			tracker_end_unseen(tracker, no_a, NULL);
		for (c = tracker_next(tracker, NULL); c && c->cookie != 202;)
			c = tracker_next(tracker, c);
		assert_non_null(c);
		assert_int_equal(!!(c->flags & CONN_PEER_GONE), cases[i].gone);
		tracker_free(tracker);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenes),	  cmocka_unit_test(test_causes),
		cmocka_unit_test(test_survivors), cmocka_unit_test(test_peer_not_gone),
		cmocka_unit_test(test_evict),	  cmocka_unit_test(test_gone_keeps_its_time),
	};

	return cmocka_run_group_tests_name("join", tests, NULL, NULL);
}
