/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all records have, written straight into a slot of the ring: no copy, no allocation.
 * The hooks write the rest, each the body of its own kind.
 *
 * Every field is written, because the slot still has an older record's bytes. What the kernel
 * does not know at that moment is zero and has a flag that says so.
 *
 * Between tcptrail_record_begin() and tcptrail_record_end() interrupts are off: nobody may
 * sleep or take a lock there. Both may be called in any context but NMI, with any locks held.
 */
#ifndef TCPTRAIL_RECORD_H
#define TCPTRAIL_RECORD_H

#include <linux/string.h>
#include <linux/ktime.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "ring.h"
#include "wake.h"

u64 tcptrail_record_new_cookie(struct sock *sk);
u16 tcptrail_record_unknown(struct tcptrail_record *r, bool laddr_known);

/**
 * tcptrail_record_begin() - start a record
 * @r: its slot
 * @irq: keeps the interrupt state for tcptrail_record_end()
 * @kind: which body it will have
 * @net: where it happened
 *
 * Return: false if this CPU has no ring; then nothing is to be ended.
 */
static __always_inline bool tcptrail_record_begin(struct tcptrail_record **r, unsigned long *irq,
						  enum tcptrail_kind kind, const struct net *net)
{
	if (!tcptrail_ring_begin(r, irq))
		return false;
	(*r)->kind = kind;
	(*r)->netns = net->ns.inum;
	(*r)->cpu = smp_processor_id();
	(*r)->reserved = 0;
	return true;
}

/** tcptrail_record_show() - a record that has its time already is whole */
static __always_inline void tcptrail_record_show(struct tcptrail_record *r, unsigned long irq)
{
	tcptrail_ring_end(r, irq);
	tcptrail_wake_if_wanted();
}

/*
 * The clock comes last: only two values have to outlive the call of a function then, instead
 * of all that the record is made from.
 */
static __always_inline void tcptrail_record_end(struct tcptrail_record *r, unsigned long irq)
{
	r->time_ns = ktime_get_mono_fast_ns();
	tcptrail_record_show(r, irq);
}

static inline struct in6_addr *tcptrail_record_address(__u8 *bytes)
{
	return (struct in6_addr *)bytes;
}

/** tcptrail_record_cookie() - given out at first sight: all records of a connection carry it */
static __always_inline u64 tcptrail_record_cookie(struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return likely(cookie) ? cookie : tcptrail_record_new_cookie(sk);
}

/**
 * tcptrail_record_name() - addresses, ports and family of a connection's end
 * @r: where to
 * @sk: anything that begins with a struct sock_common: full sockets and minisockets, and
 *	request sockets, whose ireq_* are the same fields
 * @lport: the local port, which lies elsewhere: skc_num is 0 already in some transitions
 * @listens: no local address means all of them
 *
 * Return: flags that say what is not known.
 */
static __always_inline u16 tcptrail_record_name(struct tcptrail_record *r, const struct sock *sk,
						u16 lport, bool listens)
{
	u16 rport = ntohs(sk->sk_dport);
	bool laddr_known = listens;

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		*tcptrail_record_address(r->laddr) = sk->sk_v6_rcv_saddr;
		*tcptrail_record_address(r->raddr) = sk->sk_v6_daddr;
		r->family = ipv6_addr_v4mapped(&sk->sk_v6_daddr) ? AF_INET : AF_INET6;
		laddr_known |= !ipv6_addr_any(&sk->sk_v6_rcv_saddr);
	} else
#endif
	{
		__be32 laddr = sk->sk_rcv_saddr;

		ipv6_addr_set_v4mapped(laddr, tcptrail_record_address(r->laddr));
		ipv6_addr_set_v4mapped(sk->sk_daddr, tcptrail_record_address(r->raddr));
		r->family = AF_INET;
		laddr_known |= !!laddr;
	}

	r->lport = lport;
	r->rport = rport;
	if (unlikely(!laddr_known) || unlikely(!lport) || unlikely(!rport))
		return tcptrail_record_unknown(r, laddr_known);
	return 0;
}

/**
 * tcptrail_record_loss() - tell that records are missing
 * @cause: enum tcptrail_cause
 * @count: how many
 * @since_ns: when the first one was missed, CLOCK_MONOTONIC
 */
void tcptrail_record_loss(u8 cause, u64 count, u64 since_ns);

#endif
