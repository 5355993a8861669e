// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that open, close or reset a connection, from netfilter's LOCAL_IN
 * and LOCAL_OUT in every network namespace.
 *
 * The hooks come last at both places: a segment that a firewall rule drops was
 * neither received nor sent. They always accept. Bulk data leaves after the
 * test of one byte.
 *
 * Bare ACKs are recorded when they are sent, by a socket that has had no data
 * yet (the handshake's third step) or that has had its peer's FIN, or by no
 * full socket (TIME-WAIT answers so). Received ones show as the transition that
 * they cause.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/tcp.h>

#include "hooks.h"
#include "limit.h"
#include "ports.h"
#include "record.h"
#include "reset.h"

#define OPENS_OR_CLOSES (TCPTRAIL_SYN | TCPTRAIL_FIN | TCPTRAIL_RST)

/* Two headers with all their options: what is longer carries data. */
#define BARE_MAX (60 + 60)

#define IPV4_WITHOUT_OPTIONS 0x45 /* the first byte: version 4, five words of header */

/* Has its sender had data, and not its peer's FIN? Then an ACK is no step. */
static __always_inline bool is_receiving(const struct sock *sk)
{
	return sk && sk_fullsock(sk) && sk->sk_type == SOCK_STREAM && !sock_flag(sk, SOCK_DONE) &&
	       tcp_sk(sk)->bytes_received;
}

/*
 * Control sockets and raw sockets say nothing about whose segment it is, nor do
 * listeners: from 6.11 on a RST that refuses a segment of no connection has one.
 */
static struct sock *sender(struct sock *sk)
{
	if (!sk)
		return NULL;
	if (sk_fullsock(sk) && (sk->sk_type != SOCK_STREAM || sk->sk_protocol != IPPROTO_TCP ||
				sk->sk_state == TCP_LISTEN))
		return NULL;
	return sk;
}

/*
 * In a VRF a segment leaves twice: by the VRF's own device first, then by the
 * one that its route names. What the VRF delivers to itself leaves once.
 */
static bool leaves_again(const struct sk_buff *skb, const struct net_device *dev)
{
	return netif_is_l3_master(dev) && skb_dst(skb)->dev != dev;
}

/* In opening, closing or resetting a connection. */
static __always_inline bool is_step(const struct tcphdr *th, const struct sk_buff *skb, u32 len,
				    bool out)
{
	if (tcp_flag_byte(th) & OPENS_OR_CLOSES)
		return true;
	return out && th->ack && !len && !is_receiving(skb->sk);
}

/* The network header is where the data begin, at both hooks. */
static __always_inline void addresses(struct tcptrail_record *r, const struct sk_buff *skb,
				      u8 family, bool out)
{
	struct in6_addr *from = tcptrail_record_address(out ? r->laddr : r->raddr);
	struct in6_addr *to = tcptrail_record_address(out ? r->raddr : r->laddr);

	r->family = family;
	if (family == AF_INET6) {
		const struct ipv6hdr *ip = (const void *)skb->data;

		*from = ip->saddr;
		*to = ip->daddr;
	} else {
		const struct iphdr *ip = (const void *)skb->data;

		ipv6_addr_set_v4mapped(ip->saddr, from);
		ipv6_addr_set_v4mapped(ip->daddr, to);
	}
}

/* @sk: sender: full, request or timewait socket; NULL if none (or unknown) */
static __always_inline void record(const struct sk_buff *skb, const struct tcphdr *th, u32 len,
				   struct sock *sk, const struct nf_hook_state *state, u8 family,
				   bool out)
{
	struct tcptrail_record *r;
	struct tcptrail_segment *s;
	unsigned long irq;

	if (!tcptrail_record_begin(&r, &irq, TCPTRAIL_SEGMENT, state->net))
		return;
	addresses(r, skb, family, out);
	r->lport = ntohs(out ? th->source : th->dest);
	r->rport = ntohs(out ? th->dest : th->source);
	r->flags = 0;
	r->cookie = sk ? tcptrail_record_cookie(sk) : 0;

	s = &r->segment;
	s->direction = out ? TCPTRAIL_OUT : TCPTRAIL_IN;
	s->tcp_flags = tcp_flag_byte(th);
	s->window = ntohs(th->window);
	s->seq = ntohl(th->seq);
	s->ack = ntohl(th->ack_seq);
	s->len = len;
	s->ifindex = (out ? state->out : state->in)->ifindex;
	s->state = sk ? sk->sk_state : TCPTRAIL_NO_STATE;
	s->reset_reason = TCPTRAIL_RESET_NONE;
	memset(s->reserved, 0, sizeof(s->reserved));
	if (out && unlikely(th->rst))
		s->reset_reason = tcptrail_reset_reason(skb, th);
	tcptrail_record_end(r, irq);
}

/* @offset is where @th begins in @skb */
static __always_inline void segment(const struct tcphdr *th, const struct sk_buff *skb,
				    const struct nf_hook_state *state, u32 offset, u8 family,
				    bool out)
{
	/* Received ones have a socket only if early demux or TPROXY came by: as if none. */
	struct sock *sk = out ? sender(skb->sk) : NULL;
	u32 header = offset + th->doff * 4;
	u32 len = skb->len > header ? skb->len - header : 0;

	if (!is_step(th, skb, len, out))
		return;
	if (out && unlikely(leaves_again(skb, state->out)))
		return;
	if (!tcptrail_ports_wanted(ntohs(th->source), ntohs(th->dest)))
		return;
	if ((sk && sk_fullsock(sk)) || tcptrail_limit_allows())
		record(skb, th, len, sk, state, family, out);
}

typedef void segment_fn(const struct tcphdr *th, const struct sk_buff *skb,
			const struct nf_hook_state *state, u32 offset);

static noinline void segment_in4(const struct tcphdr *th, const struct sk_buff *skb,
				 const struct nf_hook_state *state, u32 offset)
{
	segment(th, skb, state, offset, AF_INET, false);
}

static noinline void segment_out4(const struct tcphdr *th, const struct sk_buff *skb,
				  const struct nf_hook_state *state, u32 offset)
{
	segment(th, skb, state, offset, AF_INET, true);
}

static noinline void segment_in6(const struct tcphdr *th, const struct sk_buff *skb,
				 const struct nf_hook_state *state, u32 offset)
{
	segment(th, skb, state, offset, AF_INET6, false);
}

static noinline void segment_out6(const struct tcphdr *th, const struct sk_buff *skb,
				  const struct nf_hook_state *state, u32 offset)
{
	segment(th, skb, state, offset, AF_INET6, true);
}

/* The header may lie in several parts. */
static void scattered(const struct sk_buff *skb, u32 offset, const struct nf_hook_state *state,
		      segment_fn *segment)
{
	struct tcphdr copy;
	const struct tcphdr *th = skb_header_pointer(skb, offset, sizeof(copy), &copy);

	if (th)
		segment(th, skb, state, offset);
}

/* Not where almost all of IPv4 have their TCP header. */
static noinline void unusual4(segment_fn *segment, const struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (!(ip->frag_off & htons(IP_OFFSET))) /* else a raw socket's fragment, without one */
		scattered(skb, ip->ihl * 4, state, segment);
}

/* Another protocol, extension headers, or the TCP header is not all in the linear part. */
static noinline void unusual6(segment_fn *segment, const struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	u8 protocol = ipv6_hdr(skb)->nexthdr;
	__be16 frag_off;
	int offset;

	if (protocol != IPPROTO_TCP && !ipv6_ext_hdr(protocol))
		return;
	offset = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &protocol, &frag_off);
	if (offset >= 0 && protocol == IPPROTO_TCP && !(frag_off & htons(~0x7)))
		scattered(skb, offset, state, segment);
}

/*
 * Of no interest, as almost everything is? Told by a few instructions: who has had data and
 * not its peer's FIN is mostly in ESTABLISHED.
 */
static __always_inline bool is_bulk(const struct tcphdr *th, const struct sk_buff *skb, bool out)
{
	const struct sock *sk = skb->sk;

	if (tcp_flag_byte(th) & OPENS_OR_CLOSES)
		return false;
	if (!out || skb->len > BARE_MAX)
		return true;
	return sk && sk->sk_state == TCP_ESTABLISHED && sk->sk_type == SOCK_STREAM &&
	       tcp_sk(sk)->bytes_received;
}

/* TCP itself sends its header in the linear part, and receives it there but for odd drivers. */
static __always_inline unsigned int
hook4(const struct sk_buff *skb, const struct nf_hook_state *state, bool out, segment_fn *segment)
{
	const struct iphdr *ip = (const void *)skb->data;
	const struct tcphdr *th = (const void *)(ip + 1);

	if (ip->protocol != IPPROTO_TCP)
		return NF_ACCEPT;
	if (unlikely(*skb->data != IPV4_WITHOUT_OPTIONS ||
		     skb_headlen(skb) < sizeof(*ip) + sizeof(*th)))
		unusual4(segment, skb, state);
	else if (unlikely(!is_bulk(th, skb, out)) && !(ip->frag_off & htons(IP_OFFSET)))
		segment(th, skb, state, sizeof(*ip));
	return NF_ACCEPT;
}

static __always_inline unsigned int
hook6(const struct sk_buff *skb, const struct nf_hook_state *state, bool out, segment_fn *segment)
{
	const struct ipv6hdr *ip = (const void *)skb->data;
	const struct tcphdr *th = (const void *)(ip + 1);

	if (unlikely(ip->nexthdr != IPPROTO_TCP || skb_headlen(skb) < sizeof(*ip) + sizeof(*th)))
		unusual6(segment, skb, state);
	else if (unlikely(!is_bulk(th, skb, out)))
		segment(th, skb, state, sizeof(*ip));
	return NF_ACCEPT;
}

static unsigned int in4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return hook4(skb, state, false, segment_in4);
}

static unsigned int out4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return hook4(skb, state, true, segment_out4);
}

static unsigned int in6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return hook6(skb, state, false, segment_in6);
}

static unsigned int out6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return hook6(skb, state, true, segment_out6);
}

static const struct nf_hook_ops ops[] = {
	{ .hook = in4, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN, .priority = INT_MAX },
	{ .hook = out4, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_OUT, .priority = INT_MAX },
	{ .hook = in6, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_IN, .priority = INT_MAX },
	{ .hook = out6, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_OUT, .priority = INT_MAX },
};

/* Per namespace: whether its hooks are registered. */
struct netns_segment {
	bool registered;
};

static unsigned int netns_id;
static atomic_t netns_failed = ATOMIC_INIT(0);

/* Who turns the segments on just now, for all namespaces that there are. */
static struct task_struct *turner;

/*
 * No namespace fails to be created for want of its hooks. Turning them on fails where memory
 * is short, in all namespaces, but not for what a namespace has done to itself: its root may
 * have registered as many hooks as there can be.
 */
static int __net_init netns_begins(struct net *net)
{
	struct netns_segment *mine = net_generic(net, netns_id);
	int err = nf_register_net_hooks(net, ops, ARRAY_SIZE(ops));

	mine->registered = !err;
	if (err == -ENOMEM && READ_ONCE(turner) == current)
		return err;
	if (err)
		atomic_inc(&netns_failed);
	return 0;
}

static void __net_exit netns_ends(struct net *net)
{
	struct netns_segment *mine = net_generic(net, netns_id);

	if (mine->registered)
		nf_unregister_net_hooks(net, ops, ARRAY_SIZE(ops));
	else
		atomic_dec(&netns_failed);
}

static struct pernet_operations netns_ops = {
	.init = netns_begins,
	.exit = netns_ends,
	.id = &netns_id,
	.size = sizeof(struct netns_segment),
};

u32 tcptrail_segment_netns_failed(void)
{
	return atomic_read(&netns_failed);
}

int tcptrail_segment_turn(bool on)
{
	bool attached = tcptrail_hooks_attached(TCPTRAIL_HOOK_SEGMENT);
	int err;

	if (on && attached)
		return 0;
	if (on) {
		WRITE_ONCE(turner, current);
		err = register_pernet_subsys(&netns_ops);
		WRITE_ONCE(turner, NULL);
		tcptrail_hooks_set(TCPTRAIL_HOOK_SEGMENT, err);
		return err;
	}
	if (attached) {
		unregister_pernet_subsys(&netns_ops);
		synchronize_net(); /* a hook that was called before may still run */
	}
	tcptrail_hooks_set(TCPTRAIL_HOOK_SEGMENT, TCPTRAIL_HOOK_OFF);
	return 0;
}
