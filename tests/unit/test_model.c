// SPDX-License-Identifier: GPL-2.0
/* The model: tables of records, and what is known after each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/script.h"
#include "userspace/model/model.h"

#define BASE_NS 1000000000ULL
#define RECORDS_MAX 64
#define ENDS_MAX 8

/* Lives that ended, copied as they were told. */
struct ended {
	struct conn conns[ENDS_MAX];
	size_t count;
};

static void take_ended(void *arg, const struct model *model, const struct conn *conn)
{
	struct ended *ended = arg;

	assert_true(ended->count < ENDS_MAX);
	ended->conns[ended->count++] = *conn;
}

static struct model *feed(const char *script, struct ended *ended)
{
	struct model_config config = { .max_conns = 100, .ended = take_ended, .arg = ended };
	struct tcptrail_record records[RECORDS_MAX];
	size_t count = script_records(script, records, RECORDS_MAX);
	struct model *model;

	memset(ended, 0, sizeof(*ended));
	assert_int_equal(model_create(&model, &config), 0);
	model_feed(model, records, count);
	return model;
}

static const struct conn *by_cookie(const struct model *model, uint64_t cookie)
{
	const struct conn *c;

	for (c = model_next(model, NULL); c; c = model_next(model, c))
		if (c->cookie == cookie)
			return c;
	return NULL;
}

#define HANDSHAKE                                                  \
	"0 A socket CLOSE SYN_SENT nolport comm=curl pid=812\n"    \
	"10 A out SYN seq=1000\n"                                  \
	"20010 B in SYN seq=1000\n"                                \
	"20020 B request CLOSE NEW_SYN_RECV\n"                     \
	"20030 B out SYN,ACK seq=7000 ack=1001\n"                  \
	"40030 A in SYN,ACK seq=7000 ack=1001\n"                   \
	"40040 A socket SYN_SENT ESTABLISHED inode=5001\n"         \
	"40050 A out ACK seq=1001 ack=7001\n"                      \
	"60060 B socket LISTEN SYN_RECV child nameless cookie=0\n" \
	"60070 B request NEW_SYN_RECV CLOSE reason=established\n"  \
	"60080 B socket SYN_RECV ESTABLISHED\n"                    \
	"70000 B accept ESTABLISHED comm=httpd pid=790 inode=6001\n"

#define CLIENT_CLOSES                                                   \
	"500000 A socket ESTABLISHED FIN_WAIT1 comm=curl pid=812\n"     \
	"500010 A out FIN,ACK seq=1101 ack=10001\n"                     \
	"520010 B in FIN,ACK seq=1101 ack=10001\n"                      \
	"520020 B socket ESTABLISHED CLOSE_WAIT unread=12 inode=6001\n" \
	"520030 B out ACK seq=10001 ack=1102\n"                         \
	"540040 A socket FIN_WAIT1 FIN_WAIT2\n"                         \
	"540050 A timewait FIN_WAIT2 FIN_WAIT2\n"                       \
	"540060 A socket FIN_WAIT2 CLOSE\n"

#define SERVER_CLOSES                                              \
	"600000 B socket CLOSE_WAIT LAST_ACK comm=httpd pid=790\n" \
	"600010 B out FIN,ACK seq=10001 ack=1102\n"                \
	"620010 A in FIN,ACK seq=10001 ack=1102\n"                 \
	"620020 A timewait FIN_WAIT2 TIME_WAIT reason=fin\n"       \
	"620030 A out ACK seq=1102 ack=10002\n"                    \
	"640030 B socket LAST_ACK CLOSE\n"

static void test_handshake(void **state)
{
	struct ended ended;
	struct model *model = feed(HANDSHAKE, &ended);
	const struct conn *a = by_cookie(model, 101), *b = by_cookie(model, 202);
	uint8_t address[16];

	assert_int_equal(model_count(model), 2);
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(a->state, TCPTRAIL_ESTABLISHED);
	assert_int_equal(a->role, CONN_ACTIVE);
	assert_int_equal(a->since_ns, BASE_NS + 40040000);
	assert_int_equal(a->lport, 40000);
	assert_int_equal(a->syns, 1);
	assert_int_equal(a->synack_us, 40030);
	assert_int_equal(a->established_us, 40040);
	assert_int_equal(a->inode, 5001);
	assert_int_equal(model_task(model, a->opener)->pid, 812);
	assert_string_equal(model_task(model, a->opener)->comm, "curl");

	assert_int_equal(b->state, TCPTRAIL_ESTABLISHED);
	assert_int_equal(b->half, CONN_SOCKET);
	assert_int_equal(b->role, CONN_PASSIVE);
	assert_int_equal(b->synacks, 1);
	assert_int_equal(b->synack_us, 10);
	assert_int_equal(b->established_us, 40060);
	assert_int_equal(b->accepted_us, 49980);
	assert_true(b->flags & CONN_ACCEPTED);
	assert_int_equal(model_task(model, b->owner)->pid, 790);
	model_raddr(model, b, address);
	assert_int_equal(address[15], 1);
	model_free(model);
}

static void test_close_wait(void **state)
{
	struct ended ended;
	struct model *model = feed(HANDSHAKE CLIENT_CLOSES, &ended);
	const struct conn *a = by_cookie(model, 101), *b = by_cookie(model, 202);

	/* The full socket's end is not the connection's. */
	assert_int_equal(ended.count, 0);
	assert_int_equal(a->half, CONN_MINISOCKET);
	assert_int_equal(a->state, TCPTRAIL_FIN_WAIT2);
	assert_int_equal(a->since_ns, BASE_NS + 540040000);
	assert_int_equal(a->closer, CONN_CLOSER_US);
	assert_int_equal(a->fin_out_acked_us, 40040);
	assert_int_equal(a->fins, 1);

	assert_int_equal(b->state, TCPTRAIL_CLOSE_WAIT);
	assert_int_equal(b->since_ns, BASE_NS + 520020000);
	assert_int_equal(b->closer, CONN_CLOSER_PEER);
	assert_int_equal(b->unread, 12);
	assert_int_equal(b->fin_in_ns, BASE_NS + 520020000);
	assert_int_equal(b->fin_in_acked_us, 10);
	model_free(model);
}

static void test_life(void **state)
{
	struct ended ended;
	struct model *model = feed(HANDSHAKE CLIENT_CLOSES SERVER_CLOSES
				   "60620020 A timewait TIME_WAIT CLOSE reason=timeout\n",
				   &ended);

	/* The server's end was told when time went on, the client's waits. */
	assert_int_equal(ended.count, 1);
	assert_int_equal(ended.conns[0].cookie, 202);
	assert_int_equal(ended.conns[0].end, CONN_NORMAL);
	assert_int_equal(ended.conns[0].state, TCPTRAIL_LAST_ACK);
	assert_int_equal(ended.conns[0].since_ns, BASE_NS + 640030000);
	model_settle(model);
	assert_int_equal(ended.count, 2);
	assert_int_equal(ended.conns[1].cookie, 101);
	assert_int_equal(ended.conns[1].end, CONN_NORMAL);
	assert_int_equal(ended.conns[1].state, TCPTRAIL_TIME_WAIT);
	assert_int_equal(model_count(model), 0);
	assert_null(model_next(model, NULL));
	model_free(model);
}

static void test_rearmed(void **state)
{
	struct ended ended;
	struct model *model = feed(HANDSHAKE CLIENT_CLOSES SERVER_CLOSES
				   "820020 A timewait TIME_WAIT TIME_WAIT reason=fin\n",
				   &ended);
	const struct conn *a = by_cookie(model, 101);

	assert_int_equal(a->state, TCPTRAIL_TIME_WAIT);
	assert_int_equal(a->rearms, 1);
	assert_int_equal(a->since_ns, BASE_NS + 620020000);
	model_free(model);
}

/* One line of a table: what the last record makes of one end. */
struct ending {
	const char *name;
	const char *script;
	uint64_t cookie;
	uint8_t end;
	uint8_t state;
	uint8_t why;
};

static const struct ending endings[] = {
	{ "refused", "0 A socket CLOSE SYN_SENT\n9 A socket SYN_SENT CLOSE err=111\n", 101,
	  CONN_REFUSED, TCPTRAIL_SYN_SENT, CONN_WHY_UNTOLD },
	{ "unanswered", "0 A socket CLOSE SYN_SENT\n9 A socket SYN_SENT CLOSE err=110\n", 101,
	  CONN_UNANSWERED, TCPTRAIL_SYN_SENT, CONN_WHY_SYN },
	{ "unreachable", "0 A socket CLOSE SYN_SENT\n9 A socket SYN_SENT CLOSE err=113\n", 101,
	  CONN_UNREACHABLE, TCPTRAIL_SYN_SENT, CONN_WHY_SYN },
	{ "abandoned", "0 A socket CLOSE SYN_SENT\n9 A socket SYN_SENT CLOSE\n", 101,
	  CONN_ABANDONED, TCPTRAIL_SYN_SENT, CONN_WHY_UNTOLD },
	{ "request expired",
	  "0 B request CLOSE NEW_SYN_RECV\n9 B request NEW_SYN_RECV CLOSE reason=timeout\n", 202,
	  CONN_UNANSWERED, TCPTRAIL_NEW_SYN_RECV, CONN_WHY_SYN_ACK },
	{ "request reset",
	  "0 B request CLOSE NEW_SYN_RECV\n9 B request NEW_SYN_RECV CLOSE reason=reset\n", 202,
	  CONN_RESET_IN, TCPTRAIL_NEW_SYN_RECV, CONN_WHY_UNTOLD },
	{ "reset by peer", HANDSHAKE "80000 A socket ESTABLISHED CLOSE err=104\n", 101,
	  CONN_RESET_IN, TCPTRAIL_ESTABLISHED, CONN_WHY_UNTOLD },
	{ "reset by us",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE unread=3\n"
		    "80010 B out RST seq=7001\n",
	  202, CONN_RESET_OUT, TCPTRAIL_ESTABLISHED, CONN_WHY_UNTOLD },
	{ "closed with bytes unread",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE unread=3 pid=790\n", 202, CONN_RESET_OUT,
	  TCPTRAIL_ESTABLISHED, CONN_WHY_UNREAD },
	{ "linger 0", HANDSHAKE "80000 B socket ESTABLISHED CLOSE pid=790\n", 202, CONN_RESET_OUT,
	  TCPTRAIL_ESTABLISHED, CONN_WHY_ABORTED },
	{ "never accepted",
	  "0 B request CLOSE NEW_SYN_RECV orphan\n5 B socket SYN_RECV ESTABLISHED orphan\n"
	  "9 B socket ESTABLISHED CLOSE orphan\n",
	  202, CONN_RESET_OUT, TCPTRAIL_ESTABLISHED, CONN_WHY_UNACCEPTED },
	{ "late data in FIN-WAIT-1",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "90000 B socket FIN_WAIT1 CLOSE orphan\n90001 B out RST\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT1, CONN_WHY_LATE_DATA },
	{ "late data in FIN-WAIT-2",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "90000 B socket FIN_WAIT1 FIN_WAIT2 orphan\n"
		    "90001 B socket FIN_WAIT2 CLOSE orphan\n90002 B out RST\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT2, CONN_WHY_LATE_DATA },
	{ "data unanswered", HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=110 unacked=5\n", 202,
	  CONN_UNANSWERED, TCPTRAIL_ESTABLISHED, CONN_WHY_DATA },
	{ "FIN unanswered",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "90000 B socket FIN_WAIT1 CLOSE err=110 orphan\n",
	  202, CONN_UNANSWERED, TCPTRAIL_FIN_WAIT1, CONN_WHY_FIN },
	{ "a window closed for good",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "90000 B socket FIN_WAIT1 CLOSE err=110 unacked=9 orphan\n",
	  202, CONN_UNANSWERED, TCPTRAIL_FIN_WAIT1, CONN_WHY_DATA },
	{ "killed", HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=103\n", 202, CONN_KILLED,
	  TCPTRAIL_ESTABLISHED, CONN_WHY_UNTOLD },
	{ "timed out", HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=110\n", 202, CONN_UNANSWERED,
	  TCPTRAIL_ESTABLISHED, CONN_WHY_KEEPALIVE },
	{ "a TCP_USER_TIMEOUT that was over",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=110 unacked=5 user_timeout\n", 202,
	  CONN_UNANSWERED, TCPTRAIL_ESTABLISHED, CONN_WHY_USER_TIMEOUT },
	{ "… which says nothing of a connect() that was not answered",
	  "0 A socket CLOSE SYN_SENT\n9 A socket SYN_SENT CLOSE err=110 user_timeout\n", 101,
	  CONN_UNANSWERED, TCPTRAIL_SYN_SENT, CONN_WHY_SYN },
	{ "… nor where ICMP was told at the end",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=113 unacked=5 user_timeout\n", 202,
	  CONN_UNREACHABLE, TCPTRAIL_ESTABLISHED, CONN_WHY_DATA },
	{ "a stale RST that the connection outlived",
	  "0 B request CLOSE NEW_SYN_RECV\n2 B in RST seq=9\n5 B request NEW_SYN_RECV CLOSE "
	  "reason=established\n5 B socket SYN_RECV ESTABLISHED\n7 B socket ESTABLISHED CLOSE_WAIT\n"
	  "8 B socket CLOSE_WAIT LAST_ACK\n9 B socket LAST_ACK CLOSE\n",
	  202, CONN_NORMAL, TCPTRAIL_LAST_ACK, CONN_WHY_UNTOLD },
	{ "fin timeout",
	  HANDSHAKE CLIENT_CLOSES "900000 A timewait FIN_WAIT2 CLOSE reason=timeout\n", 101,
	  CONN_FIN_TIMEOUT, TCPTRAIL_FIN_WAIT2, CONN_WHY_UNTOLD },
	{ "data after close",
	  HANDSHAKE CLIENT_CLOSES "900000 A timewait FIN_WAIT2 CLOSE reason=data\n", 101,
	  CONN_RESET_OUT, TCPTRAIL_FIN_WAIT2, CONN_WHY_LATE_DATA },
	{ "reused",
	  HANDSHAKE CLIENT_CLOSES SERVER_CLOSES "900000 A timewait TIME_WAIT CLOSE reason=reuse\n",
	  101, CONN_REUSED, TCPTRAIL_TIME_WAIT, CONN_WHY_UNTOLD },
	{ "assassinated",
	  HANDSHAKE CLIENT_CLOSES SERVER_CLOSES "900000 A timewait TIME_WAIT CLOSE reason=reset\n",
	  101, CONN_RESET_IN, TCPTRAIL_TIME_WAIT, CONN_WHY_UNTOLD },
	{ "end not seen", HANDSHAKE "900000 A socket CLOSE SYN_SENT nolport\n", 101, CONN_UNSEEN,
	  TCPTRAIL_ESTABLISHED, CONN_WHY_UNTOLD },
	{ "begun before the trail", "0 A socket CLOSE_WAIT LAST_ACK\n9 A socket LAST_ACK CLOSE\n",
	  101, CONN_NORMAL, TCPTRAIL_LAST_ACK, CONN_WHY_UNTOLD },
};

static void test_endings(void **state)
{
	const struct ending *e;
	struct ended ended;
	struct model *model;
	size_t i;

	for (e = endings; e < endings + sizeof(endings) / sizeof(endings[0]); e++) {
		model = feed(e->script, &ended);
		model_settle(model);
		for (i = 0; i < ended.count && ended.conns[i].cookie != e->cookie; i++)
			;
		if (i == ended.count)
			fail_msg("%s: not told", e->name);
		if (ended.conns[i].end != e->end || ended.conns[i].state != e->state ||
		    ended.conns[i].why != e->why)
			fail_msg("%s: end %u, state %u, why %u", e->name, ended.conns[i].end,
				 ended.conns[i].state, ended.conns[i].why);
		model_free(model);
	}
}

/* The totals come with the full socket's last record, also where a minisocket lives on. */
static void test_bytes(void **state)
{
	struct ended ended;
	struct model *model = feed(HANDSHAKE
				   "500000 A socket ESTABLISHED FIN_WAIT1 pid=812 uid=1000\n"
				   "540040 A socket FIN_WAIT1 FIN_WAIT2 uid=1000\n"
				   "540050 A timewait FIN_WAIT2 FIN_WAIT2 uid=1000\n"
				   "540060 A socket FIN_WAIT2 CLOSE sent=5 received=5000000000\n"
				   "600000 B socket ESTABLISHED CLOSE err=104 sent=7 received=5\n",
				   &ended);
	const struct conn *a = by_cookie(model, 101), *b = by_cookie(model, 202);

	assert_int_equal(a->state, TCPTRAIL_FIN_WAIT2);
	assert_true(a->flags & CONN_BYTES);
	assert_int_equal(a->sent, 5);
	assert_int_equal(a->received, 5000000000);
	assert_int_equal(a->uid, 1000);
	assert_int_equal(b->sent, 7);
	assert_int_equal(b->received, 5);
	model_free(model);
}

/* A FIN that overtakes data has its turn when the data is there. */
static void test_early_fin(void **state)
{
	struct ended ended;
	struct model *model = feed(HANDSHAKE "500000 B in FIN,ACK seq=1101 ack=7001\n"
					     "700000 B socket ESTABLISHED CLOSE_WAIT\n"
					     "700010 B out ACK\n"
					     "900000 B in FIN,ACK seq=1101 ack=7001\n",
				   &ended);
	const struct conn *b = by_cookie(model, 202);

	assert_int_equal(b->fin_in_ns, BASE_NS + 700000000);
	assert_int_equal(b->fin_in_acked_us, 10);
	assert_int_equal(b->closer, CONN_CLOSER_PEER);
	model_free(model);
}

/* Self-transitions, and children that lost a race, change nothing. */
static void test_no_change(void **state)
{
	struct ended ended;
	struct model *model = feed(HANDSHAKE "80000 A socket ESTABLISHED FIN_WAIT1\n"
					     "90000 A socket FIN_WAIT1 FIN_WAIT1 self\n"
					     "95000 B socket SYN_RECV CLOSE\n",
				   &ended);

	assert_int_equal(by_cookie(model, 101)->since_ns, BASE_NS + 80000000);
	assert_int_equal(by_cookie(model, 101)->state, TCPTRAIL_FIN_WAIT1);
	assert_int_equal(by_cookie(model, 202)->state, TCPTRAIL_ESTABLISHED);
	model_settle(model);
	assert_int_equal(ended.count, 0);
	model_free(model);
}

static void test_snapshot_new(void **state)
{
	struct ended ended;
	struct model *model = feed("5000000 A snapshot CLOSE_WAIT age_us=3000000 inode=7 unread=9\n"
				   "5000000 B snapshot SYN_RECV retransmits=2\n",
				   &ended);
	const struct conn *a = by_cookie(model, 101), *b = by_cookie(model, 202);

	assert_int_equal(a->state, TCPTRAIL_CLOSE_WAIT);
	assert_int_equal(a->since_ns, BASE_NS + 2000000000ULL);
	assert_true(a->flags & CONN_AT_LEAST);
	assert_true(a->flags & CONN_FOUND);
	assert_int_equal(a->inode, 7);
	assert_int_equal(a->unread, 9);
	assert_int_equal(b->state, TCPTRAIL_NEW_SYN_RECV);
	assert_int_equal(b->half, CONN_REQUEST);
	assert_int_equal(b->synacks, 3);
	model_free(model);
}

/* What the trail saw is exact; the snapshot adds what is so now. */
static void test_snapshot_known(void **state)
{
	struct ended ended;
	struct model *model = feed(HANDSHAKE CLIENT_CLOSES
				   "700000 B snapshot CLOSE_WAIT inode=6001 unread=99\n",
				   &ended);
	const struct conn *b = by_cookie(model, 202);

	assert_int_equal(b->since_ns, BASE_NS + 520020000);
	assert_false(b->flags & CONN_AT_LEAST);
	assert_true(b->flags & CONN_CONFIRMED);
	assert_int_equal(b->unread, 99);
	model_free(model);
}

/* A transition after the snapshot is exact; one that the trail missed is not. */
static void test_snapshot_moves(void **state)
{
	struct ended ended;
	struct model *model = feed(HANDSHAKE "700000 B snapshot CLOSE_WAIT\n"
					     "700000 A snapshot ESTABLISHED\n"
					     "800000 A socket ESTABLISHED FIN_WAIT1\n",
				   &ended);

	assert_int_equal(by_cookie(model, 202)->state, TCPTRAIL_CLOSE_WAIT);
	assert_int_equal(by_cookie(model, 202)->since_ns, BASE_NS + 700000000);
	assert_true(by_cookie(model, 202)->flags & CONN_AT_LEAST);
	assert_int_equal(by_cookie(model, 101)->state, TCPTRAIL_FIN_WAIT1);
	assert_int_equal(by_cookie(model, 101)->since_ns, BASE_NS + 800000000);
	assert_false(by_cookie(model, 101)->flags & CONN_AT_LEAST);
	model_free(model);
}

/* What was found and then seen to change is exact from there. */
static void test_snapshot_then_seen(void **state)
{
	struct ended ended;
	struct model *model = feed("100000 B snapshot ESTABLISHED\n"
				   "100000 A snapshot CLOSE_WAIT\n"
				   "200000 B socket ESTABLISHED CLOSE_WAIT\n",
				   &ended);

	assert_int_equal(by_cookie(model, 202)->since_ns, BASE_NS + 200000000);
	assert_false(by_cookie(model, 202)->flags & CONN_AT_LEAST);
	assert_true(by_cookie(model, 202)->flags & CONN_FOUND);
	assert_true(by_cookie(model, 101)->flags & CONN_AT_LEAST);
	model_free(model);
}

/* Ended, alive after all, and ended for good: told once. */
static void test_revived(void **state)
{
	struct ended ended;
	struct model *model = feed("0 B request CLOSE NEW_SYN_RECV\n"
				   "1 B request NEW_SYN_RECV CLOSE reason=established\n"
				   "2 B socket SYN_RECV CLOSE\n" /* the loser of two children */
				   "3 B socket SYN_RECV ESTABLISHED\n"
				   "4 B socket ESTABLISHED CLOSE err=104\n"
				   "5 A socket CLOSE SYN_SENT\n"
				   "6 A socket SYN_SENT CLOSE err=111\n",
				   &ended);

	model_settle(model);
	assert_int_equal(ended.count, 2);
	assert_int_equal(ended.conns[0].cookie, 202);
	assert_int_equal(ended.conns[0].end, CONN_RESET_IN);
	assert_int_equal(ended.conns[1].cookie, 101);
	assert_int_equal(model_count(model), 0);
	model_free(model);
}

/* A snapshot that is older than what was fed is not believed. */
static void test_snapshot_late(void **state)
{
	struct tcptrail_record records[RECORDS_MAX];
	struct ended ended;
	struct model *model = feed(HANDSHAKE CLIENT_CLOSES, &ended);
	size_t count = script_records("300000 B snapshot ESTABLISHED\n", records, RECORDS_MAX);

	model_feed(model, records, count);
	assert_int_equal(by_cookie(model, 202)->state, TCPTRAIL_CLOSE_WAIT);
	assert_int_equal(by_cookie(model, 202)->since_ns, BASE_NS + 520020000);
	model_free(model);
}

static void test_listener(void **state)
{
	struct ended ended;
	struct model *model = feed("0 B socket CLOSE LISTEN listener cookie=9 comm=httpd pid=790\n"
				   "10 B request CLOSE NEW_SYN_RECV\n"
				   "20 B request NEW_SYN_RECV CLOSE reason=established\n"
				   "30 B socket SYN_RECV ESTABLISHED\n",
				   &ended);
	const struct conn *b = by_cookie(model, 202);

	assert_int_equal(by_cookie(model, 9)->role, CONN_LISTENER);
	assert_ptr_equal(model_listener(model, b), by_cookie(model, 9));
	assert_int_equal(b->state, TCPTRAIL_ESTABLISHED);
	model_free(model);
}

/* Both ends in one namespace find each other. */
static void test_peer(void **state)
{
	struct ended ended;
	struct model *model = feed("0 A socket CLOSE SYN_SENT netns=5\n"
				   "1 B request CLOSE NEW_SYN_RECV netns=5\n",
				   &ended);

	assert_ptr_equal(model_peer(model, by_cookie(model, 101)), by_cookie(model, 202));
	assert_ptr_equal(model_peer(model, by_cookie(model, 202)), by_cookie(model, 101));
	model_free(model);
}

/* A new life under the same name leaves the old minisocket its own. */
static void test_same_name(void **state)
{
	struct ended ended;
	struct model *model = feed(HANDSHAKE CLIENT_CLOSES SERVER_CLOSES
				   "700000 A socket CLOSE SYN_SENT cookie=103\n"
				   "700010 A in SYN,ACK seq=1 ack=2\n"
				   "700020 A timewait TIME_WAIT CLOSE reason=reuse\n"
				   "700030 A socket SYN_SENT ESTABLISHED cookie=103\n",
				   &ended);

	assert_int_equal(by_cookie(model, 103)->state, TCPTRAIL_ESTABLISHED);
	assert_int_equal(by_cookie(model, 103)->synack_us, 10);
	assert_int_equal(by_cookie(model, 101)->end, CONN_REUSED);
	model_free(model);
}

static void test_strangers(void **state)
{
	struct ended ended;
	struct model *model = feed("0 B in SYN seq=1\n1 B out RST seq=0 ack=2 cookie=0\n"
				   "2 B loss 7\n"
				   "3 B socket CLOSE LISTEN listener cookie=9\n"
				   "4 B out SYN,ACK seq=1 ack=2 cookie=9\n",
				   &ended);

	assert_int_equal(model_count(model), 1);
	assert_int_equal(model_stats(model)->strangers, 3);
	assert_int_equal(by_cookie(model, 9)->synacks, 0);
	assert_int_equal(model_stats(model)->lost, 7);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshake),
		cmocka_unit_test(test_close_wait),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_rearmed),
		cmocka_unit_test(test_endings),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_early_fin),
		cmocka_unit_test(test_no_change),
		cmocka_unit_test(test_snapshot_new),
		cmocka_unit_test(test_snapshot_known),
		cmocka_unit_test(test_snapshot_moves),
		cmocka_unit_test(test_snapshot_late),
		cmocka_unit_test(test_snapshot_then_seen),
		cmocka_unit_test(test_revived),
		cmocka_unit_test(test_listener),
		cmocka_unit_test(test_peer),
		cmocka_unit_test(test_same_name),
		cmocka_unit_test(test_strangers),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
