/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of tcptrail top share. */
#ifndef TOP_TOP_H
#define TOP_TOP_H

#include "userspace/session/message.h"
#include "userspace/session/session.h"
#include "userspace/trail/filter.h"
#include "userspace/conn/activity.h"
#include "userspace/top/ui_state.h"
#include "userspace/top/view.h"
#include "userspace/print/stuck_out.h"

/**
 * struct top_play - a trail from a file, played in its own time
 * @batch: records that were read
 * @count: how many
 * @at: those before it have been fed
 * @clock_ns: where in the trail's time we are; 0: not begun
 * @wall_ns: when we were there (CLOCK_MONOTONIC); 0: the clock stands still
 * @speed_milli: thousandths of the trail's own pace
 * @error: of the trail's end, 0 or -errno
 * @over: all has been fed
 */
struct top_play {
	const struct tcptrail_record *batch;
	int count;
	int at;
	uint64_t clock_ns;
	uint64_t wall_ns;
	uint64_t speed_milli;
	int error;
	bool over;
};

/**
 * struct top - a running command
 * @source: which trail
 * @interval_ns: from --interval
 * @limit: from --count, 0: no end
 * @json: from --json
 * @batch: from --batch, or --once without --json
 * @once: from --once
 * @session: the trail, and its connections
 * @kernel: what the kernel says now
 * @activity: of these
 * @view: what is shown of it
 * @ui: and how
 * @grid: on what
 * @filter: what is wanted
 * @play: of a file
 * @clock: for people
 * @utc: for JSON
 * @holders: who holds what is stuck
 * @holders_next_ns: they are found anew from then on
 */
struct top {
	struct source source;
	uint64_t interval_ns;
	uint64_t limit;
	bool json;
	bool batch;
	bool once;
	struct session session;
	struct kernel_view kernel;
	struct activity activity;
	struct view view;
	struct ui_state ui;
	struct grid grid;
	struct filter filter;
	struct clock clock;
	struct clock utc;
	struct top_play play;
	struct holders holders;
	uint64_t holders_next_ns;
};

/** cmd_top() - the command; the exit status */
int cmd_top(int argc, char *argv[]);

/* source.c: where records come from */

/** top_open() - trail, model, first snapshot; CMD_OK or CMD_FAILED after a message */
int top_open(struct top *top);

/** top_read() - feed what there is by now; 0 or -errno of the trail */
int top_read(struct top *top);

/** top_now_ns() - by the trail's clock */
uint64_t top_now_ns(const struct top *top);

/** top_step() - a file's clock goes on by one interval, in no time */
void top_step(struct top *top);

/** top_run() - a file's clock goes on by itself from now, at this speed (thousandths); 0: it stops */
void top_run(struct top *top, uint64_t speed_milli);

/** top_to_end() - a file's clock goes to its last record */
void top_to_end(struct top *top);

void top_close(struct top *top);

/* update.c */

/** top_update() - all numbers of now; 0 or -errno */
int top_update(struct top *top);

/**
 * top_ask() - before an update: ask the kernel, so that the answer is there, and fresh
 * @top: the command
 * @next_ns: when the update will be
 *
 * Return: when to call it again, or update
 */
uint64_t top_ask(struct top *top, uint64_t next_ns);

/* update_stuck.c */

/** top_find() - what is stuck now, and all ports in use; 0 or -errno */
int top_find(struct top *top, uint64_t now_ns, struct stuck_scan **scan);

/** top_update_stuck() - part of an update: the worst groups of what was found; 0 or -errno */
int top_update_stuck(struct top *top, const struct stuck_result *result);

/* filter_line.c */

/**
 * top_filter() - use what somebody typed as a filter
 * @top: the filter in use is only changed if all is right
 * @text: words, see help.c; at most UI_EDIT_MAX bytes
 * @why: set to what is wrong
 * @size: of @why
 *
 * Return: 0, -EINVAL, -E2BIG
 */
int top_filter(struct top *top, const char *text, char *why, size_t size);

/** top_use_filter() - use this one */
void top_use_filter(struct top *top, const struct filter *f);

/** top_show_option() - add an option ("--port N") to what is shown as the filter */
void top_show_option(struct top *top, const char *flag, const char *value);

/* ladder_pane.c */

/** top_ladder() - draw a connection; 0, -ENOENT: it is not on record, -errno */
int top_ladder(const struct top *top, const char *selector, struct buf *out);

/* batch.c */

/** top_batch() - text or JSON, until the end; an exit status */
int top_batch(struct top *top);

/* loop.c */

/** top_screen() - the live screen, until it is left; an exit status */
int top_screen(struct top *top);

#endif
