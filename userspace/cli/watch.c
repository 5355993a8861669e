// SPDX-License-Identifier: GPL-2.0
/* tcptrail watch: records as they come, one line each. */
#include "userspace/cli/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "userspace/base/utf8.h"
#include "userspace/session/message.h"
#include "userspace/session/session.h"
#include "userspace/print/line.h"
#include "userspace/print/record_json.h"

static const char usage[] =
	"Usage: tcptrail watch [OPTION...]\n\n"
	"Print the trail's records as they come, one line each: transitions of sockets,\n"
	"request sockets and TIME-WAITs, and segments that open, close or reset.\n\n";

/**
 * struct watch - a running command
 * @source: which trail
 * @filter: which records
 * @line: for text
 * @utc: for JSON
 * @out: standard output
 * @limit: print so many at most
 * @printed: so many were
 */
struct watch {
	struct source source;
	bool json;
	bool no_header;
	struct filter filter;
	struct line line;
	struct clock utc;
	struct buf out;
	uint64_t limit;
	uint64_t printed;
};

static int print(void *arg, const struct tcptrail_record *records, size_t count)
{
	struct watch *w = arg;

	for (size_t i = 0; i < count; i++) {
		if (!filter_match(&w->filter, &records[i]))
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

static int idle(void *arg)
{
	struct watch *w = arg;

	return w->out.len ? buf_flush(&w->out) : -w->out.error;
}

static int set_color(const struct option_row *row, const char *when)
{
	const char *no_color = getenv("NO_COLOR");
	struct line *line = row->to;

	if (!strcmp(when, "auto"))
		line->color = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	else if (!strcmp(when, "always") || !strcmp(when, "never"))
		line->color = *when == 'a';
	else
		return -EINVAL;
	return 0;
}

static int parse(struct watch *w, int argc, char *argv[])
{
	const struct option_row color =
		option_other("--color WHEN",
			     "use colours: auto (on a terminal, unless NO_COLOR is set),\n"
			     "always, never",
			     "auto, always or never", set_color, &w->line);
	const struct option_row rows[] = {
		option_string("-i FILE", "read a file of tcptrail record (- is standard input)",
			      &w->source.file),
		option_flag("--history", "begin with what the rings still hold",
			    &w->source.history),
		option_no_follow(&w->source),
		option_count("stop after N records", &w->limit),
		option_duration(&w->source),
		option_flag("--json", "print JSON Lines, see tcptrail-json(5)", &w->json),
		option_flag("--relative",
			    "print seconds since the first record, not the time of day",
			    &w->line.relative),
		option_flag("--show-netns",
			    "print the network namespace on every line, not only where\n"
			    "it is another than this command's",
			    &w->line.show_netns),
		option_flag("--ascii", "print ASCII characters only", &w->line.ascii),
		color,
		option_flag("--no-header", "print no line with the names of the columns",
			    &w->no_header),
		option_device(&w->source),
		OPTIONS_RECORDS(&w->filter),
		{ 0 },
	};
	int status;

	set_color(&color, "auto");
	status = options_parse(usage, rows, argc, argv);
	w->line.ascii |= !utf8_output;
	utf8_output = !w->line.ascii;
	return status ? status : source_check(&w->source, argv[optind]);
}

/* What goes without saying: the recorder's own namespace, and that it is today. */
static void set_home(struct watch *w, const struct session *session)
{
	time_t now = time(NULL);
	struct tm tm;

	w->line.home_netns = session->origin.netns;
	if (localtime_r(&now, &tm))
		strftime(w->line.date, sizeof(w->line.date), "%Y-%m-%d", &tm);
}

static int watch(struct watch *w, struct session *session)
{
	int64_t offset_ns = session->origin.realtime_offset_ns;
	int err;

	clock_init(&w->line.clock, offset_ns, false);
	clock_init(&w->utc, offset_ns, true);
	set_home(w, session);
	if (!w->no_header && !w->json)
		line_header(&w->line, &w->out);
	follow_catch_signals();
	err = session_run(session);
	if (w->out.error)
		return cmd_flush(&w->out);
	session_tell_losses(session);
	return err ? source_failed(&w->source, err) : CMD_OK;
}

int cmd_watch(int argc, char *argv[])
{
	struct watch w = { 0 };
	struct session_config config = { .records = print, .idle = idle, .arg = &w };
	struct session session;
	int status = parse(&w, argc, argv);

	if (status)
		return status;
	config.source = w.source;
	buf_init(&w.out, stdout);
	status = session_open(&session, &config);
	if (!status)
		status = watch(&w, &session);
	buf_free(&w.out);
	session_close(&session);
	return status;
}
