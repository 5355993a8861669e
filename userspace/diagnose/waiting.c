// SPDX-License-Identifier: GPL-2.0
/* Waiters are added one by one: no list of them is kept, only how many and since when. */
#include "userspace/diagnose/waiting.h"

#include <errno.h>
#include <string.h>

#include "userspace/conn/counters.h"

/** struct handshake_peer - an address from which handshakes wait at a port */
struct handshake_peer {
	uint32_t netns;
	uint16_t port;
	uint16_t zero;
	uint8_t raddr[16];
};

_Static_assert(sizeof(struct handshake_peer) == 24, "a key has no padding");

void waiting_init(struct waiting *w)
{
	hashmap_init(&w->queues, sizeof(struct conn *), sizeof(struct accept_queue));
	hashmap_init(&w->backlogs, offsetof(struct syn_backlog, count), sizeof(struct syn_backlog));
	hashmap_init(&w->peers, sizeof(struct handshake_peer), sizeof(struct handshake_peer));
}

void waiting_fini(struct waiting *w)
{
	hashmap_fini(&w->queues);
	hashmap_fini(&w->backlogs);
	hashmap_fini(&w->peers);
}

static struct accept_queue *queue_of(struct waiting *w, const struct conn *listener,
				     const struct kernel_view *kernel)
{
	size_t before = w->queues.count;
	struct accept_queue *queue = hashmap_get(&w->queues, &listener);
	const struct kernel_socket *live;

	if (!queue || w->queues.count == before)
		return queue;
	queue->since_ns = WAITING_NOBODY;
	live = kernel_view_socket(kernel, listener->cookie);
	if (live) {
		queue->known = true;
		queue->queued = live->queued;
		queue->backlog = live->backlog;
	}
	return queue;
}

static int add_handshake(struct waiting *w, const struct tracker *m, const struct conn *c)
{
	const struct syn_backlog key = { .netns = c->netns, .port = c->lport };
	struct handshake_peer peer = { .netns = c->netns, .port = c->lport };
	struct syn_backlog *backlog;

	tracker_raddr(m, c, peer.raddr);
	if (!hashmap_find(&w->peers, &peer)) {
		if (w->peers.count == SYN_BACKLOG_PEERS_MAX)
			return 0;
		backlog = hashmap_get(&w->backlogs, &key);
		if (!backlog || !hashmap_get(&w->peers, &peer))
			return -ENOMEM;
		backlog->peers++;
	}
	backlog = hashmap_find(&w->backlogs, &key);
	backlog->count++;
	return 0;
}

static bool is_handshake(const struct conn *c)
{
	return c->state == TCPTRAIL_NEW_SYN_RECV || c->state == TCPTRAIL_SYN_RECV;
}

int waiting_add(struct waiting *w, const struct tracker *m, const struct conn *c,
		const struct kernel_view *kernel)
{
	bool unaccepted = counters_place(c) & COUNTERS_UNACCEPTED;
	const struct conn *listener = c;
	struct accept_queue *queue;
	uint64_t since_ns;

	if (is_handshake(c) && add_handshake(w, m, c))
		return -ENOMEM;
	if (unaccepted || c->state == TCPTRAIL_NEW_SYN_RECV)
		listener = tracker_listener(m, c);
	else if (c->state != TCPTRAIL_LISTEN)
		return 0;
	if (!listener)
		return 0;
	queue = queue_of(w, listener, kernel);
	if (!queue)
		return -ENOMEM;
	since_ns = c->begun_ns < c->since_ns ? c->begun_ns : c->since_ns;
	queue->waiting += unaccepted;
	if (listener != c && since_ns < queue->since_ns)
		queue->since_ns = since_ns;
	return 0;
}

const struct accept_queue *waiting_at(const struct waiting *w, const struct conn *listener)
{
	return listener ? hashmap_find(&w->queues, &listener) : NULL;
}

const struct syn_backlog *waiting_handshakes(const struct waiting *w, const struct conn *c)
{
	const struct syn_backlog key = { .netns = c->netns, .port = c->lport };

	return hashmap_find(&w->backlogs, &key);
}
