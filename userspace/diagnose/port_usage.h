/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TIME-WAIT churn: who makes TIME-WAITs, towards which destination, how fast,
 * how many of the source ports are used up there, and when none is left.
 *
 * A source port is taken for one destination: (namespace, source address,
 * remote address, remote port). On the side that accepted, TIME-WAITs take
 * memory only: these are counted by the port of the listener.
 */
#ifndef DIAGNOSE_PORT_USAGE_H
#define DIAGNOSE_PORT_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "userspace/base/time.h"
#include "userspace/base/kernel_view.h"
#include "userspace/conn/tracker.h"

/**
 * struct port_usage_query - what is asked
 * @now_ns: when, in the trail's time
 * @at_least: destinations with fewer TIME-WAITs are passed over, unless half of
 *	the ports or more are taken there; 0: every one that takes a port
 * @ports: the ports of a namespace, or NULL: SOURCE_PORTS_DEFAULT everywhere
 * @alive: is this one still there? NULL: all that the model has are
 * @arg: for both
 */
struct port_usage_query {
	uint64_t now_ns;
	uint32_t at_least;
	struct source_ports (*ports)(void *arg, uint32_t netns);
	bool (*alive)(void *arg, const struct conn *conn);
	void *arg;
};

/* New TIME-WAITs are counted over the last so many nanoseconds. */
#define PORT_USAGE_WINDOW_NS (10 * SEC)

#define PORT_USAGE_NEVER UINT64_MAX /* usage.out_ns: at this rate the ports suffice */

/**
 * struct usage - one destination, or one listener's port
 * @conn: one of its TIME-WAITs, the newest; any other of its connections if it
 *	has none
 * @netns: network namespace
 * @port: the remote port; with @passive our own
 * @passive: this side accepted: no source ports are taken
 * @laddr: source address; zero with @passive
 * @raddr: remote address; zero with @passive
 * @timewaits: TIME-WAITs now
 * @used: source ports that connect() cannot take now: those of all connections to
 *	there, but for TIME-WAITs that tw_reuse frees
 * @ports: how many there are in all
 * @begun: TIME-WAITs begun in the last @window_ns that are still there
 * @window_ns: PORT_USAGE_WINDOW_NS, or less if the oldest is younger; at least a second
 * @out_ns: after so long no port is left, if it goes on like that; 0: none is
 *	left now; PORT_USAGE_NEVER
 * @comm: the program that made most of the TIME-WAITs; zero-padded, empty if not
 *	known
 * @pid: its process, 0 if there are several of that name
 * @made: how many of the TIME-WAITs it made
 */
struct usage {
	const struct conn *conn;
	uint32_t netns;
	uint16_t port;
	bool passive;
	uint8_t laddr[16];
	uint8_t raddr[16];
	uint32_t timewaits;
	uint32_t used;
	uint32_t ports;
	uint32_t begun;
	uint64_t window_ns;
	uint64_t out_ns;
	char comm[16];
	uint32_t pid;
	uint32_t made;
};

/** port_usage_per_minute() - how many TIME-WAITs begin in a minute, at the present rate */
static inline uint64_t port_usage_per_minute(const struct usage *usage)
{
	return usage->window_ns ? usage->begun * MINUTE / usage->window_ns : 0;
}

/** port_usage_share() - of the source ports, 0 to 1, are in use */
static inline double port_usage_share(const struct usage *usage)
{
	return usage->ports ? (double)usage->used / usage->ports : 0;
}

/**
 * port_usage_find() - collect them
 * @tracker: the connections
 * @query: what is asked
 * @list: set to an array, worst first: by share, then by TIME-WAITs; the caller
 *	frees it
 * @count: how many there are
 *
 * It passes over all connections twice at most: not for each scrape.
 *
 * Return: 0 or -ENOMEM
 */
int port_usage_find(const struct tracker *tracker, const struct port_usage_query *query,
		    struct usage **list, size_t *count);

/*
 * The same for whoever cannot wait for a walk over all: connections are brought one by
 * one, while the model may move. A connection that is told may be gone then: whoever
 * looks at it makes sure that it is still the one. It takes 8 bytes for each TIME-WAIT
 * and 600 for each destination: bring those only that may be worth telling.
 */
struct port_usage_tally;

/** port_usage_tally_create() - 0 or -ENOMEM */
int port_usage_tally_create(struct port_usage_tally **tally, const struct tracker *tracker,
			    const struct port_usage_query *query);

/** port_usage_tally_add() - 0 or -ENOMEM */
int port_usage_tally_add(struct port_usage_tally *tally, const struct conn *conn);

/** port_usage_tally_list() - as port_usage_find() */
int port_usage_tally_list(struct port_usage_tally *tally, struct usage **list, size_t *count);
void port_usage_tally_free(struct port_usage_tally *tally);

#endif
