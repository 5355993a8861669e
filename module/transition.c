// SPDX-License-Identifier: GPL-2.0
/*
 * Why a full socket closes, where its states, its error and its flags do not tell: found out
 * when it goes to CLOSE, and rare. All else of a transition is inline, in transition.h.
 */
#include "transition.h"

/*
 * A child that finds another one in its request's place is closed without ever having
 * been hashed. So it still has its port, which tcp_set_state() would have taken from it.
 */
bool tcptrail_transition_duplicate(const struct sock *sk)
{
	return inet_csk(sk)->icsk_bind_hash && !(sk->sk_userlocks & SOCK_BINDPORT_LOCK);
}

/*
 * A system call of its owner's ends a connection that stands, and sends no FIN. close()
 * has shut both directions down before it does anything else, connect() has not.
 */
static u8 abort_reason(const struct tcptrail_transition *t, const struct sock *sk)
{
	if (tcp_sk(sk)->repair)
		return TCPTRAIL_REASON_REPAIR;
	if (t->error || (1 << sk->sk_state) & TCPTRAIL_WITHOUT_DATA)
		return TCPTRAIL_REASON_NONE;
	if (sk->sk_shutdown != SHUTDOWN_MASK)
		return TCPTRAIL_REASON_DISCONNECT;
	if (sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime && !t->unread)
		return TCPTRAIL_REASON_LINGER;
	return TCPTRAIL_REASON_NONE;
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

/* A task that holds the socket ends it. @flags: those of the record. Returns more of them. */
u16 tcptrail_transition_aborted(struct tcptrail_record *r, const struct sock *sk, u16 flags)
{
	struct tcptrail_transition *t = &r->transition;

	t->reason = abort_reason(t, sk);
	if (sk->sk_state == TCP_SYN_SENT && !t->error && !t->reason && !(flags & TCPTRAIL_F_MPTCP))
		return unanswered_reason(r, sk);
	return 0;
}
