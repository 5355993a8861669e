/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model's numbers: kept up with each record, so that to read them takes no
 * walk over the connections.
 *
 * Counters never go back. They count what is on record: what the trail lost is
 * not in them.
 */
#ifndef CONN_COUNTERS_H
#define CONN_COUNTERS_H

#include "userspace/conn/histogram.h"
#include "userspace/conn/tracker.h"

#define COUNTERS_STATES 16 /* enum tcptrail_state; higher numbers are counted as 15 */
#define COUNTERS_REASONS 16 /* enum tcptrail_reason, likewise */
#define COUNTERS_ROLES 4 /* enum conn_role */

/** enum counters_segment - of which retransmissions are told apart */
enum counters_segment {
	COUNTERS_SYN = 0,
	COUNTERS_SYN_ACK,
	COUNTERS_FIN,
	COUNTERS_SEGMENTS,
};

/*
 * Where a living connection end stands: its state, its enum conn_object, and
 * whether it waits in an accept queue. 0: it does not live.
 */
#define COUNTERS_OBJECT_SHIFT 4
#define COUNTERS_UNACCEPTED (1U << 6)
#define COUNTERS_PLACES 128

/**
 * struct counters - zero at the start
 * @places: living connection ends by place; ask with counters_sockets(). places[0]
 *	means nothing
 * @transitions: of full sockets, old and new state: what the kernel's trace
 *	event inet_sock_set_state counts
 * @requests: request sockets that began
 * @request_ends: request sockets that ended, by reason
 * @time_waits: minisockets that entered TIME-WAIT
 * @overflows: connections closed without the TIME-WAIT that was due, for want of
 *	room. Without the hook that sees minisockets begin: all that would have had one
 * @rearms: TIME-WAITs that were begun anew, by reason
 * @minisocket_ends: minisockets that ended, by state and reason
 * @accepted: connections that accept() took
 * @retransmits: segments sent again, by enum counters_segment
 * @resets: RSTs by direction: TCPTRAIL_IN, TCPTRAIL_OUT
 * @opened: CONN_ACTIVE: SYN-SENT entered; CONN_PASSIVE: handshakes completed
 * @ended: lives told as ended, by enum conn_end; listeners are not among them
 * @handshake: begun to ESTABLISHED, by role, when it is established
 * @accept_wait: ESTABLISHED to accept()
 * @half_close: the first FIN to the second, when the life has ended, and so on:
 *	as struct timing has it
 * @teardown: the first FIN to the acknowledgement of the second
 * @time_wait: TIME-WAIT to its end
 * @state: time in each state, when it is left; SYN_RECV has a passive opener's
 *	whole SYN-RECEIVED, that of its request socket included
 */
struct counters {
	uint64_t places[COUNTERS_PLACES];
	uint64_t transitions[COUNTERS_STATES][COUNTERS_STATES];
	uint64_t requests;
	uint64_t request_ends[COUNTERS_REASONS];
	uint64_t time_waits;
	uint64_t overflows;
	uint64_t rearms[COUNTERS_REASONS];
	uint64_t minisocket_ends[COUNTERS_STATES][COUNTERS_REASONS];
	uint64_t accepted;
	uint64_t retransmits[COUNTERS_SEGMENTS];
	uint64_t resets[2];
	uint64_t opened[COUNTERS_ROLES];
	uint64_t ended[CONN_ENDS];
	struct histogram handshake[COUNTERS_ROLES];
	struct histogram accept_wait;
	struct histogram half_close;
	struct histogram teardown;
	struct histogram time_wait;
	struct histogram state[COUNTERS_STATES];
};

/** tracker_counters() - it changes as the model is fed */
const struct counters *tracker_counters(const struct tracker *tracker);

/** counters_sockets() - living ends in @state whose enum conn_object is @object */
uint64_t counters_sockets(const struct counters *counters, enum conn_object object, uint8_t state);

/** counters_unaccepted() - established, and no accept() has taken them yet */
uint64_t counters_unaccepted(const struct counters *counters);

/** counters_entered() - how often @state was entered, by sockets, requests and minisockets */
uint64_t counters_entered(const struct counters *counters, uint8_t state);

/** counters_record() - what counts whether or not its connection is known */
void counters_record(struct counters *counters, const struct tcptrail_record *r);

/** counters_step() - a step of @c, as struct tracker_config's step() is told */
void counters_step(struct counters *counters, const struct conn *c, enum conn_step step,
		   uint64_t time_ns);

/** counters_all_ended() - lives told as ended, however they did */
uint64_t counters_all_ended(const struct counters *counters);

/** counters_place() - where a connection stands: an index of counters.places */
static inline uint8_t counters_place(const struct conn *c)
{
	uint8_t state = c->state < COUNTERS_STATES ? c->state : COUNTERS_STATES - 1;
	uint8_t place = (uint8_t)(c->object << COUNTERS_OBJECT_SHIFT | state);

	if (c->end || c->object == CONN_FREE)
		return 0;
	if (c->object == CONN_SOCKET && c->role != CONN_ACTIVE && !c->inode &&
	    !(c->flags & (CONN_ACCEPTED | CONN_ORPHAN | CONN_MPTCP)) &&
	    (state == TCPTRAIL_ESTABLISHED || state == TCPTRAIL_CLOSE_WAIT))
		place |= COUNTERS_UNACCEPTED;
	return place;
}

#endif
