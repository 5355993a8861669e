/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPTRAIL_VIEW_PORTS_H
#define TCPTRAIL_VIEW_PORTS_H

#include "userspace/model/churn.h"
#include "userspace/model/flows.h"

/** view_ports_sort() - put what churn_find() gave into the order that the next one needs */
void view_ports_sort(struct churn *list, size_t count);

/**
 * view_ports_find() - the destination of a flow that is not passive
 *
 * Of several source addresses: the one with the fewest ports left. NULL: none is taken.
 */
const struct churn *view_ports_find(const struct churn *list, size_t count,
				    const struct flow_key *key);

#endif
