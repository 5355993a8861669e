// SPDX-License-Identifier: GPL-2.0
/*
 * Builds the records, each straight in its slot of the ring: no copy, no allocation. Every
 * field is written, because the slot still has an older record's bytes. What the kernel does
 * not know at that moment is zero and has a flag that says so.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <linux/timekeeping.h>
#include <net/inet_sock.h>
#include <net/mptcp.h>
#include <net/tcp.h>

#include "compat.h"
#include "ports.h"
#include "record.h"
#include "reset.h"
#include "ring.h"
#include "wake.h"

static inline void begin(struct tcptrail_record *r, enum tcptrail_kind kind, const struct net *net)
{
	r->time_ns = ktime_get_mono_fast_ns();
	r->netns = net->ns.inum;
	r->cpu = smp_processor_id();
	r->kind = kind;
	r->reserved = 0;
}

static inline void end(struct tcptrail_record *r, unsigned long irq)
{
	tcptrail_ring_end(r, irq);
	tcptrail_wake_if_wanted();
}

static inline struct in6_addr *address(__u8 *bytes)
{
	return (struct in6_addr *)bytes;
}

static noinline u64 new_cookie(struct sock *sk)
{
	u32 parts[2];

	sock_diag_save_cookie(sk, parts);
	return (u64)parts[1] << 32 | parts[0];
}

/* Given out at first sight, so that all records of a connection carry it. */
static inline u64 cookie_of(struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return likely(cookie) ? cookie : new_cookie(sk);
}

/*
 * Addresses of anything that begins with a struct sock_common: full sockets
 * and minisockets, and request sockets, whose ireq_* are the same fields. Only
 * the local port lies elsewhere: skc_num is 0 already in some transitions.
 *
 * What is not known is zero and flagged. No socket is connected to port 0, so
 * that says whether there is a remote end; its address may be stale then.
 */
static __always_inline u16 tuple(struct tcptrail_record *r, const struct sock *sk, u16 lport,
				 bool listens)
{
	u16 flags = 0;

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		*address(r->laddr) = sk->sk_v6_rcv_saddr;
		*address(r->raddr) = sk->sk_v6_daddr;
		r->family = ipv6_addr_v4mapped(&sk->sk_v6_daddr) ? AF_INET : AF_INET6;
		if (ipv6_addr_any(&sk->sk_v6_rcv_saddr) && !listens)
			flags |= TCPTRAIL_F_NO_LADDR;
	} else
#endif
	{
		ipv6_addr_set_v4mapped(sk->sk_rcv_saddr, address(r->laddr));
		ipv6_addr_set_v4mapped(sk->sk_daddr, address(r->raddr));
		r->family = AF_INET;
		if (!sk->sk_rcv_saddr && !listens)
			flags |= TCPTRAIL_F_NO_LADDR;
	}

	r->lport = lport;
	r->rport = ntohs(sk->sk_dport);
	if (!r->lport)
		flags |= TCPTRAIL_F_NO_LPORT;
	if (!r->rport) {
		memset(r->raddr, 0, sizeof(r->raddr));
		flags |= TCPTRAIL_F_NO_RADDR | TCPTRAIL_F_NO_RPORT;
	}
	if (unlikely(flags & TCPTRAIL_F_NO_LADDR))
		memset(r->laddr, 0, sizeof(r->laddr));
	return flags;
}

/*
 * `current` has to do with the socket only while a task owns it: a softirq
 * leaves the sockets that a task owns alone.
 */
static inline u16 task(struct tcptrail_transition *t, const struct sock *sk)
{
	if (!sock_owned_by_user_nocheck(sk) || !in_task())
		return 0;
	t->pid = current->tgid;
	compat_task_comm(t->comm);
	return TCPTRAIL_F_TASK;
}

/*
 * sk_socket goes away under the socket's lock, which whoever changes the state
 * holds.
 */
static inline u16 inode(struct tcptrail_transition *t, const struct sock *sk)
{
	struct socket *socket = READ_ONCE(sk->sk_socket);

	if (!socket)
		return TCPTRAIL_F_ORPHAN;
	t->inode = SOCK_INODE(socket)->i_ino;
	return 0;
}

#define WITHOUT_DATA (TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT | TCPF_SYN_RECV | TCPF_NEW_SYN_RECV)

/* States in which snd_una has yet to pass our SYN or FIN. */
#define SYN_OR_FIN_UNACKED \
	(TCPF_SYN_SENT | TCPF_SYN_RECV | TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK)

/* States in which our FIN is on its way, unless it waits behind data. */
#define FIN_SENT (TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_CLOSING | TCPF_LAST_ACK)

/*
 * What was sent, counted in two ways. By sequence numbers: with our SYN, if we
 * connected, and our FIN, once it has left the queue. By segments: without
 * both, but a segment that our own queueing discipline refused counts again
 * when it is sent at last. Both are never too little.
 *
 * rcv_nxt, and bytes_received with it, is behind the peer's FIN.
 */
static inline u16 bytes(struct tcptrail_transition *t, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 by_sequence = tp->bytes_acked + (tp->snd_nxt - tp->snd_una);
	u64 by_segment = tp->bytes_sent - tp->bytes_retrans;

	if ((1 << sk->sk_state) & FIN_SENT && tp->snd_nxt == tp->write_seq)
		by_sequence--;
	t->sent = min(by_sequence, by_segment);
	t->received = tp->bytes_received;
	if (t->received && sock_flag(sk, SOCK_DONE))
		t->received--;
	return TCPTRAIL_F_BYTES;
}

/*
 * A socket that connects once more still has the port of the last time: its next one is
 * chosen after this. What bind() was given it holds.
 */
static inline u16 port_to_come(struct tcptrail_record *r, const struct sock *sk)
{
	if (r->transition.old_state == r->transition.new_state || inet_sk(sk)->inet_num)
		return 0;
	r->lport = 0;
	return TCPTRAIL_F_NO_LPORT;
}

/*
 * A system call of its owner's ends a connection whose SYN was not answered: connect() itself
 * (its struct socket is connecting only when it has returned without an error), close(), which
 * shuts both directions down first, or connect() to AF_UNSPEC. A socket that connects once more
 * has the port of the last time until it gets another one: of a connect() that failed it is not
 * known which one that is.
 */
static u16 unanswered_reason(struct tcptrail_record *r, const struct sock *sk)
{
	struct tcptrail_transition *t = &r->transition;
	bool sent = tcp_sk(sk)->segs_out;

	if (READ_ONCE(sk->sk_socket)->state != SS_UNCONNECTED) {
		if (sk->sk_shutdown == SHUTDOWN_MASK)
			t->reason = TCPTRAIL_REASON_CLOSED;
		else if (sent)
			t->reason = TCPTRAIL_REASON_DISCONNECT;
		return 0;
	}
	if (sent)
		return 0;
	t->reason = r->lport ? TCPTRAIL_REASON_UNSENT : TCPTRAIL_REASON_NO_PORT;
	if (inet_sk(sk)->inet_num)
		return 0;
	r->lport = 0;
	return TCPTRAIL_F_NO_LPORT;
}

/*
 * A system call of its owner's ends a connection that stands, and sends no FIN. close()
 * has shut both directions down before it does anything else, connect() has not.
 */
static u8 abort_reason(const struct tcptrail_transition *t, const struct sock *sk)
{
	if (tcp_sk(sk)->repair)
		return TCPTRAIL_REASON_REPAIR;
	if (t->error || (1 << sk->sk_state) & WITHOUT_DATA)
		return TCPTRAIL_REASON_NONE;
	if (sk->sk_shutdown != SHUTDOWN_MASK)
		return TCPTRAIL_REASON_DISCONNECT;
	if (sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime && !t->unread)
		return TCPTRAIL_REASON_LINGER;
	return TCPTRAIL_REASON_NONE;
}

/*
 * A child that finds another one in its request's place is closed without ever having
 * been hashed. So it still has its port, which tcp_set_state() would have taken from it.
 */
static bool is_duplicate(const struct sock *sk)
{
	return sk->sk_state == TCP_SYN_RECV && inet_csk(sk)->icsk_bind_hash &&
	       !(sk->sk_userlocks & SOCK_BINDPORT_LOCK);
}

/* What a full socket knows beyond its name. @ends: it goes to CLOSE. Returns flags */
static __always_inline u16 full_socket(struct tcptrail_record *r, struct sock *sk, bool ends)
{
	struct tcptrail_transition *t = &r->transition;
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 state = 1 << sk->sk_state;
	u16 flags = inode(t, sk) | task(t, sk);

	if (unlikely(sk_is_mptcp(sk)))
		flags |= TCPTRAIL_F_MPTCP;

	t->error = READ_ONCE(sk->sk_err);
	if (!ends || state & (TCPF_CLOSE | TCPF_LISTEN)) {
		t->uid = __kuid_val(compat_sk_uid(sk));
		t->cgroup = compat_sk_cgroup(sk);
	}
	if (unlikely(t->error) && READ_ONCE(inet_csk(sk)->icsk_user_timeout))
		flags |= TCPTRAIL_F_USER_TIMEOUT;
	if (state & (TCPF_CLOSE | TCPF_LISTEN))
		return state & TCPF_CLOSE ? flags | port_to_come(r, sk) : flags;

	t->retransmits = inet_csk(sk)->icsk_retransmits;
	t->retrans_total = min_t(u32, tp->total_retrans, U16_MAX);
	t->unacked = tp->write_seq - tp->snd_una;
	if (t->unacked && (state & SYN_OR_FIN_UNACKED))
		t->unacked--;
	if (!(state & WITHOUT_DATA))
		t->unread = tp->rcv_nxt - tp->copied_seq;
	else if (ends && is_duplicate(sk))
		t->reason = TCPTRAIL_REASON_DUPLICATE;
	if (sock_flag(sk, SOCK_DONE)) {
		flags |= TCPTRAIL_F_PEER_FIN;
		if (t->unread) /* rcv_nxt is behind the FIN already */
			t->unread--;
	}
	if (ends) {
		flags |= bytes(t, sk);
		if (unlikely(!(flags & TCPTRAIL_F_ORPHAN)) && flags & TCPTRAIL_F_TASK) {
			t->reason = abort_reason(t, sk);
			if (state & TCPF_SYN_SENT && !t->error && !t->reason &&
			    !(flags & TCPTRAIL_F_MPTCP))
				flags |= unanswered_reason(r, sk);
		} else if (unlikely(state & TCPF_FIN_WAIT2 && !t->error && tp->linger2 < 0)) {
			t->reason = TCPTRAIL_REASON_LINGER2;
		}
	} else {
		t->srtt_us = tp->srtt_us >> 3;
	}
	return flags;
}

static inline void states(struct tcptrail_transition *t, u8 old_state, u8 new_state, u8 reason)
{
	/* In two, each of which is a few stores; one would become a loop. */
	memset(t, 0, offsetof(struct tcptrail_transition, comm));
	memset(t->comm, 0, sizeof(t->comm));
	t->old_state = old_state;
	t->new_state = new_state;
	t->reason = reason;
}

void tcptrail_record_socket(struct sock *sk, u8 old_state, u8 new_state)
{
	bool child = old_state == TCP_LISTEN && new_state == TCP_SYN_RECV;
	bool listens = (old_state == TCP_LISTEN && !child) || new_state == TCP_LISTEN;
	u16 lport = ntohs(inet_sk(sk)->inet_sport);
	struct tcptrail_record *r;
	unsigned long irq;
	u16 flags;

	if (!tcptrail_ports_wanted(lport, ntohs(sk->sk_dport)))
		return;
	r = tcptrail_ring_begin(&irq);
	if (!r)
		return;

	begin(r, TCPTRAIL_SOCKET, sock_net(sk));
	states(&r->transition, old_state, new_state, TCPTRAIL_REASON_NONE);
	flags = tuple(r, sk, lport, listens);
	if (old_state == new_state)
		flags |= TCPTRAIL_F_SELF;
	if (child) {
		flags |= TCPTRAIL_F_CHILD;
		/* Up to 6.12 the clone still has all from its listener. */
		r->cookie = flags & TCPTRAIL_F_NO_RPORT ? 0 : cookie_of(sk);
	} else {
		flags |= full_socket(r, sk, new_state == TCP_CLOSE);
		r->cookie = cookie_of(sk);
	}
	r->flags = flags;
	end(r, irq);
}

void tcptrail_record_accept(struct sock *sk)
{
	u16 lport = ntohs(inet_sk(sk)->inet_sport);
	struct tcptrail_record *r;
	unsigned long irq;

	if (!tcptrail_ports_wanted(lport, ntohs(sk->sk_dport)))
		return;
	r = tcptrail_ring_begin(&irq);
	if (!r)
		return;

	begin(r, TCPTRAIL_ACCEPT, sock_net(sk));
	states(&r->transition, sk->sk_state, sk->sk_state, TCPTRAIL_REASON_NONE);
	r->cookie = cookie_of(sk);
	r->flags = TCPTRAIL_F_SELF | tuple(r, sk, lport, false) | full_socket(r, sk, false);
	end(r, irq);
}

void tcptrail_record_request(struct sock *listener, struct request_sock *req, u8 old_state,
			     u8 new_state, u8 reason)
{
	struct sock *sk = req_to_sk(req);
	u16 lport = inet_rsk(req)->ir_num;
	struct tcptrail_record *r;
	struct tcptrail_transition *t;
	u16 flags = TCPTRAIL_F_ORPHAN;
	u64 synack_us;
	unsigned long irq;

	if (!tcptrail_ports_wanted(lport, ntohs(inet_rsk(req)->ir_rmt_port)))
		return;
	r = tcptrail_ring_begin(&irq);
	if (!r)
		return;

	begin(r, TCPTRAIL_REQUEST, sock_net(sk));
	t = &r->transition;
	states(t, old_state, new_state, reason);
	t->retransmits = req->num_timeout;
	t->uid = __kuid_val(compat_sk_uid(listener));
	t->cgroup = compat_sk_cgroup(listener);
	synack_us = tcp_rsk(req)->snt_synack;
	if (new_state == TCP_CLOSE && synack_us) {
		t->srtt_us = div_u64(r->time_ns, NSEC_PER_USEC) - synack_us;
		if (inet_rsk(req)->acked)
			flags |= TCPTRAIL_F_ACKED;
	}
	r->cookie = cookie_of(sk);
	r->flags = flags | tuple(r, sk, lport, false);
	end(r, irq);
}

void tcptrail_record_timewait(struct inet_timewait_sock *tw, struct sock *sk, u8 old_state,
			      u8 new_state, u8 reason)
{
	struct sock *mini = (struct sock *)tw;
	u16 lport = ntohs(tw->tw_sport);
	struct tcptrail_record *r;
	unsigned long irq;
	u16 flags;

	if (!tcptrail_ports_wanted(lport, ntohs(tw->tw_dport)))
		return;
	r = tcptrail_ring_begin(&irq);
	if (!r)
		return;

	begin(r, TCPTRAIL_TIMEWAIT, twsk_net(tw));
	states(&r->transition, old_state, new_state, reason);
	flags = tuple(r, mini, lport, false);
	flags |= sk ? full_socket(r, sk, false) : TCPTRAIL_F_ORPHAN;
	if (old_state == new_state && !sk)
		flags |= TCPTRAIL_F_SELF;
	r->cookie = cookie_of(mini);
	r->flags = flags;
	end(r, irq);
}

/* @to_us: the destination is this end */
static inline void segment_addresses(struct tcptrail_record *r, const struct sk_buff *skb,
				     u8 family, bool to_us)
{
	struct in6_addr *from = address(to_us ? r->raddr : r->laddr);
	struct in6_addr *to = address(to_us ? r->laddr : r->raddr);

	r->family = family;
	if (family == AF_INET6) {
		*from = ipv6_hdr(skb)->saddr;
		*to = ipv6_hdr(skb)->daddr;
	} else {
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, from);
		ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr, to);
	}
}

void tcptrail_record_segment(const struct sk_buff *skb, const struct tcphdr *th, u32 len,
			     struct sock *sk, const struct nf_hook_state *state)
{
	bool in = state->hook == NF_INET_LOCAL_IN;
	struct tcptrail_record *r;
	struct tcptrail_segment *s;
	unsigned long irq;

	r = tcptrail_ring_begin(&irq);
	if (!r)
		return;

	begin(r, TCPTRAIL_SEGMENT, state->net);
	r->cookie = sk ? cookie_of(sk) : 0;
	segment_addresses(r, skb, state->pf, in); /* NFPROTO_* are AF_* */
	r->flags = 0;

	s = &r->segment;
	s->reset_reason = TCPTRAIL_RESET_NONE;
	if (in) {
		r->lport = ntohs(th->dest);
		r->rport = ntohs(th->source);
		s->direction = TCPTRAIL_IN;
		s->ifindex = state->in->ifindex;
	} else {
		r->lport = ntohs(th->source);
		r->rport = ntohs(th->dest);
		s->direction = TCPTRAIL_OUT;
		s->ifindex = state->out->ifindex;
		if (unlikely(th->rst))
			s->reset_reason = tcptrail_reset_reason(skb, th);
	}
	s->tcp_flags = tcp_flag_byte(th);
	s->window = ntohs(th->window);
	s->seq = ntohl(th->seq);
	s->ack = ntohl(th->ack_seq);
	s->len = len;
	s->state = sk ? sk->sk_state : TCPTRAIL_NO_STATE;
	memset(s->reserved, 0, sizeof(s->reserved));
	end(r, irq);
}

void tcptrail_record_loss(u8 cause, u64 count, u64 since_ns)
{
	struct tcptrail_record *r;
	unsigned long irq;

	r = tcptrail_ring_begin(&irq);
	if (!r)
		return;

	/* begin() names a namespace; a loss has none, nor a socket. */
	memset((void *)r + sizeof(r->seq), 0, sizeof(*r) - sizeof(r->seq));
	r->time_ns = ktime_get_mono_fast_ns();
	r->cpu = smp_processor_id();
	r->kind = TCPTRAIL_LOSS;
	r->flags = TCPTRAIL_F_NO_LADDR | TCPTRAIL_F_NO_RADDR | TCPTRAIL_F_NO_LPORT |
		   TCPTRAIL_F_NO_RPORT;
	r->loss.cause = cause;
	r->loss.count = count;
	r->loss.since_ns = since_ns;
	end(r, irq);
}
