// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "userspace/conn/tracker_internal.h"

/*
 * close() looks at what is unread before it looks at SO_LINGER, and the socket
 * still has it when its state changes. Without a task it was the network, or a
 * listener that let go of those that wait in its queue.
 */
uint8_t why_reset(const struct conn *c, const struct tcptrail_record *r)
{
	bool never_held = c->role == CONN_PASSIVE && !(c->flags & CONN_ACCEPTED) && !c->owner;

	if (r->flags & TCPTRAIL_F_TASK)
		return r->transition.unread ? CONN_WHY_UNREAD : CONN_WHY_ABORTED;
	if (!(r->flags & TCPTRAIL_F_ORPHAN))
		return CONN_WHY_UNTOLD;
	if (c->state == TCPTRAIL_FIN_WAIT1 || c->state == TCPTRAIL_FIN_WAIT2)
		return CONN_WHY_LATE_DATA;
	return never_held ? CONN_WHY_UNACCEPTED : CONN_WHY_UNTOLD;
}

uint8_t why_unanswered(const struct conn *c, const struct tcptrail_record *r)
{
	switch (c->state) {
	case TCPTRAIL_SYN_SENT:
		return CONN_WHY_SYN;
	case TCPTRAIL_SYN_RECV:
		return c->role == CONN_ACTIVE ? CONN_WHY_SYN : CONN_WHY_SYN_ACK;
	case TCPTRAIL_NEW_SYN_RECV:
		return CONN_WHY_SYN_ACK;
	}
	if (r->flags & TCPTRAIL_F_USER_TIMEOUT && r->transition.error == ETIMEDOUT)
		return CONN_WHY_USER_TIMEOUT;
	if (c->unacked)
		return CONN_WHY_DATA;
	switch (c->state) {
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_CLOSING:
	case TCPTRAIL_LAST_ACK:
		return CONN_WHY_FIN;
	}
	return CONN_WHY_KEEPALIVE;
}
