// SPDX-License-Identifier: GPL-2.0
/* Under a line of tcptrail stuck: place, holders, bytes, timer. */
#include <string.h>

#include "userspace/base/time.h"
#include "userspace/base/duration.h"
#include "userspace/base/text.h"
#include "userspace/diagnose/evidence.h"
#include "userspace/print/stuck_out.h"

static struct number_text age_of_ms(uint32_t ms)
{
	return number_text(put_age, ms * MS);
}

const struct cgroup_name *stuck_cgroup(const struct stuck_out *o, const struct conn *c,
				       const struct stuck_words *w, struct cgroup_name *room)
{
	if (w->process)
		return w->process->cgroup.path[0] ? &w->process->cgroup : NULL;
	/* In a file the number is another machine's. */
	if (!o->holders || !c->cgroup || cgroup_by_id(room, c->cgroup))
		return NULL;
	return room;
}

static void put_cgroup(struct buf *p, const struct cgroup_name *name)
{
	const char *what = name->container[0] ? "container " : name->unit[0] ? "unit " : "cgroup ";
	const char *text = name->container[0] ? name->container :
			   name->unit[0]      ? name->unit :
						name->path;

	if (!strcmp(text, "/"))
		return;
	buf_str(p, what);
	buf_safe(p, text, strlen(text));
	buf_str(p, ", ");
}

/* "netns web (4026532183), unit nginx.service, uid 33, cookie 17" */
static void put_place(const struct stuck_out *o, struct buf *p, const struct stuck_group *group,
		      const struct stuck_words *w)
{
	const struct conn *c = group->members[0]->conn;
	struct cgroup_name room;
	const struct cgroup_name *cgroup = stuck_cgroup(o, c, w, &room);

	if (w->netns[0]) {
		buf_str(p, "netns ");
		buf_safe(p, w->netns, NETNS_NAME_MAX);
		buf_printf(p, " (%u), ", c->netns);
	} else if (c->netns != o->home_netns) {
		buf_printf(p, "netns %u, ", c->netns);
	}
	if (cgroup)
		put_cgroup(p, cgroup);
	buf_printf(p, "uid %u", c->uid);
	if (group->count == 1)
		buf_printf(p, ", cookie %llu", (unsigned long long)c->cookie);
}

static void put_sockets(const struct stuck_out *o, struct buf *p, const struct stuck_group *group)
{
	const struct finding *newest = group->members[group->count - 1];

	if (group->count == 1)
		return;
	buf_printf(p, "%zu sockets", group->count);
	if (group->peers > 1)
		buf_printf(p, " of %zu peers", group->peers);
	if (group->processes > 1)
		buf_printf(p, " in %zu processes", group->processes);
	buf_printf(p, ", the newest %s%s so; of the oldest: ", newest->at_least ? "at least " : "",
		   number_text(put_age, finding_age(newest, o->now_ns)).s);
}

/* What keeps the process from doing anything: ", stopped", ", blocked in the kernel (nfs_wait)" */
static void put_halt(struct buf *p, const struct process *process)
{
	switch (process_halt(process)) {
	case PROCESS_RUNS:
		break;
	case PROCESS_FROZEN:
		buf_str(p, ", in a frozen cgroup");
		break;
	case PROCESS_STOPPED:
		buf_str(p, ", stopped by a signal");
		break;
	case PROCESS_TRACED:
		buf_str(p, ", stopped by a debugger");
		break;
	case PROCESS_BLOCKED:
		buf_str(p, ", blocked in the kernel (state D)");
		break;
	case PROCESS_NO_DESCRIPTOR:
		buf_printf(p, ", %u of %llu descriptors in use", process->fds,
			   (unsigned long long)process->fd_limit);
	}
}

/* "held by shop[117] fd 4, shop[118] fd 4; accepted by shop[117]; runs: /usr/bin/shop -v" */
static void put_owner(const struct stuck_out *o, struct buf *p, const struct finding *f,
		      const struct stuck_words *w)
{
	const struct conn *c = f->conn;
	const struct task *opener = tracker_task(o->tracker, c->opener);

	if (w->holders_count)
		buf_printf(p, "held by %s", w->holder);
	else if (w->unheld)
		buf_str(p, "no descriptor holds it: io_uring does, a message under way "
			   "(SCM_RIGHTS), or the kernel");
	else if (c->flags & CONN_MPTCP)
		buf_str(p, "a subflow of MPTCP: who holds it is not known");
	else
		buf_str(p, c->flags & CONN_ORPHAN || c->object != CONN_SOCKET ?
				   "no process holds it" :
			   o->holders ? "no process is seen to hold it" :
					"who held it is not recorded");
	if (opener) {
		buf_str(p, c->role == CONN_PASSIVE  ? ", accepted by " :
			   c->role == CONN_LISTENER ? ", accepted last by " :
						      ", opened by ");
		buf_task(p, opener->comm, opener->pid);
	} else if (f->evidence & FINDING(NOT_ACCEPTED)) {
		buf_str(p, ", never accepted");
	}
	if (w->process)
		put_halt(p, w->process);
	if (w->process && w->process->command[0]) {
		buf_str(p, ", command: ");
		buf_safe(p, w->process->command, sizeof(w->process->command));
	}
}

/* The timer that the kernel names keepalive ends a FIN-WAIT-2 that nobody holds. */
static void put_timer(struct buf *p, const struct conn *c, const struct kernel_socket *live)
{
	struct number_text due = age_of_ms(live->expires_ms);
	bool ends = c->state == TCPTRAIL_FIN_WAIT2 && c->flags & CONN_ORPHAN;

	switch (live->timer) {
	case KERNEL_TIMER_RETRANSMIT:
		buf_printf(p, "timer: retransmission in %s, %u so far", due.s, live->retransmits);
		break;
	case KERNEL_TIMER_PROBE:
		buf_printf(p, "timer: window probe in %s, %u unanswered", due.s, live->retransmits);
		break;
	case KERNEL_TIMER_KEEPALIVE:
		buf_printf(p, "timer: %s in %s", ends ? "ends" : "keepalive", due.s);
		break;
	case KERNEL_TIMER_MINISOCKET:
		buf_printf(p, "timer: ends in %s", due.s);
		break;
	default:
		buf_str(p, "timer: none");
		if (c->state == TCPTRAIL_ESTABLISHED)
			buf_str(p, ", no keepalive");
	}
}

/* ", unsent 0; last data sent 14m05s ago, received 14m03s ago" */
static void put_times(struct buf *p, const struct kernel_socket *live)
{
	bool sent = live->sent_ms != KERNEL_NEVER_MS,
	     received = live->received_ms != KERNEL_NEVER_MS;

	buf_printf(p, ", unsent %u; ", live->unsent);
	if (!sent && !received)
		buf_str(p, "no data was ever sent or received");
	if (sent)
		buf_printf(p, "last data sent %s ago", age_of_ms(live->sent_ms).s);
	else if (received)
		buf_str(p, "no data was ever sent");
	if (received)
		buf_printf(p, ", %sreceived %s ago", sent ? "" : "last ",
			   age_of_ms(live->received_ms).s);
	else if (sent)
		buf_str(p, ", none was ever received");
}

/* "unread 812, unsent 0, unacknowledged 0; last data sent 14m05s ago, received 14m03s ago" */
static void put_data(struct buf *p, const struct stuck_group *group,
		     const struct kernel_socket *live)
{
	const struct conn *c = group->members[0]->conn;

	/* Requests and minisockets have no bytes. */
	if (c->object == CONN_SOCKET) {
		buf_printf(p, "unread %llu, unacknowledged %llu", (unsigned long long)group->unread,
			   (unsigned long long)group->unacked);
		if (group->count > 1)
			buf_str(p, " in all");
	}
	if (group->count > 1 || !live)
		return;
	if (c->state == TCPTRAIL_CLOSE_WAIT)
		buf_str(p, live->end_unread ? ", the end not read" : ", the end read");
	if (live->has_info)
		put_times(p, live);
	if (p->len)
		buf_str(p, "; ");
	put_timer(p, c, live);
}

static void put_queue(struct buf *p, const struct kernel_socket *live)
{
	buf_printf(p, "%u wait to be accepted, backlog %u", live->queued, live->backlog);
}

void stuck_put_details(const struct stuck_out *o, struct buf *out, const struct stuck_group *group,
		       const struct stuck_words *w)
{
	const struct finding *f = group->members[0];
	struct buf p;

	if (f->usage)
		return; /* the verdict has them all */
	buf_init(&p, NULL);
	put_sockets(o, &p, group);
	put_place(o, &p, group, w);
	buf_paragraph(out, buf_string(&p), STUCK_INDENT);
	p.len = 0;
	put_owner(o, &p, f, w);
	buf_paragraph(out, buf_string(&p), STUCK_INDENT);
	p.len = 0;
	if (f->state == TCPTRAIL_LISTEN && finding_live(f))
		put_queue(&p, &f->live);
	else
		put_data(&p, group, finding_live(f));
	if (p.len)
		buf_paragraph(out, buf_string(&p), STUCK_INDENT);
	buf_free(&p);
}
