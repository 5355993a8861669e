/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What readers add to the module's records: one kind and two causes of loss that no
 * module writes. Such records stand among the module's own in every stream and in every
 * file. Their numbers begin at 128, which the contract leaves to readers.
 */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "module/uapi/tcptrail.h"

/**
 * enum tcptrail_reader_kind - continues enum tcptrail_kind
 * @TCPTRAIL_SNAPSHOT: a socket that sock_diag found, rather than one that was seen to
 *	begin. Old and new state are equal, seq is 0; body is a snapshot
 */
enum tcptrail_reader_kind {
	TCPTRAIL_SNAPSHOT = 128,
};

/**
 * enum tcptrail_reader_cause - continues enum tcptrail_cause
 * @TCPTRAIL_LOSS_OVERWRITTEN: the reader was slower than the ring; seq is the number of
 *	the first missing record
 * @TCPTRAIL_LOSS_SNAPSHOT: the snapshot lacks a network namespace (netns); count is 0
 */
enum tcptrail_reader_cause {
	TCPTRAIL_LOSS_OVERWRITTEN = 128,
	TCPTRAIL_LOSS_SNAPSHOT = 129,
};

/**
 * struct tcptrail_snapshot - body of SNAPSHOT records: what reads a transition reads it, too
 * @transition: as in struct tcptrail_transition. Its pid is 0: no task has the socket in its
 *	hands when it is found
 * @min_age_ns: in the place of comm: for how many nanoseconds at the least the socket has
 *	been in its state; 0: not known
 * @reserved: zero
 */
struct tcptrail_snapshot {
	uint8_t transition[offsetof(struct tcptrail_transition, comm)];
	uint64_t min_age_ns;
	uint64_t reserved;
};

TCPTRAIL_PIN(offsetof(struct tcptrail_snapshot, min_age_ns) ==
	     offsetof(struct tcptrail_transition, comm));
TCPTRAIL_PIN(sizeof(struct tcptrail_snapshot) == sizeof(struct tcptrail_transition));

/** RECORD_NAME_PARTS - record.flags: which parts of the name the record has not */
#define RECORD_NAME_PARTS \
	(TCPTRAIL_F_NO_LADDR | TCPTRAIL_F_NO_RADDR | TCPTRAIL_F_NO_LPORT | TCPTRAIL_F_NO_RPORT)

/** record_is_transition() - is its body a transition, or a snapshot, which reads the same? */
static inline bool record_is_transition(const struct tcptrail_record *r)
{
	switch (r->kind) {
	case TCPTRAIL_SOCKET:
	case TCPTRAIL_REQUEST:
	case TCPTRAIL_TIMEWAIT:
	case TCPTRAIL_ACCEPT:
	case TCPTRAIL_SNAPSHOT:
		return true;
	default:
		return false;
	}
}

/** record_min_age_ns() - of a SNAPSHOT; 0 of any other record */
static inline uint64_t record_min_age_ns(const struct tcptrail_record *r)
{
	struct tcptrail_snapshot s;

	if (r->kind != TCPTRAIL_SNAPSHOT || r->flags & TCPTRAIL_F_TASK)
		return 0;
	memcpy(&s, &r->transition, sizeof(s));
	return s.min_age_ns;
}

/** record_set_min_age_ns() - of a SNAPSHOT */
static inline void record_set_min_age_ns(struct tcptrail_record *r, uint64_t min_age_ns)
{
	memcpy((char *)&r->transition + offsetof(struct tcptrail_snapshot, min_age_ns), &min_age_ns,
	       sizeof(min_age_ns));
}

#endif
