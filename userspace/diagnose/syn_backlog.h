/* SPDX-License-Identifier: GPL-2.0 */
/* How many handshakes wait for their third step at each port, and of how many peers. */
#ifndef DIAGNOSE_SYN_BACKLOG_H
#define DIAGNOSE_SYN_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "userspace/conn/tracker.h"

/**
 * struct syn_backlog - at one port of one namespace
 * @netns: the namespace
 * @port: the port
 * @count: how many
 * @peers: from how many addresses
 */
struct syn_backlog {
	uint32_t netns;
	uint16_t port;
	unsigned int count;
	unsigned int peers;
};

/**
 * struct request - one of them
 * @netns: the namespace
 * @port: the port
 * @raddr: whose
 */
struct request {
	uint32_t netns;
	uint16_t port;
	uint8_t raddr[16];
};

/* So many are counted one by one: that many are a flood, whatever else comes. */
#define SYN_BACKLOG_MAX 65536

/**
 * struct syn_backlog_count - those of connections that are brought one by one; zero at first
 * @all: so far
 * @count: how many
 * @room: for how many there is memory
 * @list: of the last that was complete: for syn_backlog_at()
 * @ports: at how many ports
 */
struct syn_backlog_count {
	struct request *all;
	size_t count;
	size_t room;
	struct syn_backlog *list;
	size_t ports;
};

void syn_backlog_count_add(struct syn_backlog_count *tally, const struct tracker *tracker,
			   const struct conn *conn);

/** syn_backlog_count_end() - that were all. Return: @list is another than before */
bool syn_backlog_count_end(struct syn_backlog_count *tally);
void syn_backlog_count_free(struct syn_backlog_count *tally);

/**
 * syn_backlog_find() - count them
 * @tracker: the connections
 * @alive: is this one still there? NULL: all that the model has are
 * @arg: for @alive
 * @list: set to an array for syn_backlog_at(); the caller frees it; NULL for none
 * @count: how many ports
 *
 * Return: 0 or -ENOMEM
 */
int syn_backlog_find(const struct tracker *tracker,
		     bool (*alive)(void *arg, const struct conn *conn), void *arg,
		     struct syn_backlog **list, size_t *count);

/** syn_backlog_at() - those at the port that @conn came by; NULL if there are none */
const struct syn_backlog *syn_backlog_at(const struct syn_backlog *list, size_t count,
					 const struct conn *conn);

#endif
