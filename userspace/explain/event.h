/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: what happened at which side when, the ladder's raw material. A segment that was
 * sent here and received here is two events that know each other.
 */
#ifndef EXPLAIN_EVENT_H
#define EXPLAIN_EVENT_H

#include "userspace/explain/ladder.h"
#include "userspace/explain/segment.h"

enum event_kind {
	EVENT_SENT,
	EVENT_RECEIVED,
	EVENT_STATE,
};

enum event_cause {
	CAUSE_SEGMENT, /* what arrived just before */
	CAUSE_ACTION, /* a task: a segment follows */
	CAUSE_TIME, /* a timer, or someone from outside */
};

#define NO_EVENT ((size_t)-1)

#define STEPS (TCPTRAIL_SYN | TCPTRAIL_FIN | TCPTRAIL_RST)

/**
 * struct event - one of them
 * @kind: enum event_kind
 * @side: LADDER_LEFT or LADDER_RIGHT
 * @state: EVENT_STATE: the new state
 * @cause: EVENT_STATE: enum event_cause
 * @why: likewise: enum ladder_why
 * @lost: EVENT_SENT: it never arrived
 * @made: EVENT_RECEIVED: an acknowledgement that is not on record; the next event is the
 *	state that it caused
 * @ack: of that: its number, if @has_ack
 * @time_ns: when
 * @other: the event at the other side, NO_EVENT if there is none
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
	bool has_ack;
	uint32_t ack;
	uint64_t time_ns;
	size_t other;
	const struct tcptrail_record *record;
};

struct events {
	struct event *list;
	size_t count;
};

/**
 * events_build() - from the records of a ladder's conversation
 * @events: filled; freed by events_free(), also after an error
 * @ladder: its sides are known
 *
 * Return: 0 or -ENOMEM
 */
int events_build(struct events *events, const struct ladder *ladder);

void events_free(struct events *events);

/** events_pair() - who sent what was received, and what was lost; event_pair.c */
void events_pair(struct events *events, const struct ladder *ladder);

#endif
