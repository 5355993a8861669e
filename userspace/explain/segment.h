/* SPDX-License-Identifier: GPL-2.0 */
/* What a segment is, by its flags. */
#ifndef EXPLAIN_SEGMENT_H
#define EXPLAIN_SEGMENT_H

#include <stdbool.h>

#include "userspace/base/record.h"

/** segment_has() - of the flags in @mask exactly these */
static inline bool segment_has(const struct tcptrail_record *r, uint8_t mask, uint8_t flags)
{
	return r->kind == TCPTRAIL_SEGMENT && (r->segment.tcp_flags & mask) == flags;
}

/** is_syn() - a SYN that answers none */
static inline bool is_syn(const struct tcptrail_record *r)
{
	return segment_has(r, TCPTRAIL_SYN | TCPTRAIL_ACK, TCPTRAIL_SYN);
}

static inline bool is_synack(const struct tcptrail_record *r)
{
	return segment_has(r, TCPTRAIL_SYN | TCPTRAIL_ACK, TCPTRAIL_SYN | TCPTRAIL_ACK);
}

/** is_fast_open() - a SYN-ACK of a whole socket that has sent no SYN, if it has not */
static inline bool is_fast_open(const struct tcptrail_record *r)
{
	return is_synack(r) && r->segment.direction == TCPTRAIL_OUT &&
	       r->segment.state == TCPTRAIL_SYN_RECV;
}

#endif
