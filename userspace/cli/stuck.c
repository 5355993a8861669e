// SPDX-License-Identifier: GPL-2.0
/*
 * tcptrail stuck: history, then a snapshot, merged by time; what has been too
 * long where it is, who holds it, and what to do.
 */
#include "userspace/cli/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/time.h"
#include "userspace/base/utf8.h"
#include "userspace/session/follow.h"
#include "userspace/session/message.h"
#include "userspace/cli/stuck.h"
#include "userspace/base/duration.h"

static const char usage[] =
	"Usage: tcptrail stuck [OPTION...]\n\n"
	"Lists the sockets that have been too long where they are, worst first: since when,\n"
	"who holds them, what is the matter and what to do. Sockets older than the trail are\n"
	"listed, too, with an age of \"at least\". Without the module it tells what can be known\n"
	"without it.\n\n";

static int take(void *context, const struct tcptrail_record *records, int count)
{
	struct stuck_run *run = context;

	feed_records(&run->feed, records, (size_t)count);
	return 0;
}

static int idle(void *context)
{
	return 0;
}

static int read_trail(struct stuck_run *run, struct tcptrail *trail)
{
	const struct follow f = {
		.trail = trail,
		.once = true,
		.take = take,
		.idle = idle,
		.context = run,
	};
	int err = follow(&f);

	return err ? source_failed(&run->source, err) : CMD_OK;
}

/* Most sockets are established, and most of those are well. */
static int take_snapshot(struct stuck_run *run)
{
	uint32_t states = SNAPSHOT_ALL_STATES;

	if (!(run->query.states & 1U << TCPTRAIL_ESTABLISHED))
		states = (states & ~(1U << TCPTRAIL_ESTABLISHED)) | SNAPSHOT_STALLED;
	return feed_snapshot(&run->feed, states);
}

static int read_live(struct stuck_run *run)
{
	const char *device = run->source.device ? run->source.device : TCPTRAIL_DEVICE;
	struct tcptrail *trail = NULL;
	int status = CMD_OK;
	int err = tcptrail_open_device(&trail, device, TCPTRAIL_FROM_HISTORY);

	if (err && run->source.device)
		return source_open(&run->source, &trail);
	if (err == -ENOENT || err == -ENXIO || err == -ENODEV)
		cmd_note(
			"the module is not loaded: ages are only known to be at least so long, and "
			"history is missing (modprobe tcptrail)");
	else if (err)
		cmd_note("%s: %s: ages are only known to be at least so long", device,
			 strerror(-err));
	run->have_trail = !err;
	if (trail)
		status = read_trail(run, trail);
	if (!status)
		status = take_snapshot(run);
	if (!status && trail)
		status = read_trail(run, trail);
	tcptrail_close(trail);
	feed_rest(&run->feed);
	feed_tell_unseen(&run->feed);
	run->query.now_ns = time_now_ns();
	return status;
}

static int read_file(struct stuck_run *run)
{
	struct tcptrail *trail;
	int status = source_open(&run->source, &trail);

	if (status)
		return status;
	run->have_trail = true;
	status = read_trail(run, trail);
	tcptrail_close(trail);
	run->query.now_ns = tracker_stats(run->feed.tracker)->newest_ns;
	return status;
}

static bool is_alive(void *arg, const struct conn *c)
{
	return feed_is_alive(arg, c);
}

static const struct kernel_socket *live_of(void *arg, uint64_t cookie)
{
	const struct feed *feed = arg;

	return snapshot_live(&feed->snapshot, cookie);
}

static struct source_ports ports_of(void *arg, uint32_t netns)
{
	const struct feed *feed = arg;

	return snapshot_ports(&feed->snapshot, netns);
}

/* 0 is any time at all. */
static int set_older(const struct option_row *row, const char *value)
{
	uint64_t *older_ns = row->to;
	int err = duration_parse(value, older_ns);

	if (!*older_ns)
		*older_ns = 1;
	return err;
}

static int parse(struct stuck_run *run, int argc, char *argv[])
{
	struct filter filter = { 0 };
	const struct option_row rows[] = {
		option_filter("--state S[,S...]",
			      "only these states, also normal ones (ESTABLISHED)",
			      OPTION_WANT_STATE, &filter, FILTER_STATE),
		option_other("--older T",
			     "what is too long: 10s, 5m, 2h, 1d (default: by state, 10s for\n"
			     "CLOSE-WAIT, 60s for FIN-WAIT-2)",
			     "a time: 10s, 5m, 2h", set_older, &run->query.older_ns),
		option_flag("--all",
			    "each socket by itself; otherwise those of one owner and one peer\n"
			    "with the same verdict are told together",
			    &run->all),
		option_flag("--json", "JSON Lines, see tcptrail-stuck(1)", &run->json),
		option_string("-i FILE", "from a file of tcptrail record, as of its last record",
			      &run->source.file),
		option_device(&run->source),
		{ .help = "\nThe exit status is 0 whether or not something is stuck.\n" },
		{ 0 },
	};
	int status = options_parse(usage, rows, argc, argv);

	run->query.states = (uint32_t)filter_states(&filter);
	return status ? status : source_check(&run->source, argv[optind]);
}

static int stuck(struct stuck_run *run)
{
	struct tracker_config config = { 0 };
	struct stuck *list = NULL;
	size_t count = 0;
	int status, err = tracker_create(&run->feed.tracker, &config);

	if (err)
		return cmd_fail("%s", strerror(-err));
	status = run->source.file ? read_file(run) : read_live(run);
	if (!run->source.file) {
		run->query.alive = is_alive;
		run->query.live = live_of;
		run->query.ports = ports_of;
		run->query.arg = &run->feed;
	}
	/* A file that is cut off tells of what it holds. */
	if (!status || (run->source.file && run->have_trail)) {
		err = stuck_find(run->feed.tracker, &run->query, &list, &count);
		if (err)
			status = cmd_fail("%s", strerror(-err));
		else if (stuck_print(run, list, count))
			status = CMD_FAILED;
	}
	free(list);
	feed_free(&run->feed);
	tracker_free(run->feed.tracker);
	return status;
}

int cmd_stuck(int argc, char *argv[])
{
	struct stuck_run run = { 0 };
	int status;

	status = parse(&run, argc, argv);
	run.source.history = true;
	utf8_output |= run.json;
	return status ? status : stuck(&run);
}
