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

#include "userspace/base/utf8.h"
#include "userspace/session/message.h"
#include "userspace/cli/stuck.h"
#include "userspace/base/duration.h"

static const char usage[] =
	"Usage: tcptrail stuck [OPTION...]\n\n"
	"List the sockets that have been in a state for too long, the most severe first: since\n"
	"when, who holds them, what is the matter and what to do. Sockets older than the trail\n"
	"have an age of \"at least\". Without the module the list has what is known without it.\n\n";

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
			      "list only these states, also normal ones (ESTABLISHED)",
			      OPTION_WANT_STATE, &filter, FILTER_STATE),
		option_other("--older T",
			     "call this too long: 10s, 5m, 2h, 1d (default: by state, 10s for\n"
			     "CLOSE-WAIT, 60s for FIN-WAIT-2)",
			     "a time: 10s, 5m, 2h", set_older, &run->query.older_ns),
		option_flag("--all",
			    "list each socket by itself; otherwise those of one owner and peer\n"
			    "with the same verdict are told together",
			    &run->all),
		option_flag("--json", "print JSON Lines, see tcptrail-stuck(1)", &run->json),
		option_string("-i FILE", "read a file of tcptrail record, as of its last record",
			      &run->source.file),
		option_device(&run->source),
		{ .help = "\nThe exit status is 0 whether or not something is stuck.\n" },
		{ 0 },
	};
	int status = options_parse(usage, rows, argc, argv);

	run->query.states = (uint32_t)filter_states(&filter);
	return status ? status : source_check(&run->source, argv[optind]);
}

/* As of now, or of the file's end. A file that is cut off tells of what it holds. */
static int read_all(struct stuck_run *run)
{
	struct session *session = &run->session;
	int err, status = session_begin(session);

	if (status)
		return status;
	err = session_catch_up(session);
	return err ? source_failed(&run->source, err) : CMD_OK;
}

static int find(struct stuck_run *run)
{
	struct kernel_view kernel = session_kernel(&run->session);
	struct stuck_scan *scan;
	int err, status;

	run->query.tracker = run->session.tracker;
	run->query.now_ns = session_now_ns(&run->session);
	run->query.complete_ns = session_complete_ns(&run->session);
	if (!run->source.file) {
		run->query.kernel = &kernel;
		run->query.close_waits = true;
	}
	err = stuck_find(&scan, &run->query);
	if (err)
		return cmd_fail("%s", strerror(-err));
	status = stuck_print(run, stuck_scan_result(scan));
	stuck_scan_free(scan);
	return status;
}

static int stuck(struct stuck_run *run)
{
	static const struct tracker_config tracker = {
		.join = true,
		.apart = true,
		.recent = true,
	};
	struct session_config config = {
		.source = run->source,
		.tracker = &tracker,
		.states = SNAPSHOT_ALL_STATES,
		.module_optional = true,
	};
	struct session *session = &run->session;
	int status;

	config.source.history = true;
	/* Most sockets are established, and most of those are well. */
	if (!(run->query.states & 1U << TCPTRAIL_ESTABLISHED))
		config.states ^= 1U << TCPTRAIL_ESTABLISHED | SNAPSHOT_STALLED;
	status = session_open(session, &config);
	if (!status) {
		status = read_all(run);
		if (!status || run->source.file)
			status |= find(run);
	}
	session_close(session);
	return status;
}

int cmd_stuck(int argc, char *argv[])
{
	struct stuck_run run = { 0 };
	int status = parse(&run, argc, argv);

	utf8_output |= run.json;
	return status ? status : stuck(&run);
}
