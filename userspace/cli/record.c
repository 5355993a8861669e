// SPDX-License-Identifier: GPL-2.0
/* tcptrail record: the trail into a file. */
#include "userspace/cli/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "userspace/session/follow.h"
#include "userspace/session/losses.h"
#include "userspace/session/message.h"
#include "userspace/session/source.h"
#include "userspace/base/buf.h"
#include "userspace/sockdiag/snapshot.h"

static const char usage[] =
	"Usage: tcptrail record [OPTION...] FILE\n\n"
	"Writes the trail to FILE (- is standard output) until a signal, to be read with\n"
	"the -i option of any command, here or on another machine. Begins with the\n"
	"sockets that exist already.\n\n";

/**
 * struct record - a running command
 * @path: of the file
 * @source: which device, and how long
 * @filter: which records
 * @snapshot: sockets that exist already; those from @next on are to be
 *	written before the first record that is younger
 * @tally: what was read and lost
 * @limit: write so many at most
 * @written: so many were
 * @write_error: of the file, -errno
 * @progress: standard error is a terminal
 * @shown: when the progress line was written last
 */
struct record {
	const char *path;
	struct source source;
	bool force;
	bool quiet;
	bool without_snapshot;
	struct filter filter;
	struct tcptrail_writer *writer;
	struct snapshot snapshot;
	size_t next;
	struct losses tally;
	uint64_t limit;
	uint64_t written;
	int write_error;
	bool progress;
	time_t shown;
};

/* Write records that passed the filter. 1: that was the last one wanted. */
static int put(struct record *r, const struct tcptrail_record *records, size_t count)
{
	int err;

	if (r->limit && count > r->limit - r->written)
		count = r->limit - r->written;
	err = tcptrail_write(r->writer, records, count);
	if (err) {
		r->write_error = err;
		return err;
	}
	r->written += count;
	return r->limit && r->written == r->limit;
}

/* Write those that pass: runs of them at once. */
static int put_filtered(struct record *r, const struct tcptrail_record *records, size_t count)
{
	size_t start = 0;
	int stop = 0;

	if (!r->filter.count)
		return count ? put(r, records, count) : 0;
	for (size_t i = 0; i <= count && !stop; i++) {
		if (i < count && filter_match(&r->filter, &records[i]))
			continue;
		if (i > start)
			stop = put(r, records + start, i - start);
		start = i + 1;
	}
	return stop;
}

/* The snapshot is merged in by time: a reader of the file gets all in order. */
static int take(void *context, const struct tcptrail_record *records, int count)
{
	struct record *r = context;
	int done = 0, stop = 0;

	losses_add(&r->tally, records, count);
	while (r->next < r->snapshot.count && done < count && !stop) {
		const struct tcptrail_record *found = &r->snapshot.records[r->next];
		int run = done;

		while (run < count && records[run].time_ns <= found->time_ns)
			run++;
		stop = put_filtered(r, records + done, (size_t)(run - done));
		done = run;
		if (done < count && !stop) {
			stop = put_filtered(r, found, 1);
			r->next++;
		}
	}
	return stop ? stop : put_filtered(r, records + done, (size_t)(count - done));
}

static void show(struct record *r, const char *end)
{
	char records[PUT_GROUPED_MAX + 1], bytes[PUT_GROUPED_MAX + 1], lost[PUT_GROUPED_MAX + 1];

	*put_grouped(records, r->written) = '\0';
	*put_grouped(bytes, r->written * sizeof(struct tcptrail_record) / 1024) = '\0';
	*put_grouped(lost, losses_lost(&r->tally)) = '\0';
	fprintf(stderr, "%stcptrail record: %s: %s records, %s KiB, %s lost%s",
		r->progress ? "\r" : "", r->path, records, bytes, lost, end);
}

static int idle(void *context)
{
	struct record *r = context;
	time_t now = time(NULL);

	if (r->progress && now != r->shown) {
		r->shown = now;
		show(r, "");
	}
	r->write_error = tcptrail_flush(r->writer);
	return r->write_error;
}

static int parse(struct record *r, int argc, char *argv[])
{
	const struct option_row rows[] = {
		option_flag("--history", "first what the rings hold from before",
			    &r->source.history),
		option_no_follow(&r->source),
		option_flag("--no-snapshot", "without the sockets that exist already",
			    &r->without_snapshot),
		option_count("stop after N records", &r->limit),
		option_duration(&r->source),
		option_flag("--force", "FILE may exist: replace it", &r->force),
		option_flag("--quiet",
			    "no progress, no account at the end, unless something was lost",
			    &r->quiet),
		option_device(&r->source),
		OPTIONS_RECORDS(&r->filter),
		{ 0 },
	};
	int status = options_parse(usage, rows, argc, argv);

	if (status)
		return status;
	if (optind + 1 != argc)
		return cmd_usage(optind < argc ? "one FILE only" : "FILE is missing: where to?");
	r->path = argv[optind];
	r->progress = !r->quiet && isatty(STDERR_FILENO);
	return CMD_OK;
}

static int check_path(const struct record *r)
{
	struct stat st;

	if (!strcmp(r->path, "-"))
		return isatty(STDOUT_FILENO) ?
			       cmd_usage("-: a trail is nothing for a terminal: give a file") :
			       CMD_OK;
	if (!r->force && !stat(r->path, &st) && S_ISREG(st.st_mode))
		return cmd_fail("%s: exists: give another name, or --force to replace it", r->path);
	return CMD_OK;
}

static void take_snapshot(struct record *r)
{
	int err = r->without_snapshot ? 0 : snapshot_take(&r->snapshot);

	if (err)
		cmd_note("the sockets that exist already are left out: %s", strerror(-err));
}

static int write_failed(const struct record *r)
{
	if (r->progress)
		fputc('\n', stderr);
	return cmd_fail("%s: %s: what was written before can be read", r->path,
			strerror(-r->write_error));
}

/* The rest of the snapshot, if nothing came after it. */
static void finish(struct record *r)
{
	bool full = r->limit && r->written == r->limit;
	int err;

	while (!full && !r->write_error && r->next < r->snapshot.count)
		full = put_filtered(r, &r->snapshot.records[r->next++], 1);
	err = tcptrail_finish(r->writer);
	if (!r->write_error)
		r->write_error = err;
}

static int record(struct record *r, struct tcptrail *trail)
{
	const struct follow f = {
		.trail = trail,
		.duration_ns = r->source.duration_ns,
		.once = r->source.once,
		.take = take,
		.idle = idle,
		.context = r,
	};
	int err;

	follow_catch_signals();
	err = tcptrail_create(&r->writer, r->path, trail);
	if (err)
		return cmd_fail("%s: %s", r->path, strerror(-err));
	take_snapshot(r);
	err = follow(&f);
	finish(r);
	losses_finish(&r->tally, trail);
	if (r->write_error)
		return write_failed(r);
	if (err)
		return source_failed(&r->source, err);
	if (!r->quiet)
		show(r, "\n");
	losses_tell(&r->tally);
	return CMD_OK;
}

int cmd_record(int argc, char *argv[])
{
	struct record r = { 0 };
	struct tcptrail *trail;
	int status;

	status = parse(&r, argc, argv);
	if (!status)
		status = check_path(&r);
	if (!status)
		status = source_open(&r.source, &trail);
	if (status)
		return status;
	status = record(&r, trail);
	snapshot_free(&r.snapshot);
	tcptrail_close(trail);
	return status;
}
