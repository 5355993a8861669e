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

#define OPENS_OR_CLOSES (TCPTRAIL_SYN | TCPTRAIL_FIN | TCPTRAIL_RST)

/* Two headers with all their options: what is longer carries data. */
#define BARE_MAX (60 + 60)

/*
 * The TCP header at @offset, or NULL if it is not all in the linear part. TCP
 * itself sends it there, and receives it there but for odd drivers.
 */
static __always_inline const struct tcphdr *linear_header(const struct sk_buff *skb, u32 offset)
{
	if (unlikely(offset + sizeof(struct tcphdr) > skb_headlen(skb)))
		return NULL;
	return (const struct tcphdr *)(skb->data + offset);
}

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

/* @offset is where @th begins in @skb */
static noinline void segment(struct sk_buff *skb, u32 offset, const struct tcphdr *th,
			     const struct nf_hook_state *state)
{
	bool out = state->hook == NF_INET_LOCAL_OUT;
	/* Received ones have a socket only if early demux or TPROXY came by: as if none. */
	struct sock *sk = out ? sender(skb->sk) : NULL;
	u32 header = offset + th->doff * 4;
	u32 len = skb->len > header ? skb->len - header : 0;

	if (!(tcp_flag_byte(th) & OPENS_OR_CLOSES) &&
	    !(out && th->ack && !len && !is_receiving(skb->sk)))
		return;
	if (out && unlikely(leaves_again(skb, state->out)))
		return;
	if (!tcptrail_ports_wanted(ntohs(th->source), ntohs(th->dest)))
		return;
	if ((sk && sk_fullsock(sk)) || tcptrail_limit_allows())
		tcptrail_record_segment(skb, th, len, sk, state);
}

/* The header may lie in several parts. */
static noinline void scattered(struct sk_buff *skb, u32 offset, const struct nf_hook_state *state)
{
	struct tcphdr copy;
	const struct tcphdr *th = skb_header_pointer(skb, offset, sizeof(copy), &copy);

	if (th)
		segment(skb, offset, th, state);
}

/* Of no interest, as almost everything is? */
static __always_inline bool is_bulk(const struct sk_buff *skb, const struct tcphdr *th, bool out)
{
	if (tcp_flag_byte(th) & OPENS_OR_CLOSES)
		return false;
	return !out || skb->len > BARE_MAX || is_receiving(skb->sk);
}

static __always_inline unsigned int hook4(struct sk_buff *skb, const struct nf_hook_state *state,
					  bool out)
{
	const struct iphdr *ip = ip_hdr(skb);
	u32 offset = ip->ihl * 4;
	const struct tcphdr *th;

	if (ip->protocol != IPPROTO_TCP)
		return NF_ACCEPT;
	th = linear_header(skb, offset);
	if (likely(th && is_bulk(skb, th, out)))
		return NF_ACCEPT;

	if (ip->frag_off & htons(IP_OFFSET)) /* no header: a raw socket's fragment */
		return NF_ACCEPT;
	if (th)
		segment(skb, offset, th, state);
	else
		scattered(skb, offset, state);
	return NF_ACCEPT;
}

static noinline void extended(struct sk_buff *skb, const struct nf_hook_state *state)
{
	u8 protocol = ipv6_hdr(skb)->nexthdr;
	__be16 frag_off;
	int offset;

	offset = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &protocol, &frag_off);
	if (offset >= 0 && protocol == IPPROTO_TCP && !(frag_off & htons(~0x7)))
		scattered(skb, offset, state);
}

static __always_inline unsigned int hook6(struct sk_buff *skb, const struct nf_hook_state *state,
					  bool out)
{
	u8 protocol = ipv6_hdr(skb)->nexthdr;
	u32 offset = sizeof(struct ipv6hdr);
	const struct tcphdr *th;

	if (unlikely(protocol != IPPROTO_TCP)) {
		if (ipv6_ext_hdr(protocol))
			extended(skb, state);
		return NF_ACCEPT;
	}
	th = linear_header(skb, offset);
	if (likely(th && is_bulk(skb, th, out)))
		return NF_ACCEPT;

	if (th)
		segment(skb, offset, th, state);
	else
		scattered(skb, offset, state);
	return NF_ACCEPT;
}

static unsigned int in4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return hook4(skb, state, false);
}

static unsigned int out4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return hook4(skb, state, true);
}

static unsigned int in6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return hook6(skb, state, false);
}

static unsigned int out6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return hook6(skb, state, true);
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
