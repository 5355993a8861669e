// SPDX-License-Identifier: GPL-2.0
/*
 * The exporter's reader: one thread drives the session, and has scans for stuck sockets made
 * in slices between batches of records. All that other threads copy is behind one lock, which
 * is held for a batch, a slice or a copy, never longer.
 *
 * Scans are for those who ask what they found. Where nobody has for READER_ASKED_NS one a minute
 * will do, so that the kernel is asked in time; who then asks first makes one, and waits for it.
 */
#include "userspace/exporter/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "module/version.h"
#include "userspace/base/array.h"
#include "userspace/base/file.h"
#include "userspace/session/session.h"

#define SLICE 4096 /* connections of a scan between two batches: well below a millisecond */
#define TELL_NS (200 * MS) /* so soon an end is told after which nothing comes */
#define KERNEL_POLL_NS (15 * SEC) /* so often the kernel is asked for what no record tells */
#define LATE_NS (10 * SEC) /* the reader ought to have come round again */

/**
 * struct reader - the lock is for all that others copy
 * @options: from the command line
 * @call_tick: what it calls in between
 * @arg: for @call_tick
 * @session: the trail, and its connections
 * @kernel: what the kernel says now
 * @scan: what is stuck
 * @round_ns: when the reader last came round
 * @failed: the trail could not be read to its end
 * @scanning: a scan is under way
 * @changed: something was fed since it, or the last one, began
 * @scanned_ns: when the last one was complete; 0: there was none
 * @resyncs: so many were merged before
 * @asked_ns: when somebody was told last what a scan had found
 * @tick_ns: when tick() is due
 * @status: what tick() wants to stop with
 */
struct reader {
	const struct export_options *options;
	reader_tick_fn call_tick;
	void *arg;
	pthread_mutex_t lock;
	struct session session;
	struct kernel_view kernel;
	struct stuck_scan *scan;
	uint64_t round_ns;
	bool failed;
	bool scanning;
	bool changed;
	uint64_t scanned_ns;
	unsigned int resyncs;
	uint64_t asked_ns;
	uint64_t tick_ns;
	int status;
};

static void ended(void *arg, const struct tracker *tracker, const struct conn *c)
{
	const struct reader *r = arg;

	groups_ended(r->options->groups, c);
}

/* Of this machine's own namespace; 0: not known. */
static uint64_t time_wait_limit(void)
{
	char text[32];

	file_text(AT_FDCWD, "/proc/sys/net/ipv4/tcp_max_tw_buckets", text, sizeof(text));
	return strtoull(text, NULL, 10);
}

/* Would another scan find something else than the last? */
static bool is_outdated(const struct reader *r)
{
	return r->changed || session_now_ns(&r->session) >= stuck_scan_result(r->scan)->next_ns;
}

static bool is_asked(const struct reader *r, uint64_t now_ns)
{
	return r->asked_ns && now_ns < r->asked_ns + READER_ASKED_NS;
}

static uint64_t next_scan_ns(const struct reader *r, uint64_t now_ns)
{
	return r->scanned_ns + (is_asked(r, now_ns) ? READER_SCAN_NS : READER_UNASKED_NS);
}

static void count_group(void *arg, const struct conn *c)
{
	const struct reader *r = arg;

	groups_count(r->options->groups, c);
}

static void begin_scan(struct reader *r)
{
	const struct stuck_query query = {
		.tracker = r->session.tracker,
		.info = &r->session.info,
		.now_ns = session_now_ns(&r->session),
		.complete_ns = session_complete_ns(&r->session),
		.kernel = &r->kernel,
		.max_findings = STUCK_LINES_MAX,
		.visit = groups_are_asked_for(r->options->groups) ? count_group : NULL,
		.arg = r,
	};

	r->changed = false;
	groups_begin(r->options->groups);
	stuck_scan_begin(r->scan, &query);
}

/* With the lock held. Return: the scan is complete */
static bool scan_slice(struct reader *r)
{
	uint64_t now_ns = time_now_ns();
	int err;

	if (!r->scanning && r->scanned_ns && (now_ns < next_scan_ns(r, now_ns) || !is_outdated(r)))
		return true;
	r->kernel = session_kernel(&r->session);
	if (!r->scanning)
		begin_scan(r);
	err = stuck_scan_step(r->scan, SLICE);
	r->scanning = !err;
	if (r->scanning)
		return false;
	/* Without memory, or where a unit has no name yet, another one will do. */
	r->changed |= err < 0 || !groups_end(r->options->groups);
	r->scanned_ns = now_ns;
	return true;
}

/* With the lock held, but for others who want it between two slices. */
static void be_asked(struct reader *r)
{
	uint64_t now_ns = time_now_ns();
	bool was_asked = is_asked(r, now_ns);

	r->asked_ns = now_ns;
	while (r->session.live && !was_asked && !scan_slice(r)) {
		pthread_mutex_unlock(&r->lock);
		pthread_mutex_lock(&r->lock);
	}
}

static int tick(struct reader *r)
{
	uint64_t now_ns = time_now_ns();

	if (now_ns < r->tick_ns)
		return 0;
	r->tick_ns = now_ns + READER_REST_NS;
	r->status = r->call_tick(r->arg, &r->tick_ns);
	return r->status ? 1 : 0;
}

/* Before the history is read there is nothing to be told. */
static bool is_caught_up(const struct reader *r)
{
	return r->scanned_ns;
}

static int feed(void *arg, const struct tcptrail_record *records, size_t count)
{
	struct reader *r = arg;
	bool caught_up;

	pthread_mutex_lock(&r->lock);
	r->round_ns = time_now_ns();
	r->changed = true;
	caught_up = is_caught_up(r);
	if (caught_up)
		scan_slice(r);
	pthread_mutex_unlock(&r->lock);
	return caught_up ? tick(r) : 0;
}

static bool is_old(const struct reader *r, uint8_t state)
{
	return time_between(stuck_scan_result(r->scan)->gauges.since_ns[state], r->round_ns) >=
	       verdict_stuck_after_ns(state);
}

/* States in which there is somebody of whom the kernel may know more. */
static uint32_t worth_asking(const struct reader *r)
{
	static const uint8_t closing[] = { TCPTRAIL_CLOSE_WAIT, TCPTRAIL_FIN_WAIT1,
					   TCPTRAIL_FIN_WAIT2, TCPTRAIL_LAST_ACK };
	const struct counters *counters = tracker_counters(r->session.tracker);
	uint32_t states = 0;
	size_t i;

	if (counters_sockets(counters, CONN_SOCKET, TCPTRAIL_ESTABLISHED))
		states |= SNAPSHOT_STALLED;
	if (counters_unaccepted(counters))
		states |= 1U << TCPTRAIL_LISTEN;
	for (i = 0; i < ARRAY_SIZE(closing); i++)
		if (is_old(r, closing[i]))
			states |= 1U << closing[i];
	return states;
}

/* A quiet machine is left to sleep until there is something to do. */
static int wait_ms(const struct reader *r)
{
	uint64_t next_ns = r->tick_ns, now_ns = time_now_ns(), scan_ns;

	scan_ns = r->changed ? 0 : stuck_scan_result(r->scan)->next_ns;
	if (scan_ns < next_scan_ns(r, now_ns))
		scan_ns = next_scan_ns(r, now_ns);
	time_lower(&next_ns, scan_ns);
	if (worth_asking(r))
		time_lower(&next_ns, r->session.poll.begun_ns + KERNEL_POLL_NS);
	if (r->session.poll.running || r->session.resync.under_way ||
	    tracker_is_waiting(r->session.tracker))
		time_lower(&next_ns, now_ns + TELL_NS);
	return next_ns > now_ns ? time_poll_ms(next_ns - now_ns) : 1;
}

static int idle(void *arg)
{
	struct reader *r = arg;
	struct session *session = &r->session;
	bool changed, complete = false;
	uint32_t states;
	int stop;

	pthread_mutex_lock(&r->lock);
	states = worth_asking(r);
	pthread_mutex_unlock(&r->lock);
	changed = session_poll(session, states, KERNEL_POLL_NS);
	pthread_mutex_lock(&r->lock);
	r->round_ns = time_now_ns();
	r->changed |= changed || r->resyncs != session->resync.count;
	r->resyncs = session->resync.count;
	pthread_mutex_unlock(&r->lock);
	if (session->resync_error)
		cmd_note("sock_diag: %s: what ended unseen stays counted",
			 strerror(-session->resync_error));
	session->resync_error = 0;
	while (!complete && tcptrail_wait(session->trail, 0) == 0) {
		pthread_mutex_lock(&r->lock);
		complete = scan_slice(r);
		pthread_mutex_unlock(&r->lock);
	}
	stop = tick(r);
	pthread_mutex_lock(&r->lock);
	session->follow.tick_ms = wait_ms(r);
	pthread_mutex_unlock(&r->lock);
	return stop;
}

int reader_create(struct reader **result, const struct export_options *options, reader_tick_fn call,
		  void *arg)
{
	struct reader *r = calloc(1, sizeof(*r));
	const struct tracker_config tracker = {
		.max_conns = (uint32_t)options->max_conns,
		.join = true,
		.apart = true,
		.recent = true,
		.ended = ended,
		.arg = r,
	};
	struct session_config session = {
		.source = options->source,
		.tracker = &tracker,
		.states = SNAPSHOT_ALL_STATES,
		.records = feed,
		.idle = idle,
		.arg = r,
	};
	int status;

	if (!r)
		return cmd_fail("%s", strerror(ENOMEM));
	*result = r;
	session.lock = &r->lock;
	r->options = options;
	r->call_tick = call;
	r->arg = arg;
	r->round_ns = time_now_ns();
	pthread_mutex_init(&r->lock, NULL);
	status = session_open(&r->session, &session);
	if (!status && stuck_scan_create(&r->scan))
		status = cmd_fail("%s", strerror(ENOMEM));
	return status ? status : session_begin(&r->session);
}

void reader_free(struct reader *r)
{
	if (!r)
		return;
	stuck_scan_free(r->scan);
	session_close(&r->session);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

int reader_catch_up(struct reader *r)
{
	int err = session_catch_up(&r->session);

	pthread_mutex_lock(&r->lock);
	r->failed = err;
	r->round_ns = time_now_ns();
	while (!scan_slice(r))
		;
	pthread_mutex_unlock(&r->lock);
	return err;
}

int reader_run(struct reader *r, int *err)
{
	*err = 0;
	if (r->session.live) {
		r->session.follow.tick_ms = 1;
		*err = session_run(&r->session);
	}
	while (!r->session.live && !follow_stopped() && !tick(r))
		nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	return r->status;
}

int reader_copy(void *arg, struct metrics *m)
{
	const struct tracker_stats *stats;
	uint64_t limit = time_wait_limit(), now_ns;
	struct reader *r = arg;
	int err;

	pthread_mutex_lock(&r->lock);
	be_asked(r);
	now_ns = time_now_ns();
	stats = tracker_stats(r->session.tracker);
	*m = (struct metrics){
		.counters = *tracker_counters(r->session.tracker),
		.records = r->session.losses.read,
		.evicted = stats->evicted,
		.tracked = tracker_count(r->session.tracker),
		.tracked_limit = (uint32_t)r->options->max_conns,
		.found = stuck_scan_result(r->scan)->gauges,
		.now_ns = session_now_ns(&r->session),
		.scan_age_ns =
			r->session.live && is_outdated(r) ? time_between(r->scanned_ns, now_ns) : 0,
		.snapshot_incomplete = r->session.losses.unseen,
		.features = r->session.info.features,
		.up = !r->failed && (!r->session.live || now_ns < r->round_ns + LATE_NS),
		.time_wait_limit = limit,
		.version = TCPTRAIL_VERSION,
	};
	m->lost[METRICS_OVERWRITTEN] = r->session.losses.lost[TCPTRAIL_LOSS_OVERWRITTEN];
	m->lost[METRICS_LIMITED] = r->session.losses.lost[TCPTRAIL_LOSS_LIMITED];
	m->lost[METRICS_NO_RING] = r->session.info.no_ring;
	memcpy(m->hooks, r->session.info.hooks, sizeof(m->hooks));
	err = groups_copy(m->groups, r->options->groups);
	pthread_mutex_unlock(&r->lock);
	snprintf(m->release, sizeof(m->release), "%s", r->session.origin.release);
	return err;
}

void reader_stuck(void *arg, struct buf *out)
{
	struct stuck_lines lines = { 0 };
	struct reader *r = arg;
	struct kernel_view kernel;
	struct stuck_out o = { .tracker = r->session.tracker, .kernel = &kernel };
	bool more;

	pthread_mutex_lock(&r->lock);
	be_asked(r);
	pthread_mutex_unlock(&r->lock);
	do {
		pthread_mutex_lock(&r->lock);
		kernel = session_kernel(&r->session);
		o.now_ns = session_now_ns(&r->session);
		more = stuck_lines_more(&lines, &o, stuck_scan_result(r->scan), out);
		pthread_mutex_unlock(&r->lock);
	} while (more);
}
