/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of tcptrail top share. */
#ifndef TOP_TOP_H
#define TOP_TOP_H

#include "userspace/base/clock.h"
#include "userspace/conn/activity.h"
#include "userspace/diagnose/holders.h"
#include "userspace/session/message.h"
#include "userspace/session/session.h"
#include "userspace/top/spark.h"
#include "userspace/top/ui_state.h"

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

/** enum top_rate - what is counted, beside how often each state is entered */
enum top_rate {
	RATE_OPENED,
	RATE_ENDED,
	RATE_SYN, /* sent again, as the next two */
	RATE_SYN_ACK,
	RATE_FIN,
	RATE_RST_OUT,
	RATE_RST_IN,
	RATE_RECORDS,
	RATE_LOST,
	RATES,
};

/**
 * struct rate - something that is counted
 * @total: up to the last update
 * @milli: thousandths of it a second, since the update before
 * @graph: the latter, update by update
 */
struct rate {
	uint64_t total;
	uint64_t milli;
	struct history graph;
};

/**
 * struct numbers - what updates leave behind for the next ones; zero: there was none
 * @updates: how many there were; below 2 there are no rates
 * @now_ns: when the last one was, by the trail's clock
 * @rates: by enum top_rate
 * @entered: how often a state was entered, by state
 * @sockets: how many were in it
 * @times: of the last minute, by enum activity_time
 */
struct numbers {
	uint64_t updates;
	uint64_t now_ns;
	struct rate rates[RATES];
	struct rate entered[ACTIVITY_STATES];
	struct history sockets[ACTIVITY_STATES];
	struct quantiles times[ACTIVITY_TIMES];
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
 * @has_trail: there is one, not only snapshots
 * @note: what has to be known of all the numbers, or empty
 * @play: of a file
 * @ended: it is over, and the last update has seen all of it
 * @filter: what is wanted
 * @kernel: what the kernel says now
 * @holders: who holds what is stuck
 * @holders_next_ns: they are found anew from then on
 * @activity: of the connections
 * @numbers: of the activity
 * @stuck_total: how many sockets are stuck
 * @stuck_groups: how many groups there are; the most severe are listed
 * @lists: by enum ui_pane; UI_STUCK has struct stuck_row, UI_FLOWS struct flow_row
 * @details: what stuck_row.text points into
 * @clock: for people; set to the time of the last update
 * @utc: for JSON
 * @ui: what the user has chosen
 * @grid: what is drawn on
 */
struct top {
	struct source source;
	uint64_t interval_ns;
	uint64_t limit;
	bool json;
	bool batch;
	bool once;
	struct session session;
	bool has_trail;
	char note[128];
	struct top_play play;
	bool ended;
	struct filter filter;
	struct kernel_view kernel;
	struct holders holders;
	uint64_t holders_next_ns;
	struct activity activity;
	struct numbers numbers;
	size_t stuck_total;
	size_t stuck_groups;
	struct list lists[UI_PANES];
	struct buf details;
	struct clock clock;
	struct clock utc;
	struct ui_state ui;
	struct grid grid;
};

/** top_has_rates() - two updates make a rate */
static inline bool top_has_rates(const struct top *top)
{
	return top->has_trail && top->numbers.updates > 1;
}

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

/** top_per_second() - thousandths a second */
uint64_t top_per_second(uint64_t count, uint64_t span_ns);

/** top_count() - part of an update: the numbers of the activity */
void top_count(struct top *top);

/* update_rows.c: the other part */

/** top_list() - who is stuck now, who opens to whom; 0 or -errno */
int top_list(struct top *top, uint64_t now_ns);

/** top_list_flows() - part of it: with the ports in use towards them; 0 or -ENOMEM */
int top_list_flows(struct top *top, const struct port_usages *usages);

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

/** top_ladder() - draw a connection; 0, -ENOENT: it is not on record, -errno */
int top_ladder(const struct top *top, const char *selector, struct buf *out);

/** top_json() - one line; tcptrail-top(1) documents every field */
void top_json(struct top *top, struct buf *out);

/** top_batch() - text or JSON, until the end; an exit status */
int top_batch(struct top *top);

/** top_screen() - the live screen, until it is left; an exit status */
int top_screen(struct top *top);

#endif
