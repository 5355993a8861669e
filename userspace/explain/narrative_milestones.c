// SPDX-License-Identifier: GPL-2.0
/* The steps of a connection, from the rows and records of its ladder, for all chapters. */
#include "userspace/explain/narrative_internal.h"

uint64_t milestone_time(const struct ladder_row *row, unsigned int side)
{
	if (row->kind == LADDER_SEGMENT && row->from != side && row->arrived)
		return row->arrival_ns;
	return row->time_ns;
}

const struct ladder_row *milestones_rst(const struct milestones *m, unsigned int side,
					uint64_t since_ns)
{
	const struct ladder_row *row;

	for (row = m->l->rows; row < m->l->rows + m->l->count; row++)
		if (row->kind == LADDER_SEGMENT && row->from == side &&
		    row->tcp_flags & TCPTRAIL_RST && row->time_ns >= since_ns)
			return row;
	return NULL;
}

bool milestones_is_too_late(const struct milestones *m, unsigned int side)
{
	const struct conn *other = m->conn[!side];

	return m->fin[side] && other && other->end && other->end != CONN_EVICTED &&
	       other->since_ns < m->fin[side]->time_ns;
}

/* The same segment, so many times. */
static unsigned int tries(unsigned int before, const struct ladder_row *row)
{
	return row->again + 1U > before ? row->again + 1U : before;
}

/* A SYN that comes to a TIME-WAIT is of another connection; see narrative_end.c. */
static void take_syn(struct milestones *m, const struct ladder_row *row)
{
	if (m->time_wait_ns[!row->from])
		return;
	if (row->stray) {
		m->stray = row;
		return;
	}
	m->syns[row->from] = tries(m->syns[row->from], row);
	if (!m->syn[row->from])
		m->syn[row->from] = row;
}

static void take_segment(struct milestones *m, const struct ladder_row *row)
{
	bool established = m->established_ns[0] || m->established_ns[1];
	unsigned int from = row->from;

	m->segments = true;
	m->probes[from] += row->probe != LADDER_NO_PROBE;
	if (row->tcp_flags & TCPTRAIL_RST) {
		if (from == LADDER_LEFT && !established && m->synack)
			m->refusal = row;
		else if (from == LADDER_LEFT && !established && m->syn[from] && row->sent)
			m->old_refused = row;
		return;
	}
	if (row->tcp_flags & TCPTRAIL_FIN) {
		m->fins[from] = tries(m->fins[from], row);
		if (!m->fin[from])
			m->fin[from] = row;
	}
	switch (row->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_FIN | TCPTRAIL_ACK)) {
	case TCPTRAIL_SYN:
		take_syn(m, row);
		break;
	case TCPTRAIL_SYN | TCPTRAIL_ACK:
		m->synacks = tries(m->synacks, row);
		if (!m->synack || (row->seq == m->l->sides[from].isn && row->seq != m->synack->seq))
			m->synack = row;
		break;
	case TCPTRAIL_ACK:
		if (from == LADDER_LEFT && !m->third)
			m->third = row;
		break;
	}
}

static void take_states(struct milestones *m, const struct ladder_row *row)
{
	unsigned int side;

	for (side = 0; side < 2; side++) {
		if (row->guessed[side])
			continue;
		switch (row->state[side]) {
		case TCPTRAIL_ESTABLISHED:
			if (!m->established_ns[side])
				m->established_ns[side] = milestone_time(row, side);
			break;
		case TCPTRAIL_CLOSE_WAIT:
			m->close_wait_ns[side] = milestone_time(row, side);
			break;
		case TCPTRAIL_TIME_WAIT:
			m->rearms += row->why == LADDER_WHY_REARMED;
			if (!m->time_wait_ns[side])
				m->time_wait_ns[side] = milestone_time(row, side);
			break;
		case TCPTRAIL_CLOSE:
			m->end[side] = row;
			break;
		}
	}
}

static void take_record(struct milestones *m, const struct tcptrail_record *r, unsigned int side)
{
	m->last_ns = r->time_ns;
	if (r->kind == TCPTRAIL_ACCEPT)
		m->accepted_ns = r->time_ns;
	if (r->kind == TCPTRAIL_SOCKET && r->transition.new_state == TCPTRAIL_CLOSE)
		m->retransmits[side] = r->transition.retransmits;
}

void milestones_collect(struct milestones *m)
{
	const struct conversation *c = m->l->conversation;
	const struct ladder_row *row;
	size_t i;

	m->conn[LADDER_LEFT] = m->l->sides[LADDER_LEFT].end->conn;
	m->conn[LADDER_RIGHT] = m->l->sides[LADDER_RIGHT].end->conn;
	for (row = m->l->rows; row < m->l->rows + m->l->count; row++) {
		if (row->kind == LADDER_SEGMENT)
			take_segment(m, row);
		take_states(m, row);
	}
	for (i = 0; i < c->count; i++)
		take_record(m, c->records[i],
			    m->l->sides[LADDER_RIGHT].end == &c->ends[c->sides[i]]);
}
