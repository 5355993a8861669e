/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One end of a connection on this machine: its life from SYN, or from the
 * listener's request socket, through the socket to the minisocket.
 */
#ifndef CONN_CONN_H
#define CONN_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/base/record.h"
#include "userspace/base/time.h"

/** enum conn_object - which kernel object holds the connection now */
enum conn_object {
	CONN_FREE = 0, /* nobody: the slot is not in use */
	CONN_REQUEST = 1,
	CONN_SOCKET = 2,
	CONN_MINISOCKET = 3,
};

/** enum conn_role - who opened */
enum conn_role {
	CONN_ROLE_UNKNOWN = 0,
	CONN_ACTIVE = 1, /* this end sent the SYN */
	CONN_PASSIVE = 2, /* the other end did */
	CONN_LISTENER = 3,
};

/** enum conn_closer - whose FIN was first */
enum conn_closer {
	CONN_CLOSER_NONE = 0, /* no FIN yet, or the trail does not tell */
	CONN_CLOSER_US = 1,
	CONN_CLOSER_PEER = 2,
	CONN_CLOSER_BOTH = 3, /* the FINs crossed; only in struct timing */
};

/**
 * enum conn_end - how a life ended
 * @CONN_LIVES: it has not
 * @CONN_NORMAL: both FINs sent and acknowledged (and TIME-WAIT over, if it was
 *	this end's), or a listener closed
 * @CONN_RESET_IN: a RST that came in the peer's name
 * @CONN_RESET_OUT: our RST: closed with unread data or linger 0, or data came
 *	for a socket that nobody held any more
 * @CONN_REFUSED: our SYN was answered with RST
 * @CONN_UNANSWERED: our SYN, SYN-ACK, data or FIN was not answered in time
 * @CONN_UNREACHABLE: not answered, and ICMP or the route had told why
 * @CONN_ABANDONED: given up by this end before it was established
 * @CONN_FIN_TIMEOUT: FIN-WAIT-2 without a holder: tcp_fin_timeout was over, or there
 *	was no room to wait (CONN_WHY_NO_TIME_WAIT)
 * @CONN_REUSED: its TIME-WAIT made room for a new connection
 * @CONN_KILLED: SOCK_DESTROY (ss -K)
 * @CONN_LISTENER_GONE: a request whose listener was closed
 * @CONN_NETNS_GONE: with its network namespace
 * @CONN_UNSEEN: it must have ended, but the trail does not show how
 * @CONN_EVICTED: it may live on: the tracker's memory was full
 * @CONN_DROPPED: a request that no RST and no timer ended: ICMP, or ss -K
 * @CONN_SILENT: closed by this end without a segment: TCP_REPAIR; or SO_LINGER of 0 s, or
 *	connect() to AF_UNSPEC, when both sides had closed
 * @CONN_NO_PORT: connect() found no source port, and sent nothing
 * @CONN_FAILED: connect() failed before there was a SYN, and it is not known why
 * @CONN_RESET: a RST, the peer's or ours, and of a request maybe what CONN_DROPPED is: the
 *	trail does not tell which
 */
enum conn_end {
	CONN_LIVES = 0,
	CONN_NORMAL,
	CONN_RESET_IN,
	CONN_RESET_OUT,
	CONN_REFUSED,
	CONN_UNANSWERED,
	CONN_UNREACHABLE,
	CONN_ABANDONED,
	CONN_FIN_TIMEOUT,
	CONN_REUSED,
	CONN_KILLED,
	CONN_LISTENER_GONE,
	CONN_NETNS_GONE,
	CONN_UNSEEN,
	CONN_EVICTED,
	CONN_DROPPED,
	CONN_SILENT,
	CONN_NO_PORT,
	CONN_RESET,
	CONN_FAILED,
	CONN_ENDS,
};

/**
 * enum conn_why - what is behind an end that needs an explanation
 * @CONN_WHY_UNTOLD: nothing is, or the trail does not tell
 * @CONN_WHY_UNREAD: reset: closed with bytes in it that were not read; normal: both had closed,
 *	and whether a RST went for these bytes is not on record
 * @CONN_WHY_ABORTED: reset: SO_LINGER of 0 seconds, or connect() to AF_UNSPEC
 * @CONN_WHY_LINGER: the former of these two, as the module says
 * @CONN_WHY_DISCONNECT: the latter, likewise; abandoned by that, or by shutdown()
 * @CONN_WHY_REPAIR: closed in repair mode (TCP_REPAIR)
 * @CONN_WHY_OVERFLOW: reset: no room in the accept queue, with tcp_abort_on_overflow
 * @CONN_WHY_DEFERRED: the SYN-ACK was answered, and the request waited: for data
 *	(TCP_DEFER_ACCEPT), or for room in the accept queue
 * @CONN_WHY_MPTCP: reset: a subflow of MPTCP, which has reasons of its own
 * @CONN_WHY_LATE_DATA: reset: bytes came after it had been closed
 * @CONN_WHY_UNACCEPTED: reset: its listener was closed before accept() took it
 * @CONN_WHY_SYN: the SYN was not answered, or could not be delivered
 * @CONN_WHY_SYN_ACK: the SYN-ACK, likewise
 * @CONN_WHY_DATA: payload, likewise
 * @CONN_WHY_FIN: the FIN, likewise
 * @CONN_WHY_KEEPALIVE: the keepalive probes, likewise
 * @CONN_WHY_USER_TIMEOUT: whatever it was, TCP_USER_TIMEOUT was over
 * @CONN_WHY_WINDOW: the probes of the peer's closed window were not answered
 * @CONN_WHY_UNSENT: payload waited, and neither it nor a probe is on record as sent
 * @CONN_WHY_ICMP: refused by no RST: ICMP said that the port is unreachable
 * @CONN_WHY_MEMORY: reset: too many orphans, or no memory for one
 * @CONN_WHY_NO_TIME_WAIT: the minisocket that was due had no room (tcp_max_tw_buckets)
 * @CONN_WHY_NETNS: its network namespace went while it was in TIME-WAIT
 * @CONN_WHY_CLOSED: abandoned by close()
 * @CONN_WHY_LINGER2: reset: closed with a TCP_LINGER2 below zero
 */
enum conn_why {
	CONN_WHY_UNTOLD = 0,
	CONN_WHY_UNREAD,
	CONN_WHY_ABORTED,
	CONN_WHY_LATE_DATA,
	CONN_WHY_UNACCEPTED,
	CONN_WHY_SYN,
	CONN_WHY_SYN_ACK,
	CONN_WHY_DATA,
	CONN_WHY_FIN,
	CONN_WHY_KEEPALIVE,
	CONN_WHY_USER_TIMEOUT,
	CONN_WHY_WINDOW,
	CONN_WHY_ICMP,
	CONN_WHY_MEMORY,
	CONN_WHY_LINGER2,
	CONN_WHY_NO_TIME_WAIT,
	CONN_WHY_LINGER,
	CONN_WHY_DISCONNECT,
	CONN_WHY_REPAIR,
	CONN_WHY_OVERFLOW,
	CONN_WHY_DEFERRED,
	CONN_WHY_MPTCP,
	CONN_WHY_UNSENT,
	CONN_WHY_NETNS,
	CONN_WHY_CLOSED,
	CONN_WHYS,
};

/* conn.flags */
#define CONN_IPV6 (1U << 0) /* the addresses are in the pair pool */
#define CONN_WHOLE (1U << 1) /* both addresses and ports are known */
#define CONN_AT_LEAST (1U << 2) /* in this state since since_ns or earlier */
#define CONN_FOUND (1U << 3) /* it began before the trail did */
#define CONN_CONFIRMED (1U << 4) /* a snapshot has seen it */
#define CONN_ORPHAN (1U << 5) /* no process holds it any more */
#define CONN_PEER_FIN (1U << 6) /* the peer's FIN has arrived */
#define CONN_RST_IN (1U << 7) /* a RST came in this state */
#define CONN_RST_OUT (1U << 8) /* a RST was sent */
#define CONN_SIMULTANEOUS_OPEN (1U << 9)
#define CONN_SIMULTANEOUS_CLOSE (1U << 10)
#define CONN_ACCEPTED (1U << 11)
#define CONN_QUEUED (1U << 12) /* among the ended ones that wait to be told */
#define CONN_INDEXED (1U << 13) /* in the index by tuple */
#define CONN_FAMILY_6 (1U << 14) /* the wire carries IPv6 (or an IPv6 listener) */
#define CONN_COOKIE (1U << 15) /* in the index by cookie */
#define CONN_OWNED (1U << 16) /* uid is known */
#define CONN_HAS_BYTES (1U << 17) /* sent and received are known */
#define CONN_FIN_TAKEN (1U << 18) /* fin_in_ns is when the FIN was its turn */
#define CONN_JOINABLE (1U << 19) /* in the index by SYN-ACK */
#define CONN_SEGMENTS (1U << 20) /* a segment of it is on record */
#define CONN_LOSSY (1U << 21) /* records were lost while it lived, or never made */
#define CONN_TASK_ENDED (1U << 22) /* its last transition ran in a task's system call */
#define CONN_SYN_ARRIVED (1U << 23) /* its SYN is on record where it was to go */
#define CONN_RST_OUT_FOREIGN \
	(1U << 24) /* a RST went in its name, while it lived on, by no socket */

#define CONN_MPTCP (1U << 25) /* a subflow: who holds, reads, closes it is MPTCP's */
#define CONN_SYN_ACK_ACKED (1U << 26) /* its request was answered, and waited all the same */
#define CONN_SELF (1U << 27) /* one socket that is connected to itself: its own address and port */
#define CONN_READS (1U << 28) /* in CLOSE-WAIT: fewer bytes are unread than were before */
#define CONN_BOUND (1U << 29) /* bind() gave it its port, before it had a destination */
#define CONN_PEER_GONE (1U << 31) /* its other end, on this machine, has ended, and it has not */
#define CONN_SYN_ANSWERED (1U << 30) /* where its SYN was to go, a SYN-ACK was sent for it */

/**
 * struct conn - one end of a connection
 * @cookie: the socket's, 0 if not known
 * @netns: network namespace
 * @lport: this end's port
 * @rport: the other end's
 * @addr4: local and remote IPv4 address; with CONN_IPV6 addr4[0] is a slot in
 *	the model's pair pool
 * @since_ns: when the present state began; for an ended one, when it ended
 * @begun_ns: first step of the handshake, or when it was first seen
 * @fin_out_ns: our FIN, 0 if none yet
 * @fin_in_ns: the peer's FIN, 0 if none yet: when it was its turn, all bytes
 *	before it there; until then, when it came
 * @state: enum tcptrail_state
 * @object: enum conn_object
 * @role: enum conn_role
 * @closer: enum conn_closer
 * @end: enum conn_end
 * @error: socket error at the end, a positive errno; 255 is "or more"
 * @syns: SYNs sent
 * @synacks: SYN-ACKs sent
 * @fins: FINs sent
 * @rearms: how often its TIME-WAIT was re-armed
 * @place: the model's: where it is counted, see counters.h
 * @why: enum conn_why
 * @flags: CONN_*
 * @retrans_total: segments retransmitted
 * @reset_reason: of the RST that it sent: enum tcptrail_reset_reason
 * @acks: bare ACKs that it sent in its present state
 * @synack_us: begun to SYN-ACK (sent or received), microseconds
 * @established_us: begun to ESTABLISHED
 * @accepted_us: begun to accept(); of a listener: how long the one had waited since it was
 *	established that @accept_ns is about
 * @fin_out_acked_us: our FIN to its acknowledgement
 * @fin_in_acked_us: the peer's FIN to our acknowledgement
 * @uid: owner, with CONN_OWNED
 * @inode: of the socket file, 0 if it has none
 * @unread: bytes received and not read, when last told
 * @unacked: bytes sent and not acknowledged, when last told
 * @opener: who called connect() or accept(), of a listener at @accept_ns, see tracker_task()
 * @owner: who last acted on it
 * @next: the model's: the next ended one
 * @other: the model's: the other end, see tracker_peer(); 0 if not known
 * @cgroup: cgroup id
 * @sent: payload bytes sent, each once; with CONN_HAS_BYTES
 * @received: payload bytes received; likewise
 * @syn_listener: in SYN-SENT, with CONN_SYN_ARRIVED, in place of @received: the cookie of the
 *	listener where the SYN came; 0 if not known
 * @accept_ns: of a listener: when accept() took one of its connections last, 0 if that is not
 *	on record. Of several listeners at a port (SO_REUSEPORT) it is not known which one it
 *	was, and the others may accept at once: there, one that waited for less than
 *	CONN_ACCEPT_AT_ONCE_US is not noted for CONN_ACCEPT_NOTED_NS after one that waited
 *	longer
 * @synack: both numbers of its SYN-ACK, or that of its SYN, see join.c; 0 if not known,
 *	or not asked for
 * @peer_gone_ns: with CONN_PEER_GONE, in place of @synack: when the other end ended
 *
 * Spans in microseconds are 0 where the trail does not tell, and stop at
 * CONN_SPAN_MAX.
 */
struct conn {
	uint64_t cookie;
	uint32_t netns;
	uint16_t lport;
	uint16_t rport;
	uint32_t addr4[2];
	uint64_t since_ns;
	uint64_t begun_ns;
	uint64_t fin_out_ns;
	uint64_t fin_in_ns;
	uint8_t state;
	uint8_t object;
	uint8_t role;
	uint8_t closer;
	uint8_t end;
	uint8_t error;
	uint8_t syns;
	uint8_t synacks;
	uint8_t fins;
	uint8_t rearms;
	uint8_t place;
	uint8_t why;
	uint32_t flags;
	uint16_t retrans_total;
	uint8_t reset_reason;
	uint8_t acks;
	uint32_t synack_us;
	uint32_t established_us;
	uint32_t accepted_us;
	uint32_t fin_out_acked_us;
	uint32_t fin_in_acked_us;
	uint32_t uid;
	uint32_t inode;
	uint32_t unread;
	uint32_t unacked;
	uint32_t opener;
	uint32_t owner;
	uint32_t next;
	uint32_t other;
	uint64_t cgroup;
	uint64_t sent;
	union {
		uint64_t received;
		uint64_t accept_ns;
		uint64_t syn_listener;
	};
	union {
		uint64_t synack;
		uint64_t peer_gone_ns;
	};
};

/*
 * Memory per tracked connection end, at most: this, and an entry of 8 bytes in each
 * of two indices, which are from 56 to 70 % full; of three, 14 bytes more, with
 * tracker_config.join. An IPv6 one has 32 bytes more in
 * the pair pool, and each different (pid, comm) 24 in the task pool and an entry in
 * an index of its own. tests/unit/test_memory.c holds the model to it.
 */
#define CONN_MEMORY_IPV4 (sizeof(struct conn) + 29)
#define CONN_MEMORY_IPV6 (CONN_MEMORY_IPV4 + 32)
#define CONN_MEMORY_TASK 47

_Static_assert(sizeof(struct conn) == 160, "struct conn: its size is stated");

#define CONN_SPAN_MAX UINT32_MAX
#define CONN_ACCEPT_AT_ONCE_US 1000000
#define CONN_ACCEPT_NOTED_NS (10 * SEC)

/** conn_span() - microseconds from @from to @to, in the bounds of a span field */
static inline uint32_t conn_span(uint64_t from, uint64_t to)
{
	uint64_t us = to > from ? (to - from) / 1000 : 0;

	if (us == 0)
		return 1; /* it happened: 0 means that it is not known */
	return us < CONN_SPAN_MAX ? (uint32_t)us : CONN_SPAN_MAX;
}

/** conn_end_key() - "normal", "reset_in" ... */
const char *conn_end_key(uint8_t end);

/** conn_why_key() - "unread", "aborted" ..., NULL for CONN_WHY_UNTOLD */
const char *conn_why_key(uint8_t why);

#endif
