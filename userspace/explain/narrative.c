// SPDX-License-Identifier: GPL-2.0
/*
 * The narrative: what the ladder shows, in a few sentences, in the order in which it
 * happened: the opening, the closing, the end.
 */
#include "userspace/explain/narrative_internal.h"

void narrative_make(struct narrative *narrative, const struct ladder *l)
{
	struct milestones m = { .l = l, .narrative = narrative };
	bool begun = ladder_has_begun(l, LADDER_LEFT) || ladder_has_begun(l, LADDER_RIGHT);

	*narrative = (struct narrative){ 0 };
	milestones_collect(&m);
	if (!begun && !m.syn[0] && !m.syn[1])
		say(&m, "Its beginning is not on record.");
	if (begun && !m.segments && !(m.conn[0] && ending_is_unsent(m.conn[0])))
		say(&m, "No segment of it is on record, only states (segments may be turned off).");
	narrative_open(&m);
	narrative_close(&m);
	narrative_end(&m);
	narrative_rst(&m);
	narrative_time_wait(&m);
	if (l->conversation->lossy)
		say(&m,
		    "The trail lacks records of that time (lost, or a hook was not attached): steps may be "
		    "missing here.");
}
