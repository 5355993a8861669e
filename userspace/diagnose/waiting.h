/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who waits to get in: for accept(), by listener; for the third step of the handshake, by
 * port. Counted one connection at a time, so that each can be judged by how many share it.
 */
#ifndef DIAGNOSE_WAITING_H
#define DIAGNOSE_WAITING_H

#include "userspace/base/hashmap.h"
#include "userspace/base/kernel_view.h"
#include "userspace/conn/tracker.h"

#define WAITING_NOBODY UINT64_MAX /* accept_queue.since_ns, .unaccepted_ns: nobody waits */

/**
 * struct accept_queue - of one listener, or of all that share its address and port
 * @listener: the listener; of several (SO_REUSEPORT) any of them
 * @listeners: how many they are
 * @waiting: connections that are established and that accept() has not taken, by the
 *	trail: for accept() the kernel counts them in @queued
 * @waited: of these, how many have waited for too long
 * @unaccepted_ns: since when the one of them waits that was established first
 * @at_least: it may have waited for longer
 * @since_ns: since when the one waits that began first; requests count, which cannot
 *	even get into the queue
 * @next_ns: until then @waited is the same, if no record comes
 * @asked: how many of the listeners the kernel was asked for
 * @full: how many of these have no room
 * @queued: how many wait, by the kernel, in all of them
 * @backlog: how many may, likewise
 */
struct accept_queue {
	const struct conn *listener;
	uint32_t listeners;
	uint32_t waiting;
	uint32_t waited;
	uint64_t unaccepted_ns;
	bool at_least;
	uint64_t since_ns;
	uint64_t next_ns;
	uint32_t asked;
	uint32_t full;
	uint32_t queued;
	uint32_t backlog;
};

/** accept_queue_known() - has the kernel said how many wait there? */
static inline bool accept_queue_known(const struct accept_queue *queue)
{
	return queue->asked && queue->asked == queue->listeners;
}

/** accept_queue_full() - has it no room for a further connection? false for NULL: not known */
static inline bool accept_queue_full(const struct accept_queue *queue)
{
	return queue && accept_queue_known(queue) && queue->full == queue->listeners;
}

/**
 * accept_queue_moved_ns() - when accept() took one out of it last; 0 if that is not on record
 *
 * A queue is first in, first out: who is accepted was established before all that wait. If
 * listeners share the port, one that was established later came out of another one's queue.
 */
static inline uint64_t accept_queue_moved_ns(const struct accept_queue *queue)
{
	const struct conn *c = queue->listener;

	if (!c->accept_ns || queue->listeners <= 1)
		return c->accept_ns;
	return c->accept_ns - c->accepted_us * 1000ULL <= queue->unaccepted_ns ? c->accept_ns : 0;
}

/**
 * struct syn_backlog - handshakes that have waited for their third step at one port for too long
 * @netns: the namespace
 * @port: the port
 * @zero: always
 * @count: how many
 * @peers: from how many addresses
 */
struct syn_backlog {
	uint32_t netns;
	uint16_t port;
	uint16_t zero;
	uint32_t count;
	uint32_t peers;
};

/* From so many addresses they are counted: that many are a flood, whoever else comes. */
#define SYN_BACKLOG_PEERS_MAX 65536

/**
 * struct waiting - all of them
 * @long_since_ns: who has waited for accept() since then or earlier has waited for too long
 * @too_long_ns: how long that is
 * @handshake_since_ns: likewise, whose handshake waits
 * @queues: struct accept_queue by listener
 * @backlogs: struct syn_backlog by port
 * @peers: port and address of each handshake, each pair once
 */
struct waiting {
	uint64_t long_since_ns;
	uint64_t too_long_ns;
	uint64_t handshake_since_ns;
	struct hashmap queues;
	struct hashmap backlogs;
	struct hashmap peers;
};

void waiting_init(struct waiting *waiting);
void waiting_fini(struct waiting *waiting);

/* Bit n: in state n a connection may wait, or be waited for. */
#define WAITING_STATES                                                                   \
	(1U << TCPTRAIL_LISTEN | 1U << TCPTRAIL_SYN_RECV | 1U << TCPTRAIL_NEW_SYN_RECV | \
	 1U << TCPTRAIL_ESTABLISHED | 1U << TCPTRAIL_CLOSE_WAIT)

/**
 * waiting_add() - a connection in one of WAITING_STATES, each once; of listeners as well
 * @waiting: counted here
 * @tracker: where it is
 * @conn: the connection
 * @kernel: tells of listeners; or NULL
 *
 * Return: 0 or -ENOMEM
 */
int waiting_add(struct waiting *waiting, const struct tracker *tracker, const struct conn *conn,
		const struct kernel_view *kernel);

/**
 * waiting_at() - the queue of a listener, or the one that a passive connection came by
 *
 * Return: NULL if it has none, or the listener is not known
 */
const struct accept_queue *waiting_at(const struct waiting *waiting, const struct tracker *tracker,
				      const struct conn *conn);

/** waiting_handshakes() - those at the port that @conn came by; NULL if there are none */
const struct syn_backlog *waiting_handshakes(const struct waiting *waiting,
					     const struct conn *conn);

#endif
