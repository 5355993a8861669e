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

static struct accept_queue *queue_of(struct waiting *w, const struct conn *listener)
{
	size_t before = w->queues.count;
	struct accept_queue *queue = hashmap_get(&w->queues, &listener);

	if (queue && w->queues.count != before) {
		queue->unaccepted_ns = WAITING_NOBODY;
		queue->since_ns = WAITING_NOBODY;
		queue->next_ns = UINT64_MAX;
	}
	return queue;
}

/* One of those that share an address and port. */
static void add_listener(struct accept_queue *queue, const struct conn *c,
			 const struct kernel_view *kernel)
{
	const struct kernel_socket *live = kernel_view_socket(kernel, c->cookie);

	queue->listeners++;
	if (!live)
		return;
	queue->asked++;
	queue->full += kernel_socket_queue_full(live);
	queue->queued += live->queued;
	queue->backlog += live->backlog;
}

/* Established, perhaps closed by the peer since. */
static void add_unaccepted(const struct waiting *w, struct accept_queue *queue,
			   const struct conn *c)
{
	uint64_t since_ns = c->begun_ns + c->established_us * 1000ULL;

	time_lower(&since_ns, c->since_ns);
	if (since_ns < queue->unaccepted_ns) {
		queue->unaccepted_ns = since_ns;
		queue->at_least = c->flags & CONN_AT_LEAST;
	}
	queue->waiting++;
	if (since_ns <= w->long_since_ns)
		queue->waited++;
	else
		time_lower(&queue->next_ns, since_ns + w->too_long_ns);
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

/*
 * A busy listener has many that are under way: only those tell that wait for too long. Of one
 * that is older than the trail only its SYN-ACK tells: it was sent again.
 */
static bool is_late_handshake(const struct waiting *w, const struct conn *c)
{
	return (c->state == TCPTRAIL_NEW_SYN_RECV || c->state == TCPTRAIL_SYN_RECV) &&
	       (c->since_ns <= w->handshake_since_ns ||
		(c->flags & CONN_AT_LEAST && c->synacks > 1));
}

/* A listener has itself, if no other one has its name. */
static const struct conn *listener_of(const struct tracker *m, const struct conn *c)
{
	const struct conn *listener = tracker_listener(m, c);

	return listener || c->state != TCPTRAIL_LISTEN ? listener : c;
}

/* Where records were lost, accept() may have taken it: then the kernel has to know its listener. */
static bool is_certain(const struct tracker *m, const struct conn *c, const struct conn *listener,
		       const struct kernel_view *kernel)
{
	return tracker_stats(m)->last_loss_ns <= c->begun_ns ||
	       kernel_view_socket(kernel, listener->cookie);
}

int waiting_add(struct waiting *w, const struct tracker *m, const struct conn *c,
		const struct kernel_view *kernel)
{
	bool unaccepted = counters_place(c) & COUNTERS_UNACCEPTED;
	const struct conn *listener;
	struct accept_queue *queue;

	if (is_late_handshake(w, c) && add_handshake(w, m, c))
		return -ENOMEM;
	if (!unaccepted && c->state != TCPTRAIL_NEW_SYN_RECV && c->state != TCPTRAIL_LISTEN)
		return 0;
	listener = listener_of(m, c);
	if (!listener)
		return 0;
	queue = queue_of(w, listener);
	if (!queue)
		return -ENOMEM;
	if (c->state == TCPTRAIL_LISTEN) {
		add_listener(queue, c, kernel);
		return 0;
	}
	if (unaccepted && is_certain(m, c, listener, kernel))
		add_unaccepted(w, queue, c);
	time_lower(&queue->since_ns, c->begun_ns < c->since_ns ? c->begun_ns : c->since_ns);
	return 0;
}

const struct accept_queue *waiting_at(const struct waiting *w, const struct tracker *m,
				      const struct conn *c)
{
	const struct conn *listener = listener_of(m, c);

	return listener ? hashmap_find(&w->queues, &listener) : NULL;
}

const struct syn_backlog *waiting_handshakes(const struct waiting *w, const struct conn *c)
{
	const struct syn_backlog key = { .netns = c->netns, .port = c->lport };

	return hashmap_find(&w->backlogs, &key);
}
