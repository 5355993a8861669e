// SPDX-License-Identifier: GPL-2.0
#include "userspace/session/resync.h"
#include "userspace/base/time.h"

bool resync_is_due(const struct resync *s, uint64_t lost, uint64_t now_ns)
{
	return !s->under_way && lost > s->lost && now_ns >= s->next_ns;
}

int resync_begin(struct resync *s, struct tracker *tracker, uint64_t lost)
{
	uint64_t begun_ns = time_now_ns(), ended_ns, rest_ns;
	int err;

	feed_free(&s->feed);
	s->feed = (struct feed){ .tracker = tracker };
	s->lost = lost;
	tracker_unconfirm(tracker);
	err = feed_look(&s->feed, SNAPSHOT_ALL_STATES);
	ended_ns = time_now_ns();
	rest_ns = (ended_ns - begun_ns) * RESYNC_SHARE;
	s->next_ns = begun_ns + (rest_ns > RESYNC_NS ? rest_ns : RESYNC_NS);
	s->settled_ns = ended_ns + FEED_SETTLE_NS;
	s->under_way = !err;
	if (err)
		feed_free(&s->feed);
	return err;
}

bool resync_is_over(const struct resync *s, uint64_t now_ns)
{
	return s->under_way && now_ns > s->settled_ns;
}

void resync_end(struct resync *s)
{
	feed_rest(&s->feed);
	feed_end_gone(&s->feed);
	snapshot_forget(&s->feed.snapshot);
	s->feed.merged = 0;
	s->under_way = false;
}

void resync_free(struct resync *s)
{
	feed_free(&s->feed);
	s->under_way = false;
}
