/* SPDX-License-Identifier: GPL-2.0 */
/* Which connections are too long where they are, and where TIME-WAITs pile up. */
#ifndef DIAGNOSE_STUCK_H
#define DIAGNOSE_STUCK_H

#include <stdbool.h>
#include <stddef.h>

#include "userspace/diagnose/port_usage.h"
#include "userspace/conn/tracker.h"
#include "userspace/base/kernel_socket.h"

/**
 * struct stuck_query - what is asked
 * @now_ns: when, in the trail's time
 * @states: bit n: only state n; 0: all that are not normal for ever
 * @older_ns: how long is too long; 0: verdict_stuck_after_ns() of the state
 * @alive: is this one still there? NULL: all that the model has are
 * @live: what the kernel knows of a socket now, NULL if nothing; NULL: of none. Those
 *	that it knows an ESTABLISHED socket of are looked at, and full accept queues
 * @live_ns: when it knew that; 0: now
 * @ports: see struct port_usage_query
 * @arg: for all three
 */
struct stuck_query {
	uint64_t now_ns;
	uint32_t states;
	uint64_t older_ns;
	bool (*alive)(void *arg, const struct conn *conn);
	const struct kernel_socket *(*live)(void *arg, uint64_t cookie);
	uint64_t live_ns;
	struct source_ports (*ports)(void *arg, uint32_t netns);
	void *arg;
};

/**
 * struct stuck - one that is
 * @conn: the connection, or one of the pile's TIME-WAITs
 * @live: what the kernel knows of it now; NULL if not known
 * @age_ns: how long in this state; of an ESTABLISHED one, how long nothing moved; of
 *	a LISTEN one, how long somebody has waited in its queue
 * @at_least: it may be longer
 * @requests: of a SYN-RECV: how many of them there are at this port
 * @requesters: from how many addresses
 * @burst: so many TIME-WAITs share a remote end (active opener) or a local port
 *	(passive); 0 for a single connection
 * @usage: all about the pile
 */
struct stuck {
	const struct conn *conn;
	const struct kernel_socket *live;
	uint64_t age_ns;
	bool at_least;
	unsigned int requests;
	unsigned int requesters;
	unsigned int burst;
	struct usage usage;
};

/** stuck_is_stalled() - does it wait for what it has sent, or cannot send, in vain? */
bool stuck_is_stalled(const struct conn *conn, const struct kernel_socket *live);

/**
 * stuck_find() - collect them
 * @tracker: the connections; it must not be fed while the list is in use
 * @query: what is asked
 * @list: set to an array, worst first; the caller frees it
 * @count: how many there are
 *
 * Return: 0 or -ENOMEM
 */
int stuck_find(const struct tracker *tracker, const struct stuck_query *query, struct stuck **list,
	       size_t *count);

#endif
