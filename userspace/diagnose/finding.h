/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A finding: a connection that has been too long where it is, or a burst of TIME-WAITs,
 * with all that its verdict was made from. It holds no words.
 */
#ifndef DIAGNOSE_FINDING_H
#define DIAGNOSE_FINDING_H

#include "userspace/diagnose/port_usage.h"
#include "userspace/diagnose/relay.h"
#include "userspace/diagnose/unrecorded.h"
#include "userspace/diagnose/waiting.h"

#define FINDING_NO_RULE (-1)

/**
 * struct finding - one of them
 * @conn: the connection; of a burst its newest TIME-WAIT
 * @cookie: of @conn, as are the next two, when it was judged: see finding_is_current()
 * @since_ns: since when it has been in its state
 * @state: that state
 * @at_least: it may have been stuck for longer
 * @rule: the verdict's number, see verdict.h; FINDING_NO_RULE: nothing is wrong with
 *	it, but it was asked for
 * @stuck_ns: since when it has been stuck: in this state; of an ESTABLISHED one, since
 *	when nothing has moved; of a LISTEN one, since when somebody has waited
 * @asked_ns: of when it tells: when the kernel was asked, or now
 * @missing: bit n: what hook n saw of it may be missing: see unrecorded.h; all of them where
 *	records were lost since it began
 * @confirmed: the kernel has listed it since then
 * @unconfirmed: it has not, and a record that is missing may say that it is elsewhere by now
 * @live: what the kernel knew of it; with a cookie of 0: nothing
 * @queue: the accept queue of a listener, or of the one where it came in; NULL if it has none
 * @waiting: of a listener: how many wait in its own queue, if one has for too long
 * @moved_ns: of a listener: accept_queue_moved_ns(), when it was judged
 * @accepting: that is not long ago
 * @handshakes: those that have waited at its port for too long; NULL: none
 * @peer: the other end, if it is on this machine: see finding_peer()
 * @peer_cookie: of @peer, when @conn was judged
 * @peer_live: what the kernel knew of @peer; with a cookie of 0: nothing
 * @relay: what is known of it as a leg of a relay; NULL: it is none
 * @usage: all about a burst; NULL for a single connection
 * @evidence: bits of enum finding_evidence: what its rule rests on, and what else is known
 * @unknown: likewise, what is not known, because what would record it is missing
 */
struct finding {
	const struct conn *conn;
	uint64_t cookie;
	uint64_t since_ns;
	uint8_t state;
	bool at_least;
	int8_t rule;
	uint64_t stuck_ns;
	uint64_t asked_ns;
	uint64_t missing;
	bool confirmed;
	bool unconfirmed;
	struct kernel_socket live;
	const struct accept_queue *queue;
	uint32_t waiting;
	uint64_t moved_ns;
	bool accepting;
	const struct syn_backlog *handshakes;
	const struct conn *peer;
	uint64_t peer_cookie;
	struct kernel_socket peer_live;
	const struct relay *relay;
	const struct port_usage *usage;
	uint64_t evidence;
	uint64_t unknown;
};

/** finding_live() - what the kernel knew of it; NULL: nothing */
static inline const struct kernel_socket *finding_live(const struct finding *f)
{
	return f->live.cookie ? &f->live : NULL;
}

/** finding_has_timer() - does the kernel's timer tell of it, and since when it runs is known? */
static inline bool finding_has_timer(const struct finding *f)
{
	return finding_live(f) && !f->at_least;
}

/** finding_is_stalled() - does it wait in vain for what it has sent, or cannot send? */
static inline bool finding_is_stalled(const struct finding *f)
{
	return f->live.has_info && f->conn->unacked &&
	       (kernel_socket_zero_window(&f->live) || f->live.retransmits);
}

/** finding_age() - how long it has been stuck */
static inline uint64_t finding_age(const struct finding *f, uint64_t now_ns)
{
	return time_between(f->stuck_ns, now_ns);
}

/** finding_is_current() - is the connection still the same, and in the same state? */
static inline bool finding_is_current(const struct finding *f)
{
	const struct conn *c = f->conn;

	return c->object != CONN_FREE && !c->end && c->cookie == f->cookie &&
	       c->since_ns == f->since_ns && c->state == f->state;
}

/** finding_peer() - the other end, if it is on this machine and still the same; or NULL */
static inline const struct conn *finding_peer(const struct finding *f)
{
	const struct conn *c = f->peer;

	return c && c->object != CONN_FREE && c->cookie == f->peer_cookie ? c : NULL;
}

/** finding_peer_is_gone() - has the other end ended, on this machine, and nothing has told this one? */
static inline bool finding_peer_is_gone(const struct finding *f)
{
	return !f->unconfirmed &&
	       (f->conn->flags & (CONN_PEER_GONE | CONN_PEER_FIN)) == CONN_PEER_GONE;
}

/** finding_listener() - where it came in, or where its SYN came on this machine; NULL: not known */
static inline const struct conn *finding_listener(const struct finding *f, const struct tracker *m)
{
	return f->state == TCPTRAIL_SYN_SENT ? tracker_syn_listener(m, f->conn) :
					       tracker_listener(m, f->conn);
}

/** finding_is_passive() - did the peer open it, or will it? By what is on record, or by a listener there */
static inline bool finding_is_passive(const struct finding *f, const struct tracker *tracker)
{
	if (f->usage)
		return f->usage->passive;
	if (f->conn->role == CONN_ROLE_UNKNOWN)
		return tracker_listener(tracker, f->conn);
	return f->conn->role != CONN_ACTIVE;
}

/** finding_sockets() - how many sockets that are */
static inline uint64_t finding_sockets(const struct finding *f)
{
	return f->usage ? port_usage_sockets(f->usage) : 1;
}

#endif
