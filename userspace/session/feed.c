// SPDX-License-Identifier: GPL-2.0
#include "userspace/session/feed.h"

#include <string.h>

#include "userspace/base/time.h"
#include "userspace/session/message.h"

int feed_look(struct feed *feed, uint32_t states)
{
	feed->snapshot_ns = time_now_ns();
	return snapshot_take_states(&feed->snapshot, states);
}

int feed_snapshot(struct feed *feed, uint32_t states)
{
	int err = feed_look(feed, states);

	return err ? cmd_fail("sock_diag: %s: the sockets of this namespace cannot be listed",
			      strerror(-err)) :
		     CMD_OK;
}

static void feed_until(struct feed *feed, uint64_t until_ns)
{
	size_t first = feed->merged;

	while (feed->merged < feed->snapshot.count &&
	       feed->snapshot.records[feed->merged].time_ns <= until_ns)
		feed->merged++;
	if (feed->merged > first)
		tracker_feed(feed->tracker, &feed->snapshot.records[first], feed->merged - first);
}

void feed_records(struct feed *feed, const struct tcptrail_record *records, size_t count)
{
	size_t i, first = 0;

	for (i = 0; i < count && feed->merged < feed->snapshot.count; i++) {
		if (feed->snapshot.records[feed->merged].time_ns > records[i].time_ns)
			continue;
		tracker_feed(feed->tracker, &records[first], i - first);
		feed_until(feed, records[i].time_ns);
		first = i;
	}
	tracker_feed(feed->tracker, &records[first], count - first);
}

void feed_rest(struct feed *feed)
{
	feed_until(feed, UINT64_MAX);
}

size_t feed_unseen(const struct feed *feed)
{
	size_t i, unseen = 0;

	for (i = 0; i < feed->snapshot.count; i++)
		unseen += feed->snapshot.records[i].kind == TCPTRAIL_LOSS;
	return unseen;
}

void feed_tell_unseen(const struct feed *feed)
{
	size_t unseen = feed_unseen(feed);

	if (unseen)
		cmd_note("%zu network namespace%s could not be looked at: run it as root", unseen,
			 unseen == 1 ? "" : "s");
}

/* A state that the snapshot was not asked for: what the trail knows is all there is. */
static bool was_looked_for(const struct feed *feed, uint8_t state)
{
	if (state == TCPTRAIL_NEW_SYN_RECV)
		state = TCPTRAIL_SYN_RECV;
	return state > TCPTRAIL_NEW_SYN_RECV || feed->snapshot.states & 1U << state;
}

bool feed_is_alive(const struct feed *feed, const struct conn *c)
{
	return !was_looked_for(feed, c->state) || c->flags & CONN_CONFIRMED ||
	       c->since_ns >= feed->snapshot_ns || !snapshot_covers(&feed->snapshot, c->netns);
}

static bool is_gone(void *arg, const struct conn *c)
{
	return !feed_is_alive(arg, c);
}

void feed_end_gone(struct feed *feed)
{
	tracker_end_unseen(feed->tracker, is_gone, feed);
}

void feed_free(struct feed *feed)
{
	snapshot_free(&feed->snapshot);
}
