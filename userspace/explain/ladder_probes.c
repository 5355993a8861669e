// SPDX-License-Identifier: GPL-2.0
/* Which bare ACKs were probes: keepalive, or of a closed window. */
#include "userspace/explain/ladder_internal.h"

static bool is_bare_ack(const struct ladder_row *row, unsigned int from)
{
	return row->kind == LADDER_SEGMENT && row->from == from && !(row->tcp_flags & STEPS) &&
	       !row->len;
}

/*
 * Keepalive probes were lost, or their answers were. An end that has had no data has
 * its bare ACKs recorded: if there is none, it got none.
 */
static void name_keepalive(struct ladder *l, struct ladder_row *death)
{
	unsigned int side = death->from;
	bool silent = l->sides[!side].end->here && l->sides[side].has_isn &&
		      !l->conversation->lossy;
	struct ladder_row *row;

	for (row = death; row-- > l->rows;) {
		if (row->kind == LADDER_SEGMENT && row->from != side)
			silent = false;
		if (!is_bare_ack(row, side) || !row->probe)
			continue;
		row->probe = LADDER_PROBE_KEEPALIVE;
		row->lost = silent && row->seq == l->sides[side].isn;
	}
}

/*
 * Probes of a window repeat the number before the last, too, but how many bytes were
 * sent before is not on record: the end that died of them tells.
 */
static void name_window_probes(struct ladder *l, struct ladder_row *death)
{
	struct ladder_row *row, *last = NULL;

	for (row = death; row-- > l->rows;) {
		if (row->kind != LADDER_SEGMENT || row->from != death->from)
			continue;
		if (!is_bare_ack(row, death->from) || (last && row->seq != last->seq))
			return;
		if (row->seq == l->sides[row->from].isn + 1)
			return; /* the handshake's third step */
		row->probe = LADDER_PROBE_WINDOW;
		row->again = 0;
		last = row;
	}
}

/*
 * An end that lives on, or died of something else: ACKs that were sent more than once, and
 * whose number is the one before that of what it sent next.
 */
static void see_probes(struct ladder *l)
{
	const struct ladder_row *probe[2] = { NULL }, *next[2] = { NULL };
	struct ladder_row *row;
	unsigned int side;

	for (row = l->rows + l->count; row-- > l->rows;) {
		side = row->from;
		if (row->kind != LADDER_SEGMENT || row->inferred || row->probe)
			continue;
		if (!is_bare_ack(row, side) || !next[side] || row->seq + 1 != next[side]->seq ||
		    row->seq == l->sides[side].isn + 1 ||
		    !(row->again || (probe[side] && probe[side]->seq == row->seq))) {
			next[side] = row;
			continue;
		}
		row->probe = LADDER_PROBE;
		row->again = 0;
		probe[side] = row;
	}
}

void ladder_name_probes(struct ladder *l)
{
	size_t i;

	see_probes(l);
	for (i = 0; i < l->count; i++)
		if (l->rows[i].why == LADDER_WHY_KEEPALIVE)
			name_keepalive(l, &l->rows[i]);
		else if (l->rows[i].why == LADDER_WHY_WINDOW)
			name_window_probes(l, &l->rows[i]);
}
