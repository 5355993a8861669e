/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A survey: the numbers of a live screen, taken at each look at a model: how many
 * connection ends are in which state, how many came there since the last look, the
 * times of handshakes, what was sent again. Of all of them, or of those that are
 * wanted.
 *
 * A look passes over all connections once.
 */
#ifndef CONN_ACTIVITY_H
#define CONN_ACTIVITY_H

#include "userspace/conn/flows.h"
#include "userspace/conn/window.h"

#define ACTIVITY_STATES (TCPTRAIL_NEW_SYN_RECV + 1)

/** enum activity_time - of what the percentiles are kept */
enum activity_time {
	ACTIVITY_CLIENT, /* connect() to ESTABLISHED */
	ACTIVITY_SERVER, /* the SYN to ESTABLISHED */
	ACTIVITY_ACCEPT, /* ESTABLISHED to accept() */
	ACTIVITY_SPANS,
};

/** enum activity_again - what is sent again when it is not answered */
enum activity_again {
	ACTIVITY_SYN,
	ACTIVITY_SYN_ACK,
	ACTIVITY_FIN,
	ACTIVITY_AGAINS,
};

/**
 * struct activity_totals - since the survey began; they never go back
 * @entered: how often a state was entered
 * @opened: handshakes that were completed
 * @ended: lives that ended
 * @again: by enum activity_again
 * @resets: RSTs by direction: TCPTRAIL_IN, TCPTRAIL_OUT
 * @records: fed in all
 * @lost: records that the trail lost
 */
struct activity_totals {
	uint64_t entered[ACTIVITY_STATES];
	uint64_t opened;
	uint64_t ended;
	uint64_t again[ACTIVITY_AGAINS];
	uint64_t resets[2];
	uint64_t records;
	uint64_t lost;
};

/**
 * struct activity - zero at the start, but for what its maker sets
 * @wanted: does this connection count, when in this state? NULL: all do. Its maker
 *	sets it
 * @arg: for that; likewise
 * @states: how many are in it now; a request's NEW_SYN_RECV counts as SYN_RECV
 * @total: @states in sum, listeners included
 * @totals: up to now
 * @ended_again: sent again by those that have ended; @totals.again has the living, too
 * @windows: the last minute's times, by enum activity_time
 * @flows: who opens to whom
 * @newest_ns: what is older has been surveyed
 * @now_ns: when the last look was taken
 * @look_ns: when those before it were, the oldest first; 0: there was none
 */
struct activity {
	bool (*wanted)(void *arg, const struct tracker *tracker, const struct conn *conn,
		       uint8_t state);
	void *arg;
	uint64_t states[ACTIVITY_STATES];
	uint64_t total;
	struct activity_totals totals;
	uint64_t ended_again[ACTIVITY_AGAINS];
	struct window windows[ACTIVITY_SPANS];
	struct flows flows;
	uint64_t newest_ns;
	uint64_t now_ns;
	uint64_t look_ns[FLOWS_LOOKS];
};

/** activity_records() - what was just fed to @tracker */
void activity_records(struct activity *s, const struct tracker *tracker,
		      const struct tcptrail_record *records, size_t count);

/** activity_ended() - for tracker_config.ended */
void activity_ended(struct activity *s, const struct tracker *tracker, const struct conn *conn);

/** activity_update() - take the numbers of @now_ns, by the trail's clock */
void activity_update(struct activity *s, const struct tracker *tracker, uint64_t now_ns);

/** activity_recent_ns() - how long the looks took that flow_recent() is about; 0: no look before */
uint64_t activity_recent_ns(const struct activity *s);

/** activity_restart() - others are wanted now: forget what was counted of those before */
void activity_restart(struct activity *s);

#endif
