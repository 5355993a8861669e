// SPDX-License-Identifier: GPL-2.0
/* tcptrail life: one line for each connection end, when its life is over. */
#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "follow.h"
#include "select.h"
#include "tally.h"
#include "userspace/out/life_out.h"

static const char help[] =
	"Usage: tcptrail life [OPTION...]\n\n"
	"Prints a line for each end of a connection when its life is over: both addresses,\n"
	"with > where this end opened it and < where the other did; the times of handshake\n"
	"(SHAKE), half-close (HALF), TIME-WAIT (TWAIT) and the whole life (LIFE, with > if it\n"
	"began before the trail did); how it ended; what was sent again; and who opened or\n"
	"accepted it.\n\n"
	"  -i FILE            read a file of tcptrail record (- is standard input)\n"
	"  --history          first what the rings hold from before, then on\n"
	"  --no-follow        only what is recorded already, then stop (with --history)\n"
	"  --open             at the end also those that live, with their state\n"
	"  --summary          at the end how many there were, and percentiles of their times\n"
	"  --count N          stop after N lives\n"
	"  --duration T       stop after T: 3 (seconds), 500ms, 10m\n"
	"  --json             JSON Lines, see tcptrail-life(1)\n"
	"  --no-header        no names of columns\n"
	"  --device PATH      another device than " TCPTRAIL_DEVICE "\n\n"
	"Which lives (lists with commas):\n"
	"  --port N           either end's port\n"
	"  --addr A[/PREFIX]  either end's address\n"
	"  --state S          the state that it was in at its end: TIME-WAIT, syn_sent\n"
	"  --netns INUM       network namespace, as `ls -Li /proc/PID/ns/net` shows it\n"
	"  --comm NAME        name of the task that opened or accepted it, or acted last\n"
	"  --pid N            its process\n";

#define TICK_MS 100
#define SETTLE_NS 50000000ULL /* nothing older than this comes any more */

/**
 * struct life_run - a running command
 * @device: from --device
 * @file: from -i
 * @filter: which lives, if @filtered
 * @model: the connections
 * @summary: of those that were printed
 * @clock: for JSON
 * @moved: records came since idle() was last called: they tell the time
 * @limit: print so many at most
 * @printed: so many were
 */
struct life_run {
	const char *device;
	const char *file;
	int history;
	int once;
	int open;
	int summarize;
	int json;
	int no_header;
	bool filtered;
	bool moved;
	uint64_t duration_ns;
	struct filter filter;
	struct model *model;
	struct life_summary *summary;
	struct clock clock;
	struct buf out;
	struct tally tally;
	uint64_t limit;
	uint64_t printed;
};

static bool match_task(const struct life_run *run, struct tcptrail_record *r, uint32_t id)
{
	const struct task *task = model_task(run->model, id);

	r->flags &= ~TCPTRAIL_F_TASK;
	if (task) {
		r->flags |= TCPTRAIL_F_TASK;
		r->transition.pid = task->pid;
		memcpy(r->transition.comm, task->comm, sizeof(task->comm));
	}
	return filter_match(&run->filter, r);
}

/* A life, as the record that a filter knows. */
static bool is_wanted(const struct life_run *run, const struct conn *c)
{
	struct tcptrail_record r = {
		.kind = TCPTRAIL_SNAPSHOT,
		.netns = c->netns,
		.lport = c->lport,
		.rport = c->rport,
	};

	if (!life_is_told(c))
		return false;
	if (!run->filtered)
		return true;
	model_laddr(run->model, c, r.laddr);
	model_raddr(run->model, c, r.raddr);
	r.transition.old_state = c->state;
	r.transition.new_state = c->state;
	return match_task(run, &r, c->opener) || match_task(run, &r, c->owner);
}

static bool is_full(const struct life_run *run)
{
	return run->limit && run->printed == run->limit;
}

static void print(struct life_run *run, const struct conn *c, const struct life *life)
{
	if (run->json)
		life_json(&run->out, &run->clock, run->model, c, life);
	else
		life_text(&run->out, run->model, c, life);
	run->printed++;
}

static void ended(void *arg, const struct model *model, const struct conn *c)
{
	struct life_run *run = arg;
	struct life life;

	if (is_full(run) || !is_wanted(run, c))
		return;
	life_of(&life, c, c->since_ns);
	print(run, c, &life);
	if (run->summary)
		life_summary_add(run->summary, c, &life);
}

/*
 * A recorder's snapshot is left out, so that a file gives what the device gave;
 * only those that live are not all known without it.
 */
static int take(void *context, const struct tcptrail_record *records, int count)
{
	struct life_run *run = context;
	int i, first = 0;

	run->moved = true;
	tally_add(&run->tally, records, count);
	for (i = 0; i < count && !run->open; i++) {
		if (records[i].kind != TCPTRAIL_SNAPSHOT)
			continue;
		model_feed(run->model, &records[first], (size_t)(i - first));
		first = i + 1;
	}
	model_feed(run->model, &records[first], (size_t)(count - first));
	return is_full(run) ? 1 : -run->out.error;
}

/* On a quiet machine no record tells that time goes on. */
static int idle(void *context)
{
	struct life_run *run = context;
	struct timespec t;

	if (!run->file && !run->once && !run->moved) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		model_advance(run->model,
			      (uint64_t)t.tv_sec * 1000000000ULL + (uint64_t)t.tv_nsec - SETTLE_NS);
	}
	run->moved = false;
	if (run->out.len)
		buf_flush(&run->out);
	return is_full(run) && !run->out.error ? 1 : -run->out.error;
}

static int by_age(const void *a, const void *b)
{
	const struct conn *x = *(const struct conn *const *)a;
	const struct conn *y = *(const struct conn *const *)b;

	if (x->begun_ns != y->begun_ns)
		return x->begun_ns < y->begun_ns ? -1 : 1;
	return x->cookie < y->cookie ? -1 : x->cookie > y->cookie;
}

static int print_open(struct life_run *run)
{
	const struct conn **list = calloc((size_t)model_count(run->model) + 1, sizeof(*list));
	const struct conn *c;
	struct life life;
	size_t i, count = 0;

	if (!list)
		return cmd_fail("%s", strerror(ENOMEM));
	for (c = model_next(run->model, NULL); c; c = model_next(run->model, c))
		if (is_wanted(run, c))
			list[count++] = c;
	qsort(list, count, sizeof(*list), by_age);
	for (i = 0; i < count && !is_full(run); i++) {
		life_of(&life, list[i], model_stats(run->model)->newest_ns);
		print(run, list[i], &life);
	}
	free(list);
	return CMD_OK;
}

static int finish(struct life_run *run)
{
	int status = CMD_OK;

	model_settle(run->model);
	if (run->open)
		status = print_open(run);
	if (run->summary && run->json) {
		life_json_summary(&run->out, run->summary);
	} else if (run->summary) {
		if (run->printed || !run->no_header)
			buf_char(&run->out, '\n');
		life_text_summary(&run->out, run->summary);
	}
	buf_flush(&run->out);
	return status;
}

static int life(struct life_run *run, struct tcptrail *trail)
{
	const struct follow f = {
		.trail = trail,
		.duration_ns = run->duration_ns,
		.once = run->once,
		.take = take,
		.idle = idle,
		.tick_ms = TICK_MS,
		.context = run,
	};
	const struct model_config config = { .ended = ended, .arg = run };
	int err = model_create(&run->model, &config);
	int status;

	if (!err && run->summarize) {
		run->summary = calloc(1, sizeof(*run->summary));
		err = run->summary ? 0 : -ENOMEM;
	}
	if (err)
		return cmd_fail("%s", strerror(-err));
	clock_init(&run->clock, tcptrail_origin(trail)->realtime_offset_ns, true);
	if (!run->json && !run->no_header)
		life_text_header(&run->out);
	follow_catch_signals();
	err = follow(&f);
	status = finish(run);
	if (run->out.error == EPIPE)
		return CMD_OK; /* the reader of our output has seen enough */
	if (run->out.error)
		return cmd_fail("standard output: %s", strerror(run->out.error));
	tally_finish(&run->tally, trail);
	tally_tell(&run->tally);
	return err ? cmd_read_failed(run->device, run->file, err) : status;
}

static int parse(struct life_run *run, int argc, char *argv[])
{
	enum { COUNT = SELECT_END, DURATION, DEVICE };
	const struct option options[] = {
		{ "port", required_argument, NULL, SELECT_PORT },
		{ "addr", required_argument, NULL, SELECT_ADDR },
		{ "state", required_argument, NULL, SELECT_STATE },
		{ "netns", required_argument, NULL, SELECT_NETNS },
		{ "comm", required_argument, NULL, SELECT_COMM },
		{ "pid", required_argument, NULL, SELECT_PID },
		{ "history", no_argument, &run->history, 1 },
		{ "no-follow", no_argument, &run->once, 1 },
		{ "open", no_argument, &run->open, 1 },
		{ "summary", no_argument, &run->summarize, 1 },
		{ "json", no_argument, &run->json, 1 },
		{ "no-header", no_argument, &run->no_header, 1 },
		{ "count", required_argument, NULL, COUNT },
		{ "duration", required_argument, NULL, DURATION },
		{ "device", required_argument, NULL, DEVICE },
		{ 0 },
	};
	int option, status = CMD_OK;

	while (!status && (option = getopt_long(argc, argv, ":i:", options, NULL)) != -1) {
		switch (option) {
		case 0:
			break;
		case 'i':
			run->file = optarg;
			break;
		case DEVICE:
			run->device = optarg;
			break;
		case COUNT:
			status = cmd_take_count(optarg, &run->limit);
			break;
		case DURATION:
			status = cmd_take_duration(optarg, &run->duration_ns);
			break;
		case '?':
		case ':':
			return cmd_bad_option(argv);
		default:
			status = select_option(&run->filter, option, optarg);
		}
	}
	if (!status && argv[optind])
		return cmd_usage("%s: takes options only", argv[optind]);
	if (!status && run->file && (run->history || run->device))
		return cmd_usage("-i %s: a file has no %s", run->file,
				 run->device ? "--device" : "--history: it is read from its start");
	run->filtered = !filter_is_empty(&run->filter);
	return status;
}

int cmd_life(int argc, char *argv[])
{
	struct life_run run = { 0 };
	struct tcptrail *trail;
	int status;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return CMD_OK;
	}
	status = parse(&run, argc, argv);
	if (!status)
		status = cmd_open(&trail, run.device, run.file,
				  run.history ? TCPTRAIL_FROM_HISTORY : TCPTRAIL_FROM_NOW);
	if (status)
		return status;
	buf_init(&run.out, stdout);
	status = life(&run, trail);
	buf_free(&run.out);
	model_free(run.model);
	free(run.summary);
	tcptrail_close(trail);
	return status;
}
