/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Source ports: how many are in use towards each destination, by TIME-WAITs and by other
 * connections, who takes them, how fast, and when no port is left.
 *
 * A source port is taken for one destination: (namespace, source address, remote
 * address, remote port). One that bind() has given a socket before its connect() is taken
 * for all of them: such ports are counted by namespace. On the side that accepted,
 * TIME-WAITs take memory only: these are counted by the port of the listener.
 *
 * A machine may have a million destinations, most of them with a connection or two. As
 * long as there are few, each of them is counted. Once there are many, that is given up:
 * each connection is added to one of a fixed number of places, chosen by a hash of its
 * destination, so that what is counted there is never less than what one of its
 * destinations has. A second walk over the connections then counts the destinations
 * themselves, only at places that hold many.
 */
#ifndef DIAGNOSE_PORT_USAGE_H
#define DIAGNOSE_PORT_USAGE_H

#include "userspace/base/hashmap.h"
#include "userspace/base/kernel_view.h"
#include "userspace/base/time.h"
#include "userspace/conn/tracker.h"

/* So many TIME-WAITs towards one peer, or at one listener, are worth a word: a burst. */
#define PORT_USAGE_BURST 1000

/* What begins and ends is counted over the last minute; of less than 10 s there is no rate. */
#define PORT_USAGE_WINDOW_NS MINUTE
#define PORT_USAGE_LEAST_NS (10 * SEC)

/* Ports that run out later than that have no forecast. */
#define PORT_USAGE_SOON_NS HOUR

#define PORT_USAGE_NEVER UINT64_MAX /* port_usage.out_ns: at this rate the ports suffice */

/**
 * struct port_usage - one destination, or all of a namespace, or one listener's port
 * @netns: network namespace; this and the next four fields are its name
 * @port: the remote port; with @passive our own; 0: all destinations
 * @passive: this side accepted: no source ports are taken
 * @laddr: source address; zero with @passive and for all destinations
 * @raddr: remote address; likewise
 * @conn: one of its TIME-WAITs, the newest; any other of its connections if it
 *	has none
 * @timewaits: TIME-WAITs now
 * @wanted: of its connections, those that were asked for
 * @used: source ports that connect() cannot take now: those of all connections to
 *	there, but for TIME-WAITs that tw_reuse frees; and @bound
 * @bound: of these, those that bind() has taken for all destinations
 * @live: of these, those of connections that live, without those that are bound
 * @ports: how many there are in all
 * @begun: TIME-WAITs begun in the last @window_ns that are still there
 * @opened: connections begun in that time; 0 where there cannot be a burst
 * @gone: connections that ended in that time and have freed their ports; likewise
 * @window_ns: PORT_USAGE_WINDOW_NS, or as long as the trail is; 0: there is none
 * @out_ns: after so long no port is left, if it goes on like that; 0: none is
 *	left now; PORT_USAGE_NEVER
 * @comm: the program that made most of the connections; zero-padded, empty if not
 *	known
 * @pid: its process, 0 if there are several of that name
 * @made: how many of them it made
 * @connections: all that are counted here
 * @guessed: of these, those of which it is not known who opened them: they may be the other
 *	side's, or, with @passive, this one's
 * @hash: of its name, with the key of this scan: chooses its place
 * @reusable: connect() may take the port of a TIME-WAIT that is older than a second
 * @assumed: @ports is, see struct source_ports
 * @details: while it is counted: what the last ones are made from, NULL if there
 *	cannot be a burst
 */
struct port_usage {
	uint32_t netns;
	uint16_t port;
	uint16_t passive;
	uint8_t laddr[16];
	uint8_t raddr[16];
	const struct conn *conn;
	uint32_t timewaits;
	uint32_t wanted;
	uint32_t used;
	uint32_t bound;
	uint32_t live;
	uint32_t ports;
	uint32_t begun;
	uint64_t opened;
	uint64_t gone;
	uint64_t window_ns;
	uint64_t out_ns;
	char comm[16];
	uint32_t pid;
	uint32_t made;
	uint32_t connections;
	uint32_t guessed;
	uint32_t hash;
	bool reusable;
	bool assumed;
	struct port_details *details;
};

/** port_usage_per_minute() - how many TIME-WAITs begin in a minute; 0: none, or it is not known */
static inline uint64_t port_usage_per_minute(const struct port_usage *usage)
{
	if (usage->window_ns < PORT_USAGE_LEAST_NS)
		return 0;
	return usage->begun * MINUTE / usage->window_ns;
}

/** port_usage_share() - of the source ports, 0 to 1, are in use */
static inline double port_usage_share(const struct port_usage *usage)
{
	if (!usage->ports)
		return 0;
	return usage->used < usage->ports ? (double)usage->used / usage->ports : 1;
}

/** port_usage_is_bound() - has bind() taken most of those in use? Then for all destinations */
static inline bool port_usage_is_bound(const struct port_usage *usage)
{
	return usage->bound && 2 * usage->bound >= usage->used;
}

/** port_usage_is_live() - or do connections that live take more than TIME-WAITs do? */
static inline bool port_usage_is_live(const struct port_usage *usage)
{
	return !port_usage_is_bound(usage) && 2 * usage->live > usage->used - usage->bound;
}

/** port_usage_sockets() - how many sockets its verdict is about */
static inline uint32_t port_usage_sockets(const struct port_usage *usage)
{
	if (port_usage_is_bound(usage))
		return usage->bound;
	return port_usage_is_live(usage) ? usage->live : usage->timewaits;
}

/**
 * port_usage_is_burst() - are there so many TIME-WAITs, or so few ports left, that it is worth a word?
 *
 * Where bind() has taken all of them that is told once, of all destinations.
 */
static inline bool port_usage_is_burst(const struct port_usage *usage)
{
	if (usage->port && usage->bound && usage->bound >= usage->ports)
		return false;
	return usage->timewaits >= PORT_USAGE_BURST ||
	       (usage->ports && 2 * usage->used >= usage->ports);
}

/**
 * struct bound_ports - of one namespace: what bind() has taken before connect()
 * @netns: which
 * @count: how many different ports
 * @bits: bit n: port n
 */
struct bound_ports {
	uint64_t netns;
	uint64_t count;
	uint64_t bits[(UINT16_MAX + 1) / 64];
};

/** enum port_usages_walk - what the present walk does */
enum port_usages_walk {
	PORT_USAGES_ALL, /* counts each destination */
	PORT_USAGES_ESTIMATE, /* there are many: counts places */
	PORT_USAGES_FULL, /* the second one: counts destinations at full places */
};

/**
 * struct port_usages - all that are counted
 * @usages: struct port_usage, by its name
 * @bound: struct bound_ports by namespace
 * @connections: how many there are, about
 * @places: with many destinations: connections by the hash of their destination
 * @mask: for a place: their number is a power of two
 * @fullest: the place that has the largest share of its ports, as far as a place tells
 * @fullest_share: that share
 * @all: every destination is counted, however many there are
 * @walk: what it does
 * @kernel: tells of a namespace's ports, or NULL
 * @ports: of the namespace @netns, which was asked for last
 * @now_ns: when all this is
 * @complete_ns: what happened before may not be on record
 * @last: the destination that was counted last, NULL: none
 * @last_ends: namespace, port and side of @last
 * @last_addresses: likewise
 */
struct port_usages {
	struct hashmap usages;
	struct hashmap bound;
	uint32_t connections;
	uint32_t *places;
	uint32_t mask;
	uint32_t fullest;
	double fullest_share;
	bool all;
	enum port_usages_walk walk;
	const struct kernel_view *kernel;
	struct source_ports ports;
	uint32_t netns;
	uint64_t now_ns;
	uint64_t complete_ns;
	struct port_usage *last;
	uint64_t last_ends;
	uint64_t last_addresses;
};

/**
 * port_usages_init() - before the first walk
 * @usages: zero, or after port_usages_fini()
 * @connections: how many there are, about
 * @all: count every destination: for those who have few, or who ask for each
 * @kernel: tells of a namespace's ports, or NULL
 * @now_ns: when it is
 * @complete_ns: rates are made of nothing older
 */
void port_usages_init(struct port_usages *usages, uint32_t connections, bool all,
		      const struct kernel_view *kernel, uint64_t now_ns, uint64_t complete_ns);
void port_usages_fini(struct port_usages *usages);

/**
 * port_usages_add() - in each walk: each connection that lives
 * @wanted: it was asked for
 * @free_at_ns: lowered to the time from which a port that counts now may be used again
 *
 * Return: 0 or -ENOMEM
 */
int port_usages_add(struct port_usages *usages, const struct tracker *tracker,
		    const struct conn *conn, bool wanted, uint64_t *free_at_ns);

/** port_usages_again() - after a walk: is a second one due? */
bool port_usages_again(struct port_usages *usages);

/** port_usages_end() - at the end: rates, makers, when ports run out */
void port_usages_end(struct port_usages *usages, const struct tracker *tracker);

#endif
