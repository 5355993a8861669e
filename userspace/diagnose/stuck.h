/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one finder of stuck sockets: which connections are too long where they are, where
 * TIME-WAITs come in bursts, and the numbers that only a look at every connection tells.
 *
 * It walks over the connections and counts what many share: handshakes that wait at a
 * port, who waits for a listener, ports in use. Where there are many destinations, a second
 * walk counts their ports, see port_usage.h. Then it judges, by the rules of verdict.h, the
 * connections for which it is not too early. Commands have all that made at once; the
 * exporter makes it in slices, between which the tracker takes records. A connection
 * that moves while a scan is under way may be met before or after; one that ends may be
 * among the findings: finding_is_current() tells.
 *
 * A socket is stuck if a rule says so whose weight is not VERDICT_HARMLESS. That, and
 * nothing else, is what every command and every number calls stuck. What else is listed
 * is a burst of TIME-WAITs that does no harm, or was asked for by its state.
 */
#ifndef DIAGNOSE_STUCK_H
#define DIAGNOSE_STUCK_H

#include "userspace/diagnose/finding.h"
#include "userspace/diagnose/verdict.h"

#define STUCK_STATES 16 /* enum tcptrail_state */
#define STUCK_NOBODY UINT64_MAX

/**
 * struct stuck_query - what is asked
 * @tracker: the connections
 * @now_ns: when, in the trail's time
 * @info: what the module says of itself; all zero: there is none. NULL: it records all
 * @complete_ns: of what happened since then no record is missing. Rates are made of
 *	nothing older; UINT64_MAX: of nothing at all
 * @kernel: what the kernel says, NULL: nothing. Only with it those are found that no
 *	record shows: ESTABLISHED sockets on which nothing moves, full accept queues
 * @states: bit n: only state n, normal or not; 0: all that are not normal for ever
 * @older_ns: how long is too long; 0: verdict_stuck_after_ns() of the state
 * @max_findings: keep so many, the most severe; 0: all
 * @all_ports: tell of the ports of every destination, not only where many are in use
 * @close_waits: tell of all CLOSE-WAITs that have a file
 * @alive: does this one exist? NULL: all that the tracker has do
 * @wanted: is it to be listed? NULL: all. It is counted all the same where it takes from
 *	what others share
 * @visit: called once for each connection; or NULL
 * @arg: for these three
 */
struct stuck_query {
	const struct tracker *tracker;
	const struct tcptrail_info *info;
	uint64_t now_ns;
	uint64_t complete_ns;
	const struct kernel_view *kernel;
	uint32_t states;
	uint64_t older_ns;
	size_t max_findings;
	bool all_ports;
	bool close_waits;
	bool (*alive)(void *arg, const struct conn *conn);
	bool (*wanted)(void *arg, const struct conn *conn);
	void (*visit)(void *arg, const struct conn *conn);
	void *arg;
};

/**
 * struct stuck_gauges - a scan's numbers
 * @stuck: how many sockets are stuck, by verdict: verdict_name()
 * @since_ns: by enum tcptrail_state: since when the oldest has been there, in the
 *	trail's time; STUCK_NOBODY
 * @unaccepted_since_ns: likewise, of those that wait for accept()
 * @unread: bytes not read in CLOSE-WAIT
 * @ports_share: of a namespace's source ports are in use towards one destination; below
 *	1/256, where there are many destinations, it may not be the fullest one's
 * @ports: how many source ports that namespace has
 */
struct stuck_gauges {
	uint64_t stuck[VERDICT_RULES_MAX];
	uint64_t since_ns[STUCK_STATES];
	uint64_t unaccepted_since_ns;
	uint64_t unread;
	double ports_share;
	uint32_t ports;
};

/** struct close_wait - a socket in CLOSE-WAIT: since then, or @at_least */
struct close_wait {
	uint32_t inode;
	bool at_least;
	uint64_t since_ns;
};

/**
 * struct stuck_result - what a scan found
 * @number: of the scan, from 1; 0: there was none yet
 * @query: what was asked
 * @findings: bursts first, the biggest before the others; then whatever is oldest
 * @count: how many are kept
 * @room: for how many there is memory
 * @stuck: how many sockets are stuck, those that are not kept included
 * @gauges: the numbers
 * @next_ns: until then another scan finds the same, unless a record comes
 * @waiting: who waits
 * @relays: which connections are legs of a relay
 * @ports: which ports are in use
 * @close_waits: if they were asked for
 * @close_wait_count: how many
 * @close_wait_room: for how many there is memory
 */
struct stuck_result {
	uint64_t number;
	struct stuck_query query;
	struct finding *findings;
	size_t count;
	size_t room;
	uint64_t stuck;
	struct stuck_gauges gauges;
	uint64_t next_ns;
	struct waiting waiting;
	struct relays relays;
	struct port_usages ports;
	struct close_wait *close_waits;
	size_t close_wait_count;
	size_t close_wait_room;
};

struct stuck_scan;

/** stuck_scan_create() - 0 or -ENOMEM */
int stuck_scan_create(struct stuck_scan **scan);
void stuck_scan_free(struct stuck_scan *scan);

/** stuck_scan_begin() - a scan that is under way is given up */
void stuck_scan_begin(struct stuck_scan *scan, const struct stuck_query *query);

/**
 * stuck_scan_step() - a slice
 * @scan: begun
 * @count: look at so many connections at most
 *
 * Return: 1: it is complete, and stuck_scan_result() has it; 0: go on; or -ENOMEM: it is
 * given up, and stuck_scan_result() is what it was
 */
int stuck_scan_step(struct stuck_scan *scan, size_t count);

/** stuck_scan_result() - of the last scan that is complete; valid until the next one but one begins */
const struct stuck_result *stuck_scan_result(const struct stuck_scan *scan);

/** stuck_find() - a scan from its begin to its end; 0 or -ENOMEM, and *@scan is NULL */
int stuck_find(struct stuck_scan **scan, const struct stuck_query *query);

/* judge.c: for the scan */

/**
 * judge_is_early() - does judge() find nothing yet, whatever else is known?
 * @query: what is asked
 * @conn: the connection; it lives
 * @next_ns: lowered to the time from which judge() has to be asked
 */
bool judge_is_early(const struct stuck_query *query, const struct conn *conn, uint64_t *next_ns);

/**
 * judge() - is this connection stuck, or was it asked for?
 * @query: what is asked
 * @waiting: all who wait, of the same moment
 * @relays: all legs, likewise
 * @conn: the connection; it lives
 * @finding: filled if so, with its rule
 * @next_ns: lowered to the time from which the answer is another one, if no record comes
 */
bool judge(const struct stuck_query *query, const struct waiting *waiting,
	   const struct relays *relays, const struct conn *conn, struct finding *finding,
	   uint64_t *next_ns);

#endif
