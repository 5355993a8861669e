/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rows of the two lists, as of the last update: words, because the connections that
 * they were made from may end, and numbers.
 */
#ifndef TOP_ROWS_H
#define TOP_ROWS_H

#include "userspace/base/address.h"
#include "userspace/base/text.h"
#include "userspace/diagnose/verdict.h"
#include "userspace/print/stuck_out.h"
#include "userspace/top/list.h"

#define SELECTOR_MAX (2 * ENDPOINT_MAX + 1)

/**
 * struct stuck_row - a group of connections that are stuck, often of only one
 * @id: tells it from others after the next update
 * @rank: 0: it is the most severe
 * @age_ns: how long the oldest has been so
 * @count: connections in it
 * @lport: this end's port; 0: not all share it
 * @unread: bytes in all of them
 * @state: of the oldest
 * @at_least: it is at least so old
 * @burst: of TIME-WAITs, whose age is of no interest
 * @verdict: name of the rule
 * @local: this end, as far as they share it
 * @remote: the other end, likewise
 * @holder: who holds it, or did last; empty if nobody is known
 * @sentence: what is the matter
 * @text: where in top.details all that is known of it begins
 * @text_length: and how long that is
 * @selector: the oldest connection, as explain wants it; empty of a burst
 */
struct stuck_row {
	uint64_t id;
	uint64_t rank;
	uint64_t age_ns;
	uint64_t count;
	uint64_t lport;
	uint64_t unread;
	uint8_t state;
	bool at_least;
	bool burst;
	char verdict[48];
	char local[ENDPOINT_MAX + 1];
	char remote[ENDPOINT_MAX + 1];
	char holder[STUCK_HOLDERS_MAX];
	char sentence[VERDICT_SENTENCE_MAX];
	size_t text;
	size_t text_length;
	char selector[SELECTOR_MAX + 1];
};

/**
 * struct flow_row - who opens connections to whom
 * @id: tells it from others after the next update
 * @milli: opened, thousandths a second
 * @opened: in all
 * @live: are neither over nor in TIME-WAIT
 * @time_wait: are in TIME-WAIT
 * @share: thousandths of the source ports that are taken towards there, by whomever;
 *	0 if passive
 * @out_ns: none is left after so long, at the present rate; PORT_USAGE_NEVER
 * @owner: name and process
 * @peer: the remote end, or "*:80": others come to our port 80
 * @passive: the latter
 */
struct flow_row {
	uint64_t id;
	uint64_t milli;
	uint64_t opened;
	uint64_t live;
	uint64_t time_wait;
	uint64_t share;
	uint64_t out_ns;
	char owner[PUT_TASK_MAX + 1];
	char peer[ENDPOINT_MAX + 1];
	bool passive;
};

/* pane_lists.c: their columns */
extern const struct column stuck_columns[], flow_columns[];
#define FLOWS_BY_RATE 2 /* the column that flows are sorted by at first */

#endif
