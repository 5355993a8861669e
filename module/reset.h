/* SPDX-License-Identifier: GPL-2.0 */
/* Why the kernel sends a RST. */
#ifndef TCPTRAIL_RESET_H
#define TCPTRAIL_RESET_H

#include <linux/skbuff.h>
#include <linux/tcp.h>

/**
 * tcptrail_reset_reason() - why TCP sends this RST
 * @skb: the RST, on its way out
 * @th: its TCP header
 *
 * To be asked once: what is known of it is forgotten then. Any context but NMI.
 *
 * Return: enum tcptrail_reset_reason, TCPTRAIL_RESET_NONE if not known.
 */
u8 tcptrail_reset_reason(const struct sk_buff *skb, const struct tcphdr *th);

#endif
