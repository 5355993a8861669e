// SPDX-License-Identifier: GPL-2.0
#include "userspace/exporter/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "module/version.h"
#include "userspace/base/time.h"
#include "userspace/session/session.h"

#define SLICE 4096 /* connections of a sweep between two batches: well below a millisecond */
#define TELL_NS (200 * MS) /* so soon an end is told after which nothing comes */
#define KERNEL_POLL_NS (15 * SEC) /* so often the kernel is asked for what no record tells */
#define OLD_NS (10 * SEC) /* from then on a close is worth that */
#define LATE_NS (10 * SEC) /* the reader ought to have come round again */

/**
 * struct reader - the lock is for all that others copy
 * @session: the trail, and its connections
 * @worst: for /stuck, or NULL
 * @round_ns: when the reader last came round
 * @failed: the trail could not be read to its end
 * @scanning: a scan is under way
 * @changed: something was fed since it, or the last one, began
 * @scanned_ns: when the last one was complete; 0: there was none
 * @resyncs: so many were merged before
 * @tick_ns: when tick() is due
 * @status: what tick() wants to stop with
 */
struct reader {
	struct reader_config config;
	pthread_mutex_t lock;
	struct session session;
	struct stuck_scan *stuck_scan;
	struct top_n *worst;
	uint64_t round_ns;
	bool failed;
	bool scanning;
	bool changed;
	uint64_t scanned_ns;
	unsigned int resyncs;
	uint64_t tick_ns;
	int status;
};

static void ended(void *arg, const struct tracker *tracker, const struct conn *c)
{
	const struct reader *r = arg;

	groups_ended(r->config.groups, c);
}

static struct source_ports ports_of(void *arg, uint32_t netns)
{
	const struct reader *r = arg;
	struct kernel_view kernel = session_kernel(&r->session);

	return kernel_view_ports(&kernel, netns);
}

static const struct kernel_socket *live_of(void *arg, uint64_t cookie, uint64_t *at_ns)
{
	const struct reader *r = arg;
	struct kernel_view kernel = session_kernel(&r->session);

	*at_ns = kernel.at_ns;
	return kernel_view_socket(&kernel, cookie);
}

/* Of this machine's own namespace; 0: not known. */
static uint64_t time_wait_limit(void)
{
	FILE *file = fopen("/proc/sys/net/ipv4/tcp_max_tw_buckets", "re");
	unsigned long long limit = 0;

	if (file && fscanf(file, "%llu", &limit) != 1)
		limit = 0;
	if (file)
		fclose(file);
	return limit;
}

/* Would another scan find something else than the last? */
static bool is_outdated(const struct reader *r)
{
	return r->changed || session_now_ns(&r->session) >= stuck_scan_next_ns(r->stuck_scan);
}

/* With the lock held. Return: the scan is complete */
static bool stuck_scan_slice(struct reader *r)
{
	uint64_t now_ns = time_now_ns();

	if (!r->scanning && r->scanned_ns &&
	    (now_ns < r->scanned_ns + READER_SCAN_NS || !is_outdated(r)))
		return true;
	if (!r->scanning)
		r->changed = false;
	r->scanning = !stuck_scan_on(r->stuck_scan, r->session.tracker, session_now_ns(&r->session),
				     SLICE);
	if (r->scanning)
		return false;
	r->scanned_ns = now_ns;
	return true;
}

static int tick(struct reader *r)
{
	uint64_t now_ns = time_now_ns();

	if (now_ns < r->tick_ns)
		return 0;
	r->tick_ns = now_ns + READER_REST_NS;
	r->status = r->config.tick(r->config.arg, &r->tick_ns);
	return r->status ? 1 : 0;
}

/* Before the history is read there is nothing to be told. */
static bool is_caught_up(const struct reader *r)
{
	return r->scanned_ns;
}

static int take(void *arg, const struct tcptrail_record *records, size_t count)
{
	struct reader *r = arg;

	pthread_mutex_lock(&r->lock);
	r->round_ns = time_now_ns();
	r->changed = true;
	if (is_caught_up(r))
		stuck_scan_slice(r);
	pthread_mutex_unlock(&r->lock);
	return is_caught_up(r) ? tick(r) : 0;
}

static bool is_old(const struct reader *r, uint8_t state)
{
	return stuck_scan_age_ns(stuck_scan_found(r->stuck_scan)->since_ns[state], r->round_ns) >=
	       OLD_NS;
}

/* States in which there is somebody of whom the kernel may know more. */
static uint32_t worth_asking(const struct reader *r)
{
	const struct counters *counters = tracker_counters(r->session.tracker);
	uint32_t states = 0;

	if (counters_sockets(counters, CONN_SOCKET, TCPTRAIL_ESTABLISHED))
		states |= SNAPSHOT_STALLED;
	if (counters_unaccepted(counters))
		states |= 1U << TCPTRAIL_LISTEN;
	if (is_old(r, TCPTRAIL_FIN_WAIT1))
		states |= 1U << TCPTRAIL_FIN_WAIT1;
	if (is_old(r, TCPTRAIL_LAST_ACK))
		states |= 1U << TCPTRAIL_LAST_ACK;
	return states;
}

/* A quiet machine is left to sleep until there is something to do. */
static int rest_ms(const struct reader *r)
{
	uint64_t next_ns = r->tick_ns, now_ns = time_now_ns(), stuck_scan_ns;

	stuck_scan_ns = r->changed ? 0 : stuck_scan_next_ns(r->stuck_scan);
	if (stuck_scan_ns < r->scanned_ns + READER_SCAN_NS)
		stuck_scan_ns = r->scanned_ns + READER_SCAN_NS;
	if (stuck_scan_ns < next_ns)
		next_ns = stuck_scan_ns;
	if (worth_asking(r) && r->session.poll.begun_ns + KERNEL_POLL_NS < next_ns)
		next_ns = r->session.poll.begun_ns + KERNEL_POLL_NS;
	if ((r->session.poll.running || r->session.resync.under_way ||
	     tracker_is_waiting(r->session.tracker)) &&
	    now_ns + TELL_NS < next_ns)
		next_ns = now_ns + TELL_NS;
	return next_ns > now_ns ? time_poll_ms(next_ns - now_ns) : 1;
}

static int idle(void *arg)
{
	struct reader *r = arg;
	struct session *session = &r->session;
	bool changed = session_poll(session, worth_asking(r), KERNEL_POLL_NS);
	bool complete = false;
	int stop;

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
		complete = stuck_scan_slice(r);
		pthread_mutex_unlock(&r->lock);
	}
	stop = tick(r);
	session->follow.tick_ms = rest_ms(r);
	return stop;
}

static int create_scan(struct reader *r)
{
	struct stuck_scan_config config = {
		.ports = ports_of,
		.live = live_of,
		.arg = r,
		.groups = r->config.groups,
	};
	int err = 0;

	if (r->config.stuck)
		err = top_n_create(&r->worst, r->session.tracker, ports_of, r);
	config.worst = r->worst;
	return err ? err : stuck_scan_create(&r->stuck_scan, &config);
}

int reader_create(struct reader **result, const struct reader_config *config)
{
	struct reader *r = calloc(1, sizeof(*r));
	const struct tracker_config tracker = {
		.max_conns = config->max_conns,
		.ended = ended,
		.arg = r,
	};
	struct session_config session = {
		.source = config->source,
		.tracker = &tracker,
		.states = SNAPSHOT_ALL_STATES,
		.records = take,
		.idle = idle,
		.arg = r,
	};
	int status;

	if (!r)
		return cmd_fail("%s", strerror(ENOMEM));
	*result = r;
	session.lock = &r->lock;
	r->config = *config;
	r->round_ns = time_now_ns();
	pthread_mutex_init(&r->lock, NULL);
	status = session_open(&r->session, &session);
	if (!status && create_scan(r))
		status = cmd_fail("%s", strerror(ENOMEM));
	return status ? status : session_begin(&r->session);
}

void reader_free(struct reader *r)
{
	if (!r)
		return;
	stuck_scan_free(r->stuck_scan);
	session_close(&r->session);
	top_n_free(r->worst);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

int reader_catch_up(struct reader *r)
{
	int err = session_catch_up(&r->session);

	pthread_mutex_lock(&r->lock);
	r->failed = err;
	r->round_ns = time_now_ns();
	while (!stuck_scan_slice(r))
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

static int copy_set(struct group_set *to, const struct group_set *from)
{
	*to = *from;
	to->list = NULL;
	if (!from->label)
		return 0;
	to->list = malloc(from->count * sizeof(*from->list));
	if (!to->list)
		return -ENOMEM;
	memcpy(to->list, from->list, from->count * sizeof(*from->list));
	return 0;
}

int reader_copy(void *arg, struct metrics *m)
{
	const struct tracker_stats *stats;
	uint64_t now_ns = time_now_ns();
	uint64_t limit = time_wait_limit();
	struct reader *r = arg;
	int err;

	pthread_mutex_lock(&r->lock);
	stats = tracker_stats(r->session.tracker);
	*m = (struct metrics){
		.counters = *tracker_counters(r->session.tracker),
		.records = r->session.losses.read,
		.evicted = stats->evicted,
		.tracked = tracker_count(r->session.tracker),
		.tracked_limit = r->config.max_conns ? r->config.max_conns : TRACKER_CONNS_DEFAULT,
		.found = *stuck_scan_found(r->stuck_scan),
		.now_ns = session_now_ns(&r->session),
		.stuck_scan_age_ns = r->session.live && is_outdated(r) ?
					     stuck_scan_age_ns(r->scanned_ns, now_ns) :
					     0,
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
	err = copy_set(&m->ports, groups_ports(r->config.groups));
	if (!err)
		err = copy_set(&m->units, groups_units(r->config.groups));
	pthread_mutex_unlock(&r->lock);
	snprintf(m->release, sizeof(m->release), "%s", tcptrail_origin(r->session.trail)->release);
	return err;
}

void reader_stuck(void *arg, struct buf *out)
{
	struct top_n_cursor cursor = { 0 };
	struct reader *r = arg;
	struct kernel_view kernel;
	struct top_n_facts facts;
	bool more;

	do {
		pthread_mutex_lock(&r->lock);
		kernel = session_kernel(&r->session);
		facts = (struct top_n_facts){
			.now_ns = session_now_ns(&r->session),
			.requests = stuck_scan_requests(r->stuck_scan),
			.kernel = &kernel,
		};
		more = top_n_tell(r->worst, &facts, &cursor, out);
		pthread_mutex_unlock(&r->lock);
	} while (more);
}
