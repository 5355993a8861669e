// SPDX-License-Identifier: GPL-2.0
#include "userspace/model/model_internal.h"

/*
 * A socket that was found rather than seen. Where the trail knows the state,
 * it knows it better; where the two differ, a transition was missed.
 */
struct conn *apply_snapshot(struct model *m, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	uint8_t state = t->new_state == TCPTRAIL_SYN_RECV ? TCPTRAIL_NEW_SYN_RECV : t->new_state;
	struct conn *c = apply_find(m, r);
	bool known;

	if (c && (c->end || c->since_ns > r->time_ns) && c->state != TCPTRAIL_NO_STATE) {
		if (!c->end)
			c->flags |= CONN_CONFIRMED;
		return c;
	}
	c = apply_find_or_create(m, r);
	if (!c)
		return NULL;
	known = c->state == state ||
		(c->state == TCPTRAIL_SYN_RECV && state == TCPTRAIL_NEW_SYN_RECV);
	if (c->state == TCPTRAIL_NO_STATE)
		c->flags |= CONN_FOUND;
	apply_facts(m, c, r);
	c->flags |= CONN_CONFIRMED;
	if (state == TCPTRAIL_LISTEN)
		c->role = CONN_LISTENER;
	if (state == TCPTRAIL_NEW_SYN_RECV && t->retransmits >= c->synacks)
		c->synacks = t->retransmits < UINT8_MAX ? t->retransmits + 1 : UINT8_MAX;
	if (state == TCPTRAIL_SYN_SENT) {
		c->role = CONN_ACTIVE;
		if (t->retransmits >= c->syns)
			c->syns = t->retransmits < UINT8_MAX ? t->retransmits + 1 : UINT8_MAX;
	}
	if ((state == TCPTRAIL_FIN_WAIT1 || state == TCPTRAIL_LAST_ACK ||
	     state == TCPTRAIL_CLOSING) &&
	    t->retransmits >= c->fins)
		c->fins = t->retransmits < UINT8_MAX ? t->retransmits + 1 : UINT8_MAX;
	if (known)
		return c;
	c->half = state == TCPTRAIL_TIME_WAIT	 ? CONN_MINISOCKET :
		  state == TCPTRAIL_NEW_SYN_RECV ? CONN_REQUEST :
						   CONN_SOCKET;
	apply_enter(m, c, state, r->time_ns > r->seq ? r->time_ns - r->seq : 0);
	c->flags |= CONN_AT_LEAST;
	return c;
}
