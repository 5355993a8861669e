/* SPDX-License-Identifier: GPL-2.0 */
/* Source ports at a flow's destination. */
#ifndef TOP_VIEW_PORTS_H
#define TOP_VIEW_PORTS_H

#include "userspace/diagnose/port_usage.h"
#include "userspace/conn/flows.h"

/** view_ports_sort() - put what port_usage_find() gave into the order that the next one needs */
void view_ports_sort(struct usage *list, size_t count);

/**
 * view_ports_find() - the destination of a flow that is not passive
 *
 * Of several source addresses: the one with the fewest ports left. NULL: none is taken.
 */
const struct usage *view_ports_find(const struct usage *list, size_t count,
				    const struct flow_key *key);

#endif
