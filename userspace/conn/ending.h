/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one judge of how a connection ended, by whom, why, and on what evidence.
 *
 * Whoever tells of an end asks here: life, explain, top, the exporter and JSON.
 */
#ifndef CONN_ENDING_H
#define CONN_ENDING_H

#include "userspace/conn/pair.h"

/** enum ending_by - who ended it, as seen from the end that is asked */
enum ending_by {
	ENDING_BY_NOBODY = 0, /* both closed; or a clock ran out */
	ENDING_BY_US, /* this end: its process, or its kernel in the process's stead */
	ENDING_BY_PEER, /* the other end, whose own record says so */
	ENDING_BY_BETWEEN, /* neither end, though both are on record: something on the way */
	ENDING_BY_HOST, /* the peer's machine, this one, in no socket's name: netfilter's reject */
	ENDING_BY_NETWORK, /* what came from there, in the peer's name or by ICMP: no record says who sent it */
	ENDING_BY_OUTSIDE, /* ss -K, or the network namespace that went */
	ENDING_BY_UNKNOWN, /* the records do not tell */
};

/* What is on record for an ending; ending.evidence. Their names are ending_evidence_key()'s. */
#define EVIDENCE_FIN_OUT (1U << 0) /* our FIN */
#define EVIDENCE_FIN_IN (1U << 1) /* the peer's */
#define EVIDENCE_FIN_ACKED (1U << 2) /* the acknowledgement of ours */
#define EVIDENCE_RST_IN (1U << 3) /* a RST came in this end's last state */
#define EVIDENCE_RST_OUT (1U << 4) /* this end sent a RST */
#define EVIDENCE_NO_RST_IN (1U << 5) /* none came, and its other segments are on record */
#define EVIDENCE_ERROR (1U << 6) /* the socket's error, conn.error */
#define EVIDENCE_TASK (1U << 7) /* it ended in a system call of its process */
#define EVIDENCE_ORPHAN (1U << 8) /* no process held it any more */
#define EVIDENCE_UNREAD (1U << 9) /* bytes that its process had not read */
#define EVIDENCE_UNACKED (1U << 10) /* bytes that the peer had not acknowledged */
#define EVIDENCE_REASON (1U << 11) /* the module's reason */
#define EVIDENCE_PEER_RST_OUT (1U << 12) /* the other end's own record of the RST */
#define EVIDENCE_PEER_NO_RST (1U << 13) /* the other end is on record, and sent none */
#define EVIDENCE_NEVER_ACCEPTED (1U << 14) /* accept() never took it */
#define EVIDENCE_HOST_RST_OUT (1U << 15) /* a RST that went in the peer's name, by no socket */
#define EVIDENCE_SYN_ARRIVED (1U << 16) /* the SYN is on record where it was to go */
#define EVIDENCE_RESET_REASON (1U << 17) /* the kernel's own reason for the RST of this end */
#define EVIDENCE_SYN_ACK_ACKED (1U << 18) /* the request's SYN-ACK had been acknowledged */
#define EVIDENCE_MPTCP (1U << 19) /* it was a subflow of MPTCP */
#define EVIDENCE_PROBES (1U << 20) /* probes of a closed window, or keepalive, went */
#define EVIDENCE_NO_PROBE (1U << 21) /* none went, and they would be on record */
#define EVIDENCE_SYN_ANSWERED (1U << 22) /* the other end's answer to the SYN, which did not come */
#define EVIDENCE_BITS 23

/**
 * struct ending - the judgement
 * @how: enum conn_end
 * @why: enum conn_why
 * @by: enum ending_by
 * @evidence: EVIDENCE_*: what it rests on
 */
struct ending {
	uint8_t how;
	uint8_t why;
	uint8_t by;
	uint32_t evidence;
};

/** ending_of() - of one end, by what is on record of it alone */
struct ending ending_of(const struct conn *c);

/** ending_of_end() - of @pair's @end, and by what is on record of the other one */
struct ending ending_of_end(const struct conn_pair *pair, unsigned int end);

/**
 * ending_of_pair() - of the connection
 * @pair: both ends if both are on this machine
 * @end: set to the end that tells why, 0 or 1; the ending is told as seen from there
 */
struct ending ending_of_pair(const struct conn_pair *pair, unsigned int *end);

/** ending_is_after_close() - both ends had closed: @c ended, however it did, in TIME-WAIT */
bool ending_is_after_close(const struct conn *c);

/** ending_is_orderly() - both ends had closed when @c ended */
bool ending_is_orderly(const struct conn *c);

/** ending_is_unsent() - connect() failed, and sent nothing: which port it had is not known */
static inline bool ending_is_unsent(const struct conn *c)
{
	return c->end == CONN_NO_PORT || c->end == CONN_FAILED;
}

/**
 * ending_is_unheard() - of one in SYN-SENT: nothing came for it, and it would be on record: a
 * SYN-ACK or a RST by itself, and anything else by the RST that it was refused with
 */
static inline bool ending_is_unheard(const struct conn *c)
{
	return c->flags & CONN_SEGMENTS && !c->synack_us &&
	       !(c->flags & (CONN_LOSSY | CONN_RST_IN | CONN_RST_OUT | CONN_RST_OUT_FOREIGN));
}

/** ending_may_be_rst_in() - a RST that came ended @c, or may have */
static inline bool ending_may_be_rst_in(const struct conn *c)
{
	return c->end == CONN_RESET_IN || c->end == CONN_RESET;
}

/** ending_by_key() - "us", "peer" ..., for JSON */
const char *ending_by_key(uint8_t by);

/** ending_evidence_key() - the name of bit @bit, for JSON: "rst_in" */
const char *ending_evidence_key(unsigned int bit);

#endif
