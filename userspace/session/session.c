// SPDX-License-Identifier: GPL-2.0
/*
 * The one live loop: see session.h for its order. It holds the lock, if there is one, while it
 * changes what others read.
 */
#include "userspace/session/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "userspace/base/number.h"
#include "userspace/diagnose/unrecorded.h"
#include "userspace/session/message.h"

#define STEP_MAX (1 << 18) /* records: then the caller has its turn */
#define INFO_NS (5 * SEC)

static void lock(const struct session *s)
{
	if (s->config.lock)
		pthread_mutex_lock(s->config.lock);
}

static void unlock(const struct session *s)
{
	if (s->config.lock)
		pthread_mutex_unlock(s->config.lock);
}

static int open_trail(struct session *s)
{
	const struct source *source = &s->config.source;
	bool loaded;
	int err;

	if (source->file || source->device || !s->config.module_optional)
		return source_open(source, &s->trail);
	err = source_try(source, &s->trail);
	if (!err)
		return CMD_OK;
	loaded = err != -ENOENT && err != -ENXIO && err != -ENODEV;
	if (loaded)
		snprintf(s->missing, sizeof(s->missing), "%s: %s", TCPTRAIL_DEVICE, strerror(-err));
	else
		strcpy(s->missing, "the module is not loaded");
	cmd_note("%s: history is missing, and ages are only known to be at least so long%s",
		 s->missing, loaded ? "" : " (modprobe tcptrail)");
	return CMD_OK;
}

int session_open(struct session *s, const struct session_config *config)
{
	int err = 0;

	*s = (struct session){ .config = *config };
	err = open_trail(s);
	if (err)
		return err;
	s->live = !s->trail || tcptrail_is_live(s->trail);
	if (s->trail) {
		s->origin = *tcptrail_origin(s->trail);
		tcptrail_get_info(s->trail, &s->info);
		s->losses.from_now = s->live && !config->source.history;
		s->losses.complete_ns = s->losses.from_now ? time_now_ns() : s->info.loaded_ns;
	} else {
		tcptrail_origin_here(&s->origin);
	}
	if (!config->tracker)
		return CMD_OK;
	s->tracker_config = *config->tracker;
	s->tracker_config.incomplete = unrecorded_lives(&s->info);
	err = tracker_create(&s->tracker, &s->tracker_config);
	return err ? cmd_fail("%s", strerror(-err)) : CMD_OK;
}

void session_close(struct session *s)
{
	kernel_poll_free(&s->poll);
	resync_free(&s->resync);
	tracker_free(s->tracker);
	tcptrail_close(s->trail);
}

int session_feed(struct session *s, const struct tcptrail_record *records, size_t count)
{
	int err = 0;

	lock(s);
	losses_add(&s->losses, records, count);
	if (s->tracker && s->resync.under_way)
		resync_feed(&s->resync, s->tracker, records, count);
	else if (s->tracker)
		tracker_feed(s->tracker, records, count);
	s->moved = true;
	unlock(s);
	if (s->config.records)
		err = s->config.records(s->config.arg, records, count);
	s->stopped |= err;
	return err;
}

static int feed(void *session, const struct tcptrail_record *records, size_t count)
{
	return session_feed(session, records, count);
}

/* Records that are missing from the trail. */
static uint64_t lost(const struct session *s)
{
	return s->losses.lost[TCPTRAIL_LOSS_OVERWRITTEN] + s->losses.lost[TCPTRAIL_LOSS_LIMITED] +
	       s->info.no_ring;
}

static void end_resync(struct session *s)
{
	lock(s);
	resync_end(&s->resync, s->tracker);
	unlock(s);
}

/* What was recorded before has been read by @now_ns. On a quiet machine no record tells the time. */
static void go_on(struct session *s, uint64_t now_ns)
{
	int err;

	if (!s->live || !s->trail)
		return;
	lock(s);
	if (s->tracker && !s->moved)
		tracker_advance(s->tracker, now_ns - TRAIL_SETTLE_NS);
	s->moved = false;
	if (now_ns >= s->info_ns + INFO_NS) {
		tcptrail_get_info(s->trail, &s->info);
		s->info_ns = now_ns;
	}
	unlock(s);
	if (resync_is_over(&s->resync, now_ns)) {
		end_resync(s);
	} else if (s->resync.begun_ns &&
		   resync_is_due(&s->resync, lost(s), unrecorded_lives(&s->info), now_ns)) {
		err = resync_begin(&s->resync, s->tracker, SNAPSHOT_ALL_STATES, lost(s),
				   s->config.lock);
		s->resync_error = err ? err : s->resync_error;
	}
}

static int read_all(struct session *s)
{
	const struct follow f = { .trail = s->trail, .once = true, .records = feed, .context = s };

	return s->trail ? follow(&f) : 0;
}

static int list_sockets(struct session *s)
{
	const struct snapshot *snapshot = &s->resync.snapshot;
	int err = resync_begin(&s->resync, s->tracker, s->config.states, lost(s), s->config.lock);
	size_t i;

	if (err)
		return err;
	s->losses.unseen = 0;
	for (i = 0; i < snapshot->count; i++)
		s->losses.unseen += snapshot->records[i].kind == TCPTRAIL_LOSS;
	return 0;
}

int session_begin(struct session *s)
{
	unsigned long long unseen;
	int err = 0;

	if (!s->config.states || !s->live)
		return CMD_OK;
	if (s->config.source.history)
		err = read_all(s);
	if (s->stopped)
		return CMD_OK;
	if (err)
		return source_failed(&s->config.source, err);
	err = list_sockets(s);
	if (err)
		return cmd_fail("sock_diag: %s: the sockets of this namespace cannot be listed",
				strerror(-err));
	unseen = s->losses.unseen;
	if (unseen)
		cmd_note("%llu network namespace%s could not be looked at: run it as root", unseen,
			 plural(unseen));
	return CMD_OK;
}

int session_catch_up(struct session *s)
{
	int err = read_all(s);

	if (s->resync.under_way)
		end_resync(s);
	if (!s->live && s->tracker)
		tracker_settle(s->tracker);
	return err;
}

static int idle(void *context)
{
	struct session *s = context;

	go_on(s, time_now_ns());
	return s->config.idle ? s->config.idle(s->config.arg) : 0;
}

int session_run(struct session *s)
{
	int err = 0;

	s->follow.trail = s->trail;
	s->follow.duration_ns = s->config.source.duration_ns;
	s->follow.once = s->config.source.once;
	s->follow.records = feed;
	s->follow.idle = idle;
	s->follow.context = s;
	if (!s->stopped)
		err = follow(&s->follow);
	if (s->resync.under_way)
		end_resync(s);
	return err;
}

/* Without a trail there are no ends of lives: connections are those that exist now. */
static int begin_anew(struct session *s)
{
	int err;

	tracker_free(s->tracker);
	s->tracker = NULL;
	err = tracker_create(&s->tracker, &s->tracker_config);
	if (!err)
		err = list_sockets(s);
	if (!err)
		resync_end(&s->resync, s->tracker);
	return err;
}

int session_step(struct session *s)
{
	const struct tcptrail_record *records;
	int n, err, sum = 0;
	uint64_t now_ns;

	if (!s->trail)
		return begin_anew(s);
	while (sum < STEP_MAX) {
		now_ns = time_now_ns();
		n = tcptrail_read(s->trail, &records);
		if (n == -EINTR)
			continue;
		if (n <= 0) {
			if (!n)
				go_on(s, now_ns);
			return n;
		}
		err = session_feed(s, records, (size_t)n);
		if (err)
			return err < 0 ? err : 0;
		sum += n;
	}
	return 0;
}

static const struct snapshot *newest(const struct session *s)
{
	return s->poll.at_ns > s->resync.begun_ns ? &s->poll.snapshot : &s->resync.snapshot;
}

bool session_poll(struct session *s, uint32_t states, uint64_t every_ns)
{
	uint64_t now_ns = time_now_ns();
	bool knew, changed = false;

	if (!s->live || !s->trail)
		return false;
	lock(s);
	knew = newest(s)->live_count;
	if (kernel_poll_collect(&s->poll, s->tracker))
		changed = knew || s->poll.snapshot.live_count;
	if (!states && !s->poll.running) {
		changed |= knew;
		kernel_poll_forget(&s->poll, now_ns);
	}
	unlock(s);
	if (states)
		kernel_poll_ask(&s->poll, states, every_ns, now_ns);
	return changed;
}

static const struct kernel_socket *view_socket(const void *arg, uint64_t cookie)
{
	return snapshot_live(newest(arg), cookie);
}

/* The newest that knows this namespace: later there may be less right to ask than at first. */
static const struct netns_info *netns_of(const struct session *s, uint32_t netns)
{
	const struct netns_info *info = snapshot_netns(newest(s), netns);

	if (!info)
		info = snapshot_netns(&s->resync.snapshot, netns);
	return info ? info : snapshot_netns(&s->resync.first, netns);
}

static struct source_ports view_ports(const void *arg, uint32_t netns)
{
	const struct netns_info *info = netns_of(arg, netns);

	return info ? info->ports : SOURCE_PORTS_DEFAULT;
}

static const char *view_netns_name(const void *arg, uint32_t netns)
{
	const struct netns_info *info = netns_of(arg, netns);

	return info ? info->name : NULL;
}

struct kernel_view session_kernel(const struct session *s)
{
	uint64_t at_ns = s->poll.at_ns > s->resync.begun_ns ? s->poll.at_ns : s->resync.begun_ns;

	if (!at_ns)
		return (struct kernel_view){ 0 };
	return (struct kernel_view){ view_socket, view_ports, view_netns_name, s, at_ns };
}

uint64_t session_now_ns(const struct session *s)
{
	return s->live ? time_now_ns() : tracker_stats(s->tracker)->newest_ns;
}

uint64_t session_complete_ns(const struct session *s)
{
	return s->trail && !unrecorded_ends(&s->info) ? s->losses.complete_ns : UINT64_MAX;
}

void session_tell_losses(struct session *s)
{
	losses_finish(&s->losses, s->trail);
	losses_tell(&s->losses);
}
