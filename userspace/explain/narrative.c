// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "userspace/explain/narrative_internal.h"

void narrative_say(struct narrative_input *f, const char *format, ...)
{
	struct narrative *t = f->narrative;
	va_list args;

	if (t->sentences_count == NARRATIVE_SENTENCES_MAX)
		return;
	va_start(args, format);
	vsnprintf(t->sentences[t->sentences_count++], NARRATIVE_SENTENCE_MAX, format, args);
	va_end(args);
}

void narrative_name(struct narrative_input *f, const char *what)
{
	if (f->narrative->names_count < NARRATIVE_NAMES_MAX && !narrative_has(f->narrative, what))
		f->narrative->names[f->narrative->names_count++] = what;
}

bool narrative_has(const struct narrative *narrative, const char *what)
{
	unsigned int i;

	for (i = 0; i < narrative->names_count; i++)
		if (!strcmp(narrative->names[i], what))
			return true;
	return false;
}

struct narrative_words narrative_span(uint64_t from_ns, uint64_t to_ns)
{
	struct narrative_words w = { "" };

	*put_span(w.text, to_ns > from_ns ? to_ns - from_ns : 0) = '\0';
	return w;
}

struct narrative_words narrative_times(unsigned int n)
{
	struct narrative_words w = { "once" };

	if (n > 1)
		snprintf(w.text, sizeof(w.text), "%u times", n);
	return w;
}

const char *narrative_side(const struct narrative_input *f, unsigned int side)
{
	if (f->l->opener_known)
		return side == LADDER_LEFT ? "the client" : "the server";
	return side == LADDER_LEFT ? "the left end" : "the right end";
}

const char *narrative_subject(const struct narrative_input *f, unsigned int side)
{
	if (f->l->opener_known)
		return side == LADDER_LEFT ? "The client" : "The server";
	return side == LADDER_LEFT ? "The left end" : "The right end";
}

/* When a row happened for a side. */
uint64_t narrative_time_at(const struct ladder_row *row, unsigned int side)
{
	if (row->kind == LADDER_SEGMENT && row->from != side && row->arrived)
		return row->arrival_ns;
	return row->time_ns;
}

void narrative_owner(const struct narrative_input *f, unsigned int side, char *to, size_t size)
{
	const struct ladder_side *s = &f->l->sides[side];

	if (s->pid)
		snprintf(to, size, ", %s[%u],", s->comm, s->pid);
	else
		to[0] = '\0';
}

/* The same segment, so many times. */
static unsigned int tries(unsigned int before, const struct ladder_row *row)
{
	return row->again + 1U > before ? row->again + 1U : before;
}

bool narrative_ended_before(const struct narrative_input *f, unsigned int side, uint64_t time_ns)
{
	return f->end[side] && narrative_time_at(f->end[side], side) < time_ns;
}

/* Did it end a TIME-WAIT of the end that it reached? */
static bool kills_time_wait(const struct narrative_input *f, const struct ladder_row *row)
{
	unsigned int to = !row->from;

	return f->time_wait_ns[to] && row->state[to] == TCPTRAIL_CLOSE;
}

static void look_at_segment(struct narrative_input *f, const struct ladder_row *row)
{
	unsigned int from = row->from;

	if (row->tcp_flags & TCPTRAIL_RST) {
		if (kills_time_wait(f, row))
			f->assassin = row;
		else if (!f->rst)
			f->rst = row;
		return;
	}
	f->probes[from] += row->probe;
	if ((row->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_FIN | TCPTRAIL_ACK)) == TCPTRAIL_ACK &&
	    from == LADDER_LEFT && !f->third)
		f->third = row;
	if ((row->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_ACK)) == TCPTRAIL_SYN) {
		if (!row->sent && f->l->sides[from].end->here) {
			f->stray = row;
			return;
		}
		f->syns[from] = tries(f->syns[from], row);
		if (!f->syn[from])
			f->syn[from] = row;
	} else if (row->tcp_flags & TCPTRAIL_SYN) {
		f->synacks = tries(f->synacks, row);
		if (!f->synack)
			f->synack = row;
	}
	if (row->tcp_flags & TCPTRAIL_FIN) {
		f->fins[from] = tries(f->fins[from], row);
		if (!f->fin[from])
			f->fin[from] = row;
		f->last_fin[from] = row;
	}
}

static void look_at_states(struct narrative_input *f, const struct ladder_row *row)
{
	unsigned int side;

	for (side = 0; side < 2; side++) {
		if (row->guessed[side])
			continue;
		switch (row->state[side]) {
		case TCPTRAIL_ESTABLISHED:
			if (!f->established_ns[side])
				f->established_ns[side] = narrative_time_at(row, side);
			break;
		case TCPTRAIL_CLOSE_WAIT:
			f->close_wait_ns[side] = narrative_time_at(row, side);
			break;
		case TCPTRAIL_CLOSING:
			f->closing[side] = true;
			break;
		case TCPTRAIL_TIME_WAIT:
			if (row->why == LADDER_WHY_REARMED)
				f->rearms++;
			else if (!f->time_wait_ns[side])
				f->time_wait_ns[side] = narrative_time_at(row, side);
			break;
		case TCPTRAIL_CLOSE:
			f->end[side] = row;
			break;
		}
	}
	if (row->why == LADDER_WHY_GAVE_UP && row->from == LADDER_RIGHT)
		f->gave_up = row;
}

static void look_at_record(struct narrative_input *f, const struct tcptrail_record *r,
			   unsigned int side)
{
	f->last_ns = r->time_ns;
	if (r->kind == TCPTRAIL_ACCEPT)
		f->accepted_ns = r->time_ns;
	if (r->kind != TCPTRAIL_SOCKET)
		return;
	f->syn_sent[side] |= r->transition.new_state == TCPTRAIL_SYN_SENT;
	if (r->transition.new_state == TCPTRAIL_CLOSE && !f->closed[side])
		f->closed[side] = r;
}

static void collect(struct narrative_input *f)
{
	const struct conversation *conversation = f->l->conversation;
	const struct ladder_row *row;
	size_t i;

	for (i = 0; i < f->l->count; i++) {
		row = &f->l->rows[i];
		if (row->kind == LADDER_SEGMENT) {
			f->segments = true;
			look_at_segment(f, row);
		}
		look_at_states(f, row);
	}
	for (i = 0; i < conversation->count; i++)
		look_at_record(f, conversation->records[i],
			       f->l->sides[LADDER_RIGHT].end ==
				       &conversation->ends[conversation->sides[i]]);
	f->refused = f->rst && f->syn[LADDER_LEFT] && !f->synack && f->rst->from == LADDER_RIGHT &&
		     !f->established_ns[0] && !f->established_ns[1];
}

void narrative_make(struct narrative *narrative, const struct ladder *ladder)
{
	struct narrative_input f = { .l = ladder, .narrative = narrative };

	*narrative = (struct narrative){ 0 };
	collect(&f);
	if (!ladder->conversation->ends[0].begun && !ladder->conversation->ends[1].begun &&
	    !f.syn[0] && !f.syn[1])
		narrative_say(&f, "Its beginning is not on record.");
	if (!f.segments &&
	    (ladder->conversation->ends[0].begun || ladder->conversation->ends[1].begun))
		narrative_say(
			&f,
			"No segment of it is on record, only states (segments may be turned off).");
	narrative_stray(&f);
	if (!narrative_failed_open(&f))
		narrative_open(&f);
	narrative_close(&f);
	narrative_timeout(&f);
	narrative_fin_tries(&f);
	narrative_reset(&f);
	narrative_end(&f);
	narrative_too_late(&f);
	if (ladder->conversation->lossy)
		narrative_say(&f,
			      "The trail has lost records meanwhile: steps may be missing here.");
}
