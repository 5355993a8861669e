// SPDX-License-Identifier: GPL-2.0
#include "userspace/exporter/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "module/version.h"
#include "userspace/base/time.h"
#include "userspace/session/kernel_poll.h"
#include "userspace/session/follow.h"
#include "userspace/session/resync.h"

#define SLICE 4096 /* connections of a sweep between two batches: well below a millisecond */
#define TELL_NS (200 * MS) /* so soon an end is told after which nothing comes */
#define FIRST_TICK_MS 20 /* until the history is read */
#define KERNEL_POLL_NS (15 * SEC) /* so often the kernel is asked for what no record tells */
#define OLD_NS (10 * SEC) /* from then on a close is worth that */
#define LATE_NS (10 * SEC) /* the reader ought to have come round again */

/**
 * struct reader - the lock is for all that others copy
 * @feed: the model in it
 * @resync: after losses
 * @facts: what no record tells
 * @worst: for /stuck, or NULL
 * @read: records
 * @lost: by enum metrics_lost; no_ring is in @info
 * @incomplete: namespaces without a snapshot
 * @round_ns: when the reader last came round
 * @scanning: a sweep is under way
 * @changed: something was fed since it, or the last one, began
 * @scanned_ns: when the last one was complete
 * @caught_up: the history has been read
 * @tick_ns: when tick() is due
 * @status: what a callback wants to stop with
 */
struct reader {
	struct reader_config config;
	pthread_mutex_t lock;
	struct feed feed;
	struct resync resync;
	struct kernel_poll facts;
	struct stuck_scan *stuck_scan;
	struct top_n *worst;
	struct tcptrail_info info;
	uint64_t read;
	uint64_t lost[METRICS_LOST];
	uint64_t incomplete;
	uint64_t round_ns;
	bool live;
	bool failed;
	bool moved;
	bool scanning;
	bool changed;
	bool caught_up;
	uint64_t scanned_ns;
	struct follow follow;
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

	return snapshot_ports(&r->feed.snapshot, netns);
}

/* What was found at the start holds until the kernel is asked for the first time. */
static const struct snapshot *live_snapshot(const struct reader *r, uint64_t *at_ns)
{
	*at_ns = r->facts.at_ns ? r->facts.at_ns : r->feed.snapshot_ns;
	return r->facts.at_ns ? &r->facts.snapshot : &r->feed.snapshot;
}

static const struct kernel_socket *live_of(void *arg, uint64_t cookie, uint64_t *at_ns)
{
	return snapshot_live(live_snapshot(arg, at_ns), cookie);
}

static void count_losses(struct reader *r, const struct tcptrail_record *records, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (records[i].kind != TCPTRAIL_LOSS)
			continue;
		switch (records[i].loss.cause) {
		case TCPTRAIL_LOSS_OVERWRITTEN:
			r->lost[METRICS_OVERWRITTEN] += records[i].loss.count;
			break;
		case TCPTRAIL_LOSS_LIMITED:
			r->lost[METRICS_LIMITED] += records[i].loss.count;
			break;
		case TCPTRAIL_LOSS_SNAPSHOT:
			r->incomplete++;
			break;
		}
	}
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

int reader_create(struct reader **result, const struct reader_config *config)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct tracker_config tracker = { .max_conns = config->max_conns,
					  .ended = ended,
					  .arg = r };
	struct stuck_scan_config stuck_scan = {
		.ports = ports_of,
		.live = live_of,
		.arg = r,
		.groups = config->groups,
	};
	int err;

	if (!r)
		return cmd_fail("%s", strerror(ENOMEM));
	r->config = *config;
	r->live = tcptrail_is_live(config->trail);
	r->round_ns = time_now_ns();
	pthread_mutex_init(&r->lock, NULL);
	err = tracker_create(&r->feed.tracker, &tracker);
	if (!err && config->stuck)
		err = top_n_create(&r->worst, r->feed.tracker, ports_of, r);
	stuck_scan.worst = r->worst;
	if (!err)
		err = stuck_scan_create(&r->stuck_scan, &stuck_scan);
	if (err) {
		reader_free(r);
		return cmd_fail("%s", strerror(-err));
	}
	tcptrail_get_info(config->trail, &r->info);
	if (config->snapshot && feed_snapshot(&r->feed, SNAPSHOT_ALL_STATES)) {
		reader_free(r);
		return CMD_FAILED;
	}
	count_losses(r, r->feed.snapshot.records, r->feed.snapshot.count);
	*result = r;
	return CMD_OK;
}

void reader_free(struct reader *r)
{
	if (!r)
		return;
	stuck_scan_free(r->stuck_scan);
	tracker_free(r->feed.tracker);
	feed_free(&r->feed);
	resync_free(&r->resync);
	kernel_poll_free(&r->facts);
	top_n_free(r->worst);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static uint64_t trail_now_ns(const struct reader *r)
{
	return r->live ? time_now_ns() : tracker_stats(r->feed.tracker)->newest_ns;
}

/* Would another sweep find something else than the last? */
static bool is_outdated(const struct reader *r)
{
	return r->changed || trail_now_ns(r) >= stuck_scan_next_ns(r->stuck_scan);
}

/* With the lock held. Return: the sweep is complete */
static bool stuck_scan_slice(struct reader *r)
{
	uint64_t now_ns = time_now_ns();

	if (!r->scanning && r->scanned_ns &&
	    (now_ns < r->scanned_ns + READER_SWEEP_NS || !is_outdated(r)))
		return true;
	if (!r->scanning)
		r->changed = false;
	r->scanning = !stuck_scan_on(r->stuck_scan, r->feed.tracker, trail_now_ns(r), SLICE);
	if (r->scanning)
		return false;
	r->scanned_ns = now_ns;
	return true;
}

static int tick(struct reader *r)
{
	uint64_t now_ns = time_now_ns();

	if (!r->caught_up || now_ns < r->tick_ns)
		return 0;
	r->tick_ns = now_ns + READER_REST_NS;
	pthread_mutex_lock(&r->lock);
	tcptrail_get_info(r->config.trail, &r->info);
	pthread_mutex_unlock(&r->lock);
	r->status = r->config.tick ? r->config.tick(r->config.arg, &r->tick_ns) : CMD_OK;
	return r->status ? 1 : 0;
}

static int take(void *context, const struct tcptrail_record *records, int count)
{
	struct reader *r = context;

	pthread_mutex_lock(&r->lock);
	feed_records(r->resync.under_way ? &r->resync.feed : &r->feed, records, (size_t)count);
	count_losses(r, records, (size_t)count);
	r->read += (size_t)count;
	r->round_ns = time_now_ns();
	r->moved = true;
	r->changed = true;
	if (r->caught_up)
		stuck_scan_slice(r);
	pthread_mutex_unlock(&r->lock);
	return tick(r);
}

/* The history is read, and so is the snapshot: from here on all is known. */
static int catch_up(struct reader *r)
{
	pthread_mutex_lock(&r->lock);
	if (r->config.snapshot) {
		feed_rest(&r->feed);
		feed_tell_unseen(&r->feed);
		feed_end_gone(&r->feed);
		snapshot_forget(&r->feed.snapshot);
		r->feed.merged = 0;
	}
	while (!stuck_scan_slice(r))
		;
	pthread_mutex_unlock(&r->lock);
	r->caught_up = true;
	r->status = r->config.caught_up ? r->config.caught_up(r->config.arg) : CMD_OK;
	return r->status ? 1 : 0;
}

static bool is_old(const struct reader *r, uint8_t state)
{
	return stuck_scan_age_ns(stuck_scan_found(r->stuck_scan)->since_ns[state], r->round_ns) >=
	       OLD_NS;
}

/* States in which there is somebody of whom the kernel may know more. */
static uint32_t worth_asking(const struct reader *r)
{
	const struct counters *counters = tracker_counters(r->feed.tracker);
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

static void ask_kernel(struct reader *r)
{
	uint32_t states = worth_asking(r);
	uint64_t at_ns;
	bool knew;

	pthread_mutex_lock(&r->lock);
	knew = live_snapshot(r, &at_ns)->live_count;
	if (kernel_poll_collect(&r->facts, r->feed.tracker))
		r->changed |= knew || r->facts.snapshot.live_count;
	if (!states && !r->facts.running) {
		r->changed |= knew;
		kernel_poll_forget(&r->facts, r->round_ns);
	}
	pthread_mutex_unlock(&r->lock);
	if (states)
		kernel_poll_ask(&r->facts, states, KERNEL_POLL_NS, r->round_ns);
}

/* A quiet machine is left to sleep until there is something to do. */
static int rest_ms(const struct reader *r)
{
	uint64_t next_ns = r->tick_ns, now_ns = time_now_ns(), stuck_scan_ns;

	stuck_scan_ns = r->changed ? 0 : stuck_scan_next_ns(r->stuck_scan);
	if (stuck_scan_ns < r->scanned_ns + READER_SWEEP_NS)
		stuck_scan_ns = r->scanned_ns + READER_SWEEP_NS;
	if (stuck_scan_ns < next_ns)
		next_ns = stuck_scan_ns;
	if (worth_asking(r) && r->facts.begun_ns + KERNEL_POLL_NS < next_ns)
		next_ns = r->facts.begun_ns + KERNEL_POLL_NS;
	if ((r->facts.running || r->resync.under_way || tracker_is_waiting(r->feed.tracker)) &&
	    now_ns + TELL_NS < next_ns)
		next_ns = now_ns + TELL_NS;
	return next_ns > now_ns ? time_poll_ms(next_ns - now_ns) : 1;
}

static void look_again(struct reader *r)
{
	uint64_t lost = r->lost[METRICS_OVERWRITTEN] + r->lost[METRICS_LIMITED] + r->info.no_ring;
	int err;

	if (resync_is_due(&r->resync, lost, r->round_ns)) {
		err = resync_begin(&r->resync, r->feed.tracker, lost);
		if (err)
			cmd_note("sock_diag: %s: what ended unseen stays counted", strerror(-err));
	} else if (resync_is_over(&r->resync, r->round_ns)) {
		pthread_mutex_lock(&r->lock);
		resync_end(&r->resync);
		r->changed = true;
		pthread_mutex_unlock(&r->lock);
	}
}

/* On a quiet machine no record tells that time goes on. */
static int idle(void *context)
{
	struct reader *r = context;
	bool complete = false;
	int stop;

	pthread_mutex_lock(&r->lock);
	r->round_ns = time_now_ns();
	if (r->live && !r->moved)
		tracker_advance(r->feed.tracker, r->round_ns - FEED_SETTLE_NS);
	r->moved = false;
	pthread_mutex_unlock(&r->lock);
	if (!r->live)
		return 0;
	if (!r->caught_up && r->round_ns > r->feed.snapshot_ns + FEED_SETTLE_NS && catch_up(r))
		return 1;
	if (r->caught_up && r->config.snapshot) {
		look_again(r);
		ask_kernel(r);
	}
	while (r->caught_up && !complete && tcptrail_wait(r->config.trail, 0) == 0) {
		pthread_mutex_lock(&r->lock);
		complete = stuck_scan_slice(r);
		pthread_mutex_unlock(&r->lock);
	}
	stop = tick(r);
	if (r->caught_up)
		r->follow.tick_ms = rest_ms(r);
	return stop;
}

int reader_run(struct reader *r, int *err)
{
	r->follow = (struct follow){
		.trail = r->config.trail,
		.once = r->config.once,
		.take = take,
		.idle = idle,
		.tick_ms = FIRST_TICK_MS,
		.context = r,
	};
	*err = follow(&r->follow);
	pthread_mutex_lock(&r->lock);
	r->failed = *err < 0;
	if (!r->live)
		tracker_settle(r->feed.tracker);
	pthread_mutex_unlock(&r->lock);
	if (!r->caught_up && !follow_stopped())
		catch_up(r);
	return r->status;
}

int reader_serve(struct reader *r)
{
	while (!follow_stopped() && !tick(r))
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
	stats = tracker_stats(r->feed.tracker);
	*m = (struct metrics){
		.counters = *tracker_counters(r->feed.tracker),
		.records = r->read,
		.evicted = stats->evicted,
		.tracked = tracker_count(r->feed.tracker),
		.tracked_limit = r->config.max_conns ? r->config.max_conns : TRACKER_CONNS_DEFAULT,
		.found = *stuck_scan_found(r->stuck_scan),
		.now_ns = trail_now_ns(r),
		.stuck_scan_age_ns =
			r->live && is_outdated(r) ? stuck_scan_age_ns(r->scanned_ns, now_ns) : 0,
		.snapshot_incomplete = r->incomplete,
		.features = r->info.features,
		.up = !r->failed && (!r->live || now_ns < r->round_ns + LATE_NS),
		.time_wait_limit = limit,
		.version = TCPTRAIL_VERSION,
	};
	memcpy(m->lost, r->lost, sizeof(m->lost));
	m->lost[METRICS_NO_RING] = r->info.no_ring;
	memcpy(m->hooks, r->info.hooks, sizeof(m->hooks));
	err = copy_set(&m->ports, groups_ports(r->config.groups));
	if (!err)
		err = copy_set(&m->units, groups_units(r->config.groups));
	pthread_mutex_unlock(&r->lock);
	snprintf(m->release, sizeof(m->release), "%s", tcptrail_origin(r->config.trail)->release);
	return err;
}

void reader_stuck(void *arg, struct buf *out)
{
	struct top_n_cursor cursor = { 0 };
	struct reader *r = arg;
	struct top_n_facts facts;
	uint64_t at_ns;
	bool more;

	do {
		pthread_mutex_lock(&r->lock);
		facts = (struct top_n_facts){
			.now_ns = trail_now_ns(r),
			.requests = stuck_scan_requests(r->stuck_scan),
			.snapshot = live_snapshot(r, &at_ns),
		};
		more = top_n_tell(r->worst, &facts, &cursor, out);
		pthread_mutex_unlock(&r->lock);
	} while (more);
}
