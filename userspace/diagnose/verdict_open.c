// SPDX-License-Identifier: GPL-2.0
/* Before the close: handshakes that do not end, and connections on which nothing moves. */
#include "userspace/base/time.h"
#include "userspace/diagnose/verdict_internal.h"

bool verdict_says_not_leaving(const struct finding *f, const struct verdict_context *x,
			      struct verdict *v)
{
	const struct kernel_socket *live = &f->live;

	if (!(f->evidence & FINDING(NOT_LEAVING)))
		return false;
	if (live->timer == KERNEL_TIMER_PROBE)
		SENTENCE(
			v,
			"%u bytes wait, and the peer's window has room for them, but in %u tries no "
			"segment has left this machine: it has no route to the peer, or its device "
			"or a local filter stops them.",
			f->conn->unacked, live->retransmits);
	else if (!kernel_socket_not_leaving(live))
		SENTENCE(
			v,
			"The SYN was due %u times and is not on record as sent: this machine has no "
			"route to the peer, or a filter of this machine drops it.",
			live->retransmits + 1U);
	else
		SENTENCE(
			v,
			"Of %u retransmissions no more than %u left this machine%s: it has no route "
			"to the peer any more, or its device or a local filter stops them.",
			live->retransmits, live->resent,
			f->state == TCPTRAIL_SYN_SENT ? ", and the SYN is not answered" : "");
	REMEDY(v,
	       "See the route (ip route get ADDRESS), the neighbour (ip neigh), the device (ip -s "
	       "link) and the filters (nft list ruleset) here; nothing is known of the peer.");
	return true;
}

static const char *opener_of(const struct verdict_context *x)
{
	return x->holder ? x->holder : "Some process";
}

static const char *listener_of(const struct verdict_context *x, const char *otherwise)
{
	return x->listener ? x->listener : otherwise;
}

static void say_syn_to_full_queue(const struct finding *f, const struct verdict_context *x,
				  struct verdict *v)
{
	SENTENCE(
		v,
		"%s wants to connect. Its SYN arrived at %s, on this machine, and was not answered: "
		"the accept queue is full (%u wait, the backlog is %u).",
		opener_of(x), listener_of(x, "its listener"), f->queue->queued, f->queue->backlog);
	REMEDY(v,
	       "%s must call accept() faster, or listen() with a larger backlog (up to "
	       "net.core.somaxconn).",
	       listener_of(x, "The listener"));
}

static void say_syn_answer_lost(const struct finding *f, const struct verdict_context *x,
				struct verdict *v)
{
	SENTENCE(
		v,
		"%s wants to connect. Its SYN arrived at %s, on this machine, and was answered; %s.",
		opener_of(x), listener_of(x, "its destination"),
		f->unknown & FINDING(SYN_ACK_ARRIVED) ?
			"whether the SYN-ACK has come back is not known: records were lost" :
			"the SYN-ACK has not come back");
	REMEDY(v, "See by which way the listener's host answers (ip route get), and whether a "
		  "filter on that way drops the SYN-ACK.");
}

/* One that was for this socket would have been taken. */
static void say_syn_answer_refused(const struct finding *f, const struct verdict_context *x,
				   struct verdict *v)
{
	if (f->conn->flags & CONN_RST_OUT_FOREIGN) {
		SENTENCE(
			v,
			"%s wants to connect. A SYN-ACK has come, and this machine refused it with "
			"RST, before the socket got it: a firewall here rejects it.",
			opener_of(x));
		REMEDY(v, "See the rules here (nft list ruleset, iptables-save).");
		return;
	}
	SENTENCE(v,
		 "%s wants to connect. A SYN-ACK has come, and the socket has not taken it. The "
		 "kernel drops a SYN-ACK, among other reasons, if it acknowledges another SYN, or "
		 "if its key (TCP-MD5, TCP-AO) is missing or wrong.",
		 opener_of(x));
	REMEDY(v, "See here which counter rises (nstat -az): TcpExtTCPMD5NotFound, "
		  "TcpExtTCPMD5Unexpected, TcpExtTCPMD5Failure, TcpExtTCPAORequired, "
		  "TcpExtTCPAOBad; and what comes (tcpdump).");
}

static void say_syn_dropped(const struct finding *f, const struct verdict_context *x,
			    struct verdict *v)
{
	if (f->unknown & FINDING(SYN_ANSWERED))
		SENTENCE(
			v,
			"%s wants to connect. Its SYN arrived at %s, on this machine. Whether that "
			"answered is not known: records were lost.",
			opener_of(x), listener_of(x, "its destination"));
	else
		SENTENCE(
			v,
			"%s wants to connect. Its SYN arrived at %s, on this machine, and no answer left "
			"it. Among the reasons are a full accept queue, a key (TCP-MD5, TCP-AO) that is "
			"demanded and the SYN does not have, no route back, and a filter there that drops "
			"the SYN-ACK.",
			opener_of(x), listener_of(x, "its destination"));
	REMEDY(v, "See there which counter rises (nstat -az): TcpExtListenOverflows, "
		  "TcpExtTCPReqQFullDrop, TcpExtTCPMD5NotFound, TcpExtTCPMD5Failure, "
		  "TcpExtTCPAOKeyNotFound; the way back (ip route get) and the filters.");
}

static void say_syn_sent(const struct finding *f, const struct verdict_context *x,
			 struct verdict *v)
{
	if (verdict_says_not_leaving(f, x, v))
		return;
	SENTENCE(v, "%s wants to connect, but ", opener_of(x));
	verdict_say_tries(f, v, "the SYN", f->conn->syns);
	SENTENCE(v, ". Whether it arrived is not known: no record of this machine shows that.");
	REMEDY(v, "Check address, route and firewall, and whether the peer is up; a listener "
		  "without room in its queue is silent, too. The application should set a connect "
		  "timeout.");
}

static void say_behind_full_queue(const struct finding *f, const struct verdict_context *x,
				  struct verdict *v)
{
	SENTENCE(v,
		 "A SYN came and the peer may believe itself connected, but the accept queue of %s "
		 "is full: %u wait, the backlog is %u.",
		 x->listener ? x->listener : "the listener", f->queue->queued, f->queue->backlog);
	REMEDY(v, "It must call accept() faster, or listen() with a larger backlog (up to "
		  "net.core.somaxconn).");
}

static void say_flood(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	SENTENCE(v,
		 "%u SYNs from %u addresses wait at %s for a third step that does not come: the "
		 "senders are forged (a flood), or our SYN-ACKs, or the answers to them, are lost.",
		 f->handshakes->count, f->handshakes->peers,
		 x->listener ? x->listener : "this port");
	REMEDY(v,
	       "If these are your clients, see by which way the SYN-ACKs leave (ip route get). If "
	       "not, have net.ipv4.tcp_syncookies on, so that real clients get in; stop the "
	       "flood upstream.");
}

static void say_deferred(const struct finding *f, const struct verdict_context *x,
			 struct verdict *v)
{
	SENTENCE(v,
		 "%s has answered our SYN-ACK, for that is not sent again; for %s it has sent no "
		 "data, and %s waits for some (TCP_DEFER_ACCEPT).",
		 finding_has_timer(f) ? "The client" :
					"If the first timeout is the usual one of 1 s, the client",
		 x->age, x->listener ? x->listener : "the listener");
	REMEDY(v,
	       "Nothing, unless the client waits for the server to speak first: then the server "
	       "must not set TCP_DEFER_ACCEPT. The connection is handed on when its time is over.");
}

static void say_syn_recv(const struct finding *f, const struct verdict_context *x,
			 struct verdict *v)
{
	bool unknown = f->unknown & FINDING(SYN_ACK_ACKED);

	SENTENCE(v, "A SYN came, but ");
	if (unknown)
		SENTENCE(v,
			 "the handshake is not complete. Whether the SYN-ACK was answered is not "
			 "known: the listener waits for data (TCP_DEFER_ACCEPT), or ");
	else
		verdict_say_tries(f, v, "our SYN-ACK", f->conn->synacks);
	SENTENCE(v,
		 "%sthe way back to its sender is another one and blocked (asymmetric routing), a "
		 "filter drops it or its answer, %sor the sender is forged.",
		 unknown ? "" : ": ",
		 f->queue && accept_queue_known(f->queue) ?
			 "" :
			 "the answer found the accept queue full, ");
	REMEDY(v, "See by which way the answer leaves (ip route get), and whether a firewall there "
		  "has seen the SYN.");
}

void verdict_say_window(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	SENTENCE(v,
		 "%u bytes wait, and nothing has moved for %s: the peer has closed its window. It "
		 "lives, but has no room: %s does not read, or its host lacks memory.",
		 f->conn->unacked, x->age, verdict_peer(x, "its process"));
	REMEDY(v,
	       "Look at %s: where does it wait? %s could give up by TCP_USER_TIMEOUT or a timeout "
	       "of its own.",
	       verdict_peer(x, "the peer's process"), x->holder ? x->holder : "The sender");
}

/* What the peer has been heard to say tells whether it lives; sizes, what the path takes. */
static void say_because(const struct finding *f, struct verdict *v)
{
	const struct number_text heard =
		number_text(put_age, kernel_socket_heard_ms(&f->live) * MS);
	bool full = f->evidence & FINDING(FULL_UNACKED);

	if (f->evidence & FINDING(PEER_HEARD))
		SENTENCE(v,
			 "The peer lives: it was heard %s ago. What we send does not arrive%s, or "
			 "its kernel drops it.",
			 heard.s,
			 full ? " (if only full segments do not, a hop has a smaller MTU)" : "");
	else if (full && f->evidence & FINDING(FULL_NEVER_ACKED))
		SENTENCE(v,
			 "Nothing has come from the peer for %s. Small segments were acknowledged, "
			 "a full one (%u bytes) never was: a hop may have a smaller MTU.",
			 heard.s, f->live.mss);
	else if (verdict_peer_is_here(f))
		SENTENCE(v,
			 "Nothing has come from the peer for %s, though its socket is there, on "
			 "this machine: what we send does not arrive, or its kernel drops it.",
			 heard.s);
	else
		SENTENCE(v,
			 "Nothing has come from the peer for %s. Whether it is gone, or the path, "
			 "or its kernel drops what we send, is not known from here.",
			 heard.s);
}

void verdict_say_stalled(const struct finding *f, const struct verdict_context *x,
			 struct verdict *v)
{
	const uint64_t mtu = FINDING(PEER_HEARD) | FINDING(FULL_NEVER_ACKED);

	if (verdict_says_not_leaving(f, x, v))
		return;
	SENTENCE(v, "%u bytes are not acknowledged for %s, and %u retransmission%s did not help. ",
		 f->conn->unacked, x->age, f->live.retransmits, plural(f->live.retransmits));
	say_because(f, v);
	if (f->evidence & FINDING(FULL_UNACKED) && f->evidence & mtu)
		REMEDY(v,
		       "Compare ping -M do -s %u with -s 500: if only the small one is answered, let "
		       "ICMP through, lower MTU or MSS here, or set net.ipv4.tcp_mtu_probing=1.",
		       f->live.pmtu > 48 ? f->live.pmtu - 28 : 1472);
	else
		REMEDY(v, "Check host and path. The kernel gives up by itself "
			  "(net.ipv4.tcp_retries2, some 15 minutes); TCP_USER_TIMEOUT makes that "
			  "sooner, ss -K ends it now.");
}

static void say_half_open(const struct finding *f, const struct verdict_context *x,
			  struct verdict *v)
{
	SENTENCE(
		v,
		"Half-open: the other end was on this machine and ended %s ago; neither has a FIN of "
		"it arrived here, nor a RST that this end took. %s can receive nothing any more.",
		x->age, x->holder ? x->holder : "This end");
	REMEDY(v, "ss -K ends it now. Only something that is sent finds it: set SO_KEEPALIVE (with "
		  "TCP_KEEPIDLE), or write now and then.");
}

static void say_self(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	SENTENCE(
		v,
		"%s is connected to itself: it wanted to connect to port %u of this host, and had that "
		"port as its own. It reads what it writes, and a server may find the port taken.",
		opener_of(x), f->conn->lport);
	REMEDY(v,
	       "Close it. Keep the ports of servers out of the range for clients "
	       "(net.ipv4.ip_local_port_range), or reserve them "
	       "(net.ipv4.ip_local_reserved_ports=%u).",
	       f->conn->lport);
}

static void say_deadlock(const struct finding *f, const struct verdict_context *x,
			 struct verdict *v)
{
	const struct conn *peer = finding_peer(f);

	SENTENCE(v,
		 "A deadlock: for %s both ends have waited to write, and neither reads. %s has %u "
		 "bytes unread and %u to send, %s has %u unread and %u to send.",
		 x->age, x->holder ? x->holder : "This end", f->conn->unread, f->conn->unacked,
		 verdict_peer(x, "the other end"), peer ? peer->unread : 0,
		 peer ? peer->unacked : 0);
	REMEDY(v, "One of them must read while it has something to write: with a non-blocking "
		  "socket, or from a second thread.");
}

const struct rule verdict_rules_open[] = {
	{ "syn-sent-answer-refused", VERDICT_PASSES, TCPTRAIL_SYN_SENT, FINDING(SYN_ACK_ARRIVED), 0,
	  say_syn_answer_refused },
	{ "syn-sent-answer-lost", VERDICT_PASSES, TCPTRAIL_SYN_SENT, FINDING(SYN_ANSWERED), 0,
	  say_syn_answer_lost },
	{ "syn-sent-queue-full", VERDICT_AFFECTS_OTHERS, TCPTRAIL_SYN_SENT,
	  FINDING(SYN_ARRIVED) | FINDING(QUEUE_FULL), 0, say_syn_to_full_queue },
	{ "syn-sent-dropped", VERDICT_PASSES, TCPTRAIL_SYN_SENT, FINDING(SYN_ARRIVED),
	  FINDING(SYN_ANSWERED) | FINDING(QUEUE_FULL), say_syn_dropped },
	{ "syn-sent-unanswered", VERDICT_PASSES, TCPTRAIL_SYN_SENT, FINDING(SYN_UNANSWERED),
	  FINDING(SYN_ARRIVED), say_syn_sent },
	/* Without room in the queue nobody gets in, whether the peer believes so or not. */
	{ "syn-recv-queue-full", VERDICT_AFFECTS_OTHERS, TCPTRAIL_SYN_RECV, FINDING(QUEUE_FULL), 0,
	  say_behind_full_queue },
	{ "syn-recv-deferred", VERDICT_HARMLESS, TCPTRAIL_SYN_RECV, FINDING(SYN_ACK_ACKED), 0,
	  say_deferred },
	{ "syn-recv-flood", VERDICT_AFFECTS_OTHERS, TCPTRAIL_SYN_RECV, FINDING(FLOOD),
	  FINDING(SYN_ACK_ACKED), say_flood },
	{ "syn-recv-unanswered", VERDICT_PASSES, TCPTRAIL_SYN_RECV, FINDING(SYN_ACK_UNANSWERED),
	  FINDING(SYN_ACK_ACKED), say_syn_recv },
	{ "established-half-open", VERDICT_LASTS, TCPTRAIL_ESTABLISHED, FINDING(PEER_GONE), 0,
	  say_half_open },
	{ "established-self", VERDICT_AFFECTS_OTHERS, TCPTRAIL_ESTABLISHED, FINDING(SELF), 0,
	  say_self },
	{ "established-deadlock", VERDICT_LASTS, TCPTRAIL_ESTABLISHED,
	  FINDING(STALLED) | FINDING(ZERO_WINDOW) | FINDING(UNREAD) | FINDING(PEER_BLOCKED), 0,
	  say_deadlock },
	{ "established-zero-window", VERDICT_LASTS, TCPTRAIL_ESTABLISHED,
	  FINDING(STALLED) | FINDING(ZERO_WINDOW), 0, verdict_say_window },
	{ "established-unanswered", VERDICT_LASTS, TCPTRAIL_ESTABLISHED, FINDING(STALLED),
	  FINDING(ZERO_WINDOW), verdict_say_stalled },
	{ 0 },
};
