// SPDX-License-Identifier: GPL-2.0
/*
 * What is rare in records: a socket seen for the first time, a name that is not known in full,
 * and the record of a loss. The rest is inline, in record.h.
 */
#include <linux/sock_diag.h>

#include "record.h"

u64 tcptrail_record_new_cookie(struct sock *sk)
{
	u32 parts[2];

	sock_diag_save_cookie(sk, parts);
	return (u64)parts[1] << 32 | parts[0];
}

/*
 * What is not known is zero and flagged. No socket is connected to port 0, so
 * that says whether there is a remote end; its address may be stale then.
 */
u16 tcptrail_record_unknown(struct tcptrail_record *r, bool laddr_known)
{
	u16 flags = 0;

	if (!laddr_known) {
		memset(r->laddr, 0, sizeof(r->laddr));
		flags |= TCPTRAIL_F_NO_LADDR;
	}
	if (!r->lport)
		flags |= TCPTRAIL_F_NO_LPORT;
	if (!r->rport) {
		memset(r->raddr, 0, sizeof(r->raddr));
		flags |= TCPTRAIL_F_NO_RADDR | TCPTRAIL_F_NO_RPORT;
	}
	return flags;
}

void tcptrail_record_loss(u8 cause, u64 count, u64 since_ns)
{
	struct tcptrail_record *r;
	unsigned long irq;

	/* It has no namespace and no socket. */
	if (!tcptrail_ring_begin(&r, &irq))
		return;
	memset((void *)r + sizeof(r->seq), 0, sizeof(*r) - sizeof(r->seq));
	r->cpu = smp_processor_id();
	r->kind = TCPTRAIL_LOSS;
	r->flags = TCPTRAIL_F_NO_LADDR | TCPTRAIL_F_NO_RADDR | TCPTRAIL_F_NO_LPORT |
		   TCPTRAIL_F_NO_RPORT;
	r->loss.cause = cause;
	r->loss.count = count;
	r->loss.since_ns = since_ns;
	tcptrail_record_end(r, irq);
}
