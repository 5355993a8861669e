// SPDX-License-Identifier: GPL-2.0
/*
 * A filter knows records. So a connection is asked about as a record of the connection as it
 * is now, once for each of its two tasks.
 */
#include "userspace/conn/filter_conn.h"

#include <string.h>

static bool match_task(const struct filter *f, struct tcptrail_record *r, const struct task *task)
{
	r->flags = task ? TCPTRAIL_F_TASK : 0;
	if (task) {
		r->transition.pid = task->pid;
		memcpy(r->transition.comm, task->comm, sizeof(task->comm));
	}
	return filter_match(f, r);
}

/* A connection, as the record that a filter knows. */
bool filter_conn(const struct filter *f, const struct tracker *m, const struct conn *c,
		 uint8_t state)
{
	struct tcptrail_record r = {
		.kind = TCPTRAIL_SNAPSHOT,
		.netns = c->netns,
		.lport = c->lport,
		.rport = c->rport,
		.transition = { .old_state = state, .new_state = state },
	};

	tracker_laddr(m, c, r.laddr);
	tracker_raddr(m, c, r.raddr);
	return match_task(f, &r, tracker_task(m, c->opener)) ||
	       match_task(f, &r, tracker_task(m, c->owner));
}
