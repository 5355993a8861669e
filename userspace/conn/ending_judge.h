/* SPDX-License-Identifier: GPL-2.0 */
/* For the tracker: judge an end when its last record comes. See ending.h for who asks. */
#ifndef CONN_ENDING_JUDGE_H
#define CONN_ENDING_JUDGE_H

#include "userspace/base/time.h"
#include "userspace/conn/conn.h"

#define ENDING_AT_ONCE_NS (50 * MS) /* in one go of the kernel, interrupts and all */

/** ending_has_segments() - are its segments on record? Then one that is missing never was */
static inline bool ending_has_segments(const struct conn *c)
{
	return c->flags & CONN_SEGMENTS && !(c->flags & CONN_LOSSY);
}

/*
 * The module records the bare ACKs of an end that has had no data, and a state begins with one
 * at most: more than one are probes. Without one there was none, if they would be on record.
 */
static inline bool ending_has_probed(const struct conn *c)
{
	return c->acks > 1;
}

static inline bool ending_would_show_probes(const struct conn *c)
{
	return ending_has_segments(c) && c->flags & CONN_HAS_BYTES && !c->received;
}

/** ending_is_closing() - its FIN is on its way */
static inline bool ending_is_closing(uint8_t state)
{
	return state == TCPTRAIL_FIN_WAIT1 || state == TCPTRAIL_CLOSING ||
	       state == TCPTRAIL_LAST_ACK;
}

/** ending_is_fin_wait() - it has closed, and the other end has not */
static inline bool ending_is_fin_wait(const struct conn *c)
{
	return c->state == TCPTRAIL_FIN_WAIT1 || c->state == TCPTRAIL_FIN_WAIT2;
}

/** ending_may_be_aborted() - in a system call, bytes unread; whether a RST went is not on record */
static inline bool ending_may_be_aborted(const struct conn *c)
{
	return c->unread && ending_is_closing(c->state) && c->flags & CONN_TASK_ENDED &&
	       !(c->flags & CONN_ORPHAN) && !ending_has_segments(c);
}

/*
 * Each sets conn.why, and returns the end, which is not set yet. @r is the record that
 * ends the life; its facts are in @c already, and conn.state is the last state.
 */

/** ending_judge_socket() - @r is a full socket's transition to CLOSE */
enum conn_end ending_judge_socket(struct conn *c, const struct tcptrail_record *r);

/** ending_judge_request() - @r is the end of a request that did not come to be established */
enum conn_end ending_judge_request(struct conn *c, const struct tcptrail_record *r);

/** ending_judge_minisocket() - @r is the end of a timewait minisocket */
enum conn_end ending_judge_minisocket(struct conn *c, const struct tcptrail_record *r);

/* ending_revise.c: what comes after the judgement */

/** ending_take_loss() - of @c, which was judged, it is told only now that records were lost then */
void ending_take_loss(struct conn *c);

/** ending_take_rst_out() - a RST went in this end's name: maybe after its last transition */
void ending_take_rst_out(struct conn *c, const struct tcptrail_record *r);

#endif
