/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Builds records from the kernel's objects, straight into the ring.
 *
 * Every function may be called in any context but NMI, with any locks held:
 * none sleeps and none takes a lock.
 */
#ifndef TCPTRAIL_RECORD_H
#define TCPTRAIL_RECORD_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/sock.h>

#include "uapi/tcptrail.h"

/**
 * tcptrail_record_socket() - a full socket's transition
 * @sk: the socket, its state not stored yet
 * @old_state: enum tcptrail_state
 * @new_state: likewise
 */
void tcptrail_record_socket(struct sock *sk, u8 old_state, u8 new_state);

/**
 * tcptrail_record_accept() - accept() took @sk
 * @sk: the socket, its file already attached
 */
void tcptrail_record_accept(struct sock *sk);

/**
 * tcptrail_record_request() - a request socket began or ended
 * @listener: whose request it is
 * @req: the request
 * @old_state: enum tcptrail_state
 * @new_state: likewise
 * @reason: enum tcptrail_reason
 */
void tcptrail_record_request(struct sock *listener, struct request_sock *req, u8 old_state,
			     u8 new_state, u8 reason);

/**
 * tcptrail_record_timewait() - a timewait minisocket began, changed or ended
 * @tw: the minisocket
 * @sk: the full socket that it replaces, when it begins; else NULL
 * @old_state: enum tcptrail_state
 * @new_state: likewise
 * @reason: enum tcptrail_reason
 */
void tcptrail_record_timewait(struct inet_timewait_sock *tw, struct sock *sk, u8 old_state,
			      u8 new_state, u8 reason);

/**
 * tcptrail_record_segment() - a segment at a netfilter hook
 * @skb: the packet, its network header set
 * @th: its TCP header
 * @len: payload bytes
 * @sk: sender: full, request or timewait socket; NULL if none (or unknown)
 * @state: which hook, of which family
 */
void tcptrail_record_segment(const struct sk_buff *skb, const struct tcphdr *th, u32 len,
			     struct sock *sk, const struct nf_hook_state *state);

/**
 * tcptrail_record_loss() - tell that records are missing
 * @cause: enum tcptrail_cause
 * @count: how many
 * @since_ns: when the first one was missed, CLOCK_MONOTONIC
 */
void tcptrail_record_loss(u8 cause, u64 count, u64 since_ns);

#endif
