// SPDX-License-Identifier: GPL-2.0
/*
 * tcptrail-top: the live screen, and the same numbers as text and JSON. `tcptrail top` runs
 * it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/time.h"
#include "userspace/base/utf8.h"
#include "userspace/session/program.h"
#include "userspace/top/top.h"

static const char usage[] =
	"Usage: tcptrail top [OPTION...]\n\n"
	"Show a live screen: how many sockets are in which state, how often each state is\n"
	"entered, the most severe stuck sockets and why they are stuck, who opens connections\n"
	"to whom, how long handshakes take, what is sent again. Press ? for the keys. Without\n"
	"the module the screen has what is known without it.\n\n";

static int set_speed(const struct option_row *row, const char *value)
{
	double speed;
	char *end;

	errno = 0;
	speed = strtod(value, &end);
	if (errno || *end || end == value || !(speed >= 0.01 && speed <= 100000))
		return -EINVAL;
	*(uint64_t *)row->to = (uint64_t)(speed * 1000 + 0.5);
	return 0;
}

/* A filter from the command line is shown as one that was typed. */
static int set_filter(const struct option_row *row, const char *value)
{
	struct top *top = row->to;
	int err = filter_add(&top->filter, row->sort, value);

	if (!err)
		top_show_option(top, row->flag, value);
	return err;
}

static int check(const struct top *top)
{
	bool speed = top->play.speed_milli;

	if (speed && !top->source.file)
		return cmd_usage("--speed: only a file (-i) is played");
	if (speed && (top->batch || top->json))
		return cmd_usage("--speed: text and JSON of a file come as fast as they can");
	if (top->limit && !top->batch && !top->json)
		return cmd_usage("--count: only with --batch or --json");
	if (top->source.file && !strcmp(top->source.file, "-") && !top->batch && !top->json)
		return cmd_usage("-i -: the screen needs standard input for its keys: use --once, "
				 "--batch or --json");
	return CMD_OK;
}

static int parse(struct top *top, int argc, char *argv[])
{
	struct option_row rows[] = {
		option_span("--interval T", "update so often: 1 (second, the default), 500ms, 10s",
			    "a time from 100ms to 1h", &top->interval_ns, 100 * MS, HOUR),
		option_string("-i FILE", "play a file of tcptrail record, in its own time",
			      &top->source.file),
		option_other("--speed N", "play it so many times faster: 60, 0.5",
			     "a number from 0.01 to 100000", set_speed, &top->play.speed_milli),
		option_flag("--once", "print one screen as text, then stop: of a file as it ends",
			    &top->once),
		option_flag("--batch", "print one screen each interval, until stopped",
			    &top->batch),
		option_flag("--json", "print JSON Lines, one each interval, see tcptrail-top(1)",
			    &top->json),
		option_count("with --batch and --json: stop after N", &top->limit),
		option_device(&top->source),
		{ .help = "\nWhich connections (lists with commas):\n" },
		OPTIONS_CONNECTIONS(&top->filter, "the state that it is in: CLOSE-WAIT, time_wait",
				    "name of the task that opened or accepted it, or acted last"),
		{ 0 },
	};
	int status;

	for (struct option_row *row = rows; row->help; row++) {
		if (!row->sort)
			continue;
		row->set = set_filter;
		row->to = top;
	}
	status = options_parse(usage, rows, argc, argv);
	if (!status)
		status = source_check(&top->source, argv[optind]);
	if (top->once)
		top->batch |= !top->json;
	if (!status)
		status = check(top);
	top_use_filter(top, &top->filter);
	if (!top->play.speed_milli)
		top->play.speed_milli = 1000;
	top->source.history = true;
	return status;
}

static int run(struct top *top)
{
	int status = top_open(top);

	if (!status)
		status = top->batch || top->json ? top_batch(top) : top_screen(top);
	session_close(&top->session);
	holders_free(&top->holders);
	ui_free(top);
	grid_free(&top->grid);
	return status;
}

static int show(int argc, char *argv[])
{
	struct top *top;
	int status;

	top = calloc(1, sizeof(*top)); /* percentiles and graphs: megabytes */
	if (!top)
		return cmd_fail("%s", strerror(ENOMEM));
	top->interval_ns = SEC;
	top->grid.ascii = !utf8_output;
	utf8_output = true; /* the grid itself keeps to ASCII */
	ui_init(top);
	status = parse(top, argc, argv);
	if (!status)
		status = run(top);
	free(top);
	return status;
}

int main(int argc, char *argv[])
{
	return program_run("top", show, argc, argv);
}
