// SPDX-License-Identifier: GPL-2.0
/* One side has closed, or both have. */
#include "userspace/diagnose/verdict_internal.h"

/* What says when the kernel does not wait for an answer any longer. */
#define GIVES_UP "net.ipv4.tcp_orphan_retries; while a process holds the socket, tcp_retries2"

static const char *holder_of(const struct verdict_context *x)
{
	if (x->unheld)
		return "what has it without a descriptor (io_uring, a message under way, the "
		       "kernel)";
	return x->holder ? x->holder : "its process";
}

/* No process has a descriptor of it: who had one last has done something unusual with it. */
static void ask_last(const struct verdict_context *x, struct verdict *v)
{
	REMEDY(v,
	       "%s had it last: did it register the socket with io_uring, or send it to another "
	       "process (SCM_RIGHTS) that has not received it?",
	       x->holder ? x->holder : "Whoever opened or accepted it");
}

/* What its holder, or its holders, do. */
static const char *has(const struct verdict_context *x)
{
	return x->holders > 1 || x->processes > 1 ? "have" : "has";
}

/* Its process has another socket, which hands the data on and closes the subflows. */
static void say_mptcp(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	SENTENCE(v,
		 "A subflow of an MPTCP connection has been half closed for %s. Who accepted the "
		 "connection, what is unread and who has to close it is not known from a subflow.",
		 x->age);
	REMEDY(v, "Look at the MPTCP connection itself: ss -Mnp.");
}

static void say_not_accepted(const struct finding *f, const struct verdict_context *x,
			     struct verdict *v)
{
	SENTENCE(v, "The peer connected and closed; nobody has accepted the connection%s%s",
		 x->listener ? ": it waits in the queue of " : "", x->listener ? x->listener : "");
	if (f->queue && accept_queue_known(f->queue))
		SENTENCE(v, " (%u wait there, the backlog is %u)", f->queue->queued,
			 f->queue->backlog);
	SENTENCE(v, ".");
	REMEDY(v, "%s must call accept(): see what it does (its stack).",
	       x->listener ? x->listener : "The listener's process");
}

/* Since the peer has closed, or since data has moved: what came later counts. */
static void say_closed(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	SENTENCE(v,
		 f->stuck_ns > f->since_ns ? "The peer closed, and no data has moved for %s%s" :
					     "The peer closed %s ago%s",
		 x->age,
		 f->evidence & FINDING(PEER_ENDED) ? ", and its socket no longer exists" : "");
}

static void say_inherited(const struct finding *f, const struct verdict_context *x,
			  struct verdict *v)
{
	bool accepted = f->conn->role == CONN_PASSIVE;

	say_closed(f, x, v);
	SENTENCE(v,
		 ". %s has %s the connection and does not hold it any more; %s %s inherited it, "
		 "and %s it open.",
		 x->inherited_from, accepted ? "accepted" : "opened", holder_of(x), has(x),
		 x->holders > 1 || x->processes > 1 ? "keep" : "keeps");
	REMEDY(v,
	       "If the holder is to serve the connection (as under inetd), it must close it. Else, "
	       "in the code of %s, %s: then programs that it starts do not inherit the socket.",
	       x->inherited_from,
	       accepted ? "accept with accept4() and SOCK_CLOEXEC, or set O_CLOEXEC" :
			  "open sockets with SOCK_CLOEXEC (O_CLOEXEC)");
}

/* Its process has read the end of file here and passed it on: it waits for somebody else. */
static void say_close_wait_relay(const struct finding *f, const struct verdict_context *x,
				 struct verdict *v)
{
	say_closed(f, x, v);
	SENTENCE(v,
		 ". As a relay does that hands the end on, %s %s shut down its half of another "
		 "connection, to %s, %s later, and waits for that side to close.",
		 holder_of(x), has(x), x->leg ? x->leg : "another peer",
		 number_text(put_span, f->relay->span_ns).s);
	REMEDY(v,
	       "See what %s waits for. A relay can limit how long it waits for the other half (a "
	       "timeout for half-closed connections).",
	       x->leg_peer ? x->leg_peer : "the process on that side");
}

/* When data came last the kernel alone tells; on record is the FIN. */
static const char *peer_is_silent(const struct finding *f)
{
	return f->live.has_info ? "has sent neither data nor its FIN, or they do not get here" :
				  "has not sent its FIN, or that does not get here; whether data "
				  "comes is not on record";
}

static void say_fin_wait2_relay(const struct finding *f, const struct verdict_context *x,
				struct verdict *v)
{
	SENTENCE(
		v,
		"%s %s shut down its half %s after the peer of another connection, %s, had closed, "
		"as a relay does that hands the end on. For %s the peer here %s.",
		holder_of(x), has(x), number_text(put_span, f->relay->span_ns).s,
		x->leg ? x->leg : "which is over", x->age, peer_is_silent(f));
	REMEDY(v,
	       "See what %s waits for. A relay can limit how long it waits for the other half (a "
	       "timeout for half-closed connections).",
	       verdict_peer(x, "the peer's process"));
}

/* "has stopped reading" needs two numbers: at the FIN, which is on record, and now. */
static void say_unread(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	unsigned int unread = f->conn->unread;
	const char *holder = holder_of(x);

	say_closed(f, x, v);
	if (f->evidence & FINDING(READS_NOTHING))
		SENTENCE(v,
			 "; %u byte%s lie%s unread, as many as when it closed: %s %s stopped "
			 "reading.",
			 unread, plural(unread), unread == 1 ? "s" : "", holder, has(x));
	else if (f->evidence & FINDING(READS) && f->evidence & FINDING(LISTED))
		SENTENCE(v,
			 "; %u byte%s lie%s unread, fewer than there were: %s %s read, and may "
			 "do so still.",
			 unread, plural(unread), unread == 1 ? "s" : "", holder, has(x));
	else
		SENTENCE(v,
			 "; when last looked at, %u byte%s lay unread. Whether %s reads them is "
			 "not known from one look.",
			 unread, plural(unread), holder);
	if (x->unheld) {
		ask_last(x, v);
		return;
	}
	REMEDY(v,
	       "%s where it waits (its stack), or why the socket left its poll set; it must read "
	       "to the end, then close.",
	       f->evidence & FINDING(READS_NOTHING) ? "See" : "If their number stays, see");
}

/* ": in the last 5 minutes 60 were added and 58 ended"; where it does not go on, since when */
static void say_trend(struct verdict *v, const struct trend *t)
{
	uint64_t newest_ns = time_between(t->newest_ns, t->until_ns);

	SENTENCE(v, ": in the last %s %llu were added and %llu ended",
		 number_text(put_about, trend_window_ns(t)).s, (unsigned long long)trend_begun(t),
		 (unsigned long long)trend_ended(t));
	if (!trend_grows(t) && t->newest_ns)
		SENTENCE(v, " (the last one was added %s ago)",
			 number_text(put_about, newest_ns).s);
}

/* What is on record of those that began and those that were closed, and what comes of it. */
static void say_rate(struct verdict *v, const struct descriptor_leak *g)
{
	if (!g || (g->count < DESCRIPTOR_LEAK_ENOUGH && g->out_ns))
		return;
	SENTENCE(v, " It has %u such sockets", g->count);
	if (descriptor_leak_is_known(g))
		say_trend(v, &g->trend);
	SENTENCE(v, ".");
	if (!g->out_ns)
		SENTENCE(v, " None of its %llu descriptors is left.",
			 (unsigned long long)g->fd_limit);
	else if (g->out_ns != DESCRIPTOR_LEAK_NEVER)
		SENTENCE(v,
			 " At this rate its last descriptor (%u of %llu are in use) is gone in %s.",
			 g->fds, (unsigned long long)g->fd_limit,
			 number_text(put_about, g->out_ns).s);
}

/* A FIN that came by itself was read by itself, and told the process the end of file. */
static const char *missing_close(const struct finding *f)
{
	if (!(f->evidence & FINDING(END_READ)))
		return "If it has read the end of file (0 bytes), that code must close the socket; "
		       "if not, see where it waits. The kernel knows which, of a live socket.";
	if (f->evidence & FINDING(READS) || f->at_least)
		return "The close is missing: nothing is left to read but the end of file (0 "
		       "bytes), if it has not read that. That code must close the socket.";
	return "The close is missing: its code that has read the end of file (0 bytes) must close "
	       "the socket.";
}

static void say_leak(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	const char *read = f->evidence & FINDING(END_READ) ? " read to the end and" : "";

	say_closed(f, x, v);
	/* Who had it last may have passed it on. */
	if (!x->unheld && x->holder && !x->holders) {
		SENTENCE(v, "; the socket, which %s had last, is still open.", x->holder);
	} else {
		SENTENCE(v, "; %s %s%s not%s.", holder_of(x), has(x), read, *read ? " closed" : "");
		say_rate(v, x->leak);
	}
	if (f->unknown & FINDING(NOT_ACCEPTED) && !f->conn->inode)
		SENTENCE(v, " Whether accept() has taken the connection is not known.");
	if (x->unheld)
		ask_last(x, v);
	else if (x->holders > 1)
		REMEDY(v,
		       "%s descriptors must be closed: inherited ones too (close them after "
		       "fork, open with O_CLOEXEC).",
		       x->holders == 2 ? "Both" : "All");
	else
		REMEDY(v, "%s", missing_close(f));
}

static void say_end_unread(const struct finding *f, const struct verdict_context *x,
			   struct verdict *v)
{
	say_closed(f, x, v);
	SENTENCE(v, "; %s %s not read the end of file, though nothing else is left to read.",
		 holder_of(x), has(x));
	say_rate(v, x->leak);
	REMEDY(v, "See why it does not read: is the socket in its poll set, is its thread blocked "
		  "(its stack)? It must read the end (0 bytes), then close.");
}

/* What the FIN waits for: " with 900 bytes still to go: the peer has closed its window ..." */
static void say_window(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	unsigned int unacked = f->conn->unacked;

	if (unacked)
		SENTENCE(v, " with %u byte%s still to go", unacked, plural(unacked));
	else
		SENTENCE(v, ", but our FIN has to wait");
	SENTENCE(v,
		 ": the peer has closed its window. It lives, but has no room: %s does not read, "
		 "or its host lacks memory.%s",
		 verdict_peer(x, "its process"),
		 unacked ? " Our FIN has to wait behind them." : "");
}

static void say_zero_window(const struct finding *f, const struct verdict_context *x,
			    struct verdict *v)
{
	SENTENCE(v, "We closed");
	say_window(f, x, v);
	REMEDY(v,
	       "Look at %s: where does it wait? No process here holds the socket, and the kernel "
	       "gives up by itself (net.ipv4.tcp_orphan_retries); ss -K ends it now.",
	       verdict_peer(x, "the peer's process"));
}

/* The kernel gives up on a peer that answers its probes only where no process has the socket. */
static void say_zero_window_held(const struct finding *f, const struct verdict_context *x,
				 struct verdict *v)
{
	SENTENCE(v, "%s %s shut down our half and kept the socket", holder_of(x), has(x));
	say_window(f, x, v);
	REMEDY(v,
	       "Look at %s: where does it wait? As long as the peer answers and a process here "
	       "holds the socket, the kernel does not give up, unless TCP_USER_TIMEOUT is set. "
	       "ss -K ends it now.",
	       verdict_peer(x, "the peer's process"));
}

/* The FIN goes behind the data: as long as that is not acknowledged, nothing is told of the FIN. */
static void say_fin(const struct finding *f, struct verdict *v)
{
	if (f->conn->unacked)
		SENTENCE(v, "%u byte%s before our FIN %s not acknowledged%s", f->conn->unacked,
			 plural(f->conn->unacked), f->conn->unacked == 1 ? "is" : "are",
			 finding_live(f) ? "" : ", by the last record");
	else
		verdict_say_tries(f, v, "our FIN", f->conn->fins);
}

/* In a record a closed window looks like a path that is gone. */
static void say_unanswered(const struct finding *f, struct verdict *v)
{
	bool here = verdict_peer_is_here(f), window = f->conn->unacked && !finding_live(f);

	say_fin(f, v);
	SENTENCE(v, ": %s%s%ssomething drops segments, on the way or at one of its ends.",
		 !here	? "the peer is gone, " :
		 window ? "the peer " :
			  "",
		 window ? "does not read (zero window), " : "", here && !window ? "" : "or ");
}

static void say_last_ack(const struct finding *f, const struct verdict_context *x,
			 struct verdict *v)
{
	if (verdict_says_not_leaving(f, x, v))
		return;
	SENTENCE(v, "Both sides closed, but ");
	say_unanswered(f, v);
	REMEDY(v, "It ends by itself (" GIVES_UP "); ss -K ends it now. Many of them: look for a "
		  "firewall that forgets connections too early.");
}

static void say_fin_wait1(const struct finding *f, const struct verdict_context *x,
			  struct verdict *v)
{
	if (verdict_says_not_leaving(f, x, v))
		return;
	SENTENCE(v, "We closed, but ");
	say_unanswered(f, v);
	REMEDY(v, "See whether the peer lives and reads; the kernel gives up by itself (" GIVES_UP
		  "), ss -K ends it now.");
}

static void say_fin_wait2_orphan(const struct finding *f, const struct verdict_context *x,
				 struct verdict *v)
{
	SENTENCE(v, "We closed, and the peer acknowledged that %s ago; its own FIN has not come.",
		 x->age);
	if (x->peer)
		REMEDY(v,
		       "Look at %s, which has the other end. Here the connection ends by itself "
		       "(net.ipv4.tcp_fin_timeout).",
		       x->peer);
	else
		REMEDY(v, "See whether the peer lives, and its process has closed (if it is in "
			  "CLOSE-WAIT there, it has not). Here the connection ends by itself "
			  "(net.ipv4.tcp_fin_timeout).");
}

static void say_fin_wait2(const struct finding *f, const struct verdict_context *x,
			  struct verdict *v)
{
	SENTENCE(v, "Our half is shut down and %s %s kept the socket; for %s the peer %s.",
		 holder_of(x), has(x), x->age, peer_is_silent(f));
	REMEDY(v,
	       "See what %s waits for%s. To wait no longer, close the socket here: the kernel then "
	       "ends it after net.ipv4.tcp_fin_timeout.",
	       verdict_peer(x, "the peer's process"),
	       x->peer ? "" : ", and whether the peer lives");
}

static void say_fin_wait2_unread(const struct finding *f, const struct verdict_context *x,
				 struct verdict *v)
{
	SENTENCE(v,
		 "Our half is shut down, and %u byte%s of the peer lie%s unread: %s has to read.",
		 f->conn->unread, plural(f->conn->unread), f->conn->unread == 1 ? "s" : "",
		 holder_of(x));
	if (f->live.has_info)
		SENTENCE(v, " Nothing has come for %s.", x->age);
	REMEDY(v, "See where it waits (its stack), or why the socket left its poll set. It has to "
		  "read to the end, or to close the socket.");
}

static void say_fin_wait2_half_open(const struct finding *f, const struct verdict_context *x,
				    struct verdict *v)
{
	SENTENCE(
		v,
		"Our half is shut down and %s %s kept the socket. The peer's FIN will not come: the "
		"other end was on this machine and has ended; neither has a FIN of it arrived here, "
		"nor a RST that this end took.",
		holder_of(x), has(x));
	REMEDY(v, "Close the socket here: then the kernel ends it after net.ipv4.tcp_fin_timeout. "
		  "ss -K ends it now.");
}

static void say_closing(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	if (verdict_says_not_leaving(f, x, v))
		return;
	SENTENCE(v, "Both sides closed at once, but ");
	say_unanswered(f, v);
	REMEDY(v, "It ends by itself; ss -K ends it now.");
}

const struct rule verdict_rules_close[] = {
	{ "close-wait-mptcp", VERDICT_HARMLESS, TCPTRAIL_CLOSE_WAIT, FINDING(MPTCP), 0, say_mptcp },
	{ "fin-wait2-mptcp", VERDICT_HARMLESS, TCPTRAIL_FIN_WAIT2, FINDING(MPTCP), 0, say_mptcp },
	{ "close-wait-zero-window", VERDICT_LASTS, TCPTRAIL_CLOSE_WAIT,
	  FINDING(STALLED) | FINDING(ZERO_WINDOW), 0, verdict_say_window },
	{ "close-wait-unanswered", VERDICT_LASTS, TCPTRAIL_CLOSE_WAIT, FINDING(STALLED),
	  FINDING(ZERO_WINDOW), verdict_say_stalled },
	{ "close-wait-relay", VERDICT_LASTS, TCPTRAIL_CLOSE_WAIT, FINDING(RELAY),
	  FINDING(UNREAD) | FINDING(END_UNREAD), say_close_wait_relay },
	{ "close-wait-not-accepted", VERDICT_LASTS, TCPTRAIL_CLOSE_WAIT, FINDING(NOT_ACCEPTED), 0,
	  say_not_accepted },
	{ "close-wait-unread", VERDICT_LASTS, TCPTRAIL_CLOSE_WAIT, FINDING(UNREAD), 0, say_unread,
	  say_inherited },
	{ "close-wait-end-unread", VERDICT_LASTS, TCPTRAIL_CLOSE_WAIT, FINDING(END_UNREAD), 0,
	  say_end_unread, say_inherited },
	{ "close-wait-leak", VERDICT_LASTS, TCPTRAIL_CLOSE_WAIT, FINDING(PEER_CLOSED),
	  FINDING(END_UNREAD), say_leak, say_inherited },
	{ "last-ack-zero-window", VERDICT_PASSES, TCPTRAIL_LAST_ACK,
	  FINDING(ZERO_WINDOW) | FINDING(ORPHAN), 0, say_zero_window },
	{ "last-ack-zero-window-held", VERDICT_LASTS, TCPTRAIL_LAST_ACK, FINDING(ZERO_WINDOW),
	  FINDING(ORPHAN), say_zero_window_held },
	{ "last-ack-unanswered", VERDICT_PASSES, TCPTRAIL_LAST_ACK,
	  FINDING(PEER_CLOSED) | FINDING(WE_CLOSED), FINDING(ZERO_WINDOW), say_last_ack },
	{ "fin-wait1-zero-window", VERDICT_PASSES, TCPTRAIL_FIN_WAIT1,
	  FINDING(ZERO_WINDOW) | FINDING(ORPHAN), 0, say_zero_window },
	{ "fin-wait1-zero-window-held", VERDICT_LASTS, TCPTRAIL_FIN_WAIT1, FINDING(ZERO_WINDOW),
	  FINDING(ORPHAN), say_zero_window_held },
	{ "fin-wait1-unanswered", VERDICT_PASSES, TCPTRAIL_FIN_WAIT1, FINDING(WE_CLOSED),
	  FINDING(ZERO_WINDOW), say_fin_wait1 },
	{ "fin-wait2-orphan", VERDICT_PASSES, TCPTRAIL_FIN_WAIT2, FINDING(ORPHAN), 0,
	  say_fin_wait2_orphan },
	{ "fin-wait2-half-open", VERDICT_LASTS, TCPTRAIL_FIN_WAIT2, FINDING(PEER_GONE), 0,
	  say_fin_wait2_half_open },
	{ "fin-wait2-relay", VERDICT_LASTS, TCPTRAIL_FIN_WAIT2, FINDING(RELAY), FINDING(UNREAD),
	  say_fin_wait2_relay },
	{ "fin-wait2-unread", VERDICT_LASTS, TCPTRAIL_FIN_WAIT2,
	  FINDING(FIN_ACKED) | FINDING(LISTED) | FINDING(UNREAD), FINDING(ORPHAN),
	  say_fin_wait2_unread },
	{ "fin-wait2-held", VERDICT_LASTS, TCPTRAIL_FIN_WAIT2, FINDING(FIN_ACKED), 0,
	  say_fin_wait2 },
	{ "closing-zero-window", VERDICT_PASSES, TCPTRAIL_CLOSING,
	  FINDING(ZERO_WINDOW) | FINDING(ORPHAN), 0, say_zero_window },
	{ "closing-zero-window-held", VERDICT_LASTS, TCPTRAIL_CLOSING, FINDING(ZERO_WINDOW),
	  FINDING(ORPHAN), say_zero_window_held },
	{ "closing-stuck", VERDICT_PASSES, TCPTRAIL_CLOSING,
	  FINDING(PEER_CLOSED) | FINDING(WE_CLOSED), FINDING(ZERO_WINDOW), say_closing },
	{ 0 },
};
