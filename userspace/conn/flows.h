/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows: who opens connections to whom, and how many of them linger. One for
 * each owner and remote end that somebody here connects to, or local port that
 * others connect to. A bounded table: what has no place in it is left out.
 */
#ifndef CONN_FLOWS_H
#define CONN_FLOWS_H

#include <stdbool.h>
#include <stddef.h>

#include "userspace/conn/tracker.h"

#define FLOWS_MAX 4096
#define FLOWS_UPDATES 10 /* "recent" is what came in so many updates */

/**
 * struct flow_key - what connections of a flow have in common
 * @address: the remote end's; zero if passive
 * @comm: the owner's name, zero-padded; empty if not known
 * @netns: network namespace
 * @port: of the remote end, or the local one if passive
 * @passive: the others connect to us
 */
struct flow_key {
	uint8_t address[16];
	char comm[16];
	uint32_t netns;
	uint16_t port;
	uint16_t passive;
};

/**
 * struct flow - one of them
 * @key: whose
 * @pid: of the owner that was seen last
 * @live: connections that are neither over nor in TIME-WAIT
 * @time_wait: those in TIME-WAIT
 * @opened: connections that began while the table was kept
 * @recent: likewise, in each of the last updates and since the last one
 */
struct flow {
	struct flow_key key;
	uint32_t pid;
	uint32_t live;
	uint32_t time_wait;
	uint64_t opened;
	uint32_t recent[FLOWS_UPDATES + 1];
};

/**
 * struct flows - zero at the start
 * @list: those that are, in no order
 * @count: how many
 * @current: where in flow.recent is counted now
 * @secret: keys the hash
 * @slots: a hash table: index into @list plus 1
 */
struct flows {
	struct flow list[FLOWS_MAX];
	unsigned int count;
	unsigned int current;
	uint64_t secret[2];
	uint16_t slots[2 * FLOWS_MAX];
};

/** flows_begin() - an update begins: drop what is idle; what lives will be counted from 0 */
void flows_begin(struct flows *flows);

/** flows_end() - it is over; @forget: what came up to now was not recent */
void flows_end(struct flows *flows, bool forget);

/** flows_add() - a connection; @is_new: it began since the last update */
void flows_add(struct flows *flows, const struct tracker *tracker, const struct conn *conn,
	       bool is_new);

/** flow_recent() - how many began in the last FLOWS_UPDATES updates */
uint64_t flow_recent(const struct flow *flow);

#endif
