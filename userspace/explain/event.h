/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moments: what happened at which side when, the ladder's raw material. A
 * segment sent here and received here is two moments that know each other.
 */
#ifndef EXPLAIN_EVENT_H
#define EXPLAIN_EVENT_H

#include "userspace/explain/ladder.h"

enum event_kind {
	EVENT_SENT,
	EVENT_RECEIVED,
	EVENT_STATE,
};

#define NO_EVENT ((size_t)-1)

/**
 * struct event - one of them
 * @kind: enum event_kind
 * @side: LADDER_LEFT or LADDER_RIGHT
 * @state: EVENT_STATE: the new state
 * @cause: EVENT_STATE: enum event_cause
 * @why: likewise: enum ladder_why
 * @lost: EVENT_SENT: it never arrived
 * @made: no record of its own: it is inferred
 * @time_ns: when
 * @other: the moment at the other side, NO_EVENT if there is none
 * @record: where it comes from
 */
struct event {
	uint8_t kind;
	uint8_t side;
	uint8_t state;
	uint8_t cause;
	uint8_t why;
	bool lost;
	bool made;
	uint64_t time_ns;
	size_t other;
	const struct tcptrail_record *record;
};

enum event_cause {
	CAUSE_SEGMENT, /* what arrived just before */
	CAUSE_ACTION, /* a task: a segment follows */
	CAUSE_TIME, /* a timer, or someone from outside */
};

struct events {
	struct event *list;
	size_t count;
};

/**
 * events_build() - from the records of a ladder's talk
 * @events: filled; freed by events_free(), also after an error
 * @ladder: its sides are known
 * @side_of: which side each of the talk's two ends is
 *
 * Return: 0 or -ENOMEM
 */
int events_build(struct events *events, const struct ladder *ladder, const uint8_t side_of[2]);

void events_free(struct events *events);

/* event_pair.c */

/** events_pair() - who sent what was received, and what was lost */
void events_pair(struct events *events, const struct ladder *ladder);

/* ladder.c */

/** ladder_add_row() - room for one more, not filled; NULL if there is no memory */
struct ladder_row *ladder_add_row(struct ladder *ladder);

/* ladder_data.c */

/** ladder_add_data() - rows that say how much flowed; 0 or -ENOMEM */
int ladder_add_data(struct ladder *ladder);

/* ladder_sides.c */

/** ladder_find_opener() - which of the talk's ends is left; 1 if it is known, 0 if guessed */
int ladder_find_opener(const struct conversation *conversation, unsigned int *left);

/** ladder_know_sides() - fill in what the records tell of both sides */
void ladder_know_sides(struct ladder *ladder, const uint8_t side_of[2]);

/** is_fast_open() - a SYN-ACK of a whole socket that has sent no SYN, if it has not */
bool is_fast_open(const struct tcptrail_record *r);

#endif
