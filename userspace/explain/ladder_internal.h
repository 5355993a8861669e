/* SPDX-License-Identifier: GPL-2.0 */
/* The making of a ladder, in the order of these functions; ladder.c calls them. */
#ifndef EXPLAIN_LADDER_INTERNAL_H
#define EXPLAIN_LADDER_INTERNAL_H

#include "userspace/base/array.h"
#include "userspace/explain/event.h"

/** ladder_find_sides() - which end is left, and where the numbers of both begin and end */
void ladder_find_sides(struct ladder *ladder);

/** ladder_make_rows() - from the events; 0 or -ENOMEM */
int ladder_make_rows(struct ladder *ladder, const struct events *events);

/** ladder_name_probes() - what the rows of an end that died of it have been */
void ladder_name_probes(struct ladder *ladder);

/** ladder_add_data() - rows that say how much flowed; 0 or -ENOMEM */
int ladder_add_data(struct ladder *ladder);

/** ladder_add_row() - room for one more, not filled; NULL without memory */
static inline struct ladder_row *ladder_add_row(struct ladder *l)
{
	return array_add(l->rows, l->count, l->room);
}

#endif
