// SPDX-License-Identifier: GPL-2.0
/* tcptrail top: the live screen, and the same numbers as text and JSON. */
#include "userspace/top/top.h"

#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/base/time.h"
#include "userspace/session/select.h"
#include "userspace/top/panes.h"

static const char help[] =
	"Usage: tcptrail top [OPTION...]\n\n"
	"A live screen: how many sockets are in which state, how often each is entered, the\n"
	"worst stuck sockets and why they are, who opens connections to whom, how long\n"
	"handshakes take, what is sent again. Press ? for the keys. Without the module it\n"
	"shows what can be known without it.\n\n"
	"  --interval T       between looks: 1 (seconds, the default), 500ms, 10s\n"
	"  -i FILE            play a file of tcptrail record, in its own time\n"
	"  --speed N          so many times faster: 60, 0.5\n"
	"  --once             one screen as text, then stop: of a file as it ends\n"
	"  --batch            one each interval, until stopped\n"
	"  --json             JSON Lines, one each interval, see tcptrail-top(1)\n"
	"  --count N          with --batch and --json: stop after N\n"
	"  --device PATH      another device than " TCPTRAIL_DEVICE "\n\n"
	"Which connections (lists with commas):\n"
	"  --port N           either end's port\n"
	"  --addr A[/PREFIX]  either end's address\n"
	"  --state S          the state that it is in: CLOSE-WAIT, time_wait\n"
	"  --netns INUM       network namespace, as `ls -Li /proc/PID/ns/net` shows it\n"
	"  --comm NAME        name of the task that opened or accepted it, or acted last\n"
	"  --pid N            its process\n";

#define INTERVAL_MIN_NS (100 * MS)
#define INTERVAL_MAX_NS HOUR

static int parse_interval(struct top *top, const char *s)
{
	if (duration_parse(s, &top->interval_ns) || top->interval_ns < INTERVAL_MIN_NS ||
	    top->interval_ns > INTERVAL_MAX_NS)
		return cmd_usage("--interval %s: has to be a time from 100ms to 1h", s);
	return CMD_OK;
}

static int parse_speed(struct top *top, const char *s)
{
	double speed;
	char *end;

	errno = 0;
	speed = strtod(s, &end);
	if (errno || *end || end == s || !(speed >= 0.01 && speed <= 100000))
		return cmd_usage("--speed %s: has to be a number from 0.01 to 100000", s);
	top->play.speed_milli = (uint64_t)(speed * 1000 + 0.5);
	return CMD_OK;
}

static int check(const struct top *top, bool speed)
{
	if (speed && !top->file)
		return cmd_usage("--speed: only a file (-i) is played");
	if (speed && (top->batch || top->json))
		return cmd_usage("--speed: text and JSON of a file come as fast as they can");
	if (top->limit && !top->batch && !top->json)
		return cmd_usage("--count: only with --batch or --json");
	if (top->file && !strcmp(top->file, "-") && !top->batch && !top->json)
		return cmd_usage("-i -: the screen needs standard input for its keys: use --once, "
				 "--batch or --json");
	return CMD_OK;
}

static int parse(struct top *top, int argc, char *argv[])
{
	enum { INTERVAL = SELECT_END, SPEED, COUNT, DEVICE };
	int once = 0;
	bool speed = false;
	const struct option options[] = {
		SELECT_CONNECTIONS,
		{ "interval", required_argument, NULL, INTERVAL },
		{ "speed", required_argument, NULL, SPEED },
		{ "count", required_argument, NULL, COUNT },
		{ "device", required_argument, NULL, DEVICE },
		{ "once", no_argument, &once, 1 },
		{ "batch", no_argument, &top->batch, 1 },
		{ "json", no_argument, &top->json, 1 },
		{ 0 },
	};
	struct filter f = { 0 };
	int option, status = CMD_OK;

	while (!status && (option = getopt_long(argc, argv, ":i:", options, NULL)) != -1) {
		switch (option) {
		case 0:
			break;
		case 'i':
			top->file = optarg;
			break;
		case DEVICE:
			top->device = optarg;
			break;
		case INTERVAL:
			status = parse_interval(top, optarg);
			break;
		case SPEED:
			speed = true;
			status = parse_speed(top, optarg);
			break;
		case COUNT:
			status = cmd_take_count(optarg, &top->limit);
			break;
		case '?':
		case ':':
			return cmd_bad_option(argv);
		default:
			status = select_option(&f, option, optarg);
			if (!status)
				top_show_option(top, option, optarg);
		}
	}
	if (!status)
		status = cmd_check_source(argv, top->file, top->device, false);
	if (once) {
		top->batch |= !top->json;
		top->once = true;
	}
	top_use_filter(top, &f);
	return status ? status : check(top, speed);
}

static int run(struct top *top)
{
	int status = top_open(top);

	if (!status)
		status = top->batch || top->json ? top_batch(top) : top_screen(top);
	top_close(top);
	return status;
}

int cmd_top(int argc, char *argv[])
{
	struct top *top;
	int status;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return CMD_OK;
	}
	top = calloc(1, sizeof(*top)); /* percentiles and graphs: megabytes */
	if (!top)
		return cmd_fail("%s", strerror(ENOMEM));
	top->interval_ns = SEC;
	top->play.speed_milli = 1000;
	top->grid.ascii = strcmp(nl_langinfo(CODESET), "UTF-8");
	look_begin(&top->look);
	buf_init(&top->view.text, NULL);
	status = parse(top, argc, argv);
	if (!status)
		status = run(top);
	free(top);
	return status;
}
