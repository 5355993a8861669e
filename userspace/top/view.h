/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a live screen shows, as numbers and words: neither where they come from
 * nor where on the screen they stand.
 */
#ifndef TOP_VIEW_H
#define TOP_VIEW_H

#include "userspace/base/text.h"
#include "userspace/top/spark.h"
#include "userspace/diagnose/port_usage.h"
#include "userspace/conn/activity.h"
#include "userspace/diagnose/verdict.h"
#include "userspace/base/address.h"
#include "userspace/base/clock.h"
#include "userspace/base/duration.h"

#define VIEW_SPANS ACTIVITY_TIMES
#define VIEW_STUCK_MAX 500 /* the worst of those that are stuck */
#define VIEW_WORD_MAX 128

/**
 * struct view_rate - something that is counted
 * @total: so far
 * @milli: thousandths of it a second, since the last update
 * @graph: the latter, update by update
 */
struct view_rate {
	uint64_t total;
	uint64_t milli;
	struct history graph;
};

/**
 * struct view_state - a TCP state
 * @now: connection ends in it
 * @entered: how often it was entered
 * @graph: @now, update by update
 */
struct view_state {
	uint64_t now;
	struct view_rate entered;
	struct history graph;
};

/** struct view_span - percentiles of the last minute, in nanoseconds; @count 0: none */
struct view_span {
	uint64_t count;
	uint64_t p50;
	uint64_t p90;
	uint64_t p99;
	uint64_t max;
};

/**
 * struct view_stuck - a group of connections that are stuck, often of only one
 * @id: tells it from others after the next update
 * @rank: 0: it is the worst
 * @state: of it
 * @age_ns: how long the oldest has been so
 * @at_least: or longer
 * @count: connections in it
 * @burst: of TIME-WAITs, whose age is of no interest
 * @unread: bytes in all of them
 * @lport: this end's port; 0: not all share it
 * @local: this end, as far as they share it
 * @remote: the other end, likewise
 * @holder: who holds it, or did last; empty if nobody is known
 * @verdict: name of the rule
 * @sentence: what is the matter
 * @text: where in view.text all that is known of it begins
 * @text_length: and how long that is
 * @selector: the oldest connection, as explain wants it; empty of a burst
 */
struct view_stuck {
	uint64_t id;
	size_t rank;
	uint8_t state;
	uint64_t age_ns;
	bool at_least;
	uint64_t count;
	bool burst;
	uint64_t unread;
	uint16_t lport;
	char local[ENDPOINT_MAX + 1];
	char remote[ENDPOINT_MAX + 1];
	char holder[VIEW_WORD_MAX];
	const char *verdict;
	char sentence[VERDICT_SENTENCE_MAX];
	size_t text;
	size_t text_length;
	char selector[2 * ENDPOINT_MAX + 2];
};

/**
 * struct view_flow - who opens connections to whom
 * @id: tells it from others after the next update
 * @owner: name and process
 * @peer: the remote end, or "*:80": others come to our port 80
 * @passive: the latter
 * @milli: opened, thousandths a second
 * @opened: in all
 * @live: are neither over nor in TIME-WAIT
 * @time_wait: are in TIME-WAIT
 * @share: thousandths of the source ports that are taken towards there, by whomever;
 *	0 if passive
 * @out_ns: none is left after so long, at the present rate; PORT_USAGE_NEVER
 */
struct view_flow {
	uint64_t id;
	char owner[PUT_TASK_MAX + 1];
	char peer[ENDPOINT_MAX + 1];
	bool passive;
	uint64_t milli;
	uint64_t opened;
	uint32_t live;
	uint32_t time_wait;
	uint32_t share;
	uint64_t out_ns;
};

/**
 * struct view - zero at the start
 * @host: where the trail is from
 * @source: what it is: "live", a file's name
 * @clock: the time that the numbers are of, for people
 * @now_ns: likewise, by the trail's clock
 * @note: what has to be known of all the numbers, or empty
 * @rates: there is a trail, not only a snapshot
 * @updates: how many there were; below 2 there are no rates
 * @interval_ns: between updates
 * @speed_milli: of a trail that is played, thousandths; 0: it is no such
 * @ended: it is over
 * @states: by number
 * @sockets: all of them
 * @opened: handshakes completed
 * @ended_lives: lives ended
 * @again: sent again, by enum counters_segment
 * @resets: by direction
 * @records: of the trail
 * @lost: of the trail
 * @spans: by enum activity_time
 * @stuck: the worst of the groups of those that are stuck
 * @stuck_count: how many groups are listed
 * @stuck_groups: how many there are
 * @stuck_total: how many sockets
 * @flows: who opens to whom
 * @flows_count: how many
 * @flows_crowded: connections that belong to none of them
 * @text: what view_stuck.text points into
 */
struct view {
	char host[65];
	char source[64];
	char clock[32];
	uint64_t now_ns;
	char note[128];
	bool rates;
	uint64_t updates;
	uint64_t interval_ns;
	uint64_t speed_milli;
	bool ended;
	struct view_state states[ACTIVITY_STATES];
	uint64_t sockets;
	struct view_rate opened;
	struct view_rate ended_lives;
	struct view_rate again[COUNTERS_SEGMENTS];
	struct view_rate resets[2];
	struct view_rate records;
	struct view_rate lost;
	struct view_span spans[VIEW_SPANS];
	struct view_stuck *stuck;
	size_t stuck_count;
	size_t stuck_groups;
	size_t stuck_total;
	struct view_flow *flows;
	size_t flows_count;
	uint64_t flows_crowded;
	struct buf text;
};

/**
 * view_update() - the numbers of the activity, after an update
 * @v: all but the stuck ones
 * @activity: the numbers
 * @usages: the ports in use towards all destinations
 *
 * Return: 0 or -ENOMEM
 */
int view_update(struct view *v, struct activity *activity, const struct port_usages *usages);

void view_free(struct view *v);

/* view_json.c */

/** view_json() - one line; the clock must be a UTC one; tcptrail-top(1) documents every field */
void view_json(struct buf *out, const struct view *v, struct clock *clock);

#endif
