// SPDX-License-Identifier: GPL-2.0
/*
 * tcptrail stuck: history, then a snapshot, merged by time; what has been too
 * long where it is, who holds it, and what to do.
 */
#include "userspace/cli/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "userspace/base/utf8.h"
#include "userspace/print/stuck_out.h"
#include "userspace/session/message.h"
#include "userspace/session/session.h"

static const char usage[] =
	"Usage: tcptrail stuck [OPTION...]\n\n"
	"List the sockets that have been in a state for too long, the most severe first: since\n"
	"when, who holds them, what is the matter and what to do. Sockets older than the trail\n"
	"have an age of \"at least\". Without the module the list has what is known without it.\n\n";

/**
 * struct stuck_run - a running command
 * @source: which trail
 * @json: from --json
 * @all: from --all
 * @query: what is asked
 * @session: the connections
 */
struct stuck_run {
	struct source source;
	bool json;
	bool all;
	struct stuck_query query;
	struct session session;
};

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

/* A burst that does no harm, or what was asked for by its state, is listed only. */
static void tell_summary(struct buf *out, const struct stuck_result *result)
{
	const struct tracker_stats *stats = tracker_stats(result->query.tracker);

	if (result->count)
		buf_char(out, '\n');
	if (!result->stuck)
		buf_printf(out, "Nothing is stuck%s.\n",
			   result->query.kernel ? "" : ", as far as records tell");
	else
		buf_printf(out, "%llu stuck.\n", (unsigned long long)result->stuck);
	if (stats->lost)
		buf_printf(out,
			   "%llu records were lost: where the trail alone tells, an age may be too "
			   "long, and what is told may be over.\n",
			   (unsigned long long)stats->lost);
}

static void print_groups(bool json, const struct stuck_out *o, const struct stuck_groups *groups,
			 struct buf *out)
{
	size_t i;

	if (!json && groups->count)
		stuck_text_header(out);
	for (i = 0; i < groups->count; i++)
		(json ? stuck_json : stuck_text)(o, out, &groups->groups[i]);
}

/* Who holds them, and how the leaks among them grow: live only. */
static int find_holders(const struct stuck_result *result, struct holders *holders,
			struct stuck_out *o)
{
	int err = holders_find(holders, result);

	if (err)
		return cmd_fail("/proc: %s", strerror(-err));
	o->holders = holders;
	if (holders->owners.unreadable)
		cmd_note("the descriptors of %zu processes cannot be seen: run it as root",
			 holders->owners.unreadable);
	return CMD_OK;
}

static int print(const struct stuck_run *run, const struct stuck_result *result)
{
	struct stuck_out o = {
		.tracker = result->query.tracker,
		.now_ns = result->query.now_ns,
		.kernel = result->query.kernel,
		.home_netns = run->session.origin.netns,
	};
	struct stuck_groups groups = { 0 };
	struct holders holders = { 0 };
	struct buf out;
	int status = run->source.file ? CMD_OK : find_holders(result, &holders, &o);

	buf_init(&out, stdout);
	if (!status && stuck_groups_make(&groups, result, o.holders, run->all))
		status = cmd_fail("%s", strerror(ENOMEM));
	if (!status)
		print_groups(run->json, &o, &groups, &out);
	if (!run->json && !status)
		tell_summary(&out, result);
	if (cmd_flush(&out))
		status = CMD_FAILED;
	buf_free(&out);
	stuck_groups_free(&groups);
	holders_free(&holders);
	return status;
}

static int find(struct stuck_run *run)
{
	struct kernel_view kernel = session_kernel(&run->session);
	struct stuck_scan *scan;
	int err, status;

	run->query.tracker = run->session.tracker;
	run->query.info = &run->session.info;
	run->query.now_ns = session_now_ns(&run->session);
	run->query.complete_ns = session_complete_ns(&run->session);
	if (!run->source.file) {
		run->query.kernel = &kernel;
		run->query.close_waits = true;
	}
	err = stuck_find(&scan, &run->query);
	if (err)
		return cmd_fail("%s", strerror(-err));
	status = print(run, stuck_scan_result(scan));
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
