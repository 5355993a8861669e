/* SPDX-License-Identifier: GPL-2.0 */
/* Lives as people and machines read them. */
#ifndef PRINT_LIFE_OUT_H
#define PRINT_LIFE_OUT_H

#include "userspace/base/json.h"
#include "userspace/conn/ending.h"
#include "userspace/conn/tracker.h"
#include "userspace/conn/quantiles.h"

/** enum life_span - what the summary tells the percentiles of */
enum life_span {
	LIFE_HANDSHAKE,
	LIFE_ACCEPT_WAIT,
	LIFE_HALF_CLOSE,
	LIFE_TEARDOWN,
	LIFE_TIME_WAIT,
	LIFE_SPANS,
};

#define LIFE_ROLES 3 /* CONN_ROLE_UNKNOWN, CONN_ACTIVE, CONN_PASSIVE */

/**
 * struct life_summary - zero at the start
 * @ended: how many ends of connections are over, by role
 * @by_end: and how
 * @spans: of those, by role
 * @states: time in each state, likewise
 */
struct life_summary {
	uint64_t ended[LIFE_ROLES];
	uint64_t by_end[CONN_ENDS];
	struct quantiles spans[LIFE_ROLES][LIFE_SPANS];
	struct quantiles states[LIFE_ROLES][TIMING_STATES];
};

void life_summary_add(struct life_summary *s, const struct conn *c, const struct timing *life);

#define LIFE_WIDTH 100 /* columns of a line, unless an IPv6 address pushes it */

void life_text_header(struct buf *out);

/** life_text() - one line */
void life_text(struct buf *out, const struct tracker *tracker, const struct conn_pair *pair);

/** life_parts() - and what there is to say beside: some more lines, indented */
void life_parts(struct buf *out, const struct tracker *tracker, const struct conn_pair *pair);

void life_text_summary(struct buf *out, const struct life_summary *s);

/** life_json() - @clock: a UTC one */
void life_json(struct buf *out, struct clock *clock, const struct tracker *tracker,
	       const struct conn_pair *pair);

/** life_json_tasks() - "opener" and "last_task", as far as they are known */
void life_json_tasks(struct json *j, const struct tracker *tracker, const struct conn *c);

void life_json_summary(struct buf *out, const struct life_summary *s);

struct json;

/** ending_json() - "ended_by" and "evidence" of a connection that has ended */
void ending_json(struct json *j, const struct conn_pair *pair);

/* life_words.c: how it ended, as people say it */

#define LIFE_WORD_WIDTH 14

/** life_word() - in LIFE_WORD_WIDTH bytes at most */
const char *life_word(const struct conn_pair *pair);

/** life_end_word() - likewise, of one end alone: enum conn_end */
const char *life_end_word(uint8_t end);

/** life_sentence() - and why, in a sentence without a full stop */
void life_sentence(struct buf *out, const struct conn_pair *pair);

/** life_owner() - who opened or accepted it, or acted last; NULL if not known */
const struct task *life_owner(const struct tracker *tracker, const struct conn *c);

#endif
