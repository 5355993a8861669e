// SPDX-License-Identifier: GPL-2.0
#include "userspace/conn/tracker_internal.h"

static uint8_t state_of(const struct tcptrail_record *r)
{
	uint8_t state = r->transition.new_state;

	return state == TCPTRAIL_SYN_RECV ? TCPTRAIL_NEW_SYN_RECV : state;
}

static bool is_known(const struct conn *c, uint8_t state)
{
	return c->state == state ||
	       (c->state == TCPTRAIL_SYN_RECV && state == TCPTRAIL_NEW_SYN_RECV);
}

/* What has been sent again was sent once more than that. */
static void take_sent(uint8_t *sent, uint8_t retransmits)
{
	if (retransmits >= *sent)
		*sent = retransmits < UINT8_MAX ? retransmits + 1 : UINT8_MAX;
}

static void take_facts(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	apply_socket_facts(m, c, r);
	switch (state_of(r)) {
	case TCPTRAIL_NEW_SYN_RECV:
		take_sent(&c->synacks, r->transition.retransmits);
		break;
	case TCPTRAIL_SYN_SENT:
		take_sent(&c->syns, r->transition.retransmits);
		break;
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_LAST_ACK:
	case TCPTRAIL_CLOSING:
		take_sent(&c->fins, r->transition.retransmits);
		break;
	}
}

void apply_refresh(struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = apply_find(m, r);

	if (!c || c->end || c->since_ns > r->time_ns || !is_known(c, state_of(r)))
		return;
	/* It was accepted meanwhile. */
	if (c->inode && !r->transition.inode && !(r->flags & TCPTRAIL_F_ORPHAN))
		return;
	take_facts(m, c, r);
}

/*
 * A socket that was found rather than seen. Where the trail knows the state,
 * it knows it better; where the two differ, a transition was missed.
 */
struct conn *apply_snapshot(struct tracker *m, const struct tcptrail_record *r)
{
	uint64_t min_age_ns = record_min_age_ns(r);
	uint8_t state = state_of(r);
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
	known = is_known(c, state);
	if (c->state == TCPTRAIL_NO_STATE)
		c->flags |= CONN_FOUND;
	take_facts(m, c, r);
	c->flags |= CONN_CONFIRMED;
	if (state == TCPTRAIL_LISTEN)
		c->role = CONN_LISTENER;
	else if (state == TCPTRAIL_SYN_SENT)
		c->role = CONN_ACTIVE;
	if (known)
		return c;
	c->object = state == TCPTRAIL_TIME_WAIT	   ? CONN_MINISOCKET :
		    state == TCPTRAIL_NEW_SYN_RECV ? CONN_REQUEST :
						     CONN_SOCKET;
	apply_enter(m, c, state, r->time_ns > min_age_ns ? r->time_ns - min_age_ns : 0);
	c->flags |= CONN_AT_LEAST;
	return c;
}
