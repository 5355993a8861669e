/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record as a line for people:
 *
 *	12:34:56.123456 CLOSE-WAIT   → LAST-ACK     10.0.0.1:80  10.0.0.2:41234  nginx[17]
 */
#ifndef PRINT_LINE_H
#define PRINT_LINE_H

#include "userspace/base/buf.h"
#include "userspace/base/clock.h"
#include "userspace/base/record.h"
#include "userspace/print/line_ends.h"

#define LINE_STATES 16 /* those that have a name, and some room */

/**
 * struct line_state - a state as it stands in its column: with colour and padding
 * @text: for whole copies; @len bytes of it count
 */
struct line_state {
	char text[31];
	uint8_t len;
};

/**
 * struct line - how lines shall look, and what the last one left behind
 * @clock: a local one
 * @color: for a terminal
 * @ascii: no arrows
 * @relative: seconds since the first record instead of the time of day
 * @show_netns: on every line, not only where it is not @home_netns
 * @home_netns: the network namespace that goes without saying; 0: the first
 *	record's
 * @prepared: @states is filled; to begin with, false
 * @states: by number
 * @ends: those of the last records
 * @first_ns: time of the first record, 0 before it
 * @second_ns: the clock's start_ns when @date was looked at
 * @date: the last line's; the caller sets it to today's, which goes without saying
 */
struct line {
	struct clock clock;
	bool color;
	bool ascii;
	bool relative;
	bool show_netns;
	uint32_t home_netns;
	bool prepared;
	struct line_state states[LINE_STATES];
	struct line_ends ends[LINE_ENDS];
	uint64_t first_ns;
	uint64_t second_ns;
	char date[16];
};

/** line_header() - the names of the columns */
void line_header(struct line *l, struct buf *out);

/** line_record() - a record, any */
void line_record(struct line *l, struct buf *out, const struct tcptrail_record *r);

#endif
