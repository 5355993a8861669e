// SPDX-License-Identifier: GPL-2.0
/* A connection of which both ends are on this machine, as one. */
#include "userspace/model/life.h"

/* The opener; where that does not tell, always the same one. */
static bool is_first(const struct conn *a, const struct conn *b)
{
	if (a->role != b->role)
		return a->role == CONN_ACTIVE || b->role == CONN_PASSIVE;
	if (a->begun_ns != b->begun_ns)
		return a->begun_ns < b->begun_ns;
	return a->cookie < b->cookie;
}

void life_pair(struct life_pair *pair, const struct model *model, const struct conn *c, bool joined,
	       uint64_t now_ns)
{
	const struct conn *other = joined ? model_peer(model, c) : NULL;
	unsigned int i;

	if (other && !life_is_told(other))
		other = NULL;
	pair->count = other ? 2 : 1;
	pair->ends[0].c = other && is_first(other, c) ? other : c;
	pair->ends[1].c = pair->ends[0].c == c ? other : c;
	for (i = 0; i < pair->count; i++)
		life_of(&pair->ends[i].life, pair->ends[i].c, now_ns);
}

/* The lower, the less does it explain. */
static unsigned int weight(const struct conn *c)
{
	switch (c->end) {
	case CONN_LIVES:
		return 6;
	case CONN_RESET_OUT:
	case CONN_KILLED:
		return 5;
	case CONN_NORMAL:
	case CONN_REUSED:
		return 0;
	case CONN_UNSEEN:
	case CONN_EVICTED:
		return 1;
	case CONN_FIN_TIMEOUT:
		return 2;
	case CONN_RESET_IN:
		return 3;
	}
	return 4;
}

unsigned int life_cause(const struct life_pair *pair)
{
	return pair->count == 2 && weight(pair->ends[1].c) > weight(pair->ends[0].c);
}
