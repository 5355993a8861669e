// SPDX-License-Identifier: GPL-2.0
/*
 * Events become rows. A segment's sending, its arrival and the states that it left both
 * ends in are one row where each column keeps its order so; else they are several.
 */
#include "userspace/explain/ladder_internal.h"

#include <errno.h>
#include <stdlib.h>

#include "userspace/base/time.h"

/* A segment that follows an action later than this was held back: two rows. */
#define TOGETHER_NS (50 * MS)
#define BEFORE_MAX 256 /* rows that are looked through for a repetition */

/**
 * struct builder - while rows are being made
 * @ladder: they go there
 * @events: they come from these
 * @row_of: by event: its row plus one
 * @current: by side: the row that a state caused by a segment belongs to, plus
 *	one; 0: none
 * @state: by side
 * @pending: by side: event of a state whose segment has not been sent yet
 * @next: by side: the number after the last one that it sent, if @has_next
 * @err: -ENOMEM
 */
struct builder {
	struct ladder *ladder;
	const struct events *events;
	size_t *row_of;
	size_t current[2];
	uint8_t state[2];
	size_t pending[2];
	uint32_t next[2];
	bool has_next[2];
	int err;
};

static struct ladder_row *add_row(struct builder *b, uint8_t kind, uint8_t from, uint64_t time_ns)
{
	struct ladder_row *row = ladder_add_row(b->ladder);

	if (row)
		*row = (struct ladder_row){ .kind = kind, .from = from, .time_ns = time_ns };
	else
		b->err = -ENOMEM;
	return row;
}

static void set_state(struct builder *b, struct ladder_row *row, uint8_t side, uint8_t state)
{
	row->state[side] = state;
	row->guessed[side] = false;
	b->state[side] = state;
}

static void take_segment(struct ladder_row *row, const struct tcptrail_segment *s)
{
	row->tcp_flags = s->tcp_flags;
	row->seq = s->seq;
	row->ack = s->ack;
	row->len = s->len;
}

/* How often the same was sent before: SYN and FIN by their number, ACK by its. */
static uint8_t count_before(const struct ladder *l, const struct ladder_row *row)
{
	const uint8_t steps = STEPS, mask = STEPS | TCPTRAIL_ACK;
	const struct ladder_row *r;
	unsigned int n = 0;

	for (r = row - l->rows > BEFORE_MAX ? row - BEFORE_MAX : l->rows; r < row; r++) {
		if (r->kind != LADDER_SEGMENT || r->from != row->from || r->inferred ||
		    (r->tcp_flags & mask) != (row->tcp_flags & mask))
			continue;
		if (row->tcp_flags & steps ? r->seq + r->len == row->seq + row->len :
					     r->ack == row->ack && r->seq == row->seq)
			n++;
	}
	return n < UINT8_MAX ? (uint8_t)n : UINT8_MAX;
}

/* A probe repeats the number before the last, so that it has to be answered. */
static void see_probe(struct builder *b, struct ladder_row *row)
{
	uint32_t next = row->seq + row->len + !!(row->tcp_flags & TCPTRAIL_SYN) +
			!!(row->tcp_flags & TCPTRAIL_FIN);

	if (row->tcp_flags & TCPTRAIL_RST)
		return;
	if (b->has_next[row->from] && !(row->tcp_flags & STEPS) && !row->len &&
	    row->seq + 1 == b->next[row->from])
		row->probe = LADDER_PROBE;
	if (!b->has_next[row->from] || (int32_t)(next - b->next[row->from]) > 0)
		b->next[row->from] = next;
	b->has_next[row->from] = true;
}

/*
 * Can the arrival be drawn in the row of the sending? Not if the receiver did
 * something meanwhile that has to stand below: each column keeps its order.
 */
static bool one_row(const struct builder *b, size_t sent, size_t received)
{
	const struct event *e;
	size_t i;

	for (i = sent + 1; i < received; i++) {
		e = &b->events->list[i];
		if (e->side != b->events->list[received].side || b->row_of[i] || e->made ||
		    (e->kind == EVENT_STATE && e->cause == CAUSE_SEGMENT))
			continue;
		return false;
	}
	return true;
}

static void sent(struct builder *b, size_t at)
{
	const struct event *e = &b->events->list[at];
	size_t pending = b->pending[e->side];
	struct ladder_row *row = add_row(b, LADDER_SEGMENT, e->side, e->time_ns);

	if (!row)
		return;
	take_segment(row, &e->record->segment);
	row->sent = true;
	row->lost = e->lost;
	row->no_socket = !e->record->cookie;
	if (e->record->netns != b->ladder->sides[e->side].end->netns)
		row->foreign_netns = e->record->netns;
	row->fast = is_fast_open(e->record);
	see_probe(b, row);
	row->again = row->probe ? 0 : count_before(b->ladder, row);
	if (pending != NO_EVENT) {
		set_state(b, row, e->side, b->events->list[pending].state);
		row->why = b->events->list[pending].why;
		b->pending[e->side] = NO_EVENT;
	}
	b->row_of[at] = b->ladder->count;
	/* An ACK may overtake the record of the state that called for it. */
	if (row->tcp_flags & STEPS)
		b->current[e->side] = 0;
	if (e->other != NO_EVENT && e->other > at) {
		row->arrived = true;
		row->arrival_ns = b->events->list[e->other].time_ns;
		if (one_row(b, at, e->other))
			b->row_of[e->other] = b->ladder->count;
	}
}

/* What an end elsewhere must have been in when it sent this. */
static uint8_t guess_sender(const struct builder *b, const struct ladder_row *row)
{
	const struct ladder_side *here = &b->ladder->sides[!row->from];

	if (row->tcp_flags & TCPTRAIL_RST)
		return TCPTRAIL_CLOSE;
	if (row->tcp_flags & TCPTRAIL_SYN)
		return row->tcp_flags & TCPTRAIL_ACK ? TCPTRAIL_SYN_RECV : TCPTRAIL_SYN_SENT;
	if (row->tcp_flags & TCPTRAIL_FIN)
		return here->has_fin && row->tcp_flags & TCPTRAIL_ACK && row->ack == here->fin + 1 ?
			       TCPTRAIL_LAST_ACK :
			       TCPTRAIL_FIN_WAIT1;
	/* It acknowledged our FIN, or our SYN-ACK. */
	return b->state[!row->from] == TCPTRAIL_SYN_RECV  ? TCPTRAIL_ESTABLISHED :
	       b->state[!row->from] == TCPTRAIL_FIN_WAIT1 ? TCPTRAIL_CLOSE_WAIT :
							    0;
}

/* Would its sender's record be there, had its sender sent it? */
static bool is_stray(const struct builder *b, uint8_t from)
{
	const struct conversation_end *end = b->ladder->sides[from].end;
	const struct conn *c = end->conn;

	return end->here && !b->ladder->conversation->lossy &&
	       (!c || (c->flags & CONN_SEGMENTS && !(c->flags & CONN_FOUND)));
}

static void received(struct builder *b, size_t at)
{
	const struct event *e = &b->events->list[at];
	bool paired = e->other != NO_EVENT;
	struct ladder_row *row;
	uint8_t from = !e->side, state;

	if (b->row_of[at]) {
		b->current[e->side] = b->row_of[at];
		return;
	}
	row = add_row(b, paired ? LADDER_ARRIVAL : LADDER_SEGMENT, paired ? e->side : from,
		      e->time_ns);
	if (!row)
		return;
	b->current[e->side] = b->ladder->count;
	row->arrived = true;
	row->arrival_ns = e->time_ns;
	row->inferred = e->made && !paired;
	if (e->made) {
		row->tcp_flags = TCPTRAIL_ACK;
		row->ack = e->ack;
	} else {
		take_segment(row, &e->record->segment);
	}
	if (paired)
		return;
	row->stray = !row->inferred && is_stray(b, from);
	row->again = row->inferred ? 0 : count_before(b->ladder, row);
	state = b->ladder->sides[from].end->here ? 0 : guess_sender(b, row);
	if (state && state != b->state[from]) {
		row->state[from] = b->state[from] = state;
		row->guessed[from] = true;
	}
}

/* Is the next that this side does to send the segment that an action calls for? */
static bool segment_follows(const struct builder *b, size_t at)
{
	const struct event *list = b->events->list;
	size_t i;

	for (i = at + 1; i < b->events->count && list[i].time_ns - list[at].time_ns <= TOGETHER_NS;
	     i++)
		if (list[i].side == list[at].side)
			return list[i].kind == EVENT_SENT &&
			       list[i].record->segment.tcp_flags & STEPS;
	return false;
}

static void changed(struct builder *b, size_t at)
{
	const struct event *e = &b->events->list[at];
	size_t current = b->current[e->side];
	struct ladder_row *row = current ? &b->ladder->rows[current - 1] : NULL;
	bool rearmed = e->why == LADDER_WHY_REARMED;

	if (e->state == b->state[e->side] && !rearmed)
		return;
	if (e->cause == CAUSE_ACTION && segment_follows(b, at)) {
		b->pending[e->side] = at;
		return;
	}
	/* What re-armed it may not be on record: then the row is of what came before. */
	if (!row || e->cause != CAUSE_SEGMENT || (rearmed && row->state[e->side])) {
		row = add_row(b, LADDER_STATE, e->side, e->time_ns);
		b->current[e->side] = 0;
	}
	if (!row)
		return;
	set_state(b, row, e->side, e->state);
	if (row->kind == LADDER_STATE || rearmed)
		row->why = e->why;
}

int ladder_make_rows(struct ladder *l, const struct events *events)
{
	struct builder b = { .ladder = l, .events = events, .pending = { NO_EVENT, NO_EVENT } };
	size_t i;

	b.row_of = calloc(events->count + 1, sizeof(*b.row_of));
	if (!b.row_of)
		return -ENOMEM;
	for (i = 0; i < events->count && !b.err; i++) {
		switch (events->list[i].kind) {
		case EVENT_SENT:
			sent(&b, i);
			break;
		case EVENT_RECEIVED:
			received(&b, i);
			break;
		case EVENT_STATE:
			if (!events->list[i].made)
				changed(&b, i);
			break;
		}
	}
	free(b.row_of);
	return b.err;
}
