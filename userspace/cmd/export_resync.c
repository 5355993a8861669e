// SPDX-License-Identifier: GPL-2.0
#include "export_resync.h"

bool resync_is_due(const struct resync *s, uint64_t lost, uint64_t now_ns)
{
	return !s->under_way && lost > s->lost && now_ns >= s->next_ns;
}

void resync_begin(struct resync *s, struct model *model, uint64_t lost)
{
	uint64_t begun_ns = feed_now_ns();
	uint64_t took_ns, rest_ns;
	bool taken;

	s->feed = (struct feed){ .model = model };
	s->lost = lost;
	model_unconfirm(model);
	taken = !feed_snapshot(&s->feed, SNAPSHOT_ALL_STATES);
	took_ns = feed_now_ns() - begun_ns;
	rest_ns = took_ns * RESYNC_SHARE > RESYNC_NS ? took_ns * RESYNC_SHARE : RESYNC_NS;
	s->next_ns = begun_ns + rest_ns;
	s->under_way = taken;
	if (!taken)
		feed_free(&s->feed);
}

void resync_end(struct resync *s)
{
	feed_rest(&s->feed);
	feed_end_gone(&s->feed);
	feed_free(&s->feed);
	s->under_way = false;
}
