// SPDX-License-Identifier: GPL-2.0
/* What ended lately: CLOSE-WAITs by process, connections of this side's by destination. */
#include <string.h>

#include "userspace/conn/tracker_internal.h"

const struct recent *tracker_recent_close_waits(const struct tracker *m)
{
	return m->recent_close_waits;
}

const struct recent *tracker_recent_ports(const struct tracker *m)
{
	return m->recent_ports;
}

/*
 * Who closed it is on record. Where it was not closed, but ended (a RST, ss -K), it was
 * its opener's.
 */
static const struct task *whose(const struct tracker *m, const struct conn *c)
{
	return tracker_task(m, c->owner && !c->error ? c->owner : c->opener);
}

void observe_left(struct tracker *m, const struct conn *c, uint64_t time_ns)
{
	const struct task *task;
	struct recent_key key = { 0 };

	if (c->state != TCPTRAIL_CLOSE_WAIT || c->flags & CONN_MPTCP)
		return;
	task = whose(m, c);
	key.netns = task ? task->pid : 0;
	recent_add(m->recent_close_waits, &key, c->flags & CONN_AT_LEAST ? 0 : c->since_ns,
		   time_ns);
}

/* Of one that the other side opened no port is taken; who opened may not be on record. */
void observe_over(struct tracker *m, const struct conn *c, uint64_t time_ns)
{
	struct recent_key key = { .netns = c->netns, .port = c->rport };

	if (!m->recent_ports || !(c->flags & CONN_WHOLE) || c->object == CONN_REQUEST ||
	    c->role == CONN_PASSIVE || c->role == CONN_LISTENER)
		return;
	tracker_laddr(m, c, key.laddr);
	tracker_raddr(m, c, key.raddr);
	recent_add(m->recent_ports, &key, c->flags & CONN_FOUND ? 0 : c->begun_ns, time_ns);
}
