/* SPDX-License-Identifier: GPL-2.0 */
/* A model fed with a script, and the parts of one: for tests of what it then knows. */
#ifndef TEST_MODEL_TOOLS_H
#define TEST_MODEL_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/script.h"
#include "userspace/conn/tracker.h"

#define BASE_NS 1000000000ULL
#define RECORDS_MAX 64
#define ENDS_MAX 8

/* Lives that ended, copied as they were told. */
struct ended {
	struct conn conns[ENDS_MAX];
	size_t count;
};

static inline void take_ended(void *arg, const struct tracker *tracker, const struct conn *conn)
{
	struct ended *ended = arg;

	assert_true(ended->count < ENDS_MAX);
	ended->conns[ended->count++] = *conn;
}

/** feed() - a model that was fed with @script; whose life ended is in @ended */
static inline struct tracker *feed(const char *script, struct ended *ended)
{
	struct tracker_config config = { .max_conns = 100, .ended = take_ended, .arg = ended };
	struct tcptrail_record records[RECORDS_MAX];
	size_t count = script_records(script, records, RECORDS_MAX);
	struct tracker *tracker;

	memset(ended, 0, sizeof(*ended));
	assert_int_equal(tracker_create(&tracker, &config), 0);
	tracker_feed(tracker, records, count);
	return tracker;
}

/** by_cookie() - the one that lives, or NULL */
static inline const struct conn *by_cookie(const struct tracker *tracker, uint64_t cookie)
{
	const struct conn *c;

	for (c = tracker_next(tracker, NULL); c; c = tracker_next(tracker, c))
		if (c->cookie == cookie)
			return c;
	return NULL;
}

#define HANDSHAKE                                                     \
	"0 A socket CLOSE SYN_SENT nolport comm=curl pid=812\n"       \
	"10 A out SYN seq=1000\n"                                     \
	"20010 B in SYN seq=1000\n"                                   \
	"20020 B request CLOSE NEW_SYN_RECV\n"                        \
	"20030 B out SYN,ACK seq=7000 ack=1001\n"                     \
	"40030 A in SYN,ACK seq=7000 ack=1001\n"                      \
	"40040 A socket SYN_SENT ESTABLISHED inode=5001\n"            \
	"40050 A out ACK seq=1001 ack=7001\n"                         \
	"60060 B socket LISTEN SYN_RECV child unaddressed cookie=0\n" \
	"60070 B request NEW_SYN_RECV CLOSE reason=established\n"     \
	"60080 B socket SYN_RECV ESTABLISHED\n"                       \
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

#endif
