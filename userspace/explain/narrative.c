// SPDX-License-Identifier: GPL-2.0
/*
 * The narrative: what the ladder shows, in a few sentences, in the order in which it
 * happened: the opening, the closing, the end.
 */
#include "userspace/explain/narrative_internal.h"

void narrative_make(struct narrative *narrative, const struct ladder *l)
{
	struct facts f = { .l = l, .narrative = narrative };
	bool begun = ladder_has_begun(l, LADDER_LEFT) || ladder_has_begun(l, LADDER_RIGHT);

	*narrative = (struct narrative){ 0 };
	facts_collect(&f);
	if (!begun && !f.syn[0] && !f.syn[1])
		say(&f, "Its beginning is not on record.");
	if (begun && !f.segments && !(f.conn[0] && f.conn[0]->end == CONN_NO_PORT))
		say(&f, "No segment of it is on record, only states (segments may be turned off).");
	narrative_open(&f);
	narrative_close(&f);
	narrative_end(&f);
	narrative_rst(&f);
	narrative_time_wait(&f);
	if (l->conversation->lossy)
		say(&f, "The trail has lost records meanwhile: steps may be missing here.");
}
