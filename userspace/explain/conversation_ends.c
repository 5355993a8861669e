// SPDX-License-Identifier: GPL-2.0
/*
 * The ends of connections: the tracker is fed with the records that were kept, and says of
 * each record which end it is about and in which state that leaves it. When an end leaves
 * the tracker, a copy of it stays here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/array.h"
#include "userspace/conn/timing.h"
#include "userspace/explain/conversation_internal.h"

/**
 * struct finder - while the tracker is fed
 * @t: the conversations
 * @at: number of the record that the tracker is told next
 * @end_of: by tracker_slot(): the end that is there now
 * @room: slots
 * @err: -ENOMEM
 */
struct finder {
	struct conversations *t;
	size_t at;
	uint32_t *end_of;
	size_t room;
	int err;
};

static int make_room(struct finder *f, uint32_t slot)
{
	size_t room = f->room ? f->room : 1024;
	uint32_t *grown;

	if (slot < f->room)
		return 0;
	while (room <= slot)
		room *= 2;
	grown = realloc(f->end_of, room * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	memset(grown + f->room, 0, (room - f->room) * sizeof(*grown));
	f->end_of = grown;
	f->room = room;
	return 0;
}

static uint32_t known_end(const struct finder *f, const struct tracker *tracker,
			  const struct conn *c)
{
	uint32_t slot = tracker_slot(tracker, c);

	return slot < f->room ? f->end_of[slot] : 0;
}

/* Made if it is not known yet; 0 without memory. */
static uint32_t end_of(struct finder *f, const struct tracker *tracker, const struct conn *c)
{
	struct conversations *t = f->t;
	uint32_t slot = tracker_slot(tracker, c), known = known_end(f, tracker, c);

	if (known || f->err)
		return known;
	f->err = make_room(f, slot);
	if (!f->err)
		f->err = array_push(t->ends, t->ends_count, t->ends_room,
				    (struct end){ .first = (uint32_t)f->at });
	if (f->err)
		return 0;
	f->end_of[slot] = (uint32_t)t->ends_count - 1;
	return f->end_of[slot];
}

/* Of several the last one counts: an answer to a stale SYN may have been the first. */
static void join(struct finder *f, const struct tracker *tracker, const struct conn *c)
{
	const struct conn *peer = tracker_peer(tracker, c);
	struct end *ends = f->t->ends;
	uint32_t a, b;

	if (!peer)
		return;
	a = known_end(f, tracker, c);
	b = known_end(f, tracker, peer);
	if (!a || !b || (!c->other && (ends[a].peer || ends[b].peer)))
		return;
	ends[a].peer = b;
	ends[b].peer = a;
}

static uint8_t state_of(const struct conn *c)
{
	if (c->end)
		return TCPTRAIL_CLOSE;
	return c->state == TCPTRAIL_NEW_SYN_RECV ? TCPTRAIL_SYN_RECV : c->state;
}

static void take_record(void *arg, const struct tracker *tracker, const struct conn *c,
			const struct tcptrail_record *r)
{
	struct finder *f = arg;
	uint32_t end;

	if (r->kind == TCPTRAIL_LOSS)
		return;
	end = c && c->role != CONN_LISTENER ? end_of(f, tracker, c) : 0;

	if (end) {
		f->t->end_of[f->at] = end;
		f->t->states[f->at] = state_of(c);
		if (c->other)
			join(f, tracker, c);
	}
	f->at++;
}

static void take_gone(void *arg, const struct tracker *tracker, const struct conn *c)
{
	const struct task *task = tracker_task(tracker, c->opener ? c->opener : c->owner);
	struct finder *f = arg;
	uint32_t number = known_end(f, tracker, c);
	struct end *end = &f->t->ends[number];

	if (!number)
		return;
	join(f, tracker, c);
	end->conn = *c;
	if (!conn_is_connection(c))
		end->conn.object = CONN_FREE;
	tracker_laddr(tracker, c, end->laddr);
	tracker_raddr(tracker, c, end->raddr);
	if (task) {
		end->pid = task->pid;
		memcpy(end->comm, task->comm, sizeof(end->comm));
	}
	f->end_of[tracker_slot(tracker, c)] = 0;
}

/* The tracker hears of losses where they were: they are kept apart from the records. */
static void feed(const struct conversations *t, struct tracker *tracker)
{
	struct tcptrail_record loss = { .kind = TCPTRAIL_LOSS, .loss.count = 1 };
	size_t at = 0, begin, i;

	if (!t->count)
		return;
	for (i = 0; i < t->gaps_count; i++) {
		loss.time_ns = t->gaps[i].to_ns;
		loss.loss.since_ns = t->gaps[i].from_ns;
		for (begin = at; at < t->count && t->records[at].time_ns < loss.time_ns;)
			at++;
		tracker_feed(tracker, t->records + begin, at - begin);
		tracker_feed(tracker, &loss, 1);
	}
	tracker_feed(tracker, t->records + at, t->count - at);
}

int conversations_find_ends(struct conversations *t)
{
	struct finder f = { .t = t };
	struct tracker_config config = { .join = true,
					 .incomplete = t->incomplete,
					 .record = take_record,
					 .gone = take_gone,
					 .arg = &f };
	const struct conn *c;
	struct tracker *tracker;
	int err = array_push(t->ends, t->ends_count, t->ends_room, (struct end){ 0 });

	if (!err)
		err = tracker_create(&tracker, &config);
	if (err)
		return err;
	feed(t, tracker);
	tracker_settle(tracker);
	/* Those that live, or wait for their other ends. */
	for (c = tracker_next(tracker, NULL); c; c = tracker_next(tracker, c))
		join(&f, tracker, c);
	for (c = tracker_next(tracker, NULL); c; c = tracker_next(tracker, c))
		take_gone(&f, tracker, c);
	tracker_free(tracker);
	free(f.end_of);
	return f.err;
}
