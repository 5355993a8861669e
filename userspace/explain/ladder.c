// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/explain/event.h"
#include "userspace/base/array.h"
#include "userspace/base/time.h"

/* A segment that follows an action later than this was held back: two rows. */
#define TOGETHER_NS (50 * MS)

/**
 * struct builder - while rows are being made
 * @ladder: they go there
 * @events: they come from these
 * @row_of: by moment: its row plus one
 * @current: by side: the row that a state caused by a segment belongs to, plus
 *	one; 0: none
 * @state: by side
 * @pending: by side: moment of a state whose segment has not been sent yet
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

struct ladder_row *ladder_add_row(struct ladder *l)
{
	return array_add(l->rows, l->count, l->room);
}

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

/* A state that no segment went with. */
static void state_row(struct builder *b, const struct event *m)
{
	struct ladder_row *row = add_row(b, LADDER_STATE, m->side, m->time_ns);

	if (!row)
		return;
	set_state(b, row, m->side, m->state);
	row->why = m->why;
	b->current[m->side] = 0;
}

static void take_segment(struct ladder_row *row, const struct tcptrail_segment *s)
{
	row->tcp_flags = s->tcp_flags;
	row->seq = s->seq;
	row->ack = s->ack;
	row->len = s->len;
}

#define STEPS (TCPTRAIL_SYN | TCPTRAIL_FIN | TCPTRAIL_RST)
#define BEFORE_MAX 256 /* rows that are looked through for a repetition */

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
	row->probe = b->has_next[row->from] && !(row->tcp_flags & STEPS) && !row->len &&
		     row->seq + 1 == b->next[row->from];
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
	const struct event *m;
	size_t i;

	for (i = sent + 1; i < received; i++) {
		m = &b->events->list[i];
		if (m->side != b->events->list[received].side || b->row_of[i] || m->made ||
		    (m->kind == EVENT_STATE && m->cause == CAUSE_SEGMENT))
			continue;
		return false;
	}
	return true;
}

static void sent(struct builder *b, size_t at)
{
	const struct event *m = &b->events->list[at];
	size_t pending = b->pending[m->side];
	struct ladder_row *row = add_row(b, LADDER_SEGMENT, m->side, m->time_ns);

	if (!row)
		return;
	take_segment(row, &m->record->segment);
	row->sent = true;
	row->lost = m->lost;
	row->no_socket = !m->record->cookie;
	row->fast = is_fast_open(m->record);
	see_probe(b, row);
	row->again = row->probe ? 0 : count_before(b->ladder, row);
	if (pending != NO_EVENT) {
		set_state(b, row, m->side, b->events->list[pending].state);
		row->why = b->events->list[pending].why;
		b->pending[m->side] = NO_EVENT;
	}
	b->row_of[at] = b->ladder->count;
	/* An ACK may overtake the record of the state that called for it. */
	if (row->tcp_flags & STEPS)
		b->current[m->side] = 0;
	if (m->other != NO_EVENT && m->other > at) {
		row->arrived = true;
		row->arrival_ns = b->events->list[m->other].time_ns;
		if (one_row(b, at, m->other))
			b->row_of[m->other] = b->ladder->count;
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

static void received(struct builder *b, size_t at)
{
	const struct event *m = &b->events->list[at];
	uint8_t from = !m->side;
	struct ladder_row *row;
	uint32_t number;

	if (b->row_of[at]) {
		b->current[m->side] = b->row_of[at];
		return;
	}
	row = add_row(b, m->other == NO_EVENT ? LADDER_SEGMENT : LADDER_ARRIVAL,
		      m->other == NO_EVENT ? from : m->side, m->time_ns);
	if (!row)
		return;
	row->arrived = true;
	row->arrival_ns = m->time_ns;
	row->inferred = m->made && m->other == NO_EVENT;
	if (!m->made) {
		take_segment(row, &m->record->segment);
	} else {
		number = m->record->transition.new_state == TCPTRAIL_ESTABLISHED ?
				 b->ladder->sides[m->side].isn :
				 b->ladder->sides[m->side].fin;
		row->tcp_flags = TCPTRAIL_ACK;
		row->ack = number + 1;
	}
	if (row->kind == LADDER_SEGMENT) {
		row->again = row->inferred ? 0 : count_before(b->ladder, row);
		if (!b->ladder->sides[from].end->here) {
			row->state[from] = guess_sender(b, row);
			row->guessed[from] = row->state[from] != 0;
			if (row->state[from] == b->state[from])
				row->state[from] = 0;
			else if (row->state[from])
				b->state[from] = row->state[from];
		}
	}
	b->current[m->side] = b->ladder->count;
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
	const struct event *m = &b->events->list[at];
	struct ladder_row *row;

	row = b->current[m->side] ? &b->ladder->rows[b->current[m->side] - 1] : NULL;
	/* What re-armed it may not be on record: then the row is of what came before. */
	if (m->why == LADDER_WHY_REARMED && row && !row->state[m->side]) {
		set_state(b, row, m->side, m->state);
		row->why = m->why;
		return;
	}
	if (m->state == b->state[m->side] && m->why != LADDER_WHY_REARMED)
		return;
	if (m->cause == CAUSE_ACTION && segment_follows(b, at)) {
		b->pending[m->side] = at;
	} else if (m->cause == CAUSE_SEGMENT && row && m->why != LADDER_WHY_REARMED) {
		set_state(b, row, m->side, m->state);
	} else {
		state_row(b, m);
	}
}

/*
 * Probes that an end died of were lost, or their answers were. An end that has had
 * no data has its bare ACKs recorded: if there is none, it got none.
 */
static void lose_probes(struct ladder *l, const struct ladder_row *death)
{
	unsigned int side = death->from;
	struct ladder_row *row;

	if (!l->sides[!side].end->here || !l->sides[side].has_isn || l->conversation->lossy)
		return;
	for (row = &l->rows[death - l->rows]; row-- > l->rows;) {
		if (row->kind == LADDER_SEGMENT && row->from != side)
			return;
		if (row->probe && row->seq == l->sides[side].isn)
			row->lost = true;
	}
}

/*
 * Probes of a window repeat the number before the last, too, but how many bytes were
 * sent before is not on record: the end that died of them tells.
 */
static void see_window_probes(struct ladder *l, const struct ladder_row *death)
{
	struct ladder_row *row, *last = NULL;

	for (row = &l->rows[death - l->rows]; row-- > l->rows;) {
		if (row->kind != LADDER_SEGMENT || row->from != death->from)
			continue;
		if (row->tcp_flags & STEPS || row->len || (last && row->seq != last->seq))
			return;
		if (row->seq == l->sides[row->from].isn + 1)
			return; /* the handshake's third step */
		row->probe = true;
		row->again = 0;
		last = row;
	}
}

static void make_rows(struct builder *b)
{
	size_t i;

	for (i = 0; i < b->events->count && !b->err; i++) {
		switch (b->events->list[i].kind) {
		case EVENT_SENT:
			sent(b, i);
			break;
		case EVENT_RECEIVED:
			received(b, i);
			break;
		case EVENT_STATE:
			if (!b->events->list[i].made)
				changed(b, i);
			break;
		}
	}
	for (i = 0; i < b->ladder->count; i++)
		if (b->ladder->rows[i].why == LADDER_WHY_KEEPALIVE)
			lose_probes(b->ladder, &b->ladder->rows[i]);
		else if (b->ladder->rows[i].why == LADDER_WHY_WINDOW)
			see_window_probes(b->ladder, &b->ladder->rows[i]);
	if (!b->err)
		b->err = ladder_add_data(b->ladder);
}

static void start(struct ladder *l)
{
	struct ladder_row *first;

	if (!l->count)
		return;
	first = &l->rows[0];
	l->start_ns = first->time_ns;
}

int ladder_build(struct ladder *l, const struct conversation *conversation)
{
	struct builder b = { .ladder = l, .pending = { NO_EVENT, NO_EVENT } };
	struct events events = { 0 };
	unsigned int left = 0;
	uint8_t side_of[2];

	/* Never without rows, so that "up to the last row" means something. */
	*l = (struct ladder){ .conversation = conversation };
	l->rows = array_grow(NULL, 0, &l->room, sizeof(*l->rows));
	if (!l->rows)
		return -ENOMEM;
	l->opener_known = ladder_find_opener(conversation, &left);
	side_of[left] = LADDER_LEFT;
	side_of[!left] = LADDER_RIGHT;
	l->sides[LADDER_LEFT].end = &conversation->ends[left];
	l->sides[LADDER_RIGHT].end = &conversation->ends[!left];
	ladder_know_sides(l, side_of);

	b.events = &events;
	b.err = events_build(&events, l, side_of);
	if (!b.err) {
		b.row_of = calloc(events.count + 1, sizeof(*b.row_of));
		if (!b.row_of)
			b.err = -ENOMEM;
	}
	if (!b.err)
		make_rows(&b);
	start(l);
	free(b.row_of);
	events_free(&events);
	if (b.err)
		ladder_free(l);
	return b.err;
}

void ladder_free(struct ladder *l)
{
	free(l->rows);
	l->rows = NULL;
	l->count = 0;
}
