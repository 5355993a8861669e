// SPDX-License-Identifier: GPL-2.0
/* tcptrail record: the trail into a file. */
#include "userspace/cli/cmd.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "userspace/session/message.h"
#include "userspace/session/session.h"
#include "userspace/base/buf.h"
#include "userspace/sockdiag/snapshot.h"

static const char usage[] =
	"Usage: tcptrail record [OPTION...] FILE\n\n"
	"Write the trail to FILE (- is standard output) until a signal comes, to be read\n"
	"with the -i option of any command, here or on another machine. The file begins\n"
	"with the sockets that exist already.\n\n";

/**
 * struct record - a running command
 * @path: of the file
 * @source: which device, and how long
 * @filter: which records
 * @snapshot: sockets that exist already; those from @next on are to be
 *	written before the first record that is younger
 * @session: reads the trail
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
	struct session session;
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
static int put_filtered(void *arg, const struct tcptrail_record *records, size_t count)
{
	struct record *r = arg;
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
static int put_merged(void *arg, const struct tcptrail_record *records, size_t count)
{
	struct record *r = arg;

	return snapshot_merge(&r->snapshot, &r->next, records, count, put_filtered, r);
}

static void show(struct record *r, const char *end)
{
	fprintf(stderr, "%stcptrail record: %s: %s records, %s KiB, %s lost%s",
		r->progress ? "\r" : "", r->path, number_text(put_grouped, r->written).s,
		number_text(put_grouped, r->written * sizeof(struct tcptrail_record) / 1024).s,
		number_text(put_grouped, losses_sum(&r->session.losses)).s, end);
}

static int idle(void *arg)
{
	struct record *r = arg;
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
		option_flag("--history", "begin with what the rings still hold",
			    &r->source.history),
		option_no_follow(&r->source),
		option_flag("--no-snapshot", "leave out the sockets that exist already",
			    &r->without_snapshot),
		option_count("stop after N records", &r->limit),
		option_duration(&r->source),
		option_flag("--force", "replace FILE if it exists", &r->force),
		option_flag("--quiet",
			    "print no progress and no account, unless something was lost",
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

static void list_sockets(struct record *r)
{
	int err = r->without_snapshot ? 0 : snapshot_list(&r->snapshot, SNAPSHOT_ALL_STATES);

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
	int err;

	if (!r->write_error && (!r->limit || r->written < r->limit))
		put_merged(r, NULL, 0);
	err = tcptrail_finish(r->writer);
	if (!r->write_error)
		r->write_error = err;
}

static int record(struct record *r)
{
	struct session *session = &r->session;
	int err;

	follow_catch_signals();
	err = tcptrail_create(&r->writer, r->path, session->trail);
	if (err)
		return cmd_fail("%s: %s", r->path, strerror(-err));
	list_sockets(r);
	err = session_run(session);
	finish(r);
	losses_finish(&session->losses, session->trail);
	if (r->write_error)
		return write_failed(r);
	if (err)
		return source_failed(&r->source, err);
	if (!r->quiet)
		show(r, "\n");
	losses_tell(&session->losses);
	return CMD_OK;
}

int cmd_record(int argc, char *argv[])
{
	struct record r = { 0 };
	struct session_config config = { .records = put_merged, .idle = idle, .arg = &r };
	int status = parse(&r, argc, argv);

	if (!status)
		status = check_path(&r);
	if (status)
		return status;
	config.source = r.source;
	status = session_open(&r.session, &config);
	if (!status)
		status = record(&r);
	snapshot_free(&r.snapshot);
	session_close(&r.session);
	return status;
}
