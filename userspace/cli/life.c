// SPDX-License-Identifier: GPL-2.0
/* tcptrail life: one line for each connection, when its life is over. */
#include "userspace/cli/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/time.h"
#include "userspace/cli/life_print.h"
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
 * @open: from --open
 * @summarize: from --summary
 * @no_header: from --no-header
 * @session: with --open it keeps all connections, those that sock_diag lists included
 * @tracker: what ended, from the trail alone, so that a file gives what the device gave
 * @printer: which are printed, and how
 * @moved: records came since idle() was last called: they tell the time
 */
struct life_run {
	struct source source;
	bool open;
	bool summarize;
	bool no_header;
	struct session session;
	struct tracker *tracker;
	struct life_printer printer;
	bool moved;
};

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
	return life_is_full(&run->printer) ? 1 : -run->printer.out.error;
}

/* On a quiet machine no record tells that time goes on: as long as anyone waits for it. */
static int idle(void *arg)
{
	struct life_run *run = arg;
	struct buf *out = &run->printer.out;

	if (!run->source.file && !run->source.once && !run->moved)
		tracker_advance(run->tracker, time_now_ns() - TRAIL_SETTLE_NS);
	run->moved = false;
	run->session.follow.tick_ms = tracker_is_waiting(run->tracker) ? TICK_MS : 0;
	if (out->len)
		buf_flush(out);
	return life_is_full(&run->printer) && !out->error ? 1 : -out->error;
}

static int finish(struct life_run *run)
{
	struct life_printer *p = &run->printer;
	int err;

	tracker_settle(run->tracker);
	err = life_print_rest(p, run->tracker, true, run->open);
	if (!err && run->open) {
		tracker_settle(run->session.tracker);
		err = life_print_rest(p, run->session.tracker, false, false);
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

static int open_session(struct life_run *run)
{
	const struct tracker_config all = { .join = !run->printer.ends };
	const struct tracker_config ended = {
		.join = all.join,
		.ended = life_ended,
		.arg = &run->printer,
	};
	const struct session_config config = {
		.source = run->source,
		.tracker = run->open ? &all : NULL,
		.states = run->open ? SNAPSHOT_ALL_STATES : 0,
		.records = feed_trail,
		.idle = idle,
		.arg = run,
	};
	int status = session_open(&run->session, &config);
	int err = status ? 0 : tracker_create(&run->tracker, &ended);

	if (!status && !err && run->summarize) {
		run->printer.summary = calloc(1, sizeof(*run->printer.summary));
		err = run->printer.summary ? 0 : -ENOMEM;
	}
	return err ? cmd_fail("%s", strerror(-err)) : status;
}

static int life(struct life_run *run)
{
	struct session *session = &run->session;
	struct life_printer *p = &run->printer;
	int err, status;

	clock_init(&p->clock, session->origin.realtime_offset_ns, true);
	if (!p->json && !run->no_header)
		life_text_header(&p->out);
	follow_catch_signals();
	status = session_begin(session);
	if (status)
		return status;
	err = session_run(session);
	status = finish(run);
	if (p->out.error)
		return cmd_flush(&p->out);
	session_tell_losses(session);
	return err ? source_failed(&run->source, err) : status;
}

static int parse(struct life_run *run, int argc, char *argv[])
{
	struct life_printer *p = &run->printer;
	const struct option_row rows[] = {
		option_string("-i FILE", "read a file of tcptrail record (- is standard input)",
			      &run->source.file),
		option_flag("-v, --verbose",
			    "print below each: namespace, owner, handshake and teardown step\n"
			    "by step, half-close, TIME-WAIT, bytes, and why it ended",
			    &p->verbose),
		option_flag("--ends",
			    "print a line for each end on this machine, when that is over",
			    &p->ends),
		option_flag("--history", "begin with what the rings still hold",
			    &run->source.history),
		option_no_follow(&run->source),
		option_flag("--open", "print at the end also those that live, with their state",
			    &run->open),
		option_flag("--summary",
			    "print at the end how many there were, and percentiles of their times",
			    &run->summarize),
		option_count("stop after N connections", &p->limit),
		option_duration(&run->source),
		option_flag("--json", "print JSON Lines, see tcptrail-life(1)", &p->json),
		option_flag("--no-header", "print no line with the names of the columns",
			    &run->no_header),
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
	int status = parse(&run, argc, argv);

	if (status)
		return status;
	buf_init(&run.printer.out, stdout);
	status = open_session(&run);
	if (!status)
		status = life(&run);
	buf_free(&run.printer.out);
	free(run.printer.summary);
	tracker_free(run.tracker);
	session_close(&run.session);
	return status;
}
