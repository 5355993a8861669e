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

#define WAITING_NOBODY UINT64_MAX /* accept_queue.since_ns: nobody waits */

/**
 * struct accept_queue - of one listener
 * @listener: the listener
 * @waiting: connections that are established and that accept() has not taken, by the
 *	trail: for accept() the kernel counts them in @queued
 * @since_ns: since when the one waits that began first; requests count, which cannot
 *	even get into the queue
 * @queued: how many wait, by the kernel
 * @backlog: how many may, by the kernel
 * @known: the kernel was asked: @queued and @backlog hold
 */
struct accept_queue {
	const struct conn *listener;
	uint64_t waiting;
	uint64_t since_ns;
	uint32_t queued;
	uint32_t backlog;
	bool known;
};

/** accept_queue_full() - has it no room for a further connection? false for NULL: not known */
static inline bool accept_queue_full(const struct accept_queue *queue)
{
	return queue && queue->known && queue->queued > queue->backlog;
}

/**
 * struct syn_backlog - handshakes that wait for their third step at one port
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
 * @queues: struct accept_queue by listener
 * @backlogs: struct syn_backlog by port
 * @peers: port and address of each handshake, each pair once
 */
struct waiting {
	struct hashmap queues;
	struct hashmap backlogs;
	struct hashmap peers;
};

void waiting_init(struct waiting *waiting);
void waiting_fini(struct waiting *waiting);

/**
 * waiting_add() - a connection, each once; of listeners as well
 * @waiting: counted here
 * @tracker: where it is
 * @conn: the connection
 * @kernel: tells of listeners; or NULL
 *
 * Return: 0 or -ENOMEM
 */
int waiting_add(struct waiting *waiting, const struct tracker *tracker, const struct conn *conn,
		const struct kernel_view *kernel);

/** waiting_at() - the queue of a listener; NULL for NULL, or if it has none */
const struct accept_queue *waiting_at(const struct waiting *waiting, const struct conn *listener);

/** waiting_handshakes() - those at the port that @conn came by; NULL if there are none */
const struct syn_backlog *waiting_handshakes(const struct waiting *waiting,
					     const struct conn *conn);

#endif
