/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Activity: the numbers of a live screen. How many connection ends are in which state,
 * what was counted since, the last minute's times, who opens connections to whom. Of all
 * connections, or of those that are wanted.
 *
 * It observes a tracker: its functions are for struct tracker_config. An update passes
 * over all connections once.
 */
#ifndef CONN_ACTIVITY_H
#define CONN_ACTIVITY_H

#include "userspace/conn/counters.h"
#include "userspace/conn/flows.h"
#include "userspace/conn/window.h"

#define ACTIVITY_STATES (TCPTRAIL_NEW_SYN_RECV + 1)

/** enum activity_time - of what the percentiles are kept */
enum activity_time {
	ACTIVITY_CLIENT, /* connect() to ESTABLISHED */
	ACTIVITY_SERVER, /* the SYN to ESTABLISHED */
	ACTIVITY_ACCEPT, /* ESTABLISHED to accept() */
	ACTIVITY_TIMES,
};

/**
 * struct activity - zero at the start, but for what its maker sets
 * @wanted: does this connection count, when in this state? NULL: all do. Its maker
 *	sets it
 * @arg: for that; likewise
 * @states: how many are in it now; a request's NEW_SYN_RECV counts as SYN_RECV
 * @total: @states in sum, listeners included
 * @counters: of those that are wanted; without its places
 * @records: fed in all
 * @lost: records that the trail lost
 * @windows: the last minute's times, by enum activity_time
 * @flows: who opens to whom
 * @newest_ns: what is older has been seen by an update
 * @now_ns: when the last update was made
 * @updated_ns: when those before it were, the oldest first; 0: there was none
 */
struct activity {
	bool (*wanted)(void *arg, const struct tracker *tracker, const struct conn *conn,
		       uint8_t state);
	void *arg;
	uint64_t states[ACTIVITY_STATES];
	uint64_t total;
	struct counters counters;
	uint64_t records;
	uint64_t lost;
	struct window windows[ACTIVITY_TIMES];
	struct flows flows;
	uint64_t newest_ns;
	uint64_t now_ns;
	uint64_t updated_ns[FLOWS_UPDATES];
};

/** activity_record() - tracker_config.record; @activity is its arg, as below */
void activity_record(void *activity, const struct tracker *tracker, const struct conn *conn,
		     const struct tcptrail_record *record);

/** activity_step() - tracker_config.step */
void activity_step(void *activity, const struct tracker *tracker, const struct conn *conn,
		   enum conn_step step, uint64_t time_ns);

/** activity_update() - take the numbers of @now_ns, by the trail's clock */
void activity_update(struct activity *a, const struct tracker *tracker, uint64_t now_ns);

/** activity_recent_ns() - how long the updates took that flow_recent() is about; 0: none before */
uint64_t activity_recent_ns(const struct activity *a);

/** activity_restart() - others are wanted now: forget what was counted of those before */
void activity_restart(struct activity *a);

#endif
