// SPDX-License-Identifier: GPL-2.0
/* /stuck: the findings of the last scan, as far as they are still true. */
#include "userspace/exporter/stuck_lines.h"

bool stuck_lines_more(struct stuck_lines *lines, const struct stuck_out *o,
		      const struct stuck_result *result, struct buf *out)
{
	const struct finding *found;
	struct stuck_group group;
	size_t end;

	if (lines->scan != result->number) {
		*lines = (struct stuck_lines){ .scan = result->number };
		out->len = 0;
	}
	end = lines->next + STUCK_LINES_SLICE;
	for (; lines->next < result->count && lines->next < end; lines->next++) {
		found = &result->findings[lines->next];
		if (!finding_is_current(found))
			continue;
		group = stuck_group_of(&found, o->now_ns);
		stuck_json(o, out, &group);
	}
	return lines->next < result->count;
}
