// SPDX-License-Identifier: GPL-2.0
/*
 * How much flowed: between handshake and teardown, and after the first FIN in the
 * direction that was still open. As the sockets counted it; else by sequence numbers,
 * which is modulo 4 GiB, as it is for what came after the FIN.
 */
#include <errno.h>
#include <string.h>

#include "userspace/explain/ladder_internal.h"

static bool is_end(const struct ladder_row *row)
{
	return row->kind == LADDER_SEGMENT && row->tcp_flags & (TCPTRAIL_FIN | TCPTRAIL_RST);
}

static const struct ladder_row *first_fin(const struct ladder *l, unsigned int side)
{
	const struct ladder_row *row;

	for (row = l->rows; row < l->rows + l->count; row++)
		if (row->kind == LADDER_SEGMENT && row->from == side &&
		    row->tcp_flags & TCPTRAIL_FIN)
			return row;
	return NULL;
}

/* What comes before belongs to no connection yet. */
static const struct ladder_row *established(const struct ladder *l)
{
	const struct ladder_row *row;

	for (row = l->rows; row < l->rows + l->count; row++)
		if (row->state[0] == TCPTRAIL_ESTABLISHED || row->state[1] == TCPTRAIL_ESTABLISHED)
			break;
	return row;
}

/* Bytes of @side before @seq, which counts neither its SYN nor its FIN. */
static uint32_t bytes_before(const struct ladder_side *side, uint32_t seq)
{
	if (!side->has_isn || seq == side->isn || (side->has_stray && seq - side->stray < 2))
		return 0;
	if (side->has_fin && seq == side->fin + 1)
		seq--;
	return seq - side->isn - 1;
}

static bool has_counted(const struct conn *c)
{
	return c && c->flags & CONN_HAS_BYTES;
}

/* Its numbers are the connection's: those of a RST that ended nothing may be anybody's. */
static bool has_numbers(const struct ladder_row *row)
{
	if (!is_end(row) || row->stray)
		return false;
	return row->tcp_flags & TCPTRAIL_FIN || row->state[!row->from] == TCPTRAIL_CLOSE ||
	       (row->state[row->from] == TCPTRAIL_CLOSE && !row->guessed[row->from]);
}

/* All that it sent: up to its FIN, else as far as a FIN or RST of either end tells. */
static uint64_t total(const struct ladder *l, unsigned int side)
{
	const struct conn *own = l->sides[side].end->conn, *other = l->sides[!side].end->conn;
	const struct ladder_side *s = &l->sides[side];
	const struct ladder_row *row;
	uint32_t bytes = 0, n;

	if (has_counted(own) || has_counted(other))
		return has_counted(own) ? own->sent : other->received;
	if (s->has_fin)
		return bytes_before(s, s->fin);
	for (row = established(l); row < l->rows + l->count; row++) {
		if (!has_numbers(row) || (row->from != side && !(row->tcp_flags & TCPTRAIL_ACK)))
			continue;
		n = bytes_before(s, row->from == side ? row->seq : row->ack);
		bytes = n > bytes ? n : bytes;
	}
	return bytes;
}

/* How much of the other end's, which sent @all, came after @fin was sent? -1: not known */
static int64_t since(const struct ladder *l, const struct ladder_row *fin, uint64_t all)
{
	uint32_t n = l->sides[!fin->from].fin - fin->ack;

	return fin->tcp_flags & TCPTRAIL_ACK && n < 1U << 31 && n <= all ? (int64_t)n : -1;
}

static int insert(struct ladder *l, size_t at, const uint64_t bytes[2], bool half_closed)
{
	struct ladder_row *row = ladder_add_row(l);

	if (!row)
		return -ENOMEM;
	row = &l->rows[at];
	memmove(row + 1, row, (l->count - 1 - at) * sizeof(*row));
	*row = (struct ladder_row){
		.kind = LADDER_DATA,
		.half_closed = half_closed,
		.time_ns = row[1].time_ns,
		.bytes = { bytes[LADDER_LEFT], bytes[LADDER_RIGHT] },
	};
	return 0;
}

static bool begins_to_close(uint8_t state)
{
	return state == TCPTRAIL_FIN_WAIT1 || state == TCPTRAIL_CLOSE;
}

/* Where the closing begins: what flowed stands before it. */
static size_t closing(const struct ladder *l)
{
	const struct ladder_row *row;

	for (row = established(l); row < l->rows + l->count; row++)
		if (begins_to_close(row->state[0]) || begins_to_close(row->state[1]) || is_end(row))
			break;
	return (size_t)(row - l->rows);
}

int ladder_add_data(struct ladder *l)
{
	const struct ladder_row *fin[2] = { first_fin(l, 0), first_fin(l, 1) };
	uint64_t before[2] = { total(l, 0), total(l, 1) }, after[2] = { 0 };
	unsigned int first = fin[0] && (!fin[1] || fin[0] < fin[1]) ? 0 : 1;
	size_t at = closing(l);
	int64_t n;

	if (at == l->count)
		return 0;
	if (fin[0] && fin[1] && !ladder_has_flag(l, CONN_SIMULTANEOUS_CLOSE)) {
		n = since(l, fin[first], before[!first]);
		l->half_closed_known = n >= 0;
		after[!first] = n > 0 ? (uint64_t)n : 0;
		before[!first] -= after[!first];
	}
	l->half_closed_bytes = after[!first];
	if (after[!first] && insert(l, (size_t)(fin[!first] - l->rows), after, true))
		return -ENOMEM;
	return before[0] || before[1] ? insert(l, at, before, false) : 0;
}
