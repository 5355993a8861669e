// SPDX-License-Identifier: GPL-2.0
/* What the rows and records of a ladder hold, for all chapters of its narrative. */
#include "userspace/explain/narrative_internal.h"

uint64_t facts_time(const struct ladder_row *row, unsigned int side)
{
	if (row->kind == LADDER_SEGMENT && row->from != side && row->arrived)
		return row->arrival_ns;
	return row->time_ns;
}

const struct ladder_row *facts_rst(const struct facts *f, unsigned int side, uint64_t since_ns)
{
	const struct ladder_row *row;

	for (row = f->l->rows; row < f->l->rows + f->l->count; row++)
		if (row->kind == LADDER_SEGMENT && row->from == side &&
		    row->tcp_flags & TCPTRAIL_RST && row->time_ns >= since_ns)
			return row;
	return NULL;
}

bool facts_is_orderly(const struct conn *c)
{
	return c->end == CONN_NORMAL || c->end == CONN_REUSED || ending_is_after_close(c);
}

/* The same segment, so many times. */
static unsigned int tries(unsigned int before, const struct ladder_row *row)
{
	return row->again + 1U > before ? row->again + 1U : before;
}

/* A SYN that comes to a TIME-WAIT is of another connection; see narrative_end.c. */
static void take_syn(struct facts *f, const struct ladder_row *row)
{
	if (f->time_wait_ns[!row->from])
		return;
	if (!row->sent && f->l->sides[row->from].end->here) {
		f->stray = row;
		return;
	}
	f->syns[row->from] = tries(f->syns[row->from], row);
	if (!f->syn[row->from])
		f->syn[row->from] = row;
}

static void take_segment(struct facts *f, const struct ladder_row *row)
{
	bool established = f->established_ns[0] || f->established_ns[1];
	unsigned int from = row->from;

	f->segments = true;
	f->probes[from] += row->probe != LADDER_NO_PROBE;
	if (row->tcp_flags & TCPTRAIL_RST) {
		if (from == LADDER_LEFT && !established && f->synack)
			f->refusal = row;
		else if (from == LADDER_LEFT && !established && f->syn[from] && row->sent)
			f->old_refused = row;
		return;
	}
	if (row->tcp_flags & TCPTRAIL_FIN) {
		f->fins[from] = tries(f->fins[from], row);
		if (!f->fin[from])
			f->fin[from] = row;
	}
	switch (row->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_FIN | TCPTRAIL_ACK)) {
	case TCPTRAIL_SYN:
		take_syn(f, row);
		break;
	case TCPTRAIL_SYN | TCPTRAIL_ACK:
		f->synacks = tries(f->synacks, row);
		if (!f->synack)
			f->synack = row;
		break;
	case TCPTRAIL_ACK:
		if (from == LADDER_LEFT && !f->third)
			f->third = row;
		break;
	}
}

static void take_states(struct facts *f, const struct ladder_row *row)
{
	unsigned int side;

	for (side = 0; side < 2; side++) {
		if (row->guessed[side])
			continue;
		switch (row->state[side]) {
		case TCPTRAIL_ESTABLISHED:
			if (!f->established_ns[side])
				f->established_ns[side] = facts_time(row, side);
			break;
		case TCPTRAIL_CLOSE_WAIT:
			f->close_wait_ns[side] = facts_time(row, side);
			break;
		case TCPTRAIL_TIME_WAIT:
			f->rearms += row->why == LADDER_WHY_REARMED;
			if (!f->time_wait_ns[side])
				f->time_wait_ns[side] = facts_time(row, side);
			break;
		case TCPTRAIL_CLOSE:
			f->end[side] = row;
			break;
		}
	}
}

static void take_record(struct facts *f, const struct tcptrail_record *r, unsigned int side)
{
	f->last_ns = r->time_ns;
	if (r->kind == TCPTRAIL_ACCEPT)
		f->accepted_ns = r->time_ns;
	if (r->kind == TCPTRAIL_SOCKET && r->transition.new_state == TCPTRAIL_CLOSE)
		f->retransmits[side] = r->transition.retransmits;
}

void facts_collect(struct facts *f)
{
	const struct conversation *c = f->l->conversation;
	const struct ladder_row *row;
	size_t i;

	f->conn[LADDER_LEFT] = f->l->sides[LADDER_LEFT].end->conn;
	f->conn[LADDER_RIGHT] = f->l->sides[LADDER_RIGHT].end->conn;
	for (row = f->l->rows; row < f->l->rows + f->l->count; row++) {
		if (row->kind == LADDER_SEGMENT)
			take_segment(f, row);
		take_states(f, row);
	}
	for (i = 0; i < c->count; i++)
		take_record(f, c->records[i],
			    f->l->sides[LADDER_RIGHT].end == &c->ends[c->sides[i]]);
}
