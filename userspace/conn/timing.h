/* SPDX-License-Identifier: GPL-2.0 */
/* What can be said of a connection end's life as a whole. */
#ifndef CONN_TIMING_H
#define CONN_TIMING_H

#include <stdbool.h>

#include "userspace/conn/tracker.h"

/**
 * struct timing - spans in nanoseconds; 0: not known, or there was none
 * @handshake: its first step to ESTABLISHED
 * @synack: its first step to the SYN-ACK: until it came, or until it went
 * @answer: from there to ESTABLISHED: on the passive side, until the peer's ACK came
 * @accept_wait: ESTABLISHED to accept(), or to the end if it was never accepted
 * @half_close: the first FIN to the second, or to the end if there was no second
 * @teardown: the first FIN to the acknowledgement of the second
 * @first_ack: the first FIN to its acknowledgement
 * @second_fin: from there to the second FIN
 * @second_ack: the second FIN to its acknowledgement
 * @time_wait: both FINs there and ours acknowledged, to the end of TIME-WAIT
 * @life: its first step to its end
 * @at_least: it began before the trail did: @life is longer
 * @closed: both FINs were seen: @half_close is complete
 * @unaccepted: it came to be established, and accept() did not take it
 * @closer: enum conn_closer
 */
struct timing {
	uint64_t handshake;
	uint64_t synack;
	uint64_t answer;
	uint64_t accept_wait;
	uint64_t half_close;
	uint64_t teardown;
	uint64_t first_ack;
	uint64_t second_fin;
	uint64_t second_ack;
	uint64_t time_wait;
	uint64_t life;
	bool at_least;
	bool closed;
	bool unaccepted;
	uint8_t closer;
};

/** conn_is_connection() - is it a connection? Listeners are none */
bool conn_is_connection(const struct conn *c);

/** timing_handshake() - struct timing's handshake alone */
uint64_t timing_handshake(const struct conn *c);

/** timing_of() - @now_ns: for one that lives; of one that ended the end counts */
void timing_of(struct timing *life, const struct conn *c, uint64_t now_ns);

#define TIMING_STATES (TCPTRAIL_CLOSING + 1)

/**
 * timing_states() - nanoseconds in each state, by enum tcptrail_state; 0: not known, or none
 *
 * SYN_RECV has the request socket's time, too. What happened before the trail
 * began is left out, and so is SYN-SENT where both ends opened.
 */
void timing_states(uint64_t states[TIMING_STATES], const struct conn *c, uint64_t now_ns);

#endif
