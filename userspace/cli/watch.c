// SPDX-License-Identifier: GPL-2.0
#include "userspace/session/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "userspace/session/follow.h"
#include "userspace/session/select.h"
#include "userspace/session/losses.h"
#include "userspace/print/line.h"
#include "userspace/print/record_json.h"

static const char help[] =
	"Usage: tcptrail watch [OPTION...]\n\n"
	"Prints the trail's records as they come, one line each: transitions of sockets,\n"
	"request sockets and TIME-WAITs, and segments that open, close or reset.\n\n"
	"  -i FILE            read a file of tcptrail record (- is standard input)\n"
	"  --history          first what the rings hold from before, then on\n"
	"  --no-follow        only what is recorded already, then stop (with --history)\n"
	"  --count N          stop after N records\n"
	"  --duration T       stop after T: 3 (seconds), 500ms, 10m\n"
	"  --json             JSON Lines, see tcptrail-json(5)\n"
	"  --relative         seconds since the first record instead of the time of day\n"
	"  --show-netns       the network namespace on every line, not only where it is\n"
	"                     another than one's own\n"
	"  --ascii            no arrows\n"
	"  --color WHEN       auto (on a terminal, unless NO_COLOR is set), always, never\n"
	"  --no-header        no names of columns\n"
	"  --device PATH      another device than " TCPTRAIL_DEVICE "\n\n" SELECT_HELP;

/**
 * struct watch - a running command
 * @device: from --device
 * @file: from -i
 * @filter: which records, if @filtered
 * @line: for text
 * @utc: for JSON
 * @out: standard output
 * @tally: what was read and lost
 * @limit: print so many at most
 * @printed: so many were
 */
struct watch {
	const char *device;
	const char *file;
	bool history;
	bool once;
	bool json;
	bool header;
	bool filtered;
	uint64_t duration_ns;
	struct filter filter;
	struct line line;
	struct clock utc;
	struct buf out;
	struct losses tally;
	uint64_t limit;
	uint64_t printed;
};

static int take(void *context, const struct tcptrail_record *records, int count)
{
	struct watch *w = context;

	losses_add(&w->tally, records, count);
	for (int i = 0; i < count; i++) {
		if (w->filtered && !filter_match(&w->filter, &records[i]))
			continue;
		if (w->json)
			record_json(&w->out, &w->utc, &records[i]);
		else
			line_record(&w->line, &w->out, &records[i]);
		if (++w->printed == w->limit)
			return 1;
	}
	return -w->out.error;
}

static int idle(void *context)
{
	struct watch *w = context;

	return w->out.len ? buf_flush(&w->out) : -w->out.error;
}

static int set_color(struct watch *w, const char *when)
{
	const char *no_color = getenv("NO_COLOR");

	if (!strcmp(when, "auto"))
		w->line.color = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	else if (!strcmp(when, "always"))
		w->line.color = true;
	else if (!strcmp(when, "never"))
		w->line.color = false;
	else
		return cmd_usage("--color %s: has to be auto, always or never", when);
	return CMD_OK;
}

static int parse(struct watch *w, int argc, char *argv[])
{
	enum { COLOR = SELECT_END, COUNT, DURATION, DEVICE };
	int history = 0, no_follow = 0, json = 0, relative = 0, netns = 0, ascii = 0, no_header = 0;
	const struct option options[] = {
		SELECT_RECORDS,
		{ "history", no_argument, &history, 1 },
		{ "no-follow", no_argument, &no_follow, 1 },
		{ "json", no_argument, &json, 1 },
		{ "relative", no_argument, &relative, 1 },
		{ "show-netns", no_argument, &netns, 1 },
		{ "ascii", no_argument, &ascii, 1 },
		{ "no-header", no_argument, &no_header, 1 },
		{ "color", required_argument, NULL, COLOR },
		{ "count", required_argument, NULL, COUNT },
		{ "duration", required_argument, NULL, DURATION },
		{ "device", required_argument, NULL, DEVICE },
		{ 0 },
	};
	int option, status = set_color(w, "auto");

	while (!status && (option = getopt_long(argc, argv, ":i:", options, NULL)) != -1) {
		switch (option) {
		case 0:
			break;
		case 'i':
			w->file = optarg;
			break;
		case DEVICE:
			w->device = optarg;
			break;
		case COLOR:
			status = set_color(w, optarg);
			break;
		case COUNT:
			status = cmd_take_count(optarg, &w->limit);
			break;
		case DURATION:
			status = cmd_take_duration(optarg, &w->duration_ns);
			break;
		case '?':
		case ':':
			return cmd_bad_option(argv);
		default:
			status = select_option(&w->filter, option, optarg);
		}
	}
	w->history = history;
	w->once = no_follow;
	w->json = json;
	w->filtered = !filter_is_empty(&w->filter);
	w->header = !no_header && !json;
	w->line.relative = relative;
	w->line.show_netns = netns;
	w->line.ascii = ascii || strcmp(nl_langinfo(CODESET), "UTF-8");
	return status ? status : cmd_check_source(argv, w->file, w->device, history);
}

/* What goes without saying: the recorder's own namespace, and that it is today. */
static void set_home(struct watch *w, const struct tcptrail *trail)
{
	time_t now = time(NULL);
	struct tm tm;

	w->line.home_netns = tcptrail_origin(trail)->netns;
	if (localtime_r(&now, &tm))
		strftime(w->line.date, sizeof(w->line.date), "%Y-%m-%d", &tm);
}

static int watch(struct watch *w, struct tcptrail *trail)
{
	const struct follow f = {
		.trail = trail,
		.duration_ns = w->duration_ns,
		.once = w->once,
		.take = take,
		.idle = idle,
		.context = w,
	};
	int64_t offset_ns = tcptrail_origin(trail)->realtime_offset_ns;
	int err;

	clock_init(&w->line.clock, offset_ns, false);
	clock_init(&w->utc, offset_ns, true);
	set_home(w, trail);
	buf_init(&w->out, stdout);
	if (w->header)
		line_header(&w->line, &w->out);
	follow_catch_signals();
	err = follow(&f);
	if (w->out.error == EPIPE)
		return CMD_OK; /* the reader of our output has seen enough */
	if (w->out.error)
		return cmd_fail("standard output: %s", strerror(w->out.error));
	losses_finish(&w->tally, trail);
	losses_tell(&w->tally);
	return err ? cmd_read_failed(w->device, w->file, err) : CMD_OK;
}

int cmd_watch(int argc, char *argv[])
{
	struct watch w = { 0 };
	struct tcptrail *trail;
	int status;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return CMD_OK;
	}
	status = parse(&w, argc, argv);
	if (!status)
		status = cmd_open(&trail, w.device, w.file,
				  w.history ? TCPTRAIL_FROM_HISTORY : TCPTRAIL_FROM_NOW);
	if (status)
		return status;
	status = watch(&w, trail);
	buf_free(&w.out);
	tcptrail_close(trail);
	return status;
}
