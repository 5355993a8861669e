// SPDX-License-Identifier: GPL-2.0
/* tcptrail life: one line for each connection, when its life is over. */
#include "userspace/cli/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/time.h"
#include "userspace/session/feed.h"
#include "userspace/session/follow.h"
#include "userspace/cli/life_print.h"
#include "userspace/session/losses.h"
#include "userspace/session/message.h"
#include "userspace/session/source.h"

static const char usage[] =
	"Usage: tcptrail life [OPTION...]\n\n"
	"Prints a line for each connection when its life is over: both addresses, with > where\n"
	"this end opened it and < where the other did, and => where both ends are on this\n"
	"machine; the times of handshake (SHAKE) and the whole life (LIFE, with > if it began\n"
	"before the trail did); payload bytes (SENT, RECVD); how it ended; what was sent again;\n"
	"and who opened or accepted it.\n\n";

#define TICK_MS 100

/**
 * struct life_run - a running command
 * @source: which trail
 * @tracker: what ended, from the trail alone, so that a file gives what the device gave
 * @all: what lives, from the trail and a snapshot; with --open
 * @follow: how it is read
 * @printer: which are printed, and how
 * @moved: records came since idle() was last called: they tell the time
 */
struct life_run {
	struct source source;
	bool open;
	bool summarize;
	bool no_header;
	bool moved;
	struct tracker *tracker;
	struct feed all;
	struct follow follow;
	struct life_printer printer;
	struct losses tally;
};

/* A recorder's snapshot is left out where lives that ended are told. */
static void feed_trail(struct life_run *run, const struct tcptrail_record *records, int count)
{
	int i, first = 0;

	for (i = 0; i < count; i++) {
		if (records[i].kind != TCPTRAIL_SNAPSHOT)
			continue;
		tracker_feed(run->tracker, &records[first], (size_t)(i - first));
		first = i + 1;
	}
	tracker_feed(run->tracker, &records[first], (size_t)(count - first));
}

static int take(void *context, const struct tcptrail_record *records, int count)
{
	struct life_run *run = context;

	run->moved = true;
	losses_add(&run->tally, records, count);
	feed_trail(run, records, count);
	if (run->open)
		feed_records(&run->all, records, (size_t)count);
	return life_is_full(&run->printer) ? 1 : -run->printer.out.error;
}

/* On a quiet machine no record tells that time goes on: as long as anyone waits for it. */
static int idle(void *context)
{
	struct life_run *run = context;
	struct buf *out = &run->printer.out;

	if (!run->source.file && !run->source.once && !run->moved)
		tracker_advance(run->tracker, time_now_ns() - FEED_SETTLE_NS);
	run->moved = false;
	run->follow.tick_ms = tracker_is_waiting(run->tracker) ? TICK_MS : 0;
	if (out->len)
		buf_flush(out);
	return life_is_full(&run->printer) && !out->error ? 1 : -out->error;
}

static int finish(struct life_run *run)
{
	struct life_printer *p = &run->printer;
	int err;

	tracker_settle(run->tracker);
	err = life_print_waiting(p, run->tracker, run->open);
	if (!err && run->open) {
		tracker_settle(run->all.tracker);
		feed_rest(&run->all);
		feed_tell_unseen(&run->all);
		err = life_print_open(p, &run->all);
	}
	if (p->summary && p->json) {
		life_json_summary(&p->out, p->summary);
	} else if (p->summary) {
		if (p->printed || !run->no_header)
			buf_char(&p->out, '\n');
		life_text_summary(&p->out, p->summary);
	}
	buf_flush(&p->out);
	return err ? cmd_fail("%s", strerror(-err)) : CMD_OK;
}

/* The trail is open: what the snapshot does not have yet, that has. */
static int prepare(struct life_run *run)
{
	const struct tracker_config config = {
		.join = !run->printer.ends,
		.ended = life_ended,
		.arg = &run->printer,
	};
	const struct tracker_config all = { .join = config.join };
	int err = tracker_create(&run->tracker, &config);

	if (!err && run->open)
		err = tracker_create(&run->all.tracker, &all);
	if (!err && run->summarize) {
		run->printer.summary = calloc(1, sizeof(*run->printer.summary));
		err = run->printer.summary ? 0 : -ENOMEM;
	}
	if (err)
		return cmd_fail("%s", strerror(-err));
	return run->open && !run->source.file ? feed_snapshot(&run->all, SNAPSHOT_ALL_STATES) :
						CMD_OK;
}

static int life(struct life_run *run, struct tcptrail *trail)
{
	struct buf *out = &run->printer.out;
	int err, status;

	run->follow = (struct follow){
		.trail = trail,
		.duration_ns = run->source.duration_ns,
		.once = run->source.once,
		.take = take,
		.idle = idle,
		.context = run,
	};
	status = prepare(run);
	if (status)
		return status;
	clock_init(&run->printer.clock, tcptrail_origin(trail)->realtime_offset_ns, true);
	if (!run->printer.json && !run->no_header)
		life_text_header(out);
	follow_catch_signals();
	err = follow(&run->follow);
	status = finish(run);
	if (out->error)
		return cmd_flush(out);
	losses_finish(&run->tally, trail);
	losses_tell(&run->tally);
	return err ? source_failed(&run->source, err) : status;
}

static int parse(struct life_run *run, int argc, char *argv[])
{
	struct life_printer *p = &run->printer;
	const struct option_row rows[] = {
		option_string("-i FILE", "read a file of tcptrail record (- is standard input)",
			      &run->source.file),
		option_flag("-v, --verbose",
			    "with each: namespace, owner, handshake and teardown step by step,\n"
			    "half-close, TIME-WAIT, bytes, and why it ended",
			    &p->verbose),
		option_flag("--ends", "a line for each end on this machine, when that is over",
			    &p->ends),
		option_flag("--history", "first what the rings hold from before, then on",
			    &run->source.history),
		option_no_follow(&run->source),
		option_flag("--open", "at the end also those that live, with their state",
			    &run->open),
		option_flag("--summary",
			    "at the end how many there were, and percentiles of their times",
			    &run->summarize),
		option_count("stop after N lives", &p->limit),
		option_duration(&run->source),
		option_flag("--json", "JSON Lines, see tcptrail-life(1)", &p->json),
		option_flag("--no-header", "no names of columns", &run->no_header),
		option_device(&run->source),
		{ .help = "\nWhich lives (lists with commas; of a connection within the machine "
			  "either end):\n" },
		OPTIONS_CONNECTIONS(&p->filter,
				    "the state that it was in at its end: TIME-WAIT, syn_sent",
				    "name of the task that opened or accepted it, or acted last"),
		{ 0 },
	};
	int status = options_parse(usage, rows, argc, argv);

	return status ? status : source_check(&run->source, argv[optind]);
}

int cmd_life(int argc, char *argv[])
{
	struct life_run run = { 0 };
	struct tcptrail *trail;
	int status;

	status = parse(&run, argc, argv);
	if (!status)
		status = source_open(&run.source, &trail);
	if (status)
		return status;
	buf_init(&run.printer.out, stdout);
	status = life(&run, trail);
	buf_free(&run.printer.out);
	free(run.printer.summary);
	feed_free(&run.all);
	tracker_free(run.all.tracker);
	tracker_free(run.tracker);
	tcptrail_close(trail);
	return status;
}
