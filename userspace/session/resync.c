// SPDX-License-Identifier: GPL-2.0
/*
 * Lists the sockets that exist and merges them with the trail: at the start, and after records
 * were lost. Sockets that the tracker has and the list has not are over (CONN_UNSEEN).
 */
#include "userspace/session/resync.h"

#include <stdlib.h>

/* A loss seldom comes alone, and a snapshot of very many sockets takes its time. */
#define RESYNC_NS (10 * SEC)
#define RESYNC_SHARE 20 /* at most one part in so many of the time goes there */

bool resync_is_due(const struct resync *r, uint64_t lost, bool unrecorded, uint64_t now_ns)
{
	return !r->under_way && (unrecorded || lost > r->lost) && now_ns >= r->next_ns;
}

/* What the last one knew of sockets is of no use any more. */
static void replace(struct resync *r, const struct snapshot *new)
{
	if (r->first.netns_count || !r->snapshot.netns_count) {
		snapshot_free(&r->snapshot);
	} else {
		r->first = r->snapshot;
		snapshot_forget(&r->first);
		free(r->first.live);
		r->first.live = NULL;
		r->first.live_count = 0;
		r->first.live_room = 0;
	}
	r->snapshot = *new;
}

int resync_begin(struct resync *r, struct tracker *tracker, uint32_t states, uint64_t lost,
		 pthread_mutex_t *lock)
{
	uint64_t begun_ns = time_now_ns(), ended_ns;
	struct snapshot new = { 0 };
	int err = snapshot_list(&new, states);

	ended_ns = time_now_ns();
	r->next_ns = time_again(begun_ns, ended_ns, RESYNC_NS, RESYNC_SHARE);
	r->lost = lost;
	if (err) {
		snapshot_free(&new);
		return err;
	}
	if (lock)
		pthread_mutex_lock(lock);
	replace(r, &new);
	r->begun_ns = begun_ns;
	r->settled_ns = ended_ns + TRAIL_SETTLE_NS;
	r->merged = 0;
	r->under_way = true;
	tracker_unconfirm(tracker);
	if (lock)
		pthread_mutex_unlock(lock);
	return 0;
}

static int put_until(const struct snapshot *s, size_t *next, uint64_t until_ns,
		     int (*put)(void *arg, const struct tcptrail_record *records, size_t count),
		     void *arg)
{
	size_t first = *next;

	while (*next < s->count && s->records[*next].time_ns <= until_ns)
		++*next;
	return *next > first ? put(arg, &s->records[first], *next - first) : 0;
}

int snapshot_merge(const struct snapshot *s, size_t *next, const struct tcptrail_record *records,
		   size_t count,
		   int (*put)(void *arg, const struct tcptrail_record *records, size_t count),
		   void *arg)
{
	size_t i, first = 0;
	int err = 0;

	if (!records)
		return put_until(s, next, UINT64_MAX, put, arg);
	for (i = 0; i < count && *next < s->count && !err; i++) {
		if (s->records[*next].time_ns > records[i].time_ns)
			continue;
		if (i > first)
			err = put(arg, &records[first], i - first);
		if (!err)
			err = put_until(s, next, records[i].time_ns, put, arg);
		first = i;
	}
	return err || first == count ? err : put(arg, &records[first], count - first);
}

static int feed(void *tracker, const struct tcptrail_record *records, size_t count)
{
	tracker_feed(tracker, records, count);
	return 0;
}

void resync_feed(struct resync *r, struct tracker *tracker, const struct tcptrail_record *records,
		 size_t count)
{
	snapshot_merge(&r->snapshot, &r->merged, records, count, feed, tracker);
}

bool resync_is_over(const struct resync *r, uint64_t now_ns)
{
	return r->under_way && now_ns > r->settled_ns;
}

/* A state that the snapshot was not asked for: what the trail knows is all there is. */
static bool is_listed(const struct snapshot *snapshot, uint8_t state)
{
	if (state == TCPTRAIL_NEW_SYN_RECV)
		state = TCPTRAIL_SYN_RECV;
	return state <= TCPTRAIL_NEW_SYN_RECV && snapshot->states & 1U << state;
}

static bool is_gone(void *arg, const struct conn *c)
{
	const struct resync *r = arg;

	return is_listed(&r->snapshot, c->state) && !(c->flags & CONN_CONFIRMED) &&
	       c->since_ns < r->begun_ns && snapshot_netns(&r->snapshot, c->netns);
}

void resync_end(struct resync *r, struct tracker *tracker)
{
	resync_feed(r, tracker, NULL, 0);
	tracker_end_unseen(tracker, is_gone, r);
	snapshot_forget(&r->snapshot);
	r->under_way = false;
	r->count++;
}

void resync_free(struct resync *r)
{
	snapshot_free(&r->snapshot);
	snapshot_free(&r->first);
}
