// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners that do not accept. What waits is on record; why its process does not act, /proc
 * says: it is frozen, stopped, blocked in the kernel, or has no descriptor left.
 */
#include "userspace/diagnose/verdict_internal.h"

static enum process_halt halt_of(const struct verdict_context *x)
{
	return x->process ? process_halt(x->process) : PROCESS_RUNS;
}

/*
 * Of many threads the one that accepts may be among those that are blocked. Of listeners that
 * share a port it is on record that one of them accepts, not which.
 */
static void say_running(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	const struct process *p = x->process;

	SENTENCE(v, "%s",
		 f->queue->listeners > 1 || f->unknown & FINDING(ACCEPTING) ?
			 "accepts too slowly, or not at all" :
		 x->recorded ? "has not accepted yet" :
			       "does not accept");
	if (p && p->blocked)
		SENTENCE(v, ", and %u of its %u threads %s blocked in the kernel (state D%s%s)",
			 p->blocked, p->threads, p->blocked == 1 ? "is" : "are",
			 !p->wchan[0]	 ? "" :
			 p->blocked == 1 ? ", in " :
					   ", the first in ",
			 p->wchan);
}

/* "has no descriptor left (12 of 12 are in use): accept() fails with EMFILE" */
static void say_why(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	const struct process *p = x->process;

	switch (halt_of(x)) {
	case PROCESS_RUNS:
		say_running(f, x, v);
		break;
	case PROCESS_FROZEN:
		SENTENCE(v, "is in a frozen control group (cgroup.freeze, docker pause)");
		break;
	case PROCESS_STOPPED:
		SENTENCE(v, "is stopped by a signal (SIGSTOP, state T)");
		break;
	case PROCESS_TRACED:
		SENTENCE(v, "is stopped by a debugger (state t)");
		break;
	case PROCESS_BLOCKED:
		SENTENCE(v, "is blocked in the kernel (state D%s%s)", p->wchan[0] ? ", in " : "",
			 p->wchan);
		break;
	case PROCESS_NO_DESCRIPTOR:
		SENTENCE(v,
			 "has no descriptor left (%u of %llu are in use): accept() fails with "
			 "EMFILE",
			 p->fds, (unsigned long long)p->fd_limit);
	}
}

/* " app[7] accepted last, 20.0s ago." */
static void say_history(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	if (x->accepted)
		SENTENCE(v, " %s accepted last, %s ago.",
			 x->acceptor ? x->acceptor : "Some process", x->accepted);
	else if (f->queue->listeners > 1)
		SENTENCE(v, " %u listeners share the port (SO_REUSEPORT).", f->queue->listeners);
	else if (x->recorded && halt_of(x) == PROCESS_RUNS)
		SENTENCE(v, " Whether it accepts any is not known: the recording began %s ago.",
			 x->recorded);
	else if (x->none_accepted)
		SENTENCE(v, " None has been accepted since it listens.");
}

/* Of several listeners at a port it is not known without the kernel whose these are. */
static const char *name_of(const struct finding *f, const struct verdict_context *x)
{
	if (f->queue->listeners > 1 && !finding_live(f))
		return "one of the listeners";
	return x->owner ? x->owner : x->holder ? x->holder : "its process";
}

static void say_remedy(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	const char *name = name_of(f, x);

	switch (halt_of(x)) {
	case PROCESS_RUNS:
		if (x->gone)
			REMEDY(v,
			       "See what %s does (its stack). If it is not to accept here, end it, "
			       "and have %s open the listener with SOCK_CLOEXEC: then programs that "
			       "are started do not inherit it.",
			       name, x->gone);
		else
			REMEDY(v,
			       "See what %s does (its stack): whether it waits for something else, "
			       "or has forgotten the listening socket.",
			       name);
		break;
	case PROCESS_FROZEN:
		REMEDY(v,
		       "Thaw it: systemctl thaw, docker unpause, or write 0 to its cgroup.freeze.");
		break;
	case PROCESS_STOPPED:
		REMEDY(v, "kill -CONT %u lets it go on.", x->process->pid);
		break;
	case PROCESS_TRACED:
		REMEDY(v,
		       "Let it go on in the debugger, or detach that (TracerPid in "
		       "/proc/%u/status).",
		       x->process->pid);
		break;
	case PROCESS_BLOCKED:
		REMEDY(v,
		       "/proc/%u/stack shows what it waits for, for example a disk, a file "
		       "server (NFS), or a child of vfork().",
		       x->process->pid);
		break;
	case PROCESS_NO_DESCRIPTOR:
		REMEDY(v,
		       "Raise its limit (RLIMIT_NOFILE, systemd's LimitNOFILE=), and see in "
		       "/proc/%u/fd what it has open.",
		       x->process->pid);
	}
}

static void say_waiting(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	SENTENCE(v, "%u connection%s wait%s to be accepted, the oldest%s for %s: %s ", f->waiting,
		 plural(f->waiting), f->waiting == 1 ? "s" : "",
		 f->queue->listeners > 1 ? " of this port" : "", x->age, name_of(f, x));
	say_why(f, x, v);
	SENTENCE(v, ".");
	say_history(f, x, v);
	if (x->gone)
		SENTENCE(v, " %s called listen() and does not hold it any more.", x->gone);
	say_remedy(f, x, v);
}

static void say_full(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	SENTENCE(
		v,
		"The accept queue is full: %u connections wait, the backlog is %u, and new clients "
		"get no answer: %s ",
		f->live.queued, f->live.backlog, name_of(f, x));
	if (f->accepting)
		SENTENCE(v, "accepts too slowly");
	else
		say_why(f, x, v);
	SENTENCE(v, ".");
	say_history(f, x, v);
	if (f->accepting)
		REMEDY(v, "A larger backlog in listen() helps against bursts (up to "
			  "net.core.somaxconn); more threads or processes that accept, against "
			  "lasting load.");
	else
		say_remedy(f, x, v);
}

const struct rule verdict_rules_listen[] = {
	{ "accept-queue-full", VERDICT_AFFECTS_OTHERS, TCPTRAIL_LISTEN, FINDING(QUEUE_FULL), 0,
	  say_full },
	{ "accept-queue-waiting", VERDICT_AFFECTS_OTHERS, TCPTRAIL_LISTEN, FINDING(WAITED),
	  FINDING(ACCEPTING), say_waiting },
	{ 0 },
};
