/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model's numbers: kept up with each record, so that to read them takes no
 * walk over the connections.
 *
 * Counters never go back. They count what is on record: what the trail lost is
 * not in them.
 */
#ifndef MODEL_CENSUS_H
#define MODEL_CENSUS_H

#include "userspace/model/histogram.h"
#include "userspace/model/model.h"

#define CENSUS_STATES 16 /* enum tcptrail_state; higher numbers are counted as 15 */
#define CENSUS_REASONS 16 /* enum tcptrail_reason, likewise */
#define CENSUS_ROLES 4 /* enum conn_role */

/** enum census_segment - of which retransmissions are told apart */
enum census_segment {
	CENSUS_SYN = 0,
	CENSUS_SYN_ACK,
	CENSUS_FIN,
	CENSUS_SEGMENTS,
};

/*
 * Where a living connection end stands: its state, its enum conn_half, and
 * whether it waits in an accept queue. 0: it does not live.
 */
#define CENSUS_HALF_SHIFT 4
#define CENSUS_UNACCEPTED (1U << 6)
#define CENSUS_PLACES 128

/**
 * struct census - zero at the start
 * @places: living connection ends by place; ask with census_sockets(). places[0]
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
 * @retransmits: segments sent again, by enum census_segment
 * @resets: RSTs by direction: TCPTRAIL_IN, TCPTRAIL_OUT
 * @opened: CONN_ACTIVE: SYN-SENT entered; CONN_PASSIVE: handshakes completed
 * @ended: lives told as ended, by enum conn_end; listeners are not among them
 * @handshake: begun to ESTABLISHED, by role, when it is established
 * @accept_wait: ESTABLISHED to accept()
 * @half_close: the first FIN to the second, when the life has ended, and so on:
 *	as struct life has it
 * @teardown: the first FIN to the acknowledgement of the second
 * @time_wait: TIME-WAIT to its end
 * @state: time in each state, when it is left; SYN_RECV has a passive opener's
 *	whole SYN-RECEIVED, that of its request socket included
 */
struct census {
	uint64_t places[CENSUS_PLACES];
	uint64_t transitions[CENSUS_STATES][CENSUS_STATES];
	uint64_t requests;
	uint64_t request_ends[CENSUS_REASONS];
	uint64_t time_waits;
	uint64_t overflows;
	uint64_t rearms[CENSUS_REASONS];
	uint64_t minisocket_ends[CENSUS_STATES][CENSUS_REASONS];
	uint64_t accepted;
	uint64_t retransmits[CENSUS_SEGMENTS];
	uint64_t resets[2];
	uint64_t opened[CENSUS_ROLES];
	uint64_t ended[CONN_ENDS];
	struct histogram handshake[CENSUS_ROLES];
	struct histogram accept_wait;
	struct histogram half_close;
	struct histogram teardown;
	struct histogram time_wait;
	struct histogram state[CENSUS_STATES];
};

/** model_census() - it changes as the model is fed */
const struct census *model_census(const struct model *model);

/** census_sockets() - living ends in @state whose enum conn_half is @half */
uint64_t census_sockets(const struct census *census, enum conn_half half, uint8_t state);

/** census_unaccepted() - established, and no accept() has taken them yet */
uint64_t census_unaccepted(const struct census *census);

/** census_place() - where a connection stands: an index of census.places */
static inline uint8_t census_place(const struct conn *c)
{
	uint8_t state = c->state < CENSUS_STATES ? c->state : CENSUS_STATES - 1;
	uint8_t place = (uint8_t)(c->half << CENSUS_HALF_SHIFT | state);

	if (c->end || c->half == CONN_FREE)
		return 0;
	if (c->half == CONN_SOCKET && c->role != CONN_ACTIVE && !c->inode &&
	    !(c->flags & (CONN_ACCEPTED | CONN_ORPHAN)) &&
	    (state == TCPTRAIL_ESTABLISHED || state == TCPTRAIL_CLOSE_WAIT))
		place |= CENSUS_UNACCEPTED;
	return place;
}

#endif
