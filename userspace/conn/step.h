/* SPDX-License-Identifier: GPL-2.0 */
/* The steps of one end's life: what each changes in its struct conn. */
#ifndef CONN_STEP_H
#define CONN_STEP_H

#include "userspace/conn/tracker_internal.h"

/** step_enter() - a state: only a real change restarts the clock; a seen one beats a guess */
void step_enter(struct tracker *m, struct conn *c, uint8_t state, uint64_t time_ns);

/** step_reach() - what the state that a full socket goes to says of handshake and teardown */
void step_reach(struct tracker *m, struct conn *c, const struct tcptrail_record *r);

/** step_accepted() - accept() took it */
void step_accepted(struct tracker *m, struct conn *c, const struct tcptrail_record *r);

/** step_facts() - what a transition tells beside the state */
void step_facts(struct tracker *m, struct conn *c, const struct tcptrail_record *r);

/** step_bytes() - what it carried, if the record says so */
void step_bytes(struct conn *c, const struct tcptrail_record *r);

/** step_sent_times() - @sent: how often something was sent; the timer has sent it again so often */
void step_sent_times(uint8_t *sent, uint8_t retransmits);

/** step_segment() - a segment that it sent or received */
void step_segment(struct tracker *m, struct conn *c, const struct tcptrail_record *r);

/** step_fin_taken() - the peer's FIN was its turn: all bytes before it were there */
void step_fin_taken(struct conn *c, uint64_t time_ns);

/** step_fin_acked() - the peer acknowledged our FIN */
void step_fin_acked(struct conn *c, uint64_t time_ns);

/** step_count() - one more, up to 255 */
static inline void step_count(uint8_t *count)
{
	if (*count < UINT8_MAX)
		++*count;
}

#endif
