/* SPDX-License-Identifier: GPL-2.0 */
/* The filters of the command line, for connections. */
#ifndef CONN_FILTER_CONN_H
#define CONN_FILTER_CONN_H

#include "userspace/trail/filter.h"
#include "userspace/conn/tracker.h"

/**
 * filter_conn() - is a connection one of those that a user asked for?
 * @f: what was asked; kinds do not matter here
 * @tracker: whose it is
 * @conn: the connection
 * @state: the state that it counts as being in
 *
 * The task is who opened or accepted it, or acted on it last.
 */
bool filter_conn(const struct filter *f, const struct tracker *tracker, const struct conn *conn,
		 uint8_t state);

#endif
