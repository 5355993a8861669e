/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The body of records that tell of a transition: of full sockets, of minisockets and of request
 * sockets. Each field is stored once.
 */
#ifndef TCPTRAIL_TRANSITION_H
#define TCPTRAIL_TRANSITION_H

#include <linux/sched.h>
#include <net/inet_sock.h>
#include <net/mptcp.h>
#include <net/tcp.h>

#include "compat.h"
#include "record.h"

u16 tcptrail_transition_aborted(struct tcptrail_record *r, const struct sock *sk, u16 flags);
bool tcptrail_transition_duplicate(const struct sock *sk);

/** tcptrail_transition_states() - a body of which no more is known (yet) */
static __always_inline void tcptrail_transition_states(struct tcptrail_transition *t, u8 old_state,
						       u8 new_state, u8 reason)
{
	/* In two, each of which is a few stores; one would become a loop. */
	memset(t, 0, offsetof(struct tcptrail_transition, comm));
	memset(t->comm, 0, sizeof(t->comm));
	t->old_state = old_state;
	t->new_state = new_state;
	t->reason = reason;
}

/*
 * `current` has to do with the socket only while a task owns it: a softirq
 * leaves the sockets that a task owns alone.
 */
static __always_inline u16 tcptrail_transition_task(struct tcptrail_transition *t,
						    const struct sock *sk)
{
	if (!sock_owned_by_user_nocheck(sk) || !in_task()) {
		t->pid = 0;
		memset(t->comm, 0, sizeof(t->comm));
		return 0;
	}
	t->pid = current->tgid;
	compat_task_comm(t->comm);
	return TCPTRAIL_F_TASK;
}

/*
 * sk_socket goes away under the socket's lock, which whoever changes the state
 * holds.
 */
static __always_inline u16 tcptrail_transition_inode(struct tcptrail_transition *t,
						     const struct sock *sk)
{
	struct socket *socket = READ_ONCE(sk->sk_socket);

	if (!socket) {
		t->inode = 0;
		return TCPTRAIL_F_ORPHAN;
	}
	t->inode = SOCK_INODE(socket)->i_ino;
	return 0;
}

static __always_inline void tcptrail_transition_owner(struct tcptrail_transition *t,
						      struct sock *sk)
{
	t->uid = __kuid_val(compat_sk_uid(sk));
	t->cgroup = compat_sk_cgroup(sk);
}

#define TCPTRAIL_WITHOUT_DATA \
	(TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT | TCPF_SYN_RECV | TCPF_NEW_SYN_RECV)

/* States in which snd_una has yet to pass our SYN or FIN. */
#define TCPTRAIL_SYN_OR_FIN_UNACKED \
	(TCPF_SYN_SENT | TCPF_SYN_RECV | TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK)

/* States in which our FIN is on its way, unless it waits behind data. */
#define TCPTRAIL_FIN_SENT (TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_CLOSING | TCPF_LAST_ACK)

/*
 * What was sent, counted in two ways. By sequence numbers: with our SYN, if we
 * connected, and our FIN, once it has left the queue. By segments: without
 * both, but a segment that our own queueing discipline refused counts again
 * when it is sent at last. Both are never too little.
 *
 * rcv_nxt, and bytes_received with it, is behind the peer's FIN.
 */
static __always_inline u16 tcptrail_transition_bytes(struct tcptrail_transition *t,
						     const struct tcp_sock *tp, u32 state,
						     bool peer_fin)
{
	u64 by_sequence = tp->bytes_acked + (tp->snd_nxt - tp->snd_una);
	u64 by_segment = tp->bytes_sent - tp->bytes_retrans;
	u64 received = tp->bytes_received;

	if (state & TCPTRAIL_FIN_SENT && tp->snd_nxt == tp->write_seq)
		by_sequence--;
	t->sent = min(by_sequence, by_segment);
	t->received = received && peer_fin ? received - 1 : received;
	return TCPTRAIL_F_BYTES;
}

/* How far it has got. Returns whether the peer's FIN has arrived. */
static __always_inline bool tcptrail_transition_progress(struct tcptrail_transition *t,
							 const struct sock *sk, u32 state)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	bool peer_fin = sock_flag(sk, SOCK_DONE);
	u32 unacked = tp->write_seq - tp->snd_una;
	u32 unread = 0;

	if (unacked && state & TCPTRAIL_SYN_OR_FIN_UNACKED)
		unacked--;
	if (!(state & TCPTRAIL_WITHOUT_DATA))
		unread = tp->rcv_nxt - tp->copied_seq;
	if (unread && peer_fin) /* rcv_nxt is behind the FIN already */
		unread--;
	t->unacked = unacked;
	t->unread = unread;
	t->retransmits = inet_csk(sk)->icsk_retransmits;
	t->retrans_total = min_t(u32, tp->total_retrans, U16_MAX);
	return peer_fin;
}

static __always_inline u16 tcptrail_transition_end(struct tcptrail_record *r, struct sock *sk,
						   u32 state, bool peer_fin, u16 flags)
{
	struct tcptrail_transition *t = &r->transition;
	const struct tcp_sock *tp = tcp_sk(sk);

	flags |= tcptrail_transition_bytes(t, tp, state, peer_fin);
	if (unlikely((flags & (TCPTRAIL_F_TASK | TCPTRAIL_F_ORPHAN)) == TCPTRAIL_F_TASK))
		return flags | tcptrail_transition_aborted(r, sk, flags);
	if (unlikely(state & TCPF_SYN_RECV) && tcptrail_transition_duplicate(sk))
		t->reason = TCPTRAIL_REASON_DUPLICATE;
	else if (unlikely(state & TCPF_FIN_WAIT2 && tp->linger2 < 0) && !t->error)
		t->reason = TCPTRAIL_REASON_LINGER2;
	return flags;
}

/*
 * A socket that connects once more still has the port of the last time: its next one is
 * chosen after this. What bind() was given it holds.
 */
static __always_inline u16 tcptrail_transition_unconnected(struct tcptrail_record *r,
							   const struct sock *sk)
{
	struct tcptrail_transition *t = &r->transition;

	t->retransmits = 0;
	t->retrans_total = 0;
	t->srtt_us = 0;
	t->unread = 0;
	t->unacked = 0;
	if (sk->sk_state != TCP_CLOSE || t->old_state == t->new_state || inet_sk(sk)->inet_num)
		return 0;
	r->lport = 0;
	return TCPTRAIL_F_NO_LPORT;
}

/**
 * tcptrail_transition_socket() - the body of a full socket's record
 * @r: its name is written already
 * @sk: the socket, its new state not stored yet
 * @old_state: enum tcptrail_state
 * @new_state: likewise
 * @ends: the full socket goes to CLOSE, nothing else takes its place
 *
 * Return: flags, those of the name not among them.
 */
static __always_inline u16 tcptrail_transition_socket(struct tcptrail_record *r, struct sock *sk,
						      u8 old_state, u8 new_state, bool ends)
{
	struct tcptrail_transition *t = &r->transition;
	u32 state = 1 << sk->sk_state;
	u16 flags = tcptrail_transition_inode(t, sk) | tcptrail_transition_task(t, sk);
	u16 error = READ_ONCE(sk->sk_err);
	bool peer_fin;

	t->old_state = old_state;
	t->new_state = new_state;
	t->reason = TCPTRAIL_REASON_NONE;
	t->error = error;
	if (unlikely(sk_is_mptcp(sk)))
		flags |= TCPTRAIL_F_MPTCP;
	if (unlikely(error) && READ_ONCE(inet_csk(sk)->icsk_user_timeout))
		flags |= TCPTRAIL_F_USER_TIMEOUT;
	if (state & (TCPF_CLOSE | TCPF_LISTEN)) {
		tcptrail_transition_owner(t, sk);
		return flags | tcptrail_transition_unconnected(r, sk);
	}

	peer_fin = tcptrail_transition_progress(t, sk, state);
	if (peer_fin)
		flags |= TCPTRAIL_F_PEER_FIN;
	if (ends)
		return tcptrail_transition_end(r, sk, state, peer_fin, flags);
	tcptrail_transition_owner(t, sk);
	t->srtt_us = tcp_sk(sk)->srtt_us >> 3;
	return flags;
}

#endif
