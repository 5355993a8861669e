// SPDX-License-Identifier: GPL-2.0
/* A connection of which both ends are on this machine, as one. */
#include "userspace/conn/pair.h"

/* The opener; where that does not tell, always the same one. */
static bool is_first(const struct conn *a, const struct conn *b)
{
	if (a->role != b->role)
		return a->role == CONN_ACTIVE || b->role == CONN_PASSIVE;
	if (a->begun_ns != b->begun_ns)
		return a->begun_ns < b->begun_ns;
	return a->cookie < b->cookie;
}

/* Both FINs have been sent in the other states, or none can be. */
static bool may_be_half_open(uint8_t state)
{
	return state == TCPTRAIL_ESTABLISHED || state == TCPTRAIL_CLOSE_WAIT ||
	       state == TCPTRAIL_FIN_WAIT1 || state == TCPTRAIL_FIN_WAIT2;
}

int conn_pair_survivor(const struct conn_pair *pair)
{
	unsigned int i;

	for (i = 0; pair->count > 1 && i < 2; i++)
		if (!pair->ends[i].c->end && pair->ends[!i].c->end &&
		    may_be_half_open(pair->ends[i].c->state))
			return (int)i;
	return -1;
}

void conn_pair_of(struct conn_pair *pair, const struct conn *c, const struct conn *other,
		  uint64_t now_ns)
{
	unsigned int i;

	pair->count = other ? 2 : 1;
	pair->apart = false;
	pair->ends[0].c = other && is_first(other, c) ? other : c;
	pair->ends[1].c = pair->ends[0].c == c ? other : c;
	for (i = 0; i < pair->count; i++)
		timing_of(&pair->ends[i].timing, pair->ends[i].c, now_ns);
}

void conn_pair(struct conn_pair *pair, const struct tracker *tracker, const struct conn *c,
	       bool joined, uint64_t now_ns)
{
	const struct conn *other = joined ? tracker_peer(tracker, c) : NULL;

	conn_pair_of(pair, c, other && conn_is_connection(other) ? other : NULL, now_ns);
}
