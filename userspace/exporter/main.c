// SPDX-License-Identifier: GPL-2.0
/*
 * tcptrail-exporter: numbers for Prometheus. `tcptrail export` runs it.
 *
 * The order of events: read the options and open the sockets to listen at, open
 * the device, read its history, list the sockets that exist, give up privileges, read what
 * was recorded meanwhile, and only then serve.
 * Afterwards the reader calls tick() for everything that is due by time: the watchdog, the
 * text file, slow clients.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "userspace/base/time.h"
#include "userspace/base/utf8.h"
#include "userspace/exporter/options.h"
#include "userspace/exporter/reader.h"
#include "userspace/exporter/privileges.h"
#include "userspace/exporter/http.h"
#include "userspace/exporter/listen.h"
#include "userspace/exporter/service.h"
#include "userspace/exporter/textfile.h"
#include "userspace/session/follow.h"
#include "userspace/session/program.h"

#define SLOW_CHECK_NS SEC /* while there are clients, these are looked at so often */

/**
 * struct export_run - a running command
 * @options: from the command line
 * @reader: reads the trail
 * @source: where the servers get their answers
 * @servers: by HTTP, once they are started
 * @watchdog_ns: tell systemd so often that we live, 0: it does not ask
 * @told_ns: when it was told last
 * @written_ns: when the text file was written last
 */
struct export_run {
	struct export_options options;
	struct reader *reader;
	struct http_source source;
	struct http *servers[EXPORT_LISTEN_MAX];
	uint64_t watchdog_ns;
	uint64_t told_ns;
	uint64_t written_ns;
};

static int write_textfile(struct export_run *run)
{
	struct metrics metrics;
	uint64_t now_ns = time_now_ns();
	int err;

	if (run->written_ns && now_ns < run->written_ns + run->options.interval_ns)
		return CMD_OK;
	run->written_ns = now_ns;
	err = reader_copy(run->reader, &metrics);
	if (!err)
		err = textfile_write(run->options.textfile, &metrics, now_ns);
	metrics_free(&metrics);
	return err ? cmd_fail("%s/%s: %s: it must be writable for the user that this runs as "
			      "(see --user)",
			      run->options.textfile, TEXTFILE_NAME, strerror(-err)) :
		     CMD_OK;
}

static int print(struct export_run *run)
{
	struct metrics metrics;
	struct buf out;
	int status, err = reader_copy(run->reader, &metrics);

	buf_init(&out, stdout);
	if (!err)
		metrics_text(&out, &metrics, false, time_now_ns());
	metrics_free(&metrics);
	status = err ? cmd_fail("%s", strerror(-err)) : cmd_flush(&out);
	buf_free(&out);
	return status;
}

/* Only now, so that no scrape sees counters that still race through the history. */
static int serve(struct export_run *run)
{
	char text[LISTEN_TEXT_MAX];
	unsigned int i;
	int err;

	for (i = 0; i < run->options.fds_count; i++) {
		listen_text(run->options.fds[i], text);
		err = http_start(&run->servers[i], run->options.fds[i], &run->source);
		if (err)
			return cmd_fail("%s: %s", text, strerror(-err));
		cmd_note("http://%s/metrics", text);
	}
	if (run->options.textfile && write_textfile(run))
		return CMD_FAILED;
	service_tell("READY=1");
	return CMD_OK;
}

static int tick(void *arg, uint64_t *next_ns)
{
	struct export_run *run = arg;
	uint64_t now_ns = time_now_ns();
	int status = CMD_OK;
	unsigned int i;

	for (i = 0; i < EXPORT_LISTEN_MAX; i++)
		if (run->servers[i] && http_close_slow(run->servers[i], now_ns))
			time_lower(next_ns, now_ns + SLOW_CHECK_NS);
	if (run->watchdog_ns) {
		if (now_ns >= run->told_ns + run->watchdog_ns) {
			service_tell("WATCHDOG=1");
			run->told_ns = now_ns;
		}
		time_lower(next_ns, run->told_ns + run->watchdog_ns);
	}
	if (run->options.textfile) {
		status = write_textfile(run);
		time_lower(next_ns, run->written_ns + run->options.interval_ns);
	}
	return status;
}

static int be_nobody(const struct export_run *run)
{
	struct privileges_user user;
	bool root = !geteuid();
	int err;

	if (!root && run->options.user)
		return cmd_usage("--user %s: only root can become somebody else",
				 run->options.user);
	err = root ? privileges_find_user(&user, run->options.user) : 0;
	if (err)
		return cmd_fail("%s: %s", run->options.user ? run->options.user : "nobody",
				err == -ENOENT ? "no such user: name one with --user" :
						 strerror(-err));
	err = privileges_drop(root ? &user : NULL);
	return err ? cmd_fail("privileges cannot be dropped: %s", strerror(-err)) : CMD_OK;
}

static void finish(struct export_run *run)
{
	unsigned int i;

	service_tell("STOPPING=1");
	for (i = 0; i < EXPORT_LISTEN_MAX; i++)
		http_stop(run->servers[i]);
}

static int run(struct export_run *run)
{
	const struct export_options *o = &run->options;
	int status = CMD_OK, err;

	if (!o->once)
		status = be_nobody(run);
	if (status)
		return status;
	run->source = (struct http_source){ .copy = reader_copy, .arg = run->reader };
	if (o->stuck)
		run->source.stuck = reader_stuck;
	err = reader_catch_up(run->reader);
	/* What could be read of a damaged file is served, and said to be no more than that. */
	if (err)
		status = source_failed(&o->source, err);
	if (err && !o->replay)
		return status;
	if (o->once)
		return print(run);
	status = follow_stopped() ? CMD_OK : serve(run);
	if (!status && !follow_stopped())
		status = reader_run(run->reader, &err);
	finish(run);
	return err && !status && !o->replay ? source_failed(&o->source, err) : status;
}

static int export(int argc, char *argv[])
{
	struct export_run state = { 0 };
	int status;

	utf8_output = true; /* as the formats want it, whatever this machine's locale is */
	service_open();
	state.watchdog_ns = service_watchdog_ns();
	status = export_options_parse(&state.options, argc, argv);
	if (!status) {
		follow_catch_signals();
		status = reader_create(&state.reader, &state.options, tick, &state);
	}
	if (!status)
		status = run(&state);
	reader_free(state.reader);
	export_options_free(&state.options);
	return status;
}

int main(int argc, char *argv[])
{
	return program_run("export", export, argc, argv);
}
