// SPDX-License-Identifier: GPL-2.0
/* A conversation becomes a ladder: sides, events, rows, bytes. */
#include "userspace/explain/ladder_internal.h"

#include <errno.h>
#include <stdlib.h>

int ladder_build(struct ladder *l, const struct conversation *conversation)
{
	struct events events = { 0 };
	int err;

	/* Never without rows, so that "up to the last row" means something. */
	*l = (struct ladder){ .conversation = conversation };
	l->rows = array_grow(NULL, 0, &l->room, sizeof(*l->rows));
	if (!l->rows)
		return -ENOMEM;
	ladder_find_sides(l);
	err = events_build(&events, l);
	if (!err)
		err = ladder_make_rows(l, &events);
	events_free(&events);
	if (!err) {
		l->start_ns = l->count ? l->rows[0].time_ns : 0;
		ladder_name_probes(l);
		err = ladder_add_data(l);
	}
	if (err)
		ladder_free(l);
	return err;
}

void ladder_free(struct ladder *l)
{
	free(l->rows);
	l->rows = NULL;
	l->count = 0;
}
