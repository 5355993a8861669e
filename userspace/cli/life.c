// SPDX-License-Identifier: GPL-2.0
/* tcptrail life: one line for each connection, when its life is over. */
#include "userspace/cli/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/order.h"
#include "userspace/base/time.h"
#include "userspace/conn/filter_conn.h"
#include "userspace/diagnose/unrecorded.h"
#include "userspace/print/life_out.h"
#include "userspace/session/message.h"
#include "userspace/session/session.h"

static const char usage[] =
	"Usage: tcptrail life [OPTION...]\n\n"
	"Print a line for each connection when its life is over: both addresses, with > where\n"
	"this end opened it and < where the other did, and => where both ends are on this\n"
	"machine; the times of handshake (SHAKE) and the whole life (LIFE, with > if it began\n"
	"before the trail did); payload bytes (SENT, RECVD); how it ended; what was sent again;\n"
	"and who opened or accepted it.\n\n";

#define TICK_MS 100

/**
 * struct life_run - a running command
 * @source: which trail
 * @open: from --open
 * @no_header: from --no-header
 * @json: as JSON Lines
 * @verbose: with the parts of each
 * @ends: each end by itself
 * @summarize: from --summary
 * @session: with --open it keeps all connections, those that sock_diag lists included
 * @tracker: what ended, from the trail alone, so that a file gives what the device gave
 * @moved: records came since idle() was last called: they tell the time
 * @filter: what either end has to have
 * @limit: print so many at most; 0: all
 * @printed: so many were
 * @summary: of those that were printed and have ended, or NULL
 * @clock: for JSON
 * @out: where to
 */
struct life_run {
	struct source source;
	bool open;
	bool no_header;
	bool json;
	bool verbose;
	bool ends;
	bool summarize;
	struct session session;
	struct tracker *tracker;
	bool moved;
	struct filter filter;
	uint64_t limit;
	uint64_t printed;
	struct life_summary *summary;
	struct clock clock;
	struct buf out;
};

static bool is_wanted(const struct life_run *run, const struct tracker *tracker,
		      const struct conn_pair *pair)
{
	if (!run->filter.count)
		return true;
	for (unsigned int i = 0; i < pair->count; i++) {
		const struct conn *c = pair->ends[i].c;

		if (filter_conn(&run->filter, tracker, c, c->state))
			return true;
	}
	return false;
}

static bool is_full(const struct life_run *run)
{
	return run->limit && run->printed == run->limit;
}

static void print(struct life_run *run, const struct tracker *tracker, const struct conn_pair *pair)
{
	if (run->json)
		life_json(&run->out, &run->clock, tracker, pair);
	else
		life_text(&run->out, tracker, pair);
	if (run->verbose && !run->json)
		life_parts(&run->out, tracker, pair);
	run->printed++;
}

static void summarize(struct life_run *run, const struct conn_pair *pair)
{
	unsigned int i;

	for (i = 0; i < pair->count && run->summary; i++)
		if (pair->ends[i].c->end)
			life_summary_add(run->summary, pair->ends[i].c, &pair->ends[i].timing);
}

static void print_ended(void *arg, const struct tracker *tracker, const struct conn *c)
{
	struct life_run *run = arg;
	struct conn_pair pair;

	if (is_full(run) || !conn_is_connection(c))
		return;
	conn_pair(&pair, tracker, c, !run->ends, tracker_stats(tracker)->newest_ns);
	if (!is_wanted(run, tracker, &pair))
		return;
	print(run, tracker, &pair);
	summarize(run, &pair);
}

ORDER(by_age, typeof(const struct conn *),
      2 * COMPARE((*x)->begun_ns, (*y)->begun_ns) + COMPARE((*x)->cookie, (*y)->cookie))

/* What the model has left, ended or not; NULL without memory. */
static const struct conn **list_of(const struct tracker *tracker, bool ended, size_t *count)
{
	const struct conn **list = calloc((size_t)tracker_count(tracker) + 1, sizeof(*list));
	const struct conn *c;

	*count = 0;
	if (!list)
		return NULL;
	for (c = tracker_next(tracker, NULL); c; c = tracker_next(tracker, c))
		if (conn_is_connection(c) && !c->end == !ended)
			list[(*count)++] = c;
	qsort(list, *count, sizeof(*list), by_age);
	return list;
}

static int print_rest(struct life_run *run, const struct tracker *tracker, bool ended, bool quiet)
{
	const struct conn *first;
	struct conn_pair pair;
	size_t i, count;
	const struct conn **list = list_of(tracker, ended, &count);

	if (!list)
		return -ENOMEM;
	for (i = 0; i < count && !is_full(run); i++) {
		conn_pair(&pair, tracker, list[i], !run->ends, tracker_stats(tracker)->newest_ns);
		first = pair.ends[0].c;
		/* Of two ends that live the first one stands for both. */
		if ((!ended && first != list[i] && !first->end) || !is_wanted(run, tracker, &pair))
			continue;
		if (!quiet)
			print(run, tracker, &pair);
		if (ended)
			summarize(run, &pair);
	}
	free(list);
	return 0;
}

/* A recorder's snapshot is left out where lives that ended are told. */
static int feed_trail(void *arg, const struct tcptrail_record *records, size_t count)
{
	struct life_run *run = arg;
	size_t i, first = 0;

	run->moved = true;
	for (i = 0; i < count; i++) {
		if (records[i].kind != TCPTRAIL_SNAPSHOT)
			continue;
		tracker_feed(run->tracker, &records[first], i - first);
		first = i + 1;
	}
	tracker_feed(run->tracker, &records[first], count - first);
	return is_full(run) ? 1 : -run->out.error;
}

/* On a quiet machine no record tells that time goes on: as long as anyone waits for it. */
static int idle(void *arg)
{
	struct life_run *run = arg;

	if (!run->source.file && !run->source.once && !run->moved)
		tracker_advance(run->tracker, time_now_ns() - TRAIL_SETTLE_NS);
	run->moved = false;
	run->session.follow.tick_ms = tracker_is_waiting(run->tracker) ? TICK_MS : 0;
	if (run->out.len)
		buf_flush(&run->out);
	return is_full(run) && !run->out.error ? 1 : -run->out.error;
}

static int finish(struct life_run *run)
{
	int err;

	tracker_settle(run->tracker);
	err = print_rest(run, run->tracker, true, run->open);
	if (!err && run->open) {
		tracker_settle(run->session.tracker);
		err = print_rest(run, run->session.tracker, false, false);
	}
	if (run->summary && run->json) {
		life_json_summary(&run->out, run->summary);
	} else if (run->summary) {
		if (run->printed || !run->no_header)
			buf_char(&run->out, '\n');
		life_text_summary(&run->out, run->summary);
	}
	buf_flush(&run->out);
	return err ? cmd_fail("%s", strerror(-err)) : CMD_OK;
}

static int open_session(struct life_run *run)
{
	const struct tracker_config all = { .join = !run->ends };
	struct tracker_config ended = {
		.join = all.join,
		.ended = print_ended,
		.arg = run,
	};
	const struct session_config config = {
		.source = run->source,
		.tracker = run->open ? &all : NULL,
		.states = run->open ? SNAPSHOT_ALL_STATES : 0,
		.records = feed_trail,
		.idle = idle,
		.arg = run,
	};
	int status = session_open(&run->session, &config), err = 0;

	if (!status) {
		ended.incomplete = unrecorded_lives(&run->session.info);
		err = tracker_create(&run->tracker, &ended);
	}
	if (!status && !err && run->summarize) {
		run->summary = calloc(1, sizeof(*run->summary));
		err = run->summary ? 0 : -ENOMEM;
	}
	return err ? cmd_fail("%s", strerror(-err)) : status;
}

static int life(struct life_run *run)
{
	struct session *session = &run->session;
	int err, status;

	clock_init(&run->clock, session->origin.realtime_offset_ns, true);
	if (!run->json && !run->no_header)
		life_text_header(&run->out);
	follow_catch_signals();
	status = session_begin(session);
	if (status)
		return status;
	err = session_run(session);
	status = finish(run);
	if (run->out.error)
		return cmd_flush(&run->out);
	session_tell_losses(session);
	return err ? source_failed(&run->source, err) : status;
}

static int parse(struct life_run *run, int argc, char *argv[])
{
	const struct option_row rows[] = {
		option_string("-i FILE", "read a file of tcptrail record (- is standard input)",
			      &run->source.file),
		option_flag("-v, --verbose",
			    "print below each: namespace, owner, handshake and teardown step\n"
			    "by step, half-close, TIME-WAIT, bytes, and why it ended",
			    &run->verbose),
		option_flag("--ends",
			    "print a line for each end on this machine, when that is over",
			    &run->ends),
		option_flag("--history", "begin with what the rings still hold",
			    &run->source.history),
		option_no_follow(&run->source),
		option_flag("--open", "print at the end also those that live, with their state",
			    &run->open),
		option_flag("--summary",
			    "print at the end how many there were, and percentiles of their times",
			    &run->summarize),
		option_count("stop after N connections", &run->limit),
		option_duration(&run->source),
		option_flag("--json", "print JSON Lines, see tcptrail-life(1)", &run->json),
		option_flag("--no-header", "print no line with the names of the columns",
			    &run->no_header),
		option_device(&run->source),
		{ .help = "\nWhich lives (lists with commas; of a connection within the machine "
			  "either end):\n" },
		OPTIONS_CONNECTIONS(&run->filter,
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
	int status = parse(&run, argc, argv);

	if (status)
		return status;
	buf_init(&run.out, stdout);
	status = open_session(&run);
	if (!status)
		status = life(&run);
	buf_free(&run.out);
	free(run.summary);
	tracker_free(run.tracker);
	session_close(&run.session);
	return status;
}
